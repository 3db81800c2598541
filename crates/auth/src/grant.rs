//! How a provider trades a credential for tokens.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use bindery_runtime::Secret;

use crate::{AuthError, Lifetime};

/// The sign-in flow of one provider for one identity: what a [`crate::TokenSource`] calls, one call at a time.
///
/// An implementation keeps no tokens, does not retry, and sends its requests through a session that holds no token of
/// the same source.
pub trait Grant: fmt::Debug + Send + Sync + 'static {
    /// The provider, as its spec file is called.
    fn provider(&self) -> &'static str;

    /// What every token goes back to.
    fn root(&self) -> Root;

    /// What a refresh makes of the refresh token it was shown.
    fn rotation(&self) -> Rotation;

    /// Trades the credentials for tokens. Called only where the root is [`Root::Credentials`].
    fn sign_in(&self) -> Exchange<'_>;

    /// Trades a refresh token for tokens.
    fn refresh<'a>(&'a self, refresh_token: &'a Secret) -> Exchange<'a>;
}

/// An exchange under way.
pub type Exchange<'a> = Pin<Box<dyn Future<Output = Result<Issued, AuthError>> + Send + 'a>>;

/// What every token of an identity goes back to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Root {
    /// Credentials that sign in at any time, whatever becomes of a refresh token.
    Credentials,
    /// A refresh token and nothing else: once it is refused, a person has to make a new one.
    RefreshToken(Secret),
}

/// What a refresh makes of the refresh token it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotation {
    /// It stays good.
    None,
    /// The service knows one at a time, the last it issued. An older one is refused, and that is all.
    SingleSlot,
    /// It is spent, and another comes with the answer. A service may take a spent one that is shown again for a stolen
    /// one, and end the whole sign-in. So such a token is shown only under the lease of its store, and only once, or
    /// once more within `grace` of the first time, where the service is known to allow that.
    OnUse {
        /// For how long after a refresh whose answer was lost the same token may be shown once more.
        grace: Option<Duration>,
    },
}

/// What a service issued.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The access token.
    pub access_token: Secret,
    /// The refresh token. `None`, and an empty one, leave the one before in place.
    pub refresh_token: Option<Secret>,
    /// How long the access token lives.
    pub lifetime: Lifetime,
    /// How long the refresh token lives.
    pub refresh_lifetime: Lifetime,
}

impl Issued {
    /// An access token without a refresh token.
    pub fn new(access_token: impl Into<Secret>, lifetime: Lifetime) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            lifetime,
            refresh_lifetime: Lifetime::Unknown,
        }
    }

    /// With a refresh token that lives for `lifetime`.
    pub fn refresh_token(mut self, token: Option<Secret>, lifetime: Lifetime) -> Self {
        self.refresh_token = token;
        self.refresh_lifetime = lifetime;
        self
    }
}
