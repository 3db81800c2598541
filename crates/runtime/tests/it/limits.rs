//! How much of an answer is read, and what comes with it.

use bindery_runtime::{CallOptions, Kind};

use crate::{
    api::{Renews, SAFE, Token, call, plain, send, session},
    stub::{Reply, Stub},
};

fn chunked(length: usize) -> Reply {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let body = format!("\"{}\"", "a".repeat(length - 2));
    let chunks = body.as_bytes().chunks(7);
    let chunks = chunks.map(|chunk| {
        format!(
            "{:x}\r\n{}\r\n",
            chunk.len(),
            String::from_utf8_lossy(chunk)
        )
    });
    Reply::Bytes(format!("{head}{}0\r\n\r\n", chunks.collect::<String>()).into_bytes())
}

fn declared(length: usize) -> Reply {
    Reply::new(200, "", &format!("\"{}\"", "a".repeat(length - 2)))
}

#[tokio::test]
async fn i24_an_answer_larger_than_the_session_allows_is_not_read() {
    for (reply, kind) in [
        (declared(100), None),
        (chunked(100), None),
        (declared(101), Some(Kind::TooLarge)),
        (chunked(101), Some(Kind::TooLarge)),
    ] {
        let stub = Stub::script([reply]).await;
        let token = Token::new(Renews::Always);
        let session = session(&stub, &token).max_response_bytes(100);
        let outcome = send(&session.build().expect("a session"), &SAFE).await;
        assert_eq!(outcome.err().map(|error| error.kind()), kind);
        assert_eq!(stub.count(), 1, "it would be no smaller the next time");
    }
}

#[tokio::test]
async fn one_call_may_read_more_or_less() {
    let stub = Stub::script([chunked(100)]).await;
    let session = plain(&stub);
    let options = |bytes| CallOptions::new().max_response_bytes(bytes);
    let sent = call(&session, &SAFE).with_options(options(99));
    let error = sent.send_for_nothing().await.expect_err("too large");
    assert_eq!(error.kind(), Kind::TooLarge);
    let sent = call(&session, &SAFE).with_options(options(100));
    sent.send_for_nothing().await.expect("a success");
}

#[tokio::test]
async fn i24_an_endless_answer_ends() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let stub = Stub::script([Reply::Bytes([head, vec![b' '; 1 << 20]].concat())]).await;
    let token = Token::new(Renews::Always);
    let session = session(&stub, &token).max_response_bytes(1 << 16);
    let error = send(&session.build().expect("a session"), &SAFE).await;
    assert_eq!(error.expect_err("too large").kind(), Kind::TooLarge);
}

#[tokio::test]
async fn status_headers_request_id_and_attempts_come_with_success_and_failure() {
    let headers = "x-request-id: r-1\r\nx-left: 7\r\n";
    let stub = Stub::script([
        Reply::status(503),
        Reply::new(201, headers, "1"),
        Reply::status(503),
        Reply::new(409, headers, r#"{"code":12,"request_id":"r-2"}"#),
    ])
    .await;
    let session = plain(&stub);
    let answer = send(&session, &SAFE).await.expect("a success");
    assert_eq!((answer.status().as_u16(), answer.attempts()), (201, 2));
    assert_eq!(answer.request_id(), Some("r-1"));
    assert_eq!(answer.headers()["x-left"], "7");
    let error = send(&session, &SAFE).await.expect_err("a refusal");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(409));
    assert_eq!((error.attempts(), error.code()), (2, Some("12")));
    assert_eq!(error.request_id(), Some("r-2"));
    assert_eq!(error.headers().expect("an answer")["x-left"], "7");
}

#[tokio::test]
async fn the_product_of_the_caller_stands_first_in_user_agent() {
    let stub = Stub::script([Reply::ok()]).await;
    let token = Token::new(Renews::Always);
    let session = session(&stub, &token).product("my-shop/1.2");
    send(&session.build().expect("a session"), &SAFE)
        .await
        .expect("a success");
    let own = concat!("my-shop/1.2 bindery/", env!("CARGO_PKG_VERSION"));
    assert_eq!(stub.received()[0].all("user-agent"), [own]);
}
