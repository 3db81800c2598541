//! The API key, and the paths.

use reqwest::Method;
use serde_json::json;

use crate::client::{Tenant, answer, quick};

const ECHO: &str = "/tenancy/echo-signed";

#[tokio::test]
async fn both_echoes_return_utf_8_and_punctuation_unchanged() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("Jane Doe", &[]).await;
    for shout in [
        "Hello, world & peace = mindfulness!",
        "Ωμέγα",
        "ǈiljana",
        "陳大文",
        "",
    ] {
        let body = json!({"echo": shout});
        let query = serde_urlencoded::to_string([("echo", shout)]).expect("a query");
        assert_eq!(tenant.post(ECHO, &body).await.json(200), body);
        assert_eq!(tenant.get(&format!("{ECHO}?{query}")).await.json(200), body);
        let path = "/clientele/echo-oauth2";
        assert_eq!(user.post(path, &body).await.json(200), body);
        assert_eq!(user.get(&format!("{path}?{query}")).await.json(200), body);
    }
}

#[tokio::test]
async fn the_signing_habits_of_all_official_clients_are_accepted() {
    let tenant = Tenant::start(quick()).await;
    let path = "/assets/?page_size=2";
    for (signed_path, body) in [
        ("/1.0/assets/?page_size=2", ""),
        ("1.0/assets/?page_size=2", ""),
        // Python leaves out the query of filters, Go signs and sends a body even to GET.
        ("1.0/assets/", ""),
        ("1.0/assets/", "{}\n"),
    ] {
        let request = tenant.signed_as(Method::GET, path, signed_path, body);
        let assets = answer(request).await.json(200);
        assert_eq!(
            assets["results"].as_array().expect("a list").len(),
            2,
            "{signed_path}"
        );
    }
}

#[tokio::test]
async fn a_wrong_secret_is_403_with_the_debug_hint() {
    let mut tenant = Tenant::start(quick()).await;
    let secret = std::mem::replace(&mut tenant.access.api_secret, "wrong".to_owned());
    let refused = tenant.post(ECHO, &json!({"echo": "Hello"})).await;
    let (location, reason) = refused.reason(403);
    assert_eq!(
        (location.as_str(), reason.as_str()),
        ("X-UP-API-Signature", "debugHint")
    );
    assert!(!refused.text.contains(&secret));
    let parts = &refused.json(403)["error"]["details"][0]["value"]["message_parts"];
    assert_eq!(parts["body"]["canonicalized"], r#"{"echo":"Hello"}"#);
}

#[tokio::test]
async fn a_wrong_key_or_passphrase_or_time_and_a_missing_header_are_401() {
    let tenant = Tenant::start(quick()).await;
    for (header, value, reason) in [
        ("X-UP-API-Key", "wrong", "invalidKey"),
        ("X-UP-API-Passphrase", "wrong", "invalidPassphrase"),
        ("X-UP-API-Timestamp", "yesterday", "invalidTimestamp"),
    ] {
        let mut request = tenant
            .signed(Method::GET, "/assets/", "")
            .build()
            .expect("a request");
        request
            .headers_mut()
            .insert(header, value.parse().expect("a header"));
        let refused = reqwest::Client::new()
            .execute(request)
            .await
            .expect("an answer");
        let refused = crate::client::Answer::of(refused).await;
        assert_eq!(refused.reason(401), (header.to_owned(), reason.to_owned()));
    }
    let mut request = tenant
        .signed(Method::GET, "/assets/", "")
        .build()
        .expect("a request");
    request.headers_mut().remove("X-UP-API-Signed-Path");
    let refused = reqwest::Client::new()
        .execute(request)
        .await
        .expect("an answer");
    let refused = crate::client::Answer::of(refused).await;
    assert_eq!(refused.reason(401).0, "X-UP-API-Signed-Path");
    let bare = answer(tenant.bare(Method::GET, "/assets/")).await;
    assert_eq!(bare.reason(401).1, "required");
    assert_eq!(bare.challenge.as_deref(), Some("Bearer"));
}

#[tokio::test]
async fn a_signature_for_another_path_is_403() {
    let tenant = Tenant::start(quick()).await;
    let request = tenant.signed_as(Method::GET, "/tenancy/users/", "/1.0/assets/", "");
    assert_eq!(answer(request).await.reason(403).1, "pathMismatch");
}

#[tokio::test]
async fn moving_the_sandboxs_clock_does_not_spoil_signatures() {
    let tenant = Tenant::start(quick()).await;
    tenant.clock.advance(std::time::Duration::from_secs(86_400));
    tenant.get("/assets/").await.json(200);
}

#[tokio::test]
async fn a_slash_too_many_or_too_few_is_a_404_in_plain_text() {
    let tenant = Tenant::start(quick()).await;
    for path in [
        "/assets",
        "/tenancy/users",
        "/tenancy/echo-signed/",
        "/kms/wallets",
        "/nowhere",
    ] {
        let answer = tenant.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.text.as_str()),
            (404, "Not Found"),
            "{path}"
        );
    }
    assert_eq!(tenant.delete("/assets/").await.status, 405);
}

#[tokio::test]
async fn a_body_that_is_no_object_or_lacks_fields_is_400_and_tells_all_of_them() {
    let tenant = Tenant::start(quick()).await;
    for body in ["", "{", "[]", "null", "\"x\""] {
        let request = tenant.signed(Method::POST, "/tenancy/users/", body);
        assert_eq!(
            answer(request).await.reason(400).1,
            "parseError",
            "{body:?}"
        );
    }
    let refused = tenant
        .post("/tenancy/users/", &json!({"raw": "yes"}))
        .await
        .json(400);
    let details = refused["error"]["details"]
        .as_array()
        .expect("details")
        .clone();
    let mut faults: Vec<_> = details
        .iter()
        .map(|detail| (detail["location"].as_str(), detail["reason"].as_str()))
        .collect();
    faults.sort_unstable();
    let expected = [
        (Some("password"), Some("required")),
        (Some("raw"), Some("invalid")),
        (Some("username"), Some("required")),
    ];
    assert_eq!(faults, expected);
}
