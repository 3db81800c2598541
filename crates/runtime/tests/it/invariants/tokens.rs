//! Calls that wait for a token.

use std::{pin::Pin, sync::Arc, time::Duration};

use bindery_runtime::{
    Advice, Authorizing, CallOptions, Credential, CredentialError, Generation, Kind, Requirement,
    Session,
};
use serde_json::Value;
use tokio::sync::Notify;

use crate::{
    api::{ALL, NEVER, Renews, SAFE, Token, UNKNOWN, call, send, session},
    frozen::{freeze, hanging},
    stub::{Reply, Stub},
};

/// A credential that gets what it needs by a call, as a sign-in does.
#[derive(Debug)]
struct SignsIn {
    tokens: Session,
}

impl SignsIn {
    async fn sign_in(&self) -> Result<Generation, CredentialError> {
        match send(&self.tokens, &SAFE).await {
            Ok(_) => Ok(Generation(1)),
            Err(error) => Err(CredentialError::new(error, Advice::Retry)),
        }
    }
}

impl Credential for SignsIn {
    fn serves(&self, _: &Requirement) -> bool {
        true
    }

    fn describe(&self) -> String {
        "a sign-in".to_owned()
    }

    fn authorize<'a>(&'a self, _: &'a Requirement, _: &'a mut reqwest::Request) -> Authorizing<'a> {
        Authorizing::Waiting(Box::pin(self.sign_in()))
    }

    fn rejected<'a>(
        &'a self,
        _: Generation,
    ) -> Pin<Box<dyn Future<Output = Result<bool, CredentialError>> + Send + 'a>> {
        Box::pin(async { self.sign_in().await.map(|_| true) })
    }
}

#[tokio::test]
async fn i05_a_credential_may_call_while_the_calls_that_it_is_for_wait() {
    let stub = Stub::start(|number| match number % 3 {
        0 => Reply::status(401),
        _ => Reply::ok(),
    })
    .await;
    let builder = session(&stub, &Token::new(Renews::Always));
    let tokens = builder.beside().credential(SignsIn {
        tokens: session(&stub, &Token::new(Renews::Always))
            .build()
            .expect("a session"),
    });
    // A sign-in through a sign-in: each session waits for another, none for itself.
    let session = builder
        .beside()
        .credential(SignsIn {
            tokens: tokens.build().expect("a session"),
        })
        .build()
        .expect("a session");
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let session = session.clone();
            tokio::spawn(async move { send(&session, &SAFE).await.map(|_| ()) })
        })
        .collect();
    for call in calls {
        // Whatever it comes to, it comes to an end.
        let _ = call.await.expect("no panic");
    }
    assert!(stub.count() >= 100, "each call signs in: {}", stub.count());
}

/// A token whose renewal ends when the test says so: never.
#[derive(Debug)]
struct Stuck(Arc<Notify>);

impl Credential for Stuck {
    fn serves(&self, _: &Requirement) -> bool {
        true
    }

    fn describe(&self) -> String {
        "a token".to_owned()
    }

    fn authorize<'a>(&'a self, _: &'a Requirement, _: &'a mut reqwest::Request) -> Authorizing<'a> {
        Authorizing::Done(Ok(Generation(1)))
    }

    fn rejected<'a>(
        &'a self,
        _: Generation,
    ) -> Pin<Box<dyn Future<Output = Result<bool, CredentialError>> + Send + 'a>> {
        Box::pin(async {
            self.0.notified().await;
            Ok(true)
        })
    }
}

#[tokio::test]
async fn i24_a_401_stays_the_answer_where_the_renewal_outlasts_the_deadline() {
    let _frozen = freeze();
    let limit = Duration::from_secs(10);
    for operation in [&SAFE, &UNKNOWN, &NEVER] {
        let stub = Stub::script([Reply::status(401), Reply::ok()]).await;
        let session = session(&stub, &Token::new(Renews::Always))
            .beside()
            .credential(Stuck(Arc::default()))
            .build()
            .expect("a session");
        let options = CallOptions::new().deadline(limit);
        let sent = call(&session, operation).with_options(options);
        let error = hanging(&stub, [(1, limit)], sent.send::<Value>()).await;
        let error = error.expect_err("no token");
        assert_eq!(
            (error.kind(), error.attempts(), stub.count()),
            (Kind::Refused, 1, 1)
        );
        assert_eq!(error.message(), Some("said by the service"));
    }
}

/// A credential that never gets a token.
#[derive(Debug)]
struct Never;

impl Credential for Never {
    fn serves(&self, _: &Requirement) -> bool {
        true
    }

    fn describe(&self) -> String {
        "nothing".to_owned()
    }

    fn authorize<'a>(&'a self, _: &'a Requirement, _: &'a mut reqwest::Request) -> Authorizing<'a> {
        Authorizing::Waiting(Box::pin(std::future::pending()))
    }
}

#[tokio::test(start_paused = true)]
async fn i24_a_call_that_waits_for_a_token_in_vain_ends_with_its_deadline_and_was_not_sent() {
    let base = bindery_runtime::BaseUrl::plain_http("http://127.0.0.1:1").expect("a URL");
    let session = Session::builder(bindery_runtime::Target::custom("test", base))
        .credential(Never)
        .deadline(Duration::from_secs(10))
        .build()
        .expect("a session");
    for operation in ALL {
        let error = send(&session, operation).await.expect_err("no token");
        assert_eq!(
            (error.kind(), error.advice(), error.attempts()),
            (Kind::Timeout, Advice::Retry, 0)
        );
    }
}
