//! The web socket.

use std::iter::repeat_n;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bindery_sandbox::alibaba_baas::{NETWORKS, USER};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::gateway::{Gateway, PATIENCE, code, event, notary};

#[tokio::test]
async fn events_have_the_shape_and_the_key_order_of_the_published_ones() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.subscribe(Some("%2A")).await;
    let task = r#"{"requires":["a"],"description":"d"}"#;
    let body = json!({"chaincode": "taskmgr", "args": ["create", "t", task]});
    let invoked = gateway.invoke(&body).await;
    let id = invoked["Result"]["id"].as_str().unwrap();
    let start = |kind: &str, event: &str, name: &str| {
        format!(
            r#"{{"type":"{kind}","platform":"Fabric","instance_id":"csi-e2ehmfqasth-bcw7tzao2dzeo","network":"channel3","id":"{event}","name":"{name}","content":"#
        )
    };

    let (text, block) = event(&mut socket).await;
    let found = gateway.get("/blocks/2").await;
    assert!(text.starts_with(&start("Block", "block-2", "2")), "{text}");
    assert_eq!(block["content"], found["Result"]);
    let keys = [
        "number",
        "hash",
        "create_time",
        "previous_hash",
        "transactions",
    ];
    let places = keys.map(|key| text.find(&format!("\"{key}\":")).unwrap());
    assert!(places.is_sorted(), "{text}");

    let (text, tx) = event(&mut socket).await;
    let found = gateway.get(&format!("/transactions/{id}")).await;
    assert!(
        text.starts_with(&start("Tx", &format!("tx-2-{id}"), id)),
        "{text}"
    );
    assert_eq!(tx["content"], found["Result"]);
    let nested = &tx["content"]["events"][0];
    assert_eq!(nested["network"], "");
    assert_eq!(nested["id"], format!("contract-2-{id}"));

    let (text, contract) = event(&mut socket).await;
    let prefix = start("Contract", &format!("contract-2-{id}"), "event-create-task");
    assert!(text.starts_with(&prefix), "{text}");
    let content = STANDARD
        .decode(contract["content"].as_str().unwrap())
        .unwrap();
    let stored: Value = serde_json::from_slice(&content).unwrap();
    assert_eq!(stored["creator"], USER);
    assert_eq!(stored["approved"], json!(null));
    let answered = &invoked["Result"]["events"][0];
    assert_eq!(
        (&answered["network"], &answered["id"]),
        (&json!(""), &json!(""))
    );
    assert_eq!(answered["content"], contract["content"]);
}

#[tokio::test]
async fn a_change_of_the_configuration_is_a_config_event() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.subscribe(Some("Config")).await;
    let operator = gateway.sandbox.alibaba_baas_operator();
    assert_eq!(operator.reconfigure("nowhere", 1), None);
    assert_eq!(operator.reconfigure(NETWORKS[0], 77), Some(2));
    let (_, event) = event(&mut socket).await;
    assert_eq!(event["id"], "config-2-");
    assert_eq!(event["name"], "");
    let content = &event["content"];
    assert_eq!((&content["id"], &content["to"]), (&json!(""), &json!("")));
    assert_eq!(content["events"], json!(null));
    let input = content["input"].as_str().unwrap();
    assert!(input.starts_with("{\n\t\"channel_id\": \"channel3\",\n"));
    assert!(input.ends_with("}\n"));
    let config = &content["data"]["data"]["config"];
    assert_eq!(config["sequence"], "2");
    let orderer = &config["channel_group"]["groups"]["Orderer"];
    let batch_size = &orderer["values"]["BatchSize"]["value"];
    assert_eq!(batch_size["max_message_count"], 77);
}

#[tokio::test]
async fn a_subscriber_gets_what_it_asked_for_and_no_more() {
    let gateway = Gateway::start().await;
    let mut blocks = gateway.subscribe(Some("Contract,%20Block")).await;
    let mut all = gateway.subscribe(None).await;
    for key in ["1", "2"] {
        gateway.invoke(&notary(&["put", key, key])).await;
    }
    for id in ["block-2", "block-3"] {
        assert_eq!(event(&mut blocks).await.1["id"], id);
    }
    for kind in ["Block", "Tx", "Block", "Tx"] {
        assert_eq!(event(&mut all).await.1["type"], kind);
    }
}

#[tokio::test]
async fn a_ping_is_answered() {
    use futures_util::SinkExt;
    let gateway = Gateway::start().await;
    let mut socket = gateway.subscribe(None).await;
    socket
        .send(Message::Ping("are you there".into()))
        .await
        .unwrap();
    let answer = socket.next().await.unwrap().unwrap();
    assert_eq!(answer, Message::Pong("are you there".into()));
}

#[tokio::test]
async fn a_subscription_is_refused_before_the_upgrade() {
    let gateway = Gateway::start().await;
    let good = gateway.sandbox.alibaba_baas().access_token.clone();
    let narrow = gateway.token("query").await;
    for (network, parameters, status) in [
        (NETWORKS[0], String::new(), 401),
        (NETWORKS[0], "access_token=x".to_owned(), 401),
        (NETWORKS[0], format!("access_token={narrow}"), 403),
        ("nowhere", format!("access_token={good}"), 404),
        (
            NETWORKS[0],
            format!("access_token={good}&source=Tx,Nothing"),
            400,
        ),
    ] {
        let path = format!("/networks/{network}/events/subscribe?{parameters}");
        let url = gateway.url(&path).replace("http://", "ws://");
        match connect_async(url).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), status),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn who_does_not_read_is_dropped_and_holds_nobody_up() {
    let gateway = Gateway::start().await;
    let mut slow = gateway.subscribe_narrowly().await;
    let mut keen = gateway.subscribe(Some("Block")).await;
    // More bytes than the connection buffers, and then, at two an invoke, more events than the
    // backlog.
    let large = "x".repeat(100_000);
    let values = repeat_n(large.as_str(), 15).chain(repeat_n("v", 150));
    for (number, value) in (2..).zip(values) {
        let invoked = gateway.invoke(&notary(&["set", "k", value])).await;
        assert_eq!(code(&invoked), 200);
        let (_, block) = event(&mut keen).await;
        assert_eq!(block["content"]["number"], number);
    }

    let ended = async {
        while let Some(message) = slow.next().await {
            match message {
                Ok(Message::Close(Some(frame))) => {
                    assert_eq!(frame.code, CloseCode::Policy);
                    return;
                }
                Ok(_) => {}
                Err(_) => return,
            }
        }
    };
    let ended = timeout(PATIENCE, ended);
    ended.await.expect("the connection has been dropped");
}

#[tokio::test]
async fn a_shutdown_closes_the_sockets_and_does_not_wait_for_them() {
    let gateway = Gateway::start().await;
    let mut socket = gateway.subscribe(None).await;
    let Gateway { sandbox, client } = gateway;
    drop(client);
    let shutdown = timeout(PATIENCE, sandbox.shutdown());
    shutdown.await.unwrap();
    match socket.next().await.unwrap().unwrap() {
        Message::Close(Some(frame)) => assert_eq!(frame.code, CloseCode::Away),
        other => panic!("{other:?}"),
    }
}
