//! Answers as faults make them.

use std::convert::Infallible;
use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value};
use tokio::time::sleep;
use url::Url;

use super::connection::{Ending, Line};
use super::fault::{Malformation, RetryAfter};

const MIB: u64 = 1 << 20;

/// How much of a huge body is made at a time.
const CHUNK: usize = 64 << 10;

impl RetryAfter {
    /// The header's value, if it can be sent.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let text = match self {
            Self::Seconds(seconds) => return Some(HeaderValue::from(*seconds)),
            Self::Text(text) => text.clone(),
            Self::Date { date_in } => {
                let now = DateTime::<Utc>::from(SystemTime::now());
                let date = now.checked_add_signed(TimeDelta::try_seconds(*date_in)?)?;
                if !(0..10_000).contains(&date.year()) {
                    return None;
                }
                // IMF-fixdate, RFC 9110, section 5.6.7.
                date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
            }
        };
        HeaderValue::from_str(&text).ok()
    }
}

/// The answer of [`Fault::Status`](super::Fault::Status); `own` are the provider's words.
pub(super) fn status(
    status: u16,
    retry_after: Option<&RetryAfter>,
    json: Option<&Value>,
    text: Option<&String>,
    own: impl FnOnce(StatusCode) -> Response,
) -> Response {
    let status = StatusCode::from_u16(status).expect("the rule was checked");
    let mut response = match (json, text) {
        (Some(json), _) => (status, axum::Json(json)).into_response(),
        (None, Some(text)) => (status, text.clone()).into_response(),
        (None, None) => own(status),
    };
    if text.is_some() {
        // What a client would take for JSON, so that it is the text that counts.
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    if let Some(value) = retry_after.and_then(RetryAfter::header) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// The answer of [`Fault::Redirect`](super::Fault::Redirect) to a request of `uri`.
pub(super) fn redirect(to: &str, status: u16, uri: &Uri) -> Response {
    let mut to = Url::parse(to).expect("the rule was checked");
    if to.path() == "/" && to.query().is_none() {
        to.set_path(uri.path());
        to.set_query(uri.query());
    }
    let status = StatusCode::from_u16(status).expect("the rule was checked");
    (status, [(header::LOCATION, to.as_str())]).into_response()
}

/// The answer with the first bytes of its body, after which the connection ends. `None` if there is
/// nothing to hold back.
pub(super) async fn cut_short(
    response: Response,
    after_bytes: u64,
    line: Line,
    ending: Ending,
) -> Option<Response> {
    let (mut parts, bytes) = collect(response).await;
    let most = bytes.len().checked_sub(1)?;
    let kept = usize::try_from(after_bytes).map_or(most, |kept| kept.min(most));
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let start = bytes.slice(..kept);
    let start = stream::iter((kept > 0).then_some(Ok::<_, Infallible>(start)));
    // Polled when the server has taken the start, and about to write it out.
    let end = stream::once(poll_fn(move |_| {
        line.cut_once_flushed(ending);
        Poll::Pending
    }));
    let body = Body::from_stream(start.chain(end));
    Some(Response::from_parts(parts, body))
}

/// The answer with the first bytes of its body for all of it.
pub(super) async fn truncate(response: Response, keep_bytes: u64) -> Response {
    let (parts, bytes) = collect(response).await;
    let kept = usize::try_from(keep_bytes).map_or(bytes.len(), |kept| kept.min(bytes.len()));
    with_body(parts, bytes.slice(..kept))
}

/// The answer with another body.
pub(super) fn malformed(response: Response, kind: Malformation) -> Response {
    let (mut parts, _) = response.into_parts();
    let body: &'static [u8] = match kind {
        Malformation::Empty => b"",
        Malformation::Html => {
            let html = HeaderValue::from_static("text/html");
            parts.headers.insert(header::CONTENT_TYPE, html);
            b"<html><head><title>502 Bad Gateway</title></head></html>\n"
        }
        Malformation::NotJson => br#"{"malformed":,]"#,
        Malformation::NotUtf8 => b"{\"malformed\":\"\xc3\x28\"}",
        Malformation::WrongShape => b"[]",
    };
    with_body(parts, Bytes::from_static(body))
}

/// The answer with `mib` MiB of JSON for a body.
pub(super) fn huge(response: Response, mib: u64) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let (start, end) = (br#"{"padding":""#.as_slice(), br#""}"#.as_slice());
    let padding = Bytes::from(vec![b'a'; CHUNK]);
    let mut left = mib.saturating_mul(MIB);
    left = left.saturating_sub((start.len() + end.len()) as u64);
    let padding = stream::iter(std::iter::from_fn(move || {
        let size = left.min(CHUNK as u64);
        left -= size;
        let size = usize::try_from(size).expect("no more than a chunk");
        (size > 0).then(|| padding.slice(..size))
    }));
    let body = stream::iter([Bytes::from_static(start)])
        .chain(padding)
        .chain(stream::iter([Bytes::from_static(end)]))
        .map(Ok::<_, Infallible>);
    Response::from_parts(parts, Body::from_stream(body))
}

/// The answer with a pause before each byte of its body.
pub(super) async fn drip(response: Response, every: Duration) -> Response {
    let (mut parts, bytes) = collect(response).await;
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let body = stream::iter(0..bytes.len()).then(move |at| {
        let byte = bytes.slice(at..=at);
        async move {
            sleep(every).await;
            Ok::<_, Infallible>(byte)
        }
    });
    Response::from_parts(parts, Body::from_stream(body))
}

/// The answer with its JSON altered, if it is JSON.
pub(super) async fn alter(response: Response, alteration: impl FnOnce(&mut Value)) -> Response {
    let (parts, bytes) = collect(response).await;
    let Ok(mut json) = serde_json::from_slice(&bytes) else {
        return with_body(parts, bytes);
    };
    alteration(&mut json);
    with_body(parts, Bytes::from(json.to_string()))
}

/// Sets and removes values by their JSON Pointers. Those whose parent is not there are left out.
pub(super) fn edit(json: &mut Value, set: &Map<String, Value>, remove: &[String]) {
    for (pointer, value) in set {
        match parent(json, pointer) {
            Some((Value::Object(parent), name)) => {
                parent.insert(name, value.clone());
            }
            Some((Value::Array(parent), index)) => {
                let index = index.parse().ok();
                if let Some(place) = index.and_then(|index: usize| parent.get_mut(index)) {
                    *place = value.clone();
                }
            }
            _ => {}
        }
    }
    for pointer in remove {
        if let Some((Value::Object(parent), name)) = parent(json, pointer) {
            parent.remove(&name);
        }
    }
}

/// The parent of a value, and the value's name in it.
fn parent<'a>(json: &'a mut Value, pointer: &str) -> Option<(&'a mut Value, String)> {
    let (parent, name) = pointer.rsplit_once('/')?;
    // RFC 6901, section 4: in this order.
    let name = name.replace("~1", "/").replace("~0", "~");
    Some((json.pointer_mut(parent)?, name))
}

async fn collect(response: Response) -> (axum::http::response::Parts, Bytes) {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await;
    (
        parts,
        bytes.expect("the providers hold their answers whole"),
    )
}

fn with_body(mut parts: axum::http::response::Parts, body: Bytes) -> Response {
    // The server sets it anew.
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_set_and_removed_by_their_pointers_and_nothing_else_changes() {
        let mut json = json!({"a": {"b/c": 1}, "d": [1, 2], "e": 3});
        let set = json!({"/a/b~1c": 2, "/a/new": {}, "/d/1": 0, "/x/y": 1, "/d/9": 1});
        let set = set.as_object().expect("an object");
        edit(&mut json, set, &["/e".to_owned(), "/x/y".to_owned()]);
        assert_eq!(json, json!({"a": {"b/c": 2, "new": {}}, "d": [1, 0]}));
    }

    #[test]
    fn a_date_is_written_as_http_has_it() {
        let header = RetryAfter::Date { date_in: 60 }.header().expect("a date");
        let text = header.to_str().expect("ASCII");
        let date = DateTime::parse_from_rfc2822(&text.replace("GMT", "+0000")).expect("a date");
        let ahead = date.with_timezone(&Utc) - DateTime::<Utc>::from(SystemTime::now());
        assert!((-60..=60).contains(&ahead.num_seconds()), "{text}");
        assert_eq!(text.len(), "Sun, 06 Nov 1994 08:49:37 GMT".len());
    }
}
