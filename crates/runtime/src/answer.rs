//! What comes back: read within limits, told success from failure, and made a value or an error.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Advice, Error, Idempotency, Kind, Operation, Response,
    envelope::{Check, Places},
    error::{Answer, Shown, what_does_not_fit},
    retry_after::retry_after,
};

/// A success, its body not yet read as a type.
pub(crate) struct Success {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
}

/// What was sent got the head of an answer, or none.
pub(crate) fn got(
    operation: &Operation,
    outcome: Result<reqwest::Response, reqwest::Error>,
) -> Result<reqwest::Response, Error> {
    let response = outcome.map_err(|error| unanswered(operation, error))?;
    tracing::debug!(status = response.status().as_u16(), "answered");
    Ok(response)
}

/// The whole of an answer of at most `limit` bytes, or the error that it is.
pub(crate) async fn whole(
    operation: &Operation,
    limit: usize,
    mut response: reqwest::Response,
) -> Result<Success, Error> {
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let body = read_within(limit, response, operation).await?;
    if status.is_success() {
        return Ok(Success {
            status,
            headers,
            body,
            attempts: 0,
        });
    }
    Err(refused(operation, status, headers, body))
}

impl Success {
    /// After so many attempts.
    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Reads the body, inside its envelope where the operation has one.
    pub(crate) fn decode<T: DeserializeOwned>(
        self,
        operation: &Operation,
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

    /// The body as it came.
    pub(crate) fn bytes(self) -> Response<Bytes> {
        let request_id = header_request_id(&self.headers);
        Response::new(
            self.body,
            self.status,
            self.headers,
            request_id,
            self.attempts,
        )
    }

    /// The body as a text; bytes that are not UTF-8 are replaced.
    pub(crate) fn text(self) -> Response<String> {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        let request_id = header_request_id(&self.headers);
        Response::new(text, self.status, self.headers, request_id, self.attempts)
    }

    pub(crate) fn without_body(self) -> Response<()> {
        let request_id = header_request_id(&self.headers);
        Response::new((), self.status, self.headers, request_id, self.attempts)
    }
}

/// The error of an answer that is no success.
pub(crate) fn refused(
    operation: &Operation,
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
    operation: &Operation,
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
    let delay = retry_after(&headers);
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
    const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    headers.get(REQUEST_ID)?.to_str().ok().map(str::to_owned)
}

pub(crate) async fn read_within(
    limit: usize,
    mut response: reqwest::Response,
    operation: &Operation,
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
    // Most bodies come in one piece, which is taken as it is.
    let (mut first, mut body) = (Bytes::new(), BytesMut::new());
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) if body.is_empty() => return Ok(first),
            Ok(None) => return Ok(body.freeze()),
            Err(error) => {
                let url = response.url().clone();
                return Err(unanswered(operation, error.with_url(url)));
            }
        };
        if first.len().max(body.len()) + chunk.len() > limit {
            return Err(too_large());
        }
        if first.is_empty() {
            first = chunk;
            continue;
        }
        if body.is_empty() {
            body.extend_from_slice(&first);
        }
        body.extend_from_slice(&chunk);
    }
}

/// The error of a request that got no whole answer.
pub(crate) fn unanswered(operation: &Operation, error: reqwest::Error) -> Error {
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

/// Looking first is the advice where sending twice may do harm.
pub(crate) fn look_or_retry(operation: &Operation) -> Advice {
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
