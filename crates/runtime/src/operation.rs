//! What the generated operations table says of a call.

use std::{borrow::Cow, sync::OnceLock};

use http::Method;
use url::Url;

use crate::{
    BaseUrl, Class, Error, ErrorCodes, Requirement,
    envelope::{Envelope, Places},
    environment::{Place, Target},
};

/// One call of a provider, as its spec describes it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The provider, as its spec file is called.
    pub provider: &'static str,
    /// The `operationId`.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path below the server's URL, with `{parameters}`.
    pub path: &'static str,
    /// Where it is served.
    pub server: &'static Server,
    /// The alternatives of OpenAPI's `security`: any one will do, and all requirements of that one. Empty where the
    /// call takes no credential.
    pub security: &'static [&'static [Requirement]],
    /// What may be sent again.
    pub idempotency: Idempotency,
    /// How to tell success from failure inside an answer; `None` where the HTTP status says all.
    pub envelope: Option<&'static Envelope>,
    /// The media type of the answer, where that is not JSON.
    pub accept: Option<&'static str>,
    /// Where the parts of a failure stand, by status; the first that fits counts.
    pub failures: &'static [Failure],
    /// What the provider's own codes mean; the first that names a code counts.
    pub error_codes: &'static [ErrorCodes],
    /// How sure the spec is of this call.
    pub evidence: Evidence,
}

impl Operation {
    /// A call without credentials, envelope or described failures; the table adds what the spec has.
    pub const fn new(
        provider: &'static str,
        id: &'static str,
        method: Method,
        path: &'static str,
        server: &'static Server,
        idempotency: Idempotency,
        evidence: Evidence,
    ) -> Self {
        Self {
            provider,
            id,
            method,
            path,
            server,
            idempotency,
            evidence,
            security: &[],
            envelope: None,
            accept: None,
            failures: &[],
            error_codes: &[],
        }
    }

    /// With these security alternatives.
    pub const fn security(mut self, alternatives: &'static [&'static [Requirement]]) -> Self {
        self.security = alternatives;
        self
    }

    /// With this envelope around its answer.
    pub const fn envelope(mut self, envelope: &'static Envelope) -> Self {
        self.envelope = Some(envelope);
        self
    }

    /// With an answer of this media type instead of JSON.
    pub const fn accept(mut self, media_type: &'static str) -> Self {
        self.accept = Some(media_type);
        self
    }

    /// With failures described like this.
    pub const fn failures(mut self, failures: &'static [Failure]) -> Self {
        self.failures = failures;
        self
    }

    /// With these meanings of the provider's own codes.
    pub const fn error_codes(mut self, codes: &'static [ErrorCodes]) -> Self {
        self.error_codes = codes;
        self
    }

    /// Where the parts of a failure with this status stand.
    pub(crate) fn places_of(&self, status: u16) -> &'static Places {
        let mut failures = self.failures.iter();
        let described = failures.find(|failure| failure.status.contains(status));
        described.map_or(&Places::NONE, |failure| failure.places)
    }

    /// What a failure with this code means, where the spec says so.
    pub(crate) fn class_of_code(&self, code: &str) -> Option<Class> {
        let named = |known: &&ErrorCodes| known.codes.contains(&code);
        self.error_codes.iter().find(named).map(|known| known.class)
    }
}

/// One host of a provider, under the name of each environment.
#[derive(Debug)]
pub struct Server {
    /// Pairs of an environment's name and the URL there. The name `""` serves every environment.
    pub urls: &'static [(&'static str, &'static str)],
    /// The path of the host, which stays when a caller's own base URL takes the host's place; `None` for the provider's
    /// first host, whose place is the base URL itself.
    pub path: Option<&'static str>,
    /// The URLs as they are read, once for all calls.
    read: OnceLock<Vec<(&'static str, BaseUrl)>>,
}

impl Server {
    /// The host with these URLs, which has this path where a caller's own base URL takes its place.
    pub const fn new(
        urls: &'static [(&'static str, &'static str)],
        path: Option<&'static str>,
    ) -> Self {
        Self {
            urls,
            path,
            read: OnceLock::new(),
        }
    }

    /// The URL of `path` on this host.
    pub(crate) fn locate(
        &self,
        operation: &Operation,
        target: &Target,
        path: &str,
    ) -> Result<Url, Error> {
        let base = self.base(target).ok_or_else(|| {
            let environment = target.environment();
            let what = format!(
                "it is not served in the environment `{environment}`; give the base URL yourself"
            );
            Error::invalid(operation, what)
        })?;
        base.below(path)
            .ok_or_else(|| Error::invalid(operation, "its path leads away from the base URL"))
    }

    /// The URL of this host; `None` where the target's environment has none.
    pub(crate) fn base<'a>(&'a self, target: &'a Target) -> Option<Cow<'a, BaseUrl>> {
        match (target.place(), self.path) {
            (Place::Custom(base), None) => Some(Cow::Borrowed(base)),
            (Place::Custom(base), Some(root)) => Some(Cow::Owned(base.with_path(root))),
            (Place::Named(environment), _) => self.named(environment).map(Cow::Borrowed),
        }
    }

    fn named(&self, environment: &str) -> Option<&BaseUrl> {
        let read = self.read.get_or_init(|| {
            let urls = self.urls.iter();
            urls.filter_map(|(name, url)| Some((*name, BaseUrl::https(url).ok()?)))
                .collect()
        });
        let mut read = read.iter();
        read.find(|(name, _)| *name == environment || name.is_empty())
            .map(|(_, base)| base)
    }
}

/// What may be sent again without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Idempotency {
    /// It changes nothing.
    Safe,
    /// Twice is as good as once.
    Idempotent,
    /// The spec does not say, and the method (POST, PATCH) promises nothing: sent again only after a 401, which tells
    /// that the service did not get as far as the request itself, and where no connection came about.
    Unknown,
    /// Sent once, ever, even after a 401. Only where no connection came about, so that nothing was sent, is one tried
    /// again.
    Never,
}

/// Where the parts of a failure stand in an answer with one of these statuses.
#[derive(Debug)]
pub struct Failure {
    /// The statuses.
    pub status: StatusRange,
    /// The provider's own code, its message, and the id of the request.
    pub places: &'static Places,
}

impl Failure {
    /// The answers with statuses `from` to `to`, both included.
    pub const fn new(from: u16, to: u16, places: &'static Places) -> Self {
        Self {
            status: StatusRange { from, to },
            places,
        }
    }
}

/// HTTP statuses, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange {
    /// The lowest.
    pub from: u16,
    /// The highest.
    pub to: u16,
}

impl StatusRange {
    pub(crate) fn contains(self, status: u16) -> bool {
        (self.from..=self.to).contains(&status)
    }
}

/// How sure the spec is of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// The vendor's documentation says so.
    Documented,
    /// Read off a message that the vendor published.
    Sample,
    /// Read off the vendor's own client.
    Sdk,
    /// Deduced from the others.
    Inferred,
}
