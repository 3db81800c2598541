//! What one call does differently from its session.

use std::{
    fmt::{self, Display},
    time::Duration,
};

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT, HOST,
        PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
    },
};

use crate::{Idempotency, Operation, Placement};

/// What one call does differently from its session and its spec. Of a list, all pages are got with it.
///
/// ```
/// use std::time::Duration;
/// use bindery_runtime::CallOptions;
///
/// let patient = CallOptions::new()
///     .deadline(Duration::from_secs(600))
///     .max_retries(0)
///     .header("x-trace", "42");
/// ```
#[derive(Clone, Default)]
#[must_use = "options do nothing until a call is made with them"]
pub struct CallOptions {
    pub(crate) deadline: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) longest_body: Option<usize>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, String)>,
    fault: Option<String>,
}

/// What frames the message, names its target or carries a credential: one wrong value here sends a request, or a secret,
/// somewhere else.
const OURS: [HeaderName; 12] = [
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    COOKIE,
    EXPECT,
    HOST,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

impl CallOptions {
    /// Nothing different.
    pub fn new() -> Self {
        Self::default()
    }

    /// The longest the call may take, with its retries; see [`SessionBuilder::deadline`](crate::SessionBuilder::deadline).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The longest one attempt may take; see
    /// [`SessionBuilder::attempt_timeout`](crate::SessionBuilder::attempt_timeout).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// The most times the call is sent again; 0 for none. The replay after a 401 does not count.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// What may be sent again, whatever the spec says. [`Idempotency::Idempotent`]: the caller knows that twice is as
    /// good as once, for instance because the chaincode checks a number in the arguments. [`Idempotency::Never`]: once,
    /// even where the spec permits more.
    pub fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = Some(idempotency);
        self
    }

    /// The most bytes the answer may have; where it comes bit by bit, the most that one event or record of it may have.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.longest_body = Some(bytes);
        self
    }

    /// The longest that nothing may come, of an answer that comes bit by bit; no other call takes notice. Without it, a
    /// stream waits for as long as the connection lasts: what is rare is no fault, and a service that is gone without a word
    /// is found out by TCP's own keep-alive within about a minute. Comments, which many services send to show that they
    /// are there, count as something that comes. The deadline of such a call is over with the head of its answer.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = Some(timeout);
        self
    }

    /// Adds a header. The call fails before anything is sent where this is one that carries a credential or says where
    /// the request goes, how long it is or what its body is.
    pub fn header(mut self, name: impl AsRef<str>, value: impl Display) -> Self {
        let name = name.as_ref();
        match (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(&value.to_string()),
        ) {
            (Ok(name), Ok(value)) => {
                self.headers.append(name, value);
            }
            (Err(_), _) => self.fail(format!(
                "`{}` cannot be the name of a header",
                name.escape_debug()
            )),
            (_, Err(_)) => self.fail(format!(
                "the header `{name}` cannot carry this value; remove control characters"
            )),
        }
        self
    }

    /// Adds a query parameter, after those of the call. The call fails before anything is sent where a credential goes
    /// by that name.
    pub fn query(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// Adds `later` to these, and where both set the same thing, replaces it.
    pub(crate) fn overlay(&mut self, later: Self) {
        self.deadline = later.deadline.or(self.deadline);
        self.attempt_timeout = later.attempt_timeout.or(self.attempt_timeout);
        self.max_retries = later.max_retries.or(self.max_retries);
        self.idempotency = later.idempotency.or(self.idempotency);
        self.longest_body = later.longest_body.or(self.longest_body);
        self.idle_timeout = later.idle_timeout.or(self.idle_timeout);
        for (name, value) in &later.headers {
            self.headers.append(name, value.clone());
        }
        self.query.extend(later.query);
        if let Some(fault) = later.fault {
            self.fail(fault);
        }
    }

    /// What makes these options unfit for a call of `operation`.
    pub(crate) fn unfit_for(&self, operation: &Operation) -> Option<String> {
        if let Some(fault) = &self.fault {
            return Some(fault.clone());
        }
        let placements = || {
            let requirements = operation.security.iter().copied().flatten();
            requirements.map(|requirement| requirement.scheme.placement)
        };
        let carries = |name: &HeaderName| {
            placements().any(|placement| match placement {
                Placement::Header(header) => name.as_str().eq_ignore_ascii_case(header),
                _ => false,
            })
        };
        if let Some(name) = self.headers.keys().find(|name| {
            OURS.contains(name) || name.as_str().starts_with("sec-websocket-") || carries(name)
        }) {
            return Some(format!(
                "the header `{name}` is the session's own to set; leave it out"
            ));
        }
        let taken = |name: &str| {
            placements()
                .any(|placement| matches!(placement, Placement::Query(taken) if taken == name))
        };
        self.query
            .iter()
            .find(|(name, _)| taken(name))
            .map(|(name, _)| {
                format!("the query parameter `{name}` carries the credential; leave it out")
            })
    }

    fn fail(&mut self, what: String) {
        self.fault.get_or_insert(what);
    }
}

// Values may be secrets.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<_> = self.query.iter().map(|(name, _)| name).collect();
        f.debug_struct("CallOptions")
            .field("deadline", &self.deadline)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("max_retries", &self.max_retries)
            .field("idempotency", &self.idempotency)
            .field("max_response_bytes", &self.longest_body)
            .field("idle_timeout", &self.idle_timeout)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("query", &query)
            .finish()
    }
}
