//! Webhooks.

use serde_json::{Value, json};

use crate::client::{Tenant, quick};
use crate::receiver::Receiver;

const WEBHOOKS: &str = "/tenancy/webhooks/";

#[tokio::test]
async fn a_webhook_is_created_listed_read_and_deleted() {
    let tenant = Tenant::start(quick()).await;
    let object = json!({"protocol_name": "ropsten", "event_noun": "block", "event_verb": "*",
        "limit_to_application": false, "wallet_address": null, "max_confirmations": null});
    let body = json!({"url": "https://example.com/hooks/1", "name": "test", "version": "1.2",
        "headers": {"X-Test": "Hello world!"}, "status": "ACTIVE", "hmac_secret_key": "abcdef",
        "event_filters": ["upvest.wallet.created", object, "upvest.echo.post"]});
    let mut created = tenant.post(WEBHOOKS, &body).await.json(201);
    let path = format!("{WEBHOOKS}{}", created["id"].as_str().expect("an id"));
    assert_eq!(tenant.get(&path).await.json(200), created);
    assert_eq!(
        tenant.get(WEBHOOKS).await.json(200)["results"],
        json!([created])
    );
    created.as_object_mut().expect("an object").remove("id");
    assert_eq!(created, body);
    assert_eq!(tenant.delete(&path).await.status, 204);
    assert_eq!(tenant.get(&path).await.status, 404);
    assert_eq!(tenant.delete(&path).await.status, 404);
}

#[tokio::test]
async fn an_incomplete_webhook_or_a_filter_that_is_none_is_refused() {
    let tenant = Tenant::start(quick()).await;
    let body = json!({"url": "nowhere", "version": "1.2", "status": "ACTIVE",
        "hmac_secret_key": "x", "event_filters": ["everything"]});
    let refused = tenant.post(WEBHOOKS, &body).await.json(400);
    let details = refused["error"]["details"]
        .as_array()
        .expect("details")
        .clone();
    let locations: Vec<_> = details.iter().map(|detail| &detail["location"]).collect();
    assert_eq!(json!(locations), json!(["url", "event_filters"]));
    assert_eq!(
        tenant.post(WEBHOOKS, &json!({})).await.reason(400).1,
        "required"
    );
}

#[tokio::test]
async fn verifying_takes_an_answered_challenge_on_this_machine() {
    let tenant = Tenant::start(quick()).await;
    let receiver = Receiver::start(0).await;
    let path = "/tenancy/webhooks-verify/";
    let verify = async |url: String| tenant.post(path, &json!({"verify_url": url})).await;
    assert_eq!(verify(format!("{}/", receiver.base)).await.status, 201);
    for url in [
        format!("{}/mute", receiver.base),
        "http://127.0.0.1:9/".to_owned(),
        "http://example.com/".to_owned(),
        "no url".to_owned(),
    ] {
        assert_eq!(
            verify(url.clone()).await.reason(400).0,
            "verify_url",
            "{url}"
        );
    }
}

#[tokio::test]
async fn callbacks_are_signed_carry_the_webhooks_id_and_match_the_filters() {
    let tenant = Tenant::start(quick()).await;
    let mut receiver = Receiver::start(0).await;
    let webhook = receiver
        .subscribe(&tenant, json!(["upvest.echo.post"]))
        .await;
    let path = "/tenancy/echo-signed";
    tenant.get(&format!("{path}?echo=unwanted")).await.json(200);
    tenant
        .post(path, &json!({"echo": "陳大文"}))
        .await
        .json(200);
    let callback = receiver.next().await;
    assert!(callback.is_signed());
    let expected = json!({"action": "echo.post", "webhook_id": webhook["id"],
                          "data": {"echo": "陳大文"}});
    assert_eq!(callback.json, expected);
}

#[tokio::test]
async fn a_failing_receiver_is_tried_again_in_order_and_an_inactive_webhook_never() {
    let tenant = Tenant::start(quick()).await;
    let mut receiver = Receiver::start(2).await;
    let mut silent = Receiver::start(0).await;
    receiver.subscribe(&tenant, json!(["upvest.*.*"])).await;
    let inactive = json!({"url": format!("{}/hook", silent.base), "version": "1.2",
        "status": "INACTIVE", "hmac_secret_key": "x", "event_filters": ["*.*.*"]});
    tenant.post(WEBHOOKS, &inactive).await.json(201);
    let path = "/tenancy/echo-signed";
    for word in ["first", "second"] {
        tenant.post(path, &json!({"echo": word})).await.json(200);
    }
    let mut heard: Vec<Value> = Vec::new();
    for _ in 0..2 {
        heard.push(receiver.next().await.json["data"]["echo"].take());
    }
    assert_eq!(json!(heard), json!(["first", "second"]));
    assert!(silent.is_idle());
}
