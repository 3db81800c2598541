//! Services that never come to an end.

use std::time::Duration;

use bindery_runtime::{Advice, CallOptions, Kind, Session};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::api::{NEVER, Renews, Token, call};

/// A service that answers a request with `head`, and then with `piece` for ever, as fast as it is read; and how many
/// bytes it got rid of.
async fn flood(head: &'static [u8], piece: Vec<u8>) -> (String, tokio::sync::watch::Receiver<u64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (count, counted) = tokio::sync::watch::channel(0);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(head).await;
            while connection.write_all(&piece).await.is_ok() {
                count.send_modify(|bytes| *bytes += piece.len() as u64);
            }
        }
    });
    (url, counted)
}

fn session(url: &str) -> Session {
    let base = bindery_runtime::BaseUrl::plain_http(url).expect("a URL");
    Session::builder(bindery_runtime::Target::custom("test", base))
        .shared_credential(Token::new(Renews::Always))
        .max_response_bytes(1 << 20)
        .build()
        .expect("a session")
}

/// What is on its way in the buffers of two sockets, and the parts of a head that may grow.
const BUFFERS: u64 = 16 << 20;

#[tokio::test]
async fn i24_an_answer_without_end_ends_at_the_cap_whatever_its_form() {
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    let extension = [b"1;".to_vec(), vec![b'x'; 0x10000]].concat();
    let header = [b"x-more: ".to_vec(), vec![b'y'; 1000], b"\r\n".to_vec()].concat();
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let floods: [(&'static str, &'static [u8], Vec<u8>, Kind); 6] = [
        (
            "a body to the end of the connection",
            b"HTTP/1.1 200 OK\r\n\r\n",
            vec![b' '; 1 << 16],
            Kind::TooLarge,
        ),
        ("chunks", chunked, chunk, Kind::TooLarge),
        (
            "the extension of a chunk",
            chunked,
            extension,
            Kind::Connection,
        ),
        ("headers", b"HTTP/1.1 200 OK\r\n", header, Kind::Connection),
        (
            "one header",
            b"HTTP/1.1 200 OK\r\nx: ",
            vec![b'y'; 1 << 16],
            Kind::Connection,
        ),
        (
            "a status line",
            b"HTTP/1.1 200 ",
            vec![b'y'; 1 << 16],
            Kind::Connection,
        ),
    ];
    for (what, head, piece, kind) in floods {
        let (url, sent) = flood(head, piece).await;
        let error = call(&session(&url), &NEVER).send::<u8>().await;
        let error = error.expect_err(what);
        assert_eq!(
            (error.kind(), error.advice()),
            (kind, Advice::Look),
            "{what}"
        );
        assert!(*sent.borrow() < BUFFERS, "{what}: {}", *sent.borrow());
    }
}

/// Each of these answers is whole in itself, so none of them is ever too large: only the deadline ends them.
#[tokio::test]
async fn i24_a_flood_of_interim_answers_ends_with_the_deadline() {
    for interim in [
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
    ] {
        let (url, _) = flood(b"", interim.repeat(1000).into_bytes()).await;
        let options = CallOptions::new().deadline(Duration::from_millis(200));
        let sent = call(&session(&url), &NEVER).with_options(options);
        let error = sent.send::<u8>().await.expect_err("no end");
        assert_eq!(error.attempts(), 1);
        assert!(
            matches!(error.kind(), Kind::Timeout | Kind::Connection),
            "{error}"
        );
        assert_eq!(error.advice(), Advice::Look);
    }
}
