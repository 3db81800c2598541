//! The faults.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Phase;

/// What goes wrong with a request.
///
/// In JSON: the name in snake case as the key of an object with the fields, as in
/// `{"delay":{"ms":100}}` or `{"reset":{}}`; the faults without fields are plain strings, `"hang"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// New connections are reset right after they were accepted, before a byte is read. Connections
    /// that are open stay so. It can be limited to a provider, but to no method and no path.
    Refuse,
    /// The request waits. Once received it is carried out even if its caller goes away meanwhile,
    /// as real servers do.
    Delay {
        /// How long, in milliseconds.
        ms: u64,
    },
    /// The request is never answered; the connection stays open until its caller or the sandbox
    /// closes it.
    Hang,
    /// The connection is closed in good order (FIN).
    Close {
        /// How many bytes of the answer's body are sent first, after its head. At least the last
        /// byte is held back. Without it, not even the head is sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_bytes: Option<u64>,
    },
    /// The connection is reset (RST).
    Reset {
        /// As in [`Fault::Close`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_bytes: Option<u64>,
    },
    /// The answer is another one.
    Status {
        /// The status, 200 to 599.
        status: u16,
        /// The header `Retry-After`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<RetryAfter>,
        /// The body, as JSON.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        json: Option<Value>,
        /// The body, as text, with which anything can be said that JSON values cannot. With neither
        /// body the provider's own words for the status are used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// The answer is a redirect.
    Redirect {
        /// Where to. A URL without a path is given the path and the query of the request.
        to: String,
        /// 301, 302, 303, 307 or 308. Without it 307, which keeps method and body.
        #[serde(default = "temporary")]
        status: u16,
    },
    /// The answer's body ends early, though its length is announced to be just that.
    Truncate {
        /// How many bytes are left of it.
        keep_bytes: u64,
    },
    /// The answer's body is replaced by something that is not what it says.
    Malformed(Malformation),
    /// The answer's body is replaced by one JSON object of that size, sent without announcing its
    /// length and made while it is sent.
    Huge {
        /// The size, in MiB.
        mib: u64,
    },
    /// The answer's body is sent byte by byte.
    Drip {
        /// The time before each byte, in milliseconds.
        every_ms: u64,
    },
    /// The JSON of the answer is altered. An answer that is no JSON is left as it is.
    Json {
        /// The values to set, by JSON Pointer (RFC 6901).
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        set: Map<String, Value>,
        /// The JSON Pointers of the values to remove.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remove: Vec<String>,
    },
    /// The claims of a JSON Web Token in the answer are altered. The provider goes on to take the
    /// token for the one that it issued, with that one's lifetime.
    Jwt {
        /// The JSON Pointer of the token.
        token: String,
        /// The claims to set.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        set: Map<String, Value>,
        /// The claims to remove.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remove: Vec<String>,
    },
    /// The sandbox's clock is stepped, for all providers and for good.
    ClockStep {
        /// By how much, in seconds; backwards if negative.
        seconds: i64,
    },
}

/// A body that is not what its `Content-Type` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Malformation {
    /// Nothing at all.
    Empty,
    /// The page of a proxy.
    Html,
    /// Text that looks like JSON and is not.
    NotJson,
    /// JSON but for two bytes that are no UTF-8.
    NotUtf8,
    /// JSON, but an empty array.
    WrongShape,
}

/// The header `Retry-After`.
///
/// In JSON: a number of seconds, `{"date_in":5}`, or a string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// A date.
    Date {
        /// How many seconds it is ahead of the machine's time; behind if negative.
        date_in: i64,
    },
    /// The header's value as it is.
    Text(String),
}

/// 307 Temporary Redirect.
fn temporary() -> u16 {
    307
}

impl Fault {
    /// [`Fault::Delay`] by `by`, in whole milliseconds.
    pub fn delay(by: Duration) -> Self {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        Self::Delay { ms }
    }

    /// [`Fault::Close`] before any byte of the answer.
    pub fn close() -> Self {
        Self::Close { after_bytes: None }
    }

    /// [`Fault::Reset`] before any byte of the answer.
    pub fn reset() -> Self {
        Self::Reset { after_bytes: None }
    }

    /// [`Fault::Status`] in the provider's own words.
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            retry_after: None,
            json: None,
            text: None,
        }
    }

    /// [`Fault::Status`] with a JSON body.
    pub fn status_json(status: u16, json: Value) -> Self {
        Self::Status {
            status,
            retry_after: None,
            json: Some(json),
            text: None,
        }
    }

    /// [`Fault::Status`] 429 with `Retry-After`.
    pub fn too_many_requests(retry_after: RetryAfter) -> Self {
        Self::Status {
            status: 429,
            retry_after: Some(retry_after),
            json: None,
            text: None,
        }
    }

    /// [`Fault::Redirect`] with 307.
    pub fn redirect(to: impl Into<String>) -> Self {
        Self::Redirect {
            to: to.into(),
            status: temporary(),
        }
    }

    /// [`Fault::Json`] that sets `expires_in`, for an OAuth token endpoint.
    pub fn expires_in(value: impl Into<Value>) -> Self {
        Self::Json {
            set: Map::from_iter([("/expires_in".to_owned(), value.into())]),
            remove: Vec::new(),
        }
    }

    /// [`Fault::Json`] that removes `expires_in`, for an OAuth token endpoint.
    pub fn without_expires_in() -> Self {
        Self::Json {
            set: Map::new(),
            remove: vec!["/expires_in".to_owned()],
        }
    }

    /// [`Fault::Jwt`] that sets one claim of Hive's access token.
    pub fn hive_claim(name: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Jwt {
            token: "/data/accessToken".to_owned(),
            set: Map::from_iter([(name.into(), value.into())]),
            remove: Vec::new(),
        }
    }

    /// When it strikes unless its rule says: before the request is carried out, or, if it is a
    /// change of the answer, after.
    pub(super) fn natural_phase(&self) -> Phase {
        match self.alters_the_answer() {
            true => Phase::After,
            false => Phase::Before,
        }
    }

    /// Whether there has to be an answer of the provider for it.
    pub(super) fn alters_the_answer(&self) -> bool {
        match self {
            Self::Close { after_bytes } | Self::Reset { after_bytes } => after_bytes.is_some(),
            Self::Truncate { .. }
            | Self::Malformed(_)
            | Self::Huge { .. }
            | Self::Drip { .. }
            | Self::Json { .. }
            | Self::Jwt { .. } => true,
            Self::Refuse
            | Self::Delay { .. }
            | Self::Hang
            | Self::Status { .. }
            | Self::Redirect { .. }
            | Self::ClockStep { .. } => false,
        }
    }

    /// Whether the rules behind it have their turn as well.
    pub(super) fn lets_go_on(&self) -> bool {
        matches!(
            self,
            Self::Delay { .. } | Self::ClockStep { .. } | Self::Json { .. } | Self::Jwt { .. }
        )
    }
}
