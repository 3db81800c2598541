//! What comes back: read within limits, told success from failure, and made a value or an error.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Advice, Class, Error, Idempotency, Kind, Operation, Response,
    envelope::{Check, Places},
    error::{Answer, Shown, what_does_not_fit},
    object::from_slice,
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
    let (body, read) = read_within(limit, response, operation).await;
    if status.is_success() {
        return read.map(|()| Success {
            status,
            headers,
            body,
            attempts: 0,
        });
    }
    // The head is the verdict: a body that breaks off or is too large takes nothing from it.
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
        let unfit = |error: &serde_json::Error,
                     headers: HeaderMap,
                     value: Option<(&str, bool)>,
                     request_id: Option<String>| {
            let why = match value {
                _ if body.is_empty() => "it is empty".to_owned(),
                Some((place, false)) => format!("nothing stands at `{place}`"),
                Some((place, true)) => {
                    format!("{} of what stands at `{place}`", what_does_not_fit(error))
                }
                None => not_json(error, &headers).unwrap_or_else(|| what_does_not_fit(error)),
            };
            let what = format!(
                "failed to read the answer (HTTP {}): {why}",
                status.as_u16()
            );
            let request_id = request_id.or_else(|| header_request_id(&headers));
            let answer = Answer {
                request_id,
                ..Answer::new(status, headers, body.clone())
            };
            // The status says that it was carried out.
            Error::new(
                operation,
                Kind::Decode,
                what,
                look_or(Advice::Report, operation),
            )
            .answered(answer)
            .attempts_made(attempts)
        };
        let Some(envelope) = operation.envelope else {
            return match from_slice(text) {
                Ok(value) => {
                    let request_id = header_request_id(&headers);
                    Ok(Response::new(value, status, headers, request_id, attempts))
                }
                Err(error) => Err(unfit(&error, headers, None, None)),
            };
        };
        if let Some((value, request_id)) = envelope.read(&body) {
            let request_id = request_id.or_else(|| header_request_id(&headers));
            return Ok(Response::new(value, status, headers, request_id, attempts));
        }
        // An envelope cannot be empty.
        let opened = match envelope.open(&body) {
            Ok(opened) => opened,
            Err(error) => return Err(unfit(&error, headers, None, None)),
        };
        if let Some(failed) = opened.failed {
            let whole: Option<Value> = serde_json::from_slice(&body).ok();
            let body = body.clone();
            let answer = (status, headers, body);
            let error = refused_with(
                operation,
                answer,
                whole.as_ref(),
                envelope.places,
                Some(failed),
            );
            return Err(error.attempts_made(attempts));
        }
        // Nothing says as much as `null`, here too.
        let value = opened.value.map_or("null", |value| value.get());
        let request_id = opened.request_id.or_else(|| header_request_id(&headers));
        match from_slice(value.as_bytes()) {
            Ok(value) => Ok(Response::new(value, status, headers, request_id, attempts)),
            Err(error) => {
                let place = (envelope.value, opened.value.is_some());
                let place = (!envelope.value.is_empty()).then_some(place);
                Err(unfit(&error, headers, place, request_id))
            }
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

    /// The error that it is where the answer was to come bit by bit, and is something else.
    #[cfg(feature = "streams")]
    pub(crate) fn of_another_kind(self, operation: &Operation) -> Error {
        let content_type = self.headers.get(http::header::CONTENT_TYPE);
        let content_type = content_type.and_then(|kind| kind.to_str().ok());
        let what = format!(
            "failed to read the answer (HTTP {}): it is `{}`, not `{}`",
            self.status.as_u16(),
            Shown(content_type.unwrap_or_default()),
            operation.accept.unwrap_or_default()
        );
        let answer = Answer {
            request_id: header_request_id(&self.headers),
            ..Answer::new(self.status, self.headers, self.body)
        };
        let advice = look_or(Advice::Report, operation);
        Error::new(operation, Kind::Decode, what, advice).answered(answer)
    }

    pub(crate) fn without_body(self) -> Response<()> {
        let request_id = header_request_id(&self.headers);
        Response::new((), self.status, self.headers, request_id, self.attempts)
    }
}

/// What stands before the body of a success.
#[cfg(feature = "streams")]
pub(crate) fn head(response: &mut reqwest::Response, attempts: u32) -> Response<()> {
    let headers = std::mem::take(response.headers_mut());
    let request_id = header_request_id(&headers);
    Response::new((), response.status(), headers, request_id, attempts)
}

/// One part of an answer that comes bit by bit, in the place of its whole body.
#[cfg(feature = "streams")]
pub(crate) fn part(head: &Response<()>, text: &[u8]) -> Answer {
    Answer {
        request_id: head.request_id().map(str::to_owned),
        ..Answer::new(
            head.status(),
            head.headers().clone(),
            Bytes::copy_from_slice(text),
        )
    }
}

/// The error of one part of an answer that is too long to be read.
#[cfg(feature = "streams")]
pub(crate) fn too_long(operation: &Operation, which: &str, limit: usize) -> Error {
    let what = format!(
        "failed to read {which}: it is larger than the {limit} bytes that the session allows; allow more"
    );
    Error::new(operation, Kind::TooLarge, what, Advice::AdjustRequest)
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
            request_id: header_request_id(&headers),
            ..Answer::new(status, headers, body)
        };
        // "See other" is what a service says that carried a write out (RFC 9110 section 15.4.4).
        let advice = match status {
            StatusCode::SEE_OTHER => look_or(Advice::AdjustRequest, operation),
            _ => Advice::AdjustRequest,
        };
        return Error::new(operation, Kind::Redirect, what, advice).answered(answer);
    }
    let places = operation.places_of(status.as_u16());
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
    // Of a failure that one check alone tells, the envelope may know no code, or that of another success.
    let telling = failed.and_then(|check| check.places).unwrap_or(places);
    let code = json.and_then(|json| telling.code(json));
    let message = json
        .and_then(|json| telling.message(json))
        .or_else(|| plain_text(&headers, json, &body));
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
        what = format!("{what}, but {}", check.told(json));
    }
    for said in [&code, &message].into_iter().flatten() {
        // Some services have one word for code and message, and some repeat the status.
        if !what.ends_with(&format!(" {said}")) && !what.contains(&format!("`{said}`")) {
            what = format!("{what}: {}", Shown(said));
        }
    }
    let unsaid = failed.is_some_and(|check| json.and_then(|json| json.pointer(check.at)).is_none());
    let class = class_of(operation, status, code.as_deref());
    let advice = match class {
        // It says neither success nor failure: whether it was carried out is open.
        _ if status.is_success() && unsaid => look_or(Advice::Report, operation),
        Some(Class::Authentication | Class::Permission) => Advice::Reauthenticate,
        Some(Class::RateLimited) => Advice::Retry,
        // The service gave up waiting for the request, so it carried none out.
        Some(Class::Outage) if status == StatusCode::REQUEST_TIMEOUT => Advice::Retry,
        // A gateway says so too when it lost sight of a request that went through.
        Some(Class::Outage) => look_or_retry(operation),
        _ => Advice::AdjustRequest,
    };
    let delay = retry_after(&headers);
    let answer = Answer {
        code,
        message,
        request_id,
        details: places.details,
        ..Answer::new(status, headers, body)
    };
    Error::new(operation, Kind::Refused, what, advice)
        .classed(class)
        .answered(answer)
        .retry_in(delay)
}

/// What a refusal means: the provider's code tells where the spec knows it, and else the status.
fn class_of(operation: &Operation, status: StatusCode, code: Option<&str>) -> Option<Class> {
    let by_status = Class::of_status(status);
    let by_code = code.and_then(|code| operation.class_of_code(code));
    match by_code {
        // The session acts upon a 401 by renewing what it sent, so that is what a 401 is, whatever else it says.
        _ if status == StatusCode::UNAUTHORIZED => by_status,
        // That says the least of all, and a 404 more.
        Some(Class::InvalidRequest) if status.is_client_error() => by_status,
        _ => by_code.or(by_status),
    }
}

/// What came in the place of JSON, where the answer says it.
fn not_json(error: &serde_json::Error, headers: &HeaderMap) -> Option<String> {
    let content_type = headers.get(http::header::CONTENT_TYPE)?.to_str().ok()?;
    let told = error.is_syntax() && !content_type.contains("json");
    told.then(|| format!("it is `{}`, not JSON", Shown(content_type)))
}

/// A text is the provider's message; an object without one is not, and neither is a web page of some proxy.
fn plain_text(headers: &HeaderMap, json: Option<&Value>, body: &Bytes) -> Option<String> {
    let text = match json {
        Some(Value::String(text)) => text,
        Some(Value::Object(_) | Value::Array(_) | Value::Null) => return None,
        _ => std::str::from_utf8(body).ok()?,
    };
    let text = text.trim();
    let is_text = headers
        .get(http::header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/") || json.is_some());
    (is_text && !text.is_empty() && !text.starts_with('<')).then(|| text.to_owned())
}

fn header_request_id(headers: &HeaderMap) -> Option<String> {
    const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    headers.get(REQUEST_ID)?.to_str().ok().map(str::to_owned)
}

/// What came of the body, and why that is not all of it where it is not.
async fn read_within(
    limit: usize,
    mut response: reqwest::Response,
    operation: &Operation,
) -> (Bytes, Result<(), Error>) {
    let too_large = || {
        let what = format!(
            "failed to read the answer: it is larger than the {limit} bytes that the session allows; allow more, or ask \
             for less"
        );
        Error::new(
            operation,
            Kind::TooLarge,
            what,
            look_or(Advice::AdjustRequest, operation),
        )
    };
    if response
        .content_length()
        .is_some_and(|length| length > limit as u64)
    {
        return (Bytes::new(), Err(too_large()));
    }
    // Most bodies come in one piece, which is taken as it is.
    let (mut first, mut body) = (Bytes::new(), BytesMut::new());
    let read = loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break Ok(()),
            Err(error) => {
                let url = response.url().clone();
                break Err(unanswered(operation, error.with_url(url)));
            }
        };
        if first.len().max(body.len()) + chunk.len() > limit {
            break Err(too_large());
        }
        if first.is_empty() {
            first = chunk;
            continue;
        }
        if body.is_empty() {
            body.extend_from_slice(&first);
        }
        body.extend_from_slice(&chunk);
    };
    let came = match body.is_empty() {
        true => first,
        false => body.freeze(),
    };
    (came, read)
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
    look_or(Advice::Retry, operation)
}

/// `otherwise`, where sending twice does no harm.
fn look_or(otherwise: Advice, operation: &Operation) -> Advice {
    match operation.idempotency {
        Idempotency::Safe | Idempotency::Idempotent => otherwise,
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
