//! How long is waited, and until when.

use std::time::Duration;

use bindery_runtime::{Advice, CallOptions, Kind, RetryPolicy};
use tokio::{net::TcpSocket, time::Instant};

use crate::{
    api::{NEVER, Renews, SAFE, Token, call, send, session},
    frozen::{freeze, hanging, heard, told_of_waits, waiting},
    stub::{Reply, Stub},
};

const SECOND: Duration = Duration::from_secs(1);

fn with(stub: &Stub, policy: RetryPolicy) -> bindery_runtime::Session {
    session(stub, &Token::new(Renews::Always))
        .retry(policy)
        .deadline(600 * SECOND)
        .build()
        .expect("a session")
}

#[tokio::test]
async fn the_waits_between_attempts_double() {
    let _frozen = freeze();
    let stub = Stub::script([Reply::status(503)]).await;
    let (policy, told) = told_of_waits(SECOND);
    let session = with(&stub, policy);
    let start = Instant::now();
    let waits = [SECOND, 2 * SECOND, 4 * SECOND];
    let outcome = waiting(&stub, told, waits, send(&session, &SAFE)).await;
    outcome.expect_err("an outage");
    assert_eq!(heard(&stub, start), [0, 1000, 3000, 7000]);
}

#[tokio::test]
async fn the_service_is_asked_again_only_after_the_seconds_it_named() {
    let _frozen = freeze();
    let stub = Stub::script([Reply::new(429, "retry-after: 30\r\n", ""), Reply::ok()]).await;
    let (policy, told) = told_of_waits(SECOND);
    let session = with(&stub, policy);
    let start = Instant::now();
    let answer = waiting(&stub, told, [31 * SECOND], send(&session, &SAFE)).await;
    assert_eq!(answer.expect("a success").attempts(), 2);
    assert_eq!(heard(&stub, start), [0, 31_000]);
}

#[tokio::test]
async fn the_service_is_asked_again_only_at_the_date_it_named() {
    let _frozen = freeze();
    let dates =
        "date: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sun, 06 Nov 1994 08:50:07 GMT\r\n";
    let stub = Stub::script([Reply::new(503, dates, ""), Reply::ok()]).await;
    let (policy, told) = told_of_waits(SECOND);
    let session = with(&stub, policy);
    let start = Instant::now();
    let answer = waiting(&stub, told, [31 * SECOND], send(&session, &SAFE)).await;
    answer.expect("a success");
    assert_eq!(heard(&stub, start), [0, 31_000]);
}

#[tokio::test]
async fn a_service_that_asks_for_more_patience_than_there_is_gets_no_second_attempt() {
    let _frozen = freeze();
    for asked in [
        "61",
        "86400",
        "99999999999999999999",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ] {
        let reply = Reply::new(429, &format!("retry-after: {asked}\r\n"), "");
        let stub = Stub::script([reply]).await;
        let (policy, told) = told_of_waits(SECOND);
        let session = with(&stub, policy.longest_retry_after(60 * SECOND));
        let start = Instant::now();
        let outcome = waiting(&stub, told, [], send(&session, &SAFE)).await;
        let error = outcome.expect_err("too many");
        assert_eq!((stub.count(), start.elapsed()), (1, Duration::ZERO));
        assert!(error.retry_after() > Some(60 * SECOND));
        assert!(error.retry_after() <= Some(86_400 * SECOND));
    }
}

#[tokio::test]
async fn no_wait_is_begun_that_would_end_after_the_deadline() {
    let _frozen = freeze();
    let stub = Stub::script([Reply::new(503, "retry-after: 30\r\n", "")]).await;
    let (policy, told) = told_of_waits(SECOND);
    let session = with(&stub, policy);
    let start = Instant::now();
    let options = CallOptions::new().deadline(31 * SECOND);
    let sent = call(&session, &SAFE).with_options(options);
    let outcome = waiting(&stub, told, [], sent.send_for_nothing()).await;
    let error = outcome.expect_err("an outage");
    assert_eq!(error.kind(), Kind::Refused);
    assert_eq!(error.retry_after(), Some(30 * SECOND));
    assert_eq!((stub.count(), start.elapsed()), (1, Duration::ZERO));
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_given_up_and_made_again() {
    let _frozen = freeze();
    let stub = Stub::script([Reply::Silence, Reply::ok()]).await;
    let session = with(&stub, crate::api::at_once());
    let start = Instant::now();
    let options = CallOptions::new().attempt_timeout(10 * SECOND);
    let sent = call(&session, &SAFE).with_options(options);
    let answer = hanging(&stub, [(1, 10 * SECOND)], sent.send_for_nothing()).await;
    assert_eq!(answer.expect("a success").attempts(), 2);
    assert_eq!(heard(&stub, start), [0, 10_000]);
}

#[tokio::test]
async fn i24_an_answer_that_stops_on_the_way_is_given_up_and_asked_for_again() {
    for stalled in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n\"do",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n\"don",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HT",
    ] {
        let _frozen = freeze();
        let stub = Stub::script([Reply::Bytes(stalled.into()), Reply::ok()]).await;
        let session = with(&stub, crate::api::at_once());
        let options = CallOptions::new().attempt_timeout(10 * SECOND);
        let sent = call(&session, &SAFE).with_options(options);
        let answer = hanging(&stub, [(1, 10 * SECOND)], sent.send_for_nothing()).await;
        assert_eq!(answer.expect("a success").attempts(), 2, "{stalled:?}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn i24_no_retry_outlives_the_deadline() {
    let _frozen = freeze();
    let stub = Stub::script([Reply::Silence]).await;
    let session = with(&stub, crate::api::at_once().max_retries(100));
    let start = Instant::now();
    let options = CallOptions::new()
        .attempt_timeout(10 * SECOND)
        .deadline(25 * SECOND);
    let sent = call(&session, &SAFE).with_options(options);
    let waits = [(1, 10 * SECOND), (2, 10 * SECOND), (3, 5 * SECOND)];
    let error = hanging(&stub, waits, sent.send_for_nothing()).await;
    let error = error.expect_err("a silent service");
    assert_eq!((error.kind(), error.attempts()), (Kind::Timeout, 3));
    assert_eq!(start.elapsed().as_secs(), 25);
    let before = std::error::Error::source(&error).map(ToString::to_string);
    let before = before.expect("why the attempt before failed");
    assert!(before.contains("one attempt may take"), "{before}");
}

#[tokio::test]
async fn limits_without_end_are_no_panic() {
    let stub = Stub::script([Reply::status(503), Reply::ok()]).await;
    let session = session(&stub, &Token::new(Renews::Always))
        .deadline(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .connect_timeout(Duration::MAX)
        .build()
        .expect("a session");
    send(&session, &SAFE).await.expect("a success");
}

#[tokio::test]
async fn i24_a_service_that_does_not_take_connections_is_given_up_after_the_connect_timeout() {
    // Two connections fill a queue for one; whoever comes then is kept waiting.
    let socket = TcpSocket::new_v4().expect("a socket");
    let address = "127.0.0.1:0".parse().expect("an address");
    socket.bind(address).expect("a free port");
    let address = socket.local_addr().expect("an address");
    let _full = socket.listen(1).expect("a port of our own");
    let mut queued = Vec::new();
    for _ in 0..2 {
        queued.push(tokio::net::TcpStream::connect(address).await.expect("room"));
    }
    let _frozen = freeze();
    let base = bindery_runtime::BaseUrl::plain_http(&format!("http://{address}")).expect("a URL");
    let session = bindery_runtime::Session::builder(bindery_runtime::Target::custom("test", base))
        .shared_credential(Token::new(Renews::Always))
        .retry(RetryPolicy::never())
        .connect_timeout(10 * SECOND)
        .build()
        .expect("a session");
    let start = Instant::now();
    let call = send(&session, &NEVER);
    tokio::pin!(call);
    let error = loop {
        tokio::select! {
            biased;
            outcome = &mut call => break outcome.expect_err("no connection"),
            () = tokio::task::yield_now() => tokio::time::advance(SECOND / 10).await,
        }
    };
    assert_eq!(
        (error.kind(), error.advice()),
        (Kind::Connect, Advice::Retry)
    );
    assert!((10 * SECOND..11 * SECOND).contains(&start.elapsed()));
}
