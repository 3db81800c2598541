//! What the body of a failure is read as, and what the failure means.

use bindery_runtime::{Advice, CallOptions, Class, Error, Kind};
use serde::Deserialize;

use crate::{
    api::{CODES, NEVER, Renews, Token, call, session},
    ledger::{
        failures::{CloseAccountFailure, MissingOrServerError},
        types,
    },
    stub::{Reply, Stub},
};

async fn refused(status: u16, media_type: &'static str, body: &str) -> Error {
    let header = match media_type {
        "" => String::new(),
        media_type => format!("content-type: {media_type}\r\n"),
    };
    let stub = Stub::script([Reply::plain(status, &header, body)]).await;
    let session = session(&stub, &Token::new(Renews::InVain));
    let session = session.build().expect("a session");
    let sending = call(&session, &CODES).with_options(CallOptions::new().max_retries(0));
    sending.send_for_nothing().await.expect_err("a refusal")
}

#[tokio::test]
async fn the_status_chooses_among_several_bodies() {
    let read = async |status, body| {
        let error = refused(status, "application/json", body).await;
        error.failure::<CloseAccountFailure>().expect("an answer")
    };
    assert!(matches!(
        read(400, r#"{"why":"because"}"#).await,
        CloseAccountFailure::Refusal(types::Refusal { why }) if why == "because"
    ));
    for status in [404, 409] {
        assert!(matches!(
            read(status, r#"{"code":"gone"}"#).await,
            CloseAccountFailure::Missing(types::Missing { code }) if code == "gone"
        ));
    }
    assert!(matches!(read(410, "").await, CloseAccountFailure::Gone));
    // What the spec does not describe keeps every digit.
    assert!(matches!(
        read(423, r#"{"case":7.10}"#).await,
        CloseAccountFailure::Locked(said) if said.as_str() == r#"{"case":7.10}"#
    ));
    assert!(matches!(
        read(422, r#"{"why":"range"}"#).await,
        CloseAccountFailure::Refusal(types::Refusal { why }) if why == "range"
    ));
    assert!(matches!(
        read(502, "Bad gateway").await,
        CloseAccountFailure::ServerError(text) if text == "Bad gateway"
    ));
}

#[tokio::test]
async fn what_does_not_fit_is_kept_as_text_and_never_panics() {
    for (status, body) in [
        (400, "{"),
        (400, ""),
        (404, r#"{"why":1}"#),
        (404, "<html>"),
        (302, "elsewhere"),
    ] {
        let error = refused(status, "text/html", body).await;
        let failure = error.failure::<CloseAccountFailure>().expect("an answer");
        assert!(
            matches!(&failure, CloseAccountFailure::Other { status: s, text } if *s == status && text == body),
            "{failure:?}"
        );
    }
    let error = refused(404, "application/json", "{").await;
    assert!(error.failure::<types::Missing>().is_none());
    let empty = refused(503, "", "").await;
    assert!(matches!(
        empty.failure::<MissingOrServerError>(),
        Some(MissingOrServerError::ServerError)
    ));
}

#[tokio::test]
async fn what_was_never_answered_has_no_body_to_read() {
    let stub = Stub::script([]).await;
    let session = session(&stub, &Token::new(Renews::InVain));
    let session = session.build().expect("a session");
    drop(stub);
    let sending = call(&session, &NEVER).with_options(CallOptions::new().max_retries(0));
    let error = sending.send_for_nothing().await.expect_err("no service");
    assert!(error.failure::<CloseAccountFailure>().is_none());
    assert!(error.details::<types::Missing>().is_empty());
    assert_eq!(error.class(), Some(Class::Outage));
}

#[derive(Debug, Deserialize)]
struct Fault {
    reason: String,
}

#[tokio::test]
async fn single_faults_are_read_from_whichever_place_they_stand_in() {
    for body in [
        r#"{"error":{"details":[{"reason":"a"},{"reason":7},{"reason":"b"}]}}"#,
        r#"{"error":"text","details":[{"reason":"a"},"odd",{"reason":"b"}]}"#,
    ] {
        let faults: Vec<Fault> = refused(400, "", body).await.details();
        let reasons: Vec<_> = faults.into_iter().map(|fault| fault.reason).collect();
        assert_eq!(reasons, ["a", "b"]);
    }
    let none: Vec<Fault> = refused(400, "", "Not Found").await.details();
    assert!(none.is_empty());
}

#[tokio::test]
async fn the_providers_code_tells_what_a_failure_means_and_else_the_status() {
    let with = |code: &str| format!(r#"{{"code":{code}}}"#);
    for (status, code, class) in [
        (400, "7", Class::InvalidRequest),
        (400, "459265", Class::Permission),
        (400, r#""459265""#, Class::Permission),
        (500, "459265", Class::Permission),
        // It says more than the code, which says no more than that the request is wrong.
        (404, "131077", Class::NotFound),
        (500, "131077", Class::InvalidRequest),
        (403, "17", Class::Permission),
        (409, "17", Class::Conflict),
        (410, "17", Class::NotFound),
        (429, "17", Class::RateLimited),
        (502, "17", Class::Outage),
        // The session acts upon it.
        (401, "459265", Class::Authentication),
    ] {
        let error = refused(status, "application/json", &with(code)).await;
        assert_eq!(error.class(), Some(class), "{status} {code}");
        let said = [
            error.is_authentication(),
            error.is_permission(),
            error.is_not_found(),
            error.is_conflict(),
            error.is_invalid_request(),
            error.is_rate_limited(),
            error.is_outage(),
        ];
        assert_eq!(said.iter().filter(|said| **said).count(), 1, "{error:?}");
    }
}

#[tokio::test]
async fn the_advice_follows_from_what_a_failure_means() {
    let error = refused(400, "application/json", r#"{"code":459265}"#).await;
    assert_eq!(error.advice(), Advice::Reauthenticate);
    assert!(error.is_permission());
    let error = refused(500, "application/json", r#"{"code":131077}"#).await;
    assert_eq!(error.advice(), Advice::AdjustRequest);
}

#[tokio::test]
async fn a_text_is_a_message_in_whichever_type_it_comes_and_a_page_is_not() {
    for (media_type, body, message) in [
        ("text/plain", "Not Found", Some("Not Found")),
        ("text/html; charset=utf-8", "Not Found\n", Some("Not Found")),
        ("", "Not Found", Some("Not Found")),
        ("application/json", r#""Not Found""#, Some("Not Found")),
        ("text/html", "<h1>Not Found</h1>", None),
        ("image/png", "Not Found", None),
        ("text/plain", "{}", None),
        ("text/plain", "", None),
    ] {
        let error = refused(404, media_type, body).await;
        assert_eq!(error.message(), message, "{media_type} {body}");
        assert_eq!(error.kind(), Kind::Refused);
    }
}
