//! The calls in the making: optional parameters, and sending.

use bindery_runtime::{Call, CallOptions, Error, Response, Style};
use crate::types;

/// A call of [`Client::open_by_bearer`](crate::Client::open_by_bearer) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByBearer(pub(crate) Call);

impl OpenByBearer {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_by_basic`](crate::Client::open_by_basic) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByBasic(pub(crate) Call);

impl OpenByBasic {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_by_header`](crate::Client::open_by_header) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByHeader(pub(crate) Call);

impl OpenByHeader {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_by_query`](crate::Client::open_by_query) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByQuery(pub(crate) Call);

impl OpenByQuery {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_by_cookie`](crate::Client::open_by_cookie) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByCookie(pub(crate) Call);

impl OpenByCookie {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_by_scope`](crate::Client::open_by_scope) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByScope(pub(crate) Call);

impl OpenByScope {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_by_two_scopes`](crate::Client::open_by_two_scopes) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByTwoScopes(pub(crate) Call);

impl OpenByTwoScopes {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_by_partner`](crate::Client::open_by_partner) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByPartner(pub(crate) Call);

impl OpenByPartner {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_by_identity`](crate::Client::open_by_identity) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByIdentity(pub(crate) Call);

impl OpenByIdentity {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_by_browser`](crate::Client::open_by_browser) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByBrowser(pub(crate) Call);

impl OpenByBrowser {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_by_two_keys`](crate::Client::open_by_two_keys) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenByTwoKeys(pub(crate) Call);

impl OpenByTwoKeys {
    /// How it looks.
    pub fn theme(self, theme: impl AsRef<str>) -> Self {
        Self(self.0.cookie("theme", Style::Exploded, &theme.as_ref()))
    }

    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}

/// A call of [`Client::open_to_all`](crate::Client::open_to_all) in the making.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct OpenToAll(pub(crate) Call);

impl OpenToAll {
    /// Sets what this call does differently from its session: limits, retries, extra headers and query.
    pub fn with_options(self, options: CallOptions) -> Self {
        Self(self.0.with_options(options))
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] tells how far the call got. The service refuses it with:
    ///
    /// - 400 to 499: It stays closed.
    /// - 500 to 599: It stays closed.
    ///
    /// [`Error::failure`] reads the body: a [`types::Refused`](crate::types::Refused).
    pub async fn send(self) -> Result<Response<types::Opened>, Error> {
        self.0.send().await
    }
}
