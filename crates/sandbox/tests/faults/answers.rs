//! Faults in what is answered.

use std::time::{Duration, Instant, SystemTime};

use bindery_sandbox::faults::{Fault, Malformation, Provider, RetryAfter, Rule};
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::scene::{BLOCK, Scene};

#[tokio::test]
async fn a_delay_delays_and_changes_nothing_else() {
    let scene = Scene::start().await;
    let plain = scene.block().await.json::<Value>().await.unwrap();
    let by = Duration::from_millis(120);
    for rule in [
        Rule::new(Fault::delay(by)),
        Rule::new(Fault::delay(by)).after(),
    ] {
        scene.sandbox.faults().replace(vec![rule]).unwrap();
        let start = Instant::now();
        let delayed = scene.block().await.json::<Value>().await.unwrap();
        assert!(start.elapsed() >= by);
        assert_eq!(delayed["Result"], plain["Result"]);
    }
}

#[tokio::test]
async fn a_refusal_comes_in_the_words_of_the_provider() {
    let scene = Scene::start().await;
    let faults = scene.sandbox.faults();
    faults.add(Rule::new(Fault::status(401))).unwrap();
    let response = scene.block().await;
    assert_eq!(response.status(), 401);
    let challenge = response.headers()["www-authenticate"].clone();
    assert_eq!(challenge, "Bearer error=\"invalid_token\"");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["Error"]["code"], 459_265);

    let url = format!("{}/core/v1/ft/none", scene.sandbox.hive().url);
    let response = scene.client.get(url).send().await.unwrap();
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"], "UNAUTHORIZED");

    for (path, challenged) in [("kms/wallets/", true), ("tenancy/users/", false)] {
        let url = format!("{}{path}", scene.sandbox.upvest().url);
        let response = scene.client.get(url).send().await.unwrap();
        assert_eq!(response.status(), 401);
        let challenge = response.headers().get("www-authenticate").cloned();
        assert_eq!(challenge.is_some(), challenged, "{path}");
        let body: Value = response.json().await.unwrap();
        assert!(body["error"]["message"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn a_token_endpoint_refuses_in_the_words_of_oauth() {
    let scene = Scene::start().await;
    let faults = scene.sandbox.faults();
    faults.add(Rule::new(Fault::status(401))).unwrap();
    assert_eq!(scene.refresh().await["error"], "invalid_grant");
    let url = format!("{}clientele/oauth2/token", scene.sandbox.upvest().url);
    let response = scene.client.post(url).send().await.unwrap();
    assert_eq!(response.status(), 401);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"], "invalid_grant");
}

#[tokio::test]
async fn a_refusal_can_say_anything() {
    let scene = Scene::start().await;
    let grant = json!({"error": "invalid_grant"});
    scene.add(Rule::new(Fault::status_json(400, grant.clone())));
    assert_eq!(scene.refresh().await, grant);
    scene.sandbox.faults().clear();
    scene.add(Rule::new(Fault::Status {
        status: 200,
        retry_after: None,
        json: None,
        text: Some(r#"{"expires_in":1e400}"#.to_owned()),
    }));
    let response = scene.block().await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.text().await.unwrap(), r#"{"expires_in":1e400}"#);
}

#[tokio::test]
async fn too_many_requests_come_with_when_to_try_again() {
    let scene = Scene::start().await;
    let header = async |retry_after| {
        let rule = Rule::new(Fault::too_many_requests(retry_after));
        scene.sandbox.faults().replace(vec![rule]).unwrap();
        let response = scene.block().await;
        assert_eq!(response.status(), 429);
        response.headers()["retry-after"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(header(RetryAfter::Seconds(7)).await, "7");
    assert_eq!(header(RetryAfter::Text("soon".to_owned())).await, "soon");
    let date = header(RetryAfter::Date { date_in: 3600 }).await;
    let date = DateTime::parse_from_rfc2822(&date.replace("GMT", "+0000")).unwrap();
    let ahead = date.with_timezone(&Utc) - DateTime::<Utc>::from(SystemTime::now());
    assert!((3000..=3600).contains(&ahead.num_seconds()), "{date}");
}

#[tokio::test]
async fn a_redirect_leads_to_another_origin_with_the_same_path_and_query() {
    let scene = Scene::start().await;
    scene.add(Rule::new(Fault::redirect("http://127.0.0.1:9")));
    let path = format!("{BLOCK}?a=b");
    let response = scene.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(response.status(), 307);
    let location = response.headers()["location"].to_str().unwrap();
    assert_eq!(location, format!("http://127.0.0.1:9{path}"));
    let elsewhere = Fault::Redirect {
        to: "https://example.com/login?x".to_owned(),
        status: 302,
    };
    let rules = vec![Rule::new(elsewhere)];
    scene.sandbox.faults().replace(rules).unwrap();
    let response = scene.block().await;
    assert_eq!(response.status(), 302);
    assert_eq!(
        response.headers()["location"],
        "https://example.com/login?x"
    );
}

#[tokio::test]
async fn a_truncated_body_is_as_long_as_it_says_and_no_longer_json() {
    let scene = Scene::start().await;
    scene.add(Rule::new(Fault::Truncate { keep_bytes: 20 }));
    let response = scene.block().await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-length"], "20");
    let body = response.text().await.unwrap();
    assert_eq!(body, r#"{"Success":true,"Res"#);
}

#[tokio::test]
async fn a_malformed_body_is_wrong_in_the_way_asked_for() {
    let scene = Scene::start().await;
    let body = async |kind| {
        let rules = vec![Rule::new(Fault::Malformed(kind))];
        scene.sandbox.faults().replace(rules).unwrap();
        let response = scene.block().await;
        assert_eq!(response.status(), 200);
        response.bytes().await.unwrap()
    };
    assert!(body(Malformation::Empty).await.is_empty());
    assert!(body(Malformation::Html).await.starts_with(b"<html>"));
    let not_json = body(Malformation::NotJson).await;
    assert!(serde_json::from_slice::<Value>(&not_json).is_err());
    assert!(std::str::from_utf8(&not_json).is_ok());
    let not_utf8 = body(Malformation::NotUtf8).await;
    assert!(std::str::from_utf8(&not_utf8).is_err());
    let wrong_shape = body(Malformation::WrongShape).await;
    assert_eq!(
        serde_json::from_slice::<Value>(&wrong_shape).unwrap(),
        json!([])
    );
}

#[tokio::test]
async fn a_huge_body_is_valid_json_of_the_size_asked_for_and_unannounced() {
    let scene = Scene::start().await;
    scene.add(Rule::new(Fault::Huge { mib: 3 }));
    let response = scene.block().await;
    assert_eq!(response.headers().get("content-length"), None);
    let body = response.bytes().await.unwrap();
    assert_eq!(body.len(), 3 << 20);
    assert!(serde_json::from_slice::<Value>(&body).unwrap()["padding"].is_string());
}

#[tokio::test]
async fn a_huge_body_is_made_only_as_far_as_it_is_read() {
    let scene = Scene::start().await;
    scene.add(Rule::new(Fault::Huge { mib: 1 << 40 }));
    let mut response = scene.block().await;
    let mut read = 0;
    while read < 1 << 20 {
        read += response.chunk().await.unwrap().unwrap().len();
    }
    drop(response);
    scene.sandbox.faults().clear();
    assert_eq!(scene.block().await.status(), 200);
}

#[tokio::test]
async fn a_dripping_body_comes_whole_but_slowly() {
    let scene = Scene::start().await;
    let plain = scene.refresh().await;
    scene.add(Rule::new(Fault::Drip { every_ms: 1 }).path("/api/v1/token"));
    let start = Instant::now();
    let dripped = scene.refresh().await;
    let bytes = u64::try_from(dripped.to_string().len()).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(bytes));
    assert_eq!(dripped["expires_in"], plain["expires_in"]);
}

#[tokio::test]
async fn a_lifetime_can_be_any_nonsense_and_the_token_is_good_all_the_same() {
    let scene = Scene::start().await;
    for lifetime in [
        json!(0),
        json!(-1),
        json!("soon"),
        json!(1.5),
        json!(null),
        json!(u64::MAX),
    ] {
        let rule = Rule::new(Fault::expires_in(lifetime.clone())).path("*/token");
        scene.sandbox.faults().replace(vec![rule]).unwrap();
        let granted = scene.refresh().await;
        assert_eq!(granted["expires_in"], lifetime);
        let token = granted["access_token"].as_str().unwrap();
        let request = scene.client.get(scene.url(BLOCK)).bearer_auth(token);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    let rule = Rule::new(Fault::without_expires_in());
    scene.sandbox.faults().replace(vec![rule]).unwrap();
    assert!(scene.refresh().await.get("expires_in").is_none());
}

#[tokio::test]
async fn the_claims_of_a_token_can_be_any_nonsense_and_the_token_is_good_all_the_same() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let scene = Scene::start().await;
    let hive = scene.sandbox.hive();
    let log_in = async || {
        let body = json!({"id": hive.id, "secretKey": hive.secret_key});
        let url = format!("{}/v2/auth-token", hive.url);
        let response = scene.client.post(url).json(&body).send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        body["data"]["accessToken"].as_str().unwrap().to_owned()
    };
    let claims = |token: &str| {
        let claims = token.split('.').nth(1).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
        serde_json::from_slice::<Value>(&claims).unwrap()
    };
    let plain = claims(&log_in().await);
    let mut rules: Vec<_> = [
        ("exp", json!(0)),
        ("exp", json!(i64::MIN)),
        ("exp", json!(u64::MAX)),
        ("iat", json!("then")),
    ]
    .map(|(name, value)| (name, Some(value.clone()), Fault::hive_claim(name, value)))
    .into();
    let without = Fault::Jwt {
        token: "/data/accessToken".to_owned(),
        set: Default::default(),
        remove: vec!["exp".to_owned()],
    };
    rules.push(("exp", None, without));
    for (name, value, fault) in rules {
        let rule = Rule::new(fault).at(Provider::Hive).path("/v2/auth-token");
        scene.sandbox.faults().replace(vec![rule]).unwrap();
        let token = log_in().await;
        let claims = claims(&token);
        assert_eq!(claims.get(name).cloned(), value);
        assert_eq!(claims["id"], plain["id"]);
        // What is not there is looked for only once the token was accepted.
        let url = format!("{}/core/v1/ft/none", hive.url);
        let refused = scene.client.get(&url).bearer_auth("x").send().await;
        assert_eq!(refused.unwrap().status(), 401);
        let accepted = scene.client.get(&url).bearer_auth(&token).send().await;
        assert_ne!(accepted.unwrap().status(), 401, "{name}");
    }
    // Its true lifetime is the service's own.
    let token = log_in().await;
    scene.sandbox.clock().advance(Duration::from_secs(86_400));
    let url = format!("{}/core/v1/ft/none", hive.url);
    let response = scene.client.get(&url).bearer_auth(&token).send().await;
    assert_eq!(response.unwrap().status(), 401);
}
