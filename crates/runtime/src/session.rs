//! Where calls go, with which credentials, within which limits.

use std::{fmt, sync::Arc, time::Duration};

use http::{
    HeaderValue,
    header::{ACCEPT, USER_AGENT},
};

use crate::{Credential, Requirement, RetryPolicy, Target, retry::Budget, send::Chosen};

/// Everything the calls of a client share. Cheap to clone.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) target: Target,
    pub(crate) http: reqwest::Client,
    /// Web sockets start with an HTTP/1.1 upgrade, which HTTP/2 does not have.
    #[cfg(feature = "websocket")]
    pub(crate) http1: reqwest::Client,
    pub(crate) credentials: Vec<Arc<dyn Credential>>,
    pub(crate) retry: RetryPolicy,
    /// Shared with the sessions made from this one: it is one provider that they all ask.
    pub(crate) budget: Arc<Budget>,
    pub(crate) deadline: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) longest_body: usize,
}

impl Session {
    /// Starts a session that talks to `target`.
    pub fn builder(target: impl Into<Target>) -> SessionBuilder {
        SessionBuilder {
            target: target.into(),
            credentials: Vec::new(),
            retry: RetryPolicy::new(),
            deadline: Duration::from_secs(300),
            attempt_timeout: Duration::from_secs(200),
            connect_timeout: Duration::from_secs(10),
            longest_body: 64 << 20,
            product: None,
        }
    }

    /// A session with the same settings, connections and budget of retries, and `credential` in the place of all it has:
    /// for many identities at one provider, each of which would otherwise set up TLS and connections of its own.
    pub fn with_credential(&self, credential: impl Credential) -> Self {
        let credentials: Vec<Arc<dyn Credential>> = vec![Arc::new(credential)];
        Self(Arc::new(Inner {
            credentials,
            ..Inner::clone(&self.0)
        }))
    }

    /// Where the session's calls go.
    pub fn target(&self) -> &Target {
        &self.0.target
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

impl Inner {
    /// The first alternative of which the session has every credential. `Some(vec![])` where none is needed.
    pub(crate) fn choose<'a>(
        &'a self,
        alternatives: &'static [&'static [Requirement]],
    ) -> Option<Chosen<'a>> {
        if alternatives.is_empty() {
            return Some(Vec::new());
        }
        alternatives.iter().find_map(|requirements| {
            requirements
                .iter()
                .map(|requirement| {
                    let credential = self
                        .credentials
                        .iter()
                        .find(|credential| credential.serves(requirement))?;
                    Some((requirement, credential))
                })
                .collect()
        })
    }

    /// What the session holds, for the message of a call that finds no credential.
    pub(crate) fn holds(&self) -> String {
        if self.credentials.is_empty() {
            return "no credential".to_owned();
        }
        let all: Vec<_> = self
            .credentials
            .iter()
            .map(|credential| credential.describe())
            .collect();
        all.join(" and ")
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("target", &self.0.target)
            .field("credentials", &self.0.holds())
            .field("retry", &self.0.retry)
            .field("deadline", &self.0.deadline)
            .finish_non_exhaustive()
    }
}

/// Makes a [`Session`].
#[derive(Debug)]
#[must_use = "a builder does nothing until it is built"]
pub struct SessionBuilder {
    target: Target,
    credentials: Vec<Arc<dyn Credential>>,
    retry: RetryPolicy,
    deadline: Duration,
    attempt_timeout: Duration,
    connect_timeout: Duration,
    longest_body: usize,
    product: Option<String>,
}

impl SessionBuilder {
    /// Adds a credential. Where several serve a call, the one added first does.
    pub fn credential(mut self, credential: impl Credential) -> Self {
        self.credentials.push(Arc::new(credential));
        self
    }

    /// Adds a credential that other sessions share.
    pub fn shared_credential(mut self, credential: Arc<dyn Credential>) -> Self {
        self.credentials.push(credential);
        self
    }

    /// What is sent again, how often, and after which wait.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The longest a call may take, with everything that belongs to it: waiting for a token, retries and the waits
    /// between them, reading the body. 300 seconds unless set, because some calls wait for a block.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The longest one attempt may take, from connecting to the last byte of the answer. 200 seconds unless set: some
    /// services hold an answer back for 180, until a transaction stands in the ledger.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// The longest it may take to connect. 10 seconds unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The most bytes an answer may have. 64 MiB unless set.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.longest_body = bytes;
        self
    }

    /// The caller's own product, such as `my-shop/1.2`, which then stands first in `User-Agent`
    /// (RFC 9110 section 10.1.5).
    pub fn product(mut self, product: impl Into<String>) -> Self {
        self.product = Some(product.into());
        self
    }

    /// Makes the session.
    ///
    /// # Errors
    ///
    /// When the product has characters that no header takes, or TLS cannot be set up.
    pub fn build(self) -> Result<Session, InvalidSession> {
        let own = concat!("bindery/", env!("CARGO_PKG_VERSION"));
        let agent = self
            .product
            .map_or_else(|| own.to_owned(), |product| format!("{product} {own}"));
        let agent = HeaderValue::from_str(&agent).map_err(|_| InvalidSession::Product)?;
        let hardened = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(self.connect_timeout)
                .default_headers(
                    [
                        (USER_AGENT, agent.clone()),
                        (ACCEPT, HeaderValue::from_static("application/json")),
                    ]
                    .into_iter()
                    .collect(),
                )
        };
        Ok(Session(Arc::new(Inner {
            http: hardened().build().map_err(InvalidSession::Http)?,
            #[cfg(feature = "websocket")]
            http1: hardened()
                .http1_only()
                .build()
                .map_err(InvalidSession::Http)?,
            target: self.target,
            credentials: self.credentials,
            budget: Arc::new(self.retry.new_budget()),
            retry: self.retry,
            deadline: self.deadline,
            attempt_timeout: self.attempt_timeout,
            longest_body: self.longest_body,
        })))
    }
}

/// Why a [`Session`] could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSession {
    /// The product is not fit for a header.
    #[error(
        "failed to make a session: the product has characters that no header takes; write it as `name/1.0`"
    )]
    Product,
    /// The HTTP client could not be set up.
    #[error("failed to make a session: {0}")]
    Http(reqwest::Error),
}
