//! The admin port.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::scene::{Scene, hear};

impl Scene {
    async fn admin(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let url = format!("{}{path}", self.sandbox.admin_url().unwrap());
        let request = self.client.request(method, url);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request.send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let response = self.admin(Method::GET, path, None).await;
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }
}

#[tokio::test]
async fn rules_are_added_read_with_their_counts_replaced_and_removed() {
    let scene = Scene::start().await;
    let rule = json!({
        "when": {"provider": "alibaba_baas", "method": "GET", "path": "/api/v1/networks/*"},
        "times": 1,
        "fault": {"status": {"status": 429, "retry_after": 2}},
    });
    let added = scene.admin(Method::POST, "/rules", Some(rule)).await;
    assert_eq!(added.status(), 201);
    let id = added.json::<Value>().await.unwrap()["id"].clone();
    let response = scene.block().await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "2");
    assert_eq!(scene.block().await.status(), 200);
    let rules = scene.get("/rules").await;
    assert_eq!(rules.as_array().unwrap().len(), 1);
    assert_eq!(rules[0]["id"], id);
    assert_eq!(
        (&rules[0]["seen"], &rules[0]["struck"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(rules[0]["rule"]["times"], 1);
    assert_eq!(scene.get(&format!("/rules/{id}")).await, rules[0]);

    let rules = json!([{"fault": {"delay": {"ms": 1}}}, {"fault": "refuse"}]);
    let replaced = scene.admin(Method::PUT, "/rules", Some(rules)).await;
    let ids = replaced.json::<Value>().await.unwrap()["ids"].clone();
    assert_eq!(ids.as_array().unwrap().len(), 2);
    assert!(
        hear(&mut scene.send(&scene.set("k")).await)
            .await
            .bytes
            .is_empty()
    );
    let refusing = format!("/rules/{}", ids[1]);
    let removed = scene.admin(Method::DELETE, &refusing, None).await;
    assert_eq!(removed.status(), 204);
    assert_eq!(scene.block().await.status(), 200);
    let removed = scene.admin(Method::DELETE, &refusing, None).await;
    assert_eq!(removed.status(), 404);
    assert_eq!(
        scene.admin(Method::DELETE, "/rules", None).await.status(),
        204
    );
    assert_eq!(scene.get("/rules").await, json!([]));
}

#[tokio::test]
async fn what_is_wrong_is_told_with_what_to_do_and_changes_nothing() {
    let scene = Scene::start().await;
    let good = json!({"fault": {"status": {"status": 503}}});
    scene
        .admin(Method::POST, "/rules", Some(good.clone()))
        .await;
    let rules = scene.get("/rules").await;
    for (method, path, body, expected) in [
        (
            Method::POST,
            "/rules",
            json!({"fault": "explode"}),
            "explode",
        ),
        (
            Method::POST,
            "/rules",
            json!({"fault": "hang", "time": 1}),
            "time",
        ),
        (
            Method::POST,
            "/rules",
            json!({"fault": "hang", "probability": 2}),
            "0 to 1",
        ),
        (
            Method::PUT,
            "/rules",
            json!([good, {"fault": "refuse", "phase": "after"}]),
            "use reset",
        ),
        (Method::POST, "/clock", json!({"step": 1}), "step"),
        (
            Method::PUT,
            "/rotation/upvest",
            json!({}),
            "reuse_detection",
        ),
    ] {
        let response = scene.admin(method, path, Some(body)).await;
        assert_eq!(response.status(), 400, "{path}");
        let error = response.json::<Value>().await.unwrap()["error"].clone();
        let error = error.as_str().unwrap();
        assert!(error.starts_with("failed to "), "{error}");
        assert!(error.contains(expected), "{error}");
    }
    for (method, path, status) in [
        (Method::GET, "/rule", 404),
        (Method::GET, "/rules/x", 404),
        (Method::GET, "/rotation/hive", 404),
        (Method::PATCH, "/rules", 405),
    ] {
        let response = scene.admin(method, path, None).await;
        assert_eq!(response.status(), status, "{path}");
        let error = response.json::<Value>().await.unwrap();
        assert!(error["error"].as_str().unwrap().starts_with("failed to "));
    }
    assert_eq!(scene.get("/rules").await, rules);
}

#[tokio::test]
async fn the_journal_and_the_ledger_are_read_and_the_journal_begun_anew() {
    let scene = Scene::start().await;
    scene.block().await;
    let rule = json!({"phase": "after", "fault": {"reset": {}}});
    scene.admin(Method::POST, "/rules", Some(rule)).await;
    hear(&mut scene.send(&scene.set("k")).await).await;
    let journal = scene.get("/journal").await;
    let connections = json!({"accepted": 2, "refused": 0});
    assert_eq!(journal["connections"]["alibaba_baas"], connections);
    let requests = journal["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0]["provider"], "alibaba_baas");
    assert_eq!(requests[0]["method"], "GET");
    assert_eq!(requests[0]["seen"], 1);
    assert_eq!(requests[0]["answered"], json!({"200": 1}));
    assert_eq!(requests[1]["answered"], json!({}));

    let ledger = scene.get("/ledger").await;
    let network = &ledger["alibaba_baas"]["channel3"];
    assert_eq!(network["transactions"], 1);
    let writes = network["writes"]["notary"]["k"].as_array().unwrap();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].as_str().unwrap().len(), 64);
    assert_eq!(ledger["alibaba_baas"]["channel2"]["transactions"], 0);
    assert!(ledger["hive"]["transactions"].is_number());
    assert_eq!(ledger["upvest"]["users"], json!([]));

    let cleared = scene.admin(Method::DELETE, "/journal", None).await;
    assert_eq!(cleared.status(), 204);
    assert_eq!(scene.get("/journal").await["requests"], json!([]));
}

#[tokio::test]
async fn the_clock_is_read_and_stepped() {
    let scene = Scene::start().await;
    assert_eq!(scene.get("/clock").await["offset_seconds"], 0);
    let step = Some(json!({"step_seconds": -90_000}));
    let stepped = scene.admin(Method::POST, "/clock", step).await;
    let stepped: Value = stepped.json().await.unwrap();
    assert_eq!(stepped["offset_seconds"], -90_000);
    assert_eq!(scene.sandbox.clock().offset().num_seconds(), -90_000);
    assert!(stepped["now"].as_str().unwrap().contains('T'));
}

#[tokio::test]
async fn rotation_is_turned_on_and_counted() {
    let scene = Scene::start().await;
    let on = json!({"reuse_detection": true});
    let path = "/rotation/alibaba_baas";
    let answer = scene.admin(Method::PUT, path, Some(on)).await;
    assert_eq!(answer.status(), 200);
    assert_ne!(scene.refresh().await["refresh_token"], "");
    assert_eq!(scene.refresh().await["error"], "invalid_grant");
    let report = scene.get(path).await;
    assert_eq!(report["spent"], 1);
    assert_eq!(report["presented_spent"], 1);
    assert_eq!(report["families_revoked"], 1);
    assert_eq!(report["rotation"]["grace_seconds"], 0);
    assert_eq!(scene.get("/rotation/upvest").await["spent"], 0);
}

#[tokio::test]
async fn every_fault_and_every_example_of_the_readme_is_taken() {
    let scene = Scene::start().await;
    let readme = include_str!("../../README.md");
    let (_, faults) = readme.split_once("| Fault |").unwrap();
    let mut rules = Vec::new();
    for row in faults
        .lines()
        .skip(2)
        .take_while(|row| row.starts_with('|'))
    {
        let cell = row.split(" | ").next().unwrap();
        // Between the backticks of the first column.
        for text in cell.split('`').skip(1).step_by(2) {
            let fault: Value = serde_json::from_str(text).unwrap();
            rules.push(json!({ "fault": fault }));
        }
    }
    assert!(rules.len() >= 15);
    let response = scene.admin(Method::PUT, "/rules", Some(json!(rules))).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());

    let examples: Vec<_> = readme.split("--json '").skip(1).collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        let (text, _) = example.split_once('\'').unwrap();
        let example: Value = serde_json::from_str(text).unwrap();
        let method = match example {
            Value::Array(_) => Method::PUT,
            _ => Method::POST,
        };
        let response = scene.admin(method, "/rules", Some(example)).await;
        assert!(response.status().is_success(), "{text}");
    }
}
