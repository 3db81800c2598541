//! Calls over TLS and HTTP/2.

use bindery_runtime::{Advice, BaseUrl, Credential, Kind, Session, SessionBuilder, Target};
use h2::Reason;

use crate::{
    api::{NEVER, Renews, SAFE, Token, UNKNOWN, at_once, send},
    tls::{TlsStub, Turn},
};

fn session(stub: &TlsStub) -> SessionBuilder {
    let base = BaseUrl::https(&stub.url).expect("a URL");
    Session::builder(Target::custom("test", base))
        .shared_credential(Token::new(Renews::Always) as std::sync::Arc<dyn Credential>)
        .retry(at_once())
        .no_proxy()
}

fn trusting(stub: &TlsStub) -> Session {
    let session = session(stub).root_certificate(stub.authority.as_str());
    session.build().expect("a session")
}

#[tokio::test]
async fn a_companys_own_authority_is_trusted_where_it_is_given_and_nowhere_else() {
    let stub = TlsStub::start([]).await;
    let error = send(&session(&stub).build().expect("a session"), &NEVER).await;
    let error = error.expect_err("nobody vouches for it");
    assert_eq!(error.kind(), Kind::Connect);
    assert!(error.to_string().contains("certificate"), "{error}");
    assert_eq!(stub.received().len(), 0, "no credential was shown");
    let other = TlsStub::start([]).await;
    let wrong = session(&stub).root_certificate(other.authority.as_str());
    let error = send(&wrong.build().expect("a session"), &NEVER).await;
    assert_eq!(error.expect_err("another").kind(), Kind::Connect);
    assert_eq!(stub.received().len(), 0, "no credential was shown");
    send(&trusting(&stub), &NEVER).await.expect("a success");
    let beside = session(&stub)
        .root_certificate(stub.authority.as_str())
        .beside();
    let beside = beside.shared_credential(Token::new(Renews::Always));
    let answer = send(&beside.build().expect("a session"), &NEVER).await;
    answer.expect("a success");
    assert_eq!(stub.received(), ["Bearer token-1", "Bearer token-1"]);
}

#[tokio::test]
async fn i13_a_stream_that_ends_without_an_answer_is_not_sent_again() {
    for turn in [
        Turn::Reset(Reason::INTERNAL_ERROR),
        Turn::Reset(Reason::CANCEL),
        Turn::Reset(Reason::ENHANCE_YOUR_CALM),
        // It says that nothing was processed (RFC 9113 section 8.7); whoever may not be sent twice does not rely on it.
        Turn::Reset(Reason::REFUSED_STREAM),
        Turn::HangUp,
    ] {
        for operation in [&UNKNOWN, &NEVER] {
            let stub = TlsStub::start([Turn::Answer(200), turn]).await;
            let session = trusting(&stub);
            send(&session, operation).await.expect("a success");
            let error = send(&session, operation).await.expect_err("no answer");
            assert_eq!(
                (error.kind(), error.advice(), error.attempts()),
                (Kind::Connection, Advice::Look, 1),
                "{turn:?}: {error}"
            );
            assert_eq!(stub.received().len(), 2, "{turn:?}");
        }
        let stub = TlsStub::start([turn]).await;
        let answer = send(&trusting(&stub), &SAFE).await.expect("a success");
        assert_eq!((answer.attempts(), stub.received().len()), (2, 2));
    }
}

#[tokio::test]
async fn i12_a_401_is_replayed_with_the_newer_token_on_the_same_connection() {
    let stub = TlsStub::start([Turn::Answer(401)]).await;
    let answer = send(&trusting(&stub), &UNKNOWN).await.expect("a success");
    assert_eq!(answer.attempts(), 2);
    assert_eq!(stub.received(), ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test]
async fn i13_a_connection_that_takes_no_more_streams_costs_no_call() {
    let stub = TlsStub::start([Turn::GoAway; 20]).await;
    let session = trusting(&stub);
    for number in 1..=20 {
        match send(&session, &NEVER).await {
            Ok(answer) => assert_eq!(answer.attempts(), 1),
            // It was on its way when the other end said so.
            Err(error) => assert_eq!(error.advice(), Advice::Look, "{error}"),
        }
        assert!(stub.received().len() <= number, "none is sent twice");
    }
}
