//! The signature of the tenant's API key.
//!
//! `hex(HMAC-SHA512(secret, timestamp + METHOD + signed path + body))`, where the signed path is the
//! value of the header `X-UP-API-Signed-Path` and the body the very bytes received. The clients in
//! the field disagree about the path: some sign it with a leading slash and the query, others leave
//! out one or both. The service checked with the header's value, so all of them pass here. The
//! header is then held against the request: it has to name the same path, and the same query if it
//! names one, or else a signature would be good for any request.

use axum::http::{HeaderMap, Method, StatusCode, Uri};
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use super::credentials::Credentials;
use super::errors::{Detail, Refusal};
use crate::encoding::{hex, unhex};

const DOMAIN: &str = "tenancy";
const KEY: &str = "X-UP-API-Key";
const PASSPHRASE: &str = "X-UP-API-Passphrase";
const TIMESTAMP: &str = "X-UP-API-Timestamp";
const SIGNATURE: &str = "X-UP-API-Signature";
const SIGNED_PATH: &str = "X-UP-API-Signed-Path";

/// Whether the request shows an API key at all.
pub(super) fn is_present(headers: &HeaderMap) -> bool {
    headers.contains_key(KEY)
}

/// The five headers of a signed request.
struct Headers<'a> {
    key: &'a str,
    passphrase: &'a str,
    timestamp: &'a str,
    signature: &'a str,
    signed_path: &'a str,
}

/// What a request is, as far as its signature is concerned.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) method: &'a Method,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// When a timestamp is too old or too new.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tolerance {
    /// How far the timestamp may be from `now` or `wall`, either way.
    pub(super) within: Duration,
    /// The sandbox's time.
    pub(super) now: DateTime<Utc>,
    /// The machine's time, which callers sign with even after a test has moved the sandbox's.
    pub(super) wall: DateTime<Utc>,
}

/// Checks the API key headers of a request.
///
/// 401 when a header is missing, the key or passphrase is unknown or the timestamp is out of range;
/// 403 when the signature is another one, with the service's `debugHint`, or is for another path.
pub(super) fn verify(
    request: Signed<'_>,
    credentials: &Credentials,
    tolerance: Tolerance,
) -> Result<(), Refusal> {
    let headers = Headers::read(request.headers)?;
    if headers.key != credentials.api_key {
        return Err(unknown(KEY, "invalidKey", "There is no such API key"));
    }
    if headers.passphrase != credentials.api_passphrase {
        let message = "The passphrase is not the one of this API key";
        return Err(unknown(PASSPHRASE, "invalidPassphrase", message));
    }
    let instant = instant(headers.timestamp).ok_or_else(|| {
        let message = "Expected seconds since 1970-01-01T00:00:00Z, a fraction being allowed";
        unknown(TIMESTAMP, "invalidTimestamp", message)
    })?;
    let message = message(&headers, request.method, request.body);
    let mut mac = Hmac::<Sha512>::new_from_slice(credentials.api_secret.as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(&message);
    let given = unhex(headers.signature).unwrap_or_default();
    if mac.verify_slice(&given).is_err() {
        return Err(mismatch(&headers, request.method, request.body));
    }
    if !names(headers.signed_path, request.uri) {
        let message = format!(
            "The signed path {:?} is not that of the request, {:?}",
            headers.signed_path,
            request.uri.to_string()
        );
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "The signature is for another path",
            vec![Detail::header(DOMAIN, SIGNED_PATH, "pathMismatch", message)],
        ));
    }
    let far = |clock: DateTime<Utc>| (clock - instant).abs() > tolerance.within;
    if far(tolerance.now) && far(tolerance.wall) {
        let message = "The timestamp is too far from the server's time, which GET /1.0/time/ tells";
        return Err(unknown(TIMESTAMP, "timestampOutOfRange", message));
    }
    Ok(())
}

impl<'a> Headers<'a> {
    fn read(headers: &'a HeaderMap) -> Result<Self, Refusal> {
        let mut missing = Vec::new();
        let mut read = |name: &'static str| match headers.get(name).map(|value| value.to_str()) {
            Some(Ok(value)) => value,
            Some(Err(_)) | None => {
                let message = format!("The header {name} is missing or not ASCII");
                missing.push(Detail::header(DOMAIN, name, "required", message));
                ""
            }
        };
        let read = Self {
            key: read(KEY),
            passphrase: read(PASSPHRASE),
            timestamp: read(TIMESTAMP),
            signature: read(SIGNATURE),
            signed_path: read(SIGNED_PATH),
        };
        if missing.is_empty() {
            return Ok(read);
        }
        let message = "The request is not signed completely";
        Err(Refusal::unauthorized(message, missing))
    }
}

fn unknown(header: &str, reason: &'static str, message: &str) -> Refusal {
    Refusal::unauthorized(
        message,
        vec![Detail::header(DOMAIN, header, reason, message)],
    )
}

fn message(headers: &Headers<'_>, method: &Method, body: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(body.len() + 256);
    message.extend_from_slice(headers.timestamp.as_bytes());
    message.extend_from_slice(method.as_str().as_bytes());
    message.extend_from_slice(headers.signed_path.as_bytes());
    message.extend_from_slice(body);
    message
}

fn mismatch(headers: &Headers<'_>, method: &Method, body: &[u8]) -> Refusal {
    let parts = json!({
        "timestamp": part(headers.timestamp.as_bytes()),
        "method": part(method.as_str().as_bytes()),
        "signed_path": part(headers.signed_path.as_bytes()),
        "body": part(body),
    });
    let hint = Detail {
        value: Some(json!({ "message_parts": parts })),
        ..Detail::header(
            DOMAIN,
            SIGNATURE,
            "debugHint",
            "Compare what the server signed with what the client signed, part by part",
        )
    };
    Refusal::new(
        StatusCode::FORBIDDEN,
        "The signature does not match",
        vec![hint],
    )
}

fn part(bytes: &[u8]) -> Value {
    json!({
        "sha512": hex(Sha512::digest(bytes)),
        "canonicalized": String::from_utf8_lossy(bytes),
    })
}

/// The instant that seconds since the epoch, with or without a fraction, stand for.
fn instant(timestamp: &str) -> Option<DateTime<Utc>> {
    let (seconds, fraction) = timestamp.split_once('.').unwrap_or((timestamp, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    if !digits(seconds) || !digits(fraction) {
        return None;
    }
    DateTime::from_timestamp(seconds.parse().ok()?, 0)
}

/// Whether a signed path names the path, and if it has a query the query, of `uri`.
fn names(signed_path: &str, uri: &Uri) -> bool {
    let (path, query) = match signed_path.split_once('?') {
        Some((path, query)) => (path, query),
        None => (signed_path, ""),
    };
    let plain = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let path = path.strip_prefix('/').unwrap_or(path);
    let requested = uri.path().strip_prefix('/').unwrap_or(uri.path());
    plain(path) == plain(requested)
        && (query.is_empty() || pairs(query) == pairs(uri.query().unwrap_or_default()))
}

fn pairs(query: &str) -> Vec<(String, String)> {
    serde_urlencoded::from_str(query).unwrap_or_default()
}

#[cfg(test)]
mod tests;
