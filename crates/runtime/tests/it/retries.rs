//! What is sent again, and what is not.

use std::sync::{Arc, Mutex};

use bindery_runtime::{Advice, CallOptions, Idempotency, Kind};
use proptest::{prelude::*, test_runner::TestRunner};
use tokio::net::TcpSocket;

use crate::{
    api::{self, ALL, IDEMPOTENT, NEVER, Renews, SAFE, Token, UNKNOWN, at_once, call, plain, send},
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
async fn what_the_spec_does_not_call_repeatable_is_sent_once() {
    let failures = [
        Reply::status(408),
        Reply::status(429),
        Reply::status(502),
        Reply::status(503),
        Reply::status(504),
        Reply::nothing(),
        Reply::cut_off(),
    ];
    for operation in [&UNKNOWN, &NEVER] {
        for failure in &failures {
            let stub = Stub::script([failure.clone(), Reply::ok()]).await;
            let error = send(&plain(&stub), operation).await.expect_err("a failure");
            assert_eq!((error.attempts(), stub.count()), (1, 1), "{failure:?}");
        }
        let stub = Stub::script([Reply::nothing()]).await;
        let error = send(&plain(&stub), operation).await.expect_err("a failure");
        assert_eq!(error.advice(), Advice::Look);
    }
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

/// What a call comes to, by the rules, written down once more.
fn expected(statuses: &[u16], idempotency: Idempotency, retries: u32) -> (u32, u16) {
    let harmless = matches!(idempotency, Idempotency::Safe | Idempotency::Idempotent);
    let (mut attempts, mut left, mut replayed) = (0, retries, false);
    loop {
        let status = statuses.get(attempts as usize).copied().unwrap_or(200);
        attempts += 1;
        match status {
            401 if !replayed && idempotency != Idempotency::Never => replayed = true,
            408 | 429 | 502 | 503 | 504 if harmless && left > 0 => left -= 1,
            _ => return (attempts, status),
        }
    }
}

#[test]
fn whatever_the_service_answers_the_number_of_attempts_is_what_the_rules_say() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let statuses = prop::collection::vec(
        prop::sample::select(vec![200, 400, 401, 403, 408, 429, 500, 502, 503, 504]),
        0..8,
    );
    let (stub, session) = runtime.block_on(async {
        let stub = Stub::script([]).await;
        let session = api::session(&stub, &Token::new(Renews::Always))
            .retry(at_once().budget(u32::MAX))
            .build()
            .expect("a session");
        (stub, session)
    });
    let mut runner = TestRunner::new(ProptestConfig::with_cases(256));
    let cases = (statuses, 0_usize..4, 0_u32..5);
    runner
        .run(&cases, |(statuses, operation, retries)| {
            let operation = ALL[operation];
            let replies = statuses.iter().map(|status| Reply::status(*status));
            stub.play(replies.chain([Reply::ok()]));
            let options = CallOptions::new().max_retries(retries);
            let sent = call(&session, operation).with_options(options);
            let (attempts, status) = match runtime.block_on(sent.send_for_nothing()) {
                Ok(answer) => (answer.attempts(), answer.status()),
                Err(error) => (error.attempts(), error.status().expect("an answer")),
            };
            prop_assert_eq!(stub.count(), attempts);
            let wanted = expected(&statuses, operation.idempotency, retries);
            prop_assert_eq!((attempts, status.as_u16()), wanted);
            Ok(())
        })
        .expect("the rules hold");
}

#[tokio::test]
async fn every_attempt_carries_the_same_request() {
    let stub = Stub::script([Reply::status(503), Reply::nothing(), Reply::ok()]).await;
    let body = serde_json::json!({"amount": 3, "note": "ä\r\n"});
    let sent = call(&plain(&stub), &IDEMPOTENT)
        .json(&body)
        .query("a", "ä&b");
    sent.send_for_nothing().await.expect("a success");
    let received = stub.received();
    assert_eq!(received.len(), 3);
    for request in &received[1..] {
        assert_eq!(request.head, received[0].head);
        assert_eq!(request.body, received[0].body);
    }
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
    static PLAIN: bindery_runtime::Socket = bindery_runtime::Socket {
        select: None,
        replay: None,
    };
    let nameless = |_: &serde_json::Value| None;
    let opening = call(&plain(&stub), &SAFE).subscribe(&PLAIN, nameless);
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
