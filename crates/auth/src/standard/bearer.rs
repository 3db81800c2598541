//! Tokens that the caller brings.

use bindery_runtime::{
    Authorizing, Credential, Placement, Requirement, Scheme, Secret, SessionBuilder,
};

use super::sign_in::{SignIn, fits};
use crate::{ConnectError, FixedToken, Reach, Scopes};

/// A token that goes with every call, and that nothing renews (RFC 6750): for `http` with `bearer`, and for OAuth 2.0 and
/// OpenID Connect where the caller has a token already.
#[derive(Clone, Debug)]
pub struct Bearer {
    scheme: &'static Scheme,
    token: FixedToken,
}

impl Bearer {
    /// `token` for `scheme`, with all scopes there are: the service tells if it has fewer.
    ///
    /// # Errors
    ///
    /// When the token is empty or has characters that no header takes; when the scheme is none of tokens.
    pub fn new(scheme: &'static Scheme, token: impl Into<Secret>) -> Result<Self, ConnectError> {
        Self::with_scopes(scheme, token, Scopes::default())
    }

    /// As [`Bearer::new`], with these scopes only. A call that takes another one fails before it is sent.
    ///
    /// # Errors
    ///
    /// As [`Bearer::new`].
    pub fn with_scopes(
        scheme: &'static Scheme,
        token: impl Into<Secret>,
        scopes: impl Into<Scopes>,
    ) -> Result<Self, ConnectError> {
        takes_token(scheme, "access token")?;
        let reach = Reach::of([scheme], scopes);
        let token = FixedToken::new(scheme.provider, token, reach)?;
        Ok(Self { scheme, token })
    }
}

/// Refuses a scheme that no token goes with.
pub(super) fn takes_token(scheme: &'static Scheme, what: &'static str) -> Result<(), ConnectError> {
    let takes = match scheme.placement {
        // The place of a token that cannot have a header, as when a web socket opens.
        Placement::Bearer | Placement::Query(_) => return Ok(()),
        Placement::Basic => "a name and a password: `Basic`",
        _ => "a key: `ApiKey`",
    };
    Err(super::unfit(scheme, what, takes))
}

impl SignIn for Bearer {
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError> {
        fits(self.scheme, &session)?;
        Ok(session.credential(self))
    }
}

impl Credential for Bearer {
    fn serves(&self, requirement: &Requirement) -> bool {
        self.token.serves(requirement)
    }

    fn describe(&self) -> String {
        self.token.describe()
    }

    fn authorize<'a>(
        &'a self,
        requirement: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        self.token.authorize(requirement, request)
    }
}
