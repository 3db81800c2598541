//! Alibaba Cloud Blockchain as a Service.
//!
//! Access and refresh tokens are made by a person in the console. A refresh token alone gets access tokens, without a
//! client id, and stays the same; once it is refused, only a person can make another.

use std::sync::Arc;

use bindery_alibaba_baas::{
    Client, Environment,
    types::{GrantType, TokenRequest},
};
use bindery_runtime::{Secret, Session, SessionBuilder, Target};

use crate::{
    AuthError, Clock, ConnectError, Exchange, FixedToken, Grant, InvalidVariables, Issued,
    Lifetime, Lookup, Reach, Refusal, Rejected, RenewedToken, Root, Rotation, Scopes, SystemClock,
    TokenKey, TokenStore,
    connect::not_empty,
    store::fingerprint,
    token_session,
    variables::{self, Variables},
};

const PROVIDER: &str = "alibaba-baas";
/// The same token, in the header for calls and in the query for the event subscription.
const SCHEMES: &[&str] = &["accessToken", "accessTokenInQuery"];

/// What the console gave.
#[derive(Clone, Debug)]
pub struct Credentials {
    token: Given,
    scopes: Scopes,
    access_token_lifetime: Option<i64>,
    clock: Arc<dyn Clock>,
    store: Option<Arc<dyn TokenStore>>,
}

#[derive(Clone, Debug)]
enum Given {
    RefreshToken(Secret),
    AccessToken(Secret),
}

impl Credentials {
    /// A refresh token, from which access tokens are got as needed.
    pub fn refresh_token(token: impl Into<Secret>) -> Self {
        Self::new(Given::RefreshToken(token.into()))
    }

    /// An access token, which is used until it ends.
    pub fn access_token(token: impl Into<Secret>) -> Self {
        Self::new(Given::AccessToken(token.into()))
    }

    fn new(token: Given) -> Self {
        Self {
            token,
            scopes: Scopes::default(),
            access_token_lifetime: None,
            clock: Arc::new(SystemClock),
            store: None,
        }
    }

    /// Asks for access tokens with these scopes only, or tells which ones the given access token has. A call that takes
    /// another one then fails before it is sent. Unless set: all that the refresh token has.
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// Asks for access tokens that live for this many seconds. Unless set, the gateway decides.
    pub fn access_token_lifetime(mut self, seconds: i64) -> Self {
        self.access_token_lifetime = Some(seconds);
        self
    }

    /// Goes by another clock than the machine's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Keeps the tokens in `store`, instead of in the memory of this client alone: they outlive the process, and serve
    /// all who are given the same refresh token, the same scopes and the same store. A given access token is not kept.
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }
}

/// A client for `environment`, authorised by `credentials`. Nothing is sent yet.
///
/// # Errors
///
/// When the token is empty or cannot be sent, or the session cannot be made.
pub fn connect(environment: Environment, credentials: Credentials) -> Result<Client, ConnectError> {
    connect_with(environment, credentials, |session| session)
}

/// As [`connect`], with a session that has further settings, such as a deadline or a product.
///
/// # Errors
///
/// As [`connect`].
pub fn connect_with(
    environment: Environment,
    credentials: Credentials,
    settings: impl FnOnce(SessionBuilder) -> SessionBuilder,
) -> Result<Client, ConnectError> {
    let origin = match &environment {
        Environment::Custom(base) => base.origin().ascii_serialization(),
        named => format!("{named:?}"),
    };
    let target = Target::from(environment);
    let session = settings(Session::builder(target));
    let reach = Reach::new(SCHEMES, credentials.scopes.clone());
    let session = match credentials.token {
        Given::AccessToken(token) => session.credential(FixedToken::new(PROVIDER, token, reach)?),
        Given::RefreshToken(token) => {
            not_empty(PROVIDER, "refresh token", &token)?;
            // The refresh token is all there is to tell one identity from another.
            let principal = fingerprint(&token, &[]);
            let key = TokenKey::new(PROVIDER, &origin, &principal, &credentials.scopes);
            let grant = RefreshTokenGrant {
                client: Client::new(token_session::for_sign_in(session.beside()).build()?),
                root: token,
                scopes: credentials.scopes,
                access_token_lifetime: credentials.access_token_lifetime,
            };
            let source = token_session::source(grant, credentials.clock, key, credentials.store);
            session.credential(RenewedToken::new(source, reach))
        }
    };
    Ok(Client::new(session.build()?))
}

/// A client as the environment variables say: `ALIBABA_BAAS_URL`, and `ALIBABA_BAAS_REFRESH_TOKEN` or
/// `ALIBABA_BAAS_ACCESS_TOKEN` (the refresh token, where both are set). `ALIBABA_BAAS_ALLOW_HTTP` names the one origin,
/// such as `http://127.0.0.1:8080`, for which plain http is taken.
///
/// # Errors
///
/// When variables are missing or wrong, with all of them; else as [`connect`].
pub fn from_env() -> Result<Client, ConnectError> {
    let (environment, credentials) = from_variables(&variables::process)?;
    connect(environment, credentials)
}

/// What [`from_env`] connects with, looked up elsewhere or to be changed before use.
///
/// # Errors
///
/// When variables are missing or wrong, with all of them.
pub fn from_variables(lookup: &Lookup<'_>) -> Result<(Environment, Credentials), InvalidVariables> {
    const REFRESH: &str = "ALIBABA_BAAS_REFRESH_TOKEN";
    const ACCESS: &str = "ALIBABA_BAAS_ACCESS_TOKEN";
    let mut variables = Variables::new(PROVIDER, lookup);
    let url = variables.required(
        "ALIBABA_BAAS_URL",
        "the address of your gateway as the console shows it, with the path /api/v1",
    );
    let base =
        url.and_then(|url| variables.base_url("ALIBABA_BAAS_URL", &url, "ALIBABA_BAAS_ALLOW_HTTP"));
    let refresh_token = variables.optional(REFRESH).map(Credentials::refresh_token);
    let access_token = variables.optional(ACCESS).map(Credentials::access_token);
    let credentials = refresh_token.or(access_token);
    if credentials.is_none() {
        variables.fault(format!(
            "{REFRESH} is not set, and neither is {ACCESS}: the token from the REST API page of your organisation"
        ));
    }
    variables.finish(base.map(Environment::Custom).zip(credentials))
}

#[derive(Debug)]
struct RefreshTokenGrant {
    client: Client,
    root: Secret,
    scopes: Scopes,
    access_token_lifetime: Option<i64>,
}

impl Grant for RefreshTokenGrant {
    fn provider(&self) -> &'static str {
        PROVIDER
    }

    fn root(&self) -> Root {
        Root::RefreshToken(self.root.clone())
    }

    /// The official samples show the configured refresh token for ever.
    fn rotation(&self) -> Rotation {
        Rotation::None
    }

    fn sign_in(&self) -> Exchange<'_> {
        self.refresh(&self.root)
    }

    fn refresh<'a>(&'a self, refresh_token: &'a Secret) -> Exchange<'a> {
        Box::pin(async move {
            let mut request =
                TokenRequest::new(refresh_token.clone()).grant_type(GrantType::RefreshToken);
            if !self.scopes.is_empty() {
                request = request.scope(self.scopes.to_string());
            }
            if let Some(seconds) = self.access_token_lifetime {
                request = request.access_token_lifetime(seconds);
            }
            let answer = self.client.refresh_token(request).send().await;
            let answer = answer
                .map_err(|error| AuthError::of_call(&error, REMEDY, refused))?
                .into_inner();
            Ok(
                Issued::new(answer.access_token, Lifetime::Seconds(answer.expires_in))
                    .refresh_token(answer.refresh_token, Lifetime::Unknown),
            )
        })
    }
}

const REMEDY: &str =
    "make a new token on the REST API page of your organisation in the console, and connect anew";

/// The status of a refusal is 400 in the vendor's generated models; which codes it uses is not public.
fn refused(answer: Refusal) -> Rejected {
    match answer.status {
        _ if answer.says("invalid_scope") => Rejected::Scopes,
        // Some servers answer so to two requests at once, which says nothing of the token.
        _ if answer.says("invalid_request") => Rejected::Request,
        400 | 401 | 403 => Rejected::RefreshToken,
        _ => Rejected::Request,
    }
}
