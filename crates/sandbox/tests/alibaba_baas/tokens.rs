//! Access tokens and refresh tokens.

use std::time::Duration;

use bindery_sandbox::alibaba_baas::Settings;
use bindery_sandbox::{Clock, Sandbox};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::gateway::{Gateway, code, notary};

#[tokio::test]
async fn a_refresh_answers_as_documented_and_leaves_the_refresh_token_good() {
    let gateway = Gateway::start().await;
    let refresh_token = gateway.sandbox.alibaba_baas().refresh_token.clone();
    assert_eq!(refresh_token.len(), 292);
    for _ in 0..2 {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.as_str()),
        ];
        let response = gateway.refresh(&form).await;
        assert_eq!(response.status(), StatusCode::OK);
        let text = response.text().await.unwrap();
        let granted: Value = serde_json::from_str(&text).unwrap();
        let access_token = granted["access_token"].as_str().unwrap();
        assert_eq!(
            text,
            format!(
                r#"{{"token_type":"bearer","access_token":"{access_token}","refresh_token":"","expires_in":3600}}"#
            )
        );
    }
}

#[tokio::test]
async fn a_refresh_takes_what_the_go_client_adds() {
    let gateway = Gateway::start().await;
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "refresh_token")
        .append_pair(
            "refresh_token",
            &gateway.sandbox.alibaba_baas().refresh_token,
        )
        .finish();
    let request = gateway.client.post(gateway.url("/token"));
    let response = request
        .header("authorization", "Basic Og==")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send();
    assert_eq!(response.await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_refresh_that_asks_for_too_much_or_nothing_is_refused() {
    let gateway = Gateway::start().await;
    let good = gateway.sandbox.alibaba_baas().refresh_token.clone();
    let grant = ("grant_type", "refresh_token");
    let cases: [(&[(&str, &str)], &str); 8] = [
        (&[grant], "invalid_request"),
        (&[grant, ("refresh_token", "")], "invalid_request"),
        (&[grant, ("refresh_token", "unknown")], "invalid_grant"),
        (
            &[
                ("grant_type", "client_credentials"),
                ("refresh_token", &good),
            ],
            "unsupported_grant_type",
        ),
        (
            &[grant, ("refresh_token", &good), ("scope", "query all")],
            "invalid_scope",
        ),
        (
            &[grant, ("refresh_token", &good), ("refresh_token", &good)],
            "invalid_request",
        ),
        (
            &[
                grant,
                ("refresh_token", &good),
                ("access_token_lifetime", "0"),
            ],
            "invalid_request",
        ),
        (
            &[
                grant,
                ("refresh_token", &good),
                ("access_token_lifetime", "1h"),
            ],
            "invalid_request",
        ),
    ];
    for (form, error) in cases {
        let response = gateway.refresh(form).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{form:?}");
        let refusal: Value = response.json().await.unwrap();
        assert_eq!(refusal["error"], error, "{form:?}");
        assert!(!refusal.to_string().contains(&good));
    }
    // Sent as it is, each plus sign of the token reads as a space.
    let body = format!("grant_type=refresh_token&refresh_token={good}");
    let request = gateway.client.post(gateway.url("/token"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn lifetimes_are_as_asked_up_to_twelve_hours() {
    let gateway = Gateway::start().await;
    let refresh_token = gateway.sandbox.alibaba_baas().refresh_token.clone();
    for (asked, given) in [("60", 60), ("43200", 43_200), ("86400", 43_200)] {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &refresh_token),
            ("access_token_lifetime", asked),
        ];
        let granted: Value = gateway.refresh(&form).await.json().await.unwrap();
        assert_eq!(granted["expires_in"], given);
    }
}

#[tokio::test]
async fn tokens_expire_by_the_clock_of_the_sandbox() {
    let settings = Settings {
        refresh_token_lifetime: Some(Duration::from_secs(7200)),
        ..Settings::default()
    };
    let clock = Clock::new();
    let builder = Sandbox::builder().clock(clock.clone());
    let gateway = Gateway {
        sandbox: builder.alibaba_baas(settings).start().await.unwrap(),
        client: Client::new(),
    };
    let token = gateway.token("").await;
    let block = async || {
        let url = gateway.channel("/blocks/latest");
        let response = gateway.send(Method::GET, url, &token, &json!(null)).await;
        response.status()
    };
    assert_eq!(block().await, StatusCode::OK);
    clock.advance(Duration::from_secs(3600));
    assert_eq!(block().await, StatusCode::UNAUTHORIZED);

    clock.advance(Duration::from_secs(3600));
    let refresh_token = &gateway.sandbox.alibaba_baas().refresh_token;
    let form = [("refresh_token", refresh_token.as_str())];
    let response = gateway.refresh(&form).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn without_a_good_token_nothing_is_served() {
    let gateway = Gateway::start().await;
    let refresh_token = &gateway.sandbox.alibaba_baas().refresh_token;
    for (method, path) in [
        (Method::POST, "/transactions/invoke"),
        (Method::POST, "/transactions/query"),
        (Method::GET, "/transactions/0"),
        (Method::GET, "/blocks/1"),
        (Method::GET, "/events/subscribe"),
    ] {
        for token in ["", "none", refresh_token] {
            let url = gateway.channel(path);
            let response = gateway.send(method.clone(), url, token, &json!(null)).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(code(&response.json().await.unwrap()), 459_265, "{path}");
        }
    }
}

#[tokio::test]
async fn each_operation_takes_its_own_permission() {
    let gateway = Gateway::start().await;
    let (invoke, query) = ("/transactions/invoke", "/transactions/query");
    let checked = "/transactions/invoke?content_check=block";
    for (scope, method, path, granted) in [
        ("invoke", Method::POST, invoke, true),
        ("invoke", Method::POST, query, false),
        ("invoke", Method::POST, checked, false),
        ("invoke content_check", Method::POST, checked, true),
        ("query", Method::POST, query, true),
        ("query", Method::GET, "/blocks/latest", true),
        ("query", Method::POST, invoke, false),
        ("event", Method::GET, "/blocks/latest", false),
        ("event", Method::GET, "/transactions/0", false),
    ] {
        let token = gateway.token(scope).await;
        let body = notary(&["set", "k", "v"]);
        let response = gateway
            .send(method, gateway.channel(path), &token, &body)
            .await;
        assert_eq!(response.status(), StatusCode::OK);
        let code = code(&response.json().await.unwrap());
        assert_eq!(code == 200, granted, "{scope} on {path}");
        assert_eq!(code == 459_265, !granted, "{scope} on {path}");
    }
}
