//! Token endpoints that swallow requests, drip and flood: I24.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use bindery_auth::{
    AuthError,
    hive::{Credentials, connect_with},
};
use bindery_hive::{Environment, types::Network};

/// A token endpoint that does as it is told, in a thread of its own: the time of the test does not stand still for it.
fn endpoint(answer: fn(&mut TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a connection");
            thread::spawn(move || {
                let _ = connection.read(&mut [0; 4096]);
                answer(&mut connection);
            });
        }
    });
    url
}

/// How long a first call takes that finds such an endpoint, by the time of the test, and what is wrong with it.
async fn first_call(answer: fn(&mut TcpStream)) -> (Duration, bindery_runtime::Error) {
    let environment = Environment::custom_over_plain_http(&endpoint(answer)).expect("a URL");
    let credentials = Credentials::new("id", "secret key");
    // A caller with all the time in the world.
    let client = connect_with(environment, credentials, |session| {
        session.deadline(Duration::from_secs(1000))
    });
    let client = client.expect("a client");
    let asked = tokio::time::Instant::now();
    let outcome = client.create_wallet(Network::Polygon).send().await;
    let error = outcome.map(|_| ()).expect_err("no token");
    (asked.elapsed(), error)
}

/// I24: every token request ends in time and reads no more than its cap, and no caller shortens it.
#[tokio::test(start_paused = true)]
async fn i24_a_token_endpoint_that_swallows_requests_or_drips_is_given_up_in_time() {
    let hole: fn(&mut TcpStream) = |connection| {
        let _ = connection.read(&mut [0; 1]);
    };
    let drip: fn(&mut TcpStream) = |connection| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n";
        let mut sent = connection.write_all(head);
        while sent.is_ok() {
            thread::sleep(Duration::from_millis(1));
            sent = connection.write_all(b" ");
        }
    };
    for answer in [hole, drip] {
        let (took, error) = first_call(answer).await;
        assert!(took <= Duration::from_secs(16), "{took:?}");
        let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref());
        assert!(
            matches!(cause, Some(AuthError::Unavailable { .. })),
            "{cause:?}"
        );
    }
}

/// I24: every token request ends in time and reads no more than its cap, and no caller shortens it.
#[tokio::test]
async fn i24_a_huge_answer_of_a_token_endpoint_is_not_read() {
    let (_, error) = first_call(|connection| {
        let token = "e30.e30.c2ln";
        let pair = format!(r#"{{"accessToken":"{token}","refreshToken":"{token}"}}"#);
        let padding = " ".repeat(1 << 20);
        let body = format!(r#"{{"code":1000,"message":"success",{padding}"data":{pair}}}"#);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let _ = connection.write_all(format!("{head}{body}").as_bytes());
    })
    .await;
    let cause = std::error::Error::source(&error)
        .expect("a cause")
        .to_string();
    assert!(cause.contains("65536") || cause.contains("64"), "{cause}");
}
