//! OAuth2: the password grant of users, its refreshing, and the scopes.
//!
//! What the published pages leave open is decided as RFC 6749 has it: a scope that is left out means
//! all five; the refresh grant takes the client's credentials in the form and hands out a new refresh
//! token, after which the old one is worth nothing; client credentials come in the form alone.
//!
//! No table of scopes per operation was ever published. Here a token needs
//!
//! | for | any one of |
//! |---|---|
//! | the echo | `echo` |
//! | reading assets, wallets, UTXOs | `read`, `wallet` |
//! | creating wallets, signing, offboarding | `write`, `wallet` |
//! | creating transactions | `transaction` |
//! | reading transactions | `read`, `wallet`, `transaction` |
//!
//! so that both selections in the field work: all five, and `read write echo transaction`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::credentials::random_token;
use super::errors::Refusal;
use super::state::State;
use crate::faults::{Spent, Verdict};

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Reading assets, wallets and transactions.
    Read,
    /// Creating wallets, signing, offboarding.
    Write,
    /// The echo.
    Echo,
    /// All there is to do with wallets but transactions.
    Wallet,
    /// Transactions.
    Transaction,
}

impl Scope {
    const ALL: [Self; 5] = [
        Self::Read,
        Self::Write,
        Self::Echo,
        Self::Wallet,
        Self::Transaction,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Echo => "echo",
            Self::Wallet => "wallet",
            Self::Transaction => "transaction",
        }
    }

    fn selection(text: &str) -> Option<Vec<Self>> {
        let named = |name: &str| Self::ALL.into_iter().find(|scope| scope.name() == name);
        text.split_ascii_whitespace().map(named).collect()
    }
}

/// What an access token stands for.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) user: u32,
    pub(super) scopes: Vec<Scope>,
    /// The log-in that it descends from.
    family: u64,
}

/// The tokens handed out.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    access: HashMap<String, (Grant, DateTime<Utc>)>,
    refresh: HashMap<String, Grant>,
    spent: Spent<Grant>,
    families: u64,
}

impl Tokens {
    /// What an access token stands for, unless it is unknown or has expired.
    pub(super) fn access(&self, token: &str, now: DateTime<Utc>) -> Option<Grant> {
        let (grant, expires) = self.access.get(token)?;
        (now < *expires).then(|| grant.clone())
    }

    /// Forgets every token of a user who is no more.
    pub(super) fn forget(&mut self, user: u32) {
        self.access.retain(|_, (grant, _)| grant.user != user);
        self.refresh.retain(|_, grant| grant.user != user);
        self.spent.retain(|grant| grant.user != user);
    }

    fn new_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    fn revoke(&mut self, family: u64) -> bool {
        let good = self.refresh.len();
        self.refresh.retain(|_, grant| grant.family != family);
        self.refresh.len() < good
    }

    fn issue(&mut self, grant: Grant, now: DateTime<Utc>, lifetime: Duration) -> (String, String) {
        self.access.retain(|_, (_, expires)| now < *expires);
        let (access, refresh) = (random_token(), random_token());
        let expires = TimeDelta::from_std(lifetime)
            .ok()
            .and_then(|lifetime| now.checked_add_signed(lifetime))
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        self.access.insert(access.clone(), (grant.clone(), expires));
        self.refresh.insert(refresh.clone(), grant);
        (access, refresh)
    }
}

/// The token endpoint's form. RFC 6749 has a parameter given twice refused, and one given without a
/// value treated as left out.
struct Form(HashMap<String, String>);

impl Form {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body)
            .map_err(|_| invalid_request("The body is not a form in UTF-8"))?;
        let mut form = HashMap::new();
        for (name, value) in pairs {
            if !value.is_empty() && form.insert(name, value).is_some() {
                return Err(invalid_request("A parameter is given twice"));
            }
        }
        Ok(Self(form))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn required(&self, name: &str, otherwise: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| invalid_request(otherwise))
    }
}

/// `POST /clientele/oauth2/token`
pub(super) async fn token(
    extract::State(state): extract::State<Arc<State>>,
    body: Bytes,
) -> Result<impl IntoResponse, Refusal> {
    let form = Form::read(&body)?;
    let grant_type = form.required("grant_type", "The parameter grant_type is missing")?;
    let known = (
        state.credentials.client_id.as_str(),
        state.credentials.client_secret.as_str(),
    );
    if (form.get("client_id"), form.get("client_secret")) != (Some(known.0), Some(known.1)) {
        return Err(Refusal::grant(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "The form's client_id and client_secret are not those of a client",
        ));
    }
    let grant = match grant_type {
        "password" => password_grant(&state, &form)?,
        "refresh_token" => refresh_grant(&state, &form)?,
        _ => {
            return Err(Refusal::grant(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "The grant types are password and refresh_token",
            ));
        }
    };
    let lifetime = state.settings.access_token_lifetime;
    let scope: Vec<_> = grant.scopes.iter().map(|scope| scope.name()).collect();
    let now = state.clock.now();
    let (access_token, refresh_token) = state.tokens().issue(grant, now, lifetime);
    let answer = json!({
        "access_token": access_token,
        "expires_in": lifetime.as_secs(),
        "token_type": "Bearer",
        "scope": scope.join(" "),
        "refresh_token": refresh_token,
    });
    let uncached = [
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    Ok((uncached, Json(answer)))
}

fn password_grant(state: &State, form: &Form) -> Result<Grant, Refusal> {
    let username = form.required("username", "The parameter username is missing")?;
    let password = form.required("password", "The parameter password is missing")?;
    let scopes = match form.get("scope") {
        None => Scope::ALL.to_vec(),
        Some(scope) => Scope::selection(scope).ok_or_else(invalid_scope)?,
    };
    let world = state.world();
    let user = world
        .users
        .named(username)
        .filter(|user| user.has_password(password))
        .ok_or_else(|| invalid_grant("Invalid credentials given"))?;
    let user = user.id;
    let family = state.tokens().new_family();
    Ok(Grant {
        user,
        scopes,
        family,
    })
}

fn refresh_grant(state: &State, form: &Form) -> Result<Grant, Refusal> {
    let token = form.required("refresh_token", "The parameter refresh_token is missing")?;
    let unknown = || invalid_grant("The refresh token is unknown or has been used");
    let mut tokens = state.tokens();
    let now = state.clock.now();
    let granted = match tokens.refresh.get(token) {
        Some(granted) => granted.clone(),
        None => match tokens.spent.judge(token, now, &state.rotation) {
            Verdict::Unknown => return Err(unknown()),
            Verdict::InGrace(granted) => granted,
            Verdict::Reused(Grant { family, .. }) => {
                if tokens.revoke(family) {
                    state.rotation.note_revoked();
                }
                return Err(unknown());
            }
        },
    };
    let scopes = match form.get("scope") {
        None => granted.scopes.clone(),
        Some(scope) => Scope::selection(scope)
            .filter(|scopes| scopes.iter().all(|scope| granted.scopes.contains(scope)))
            .ok_or_else(invalid_scope)?,
    };
    if tokens.refresh.remove(token).is_some() && state.rotation.is_on() {
        let rotation = &state.rotation;
        tokens.spent.add(token, granted.clone(), now, rotation);
    }
    Ok(Grant { scopes, ..granted })
}

fn invalid_request(description: &'static str) -> Refusal {
    Refusal::grant(StatusCode::BAD_REQUEST, "invalid_request", description)
}

fn invalid_grant(description: &'static str) -> Refusal {
    Refusal::grant(StatusCode::UNAUTHORIZED, "invalid_grant", description)
}

fn invalid_scope() -> Refusal {
    let description = "The scopes are read, write, echo, wallet and transaction";
    Refusal::grant(StatusCode::BAD_REQUEST, "invalid_scope", description)
}
