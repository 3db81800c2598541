//! What is sent again, and what becomes of the answer before.

use std::error::Error as _;

use bindery_runtime::{Advice, Call, CallOptions, FilePart, Kind, Session};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{for_all, runtime};
use crate::{
    api::{Away, IDEMPOTENT, NEVER, Renews, SAFE, Token, UNKNOWN, at_once, call, session},
    stub::{Received, Reply, Stub},
};

#[derive(Clone, Debug)]
enum Body {
    None,
    Json(String),
    Form(Vec<(String, String)>),
    Parts(Vec<(String, Vec<u8>)>),
}

impl Body {
    fn any() -> impl Strategy<Value = Self> {
        let bytes = prop_oneof![
            prop::collection::vec(any::<u8>(), 0..3000),
            // What looks like the end of a part, or of the message.
            "(\r\n)?--bindery-0000000[0-2](--)?\r\n\r\n(0\r\n\r\n)?".prop_map(String::into_bytes),
        ];
        prop_oneof![
            Just(Self::None),
            ".{0,200}".prop_map(Self::Json),
            prop::collection::vec((".{1,10}", ".{0,40}"), 0..4).prop_map(Self::Form),
            prop::collection::vec((".{0,20}", bytes), 1..4).prop_map(Self::Parts),
        ]
    }

    fn on(&self, call: Call) -> Call {
        match self {
            Self::None => call,
            Self::Json(text) => call.json(&json!({"text": text, "amount": 3})),
            Self::Form(pairs) => call.form(pairs),
            Self::Parts(parts) => parts.iter().fold(call, |call, (name, bytes)| {
                let file = FilePart::new(bytes.clone()).named(name.as_str());
                call.part("note", name).file("asset", file)
            }),
        }
    }
}

/// Everything of a request but the credential, as it came over the wire.
fn without_credential(received: &Received) -> (Vec<String>, Vec<u8>) {
    let lines = received.head.split("\r\n").map(str::to_owned);
    let lines = lines.filter(|line| !line.starts_with("authorization: "));
    (lines.collect(), received.body.clone())
}

fn renewing(stub: &Stub) -> Session {
    session(stub, &Token::new(Renews::Always))
        .retry(at_once().budget(u32::MAX))
        .build()
        .expect("a session")
}

#[test]
fn i12_what_is_sent_again_differs_in_the_credential_alone() {
    let runtime = runtime();
    let (stub, session) = runtime.block_on(async {
        let stub = Stub::script([]).await;
        let session = renewing(&stub);
        (stub, session)
    });
    let query = prop::collection::vec((".{1,10}", ".{0,20}"), 0..4);
    let headers = prop::collection::vec("[!-~]{1,30}", 0..4);
    let failures = prop::sample::select(vec![&[401][..], &[503, 401], &[401, 503, 503]]);
    for_all(
        256,
        (Body::any(), query, headers, failures),
        |(body, query, headers, failures)| {
            let replies = failures.iter().copied().map(Reply::status);
            stub.play(replies.chain([Reply::ok()]));
            let mut options = CallOptions::new();
            for (name, value) in &query {
                options = options.query(name, value);
            }
            for value in &headers {
                options = options.header("x-note", value);
            }
            let sent = body
                .on(call(&session, &IDEMPOTENT).query("own", "b c"))
                .with_options(options);
            let answer = runtime.block_on(sent.send_for_nothing());
            answer.expect("a success");
            let received = stub.received();
            prop_assert_eq!(received.len(), failures.len() + 1);
            let first = without_credential(&received[0]);
            if !matches!(body, Body::None | Body::Form(_)) {
                prop_assert!(!first.1.is_empty());
            }
            for again in &received[1..] {
                prop_assert_eq!(&without_credential(again), &first);
            }
            for (before, after) in received
                .iter()
                .zip(&received[1..])
                .zip(failures)
                .filter_map(|(pair, status)| (*status == 401).then_some(pair))
            {
                prop_assert_ne!(before.all("authorization"), after.all("authorization"));
            }
            Ok(())
        },
    );
}

const REFUSAL: &str = r#"{"message":"expired","request_id":"r-1"}"#;

fn refused() -> Reply {
    Reply::new(401, "x-left: 7\r\n", REFUSAL)
}

#[tokio::test]
async fn i12_the_answer_of_a_401_stays_readable_where_nothing_is_sent_again() {
    for (renews, operation) in [
        (Renews::Always, &NEVER),
        (Renews::InVain, &SAFE),
        (Renews::InVain, &UNKNOWN),
        (Renews::Fails, &NEVER),
    ] {
        let stub = Stub::script([refused(), Reply::ok()]).await;
        let session = session(&stub, &Token::new(renews))
            .build()
            .expect("a session");
        let error = call(&session, operation).send::<Value>().await;
        let error = error.expect_err("a refusal");
        assert_eq!((error.kind(), stub.count()), (Kind::Refused, 1));
        assert_eq!(error.body(), Some(REFUSAL.as_bytes()));
        assert_eq!(error.headers().expect("an answer")["x-left"], "7");
    }
}

#[tokio::test]
async fn i12_the_answer_of_a_401_stays_readable_where_the_token_could_not_be_renewed() {
    let stub = Stub::script([refused(), Reply::ok()]).await;
    let session = session(&stub, &Token::new(Renews::Fails))
        .build()
        .expect("a session");
    for operation in [&SAFE, &UNKNOWN] {
        stub.play([refused(), Reply::ok()]);
        let error = call(&session, operation).send::<Value>().await;
        let error = error.expect_err("no token");
        assert_eq!(
            (error.kind(), error.advice()),
            (Kind::Authentication, Advice::Retry)
        );
        assert!(error.source().is_some_and(|cause| cause.is::<Away>()));
        assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
        assert_eq!(error.body(), Some(REFUSAL.as_bytes()));
        assert_eq!(error.headers().expect("an answer")["x-left"], "7");
        assert_eq!(error.message(), Some("expired"));
        assert_eq!(error.request_id(), Some("r-1"));
        assert_eq!((error.attempts(), stub.count()), (1, 1));
    }
}
