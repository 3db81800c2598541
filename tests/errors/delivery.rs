//! Requests that get no whole answer, or none that counts.

use std::time::Duration;

use bindery_runtime::{RetryPolicy, Session};
use tokio::net::TcpListener;

use super::{CANARY, alibaba, block, invoke, session, shown};
use crate::{
    credential::Fixed,
    provider::ALIBABA_BAAS,
    stub::{Answer, Stub},
};

#[tokio::test]
async fn a_closed_port_is_an_error_of_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let builder = Session::builder(ALIBABA_BAAS.at(&format!("http://{address}/api/v1")));
    let session = builder
        .retry(RetryPolicy::never())
        .credential(Fixed::new(CANARY))
        .build()
        .expect("a session");
    let calling = shown(block(&session).await);
    // Here the token is in the URL.
    let subscribing = alibaba(&session).subscribe_events("channel3").subscribe();
    let text = format!("{calling}\n\n{}", shown(subscribing.await));
    let text = text.replace(&address.to_string(), "HOST");
    // Each system words it in its own way.
    let refusal = std::net::TcpStream::connect(address)
        .expect_err("nobody listens")
        .to_string();
    insta::assert_snapshot!(text.replace(&refusal, "REFUSAL"), @r"
    alibaba-baas get_block: failed to connect to http://HOST: REFUSAL; check the address, and that the service is up
    Connect, Retry, attempts: 1

    alibaba-baas subscribe_events: failed to connect to http://HOST: REFUSAL; check the address, and that the service is up
    Connect, Retry, attempts: 1
    ");
}

#[tokio::test]
async fn a_connection_that_breaks_tells_whether_to_look_first() {
    let stub = Stub::answering(
        [(); 2].map(|()| Answer::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec())),
    )
    .await;
    let session = session(&stub);
    let (reading, writing) = (block(&session).await, invoke(&session).await);
    let text = format!("{}\n\n{}", shown(reading), shown(writing));
    insta::assert_snapshot!(text.replace(&stub.address().to_string(), "HOST"), @r"
    alibaba-baas get_block: failed to get a whole answer from http://HOST: end of file before message length reached; try again later
    Connection, Retry, attempts: 1

    alibaba-baas invoke: failed to get a whole answer from http://HOST: end of file before message length reached; it may have been carried out, so look before sending it again
    Connection, Look, attempts: 1
    ");
}

#[tokio::test]
async fn a_deadline_that_passes_tells_whether_to_look_first() {
    let deadline = Duration::from_secs(5);
    let stub = Stub::answering([Answer::Silence, Answer::Silence]).await;
    let builder = ALIBABA_BAAS
        .session(&stub)
        .credential(Fixed::new(CANARY))
        .deadline(deadline);
    let session = builder.build().expect("a session");
    // The clock is stopped once the service has the request, and moved on.
    let passes = async |count| {
        stub.received(count).await;
        tokio::time::pause();
        tokio::time::advance(deadline).await;
        tokio::time::resume();
    };
    let (reading, ()) = tokio::join!(block(&session), passes(1));
    let (writing, ()) = tokio::join!(invoke(&session), passes(2));
    insta::assert_snapshot!(format!("{}\n\n{}", shown(reading), shown(writing)), @r"
    alibaba-baas get_block: failed to finish within the deadline of 5s; try again later
    Timeout, Retry, attempts: 1

    alibaba-baas invoke: failed to finish within the deadline of 5s; it may have been carried out, so look before sending it again
    Timeout, Look, attempts: 1
    ");
}
