//! What a credential makes of a refusal, and that it is asked no more often than it should be.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bindery_runtime::{
    Authorizing, BaseUrl, Credential, Diagnose, Generation, Idempotency, RefusedRequest,
    Requirement, Session, Target,
};
use http::HeaderValue;

use crate::{
    api::{NEVER, SAFE, UNKNOWN, at_once, call},
    stub::{Reply, Stub},
};

const SECRET: &str = "canary-5f3b9c";

/// Signs with a number that an answer's header can put right.
#[derive(Debug, Default)]
struct Signature {
    number: AtomicU64,
    generation: AtomicU64,
    asked: AtomicU64,
    explained: AtomicU64,
}

impl Credential for Signature {
    fn serves(&self, _: &Requirement) -> bool {
        true
    }

    fn describe(&self) -> String {
        "a signature".to_owned()
    }

    fn authorize<'a>(
        &'a self,
        _: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        let number = self.number.load(Ordering::SeqCst);
        request.headers_mut().insert("x-number", number.into());
        let mut secret = HeaderValue::from_static(SECRET);
        secret.set_sensitive(true);
        request.headers_mut().insert("x-secret", secret);
        Authorizing::Done(Ok(Generation(self.generation.load(Ordering::SeqCst))))
    }

    fn diagnose(&self) -> Option<&dyn Diagnose> {
        Some(self)
    }
}

impl Diagnose for Signature {
    fn learn(&self, generation: Generation, refusal: &RefusedRequest<'_>) -> bool {
        self.asked.fetch_add(1, Ordering::SeqCst);
        assert_eq!(generation.0, self.generation.load(Ordering::SeqCst));
        let wanted = refusal.answer_headers().get("x-wanted");
        let Some(wanted) = wanted.and_then(|wanted| wanted.to_str().ok()?.parse().ok()) else {
            return false;
        };
        self.number.store(wanted, Ordering::SeqCst);
        self.generation.fetch_add(1, Ordering::SeqCst);
        true
    }

    fn explain(&self, refusal: &RefusedRequest<'_>) -> Option<String> {
        self.explained.fetch_add(1, Ordering::SeqCst);
        let number = refusal.headers()["x-number"].to_str().expect("digits");
        let (method, path) = (refusal.method(), refusal.url().path());
        let sent = String::from_utf8_lossy(refusal.body()).into_owned();
        let said = String::from_utf8_lossy(refusal.answer_body()).into_owned();
        Some(format!("{method} {path} {number} {sent} {said} {SECRET}"))
    }
}

fn wants(status: u16, number: &'static str) -> Reply {
    Reply::new(status, &format!("x-wanted: {number}\r\n"), "{}")
}

fn signed(stub: &Stub) -> (Session, Arc<Signature>) {
    let signature = Arc::new(Signature::default());
    let base = BaseUrl::plain_http(&stub.url).expect("a URL");
    let session = Session::builder(Target::custom("test", base))
        .shared_credential(Arc::clone(&signature) as Arc<dyn Credential>)
        .retry(at_once());
    (session.build().expect("a session"), signature)
}

#[tokio::test]
async fn what_a_refusal_teaches_is_tried_once_and_no_more() {
    for status in [401, 403] {
        for operation in [&SAFE, &UNKNOWN] {
            let stub = Stub::script([wants(status, "7"), Reply::ok()]).await;
            let (session, signature) = signed(&stub);
            let sending = call(&session, operation).json(&"body").send_for_nothing();
            assert_eq!(sending.await.expect("a success").attempts(), 2);
            let numbers: Vec<_> = stub
                .received()
                .iter()
                .map(|request| request.all("x-number").join(","))
                .collect();
            assert_eq!(numbers, ["0", "7"], "{status}");
            assert_eq!(stub.received()[0].body, stub.received()[1].body);
            assert_eq!(signature.explained.load(Ordering::SeqCst), 0);

            let stub = Stub::script([wants(status, "7"), wants(status, "8"), Reply::ok()]).await;
            let (session, signature) = signed(&stub);
            let sending = call(&session, operation).send_for_nothing();
            assert_eq!(sending.await.expect_err("refused twice").attempts(), 2);
            assert_eq!(signature.asked.load(Ordering::SeqCst), 1);
            assert_eq!(signature.explained.load(Ordering::SeqCst), 1);
        }
    }
}

#[tokio::test]
async fn what_is_sent_once_ever_is_not_sent_again_but_the_next_call_profits() {
    assert_eq!(NEVER.idempotency, Idempotency::Never);
    for status in [401, 403] {
        let stub = Stub::script([wants(status, "7"), Reply::ok()]).await;
        let (session, _) = signed(&stub);
        let error = call(&session, &NEVER).send_for_nothing().await;
        assert_eq!(error.expect_err("a refusal").attempts(), 1);
        let next = call(&session, &NEVER).send_for_nothing().await;
        assert_eq!(next.expect("a success").attempts(), 1);
        assert_eq!(stub.received()[1].all("x-number"), ["7"]);
    }
}

#[tokio::test]
async fn the_explanation_of_a_final_refusal_is_in_the_message_without_secrets() {
    let body = r#"{"message":"no"}"#;
    let stub = Stub::script([Reply::new(403, "", body)]).await;
    let (session, signature) = signed(&stub);
    let error = call(&session, &SAFE).json(&"body").send_for_nothing().await;
    let error = error.expect_err("a refusal");
    assert_eq!(
        error.to_string(),
        "test safe: failed because the service refused it: HTTP 403 Forbidden: no: GET /things 0 \"body\" \
         {\"message\":\"no\"} …; check the credentials"
    );
    assert!(!format!("{error:?}{:?}", error.explanation()).contains(SECRET));
    assert!(error.explanation().expect("one").starts_with("GET /things"));
    assert_eq!(signature.explained.load(Ordering::SeqCst), 1);
    assert_eq!(stub.count(), 1);
}

#[tokio::test]
async fn no_other_failure_asks_the_credential() {
    let others = [400, 404, 429, 500].map(|status| wants(status, "7"));
    let stub = Stub::script(others).await;
    let (session, signature) = signed(&stub);
    for _ in 0..4 {
        let error = call(&session, &NEVER).send_for_nothing().await;
        assert!(error.expect_err("a failure").explanation().is_none());
    }
    assert_eq!(signature.asked.load(Ordering::SeqCst), 0);
    assert_eq!(signature.explained.load(Ordering::SeqCst), 0);
}
