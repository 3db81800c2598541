//! Answers that come bit by bit, from a service that says each bit when the test wants it.

mod events;
mod following;
#[cfg(feature = "mock")]
mod mocks;
mod records;
mod service;

use bindery_runtime::{BaseUrl, Credential, SessionBuilder, Target};
use bindery_runtime::{
    Call, Evidence, Idempotency, Operation, Placement, Requirement, Scheme, Server, Session,
};
use http::Method;
use serde::Deserialize;
use std::sync::Arc;

use self::service::Service;
use crate::api::{Renews, Token, at_once};

static SERVER: Server = Server::new(&[], None);
static BEARER: Scheme = Scheme::new("test", "bearer", Placement::Bearer);
static TAKES_BEARER: &[&[Requirement]] = &[&[Requirement::new(&BEARER, &[])]];

const fn operation(id: &'static str, method: Method, idempotency: Idempotency) -> Operation {
    let evidence = Evidence::Documented;
    Operation::new("test", id, method, "/watch", &SERVER, idempotency, evidence)
        .security(TAKES_BEARER)
}

static WATCH: Operation =
    operation("watch", Method::GET, Idempotency::Safe).accept("text/event-stream");
static ASK: Operation =
    operation("ask", Method::POST, Idempotency::Unknown).accept("text/event-stream");
static EXPORT: Operation =
    operation("export", Method::GET, Idempotency::Safe).accept("application/x-ndjson");

/// The head of an event stream.
const EVENTS: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nx-request-id: r-1\r\n";

/// What the events tell of.
#[derive(Debug, PartialEq, Deserialize)]
struct Block {
    height: u64,
}

fn builder(service: &Service) -> SessionBuilder {
    let base = BaseUrl::plain_http(&service.url).expect("a URL");
    let token = Token::new(Renews::Always);
    Session::builder(Target::custom("test", base))
        .shared_credential(token as Arc<dyn Credential>)
        .retry(at_once())
}

fn call(service: &Service, operation: &'static Operation) -> Call {
    Call::new(&builder(service).build().expect("a session"), operation)
}
