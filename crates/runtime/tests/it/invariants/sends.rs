//! How often a request is sent.

use std::time::Duration;

use bindery_runtime::{Advice, CallOptions, Idempotency, Kind};
use proptest::prelude::*;

use super::{for_all, runtime};
use crate::{
    api::{ALL, NEVER, Renews, Token, UNKNOWN, at_once, call, plain, send, session},
    frozen::{freeze, hanging},
    stub::{Reply, Stub},
};

/// A status that no other answer of the sequence is mistaken for, told by its place.
fn told(status: u16, place: usize) -> Reply {
    Reply::new(status, "", &format!("{{\"message\":\"answer {place}\"}}"))
}

#[test]
fn i11_a_request_is_sent_twice_at_most_and_only_after_a_refusal_that_a_newer_token_may_mend() {
    let runtime = runtime();
    let statuses = prop::collection::vec(
        prop_oneof![
            4 => Just(401_u16),
            1 => Just(200),
            // What is easily taken for a refusal of the token.
            1 => prop::sample::select(vec![400, 403, 407, 419, 440, 498, 511]),
            2 => 300_u16..600,
        ],
        1..6,
    );
    let (stub, sessions) = runtime.block_on(async {
        let stub = Stub::script([]).await;
        let sessions = [Renews::Always, Renews::InVain, Renews::Fails].map(|renews| {
            let session = session(&stub, &Token::new(renews));
            (renews, session.build().expect("a session"))
        });
        (stub, sessions)
    });
    for_all(
        512,
        (statuses, 0..ALL.len(), 0..sessions.len()),
        |(statuses, operation, renews)| {
            let operation = ALL[operation];
            let (renews, session) = &sessions[renews];
            let replies = statuses.iter().enumerate();
            let replies = replies.map(|(place, status)| told(*status, place + 1));
            stub.play(replies.chain([Reply::ok()]));
            let options = CallOptions::new()
                .max_retries(0)
                .deadline(Duration::from_secs(20));
            let sent = call(session, operation).with_options(options);
            let outcome = runtime.block_on(sent.send::<serde_json::Value>());
            let replayed = statuses[0] == 401
                && matches!(renews, Renews::Always)
                && operation.idempotency != Idempotency::Never;
            let sends = if replayed { 2 } else { 1 };
            prop_assert_eq!(stub.count(), sends);
            // The last answer comes back as it was, whichever it is.
            let place = sends as usize;
            let status = statuses.get(place - 1).copied().unwrap_or(200);
            let body = match place > statuses.len() {
                true => "\"done\"".to_owned(),
                false => format!("{{\"message\":\"answer {place}\"}}"),
            };
            match outcome {
                Ok(answer) => {
                    prop_assert_eq!(
                        (answer.attempts(), answer.status().as_u16()),
                        (sends, status)
                    );
                    let value: serde_json::Value = serde_json::from_str(&body).expect("JSON");
                    prop_assert_eq!(&*answer, &value);
                }
                Err(error) => {
                    prop_assert_eq!(error.attempts(), sends);
                    let answered = error.status().map(|status| status.as_u16());
                    prop_assert_eq!(answered, Some(status));
                    // An answer with one of these has no body, whatever it says.
                    if status != 304 {
                        prop_assert_eq!(error.body(), Some(body.as_bytes()));
                    }
                }
            }
            Ok(())
        },
    );
}

#[tokio::test]
async fn i11_a_second_401_is_returned_as_it_is() {
    let stub = Stub::script([told(401, 1), told(401, 2), Reply::ok()]).await;
    let token = Token::new(Renews::Always);
    let session = session(&stub, &token).build().expect("a session");
    let error = send(&session, &UNKNOWN).await.expect_err("a refusal");
    assert_eq!(
        (error.kind(), error.advice()),
        (Kind::Refused, Advice::Reauthenticate)
    );
    assert_eq!(error.message(), Some("answer 2"));
    assert_eq!(
        (error.attempts(), stub.count(), token.rejections()),
        (2, 2, 1)
    );
}

#[tokio::test]
async fn i13_a_request_whose_spec_does_not_allow_it_is_sent_once_whatever_comes_back() {
    let broken = [
        Reply::nothing(),
        Reply::cut_off(),
        Reply::Last(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n\"do".to_vec()),
        Reply::Last(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
        Reply::Last(b"HTTP/1.1 503 No\r\ncontent-length: 9\r\n\r\n{".to_vec()),
    ];
    let statuses = (300..400).chain([400, 402, 403, 404, 408, 409, 425, 429]);
    let refusals = statuses.chain(500..600).map(Reply::status);
    let stub = Stub::script([]).await;
    let session = plain(&stub);
    for reply in refusals.chain(broken) {
        for operation in [&UNKNOWN, &NEVER] {
            stub.play([reply.clone(), Reply::ok()]);
            let error = send(&session, operation).await.expect_err("a failure");
            assert_eq!((error.attempts(), stub.count()), (1, 1), "{reply:?}");
            if error.status().is_none() {
                let told = (error.kind(), error.advice());
                assert_eq!(told, (Kind::Connection, Advice::Look), "{reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn i13_a_request_whose_spec_does_not_allow_it_is_not_sent_again_after_a_time_out() {
    let _frozen = freeze();
    let limit = Duration::from_secs(10);
    for options in [
        CallOptions::new().attempt_timeout(limit),
        CallOptions::new().deadline(limit),
    ] {
        for operation in [&UNKNOWN, &NEVER] {
            let stub = Stub::script([Reply::Silence, Reply::ok()]).await;
            let session = session(&stub, &Token::new(Renews::Always))
                .retry(at_once())
                .build()
                .expect("a session");
            let sent = call(&session, operation).with_options(options.clone());
            let error = hanging(&stub, [(1, limit)], sent.send_for_nothing()).await;
            let error = error.expect_err("a silent service");
            assert_eq!(
                (error.kind(), error.advice()),
                (Kind::Timeout, Advice::Look)
            );
            assert_eq!((error.attempts(), stub.count()), (1, 1));
        }
    }
}

#[tokio::test]
async fn i13_the_replay_after_a_401_is_the_only_time_such_a_request_is_sent_again() {
    for (operation, sends) in [(&UNKNOWN, 2), (&NEVER, 1)] {
        for last in [401, 408, 429, 502, 503, 504] {
            let stub = Stub::script([401, last, 200].map(Reply::status)).await;
            let error = send(&plain(&stub), operation).await.expect_err("a failure");
            assert_eq!((error.attempts(), stub.count()), (sends, sends), "{last}");
        }
    }
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
fn i13_whatever_the_service_answers_the_number_of_sends_is_what_the_rules_say() {
    let runtime = runtime();
    let statuses = prop::collection::vec(
        prop::sample::select(vec![200, 400, 401, 403, 408, 429, 500, 502, 503, 504]),
        0..8,
    );
    let (stub, session) = runtime.block_on(async {
        let stub = Stub::script([]).await;
        let session = session(&stub, &Token::new(Renews::Always))
            .retry(at_once().budget(u32::MAX))
            .build()
            .expect("a session");
        (stub, session)
    });
    for_all(
        256,
        (statuses, 0..ALL.len(), 0_u32..5),
        |(statuses, operation, retries)| {
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
        },
    );
}
