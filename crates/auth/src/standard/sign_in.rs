//! From an environment and credentials to an authorised client.

use std::sync::Arc;

use bindery_runtime::{Api, Credential, Scheme, Session, SessionBuilder};

use super::{ApiKey, Basic, Bearer, OAuth2};
use crate::ConnectError;

/// What authorises the calls of a session: one credential, or several as a tuple; `()` is none.
pub trait SignIn {
    /// Adds itself to `session`, whose proxy and certificates serve the requests for tokens too.
    ///
    /// # Errors
    ///
    /// When it could never be used. Nothing is sent.
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError>;
}

/// A client for `environment`, authorised by `credentials`. Nothing is sent yet.
///
/// # Errors
///
/// When the credentials could never be used there, or the session cannot be made.
pub fn connect<A: Api>(
    environment: A,
    credentials: impl SignIn,
) -> Result<A::Client, ConnectError> {
    connect_with(environment, credentials, |session| session)
}

/// As [`connect`], with a session that has further settings, such as a deadline or a product.
///
/// # Errors
///
/// As [`connect`].
pub fn connect_with<A: Api>(
    environment: A,
    credentials: impl SignIn,
    settings: impl FnOnce(SessionBuilder) -> SessionBuilder,
) -> Result<A::Client, ConnectError> {
    let session = settings(Session::builder(environment));
    Ok(credentials.sign_in(session)?.build()?.into())
}

/// Refuses a session with another provider than the scheme's.
pub(super) fn fits(scheme: &'static Scheme, session: &SessionBuilder) -> Result<(), ConnectError> {
    let target = session.target().provider();
    if scheme.provider != target {
        return Err(ConnectError::Provider {
            provider: scheme.provider,
            scheme: scheme.name,
            target,
        });
    }
    Ok(())
}

/// Credentials of any kinds, in the order in which calls take them: what
/// [`from_variables`](super::from_variables) found.
#[derive(Clone, Debug, Default)]
pub struct Credentials(Vec<Given>);

#[derive(Clone, Debug)]
enum Given {
    ApiKey(ApiKey),
    Basic(Basic),
    Bearer(Bearer),
    OAuth2(Box<OAuth2>),
}

impl Credentials {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, credential: impl Into<Self>) {
        self.0.extend(credential.into().0);
    }
}

impl From<ApiKey> for Credentials {
    fn from(credential: ApiKey) -> Self {
        Self(vec![Given::ApiKey(credential)])
    }
}

impl From<Basic> for Credentials {
    fn from(credential: Basic) -> Self {
        Self(vec![Given::Basic(credential)])
    }
}

impl From<Bearer> for Credentials {
    fn from(credential: Bearer) -> Self {
        Self(vec![Given::Bearer(credential)])
    }
}

impl From<OAuth2> for Credentials {
    fn from(credential: OAuth2) -> Self {
        Self(vec![Given::OAuth2(Box::new(credential))])
    }
}

impl SignIn for Credentials {
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError> {
        self.0
            .into_iter()
            .try_fold(session, |session, given| match given {
                Given::ApiKey(credential) => credential.sign_in(session),
                Given::Basic(credential) => credential.sign_in(session),
                Given::Bearer(credential) => credential.sign_in(session),
                Given::OAuth2(credential) => credential.sign_in(session),
            })
    }
}

impl SignIn for () {
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError> {
        Ok(session)
    }
}

/// A credential of the caller's own, beside those of here.
impl SignIn for Arc<dyn Credential> {
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError> {
        Ok(session.shared_credential(self))
    }
}

impl<A: SignIn, B: SignIn> SignIn for (A, B) {
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError> {
        self.1.sign_in(self.0.sign_in(session)?)
    }
}

impl<A: SignIn, B: SignIn, C: SignIn> SignIn for (A, B, C) {
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError> {
        self.2.sign_in((self.0, self.1).sign_in(session)?)
    }
}

impl<A: SignIn, B: SignIn, C: SignIn, D: SignIn> SignIn for (A, B, C, D) {
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError> {
        self.3.sign_in((self.0, self.1, self.2).sign_in(session)?)
    }
}
