//! Com2uS Hive, against a service that the test plays.

use std::{
    ffi::OsString,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bindery_auth::{
    AuthError, MemoryStore, Rejected,
    hive::{Credentials, connect, from_variables},
};
use bindery_hive::{Client, Environment, types::Network};
use bindery_runtime::{Advice, Error, Kind};

use crate::{
    clock::TestClock,
    secrets::{CANARY, assert_silent},
    stub::{Received, Reply, Stub},
};

const LOGIN: &str = "POST /v2/auth-token";
const REFRESH: &str = "POST /v2/refresh-token";
const CALL: &str = "POST /core/v0/wallet";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// An unsigned token with a life of `seconds`, and an own number so that no two are the same.
fn jwt(kind: &str, seconds: u64) -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let claims = format!(
        r#"{{"kind":"{kind}","number":{number},"iat":1667382695,"exp":{}}}"#,
        1_667_382_695 + seconds
    );
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

fn pair() -> Reply {
    let (access, refresh) = (jwt("access", 86_400), jwt("refresh", 604_800));
    Reply::ok(format!(
        r#"{{"code":1000,"message":"success","data":{{"accessToken":"{access}","refreshToken":"{refresh}"}}}}"#
    ))
}

fn denied() -> Reply {
    Reply::status(
        403,
        r#"{"code":403,"error":"FORBIDDEN","message":"access denied"}"#,
    )
}

/// Issues pairs, takes every refresh token, and makes no wallet.
fn service(request: &Received, _: usize) -> Reply {
    if request.line == CALL {
        Reply::status(404, "{}")
    } else {
        pair()
    }
}

fn client(stub: &Stub, credentials: Credentials) -> Client {
    connect(
        Environment::custom_over_plain_http(&stub.url).expect("a URL"),
        credentials,
    )
    .expect("a client")
}

async fn call(client: &Client) -> Error {
    client
        .create_wallet(Network::Polygon)
        .send()
        .await
        .map(|_| ())
        .expect_err("no wallet")
}

#[tokio::test]
async fn an_id_and_a_secret_key_log_in_once() {
    let stub = Stub::start(service).await;
    let client = client(&stub, Credentials::new("test", "1234"));
    assert_eq!(call(&client).await.kind(), Kind::Refused);
    assert_eq!(call(&client).await.kind(), Kind::Refused);
    assert_eq!(stub.lines(), [LOGIN, CALL, CALL]);
    let received = stub.received();
    assert_eq!(received[0].body, r#"{"id":"test","secretKey":"1234"}"#);
    assert_eq!(received[0].header("authorization"), None);
    assert!(
        received[1]
            .header("authorization")
            .is_some_and(|header| header.starts_with("Bearer e30."))
    );
}

#[tokio::test]
async fn the_lifetime_is_that_of_the_jwt_and_a_refresh_shows_the_refresh_token_without_a_body() {
    let stub = Stub::start(service).await;
    let clock = TestClock::new();
    let client = client(&stub, Credentials::new("test", "1234").clock(clock.clone()));
    call(&client).await;
    clock.advance(DAY - Duration::from_secs(400));
    call(&client).await;
    assert_eq!(stub.lines(), [LOGIN, CALL, CALL], "it is too early");
    clock.advance(Duration::from_secs(400));
    call(&client).await;
    clock.advance(DAY);
    call(&client).await;
    assert_eq!(
        stub.lines(),
        [LOGIN, CALL, CALL, REFRESH, CALL, REFRESH, CALL]
    );
    let received = stub.received();
    for at in [3, 5] {
        assert_eq!(received[at].body, "");
        let shown = received[at]
            .header("authorization")
            .and_then(|header| header.strip_prefix("Bearer e30."));
        let claims =
            shown.and_then(|rest| URL_SAFE_NO_PAD.decode(rest.trim_end_matches(".c2ln")).ok());
        let claims = String::from_utf8(claims.expect("base64")).expect("text");
        assert!(claims.contains(r#""kind":"refresh""#), "{claims}");
    }
    assert_ne!(
        received[3].header("authorization"),
        received[5].header("authorization"),
        "each is shown once"
    );
}

#[tokio::test]
async fn any_refusal_of_a_refresh_leads_to_one_log_in() {
    let refusals: [fn() -> Reply; 5] = [
        denied,
        || Reply::status(401, "{}"),
        || Reply::status(400, "<html>"),
        || Reply::status(404, ""),
        || Reply::ok(r#"{"code":1002,"message":"BAD_REQUEST"}"#),
    ];
    for refusal in refusals {
        let stub = Stub::start(move |request, number| {
            if request.line == REFRESH {
                refusal()
            } else {
                service(request, number)
            }
        })
        .await;
        let clock = TestClock::new();
        let client = client(&stub, Credentials::new("test", "1234").clock(clock.clone()));
        call(&client).await;
        clock.advance(DAY);
        assert_eq!(call(&client).await.kind(), Kind::Refused);
        assert_eq!(stub.lines(), [LOGIN, CALL, REFRESH, LOGIN, CALL]);
    }
}

#[tokio::test]
async fn a_refresh_token_that_has_lapsed_is_not_tried() {
    let stub = Stub::start(service).await;
    let clock = TestClock::new();
    let client = client(&stub, Credentials::new("test", "1234").clock(clock.clone()));
    call(&client).await;
    clock.advance(7 * DAY);
    call(&client).await;
    assert_eq!(stub.lines(), [LOGIN, CALL, LOGIN, CALL]);
}

/// I8: an outage costs the requests of its schedule whatever the number of callers, and a refusal of the credentials one.
#[tokio::test]
async fn i08_a_wrong_secret_key_is_sent_once_and_not_shown() {
    let refusals: [fn() -> Reply; 3] = [
        denied,
        || {
            Reply::status(
                400,
                r#"{"code":400,"error":"USER_NOT_FOUND","message":"canary-4f9a1c7e not found"}"#,
            )
        },
        || Reply::ok(r#"{"code":403,"message":"canary-4f9a1c7e"}"#),
    ];
    for refusal in refusals {
        let stub = Stub::start(move |_, _| refusal()).await;
        let client = client(&stub, Credentials::new("test", CANARY));
        for _ in 0..10 {
            let error = call(&client).await;
            assert_eq!(
                (error.kind(), error.advice()),
                (Kind::Authentication, Advice::Reauthenticate)
            );
            let cause = std::error::Error::source(&error)
                .and_then(|cause| cause.downcast_ref())
                .expect("our own");
            assert!(
                matches!(
                    cause,
                    AuthError::Rejected {
                        what: Rejected::Credentials,
                        ..
                    }
                ),
                "{cause:?}"
            );
            assert_silent(&format!(
                "{error} {error:#?} {cause} {cause:#?} {client:#?}"
            ));
        }
        assert_eq!(stub.lines(), [LOGIN]);
    }
    let stub = Stub::start(|_, _| denied()).await;
    let error = call(&client(&stub, Credentials::new("test", CANARY))).await;
    insta::assert_snapshot!(error, @"hive create_wallet: failed to authorise the request: hive auth_token: failed to get an access token: the service refused the credentials (HTTP 403, code 403); check the id and the secret key in the Hive Console, and connect anew");
}

#[tokio::test]
async fn an_outage_of_the_log_in_is_told_apart_from_a_wrong_key() {
    let stub = Stub::start(|_, _| Reply(503, "retry-after: 7\r\n", "{}".to_owned())).await;
    let client = client(&stub, Credentials::new("test", "1234"));
    let error = call(&client).await;
    assert_eq!(
        (error.kind(), error.advice()),
        (Kind::Authentication, Advice::Retry)
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(call(&client).await.advice(), Advice::Retry);
    assert_eq!(stub.lines(), [LOGIN]);
}

#[test]
fn empty_credentials_are_refused_at_once() {
    let refused = |id, key| {
        connect(Environment::Sandbox, Credentials::new(id, key))
            .map(|_| ())
            .expect_err("refused")
            .to_string()
    };
    insta::assert_snapshot!(refused("", "1234"), @"hive: failed to take the id: it is empty");
    insta::assert_snapshot!(refused("test", ""), @"hive: failed to take the secret key: it is empty");
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
    insta::assert_snapshot!(read(&[("HIVE_ENVIRONMENT", "Live"), ("HIVE_ID", "test")]));
    insta::assert_snapshot!(read(&[
        ("HIVE_ENVIRONMENT", "live"),
        ("HIVE_URL", "https://example.com"),
        ("HIVE_SECRET_KEY", CANARY)
    ]));
}

#[test]
fn an_environment_is_named_or_given_as_a_url() {
    let with = |name, value| {
        read(&[
            (name, value),
            ("HIVE_ID", "test"),
            ("HIVE_SECRET_KEY", CANARY),
        ])
    };
    for (name, value, expected) in [
        ("HIVE_ENVIRONMENT", "live", "Live"),
        ("HIVE_ENVIRONMENT", "sandbox", "Sandbox"),
        (
            "HIVE_URL",
            "https://gateway.example.com",
            "gateway.example.com",
        ),
    ] {
        let read = with(name, value);
        assert!(read.contains(expected), "{read}");
        assert_silent(&read);
    }
}

/// I23: nobody gets the token of another, and what is kept is bounded.
#[tokio::test]
async fn i23_clients_that_share_a_store_share_one_log_in_and_another_secret_key_shares_nothing() {
    let stub = Stub::start(service).await;
    let store = MemoryStore::new();
    let credentials = |secret_key| Credentials::new("id", secret_key).store(store.clone());
    for _ in 0..2 {
        call(&client(&stub, credentials("secret key"))).await;
    }
    assert_eq!(stub.lines(), [LOGIN, CALL, CALL]);
    call(&client(&stub, credentials("another"))).await;
    assert_eq!(stub.lines()[3..], [LOGIN, CALL]);
}
