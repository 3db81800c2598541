//! OAuth 2.0 (RFC 6749): tokens that are got, renewed and replaced as needed.

use std::sync::Arc;

use bindery_runtime::{FlowKind, Scheme, Secret, SessionBuilder, Target, TokenUrl};
use url::Url;

use super::{
    OAuthClient,
    bearer::takes_token,
    endpoint::Endpoint,
    grant::{Given, StandardGrant},
    sign_in::{SignIn, fits},
};
use crate::{
    Clock, ConnectError, Reach, RenewedToken, Rotation, Scopes, SystemClock, TokenKey, TokenStore,
    connect::not_empty, store::fingerprint, token_session,
};

/// An OAuth 2.0 sign-in: by client credentials, by a password, or by a refresh token that a person's sign-in left behind.
///
/// A token request goes to the token URL of the spec and nowhere else: over `https`, and it follows no redirect. It goes
/// through the same proxy and trusts the same certificates as the calls. Where the token URL is on a host of the provider's
/// own, it is that of the environment.
#[derive(Clone, Debug)]
#[must_use = "it does nothing until a client is connected with it"]
pub struct OAuth2 {
    schemes: Vec<&'static Scheme>,
    given: Given,
    client: Option<OAuthClient>,
    scopes: Scopes,
    parameters: Vec<(String, String)>,
    token_url: Option<Url>,
    rotation: Rotation,
    clock: Arc<dyn Clock>,
    store: Option<Arc<dyn TokenStore>>,
}

impl OAuth2 {
    /// Signs in with the credentials of `client` alone (RFC 6749 section 4.4).
    ///
    /// # Errors
    ///
    /// When the client's id or secret is empty, or it has no secret, which this sign-in needs; when the scheme is none of
    /// tokens.
    pub fn client_credentials(
        scheme: &'static Scheme,
        client: OAuthClient,
    ) -> Result<Self, ConnectError> {
        let this = Self::new(scheme, Given::Client, Rotation::None)?;
        if client.secret().is_none() {
            return Err(ConnectError::Credential {
                provider: scheme.provider,
                what: "OAuth client",
                fault: "has no secret, and nothing else signs in by client credentials",
            });
        }
        client.check(scheme.provider)?;
        Ok(this.client(client))
    }

    /// Signs in with the name and the password of a user (RFC 6749 section 4.3), which stay in memory. RFC 9700 section 2.4
    /// advises against this where there is another way.
    ///
    /// # Errors
    ///
    /// When either is empty; when the scheme is none of tokens.
    pub fn password(
        scheme: &'static Scheme,
        user: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Result<Self, ConnectError> {
        let (user, password) = (user.into(), password.into());
        not_empty(scheme.provider, "user's name", &Secret::from(user.as_str()))?;
        not_empty(scheme.provider, "user's password", &password)?;
        Self::new(
            scheme,
            Given::User(user, password),
            // No spec says so; this is what costs least if it is so.
            Rotation::OnUse { grace: None },
        )
    }

    /// Gets tokens with a refresh token (RFC 6749 section 6): the way to go where a person has signed in with a browser
    /// (`authorizationCode`), which is the caller's part. Each refresh is taken to spend the token it shows, unless
    /// [`rotation`](Self::rotation) says otherwise: with a [`store`](Self::store), the one that came last outlives the
    /// process.
    ///
    /// # Errors
    ///
    /// When the token is empty; when the scheme is none of tokens.
    pub fn refresh_token(
        scheme: &'static Scheme,
        token: impl Into<Secret>,
    ) -> Result<Self, ConnectError> {
        let token = token.into();
        not_empty(scheme.provider, "refresh token", &token)?;
        Self::new(
            scheme,
            Given::RefreshToken(token),
            Rotation::OnUse { grace: None },
        )
    }

    fn new(
        scheme: &'static Scheme,
        given: Given,
        rotation: Rotation,
    ) -> Result<Self, ConnectError> {
        takes_token(scheme, given.what())?;
        Ok(Self {
            schemes: vec![scheme],
            given,
            client: None,
            scopes: Scopes::default(),
            parameters: Vec::new(),
            token_url: None,
            rotation,
            clock: Arc::new(SystemClock),
            store: None,
        })
    }

    /// Signs in through this client. Most services want one with a password or a refresh token too.
    pub fn client(mut self, client: OAuthClient) -> Self {
        self.client = Some(client);
        self
    }

    /// Asks for tokens with these scopes only. A call that takes another one then fails before it is sent. Unless set, the
    /// service decides.
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// Sends a further parameter with each token request, such as `audience` or `resource` (RFC 8707). It is no place for
    /// secrets.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Puts the same token where `scheme` wants it too: some specs have two schemes for one token.
    pub fn also_serves(mut self, scheme: &'static Scheme) -> Self {
        self.schemes.push(scheme);
        self
    }

    /// Gets tokens at this `https` URL instead of that of the spec: where the spec has none (OpenID Connect), or names
    /// another than the caller's.
    ///
    /// # Errors
    ///
    /// When it is no absolute `https` URL, or has a user or a fragment.
    pub fn token_url(self, url: &str) -> Result<Self, ConnectError> {
        self.at(url, false)
    }

    /// As [`token_url`](Self::token_url), but the URL may be plain `http`: everyone on the way can read the credentials
    /// then.
    ///
    /// # Errors
    ///
    /// As [`token_url`](Self::token_url), except that `http` is taken too.
    pub fn token_url_over_plain_http(self, url: &str) -> Result<Self, ConnectError> {
        self.at(url, true)
    }

    fn at(mut self, url: &str, plain_http: bool) -> Result<Self, ConnectError> {
        let url = Url::parse(url)
            .map_err(|_| self.no_url("the one that was given is no URL; write it in full"))?;
        self.check(&url, plain_http)?;
        self.token_url = Some(url);
        Ok(self)
    }

    /// What a refresh makes of the refresh token it was shown. Unless set, it is taken to be spent: where it is known to
    /// stay good, [`Rotation::None`] keeps a lost answer from costing the sign-in.
    pub fn rotation(mut self, rotation: Rotation) -> Self {
        self.rotation = rotation;
        self
    }

    /// Goes by another clock than the machine's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Keeps the tokens in `store`, instead of in the memory of this client alone: they outlive the process, and serve all
    /// who are given the same credentials, the same scopes and parameters, and the same store.
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    fn scheme(&self) -> &'static Scheme {
        self.schemes[0]
    }

    fn no_url(&self, fault: &'static str) -> ConnectError {
        let scheme = self.scheme();
        ConnectError::TokenUrl {
            provider: scheme.provider,
            scheme: scheme.name,
            fault,
        }
    }

    fn check(&self, url: &Url, plain_http: bool) -> Result<(), ConnectError> {
        match url.scheme() {
            "https" => {}
            "http" if plain_http => {}
            "http" => {
                return Err(self.no_url(
                    "it is plain http, which shows the credentials to everyone on the way; give one that is https with \
                     `token_url`, or allow this one with `token_url_over_plain_http`",
                ));
            }
            _ => return Err(self.no_url("it is neither https nor http")),
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(self.no_url("it has a user or a fragment; leave those out"));
        }
        Ok(())
    }

    /// Where tokens are issued, and where they are renewed.
    fn urls(&self, target: &Target) -> Result<(Url, Url), ConnectError> {
        if let Some(url) = &self.token_url {
            return Ok((url.clone(), url.clone()));
        }
        let scheme = self.scheme();
        let kinds: &[FlowKind] = match &self.given {
            Given::Client => &[FlowKind::ClientCredentials],
            Given::User(..) => &[FlowKind::Password],
            Given::RefreshToken(_) => &[
                FlowKind::AuthorizationCode,
                FlowKind::Password,
                FlowKind::ClientCredentials,
                FlowKind::Implicit,
            ],
        };
        let urls = kinds.iter().find_map(|kind| {
            let flow = scheme.flow(*kind)?;
            let token_url = match self.given {
                Given::RefreshToken(_) => flow.token_url.or(flow.refresh_url),
                _ => flow.token_url,
            }?;
            Some((token_url, flow.refresh_url.unwrap_or(token_url)))
        });
        let Some((token_url, refresh_url)) = urls else {
            return Err(self.no_url("the spec has none for this sign-in; give it with `token_url`"));
        };
        Ok((
            self.locate(token_url, target)?,
            self.locate(refresh_url, target)?,
        ))
    }

    fn locate(&self, url: TokenUrl, target: &Target) -> Result<Url, ConnectError> {
        let located = url.locate(target).ok_or_else(|| {
            self.no_url("there is none in this environment; give it with `token_url`")
        })?;
        // A host of the provider's is plain http only where the caller said so.
        let plain_http = matches!(url, TokenUrl::OnServer(..));
        self.check(&located, plain_http)?;
        Ok(located)
    }

    /// Whose tokens they are: nobody is served by half of the credentials.
    fn key(&self, url: &Url) -> TokenKey {
        let scheme = self.scheme();
        let (secret, user) = match (
            &self.given,
            self.client.as_ref().and_then(OAuthClient::secret),
        ) {
            (Given::RefreshToken(token), _) => (token, ""),
            // Keyed by the client's secret where there is one, so that nobody can try passwords who sees the name of the
            // key.
            (Given::User(user, password), None) => (password, user.as_str()),
            (Given::User(user, _), Some(secret)) => (secret, user.as_str()),
            (Given::Client, Some(secret)) => (secret, ""),
            (Given::Client, None) => unreachable!("client credentials were made with a secret"),
        };
        let mut parts = vec![scheme.name, self.given.what(), user];
        parts.extend(self.client.as_ref().map(|client| client.id.as_str()));
        if let Given::User(_, password) = &self.given {
            parts.push(password.expose_secret());
        }
        for (name, value) in &self.parameters {
            parts.extend([name.as_str(), value.as_str()]);
        }
        let principal = fingerprint(secret, &parts);
        TokenKey::new(scheme.provider, url.as_str(), &principal, &self.scopes)
    }
}

impl SignIn for OAuth2 {
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError> {
        let provider = self.scheme().provider;
        for scheme in &self.schemes {
            fits(scheme, &session)?;
            takes_token(scheme, self.given.what())?;
        }
        if let Some(client) = &self.client {
            client.check(provider)?;
        }
        let (token_url, refresh_url) = self.urls(session.target())?;
        let key = self.key(&token_url);
        let endpoint = |url| Endpoint::new(provider, url, self.client.clone(), &session);
        let issues = endpoint(&token_url)?;
        let renews = if refresh_url.origin() == token_url.origin() {
            issues.with_path_of(&refresh_url)
        } else {
            endpoint(&refresh_url)?
        };
        let grant = StandardGrant {
            provider,
            issues,
            renews,
            given: self.given,
            scopes: self.scopes.clone(),
            parameters: self.parameters,
            rotation: self.rotation,
        };
        let source = token_session::source(grant, self.clock, key, self.store);
        let reach = Reach::of(self.schemes, self.scopes);
        Ok(session.credential(RenewedToken::new(source, reach)))
    }
}
