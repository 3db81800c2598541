//! Connections that are kept for the next call, and gone when it comes.

use bindery_runtime::{Advice, Kind};

use crate::{
    api::{NEVER, SAFE, UNKNOWN, plain, send},
    stub::{Reply, Stub},
};

#[tokio::test]
async fn i13_a_request_that_a_kept_connection_took_and_did_not_answer_is_not_sent_again() {
    for operation in [&UNKNOWN, &NEVER] {
        let stub = Stub::script([Reply::ok(), Reply::nothing(), Reply::ok()]).await;
        let session = plain(&stub);
        send(&session, operation).await.expect("a success");
        let error = send(&session, operation).await.expect_err("no answer");
        assert_eq!(
            (error.kind(), error.advice()),
            (Kind::Connection, Advice::Look)
        );
        assert_eq!((error.attempts(), stub.count()), (1, 2));
    }
    let stub = Stub::script([Reply::ok(), Reply::nothing(), Reply::ok()]).await;
    let session = plain(&stub);
    send(&session, &SAFE).await.expect("a success");
    let answer = send(&session, &SAFE).await.expect("a success");
    assert_eq!((answer.attempts(), stub.count()), (2, 3));
}

/// The service hangs up after each answer without having said so: the next request may still go out on that connection,
/// or find it closed. Whichever it is, the service never hears of a call twice.
#[tokio::test]
async fn i13_a_kept_connection_that_the_service_closed_doubles_no_write() {
    let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n\"done\"".to_vec();
    let stub = Stub::script([Reply::Last(ok)]).await;
    let session = plain(&stub);
    let mut unknown = 0;
    for number in 0..200 {
        let before = stub.count();
        match send(&session, &NEVER).await {
            Ok(answer) => {
                assert_eq!(answer.attempts(), 1);
                assert_eq!(stub.count(), before + 1, "call {number}");
            }
            Err(error) => {
                assert_eq!(
                    (error.kind(), error.advice(), error.attempts()),
                    (Kind::Connection, Advice::Look, 1)
                );
                assert!(stub.count() <= before + 1, "call {number}");
                unknown += 1;
            }
        }
    }
    assert!(unknown < 200, "no call went through");
}

/// Whoever answers twice must not answer the next call, which may be another user's.
#[tokio::test]
async fn i12_an_answer_nobody_asked_for_is_not_taken_for_that_of_the_next_call() {
    let answer = |said: &str| {
        let length = said.len();
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{said}")
    };
    let stub = Stub::start(move |number| {
        let twice = [answer(&number.to_string()), answer("\"nobody asked\"")];
        Reply::Bytes(twice.concat().into_bytes())
    })
    .await;
    let session = plain(&stub);
    let mut answered = 0;
    for operation in [&SAFE, &NEVER].into_iter().cycle().take(200) {
        match send(&session, operation).await {
            Ok(value) => {
                assert_eq!(*value, serde_json::json!(stub.count()));
                answered += 1;
            }
            // The connection was found broken when the request was on it.
            Err(error) => assert_eq!(error.kind(), Kind::Connection, "{error}"),
        }
    }
    assert!(answered > 0, "no call went through");
}
