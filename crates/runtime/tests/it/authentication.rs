//! What a 401 does, and that it does it once.

use std::error::Error as _;

use bindery_runtime::{
    Authorizing, CallOptions, Credential, Generation, Idempotency, Kind, Requirement,
};

use crate::{
    api::{Away, IN_QUERY, NEVER, Renews, SAFE, Token, UNKNOWN, call, send, session},
    stub::{Reply, Stub},
};

fn refused(body: &str) -> Reply {
    Reply::new(401, "", body)
}

#[tokio::test]
async fn a_call_refused_with_401_is_sent_once_more_with_a_newer_token() {
    for operation in [&SAFE, &UNKNOWN] {
        let stub = Stub::script([Reply::status(401), Reply::ok()]).await;
        let token = Token::new(Renews::Always);
        let session = session(&stub, &token).build().expect("a session");
        let answer = send(&session, operation).await.expect("a success");
        assert_eq!((answer.attempts(), token.rejections()), (2, 1));
        let tokens: Vec<_> = stub
            .received()
            .iter()
            .map(|request| request.all("authorization").join(","))
            .collect();
        assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);
    }
}

#[tokio::test]
async fn what_is_sent_once_ever_is_not_replayed_but_its_token_is_renewed() {
    let stub = Stub::script([refused(r#"{"message":"expired"}"#), Reply::ok()]).await;
    let token = Token::new(Renews::Always);
    let session = session(&stub, &token).build().expect("a session");
    let error = send(&session, &NEVER).await.expect_err("a refusal");
    assert_eq!(error.message(), Some("expired"));
    assert_eq!(
        (error.attempts(), stub.count(), token.rejections()),
        (1, 1, 1)
    );
    let answer = send(&session, &NEVER).await.expect("a success");
    assert_eq!(answer.attempts(), 1);
    assert_eq!(stub.received()[1].all("authorization"), ["Bearer token-2"]);
}

/// A key that has nothing to say of a 401.
#[derive(Debug)]
struct Key;

impl Credential for Key {
    fn serves(&self, _: &Requirement) -> bool {
        true
    }

    fn describe(&self) -> String {
        "a key".to_owned()
    }

    fn authorize<'a>(&'a self, _: &'a Requirement, _: &'a mut reqwest::Request) -> Authorizing<'a> {
        Authorizing::Done(Ok(Generation(1)))
    }
}

#[tokio::test]
async fn what_a_credential_that_never_renews_was_refused_is_not_sent_again() {
    let stub = Stub::script([Reply::status(401), Reply::ok()]).await;
    let session = session(&stub, &Token::new(Renews::Always))
        .beside()
        .credential(Key);
    let session = session.build().expect("a session");
    let error = send(&session, &SAFE).await.expect_err("a refusal");
    assert_eq!((error.attempts(), stub.count()), (1, 1));
}

#[tokio::test]
async fn the_caller_may_let_it_be_replayed_all_the_same() {
    let stub = Stub::script([Reply::status(401), Reply::ok()]).await;
    let session = session(&stub, &Token::new(Renews::Always))
        .build()
        .expect("a session");
    let options = CallOptions::new().idempotency(Idempotency::Unknown);
    let sent = call(&session, &NEVER).with_options(options);
    assert_eq!(
        sent.send_for_nothing().await.expect("a success").attempts(),
        2
    );
}

#[tokio::test]
async fn a_call_is_replayed_once_however_many_retries_lie_between() {
    let statuses = [503, 401, 503, 401].map(Reply::status);
    let stub = Stub::script(statuses).await;
    let token = Token::new(Renews::Always);
    let session = session(&stub, &token).build().expect("a session");
    let error = send(&session, &SAFE).await.expect_err("a refusal");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(
        (error.attempts(), stub.count(), token.rejections()),
        (4, 4, 1)
    );
}

#[tokio::test]
async fn a_replay_uses_up_no_retry() {
    let stub = Stub::script([401, 503, 503, 503, 200].map(Reply::status)).await;
    let session = session(&stub, &Token::new(Renews::Always))
        .build()
        .expect("a session");
    let answer = call(&session, &SAFE).send_for_nothing().await;
    assert_eq!(answer.expect("a success").attempts(), 5);
}

#[tokio::test]
async fn without_a_newer_token_nothing_is_sent_again() {
    let stub = Stub::script([Reply::status(401)]).await;
    let session = session(&stub, &Token::new(Renews::InVain))
        .build()
        .expect("a session");
    let error = send(&session, &SAFE).await.expect_err("a refusal");
    assert_eq!((error.kind(), stub.count()), (Kind::Refused, 1));
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_is_the_error_only_where_it_was_for_a_replay() {
    let stub = Stub::script([Reply::status(401)]).await;
    let session = session(&stub, &Token::new(Renews::Fails))
        .build()
        .expect("a session");
    let error = send(&session, &SAFE).await.expect_err("no token");
    assert_eq!((error.kind(), error.attempts()), (Kind::Authentication, 1));
    assert!(error.source().is_some_and(|cause| cause.is::<Away>()));
    let error = send(&session, &NEVER).await.expect_err("a refusal");
    assert_eq!((error.kind(), error.attempts()), (Kind::Refused, 1));
}

#[tokio::test]
async fn a_token_in_the_query_is_replaced_not_added() {
    let stub = Stub::script([Reply::status(401), Reply::ok()]).await;
    let session = session(&stub, &Token::new(Renews::Always))
        .build()
        .expect("a session");
    send(&session, &IN_QUERY).await.expect("a success");
    let received = stub.received();
    let lines: Vec<_> = received.iter().map(|request| request.line()).collect();
    assert_eq!(
        lines,
        [
            "GET /things?access_token=token-1",
            "GET /things?access_token=token-2"
        ]
    );
}
