//! Alibaba Cloud BaaS, against a gateway that the test plays.

use std::{ffi::OsString, time::Duration};

use bindery_alibaba_baas::{Client, Environment};
use bindery_auth::{
    AuthError, FileStore, Rejected,
    alibaba_baas::{Credentials, connect, from_variables},
};
use bindery_runtime::{Advice, Error, Kind};

use crate::{
    clock::TestClock,
    secrets::{CANARY, assert_silent},
    stub::{Received, Reply, Stub},
};

const TOKEN: &str = "POST /api/v1/token";
const CALL: &str = "GET /api/v1/networks/channel3/transactions/01";

/// Issues `access-1`, `access-2`, … for an hour each, with an empty refresh token as the real gateway does, and finds no
/// transaction.
fn gateway(request: &Received, number: usize) -> Reply {
    if request.line == TOKEN {
        let body = format!(
            r#"{{"token_type":"bearer","access_token":"access-{number}","refresh_token":"","expires_in":3600}}"#
        );
        return Reply::ok(body);
    }
    Reply::status(404, "{}")
}

fn client(stub: &Stub, credentials: Credentials) -> Client {
    let environment =
        Environment::custom_over_plain_http(&format!("{}/api/v1", stub.url)).expect("a URL");
    connect(environment, credentials).expect("a client")
}

/// Calls something that takes the scope `query`. The gateway of the tests has no answer that decodes.
async fn call(client: &Client) -> Error {
    client
        .get_transaction("channel3", &"01".parse().expect("hex"))
        .send()
        .await
        .map(|_| ())
        .expect_err("no transaction")
}

fn cause(error: &Error) -> &AuthError {
    let cause = std::error::Error::source(error).expect("a cause");
    cause.downcast_ref().expect("the error of this crate")
}

#[tokio::test]
async fn a_refresh_token_alone_gets_access_tokens() {
    let stub = Stub::start(gateway).await;
    let client = client(&stub, Credentials::refresh_token("a+b/c=="));
    assert_eq!(call(&client).await.kind(), Kind::Refused);
    assert_eq!(call(&client).await.kind(), Kind::Refused);
    assert_eq!(stub.lines(), [TOKEN, CALL, CALL]);
    let received = stub.received();
    assert_eq!(
        received[0].body,
        "grant_type=refresh_token&refresh_token=a%2Bb%2Fc%3D%3D"
    );
    assert_eq!(
        received[0].header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(received[0].header("authorization"), None);
    assert_eq!(received[1].header("authorization"), Some("Bearer access-1"));
}

/// I23: nobody gets the token of another, and what is kept is bounded.
#[tokio::test]
async fn i23_an_empty_refresh_token_in_the_answer_leaves_the_one_from_the_console() {
    let stub = Stub::start(gateway).await;
    let clock = TestClock::new();
    let client = client(
        &stub,
        Credentials::refresh_token("from-the-console").clock(clock.clone()),
    );
    for _ in 0..3 {
        call(&client).await;
        clock.advance(Duration::from_secs(3600));
    }
    let tokens: Vec<_> = stub
        .received()
        .into_iter()
        .filter(|request| request.line == TOKEN)
        .collect();
    assert_eq!(tokens.len(), 3);
    assert!(
        tokens
            .iter()
            .all(|request| request.body.ends_with("&refresh_token=from-the-console")),
        "{tokens:?}"
    );
}

#[tokio::test]
async fn scopes_and_lifetime_are_asked_for_and_a_call_beyond_them_is_not_sent() {
    let stub = Stub::start(gateway).await;
    let credentials = |scopes| {
        Credentials::refresh_token("token")
            .scopes(scopes)
            .access_token_lifetime(600)
    };
    call(&client(&stub, credentials(["query", "event"]))).await;
    assert_eq!(
        stub.received()[0].body,
        "grant_type=refresh_token&refresh_token=token&scope=event+query&access_token_lifetime=600"
    );
    let error = call(&client(&stub, credentials(["invoke", "event"]))).await;
    assert_eq!(error.kind(), Kind::Credential);
    assert_eq!(stub.lines().len(), 2);
    assert!(
        error.to_string().contains("with the scope `event invoke`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_401_leads_to_a_new_token_and_one_replay() {
    let stub = Stub::start(|request, number| match request.header("authorization") {
        Some("Bearer access-1") => Reply::status(401, "{}"),
        _ => gateway(request, number),
    })
    .await;
    let error = call(&client(&stub, Credentials::refresh_token("token"))).await;
    assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
    assert_eq!(stub.lines(), [TOKEN, CALL, TOKEN, CALL]);
    assert_eq!(
        stub.received()[3].header("authorization"),
        Some("Bearer access-3")
    );
}

/// I8: an outage costs the requests of its schedule whatever the number of callers, and a refusal of the credentials one.
#[tokio::test]
async fn i08_a_refused_refresh_token_is_shown_once_and_the_error_says_what_to_do() {
    let stub = Stub::start(|_, _| {
        Reply::status(
            400,
            r#"{"error":"invalid_grant","error_description":"canary-4f9a1c7e"}"#,
        )
    })
    .await;
    let client = client(&stub, Credentials::refresh_token(CANARY));
    for _ in 0..10 {
        let error = call(&client).await;
        assert_eq!(
            (error.kind(), error.advice()),
            (Kind::Authentication, Advice::Reauthenticate)
        );
        assert!(
            matches!(
                cause(&error),
                AuthError::Rejected {
                    what: Rejected::RefreshToken,
                    ..
                }
            ),
            "{error:?}"
        );
        assert_silent(&format!(
            "{error} {error:#?} {:#?} {client:#?}",
            cause(&error)
        ));
    }
    assert_eq!(stub.lines(), [TOKEN]);
    insta::assert_snapshot!(call(&client).await, @"alibaba-baas get_transaction: failed to authorise the request: alibaba-baas refresh_token: failed to get an access token: the service refused the refresh token (HTTP 400, invalid_grant); make a new token on the REST API page of your organisation in the console, and connect anew");
}

/// I22: a refresh token is dropped after a verdict on that very token, and for nothing else.
#[tokio::test]
async fn i22_a_refusal_that_says_nothing_of_the_token_does_not_end_it() {
    let stub = Stub::start(|request, number| match number {
        1 => Reply::status(400, r#"{"error":"invalid_request"}"#),
        _ => gateway(request, number),
    })
    .await;
    let clock = TestClock::new();
    let client = client(
        &stub,
        Credentials::refresh_token("token").clock(clock.clone()),
    );
    assert_eq!(call(&client).await.kind(), Kind::Authentication);
    clock.advance(Duration::from_secs(2));
    assert_eq!(call(&client).await.kind(), Kind::Refused);
}

#[tokio::test]
async fn a_fixed_access_token_is_sent_as_it_is_and_its_401_returned() {
    let stub = Stub::start(|_, _| Reply::status(401, "{}")).await;
    let error = call(&client(
        &stub,
        Credentials::access_token("from-the-console"),
    ))
    .await;
    assert_eq!(
        (error.kind(), error.advice(), error.attempts()),
        (Kind::Refused, Advice::Reauthenticate, 1)
    );
    assert_eq!(stub.lines(), [CALL]);
    assert_eq!(
        stub.received()[0].header("authorization"),
        Some("Bearer from-the-console")
    );
}

/// I16: nothing that can be printed has eight characters of a secret in a row.
#[tokio::test]
async fn i16_a_token_answer_that_cannot_be_read_says_what_is_wrong_without_showing_it() {
    for body in [
        r#"{"access_token":"canary-4f9a1c7e"}"#,
        r#"{"token_type":"bearer","access_token":{"canary-4f9a1c7e":1},"expires_in":1}"#,
        CANARY,
    ] {
        let stub = Stub::start(move |_, _| Reply::ok(body)).await;
        let error = call(&client(&stub, Credentials::refresh_token("token"))).await;
        assert_eq!(error.kind(), Kind::Authentication);
        let text = format!("{error} {error:#?} {:#?}", cause(&error));
        assert!(
            text.contains("alibaba-baas refresh_token: failed to read the answer"),
            "{text}"
        );
        assert_silent(&text);
    }
}

#[test]
fn an_empty_token_is_refused_at_once() {
    let environment = || Environment::custom("https://gateway.example.com/api/v1").expect("a URL");
    let refused = |credentials| {
        connect(environment(), credentials)
            .map(|_| ())
            .expect_err("refused")
            .to_string()
    };
    insta::assert_snapshot!(refused(Credentials::refresh_token("")), @"alibaba-baas: failed to take the refresh token: it is empty");
    insta::assert_snapshot!(refused(Credentials::access_token("")), @"alibaba-baas: failed to take the access token: it is empty");
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
        ("ALIBABA_BAAS_URL", "gateway/api/v1"),
        ("ALIBABA_BAAS_ACCESS_TOKEN", "")
    ]));
}

#[test]
fn plain_http_is_taken_for_the_very_origin_that_is_allowed() {
    let with = |url, allow| {
        read(&[
            ("ALIBABA_BAAS_URL", url),
            ("ALIBABA_BAAS_REFRESH_TOKEN", CANARY),
            ("ALIBABA_BAAS_ALLOW_HTTP", allow),
        ])
    };
    let allowed = with("http://127.0.0.1:8080/api/v1", "http://127.0.0.1:8080");
    assert!(allowed.contains("RefreshToken"), "{allowed}");
    assert_silent(&allowed);
    for allow in [
        "",
        "http://127.0.0.1",
        "http://127.0.0.1:8081",
        "https://127.0.0.1:8080",
        "http://127.0.0.1:8080.example.com",
        "*",
    ] {
        let refused = with("http://127.0.0.1:8080/api/v1", allow);
        assert!(
            refused.contains("set ALIBABA_BAAS_ALLOW_HTTP=http://127.0.0.1:8080"),
            "{allow}: {refused}"
        );
        assert_silent(&refused);
    }
    insta::assert_snapshot!(with(
        "http://127.0.0.1.example.com:8080/api/v1",
        "http://127.0.0.1:8080"
    ));
}

#[test]
fn the_refresh_token_counts_where_both_are_set() {
    let read = read(&[
        ("ALIBABA_BAAS_URL", "https://gateway.example.com/api/v1"),
        ("ALIBABA_BAAS_REFRESH_TOKEN", "refresh"),
        ("ALIBABA_BAAS_ACCESS_TOKEN", "access"),
    ]);
    assert!(
        read.contains("RefreshToken") && !read.contains("AccessToken"),
        "{read}"
    );
}

/// I23: nobody gets the token of another, and what is kept is bounded.
#[tokio::test]
async fn i23_with_a_folder_the_tokens_outlive_the_client_and_another_root_shares_nothing() {
    let stub = Stub::start(gateway).await;
    let folder = tempfile::tempdir().expect("a folder");
    let credentials = |root| Credentials::refresh_token(root).store(FileStore::new(folder.path()));
    for _ in 0..2 {
        call(&client(&stub, credentials(CANARY))).await;
    }
    assert_eq!(stub.lines(), [TOKEN, CALL, CALL]);
    call(&client(&stub, credentials("another"))).await;
    call(&client(&stub, credentials(CANARY).scopes("query"))).await;
    assert_eq!(stub.lines()[3..], [TOKEN, CALL, TOKEN, CALL]);
    for file in std::fs::read_dir(folder.path()).expect("a folder") {
        assert_silent(&file.expect("a file").path().display().to_string());
    }
}
