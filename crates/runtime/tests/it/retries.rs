//! What is sent again, and what is not.

use std::sync::{Arc, Mutex};

use bindery_runtime::{Advice, CallOptions, Idempotency, Kind};
use tokio::net::TcpSocket;

use crate::{
    api::{self, ALL, IDEMPOTENT, NEVER, Renews, SAFE, Token, at_once, call, plain, send},
    stub::{Reply, Stub},
};

#[tokio::test]
async fn what_may_heal_is_sent_again() {
    for status in [408, 429, 502, 503, 504] {
        for operation in [&SAFE, &IDEMPOTENT] {
            let stub = Stub::script([Reply::status(status), Reply::ok()]).await;
            let answer = send(&plain(&stub), operation).await.expect("a success");
            assert_eq!((answer.attempts(), stub.count()), (2, 2), "{status}");
        }
    }
}

#[tokio::test]
async fn what_does_not_heal_by_itself_is_sent_once() {
    for status in [
        300, 301, 304, 307, 400, 402, 403, 404, 405, 409, 422, 425, 500, 501, 505,
    ] {
        let stub = Stub::script([Reply::status(status), Reply::ok()]).await;
        let error = send(&plain(&stub), &SAFE).await.expect_err("a refusal");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!((error.attempts(), stub.count()), (1, 1), "{status}");
    }
    let stub = Stub::script([Reply::new(200, "", "{"), Reply::ok()]).await;
    let error = send(&plain(&stub), &SAFE).await.expect_err("no JSON");
    assert_eq!((error.kind(), stub.count()), (Kind::Decode, 1));
}

#[tokio::test]
async fn a_broken_connection_is_made_again() {
    for broken in [
        Reply::nothing(),
        Reply::cut_off(),
        Reply::Last(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n\"do".to_vec()),
    ] {
        let stub = Stub::script([broken.clone(), Reply::ok()]).await;
        let answer = send(&plain(&stub), &SAFE).await.expect("a success");
        assert_eq!((answer.attempts(), stub.count()), (2, 2), "{broken:?}");
    }
}

#[tokio::test]
async fn a_request_that_never_reached_the_service_is_sent_again_whatever_it_is() {
    for operation in ALL {
        let socket = TcpSocket::new_v4().expect("a socket");
        let address = "127.0.0.1:0".parse().expect("an address");
        socket.bind(address).expect("a free port");
        let url = format!("http://{}", socket.local_addr().expect("an address"));
        // Nobody listens on the port until the first wait begins.
        let unheard = Mutex::new(Some(socket));
        let (hand_over, mut listening) = tokio::sync::mpsc::unbounded_channel();
        let policy = at_once().jitter(move || {
            if let Some(socket) = unheard.lock().expect("no panic under the lock").take() {
                let _ = hand_over.send(socket.listen(16).expect("a port of our own"));
            }
            1.0
        });
        let late = async {
            let listener = listening.recv().await.expect("a listener");
            Stub::on(listener, |_| Reply::ok())
        };
        let base = bindery_runtime::BaseUrl::plain_http(&url).expect("a URL");
        let target = bindery_runtime::Target::custom("test", base);
        let session = bindery_runtime::Session::builder(target)
            .shared_credential(Token::new(Renews::Always))
            .retry(policy)
            .build()
            .expect("a session");
        let (answer, stub) = tokio::join!(send(&session, operation), late);
        assert_eq!(answer.expect("a success").attempts(), 2);
        assert_eq!(stub.count(), 1, "the service heard of it once");
    }
}

#[tokio::test]
async fn a_call_is_sent_again_so_often_and_no_more() {
    let stub = Stub::script([Reply::status(503)]).await;
    let session = plain(&stub);
    let error = send(&session, &SAFE).await.expect_err("an outage");
    assert_eq!((error.attempts(), stub.count()), (4, 4));
    assert_eq!(error.advice(), Advice::Retry);
    assert_eq!(error.message(), Some("said by the service"));
    for retries in [0, 1, 7] {
        let before = stub.count();
        let options = CallOptions::new().max_retries(retries);
        let sent = call(&session, &SAFE).with_options(options);
        let error = sent.send_for_nothing().await.expect_err("an outage");
        assert_eq!(error.attempts(), retries + 1);
        assert_eq!(stub.count() - before, retries + 1);
    }
}

#[tokio::test]
async fn the_caller_may_say_what_may_be_sent_again() {
    let stub = Stub::script([Reply::status(503), Reply::ok()]).await;
    let options = CallOptions::new().idempotency(Idempotency::Idempotent);
    let answer = call(&plain(&stub), &NEVER).with_options(options);
    let answer = answer.send_for_nothing().await.expect("a success");
    assert_eq!((answer.attempts(), stub.count()), (2, 2));

    let stub = Stub::script([Reply::status(503), Reply::ok()]).await;
    let options = CallOptions::new().idempotency(Idempotency::Never);
    let error = call(&plain(&stub), &SAFE).with_options(options);
    let error = error.send_for_nothing().await.expect_err("an outage");
    assert_eq!((error.advice(), stub.count()), (Advice::Look, 1));
}

#[tokio::test]
async fn an_outage_is_not_answered_with_a_storm() {
    let stub = Stub::script([Reply::status(503)]).await;
    let session = api::session(&stub, &Token::new(Renews::Always))
        .retry(at_once().budget(5))
        .build()
        .expect("a session");
    let twin = session.clone();
    for _ in 0..20 {
        send(&session, &SAFE).await.expect_err("an outage");
        send(&twin, &SAFE).await.expect_err("an outage");
    }
    assert_eq!(
        stub.count(),
        40 + 5,
        "each call once, and five retries in all"
    );
}

#[tokio::test]
async fn successes_earn_the_next_retries() {
    // The first 20 requests fail, then every second one.
    let stub = Stub::start(|number| match number {
        21.. if number % 2 == 1 => Reply::ok(),
        _ => Reply::status(503),
    })
    .await;
    let session = api::session(&stub, &Token::new(Renews::Always))
        .retry(at_once().budget(1))
        .build()
        .expect("a session");
    let mut succeeded = 0;
    while stub.count() < 20 {
        send(&session, &SAFE).await.expect_err("an outage");
    }
    for _ in 0..40 {
        succeeded += u32::from(send(&session, &SAFE).await.is_ok());
    }
    assert!(succeeded > 20, "only {succeeded} of 40 calls");
}

#[tokio::test]
async fn many_callers_at_once_are_each_sent_as_often_as_they_are_told() {
    let stub = Stub::start(|number| match number % 3 {
        0 => Reply::status(503),
        _ => Reply::ok(),
    })
    .await;
    let session = Arc::new(plain(&stub));
    let calls = (0..50).map(|_| {
        let session = Arc::clone(&session);
        tokio::spawn(async move { send(&session, &SAFE).await.map(|answer| answer.attempts()) })
    });
    let mut attempts = 0;
    for call in calls.collect::<Vec<_>>() {
        attempts += match call.await.expect("no panic") {
            Ok(attempts) => attempts,
            Err(error) => error.attempts(),
        };
    }
    assert_eq!(attempts, stub.count());
}

#[cfg(feature = "websocket")]
#[tokio::test]
async fn opening_a_web_socket_is_retried_and_replayed_like_any_call() {
    let stub = Stub::script([Reply::status(503), Reply::status(401), Reply::ok()]).await;
    let nameless = |_: &serde_json::Value| None;
    let opening = call(&plain(&stub), &SAFE).subscribe(&crate::api::SOCKET, nameless);
    let error = opening.await.expect_err("no web socket");
    assert_eq!((error.kind(), error.attempts()), (Kind::Decode, 3));
    let received = stub.received();
    let keys: Vec<_> = received
        .iter()
        .map(|request| request.all("sec-websocket-key").join(","))
        .collect();
    assert!(
        keys[0] != keys[1] && keys[1] != keys[2],
        "each has a key of its own"
    );
    assert_eq!(received[2].all("authorization"), ["Bearer token-2"]);
}
