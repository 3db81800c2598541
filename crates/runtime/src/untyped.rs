//! Calls of operations that the spec lacks.

use std::fmt::{self, Display};

use http::Method;
use percent_encoding::percent_decode_str;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    CallOptions, Error, Evidence, Idempotency, Operation, Requirement, Response, draft::Draft,
    send, session::Session,
};

/// A call of an operation that the spec lacks, in the making. It has the credentials, retries and limits of every other
/// call; only the types are the caller's own.
#[derive(Clone)]
#[must_use = "a call does nothing until it is sent"]
pub struct UntypedCall {
    session: Session,
    operation: Operation,
    draft: Draft,
}

impl Session {
    /// Starts a call of an operation that the spec lacks but the service has, beside one that the spec has: on the same
    /// host, with the same credentials. `path` stands where that of `beside` does, below the base URL.
    ///
    /// ```no_run
    /// # use bindery_runtime::{Error, Operation, Response, Session};
    /// # async fn example(session: &Session, get_block: &'static Operation) -> Result<(), Error> {
    /// use http::Method;
    /// use serde_json::Value;
    ///
    /// let height: Response<Value> = session
    ///     .request(get_block, Method::GET, "/networks/channel3/height")
    ///     .query("unit", "blocks")
    ///     .send()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The path cannot lead to another host or away from the base URL: the call fails, before anything is sent, where it
    /// does not start with one slash, or has `.` or `..` as a segment (however encoded), a backslash, a query or a
    /// fragment. Values in it are the caller's to percent-encode.
    ///
    /// What may be sent again is what `x-idempotency` says of a call that does not have it: GET and HEAD are safe, PUT
    /// and DELETE idempotent, anything else is sent again only after a 401; see [`CallOptions::idempotency`].
    pub fn request(
        &self,
        beside: &'static Operation,
        method: Method,
        path: impl Into<String>,
    ) -> UntypedCall {
        let idempotency = match method {
            Method::GET | Method::HEAD | Method::OPTIONS => Idempotency::Safe,
            Method::PUT | Method::DELETE => Idempotency::Idempotent,
            _ => Idempotency::Unknown,
        };
        let operation = Operation::new(
            beside.provider,
            UntypedCall::ID,
            method,
            "",
            beside.server,
            idempotency,
            Evidence::Inferred,
        )
        .security(beside.security)
        .failures(beside.failures);
        UntypedCall::new(self, operation, path)
    }
}

impl UntypedCall {
    /// What stands in errors and traces where other calls have their `operationId`.
    const ID: &'static str = "untyped";

    /// A call of `operation` that the caller has made, of a provider that is the session's, at `path`: for what is no part
    /// of the API and yet the provider's, such as the place where tokens are issued. Calls beside those of the spec start
    /// with [`Session::request`], which says what a path may be.
    pub fn new(session: &Session, operation: Operation, path: impl Into<String>) -> Self {
        let path = path.into();
        let fault = astray(&path);
        let mut draft = Draft::new(path);
        if let Some(fault) = fault {
            draft.fail(format!("the path {fault}"));
        }
        Self {
            session: session.clone(),
            operation,
            draft,
        }
    }

    /// Takes these credentials instead: those of another operation (`operations::OTHER.security`), or none (`&[]`).
    pub fn security(mut self, alternatives: &'static [&'static [Requirement]]) -> Self {
        self.operation = self.operation.security(alternatives);
        self
    }

    /// Reads the answer as `operation`'s: out of the same envelope, which also tells success from failure. Without this
    /// the HTTP status tells, and the whole body is the value.
    pub fn answered_like(mut self, operation: &'static Operation) -> Self {
        self.operation.envelope = operation.envelope;
        self.operation.failures = operation.failures;
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.draft
            .with_options(CallOptions::new().query(name, value));
        self
    }

    /// Adds a header, as [`CallOptions::header`] does.
    pub fn header(mut self, name: impl AsRef<str>, value: impl Display) -> Self {
        self.draft
            .with_options(CallOptions::new().header(name, value));
        self
    }

    /// Sets a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.draft.json(body);
        self
    }

    /// Sets an `application/x-www-form-urlencoded` body.
    pub fn form(mut self, body: &impl Serialize) -> Self {
        self.draft.form(body);
        self
    }

    /// Sets what this call does differently from its session.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.draft.with_options(options);
        self
    }

    /// Sends the call and reads its answer as a `T`, for instance a [`serde_json::Value`].
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells.
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        send::send(&self.session, &self.operation, &self.draft, |success| {
            success.decode(&self.operation)
        })
        .await
    }
}

// Path, parameters and bodies may hold secrets.
impl fmt::Debug for UntypedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UntypedCall")
            .field("provider", &self.operation.provider)
            .field("method", &self.operation.method)
            .finish_non_exhaustive()
    }
}

/// What would lead this path away from the base URL, here or at a service that decodes it once more than it should.
fn astray(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') || path.starts_with("//") {
        return Some("has to start with one slash");
    }
    if path.contains(['?', '#']) {
        return Some("has a query or a fragment; set query parameters with `query`");
    }
    // A URL drops tabs and line breaks wherever they stand, and cuts off blanks at the end.
    if path.contains(|character: char| character.is_control() || character.is_whitespace()) {
        return Some("has a blank or a control character; percent-encode it");
    }
    let mut decoded = path.to_owned();
    loop {
        if decoded.contains('\\') {
            return Some("has a backslash, which some services take for a slash");
        }
        if decoded
            .split('/')
            .any(|segment| matches!(segment, "." | ".."))
        {
            return Some("has `.` or `..` as a segment");
        }
        let further = percent_decode_str(&decoded)
            .decode_utf8_lossy()
            .into_owned();
        if further == decoded {
            return None;
        }
        decoded = further;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_that_leads_elsewhere_is_refused() {
        for path in [
            "",
            "blocks",
            "//evil.example/",
            "https://evil.example/",
            "/\\evil.example",
            "/a/../b",
            "/a/..",
            "/./a",
            "/a/%2e%2E/b",
            "/a/.%2e/b",
            "/a/%252e%252e/b",
            "/a%2f..%2fb",
            "/a%5c..%5cb",
            "/a?b=c",
            "/a#b",
            "/a\tb",
            "/.\n./b",
            "/a ",
        ] {
            assert!(astray(path).is_some(), "{path:?}");
        }
    }

    #[test]
    fn a_path_below_the_base_is_taken() {
        for path in [
            "/",
            "/a/b/",
            "/a/b%20c/%C3%A4",
            "/a..b/...",
            "/v1.0/x~y",
            "/a%25",
        ] {
            assert_eq!(astray(path), None, "{path:?}");
        }
    }

    proptest! {
        #[test]
        fn no_path_that_is_taken_leaves_the_base(path in "/?[a.%2eE5cCfF/\\\\@:?# \\t0]{0,12}") {
            let base = "https://api.example/base";
            if astray(&path).is_none() {
                let url = url::Url::parse(&format!("{base}{path}"));
                let url = url.map(String::from).unwrap_or_else(|_| format!("{base}/"));
                prop_assert!(url.starts_with("https://api.example/base/"), "{path:?} is {url}");
            }
        }
    }
}
