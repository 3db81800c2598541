//! Where calls go, with which credentials, within which limits.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    Credential, Patience, Requirement, RetryPolicy, Secret, Target,
    network::{Network, Proxy},
    retry::Budget,
    send::Chosen,
};

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
    pub(crate) patience: Patience,
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
            longest_body: 64 << 20,
            patience: Patience::new(),
            network: Network::new(),
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
    /// The first alternative of which the session has every credential. `Some(vec![])` where none is needed: a call that
    /// can do without a credential takes one all the same, if the session has it.
    pub(crate) fn choose<'a>(
        &'a self,
        alternatives: &'static [&'static [Requirement]],
    ) -> Option<Chosen<'a>> {
        if alternatives.is_empty() {
            return Some(Vec::new());
        }
        let with = alternatives
            .iter()
            .filter(|requirements| !requirements.is_empty());
        let without = alternatives
            .iter()
            .filter(|requirements| requirements.is_empty());
        with.chain(without).find_map(|requirements| {
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
    longest_body: usize,
    patience: Patience,
    network: Network,
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
        self.network.connect_timeout = timeout;
        self
    }

    /// The most bytes an answer may have; where it comes bit by bit, the most that one event or record of it may have.
    /// 64 MiB unless set.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.longest_body = bytes;
        self
    }

    /// How the session's waits for something to become final wait, unless they say otherwise.
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// The caller's own product, such as `my-shop/1.2`, which then stands first in `User-Agent`
    /// (RFC 9110 section 10.1.5).
    pub fn product(mut self, product: impl Into<String>) -> Self {
        self.network.product = Some(product.into());
        self
    }

    /// The HTTP proxy that all connections go through, such as `http://user:password@proxy.example:3128`.
    ///
    /// Without this and [`SessionBuilder::no_proxy`] the environment decides (`HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`),
    /// but only where the target is `https`: through a proxy, too, TLS hides everything except the host's name. To a
    /// plain `http` target that the caller allowed, requests go through a proxy that is given here and no other, for such
    /// a proxy reads the credentials.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.network.proxy = Proxy::At(url.into());
        self
    }

    /// No proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.network.proxy = Proxy::None;
        self
    }

    /// Trusts this certificate authority, or this bundle of them, in PEM (RFC 7468), beside those of the platform: for a
    /// company's own gateway or inspecting proxy.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "rustls", feature = "native-tls"))))]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network.root_certificates.push(pem.into());
        self
    }

    /// Starts another session to the same target through the same network: its proxy, certificates, connect time-out
    /// and product are those set so far, and all else is as it is at the start. A credential gets its tokens through
    /// such a session, which must not have that credential itself.
    pub fn beside(&self) -> Self {
        self.beside_at(self.target.clone())
    }

    /// As [`SessionBuilder::beside`], to another target: where tokens are issued elsewhere.
    pub fn beside_at(&self, target: impl Into<Target>) -> Self {
        Self {
            network: self.network.clone(),
            ..Session::builder(target)
        }
    }

    /// Where the session's calls will go.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Makes the session.
    ///
    /// # Errors
    ///
    /// When the product has characters that no header takes, the proxy or a root certificate cannot be read, or TLS
    /// cannot be set up.
    pub fn build(self) -> Result<Session, InvalidSession> {
        let client = || self.network.client(&self.target);
        Ok(Session(Arc::new(Inner {
            http: client()?.build().map_err(InvalidSession::Http)?,
            #[cfg(feature = "websocket")]
            http1: client()?
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
            patience: self.patience,
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
    /// The proxy's URL cannot be used. It may hold a password, so it is not shown.
    #[error(
        "failed to make a session: the proxy is no http or https URL; write it as `http://proxy.example:3128`"
    )]
    Proxy,
    /// A root certificate cannot be read.
    #[error(
        "failed to make a session: the root certificate is not PEM; give a file that has `BEGIN CERTIFICATE` in it"
    )]
    RootCertificate,
    /// The HTTP client could not be set up.
    #[error("failed to make a session: {0}")]
    Http(reqwest::Error),
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::{Authorizing, BaseUrl, Generation, Placement, Scheme};

    #[derive(Debug)]
    struct Key;

    impl Credential for Key {
        fn serves(&self, requirement: &Requirement) -> bool {
            requirement.scheme.name == "key"
        }

        fn describe(&self) -> String {
            "`key`".to_owned()
        }

        fn authorize<'a>(
            &'a self,
            _: &'a Requirement,
            _: &'a mut reqwest::Request,
        ) -> Authorizing<'a> {
            Authorizing::Done(Ok(Generation(0)))
        }
    }

    static KEY: Scheme = Scheme::new("a", "key", Placement::Bearer);

    static OPTIONAL: &[&[Requirement]] = &[&[], &[Requirement::new(&KEY, &[])]];

    #[test]
    fn a_call_that_can_do_without_a_credential_takes_the_one_that_is_there() {
        let base = BaseUrl::https("https://api.example").expect("it is https");
        let without = Session::builder(Target::custom("a", base))
            .build()
            .expect("a session");
        assert_eq!(
            without.inner().choose(OPTIONAL).map(|all| all.len()),
            Some(0)
        );
        let with = without.with_credential(Key);
        assert_eq!(with.inner().choose(OPTIONAL).map(|all| all.len()), Some(1));
    }
}
