//! Invokes and queries.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bindery_sandbox::alibaba_baas::{SUSPICIOUS_WORD, Settings};
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::{Gateway, code, event, notary, payload};

#[tokio::test]
async fn the_journey_of_the_official_samples_ends_well() {
    let gateway = Gateway::start().await;
    let token = gateway.token("").await;
    let send = |method, path, body: Value| {
        let (url, token) = (gateway.channel(path), token.clone());
        let gateway = &gateway;
        async move {
            let response = gateway.send(method, url, &token, &body).await;
            response.json::<Value>().await.unwrap()
        }
    };
    let block = send(Method::GET, "/blocks/1", json!(null)).await;
    assert_eq!(block["Result"]["number"], 1);
    assert_eq!(block["Result"]["transactions"], json!([]));
    let config = &block["Result"]["data"]["data"]["data"][0]["payload"]["data"]["config"];
    assert!(config["channel_group"].is_object());

    // With the key that the samples send and the documents do not know.
    let body = json!({"chaincode": "notary", "args": ["put", "k", "v"], "transients": {"k": "v"}});
    let invoked = send(Method::POST, "/transactions/invoke", body).await;
    assert_eq!(invoked["Result"]["status"], "200");
    assert_eq!(payload(&invoked), "k");
    let body = json!({"chaincode": "notary", "args": ["get", "k"], "transients": {"k": "v"}});
    let queried = send(Method::POST, "/transactions/query", body).await;
    assert_eq!(payload(&queried), "v");
    assert_ne!(queried["Result"]["id"], invoked["Result"]["id"]);
}

#[tokio::test]
async fn an_answer_has_the_bytes_of_the_published_one() {
    let gateway = Gateway::start().await;
    let url = gateway.channel("/transactions/invoke");
    let token = &gateway.sandbox.alibaba_baas().access_token;
    let body = notary(&["put", "1581933610136", "1581933610136"]);
    let response = gateway.send(Method::POST, url, token, &body).await;
    let headers = response.headers().clone();
    assert_eq!(headers["content-type"], "application/json; charset=UTF-8");
    assert_eq!(headers["content-length"], "249");
    let text = response.text().await.unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let id = value["Result"]["id"].as_str().unwrap();
    let request_id = value["Error"]["request_id"].as_str().unwrap();
    assert_eq!(id.len(), 64);
    assert_eq!(
        text,
        format!(
            r#"{{"Success":true,"Result":{{"id":"{id}","status":"200","events":[],"data":"MTU4MTkzMzYxMDEzNg=="}},"Error":{{"code":200,"message":"Success","request_id":"{request_id}"}}}}"#
        )
    );
}

#[tokio::test]
async fn the_notary_does_what_the_published_contract_does() {
    let gateway = Gateway::start().await;
    assert_eq!(payload(&gateway.query(&notary(&["get", "k"])).await), "");
    assert_eq!(
        payload(&gateway.query(&notary(&["history", "k"])).await),
        "null"
    );
    let put = gateway.invoke(&notary(&["put", "k", "1"])).await;
    assert_eq!(payload(&put), "k");
    let set = gateway.invoke(&notary(&["set", "k", "2"])).await;
    assert_eq!(payload(&set), "k");
    assert_eq!(payload(&gateway.query(&notary(&["get", "k"])).await), "2");

    let history = payload(&gateway.query(&notary(&["history", "k"])).await);
    let history: Value = serde_json::from_str(&history).unwrap();
    assert_eq!(history[0]["tx_id"], put["Result"]["id"]);
    assert_eq!(history[0]["value"], STANDARD.encode("1"));
    assert_eq!(history[1]["tx_id"], set["Result"]["id"]);
    assert!(history[1]["timestamp"]["seconds"].is_i64());

    for (args, message) in [
        (&["put", "k", "3"][..], "Key k already exists"),
        (&["get"], "Invalid argument, require <key>"),
        (&["set", "k"], "Invalid argument, require <key> and <value>"),
        (
            &["set", "", "v"],
            "PutState error key must not be an empty string",
        ),
        (
            &["drop", "k"],
            "Invalid function name, support 'get', 'put', 'set', 'history'",
        ),
    ] {
        let failed = gateway.invoke(&notary(args)).await;
        assert_eq!(code(&failed), 200, "{args:?}");
        assert_eq!(failed["Result"]["status"], "500", "{args:?}");
        assert_eq!(payload(&failed), message, "{args:?}");
        let id = failed["Result"]["id"].as_str().unwrap();
        let committed = gateway.get(&format!("/transactions/{id}")).await;
        assert_eq!(code(&committed), 327_685, "{args:?}");
    }
    assert_eq!(gateway.get("/blocks/latest").await["Result"]["number"], 3);
}

#[tokio::test]
async fn a_query_leaves_no_trace() {
    let gateway = Gateway::start().await;
    let queried = gateway.query(&notary(&["put", "k", "v"])).await;
    assert_eq!(payload(&queried), "k");
    assert_eq!(payload(&gateway.query(&notary(&["get", "k"])).await), "");
    assert_eq!(gateway.get("/blocks/latest").await["Result"]["number"], 1);
}

#[tokio::test]
async fn arguments_come_as_a_list_or_apart_and_in_base64() {
    let gateway = Gateway::start().await;
    let byte_args = [STANDARD.encode("k"), STANDARD.encode("v")];
    let body =
        json!({"chaincode": "notary", "args": [], "function": "put", "byte_args": byte_args});
    assert_eq!(payload(&gateway.invoke(&body).await), "k");
    // The list, where there is one, wins.
    let body = json!({
        "chaincode": "notary",
        "args": ["get", "k"],
        "function": "history",
        "byte_args": ["!"],
        "transient": {"a": "b"},
        "byte_transient": {"a": "Yg=="},
    });
    assert_eq!(payload(&gateway.query(&body).await), "v");
    let body = json!({
        "chaincode": "notary",
        "args": ["set", "k", "w"],
        "invoke_chain": [{"chaincode": "taskmgr", "collections": ["c"]}],
    });
    assert_eq!(payload(&gateway.invoke(&body).await), "k");
}

#[tokio::test]
async fn a_malformed_request_is_a_parameter_error() {
    let gateway = Gateway::start().await;
    for (query, body, expected) in [
        ("", json!({"args": ["get", "k"]}), 131_077),
        ("", json!({"chaincode": "notary", "args": "get"}), 131_077),
        (
            "",
            json!({"chaincode": "notary", "function": "get", "byte_args": ["!"]}),
            131_077,
        ),
        (
            "",
            json!({"chaincode": "notary", "args": ["get", "k"], "byte_transient": {"a": "!"}}),
            131_077,
        ),
        ("?timeout=soon", notary(&["set", "k", "v"]), 131_077),
        ("?timeout=0", notary(&["set", "k", "v"]), 131_077),
        (
            "?content_check=maybe",
            notary(&["set", "k", "v"]),
            1_179_653,
        ),
        (
            "",
            json!({"chaincode": "nope", "args": ["get", "k"]}),
            327_685,
        ),
        (
            "",
            json!({"chaincode": "notary", "args": ["get", "k"], "invoke_chain": [{"chaincode": "no"}]}),
            327_685,
        ),
    ] {
        let failed = gateway.invoke_with(query, &body).await;
        assert_eq!(code(&failed), expected, "{query} {body}");
        assert_eq!(failed["Result"], json!(null));
        let message = failed["Error"]["message"].as_str().unwrap();
        assert!(
            message.starts_with("Send transaction failed: "),
            "{message}"
        );
    }
    let failed = gateway.get("/blocks/first").await;
    assert_eq!(code(&failed), 131_077);
    assert_eq!(gateway.get("/blocks/latest").await["Result"]["number"], 1);
}

#[tokio::test]
async fn a_body_needs_no_content_type() {
    let gateway = Gateway::start().await;
    let access = gateway.sandbox.alibaba_baas();
    for content_type in [None, Some("text/plain;charset=ISO-8859-1")] {
        let request = gateway.client.post(gateway.channel("/transactions/query"));
        let request = request.bearer_auth(&access.access_token);
        let request = match content_type {
            Some(content_type) => request.header("content-type", content_type),
            None => request,
        };
        let request = request.body(notary(&["get", "k"]).to_string());
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(code(&answer), 200);
    }
}

#[tokio::test]
async fn content_is_checked_where_that_is_asked_for() {
    let gateway = Gateway::start().await;
    let blocked = notary(&["set", "k", "1月16日,在对缅甸联邦共和国进行国事访问前夕"]);
    let suspicious = notary(&["set", "k", SUSPICIOUS_WORD]);
    for (query, body, rejected) in [
        ("", &blocked, None),
        ("?content_check=", &blocked, None),
        ("?content_check=block,review", &blocked, Some("block")),
        (
            "?content_check=block,%20review",
            &suspicious,
            Some("review"),
        ),
        ("?content_check=block", &suspicious, None),
        ("?content_check=review", &notary(&["set", "k", "v"]), None),
        (
            "?content_check=pass",
            &notary(&["set", "k", "v"]),
            Some("pass"),
        ),
    ] {
        let answer = gateway.invoke_with(query, body).await;
        match rejected {
            None => assert_eq!(code(&answer), 200, "{query}"),
            Some(suggestion) => {
                assert_eq!(code(&answer), 1_180_418, "{query}");
                assert_eq!(
                    answer["Error"]["message"],
                    format!(
                        "Send transaction failed: CONTENT_CHECK returned error VERIFY_FAILED: \
                         Content Moderation Check failed, suggestion {suggestion}"
                    )
                );
            }
        }
    }
}

#[tokio::test]
async fn a_transaction_outlives_the_time_limit_of_its_invoke() {
    let gateway = Gateway::start_with(Settings {
        commit_delay: Duration::from_millis(2500),
        ..Settings::default()
    })
    .await;
    let mut socket = gateway.subscribe(Some("Tx")).await;
    let failed = gateway
        .invoke_with("?timeout=1", &notary(&["put", "k", "v"]))
        .await;
    assert_eq!(code(&failed), 1_114_113);
    let (_, event) = event(&mut socket).await;
    let message = failed["Error"]["message"].as_str().unwrap();
    assert!(
        message.contains(event["name"].as_str().unwrap()),
        "{message}"
    );
    assert_eq!(payload(&gateway.query(&notary(&["get", "k"])).await), "v");
}
