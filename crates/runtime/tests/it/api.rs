//! A small provider: operations of every idempotency, and a credential that counts what becomes of it.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bindery_runtime::{
    Advice, Authorizing, BaseUrl, Call, Class, Credential, CredentialError, Error, ErrorCodes,
    Evidence, Failure, Generation, Idempotency, Operation, Placement, Places, Requirement,
    Response, RetryPolicy, Scheme, Server, Session, SessionBuilder, Target,
};
use http::{HeaderValue, Method, header::AUTHORIZATION};
use serde_json::Value;

use crate::stub::Stub;

pub(crate) static BEARER: Scheme = Scheme::new("test", "bearer", Placement::Bearer);
pub(crate) static KEY: Scheme = Scheme::new("test", "key", Placement::Header("X-Key"));
pub(crate) static QUERY: Scheme = Scheme::new("test", "query", Placement::Query("access_token"));
static SERVER: Server = Server::new(&[], None);
static PLACES: Places = Places {
    code: &["/code"],
    message: &["/message"],
    details: &["/error/details", "/details"],
    request_id: &["/request_id"],
};

static TAKES_BEARER: &[&[Requirement]] = &[&[Requirement::new(&BEARER, &[])]];
static FAILURES: &[Failure] = &[Failure::new(400, 599, &PLACES)];

const fn operation(id: &'static str, method: Method, idempotency: Idempotency) -> Operation {
    Operation::new(
        "test",
        id,
        method,
        "/things",
        &SERVER,
        idempotency,
        Evidence::Documented,
    )
    .security(TAKES_BEARER)
    .failures(FAILURES)
}

pub(crate) static SAFE: Operation = operation("safe", Method::GET, Idempotency::Safe);
pub(crate) static IDEMPOTENT: Operation =
    operation("idempotent", Method::PUT, Idempotency::Idempotent);
pub(crate) static UNKNOWN: Operation = operation("unknown", Method::POST, Idempotency::Unknown);
pub(crate) static NEVER: Operation = operation("never", Method::POST, Idempotency::Never);
pub(crate) static WITH_KEY: Operation = operation("with_key", Method::GET, Idempotency::Safe)
    .security(&[
        &[Requirement::new(&KEY, &[])],
        &[Requirement::new(&BEARER, &[])],
    ]);
pub(crate) static IN_QUERY: Operation = operation("in_query", Method::GET, Idempotency::Safe)
    .security(&[&[Requirement::new(&QUERY, &[])]]);
pub(crate) static CODES: Operation = operation("codes", Method::GET, Idempotency::Safe)
    .error_codes(&[
        ErrorCodes {
            class: Class::Permission,
            codes: &["459265", "locked"],
        },
        ErrorCodes {
            class: Class::InvalidRequest,
            codes: &["131077"],
        },
    ]);

pub(crate) static ALL: [&Operation; 4] = [&SAFE, &IDEMPOTENT, &UNKNOWN, &NEVER];

/// A token that a 401 replaces by the next one, unless it is told not to.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) generation: AtomicU64,
    pub(crate) rejections: AtomicU64,
    renews: Renews,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Renews {
    Always,
    InVain,
    Fails,
}

#[derive(Debug, thiserror::Error)]
#[error("the token endpoint is away")]
pub(crate) struct Away;

impl Token {
    pub(crate) fn new(renews: Renews) -> Arc<Self> {
        Arc::new(Self {
            generation: AtomicU64::new(1),
            rejections: AtomicU64::new(0),
            renews,
        })
    }

    pub(crate) fn rejections(&self) -> u64 {
        self.rejections.load(Ordering::SeqCst)
    }
}

impl Credential for Token {
    fn serves(&self, _: &Requirement) -> bool {
        true
    }

    fn describe(&self) -> String {
        "a token".to_owned()
    }

    fn authorize<'a>(
        &'a self,
        requirement: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        let generation = self.generation.load(Ordering::SeqCst);
        match requirement.scheme.placement {
            Placement::Query(name) => {
                let token = format!("token-{generation}");
                request
                    .url_mut()
                    .query_pairs_mut()
                    .append_pair(name, &token);
            }
            Placement::Header(name) => {
                let value = HeaderValue::try_from(format!("token-{generation}")).expect("ASCII");
                request.headers_mut().insert(name, value);
            }
            _ => {
                let value = format!("Bearer token-{generation}");
                let mut value = HeaderValue::try_from(value).expect("ASCII");
                value.set_sensitive(true);
                request.headers_mut().insert(AUTHORIZATION, value);
            }
        }
        Authorizing::Done(Ok(Generation(generation)))
    }

    fn rejected<'a>(
        &'a self,
        generation: Generation,
    ) -> Pin<Box<dyn Future<Output = Result<bool, CredentialError>> + Send + 'a>> {
        Box::pin(async move {
            self.rejections.fetch_add(1, Ordering::SeqCst);
            match self.renews {
                Renews::Always => {
                    self.generation.store(generation.0 + 1, Ordering::SeqCst);
                    Ok(true)
                }
                Renews::InVain => Ok(false),
                Renews::Fails => Err(CredentialError::new(Away, Advice::Retry)),
            }
        })
    }
}

/// A session with `stub` that retries without waiting.
pub(crate) fn session(stub: &Stub, token: &Arc<Token>) -> SessionBuilder {
    let base = BaseUrl::plain_http(&stub.url).expect("a URL");
    Session::builder(Target::custom("test", base))
        .shared_credential(Arc::clone(token) as Arc<dyn Credential>)
        .retry(at_once())
}

pub(crate) fn at_once() -> RetryPolicy {
    RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO)
}

/// A session as [`session`] makes it, with a token that a 401 replaces.
pub(crate) fn plain(stub: &Stub) -> Session {
    session(stub, &Token::new(Renews::Always))
        .build()
        .expect("a session")
}

pub(crate) fn call(session: &Session, operation: &'static Operation) -> Call {
    Call::new(session, operation)
}

pub(crate) async fn send(
    session: &Session,
    operation: &'static Operation,
) -> Result<Response<Value>, Error> {
    call(session, operation).send().await
}

/// A web socket of which the spec says nothing.
#[cfg(feature = "websocket")]
pub(crate) static SOCKET: bindery_runtime::Socket = bindery_runtime::Socket {
    select: None,
    replay: None,
};
