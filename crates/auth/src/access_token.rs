//! Access tokens as credentials of a session.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use bindery_runtime::{
    Authorizing, Credential, CredentialError, Generation, Requirement, Scheme, Secret,
};

use crate::{AuthError, ConnectError, Scopes, TokenSource, connect::not_empty, token::TokenText};

type Answer<'a> = Pin<Box<dyn Future<Output = Result<bool, CredentialError>> + Send + 'a>>;

/// What an access token serves: some security schemes of a spec, within some scopes.
#[derive(Clone, Debug)]
pub struct Reach {
    schemes: Schemes,
    scopes: Scopes,
}

#[derive(Clone, Debug)]
enum Schemes {
    /// Of these names, whose ever they are: what has them knows its provider.
    Named(&'static [&'static str]),
    These(Vec<&'static Scheme>),
}

impl Reach {
    /// The schemes of these names, and no scope but `scopes`. Where `scopes` are empty it is not known which the token
    /// has, and all are taken to be: the service tells.
    pub fn new(schemes: &'static [&'static str], scopes: impl Into<Scopes>) -> Self {
        Self {
            schemes: Schemes::Named(schemes),
            scopes: scopes.into(),
        }
    }

    /// These schemes, and no scope but `scopes`; where those are empty, as with [`Reach::new`].
    pub fn of(
        schemes: impl IntoIterator<Item = &'static Scheme>,
        scopes: impl Into<Scopes>,
    ) -> Self {
        Self {
            schemes: Schemes::These(schemes.into_iter().collect()),
            scopes: scopes.into(),
        }
    }

    fn covers(&self, requirement: &Requirement) -> bool {
        let scheme = requirement.scheme;
        let is_own = match &self.schemes {
            Schemes::Named(names) => names.contains(&scheme.name),
            Schemes::These(schemes) => schemes.iter().any(|own| own.is(scheme)),
        };
        is_own
            && TokenText::fits(scheme.placement)
            && (self.scopes.is_empty() || self.scopes.contain(requirement.scopes))
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schemes {
            Schemes::Named(names) => write!(f, "`{}`", names.join("`, `"))?,
            Schemes::These(schemes) => {
                let names: Vec<_> = schemes.iter().map(|scheme| scheme.name).collect();
                write!(f, "`{}`", names.join("`, `"))?;
            }
        }
        if self.scopes.is_empty() {
            Ok(())
        } else {
            write!(f, " with the scope `{}`", self.scopes)
        }
    }
}

/// Access tokens that are got, renewed and replaced as needed.
#[derive(Clone, Debug)]
pub struct RenewedToken {
    source: TokenSource,
    reach: Reach,
}

impl RenewedToken {
    /// The tokens of `source`, for what is within `reach`.
    pub fn new(source: TokenSource, reach: Reach) -> Self {
        Self { source, reach }
    }
}

impl Credential for RenewedToken {
    fn serves(&self, requirement: &Requirement) -> bool {
        self.reach.covers(requirement)
    }

    fn describe(&self) -> String {
        self.reach.to_string()
    }

    fn authorize<'a>(
        &'a self,
        requirement: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        let (provider, placement) = (self.source.provider(), requirement.scheme.placement);
        let at_once = self.source.usable(|token| {
            token.text.place(provider, placement, request)?;
            Ok(token.generation)
        });
        match at_once {
            Some(outcome) => Authorizing::Done(outcome.map_err(AuthError::into)),
            None => Authorizing::Waiting(Box::pin(async move {
                let token = self.source.wait().await?;
                token.text.place(provider, placement, request)?;
                Ok(token.generation)
            })),
        }
    }

    fn rejected<'a>(&'a self, generation: Generation) -> Answer<'a> {
        Box::pin(async move { Ok(self.source.rejected(generation).await?) })
    }
}

/// An access token that the caller brings, and that nothing renews.
#[derive(Clone)]
pub struct FixedToken {
    provider: &'static str,
    text: Arc<TokenText>,
    reach: Reach,
}

impl FixedToken {
    /// `token`, for what is within `reach`.
    ///
    /// # Errors
    ///
    /// When it is empty or has characters that no header takes.
    pub fn new(
        provider: &'static str,
        token: impl Into<Secret>,
        reach: Reach,
    ) -> Result<Self, ConnectError> {
        let (token, what) = (token.into(), "access token");
        not_empty(provider, what, &token)?;
        let fault = "has characters that no header takes";
        let text = TokenText::new(token).ok_or(ConnectError::Credential {
            provider,
            what,
            fault,
        })?;
        Ok(Self {
            provider,
            text: Arc::new(text),
            reach,
        })
    }
}

impl Credential for FixedToken {
    fn serves(&self, requirement: &Requirement) -> bool {
        self.reach.covers(requirement)
    }

    fn describe(&self) -> String {
        self.reach.to_string()
    }

    fn authorize<'a>(
        &'a self,
        requirement: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        let placed = self
            .text
            .place(self.provider, requirement.scheme.placement, request);
        Authorizing::Done(placed.map(|()| Generation(1)).map_err(AuthError::into))
    }
}

impl fmt::Debug for FixedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedToken")
            .field("provider", &self.provider)
            .field("reach", &self.reach)
            .finish_non_exhaustive()
    }
}
