//! The one place from which requests are sent: authorise, attempt, replay once after a 401, retry, all by the deadline.

use std::{borrow::Cow, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{Instrument as _, Span, field::Empty};
use url::Url;

use crate::{
    Advice, Authorizing, CallOptions, Credential, Error, Generation, Idempotency, Kind, Operation,
    Requirement, Response, Secret, Session,
    answer::{self, Success},
    draft::Draft,
    hidden::Hidden,
    retry,
    session::Inner,
};

/// A request without its credential, so that every attempt can be authorised anew.
pub(crate) struct Prepared<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What of the body must not be shown, wherever it comes back.
    pub(crate) secrets: &'a [Secret],
}

/// What came of a call, with what it took.
pub(crate) struct Delivered<'a, T> {
    pub(crate) value: T,
    pub(crate) attempts: u32,
    pub(crate) hidden: Hidden<'a>,
}

/// What one attempt does with an authorised request.
pub(crate) trait Exchange {
    /// What a success is.
    type Answer;

    /// Sends the request and gets what a success is, or the error that the answer is.
    fn exchange(
        &self,
        request: reqwest::Request,
    ) -> impl Future<Output = Result<Self::Answer, Error>> + Send;
}

/// A request for an answer with a body.
struct Plain<'a> {
    session: &'a Inner,
    operation: &'a Operation,
    limit: usize,
}

impl Exchange for Plain<'_> {
    type Answer = Success;

    async fn exchange(&self, request: reqwest::Request) -> Result<Success, Error> {
        let response = answer::got(self.operation, self.session.http.execute(request).await)?;
        answer::whole(self.operation, self.limit, response).await
    }
}

/// The credentials that a call takes, each with the requirement it fulfils.
pub(crate) type Chosen<'a> = Vec<(&'static Requirement, &'a Arc<dyn Credential>)>;

/// What an attempt was authorised with.
type Authorised<'a> = Vec<(&'a Arc<dyn Credential>, Generation)>;

/// Sends a call and reads its answer.
pub(crate) async fn send<T>(
    session: &Session,
    operation: &Operation,
    draft: &Draft,
    read: impl FnOnce(Success) -> Result<Response<T>, Error>,
) -> Result<Response<T>, Error> {
    let inner = session.inner();
    let calling = pin!(async {
        let prepared = draft.prepare(session, operation)?;
        let options = draft.options();
        let operation = applied(options, operation);
        let limit = options.longest_body.unwrap_or(inner.longest_body);
        let exchange = Plain {
            session: inner,
            operation: &operation,
            limit,
        };
        let delivered = deliver(inner, &operation, &prepared, options, exchange).await?;
        read(delivered.value.after(delivered.attempts))
            .map_err(|error| error.hide(&delivered.hidden))
    });
    traced(operation, calling, |response| {
        (response.status(), response.attempts())
    })
    .await
}

/// Runs `calling` inside the span that stands for the call, and writes down what came of it.
pub(crate) async fn traced<T>(
    operation: &Operation,
    calling: impl Future<Output = Result<T, Error>>,
    told: impl FnOnce(&T) -> (StatusCode, u32),
) -> Result<T, Error> {
    let span = tracing::info_span!(
        "bindery.call",
        provider = operation.provider,
        operation = operation.id,
        method = operation.method.as_str(),
        attempts = Empty,
        status = Empty,
        failure = Empty,
    );
    let outcome = calling.instrument(span.clone()).await;
    write_down(&span, &outcome, told);
    outcome
}

fn write_down<T>(
    span: &Span,
    outcome: &Result<T, Error>,
    told: impl FnOnce(&T) -> (StatusCode, u32),
) {
    if span.is_disabled() {
        return;
    }
    let (status, attempts) = match outcome {
        Ok(value) => {
            let (status, attempts) = told(value);
            (Some(status), attempts)
        }
        Err(error) => {
            span.record("failure", tracing::field::debug(error.kind()));
            (error.status(), error.attempts())
        }
    };
    span.record("attempts", attempts);
    if let Some(status) = status {
        span.record("status", status.as_u16());
    }
}

/// The operation, with what the options say of it.
pub(crate) fn applied<'a>(options: &CallOptions, operation: &'a Operation) -> Cow<'a, Operation> {
    match options.idempotency {
        None => Cow::Borrowed(operation),
        Some(idempotency) => Cow::Owned(Operation {
            idempotency,
            ..operation.clone()
        }),
    }
}

/// How far a call got; it outlives the future that a deadline cuts off.
#[derive(Default)]
struct Progress {
    attempts: u32,
    /// Why the attempt before failed.
    before: Option<Error>,
}

/// Makes attempts, each an `exchange` of an authorised request for an answer, until one succeeds, fails for good, or the
/// deadline passes.
pub(crate) async fn deliver<'a, T>(
    session: &Inner,
    operation: &Operation,
    prepared: &Prepared<'a>,
    options: &CallOptions,
    exchange: impl Exchange<Answer = T>,
) -> Result<Delivered<'a, T>, Error> {
    let limit = options.deadline.unwrap_or(session.deadline);
    let deadline = after(limit);
    let mut progress = Progress::default();
    let outcome = {
        // Pinned where it is made: it is large to move.
        let attempts = pin!(attempt(
            session,
            operation,
            prepared,
            options,
            deadline,
            exchange,
            &mut progress,
        ));
        timeout_at(deadline, attempts).await
    };
    match outcome {
        Ok(outcome) => outcome.map_err(|error| error.attempts_made(progress.attempts)),
        Err(_) => {
            let error = timed_out(operation, limit, progress.attempts);
            Err(match progress.before {
                Some(before) => error.caused_by(before),
                None => error,
            })
        }
    }
}

async fn attempt<'a, T>(
    session: &Inner,
    operation: &Operation,
    prepared: &Prepared<'a>,
    options: &CallOptions,
    deadline: Instant,
    exchange: impl Exchange<Answer = T>,
    progress: &mut Progress,
) -> Result<Delivered<'a, T>, Error> {
    let policy = &session.retry;
    let most = options.max_retries.unwrap_or(policy.retries());
    let patience = options.attempt_timeout.unwrap_or(session.attempt_timeout);
    let chosen = choose(session, operation)?;
    let mut retries = 0;
    let mut replayed = false;
    loop {
        let mut request = prepared.request();
        let authorised = authorise(operation, &chosen, &mut request).await?;
        let hidden = Hidden::of(&request, &chosen, prepared.secrets);
        progress.attempts += 1;
        tracing::debug!(attempt = progress.attempts, "sending");
        let exchanging = pin!(exchange.exchange(request));
        let error = match timeout(patience, exchanging).await {
            Ok(Ok(value)) => {
                session.budget.succeeded(retries > 0);
                return Ok(Delivered {
                    value,
                    attempts: progress.attempts,
                    hidden,
                });
            }
            Ok(Err(error)) => error.hide(&hidden).attempts_made(progress.attempts),
            Err(_) => took_too_long(operation, patience).attempts_made(progress.attempts),
        };
        tracing::debug!(
            attempt = progress.attempts,
            status = error.status().map(|status| status.as_u16()),
            failure = ?error.kind(),
            "failed"
        );
        if error.status() == Some(StatusCode::UNAUTHORIZED) && !replayed {
            replayed = true;
            let may_replay = operation.idempotency != Idempotency::Never;
            // Also where nothing is sent again: the next call needs the newer token.
            match renew(operation, &authorised).await {
                Ok(true) if may_replay => {
                    progress.before = Some(error);
                    continue;
                }
                Err(failed) if may_replay => return Err(failed),
                _ => return Err(error),
            }
        }
        if retries >= most || !retry::may_heal(&error, operation.idempotency) {
            return Err(error);
        }
        let wait = policy.wait(retries, error.retry_after());
        let Some(wait) = wait.filter(|wait| after(*wait) < deadline) else {
            tracing::debug!("not sent again: the wait would be too long");
            return Err(error);
        };
        if !session.budget.pay() {
            tracing::warn!("not sent again: the session's retry budget is spent");
            return Err(error);
        }
        tracing::debug!(wait_ms = wait.as_millis() as u64, "waiting to send again");
        retries += 1;
        progress.before = Some(error);
        // A timer takes a millisecond even for no time at all.
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }
}

/// Finds the credentials of the call, or fails naming what it takes and what the session holds.
fn choose<'a>(session: &'a Inner, operation: &Operation) -> Result<Chosen<'a>, Error> {
    session.choose(operation.security).ok_or_else(|| {
        let what = format!(
            "failed to find a credential: the call takes {}, the session holds {}; add a credential to the session",
            taken(operation.security),
            session.holds()
        );
        Error::new(operation, Kind::Credential, what, Advice::Reauthenticate)
    })
}

/// Puts the credentials on `request`.
async fn authorise<'a>(
    operation: &Operation,
    chosen: &[(&'static Requirement, &'a Arc<dyn Credential>)],
    request: &mut reqwest::Request,
) -> Result<Authorised<'a>, Error> {
    let mut authorised = Vec::with_capacity(chosen.len());
    for (requirement, credential) in chosen {
        let outcome = match credential.authorize(requirement, request) {
            Authorizing::Done(outcome) => outcome,
            Authorizing::Waiting(waiting) => waiting.await,
        };
        let generation = outcome.map_err(|error| Error::authentication(operation, error))?;
        authorised.push((*credential, generation));
    }
    Ok(authorised)
}

/// After a 401: gets newer tokens, and tells whether there are any.
async fn renew(operation: &Operation, authorised: &Authorised<'_>) -> Result<bool, Error> {
    let mut newer = false;
    for (credential, generation) in authorised {
        let renewed = credential.rejected(*generation).await;
        newer |= renewed.map_err(|error| Error::authentication(operation, error))?;
    }
    Ok(newer)
}

impl Prepared<'_> {
    fn request(&self) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        *request.headers_mut() = self.headers.clone();
        if !self.body.is_empty() {
            *request.body_mut() = Some(self.body.clone().into());
        }
        request
    }
}

/// The time `wait` from now; where that leaves the clock's range, a time that nobody lives to see.
fn after(wait: Duration) -> Instant {
    const THIRTY_YEARS: Duration = Duration::from_secs(30 * 365 * 86_400);
    let now = Instant::now();
    now.checked_add(wait).unwrap_or(now + THIRTY_YEARS)
}

fn timed_out(operation: &Operation, deadline: Duration, attempts: u32) -> Error {
    let what = format!("failed to finish within the deadline of {deadline:?}");
    let advice = if attempts == 0 {
        Advice::Retry
    } else {
        answer::look_or_retry(operation)
    };
    Error::new(operation, Kind::Timeout, what, advice).attempts_made(attempts)
}

fn took_too_long(operation: &Operation, patience: Duration) -> Error {
    let what = format!("failed to get an answer within the {patience:?} that one attempt may take");
    let advice = answer::look_or_retry(operation);
    Error::new(operation, Kind::Timeout, what, advice)
}

fn taken(alternatives: &[&[Requirement]]) -> String {
    let one = |requirement: &Requirement| match requirement.scopes {
        [] => format!("`{}`", requirement.scheme.name),
        scopes => format!(
            "`{}` with the scope `{}`",
            requirement.scheme.name,
            scopes.join(" ")
        ),
    };
    let all = alternatives.iter().map(|requirements| {
        requirements
            .iter()
            .map(one)
            .collect::<Vec<_>>()
            .join(" and ")
    });
    all.collect::<Vec<_>>().join(", or ")
}
