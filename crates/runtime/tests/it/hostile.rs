//! Services that are broken, or mean harm.

use std::time::Duration;

use bindery_runtime::{Advice, Kind};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::{
    api::{NEVER, Renews, SAFE, Token, UNKNOWN, at_once, plain, send, session},
    stub::{Reply, Stub},
};

async fn kind_of(reply: Reply) -> Option<Kind> {
    let stub = Stub::script([reply]).await;
    let error = send(&plain(&stub), &NEVER).await.err()?;
    // Whatever came, it can be printed.
    let _ = format!("{error} {error:?}");
    Some(error.kind())
}

fn raw(head: &str, body: &[u8]) -> Reply {
    Reply::Last([format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat())
}

#[tokio::test]
async fn a_length_that_is_not_the_bodys_is_an_error_or_the_length() {
    let short = raw("200 OK\r\ncontent-length: 10", b"\"done\"");
    assert_eq!(kind_of(short).await, Some(Kind::Connection));
    let long = raw("200 OK\r\ncontent-length: 6", b"\"done\" and more");
    assert_eq!(kind_of(long).await, None);
    for length in ["-1", "six", "18446744073709551616", "6, 7", "0x6"] {
        let reply = raw(&format!("200 OK\r\ncontent-length: {length}"), b"\"done\"");
        assert_eq!(kind_of(reply).await, Some(Kind::Connection), "{length}");
    }
}

#[tokio::test]
async fn a_head_that_is_no_http_is_an_error() {
    for head in [
        &b"HTTP/9.9 200 OK\r\n\r\n"[..],
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 000 \r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        // HTTP/0.9 has no head.
        b"\"done\"",
        b"\0\0\0\0\0\0\0\0",
        b"HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ] {
        let kind = kind_of(Reply::Last(head.to_vec())).await;
        assert!(kind.is_some(), "{}", head.escape_ascii());
    }
}

#[tokio::test]
async fn headers_without_end_are_an_error() {
    let many: String = (0..10_000)
        .map(|number| format!("\r\nx-{number}: y"))
        .collect();
    assert!(kind_of(raw(&format!("200 OK{many}"), b"")).await.is_some());
    let long = format!("200 OK\r\nx: {}", "y".repeat(4 << 20));
    assert!(kind_of(raw(&long, b"")).await.is_some());
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_an_error() {
    let head = "200 OK\r\ncontent-type: application/json\r\ncontent-length: 4";
    assert_eq!(
        kind_of(raw(head, b"\"\xff\xfe\"")).await,
        Some(Kind::Decode)
    );
    let head = "500 Bad\r\ncontent-type: text/plain\r\ncontent-length: 2";
    assert_eq!(kind_of(raw(head, b"\xff\xfe")).await, Some(Kind::Refused));
    let refused = [
        &b"HTTP/1.1 503 Bad\r\nx-request-id: \xff\r\nretry-after: \xff\r\ndate: \xff\r\n"[..],
        b"content-type: \xff\r\ncontent-length: 0\r\n\r\n",
    ];
    assert_eq!(
        kind_of(Reply::Last(refused.concat())).await,
        Some(Kind::Refused)
    );
}

#[tokio::test]
async fn a_packed_body_is_not_unpacked() {
    let stub = Stub::script([raw(
        "200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4",
        b"\x1f\x8b\x08\x00",
    )])
    .await;
    let error = send(&plain(&stub), &SAFE).await.expect_err("no JSON");
    assert_eq!(error.kind(), Kind::Decode);
    assert!(stub.received()[0].all("accept-encoding").is_empty());
}

#[tokio::test]
async fn json_that_is_nested_without_end_is_an_error() {
    for bracket in ["[", "{\"a\":"] {
        let body = bracket.repeat(100_000);
        assert_eq!(
            kind_of(Reply::new(200, "", &body)).await,
            Some(Kind::Decode)
        );
        assert_eq!(
            kind_of(Reply::new(400, "", &body)).await,
            Some(Kind::Refused)
        );
    }
}

#[test]
fn no_answer_makes_a_call_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let head = prop::sample::select(vec![
        "",
        "HTTP/1.1 ",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n",
        "HTTP/1.1 503 No\r\nretry-after: ",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 400 No\r\ncontent-type: application/json\r\n\r\n{\"message\":\"",
    ]);
    let tail = prop::collection::vec(
        prop_oneof![
            any::<u8>(),
            prop::sample::select(b"\r\n\r\n0123 :\"{}".to_vec())
        ],
        0..40,
    );
    let (stub, session) = runtime.block_on(async {
        let stub = Stub::script([]).await;
        let policy = at_once().longest_retry_after(Duration::ZERO);
        let session = session(&stub, &Token::new(Renews::InVain))
            .retry(policy.max_retries(1).budget(u32::MAX))
            .build()
            .expect("a session");
        (stub, session)
    });
    let mut runner = TestRunner::new(ProptestConfig::with_cases(200));
    runner
        .run(&(head, tail), |(head, tail)| {
            stub.play([Reply::Last([head.as_bytes(), &tail].concat())]);
            let outcome = runtime.block_on(send(&session, &SAFE));
            if let Err(error) = outcome {
                let _ = format!("{error} {error:?}");
            }
            prop_assert!(stub.count() <= 2);
            Ok(())
        })
        .expect("no panic");
}

#[tokio::test]
async fn a_refusal_counts_although_its_body_cannot_be_read() {
    let long = "x".repeat(2000);
    for (head, body) in [
        ("403 No\r\ncontent-length: 10", "{"),
        ("403 No\r\ntransfer-encoding: chunked", "zz\r\n"),
        ("403 No\r\ncontent-length: 2000", long.as_str()),
        ("403 No", long.as_str()),
    ] {
        let stub = Stub::script([raw(head, body.as_bytes())]).await;
        let session = session(&stub, &Token::new(Renews::Always)).max_response_bytes(1000);
        let error = send(&session.build().expect("a session"), &NEVER).await;
        let error = error.expect_err("a refusal");
        let told = (error.kind(), error.advice(), stub.count());
        assert_eq!(told, (Kind::Refused, Advice::Reauthenticate, 1), "{head}");
        assert!(error.body().is_some_and(|body| body.len() <= 1000));
    }
}

#[tokio::test]
async fn a_write_that_was_answered_with_something_unreadable_may_have_been_carried_out() {
    let long = format!("\"{}\"", "x".repeat(2000));
    for reply in [
        Reply::new(200, "", "{"),
        Reply::new(200, "", &long),
        Reply::new(303, "location: /elsewhere\r\n", ""),
    ] {
        for (operation, looks) in [(&NEVER, true), (&UNKNOWN, true), (&SAFE, false)] {
            let stub = Stub::script([reply.clone()]).await;
            let session = session(&stub, &Token::new(Renews::Always)).max_response_bytes(1000);
            let error = send(&session.build().expect("a session"), operation).await;
            let advice = error.expect_err("unreadable").advice();
            assert_eq!(advice == Advice::Look, looks, "{reply:?}");
        }
    }
}
