//! What the failures of a token operation are taken for.

use std::time::Duration;

use bindery_auth::{AuthError, Code, Outage, Refusal, Rejected};
use bindery_runtime::{
    Advice, BaseUrl, Call, Error, Evidence, Failure, Idempotency, Operation, Places, Server,
    Session, StatusRange, Target, generated::Method,
};
use serde::Deserialize;

use crate::stub::{Reply, Stub};

static SERVER: Server = Server::new(&[], None);
static PLACES: Places = Places {
    code: &["/error", "/code"],
    message: &["/error_description"],
    request_id: &["/id"],
};
static TOKEN: Operation = Operation::new(
    "test",
    "token",
    Method::POST,
    "/token",
    &SERVER,
    Idempotency::Idempotent,
    Evidence::Inferred,
)
.failures(&[Failure {
    status: StatusRange { from: 400, to: 599 },
    places: &PLACES,
}]);

#[derive(Debug, Deserialize)]
struct Tokens {
    #[expect(dead_code, reason = "only read by serde")]
    access_token: String,
}

async fn call(url: &str) -> Error {
    let target = Target::custom("test", BaseUrl::plain_http(url).expect("a URL"));
    let session = Session::builder(target)
        .deadline(Duration::from_secs(5))
        .max_response_bytes(1000)
        .build();
    let session = session.expect("a session");
    Call::new(&session, &TOKEN)
        .send::<Tokens>()
        .await
        .map(|_| ())
        .expect_err("it fails")
}

async fn failure(reply: fn() -> Reply) -> AuthError {
    let stub = Stub::start(move |_, _| reply()).await;
    AuthError::of_call(&call(&stub.url).await, "try another", |_| {
        Rejected::Credentials
    })
}

#[tokio::test]
async fn a_refusal_says_what_was_refused_how_and_what_to_do() {
    let error = failure(|| {
        Reply::status(
            401,
            r#"{"error":"invalid_grant","error_description":"hunter2","id":"hunter2"}"#,
        )
    })
    .await;
    insta::assert_snapshot!(error, @"test token: failed to get an access token: the service refused the credentials (HTTP 401, invalid_grant); try another");
    assert!(error.is_final());
    assert_eq!(error.advice(), Advice::Reauthenticate);
}

#[tokio::test]
async fn the_judge_sees_the_status_and_a_known_code_only() {
    for (reply, expected) in [
        (
            r#"{"error":"invalid_scope"}"#,
            Some(Code::OAuth("invalid_scope")),
        ),
        (r#"{"code":403}"#, Some(Code::Number(403))),
        (r#"{"error":"hunter2"}"#, None),
        ("<html>", None),
    ] {
        let stub = Stub::start(move |_, _| Reply::status(403, reply)).await;
        let error = call(&stub.url).await;
        AuthError::of_call(&error, "", |answer| {
            assert_eq!(
                answer,
                Refusal {
                    status: 403,
                    code: expected
                }
            );
            Rejected::Request
        });
    }
}

#[tokio::test]
async fn a_refusal_that_is_not_about_the_credentials_is_not_final() {
    let stub = Stub::start(|_, _| Reply::status(404, "{}")).await;
    let error = AuthError::of_call(&call(&stub.url).await, "try another", |_| Rejected::Request);
    assert!(!error.is_final());
    assert_eq!(error.advice(), Advice::AdjustRequest);
    insta::assert_snapshot!(error, @"test token: failed to get an access token: the service refused the request (HTTP 404); check the base URL, and whether the service has changed");
}

#[tokio::test]
async fn an_overloaded_or_broken_service_is_an_outage_whatever_it_says() {
    let replies: [(fn() -> Reply, u16); 5] = [
        (|| Reply::status(408, "{}"), 408),
        (|| Reply::status(429, "{}"), 429),
        (|| Reply::status(500, r#"{"error":"invalid_grant"}"#), 500),
        (
            || Reply::status(503, r#"{"error":"hunter2","error_description":"hunter2"}"#),
            503,
        ),
        (
            || Reply::status(400, r#"{"error":"temporarily_unavailable"}"#),
            400,
        ),
    ];
    for (reply, status) in replies {
        let error = failure(reply).await;
        assert!(
            matches!(error, AuthError::Unavailable { why: Outage::Status(of), .. } if of == status),
            "{error:?}"
        );
        assert_eq!(error.advice(), Advice::Retry);
        assert!(
            !error.is_final() && !error.to_string().contains("hunter2"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn retry_after_is_obeyed_up_to_an_hour() {
    let seconds = |error: &AuthError| error.retry_after().map(|delay| delay.as_secs());
    assert_eq!(
        seconds(&failure(|| Reply(503, "retry-after: 7\r\n", String::new())).await),
        Some(7)
    );
    assert_eq!(
        seconds(&failure(|| Reply(429, "retry-after: 86400\r\n", String::new())).await),
        Some(3600)
    );
    assert_eq!(
        seconds(&failure(|| Reply(503, "", String::new())).await),
        None
    );
}

#[tokio::test]
async fn a_closed_port_is_an_outage_that_names_the_address() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|port| port.local_addr())
        .expect("a port");
    let error = AuthError::of_call(&call(&format!("http://{closed}")).await, "", |_| {
        Rejected::Credentials
    });
    assert!(
        matches!(
            error,
            AuthError::Unavailable {
                why: Outage::Connect,
                ..
            }
        ),
        "{error:?}"
    );
    let text = error
        .to_string()
        .replace(&closed.port().to_string(), "PORT");
    assert!(
        text.starts_with("test token: failed to connect to http://127.0.0.1:PORT: "),
        "{text}"
    );
}

#[tokio::test]
async fn an_answer_without_tokens_is_neither_an_outage_nor_a_refusal() {
    let replies: [fn() -> Reply; 5] = [
        || Reply::ok(r#"{"token":"hunter2"}"#),
        || Reply::ok(r#"{"access_token":["hunter2"]}"#),
        || Reply::ok("hunter2"),
        || Reply::ok("hunter2 ".repeat(1000)),
        || {
            Reply(
                307,
                "location: http://127.0.0.1:1/hunter2\r\n",
                String::new(),
            )
        },
    ];
    for reply in replies {
        let error = failure(reply).await;
        assert!(matches!(error, AuthError::Unusable { .. }), "{error:?}");
        assert!(!error.is_final());
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(
                text.contains("test token: ") && !text.contains("hunter2"),
                "{text}"
            );
        }
    }
}
