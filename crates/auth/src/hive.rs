//! Com2uS Hive.
//!
//! An id and a secret key log in and give an access token and a refresh token. Both are JSON Web Tokens, and only their
//! claims tell how long they live. Every log-in presumably ends the refresh token of the one before, so a refused one
//! is nothing to worry about: it is followed by a log-in.

use std::sync::{Arc, Mutex, PoisonError};

use bindery_hive::{
    Client, Environment,
    types::{LoginRequest, TokenPair},
};
use bindery_runtime::{
    Authorizing, Credential, Generation, Requirement, Secret, Session, SessionBuilder, Target,
};

use crate::{
    AuthError, Clock, Code, ConnectError, Exchange, Grant, InvalidVariables, Issued, Lifetime,
    Lookup, Reach, Refusal, Rejected, RenewedToken, Root, Rotation, Scopes, SystemClock, TokenKey,
    TokenStore,
    connect::not_empty,
    store::fingerprint,
    token::TokenText,
    token_session,
    variables::{self, Variables},
};

const PROVIDER: &str = "hive";

/// What the Hive Console gave (Blockchain, API Authentication Key).
#[derive(Clone, Debug)]
pub struct Credentials {
    id: String,
    secret_key: Secret,
    clock: Arc<dyn Clock>,
    store: Option<Arc<dyn TokenStore>>,
}

impl Credentials {
    /// An id and its secret key.
    pub fn new(id: impl Into<String>, secret_key: impl Into<Secret>) -> Self {
        Self {
            id: id.into(),
            secret_key: secret_key.into(),
            clock: Arc::new(SystemClock),
            store: None,
        }
    }

    /// Goes by another clock than the machine's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Keeps the tokens in `store`, instead of in the memory of this client alone: they outlive the process, and serve
    /// all who are given the same credentials and the same store.
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }
}

/// A client for `environment`, authorised by `credentials`. Nothing is sent yet.
///
/// # Errors
///
/// When the id or the secret key is empty, or the session cannot be made.
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
    let Credentials {
        id,
        secret_key,
        clock,
        store,
    } = credentials;
    not_empty(PROVIDER, "id", &Secret::from(id.as_str()))?;
    not_empty(PROVIDER, "secret key", &secret_key)?;
    let origin = match &environment {
        Environment::Custom(base) => base.origin().ascii_serialization(),
        named => format!("{named:?}"),
    };
    // With the secret key in it, so that nobody is served by an id alone.
    let principal = fingerprint(&secret_key, &[&id]);
    let key = TokenKey::new(PROVIDER, &origin, &principal, &Scopes::default());
    let session = settings(Session::builder(Target::from(environment)));
    let presented = Presented::default();
    let tokens = token_session::for_sign_in(session.beside())
        .credential(presented.clone())
        .build()?;
    let grant = LoginGrant {
        client: Client::new(tokens),
        id,
        secret_key,
        presented,
    };
    let reach = Reach::new(&["accessToken"], Scopes::default());
    let token = RenewedToken::new(token_session::source(grant, clock, key, store), reach);
    Ok(Client::new(session.credential(token).build()?))
}

/// A client as the environment variables say: `HIVE_ID`, `HIVE_SECRET_KEY`, and `HIVE_ENVIRONMENT` (`live` or `sandbox`)
/// or `HIVE_URL`. `HIVE_ALLOW_HTTP` names the one origin, such as `http://127.0.0.1:8080`, for which plain http is taken.
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
    let mut variables = Variables::new(PROVIDER, lookup);
    let environment = variables.environment(
        "HIVE",
        &["live", "sandbox"],
        Environment::named,
        Environment::Custom,
    );
    let id = variables.required("HIVE_ID", "the id from the Hive Console");
    let secret_key = variables.required("HIVE_SECRET_KEY", "the secret key from the Hive Console");
    let credentials = id
        .zip(secret_key)
        .map(|(id, secret_key)| Credentials::new(id, secret_key));
    variables.finish(environment.zip(credentials))
}

#[derive(Debug)]
struct LoginGrant {
    client: Client,
    id: String,
    secret_key: Secret,
    presented: Presented,
}

impl Grant for LoginGrant {
    fn provider(&self) -> &'static str {
        PROVIDER
    }

    fn root(&self) -> Root {
        Root::Credentials
    }

    fn rotation(&self) -> Rotation {
        Rotation::SingleSlot
    }

    fn sign_in(&self) -> Exchange<'_> {
        Box::pin(async {
            let request = LoginRequest::new(self.id.as_str(), self.secret_key.clone());
            let pair = self.client.auth_token(request).send().await;
            Ok(issued(
                pair.map_err(|error| AuthError::of_call(&error, REMEDY, login_refused))?
                    .into_inner(),
            ))
        })
    }

    fn refresh<'a>(&'a self, refresh_token: &'a Secret) -> Exchange<'a> {
        Box::pin(async {
            self.presented.present(refresh_token.clone());
            let pair = self.client.refresh_token().send().await;
            // Whatever the refusal says, a log-in mends it.
            Ok(issued(
                pair.map_err(|error| {
                    AuthError::of_call(&error, REMEDY, |_| Rejected::RefreshToken)
                })?
                .into_inner(),
            ))
        })
    }
}

const REMEDY: &str = "check the id and the secret key in the Hive Console, and connect anew";

fn issued(pair: TokenPair) -> Issued {
    let lifetime = Lifetime::of_jwt(pair.access_token.expose_secret());
    let refresh_lifetime = Lifetime::of_jwt(pair.refresh_token.expose_secret());
    Issued::new(pair.access_token, lifetime)
        .refresh_token(Some(pair.refresh_token), refresh_lifetime)
}

/// No page documents refusals. In a public prototype of the vendor's engineers a wrong secret key is 403 and an unknown
/// id 400; the number in the body is the HTTP status.
fn login_refused(answer: Refusal) -> Rejected {
    match (answer.status, answer.code) {
        (400 | 401 | 403, _) | (200..=299, Some(Code::Number(400 | 401 | 403))) => {
            Rejected::Credentials
        }
        _ => Rejected::Request,
    }
}

/// The refresh token of the refresh that is under way. A source makes one exchange at a time, so there is never more
/// than one.
#[derive(Clone, Debug, Default)]
struct Presented(Arc<Mutex<Option<Secret>>>);

impl Presented {
    fn present(&self, token: Secret) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }
}

impl Credential for Presented {
    fn serves(&self, requirement: &Requirement) -> bool {
        requirement.scheme.name == "refreshToken" && TokenText::fits(requirement.scheme.placement)
    }

    fn describe(&self) -> String {
        "`refreshToken`".to_owned()
    }

    fn authorize<'a>(
        &'a self,
        requirement: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        // Taken, so that it is sent once.
        let token = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let placed = match token.and_then(TokenText::new) {
            Some(text) => text.place(PROVIDER, requirement.scheme.placement, request),
            None => Err(AuthError::Unfit {
                provider: PROVIDER,
                why: "the refresh token is empty, or not fit for a header",
            }),
        };
        Authorizing::Done(placed.map(|()| Generation(1)).map_err(AuthError::into))
    }
}
