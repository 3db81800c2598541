//! The Upvest blockchain API.
//!
//! A tenant signs its calls with an API key. A user of the tenant signs in with a name and a password, through the
//! tenant's OAuth client, and gets an access token with some of the scopes `read`, `write`, `echo`, `wallet` and
//! `transaction`. Some calls answer both, but not the same: a list of wallets is the tenant's or the user's. So a client
//! is one or the other.

mod password;
mod signature;
mod tenant;

use std::sync::Arc;

use bindery_runtime::{Secret, Session, SessionBuilder, Target};
use bindery_upvest::{Client, Environment};

pub use self::{
    signature::ApiKeySignature,
    tenant::{OAuthClient, Tenant},
};
use crate::{
    Clock, ConnectError, InvalidVariables, Lookup, SystemClock,
    variables::{self, Variables},
};

const PROVIDER: &str = "upvest";

/// An API key of a tenant, made in the account management.
#[derive(Clone, Debug)]
pub struct ApiKey {
    key: Secret,
    secret: Secret,
    passphrase: Secret,
    clock: Arc<dyn Clock>,
}

impl ApiKey {
    /// A key with its secret and its passphrase.
    pub fn new(
        key: impl Into<Secret>,
        secret: impl Into<Secret>,
        passphrase: impl Into<Secret>,
    ) -> Self {
        Self {
            key: key.into(),
            secret: secret.into(),
            passphrase: passphrase.into(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Signs by another clock than the machine's; a tenant's users go by it too.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }
}

/// A client for `environment` that signs with `api_key`. Nothing is sent yet. For clients of users, see [`Tenant`].
///
/// # Errors
///
/// When a part of the key is empty or cannot be sent, or the session cannot be made.
pub fn connect(environment: Environment, api_key: ApiKey) -> Result<Client, ConnectError> {
    connect_with(environment, api_key, |session| session)
}

/// As [`connect`], with a session that has further settings, such as a deadline or a product.
///
/// # Errors
///
/// As [`connect`].
pub fn connect_with(
    environment: Environment,
    api_key: ApiKey,
    settings: impl FnOnce(SessionBuilder) -> SessionBuilder,
) -> Result<Client, ConnectError> {
    let session = settings(Session::builder(Target::from(environment)));
    Ok(Client::new(
        session
            .credential(ApiKeySignature::new(&api_key)?)
            .build()?,
    ))
}

/// A tenant as the environment variables say: `UPVEST_API_KEY`, `UPVEST_API_SECRET`, `UPVEST_API_PASSPHRASE`,
/// `UPVEST_CLIENT_ID`, `UPVEST_CLIENT_SECRET`, and `UPVEST_ENVIRONMENT` (`playground`, `playground_legacy` or `live`) or
/// `UPVEST_URL`. `UPVEST_ALLOW_HTTP` names the one origin, such as `http://127.0.0.1:8080`, for which plain http is taken.
///
/// # Errors
///
/// When variables are missing or wrong, with all of them; else as [`Tenant::new`].
pub fn from_env() -> Result<Tenant, ConnectError> {
    let (environment, api_key, oauth_client) = from_variables(&variables::process)?;
    Tenant::new(environment, api_key, oauth_client)
}

/// What [`from_env`] makes a tenant of, looked up elsewhere or to be changed before use.
///
/// # Errors
///
/// When variables are missing or wrong, with all of them.
pub fn from_variables(
    lookup: &Lookup<'_>,
) -> Result<(Environment, ApiKey, OAuthClient), InvalidVariables> {
    let mut variables = Variables::new(PROVIDER, lookup);
    let environment = variables.environment(
        "UPVEST",
        &["playground", "playground_legacy", "live"],
        Environment::named,
        Environment::Custom,
    );
    let key = variables.required("UPVEST_API_KEY", "the API key from the account management");
    let secret = variables.required("UPVEST_API_SECRET", "the secret of the API key");
    let passphrase = variables.required("UPVEST_API_PASSPHRASE", "the passphrase of the API key");
    let id = variables.required(
        "UPVEST_CLIENT_ID",
        "the id of the OAuth client from the account management",
    );
    let client_secret =
        variables.required("UPVEST_CLIENT_SECRET", "the secret of the OAuth client");
    let api_key = key
        .zip(secret)
        .zip(passphrase)
        .map(|((key, secret), passphrase)| ApiKey::new(key, secret, passphrase));
    let oauth_client = id
        .zip(client_secret)
        .map(|(id, secret)| OAuthClient::new(id, secret));
    let read = environment.zip(api_key).zip(oauth_client);
    variables.finish(
        read.map(|((environment, api_key), oauth_client)| (environment, api_key, oauth_client)),
    )
}
