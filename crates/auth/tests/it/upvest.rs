//! Upvest, against a service that the test plays.

mod invariants;

use std::{ffi::OsString, time::Duration};

use bindery_auth::{
    AuthError, Rejected,
    upvest::{ApiKey, OAuthClient, Tenant, from_variables},
};
use bindery_runtime::{Error, Kind};
use bindery_upvest::{Client, Environment, types::Echo};

use crate::{
    clock::TestClock,
    secrets::{CANARY, assert_silent},
    stub::{Received, Reply, Stub},
};

const TOKEN: &str = "POST /1.0/clientele/oauth2/token";
const CALL: &str = "GET /1.0/clientele/echo-oauth2?echo=x";
const TEN_HOURS: Duration = Duration::from_secs(36_000);

/// Issues `access-1` and `refresh-1`, and so on, and echoes.
fn service(request: &Received, number: usize) -> Reply {
    if request.line != TOKEN {
        return Reply::ok(r#"{"echo":"x"}"#);
    }
    Reply::ok(format!(
        r#"{{"access_token":"access-{number}","expires_in":36000,"token_type":"Bearer","scope":"echo","refresh_token":"refresh-{number}"}}"#
    ))
}

fn tenant(stub: &Stub, clock: &TestClock) -> Tenant {
    tenant_with(stub, clock, OAuthClient::new("client", "client-secret"))
}

fn tenant_with(stub: &Stub, clock: &TestClock, oauth_client: OAuthClient) -> Tenant {
    let environment =
        Environment::custom_over_plain_http(&format!("{}/1.0/", stub.url)).expect("a URL");
    let api_key = ApiKey::new("key", "test-secret", "passphrase").clock(clock.clone());
    Tenant::new(environment, api_key, oauth_client).expect("a tenant")
}

fn jane(tenant: &Tenant) -> Client {
    tenant
        .user("Jane Doe", "p&ssword", ["read", "echo"])
        .expect("a client")
}

async fn call(client: &Client) -> Result<String, Error> {
    Ok(client.clientele_echo_get("x").send().await?.echo.clone())
}

fn forms(stub: &Stub) -> Vec<String> {
    stub.received()
        .into_iter()
        .filter(|request| request.line == TOKEN)
        .map(|request| request.body)
        .collect()
}

const PASSWORD: &str = "grant_type=password&client_id=client&client_secret=client-secret&username=Jane+Doe&password=p%26ssword&scope=echo+read";

fn refresh(number: usize) -> String {
    format!(
        "grant_type=refresh_token&client_id=client&client_secret=client-secret&refresh_token=refresh-{number}"
    )
}

#[tokio::test]
async fn a_tenants_call_carries_a_signature_over_what_was_sent() {
    let stub = Stub::start(service).await;
    let client = tenant(&stub, &TestClock::new()).client();
    client
        .tenancy_echo_get("Hello, w\u{f6}rld!")
        .send()
        .await
        .expect("an echo");
    client
        .tenancy_echo_post(Echo::new("x"))
        .send()
        .await
        .expect("an echo");
    // Computed with another implementation of HMAC, for 1700000000 and `test-secret`.
    let expected = [
        (
            "/1.0/tenancy/echo-signed?echo=Hello%2C%20w%C3%B6rld%21",
            "84756e6043fff05e4b71d5004b1f99f468d83e83a30668103965cb92bccf1ff1402b97b7828b4ef7d822fa581bd837345b01ac72018935e3647e16538dec9f19",
        ),
        (
            "/1.0/tenancy/echo-signed",
            "8693796f785e3c85988179f54de281de8d87cc8415c098a6ad993ff1bcfec03bf9bbfd320ee53a7e8cb7f87fea0889e8decef6c3a039c6f3ab7f9627d8878590",
        ),
    ];
    for (request, (path, signature)) in stub.received().iter().zip(expected) {
        assert!(request.line.ends_with(path), "{}", request.line);
        assert_eq!(request.header("x-up-api-signed-path"), Some(path));
        assert_eq!(request.header("x-up-api-key"), Some("key"));
        assert_eq!(request.header("x-up-api-passphrase"), Some("passphrase"));
        assert_eq!(request.header("x-up-api-timestamp"), Some("1700000000"));
        assert_eq!(request.header("x-up-api-signature"), Some(signature));
        assert_eq!(request.header("authorization"), None);
    }
}

#[tokio::test]
async fn each_attempt_is_signed_with_its_own_time() {
    let stub = Stub::start(service).await;
    let clock = TestClock::new();
    let client = tenant(&stub, &clock).client();
    for _ in 0..2 {
        client.tenancy_echo_get("x").send().await.expect("an echo");
        clock.advance(Duration::from_secs(1));
    }
    let received = stub.received();
    assert_eq!(received[1].header("x-up-api-timestamp"), Some("1700000001"));
    assert_ne!(
        received[0].header("x-up-api-signature"),
        received[1].header("x-up-api-signature")
    );
}

#[tokio::test]
async fn a_refused_signature_is_not_tried_again() {
    let stub = Stub::start(|_, _| Reply::status(401, "{}")).await;
    let error = tenant(&stub, &TestClock::new())
        .client()
        .tenancy_echo_get("x")
        .send()
        .await
        .expect_err("refused");
    assert_eq!((error.kind(), error.attempts()), (Kind::Refused, 1));
}

#[tokio::test]
async fn a_user_signs_in_with_the_password_and_the_chosen_scopes() {
    let stub = Stub::start(service).await;
    let client = jane(&tenant(&stub, &TestClock::new()));
    assert_eq!(call(&client).await.expect("an echo"), "x");
    assert_eq!(call(&client).await.expect("an echo"), "x");
    assert_eq!(stub.lines(), [TOKEN, CALL, CALL]);
    let received = stub.received();
    assert_eq!(received[0].body, PASSWORD);
    assert_eq!(received[0].header("authorization"), None);
    assert_eq!(received[0].header("x-up-api-key"), None);
    assert_eq!(received[1].header("authorization"), Some("Bearer access-1"));
    assert_eq!(received[1].header("x-up-api-key"), None);
}

#[tokio::test]
async fn a_call_beyond_the_scopes_is_not_sent() {
    let stub = Stub::start(service).await;
    let client = tenant(&stub, &TestClock::new())
        .user("Jane Doe", "password", "read wallet")
        .expect("a client");
    let error = call(&client).await.expect_err("no scope");
    assert_eq!(error.kind(), Kind::Credential);
    assert!(
        error
            .to_string()
            .contains("`oauth2` with the scope `read wallet`"),
        "{error}"
    );
    assert_eq!(stub.lines().len(), 0);
}

#[tokio::test]
async fn a_refresh_token_is_used_while_it_serves() {
    let stub = Stub::start(service).await;
    let clock = TestClock::new();
    let client = jane(&tenant(&stub, &clock));
    for _ in 0..3 {
        call(&client).await.expect("an echo");
        clock.advance(TEN_HOURS);
    }
    assert_eq!(forms(&stub), [PASSWORD.to_owned(), refresh(1), refresh(3)]);
}

#[tokio::test]
async fn a_refused_refresh_leads_to_the_password_and_an_unsupported_one_is_remembered() {
    for (code, remembered) in [
        ("unsupported_grant_type", true),
        ("invalid_request", true),
        ("invalid_grant", false),
    ] {
        let stub = Stub::start(move |request, number| {
            let refused = request.body.starts_with("grant_type=refresh_token");
            if refused {
                Reply::status(400, format!(r#"{{"error":"{code}"}}"#))
            } else {
                service(request, number)
            }
        })
        .await;
        let clock = TestClock::new();
        let tenant = tenant(&stub, &clock);
        let client = jane(&tenant);
        for _ in 0..3 {
            call(&client).await.expect("an echo");
            clock.advance(TEN_HOURS);
        }
        let refreshes = forms(&stub)
            .iter()
            .filter(|form| form.starts_with("grant_type=refresh_token"))
            .count();
        assert_eq!(refreshes, if remembered { 1 } else { 2 }, "{code}");
    }
}

#[tokio::test]
async fn what_was_refused_is_told_apart() {
    for (status, body, expected) in [
        (401, r#"{"error":"invalid_client"}"#, Rejected::Client),
        (400, r#"{"error":"unauthorized_client"}"#, Rejected::Client),
        (400, r#"{"error":"invalid_scope"}"#, Rejected::Scopes),
        (400, r#"{"error":"invalid_grant"}"#, Rejected::Credentials),
        (403, "<html>", Rejected::Credentials),
        (400, r#"{"error":"invalid_request"}"#, Rejected::Request),
        (404, "", Rejected::Request),
    ] {
        let stub = Stub::start(move |_, _| Reply::status(status, body)).await;
        let error = call(&jane(&tenant(&stub, &TestClock::new())))
            .await
            .expect_err("refused");
        let cause = std::error::Error::source(&error)
            .and_then(|cause| cause.downcast_ref())
            .expect("our own");
        assert!(
            matches!(cause, AuthError::Rejected { what, .. } if *what == expected),
            "{body}: {cause:?}"
        );
    }
}

#[test]
fn empty_credentials_are_refused_at_once() {
    let tenant = |id, secret| {
        Tenant::new(
            Environment::Playground,
            ApiKey::new("a", "b", "c"),
            OAuthClient::new(id, secret),
        )
    };
    let refused = |id, secret| {
        tenant(id, secret)
            .map(|_| ())
            .expect_err("refused")
            .to_string()
    };
    insta::assert_snapshot!(refused("", "secret"), @"upvest: failed to take the OAuth client's id: it is empty");
    insta::assert_snapshot!(refused("id", ""), @"upvest: failed to take the OAuth client's secret: it is empty");
    let tenant = tenant("id", "secret").expect("a tenant");
    let refused = |name, password| {
        tenant
            .user(name, password, "echo")
            .map(|_| ())
            .expect_err("refused")
            .to_string()
    };
    insta::assert_snapshot!(refused("", "password"), @"upvest: failed to take the user's name: it is empty");
    insta::assert_snapshot!(refused("Jane", ""), @"upvest: failed to take the user's password: it is empty");
}

fn read(variables: &[(&str, &str)]) -> String {
    let lookup = |name: &str| {
        variables
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| OsString::from(*value))
    };
    match from_variables(&lookup) {
        Ok(read) => format!("{read:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn all_missing_variables_are_named_at_once() {
    insta::assert_snapshot!(read(&[]));
    insta::assert_snapshot!(read(&[
        ("UPVEST_URL", "http://127.0.0.1:8080/1.0/"),
        ("UPVEST_API_KEY", "key"),
        ("UPVEST_CLIENT_ID", "id")
    ]));
}

#[test]
fn an_environment_is_named_or_given_as_a_url() {
    let with = |name, value| {
        read(&[
            (name, value),
            ("UPVEST_ALLOW_HTTP", "http://127.0.0.1:8080"),
            ("UPVEST_API_KEY", CANARY),
            ("UPVEST_API_SECRET", CANARY),
            ("UPVEST_API_PASSPHRASE", CANARY),
            ("UPVEST_CLIENT_ID", "id"),
            ("UPVEST_CLIENT_SECRET", CANARY),
        ])
    };
    for (name, value, expected) in [
        ("UPVEST_ENVIRONMENT", "playground", "Playground"),
        (
            "UPVEST_ENVIRONMENT",
            "playground_legacy",
            "PlaygroundLegacy",
        ),
        ("UPVEST_ENVIRONMENT", "live", "Live"),
        ("UPVEST_URL", "http://127.0.0.1:8080/1.0/", "127.0.0.1"),
    ] {
        let read = with(name, value);
        assert!(read.contains(expected), "{read}");
        assert_silent(&read);
    }
}
