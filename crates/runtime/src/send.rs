//! The one place from which requests are sent: authorise, attempt, replay once after a 401, read within limits.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header::RETRY_AFTER};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::{
    Advice, Authorizing, Credential, Error, Generation, Idempotency, Kind, Operation, Requirement,
    Response, Session,
    envelope::{Check, Places},
    error::{Answer, Shown, what_does_not_fit},
    session::Inner,
};

/// A request without its credential, so that every attempt can be authorised anew.
pub(crate) struct Prepared {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A success, its body not yet read as a type.
pub(crate) struct Success {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
}

/// The credentials that a call takes, each with the requirement it fulfils.
pub(crate) type Chosen<'a> = Vec<(&'static Requirement, &'a Arc<dyn Credential>)>;

/// What an attempt was authorised with.
type Authorised<'a> = Vec<(&'a Arc<dyn Credential>, Generation)>;

/// Sends within the session's deadline.
pub(crate) async fn send(
    session: &Session,
    operation: &'static Operation,
    prepared: &Prepared,
) -> Result<Success, Error> {
    let session = session.inner();
    let mut attempts = 0;
    let outcome = tokio::time::timeout(
        session.deadline,
        attempt(session, operation, prepared, &mut attempts),
    )
    .await;
    let outcome = outcome.unwrap_or_else(|_| Err(timed_out(operation, session.deadline, attempts)));
    outcome.map_err(|error| error.attempts_made(attempts))
}

/// Finds the credentials of the call, or fails naming what it takes and what the session holds.
pub(crate) fn choose<'a>(
    session: &'a Inner,
    operation: &'static Operation,
) -> Result<Chosen<'a>, Error> {
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
pub(crate) async fn authorise<'a>(
    operation: &'static Operation,
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

async fn attempt(
    session: &Inner,
    operation: &'static Operation,
    prepared: &Prepared,
    attempts: &mut u32,
) -> Result<Success, Error> {
    let chosen = choose(session, operation)?;
    loop {
        let mut request = prepared.request();
        let authorised = authorise(operation, &chosen, &mut request).await?;
        *attempts += 1;
        tracing::debug!(
            provider = operation.provider,
            operation = operation.id,
            attempt = *attempts,
            "sending"
        );
        let response = session
            .http
            .execute(request)
            .await
            .map_err(|error| unsent(operation, error))?;
        let status = response.status();
        let headers = response.headers().clone();
        tracing::debug!(
            provider = operation.provider,
            operation = operation.id,
            status = status.as_u16(),
            "answered"
        );
        let body = read_within(session.longest_body, response, operation).await?;
        if status == StatusCode::UNAUTHORIZED
            && *attempts == 1
            && renew(operation, &authorised).await?
        {
            continue;
        }
        if status.is_success() {
            return Ok(Success {
                status,
                headers,
                body,
                attempts: *attempts,
            });
        }
        return Err(refused(operation, status, headers, body));
    }
}

/// After a 401: gets newer tokens, and tells whether to send once more.
pub(crate) async fn renew(
    operation: &'static Operation,
    authorised: &Authorised<'_>,
) -> Result<bool, Error> {
    let mut newer = false;
    for (credential, generation) in authorised {
        let renewed = credential.rejected(*generation).await;
        newer |= renewed.map_err(|error| Error::authentication(operation, error))?;
    }
    Ok(newer && operation.idempotency != Idempotency::Never)
}

impl Prepared {
    pub(crate) fn request(&self) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        *request.headers_mut() = self.headers.clone();
        if !self.body.is_empty() {
            *request.body_mut() = Some(self.body.clone().into());
        }
        request
    }
}

impl Success {
    /// Reads the body, inside its envelope where the operation has one.
    pub(crate) fn decode<T: DeserializeOwned>(
        self,
        operation: &'static Operation,
    ) -> Result<Response<T>, Error> {
        let Self {
            status,
            headers,
            body,
            attempts,
        } = self;
        // No body says as much as `null`: a call whose answer may be anything takes both.
        let text: &[u8] = if body.is_empty() { b"null" } else { &body };
        let unfit = |error: &serde_json::Error, headers: HeaderMap, value: Option<&str>| {
            let why = match value {
                _ if body.is_empty() => "it is empty".to_owned(),
                Some(place) => format!("nothing stands at `{place}`"),
                None => not_json(error, &headers).unwrap_or_else(|| what_does_not_fit(error)),
            };
            let what = format!(
                "failed to read the answer (HTTP {}): {why}",
                status.as_u16()
            );
            let answer = Answer {
                status,
                headers,
                body: body.clone(),
                code: None,
                message: None,
                request_id: None,
            };
            Error::new(operation, Kind::Decode, what, Advice::Report)
                .answered(answer)
                .attempts_made(attempts)
        };
        let Some(envelope) = operation.envelope else {
            return match serde_json::from_slice(text) {
                Ok(value) => {
                    let request_id = header_request_id(&headers);
                    Ok(Response::new(value, status, headers, request_id, attempts))
                }
                Err(error) => Err(unfit(&error, headers, None)),
            };
        };
        // An envelope cannot be empty.
        let mut whole: Value = match serde_json::from_slice(&body) {
            Ok(whole) => whole,
            Err(error) => return Err(unfit(&error, headers, None)),
        };
        if let Some(failed) = envelope.failed(&whole) {
            let answer = (status, headers, body);
            let error = refused_with(
                operation,
                answer,
                Some(&whole),
                envelope.places,
                Some(failed),
            );
            return Err(error.attempts_made(attempts));
        }
        let request_id = envelope
            .places
            .request_id(&whole)
            .or_else(|| header_request_id(&headers));
        let value = whole.pointer_mut(envelope.value).map(Value::take);
        let absent = value.is_none().then_some(envelope.value);
        match serde_json::from_value(value.unwrap_or_default()) {
            Ok(value) => Ok(Response::new(value, status, headers, request_id, attempts)),
            Err(error) => Err(unfit(&error, headers, absent)),
        }
    }

    pub(crate) fn without_body(self) -> Response<()> {
        let request_id = header_request_id(&self.headers);
        Response::new((), self.status, self.headers, request_id, self.attempts)
    }
}

/// The error of an answer that is no success.
pub(crate) fn refused(
    operation: &'static Operation,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
) -> Error {
    if status.is_redirection() {
        let what = format!(
            "failed because the service redirects (HTTP {}), which is not followed so that no credential goes astray; \
             check the base URL",
            status.as_u16()
        );
        let answer = Answer {
            status,
            headers,
            body,
            code: None,
            message: None,
            request_id: None,
        };
        return Error::new(operation, Kind::Redirect, what, Advice::AdjustRequest).answered(answer);
    }
    let described = operation
        .failures
        .iter()
        .find(|failure| failure.status.contains(status.as_u16()));
    let places = described.map_or(&Places::NONE, |failure| failure.places);
    let json: Option<Value> = serde_json::from_slice(&body).ok();
    let answer = (status, headers, body);
    refused_with(operation, answer, json.as_ref(), places, None)
}

/// `failed` is the check of the envelope that did not hold, where the status alone would be a success.
fn refused_with(
    operation: &'static Operation,
    (status, headers, body): (StatusCode, HeaderMap, Bytes),
    json: Option<&Value>,
    places: &Places,
    failed: Option<&Check>,
) -> Error {
    let code = json.and_then(|json| places.code(json));
    let message = match json {
        Some(json) => places.message(json),
        None => plain_text(&headers, &body),
    };
    let request_id = json
        .and_then(|json| places.request_id(json))
        .or_else(|| header_request_id(&headers));
    let mut what = format!(
        "failed because the service refused it: HTTP {}",
        status.as_u16()
    );
    if let Some(reason) = status.canonical_reason() {
        what = format!("{what} {reason}");
    }
    if let Some(check) = failed {
        what = format!("{what}, but `{}` does not say success", check.at);
    }
    for said in [&code, &message].into_iter().flatten() {
        what = format!("{what}: {}", Shown(said));
    }
    let advice = match status.as_u16() {
        401 | 403 => Advice::Reauthenticate,
        408 | 429 => Advice::Retry,
        // A gateway says so too when it lost sight of a request that went through.
        500..=599 => look_or_retry(operation),
        _ => Advice::AdjustRequest,
    };
    let delay = headers.get(RETRY_AFTER).and_then(seconds);
    let answer = Answer {
        status,
        headers,
        body,
        code,
        message,
        request_id,
    };
    Error::new(operation, Kind::Refused, what, advice)
        .answered(answer)
        .retry_in(delay)
}

/// What came in the place of JSON, where the answer says it.
fn not_json(error: &serde_json::Error, headers: &HeaderMap) -> Option<String> {
    let content_type = headers.get(http::header::CONTENT_TYPE)?.to_str().ok()?;
    let told = error.is_syntax() && !content_type.contains("json");
    told.then(|| format!("it is `{}`, not JSON", Shown(content_type)))
}

/// A short `text/plain` body is the provider's message; a web page of some proxy is not.
fn plain_text(headers: &HeaderMap, body: &Bytes) -> Option<String> {
    let plain = headers
        .get(http::header::CONTENT_TYPE)?
        .to_str()
        .ok()?
        .starts_with("text/plain");
    let text = std::str::from_utf8(body).ok()?.trim();
    (plain && !text.is_empty()).then(|| text.to_owned())
}

fn header_request_id(headers: &HeaderMap) -> Option<String> {
    headers
        .get("x-request-id")?
        .to_str()
        .ok()
        .map(str::to_owned)
}

/// `Retry-After` in seconds (RFC 9110 section 10.2.3).
fn seconds(value: &HeaderValue) -> Option<Duration> {
    value
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
        .map(Duration::from_secs)
}

pub(crate) async fn read_within(
    limit: usize,
    mut response: reqwest::Response,
    operation: &'static Operation,
) -> Result<Bytes, Error> {
    let too_large = || {
        let what = format!(
            "failed to read the answer: it is larger than the {limit} bytes that the session allows; allow more, or ask \
             for less"
        );
        Error::new(operation, Kind::TooLarge, what, Advice::AdjustRequest)
    };
    if response
        .content_length()
        .is_some_and(|length| length > limit as u64)
    {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    let url = response.url().clone();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unsent(operation, error.with_url(url.clone())))?
    {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The error of a request that got no whole answer.
pub(crate) fn unsent(operation: &'static Operation, error: reqwest::Error) -> Error {
    let host = error
        .url()
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default();
    // The query of a URL may hold a token.
    let error = error.without_url();
    let cause = innermost(&error);
    let (kind, what, advice) = if error.is_connect() {
        let what = format!(
            "failed to connect to {host}: {cause}; check the address, and that the service is up"
        );
        (Kind::Connect, what, Advice::Retry)
    } else if error.is_timeout() {
        (
            Kind::Timeout,
            format!("failed to get an answer from {host} in time"),
            look_or_retry(operation),
        )
    } else if error.is_builder() {
        (
            Kind::Request,
            format!("failed to make the request: {cause}"),
            Advice::AdjustRequest,
        )
    } else {
        let what = format!("failed to get a whole answer from {host}: {cause}");
        (Kind::Connection, what, look_or_retry(operation))
    };
    Error::new(operation, kind, what, advice).caused_by(error)
}

pub(crate) fn timed_out(operation: &'static Operation, deadline: Duration, attempts: u32) -> Error {
    let what = format!("failed to finish within the deadline of {deadline:?}");
    let advice = if attempts == 0 {
        Advice::Retry
    } else {
        look_or_retry(operation)
    };
    Error::new(operation, Kind::Timeout, what, advice)
}

fn look_or_retry(operation: &Operation) -> Advice {
    match operation.idempotency {
        Idempotency::Safe | Idempotency::Idempotent => Advice::Retry,
        Idempotency::Unknown | Idempotency::Never => Advice::Look,
    }
}

/// The cause that says something: `reqwest` and `hyper` wrap it several times.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
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
