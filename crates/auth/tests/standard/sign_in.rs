//! How to sign in, as the README of the crate shows it.

use bindery_auth::{
    ConnectError,
    standard::{ApiKey, Basic, Bearer, OAuth2, OAuthClient, connect},
};
use crate::{Client, Environment, schemes};

pub(crate) fn by_bearer_auth(environment: Environment, token: &str) -> Result<Client, ConnectError> {
    let credential = Bearer::new(&schemes::BEARER_AUTH, token)?;
    connect(environment, credential)
}

pub(crate) fn by_basic_auth(
    environment: Environment,
    user: &str,
    password: &str,
) -> Result<Client, ConnectError> {
    let credential = Basic::new(&schemes::BASIC_AUTH, user, password)?;
    connect(environment, credential)
}

pub(crate) fn by_header_key(environment: Environment, key: &str) -> Result<Client, ConnectError> {
    let credential = ApiKey::new(&schemes::HEADER_KEY, key)?;
    connect(environment, credential)
}

pub(crate) fn by_query_key(environment: Environment, key: &str) -> Result<Client, ConnectError> {
    let credential = ApiKey::new(&schemes::QUERY_KEY, key)?;
    connect(environment, credential)
}

pub(crate) fn by_cookie_key(environment: Environment, key: &str) -> Result<Client, ConnectError> {
    let credential = ApiKey::new(&schemes::COOKIE_KEY, key)?;
    connect(environment, credential)
}

pub(crate) fn by_oauth2_client_credentials(
    environment: Environment,
    id: &str,
    secret: &str,
) -> Result<Client, ConnectError> {
    let credential = OAuth2::client_credentials(&schemes::OAUTH2, OAuthClient::new(id, secret))?;
    connect(environment, credential)
}

pub(crate) fn by_oauth2_password(
    environment: Environment,
    client: OAuthClient,
    user: &str,
    password: &str,
) -> Result<Client, ConnectError> {
    let credential = OAuth2::password(&schemes::OAUTH2, user, password)?.client(client);
    connect(environment, credential)
}

/// A person signs in with a browser, which is the caller's part; the refresh token comes from there:
/// <https://vault.example/authorize>
pub(crate) fn by_oauth2_refresh_token(
    environment: Environment,
    client: OAuthClient,
    token: &str,
) -> Result<Client, ConnectError> {
    let credential = OAuth2::refresh_token(&schemes::OAUTH2, token)?.client(client);
    connect(environment, credential)
}

pub(crate) fn by_partner_login(
    environment: Environment,
    id: &str,
    secret: &str,
) -> Result<Client, ConnectError> {
    let credential = OAuth2::client_credentials(&schemes::PARTNER_LOGIN, OAuthClient::new(id, secret))?;
    connect(environment, credential)
}

/// The token is one of OpenID Connect, whose provider is described here:
/// <https://login.example.net/.well-known/openid-configuration>
pub(crate) fn by_open_id(environment: Environment, token: &str) -> Result<Client, ConnectError> {
    let credential = Bearer::new(&schemes::OPEN_ID, token)?;
    connect(environment, credential)
}

/// A person signs in with a browser, which is the caller's part; the token comes from there:
/// <https://vault.example/authorize>
pub(crate) fn by_browser(environment: Environment, token: &str) -> Result<Client, ConnectError> {
    let credential = Bearer::new(&schemes::BROWSER, token)?;
    connect(environment, credential)
}
