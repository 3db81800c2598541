//! The Auth API.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::answer::{Failure, Success, created};
use super::request::Body;
use super::{Hive, Settings};
use crate::Clock;
use crate::bearer::bearer;
use crate::encoding::JwtKey;

/// The claims of the sample tokens, in their order.
#[derive(Serialize, Deserialize)]
struct Claims {
    id: String,
    role: String,
    address: String,
    iat: i64,
    exp: i64,
}

pub(super) struct Tokens {
    id: String,
    secret_key: String,
    address: String,
    settings: Settings,
    clock: Clock,
    // Two keys, so that neither kind of token passes for the other.
    access_key: JwtKey,
    refresh_key: JwtKey,
    /// The one refresh token that is good.
    latest: Mutex<Option<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pair {
    access_token: String,
    refresh_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credentials {
    id: Option<String>,
    secret_key: Option<String>,
}

impl Tokens {
    pub(super) fn new(
        id: &str,
        secret_key: &str,
        address: String,
        settings: &Settings,
        clock: Clock,
    ) -> Self {
        Self {
            id: id.to_owned(),
            secret_key: secret_key.to_owned(),
            address,
            settings: settings.clone(),
            clock,
            access_key: JwtKey::random(),
            refresh_key: JwtKey::random(),
            latest: Mutex::new(None),
        }
    }

    /// Refuses whoever does not carry a good access token.
    pub(super) fn authorize(&self, headers: &HeaderMap) -> Result<(), Failure> {
        self.verify(&self.access_key, headers)?;
        Ok(())
    }

    fn verify<'a>(&self, key: &JwtKey, headers: &'a HeaderMap) -> Result<&'a str, Failure> {
        let token = bearer(headers).ok_or_else(Failure::unauthorized)?;
        let claims: Claims = key.verify(token).ok_or_else(Failure::unauthorized)?;
        match self.clock.now().timestamp() < claims.exp {
            true => Ok(token),
            false => Err(Failure::unauthorized()),
        }
    }

    fn log_in(&self, credentials: &Credentials) -> Result<Pair, Failure> {
        let Credentials {
            id: Some(id),
            secret_key: Some(secret_key),
        } = credentials
        else {
            return Err(Failure::unauthorized());
        };
        if *id != self.id {
            return Err(Failure::user_not_found());
        }
        if *secret_key != self.secret_key {
            return Err(Failure::access_denied());
        }
        Ok(self.issue(&mut self.latest()))
    }

    fn refresh(&self, headers: &HeaderMap) -> Result<Pair, Failure> {
        let token = self.verify(&self.refresh_key, headers)?;
        // Held while the next pair is made, so that one token is never good for two refreshes.
        let mut latest = self.latest();
        match latest.as_deref() == Some(token) {
            true => Ok(self.issue(&mut latest)),
            false => Err(Failure::access_denied()),
        }
    }

    fn issue(&self, latest: &mut Option<String>) -> Pair {
        let access_token = self.sign(&self.access_key, self.settings.access_token_lifetime);
        let refresh_token = self.sign(&self.refresh_key, self.settings.refresh_token_lifetime);
        *latest = Some(refresh_token.clone());
        Pair {
            access_token,
            refresh_token,
        }
    }

    fn sign(&self, key: &JwtKey, lifetime: Duration) -> String {
        let now = self.clock.now().timestamp();
        let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        key.sign(&Claims {
            id: self.id.clone(),
            role: "operator".to_owned(),
            address: self.address.clone(),
            iat: now,
            exp: now.saturating_add(lifetime),
        })
    }

    fn latest(&self) -> MutexGuard<'_, Option<String>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `POST /v2/auth-token`
pub(super) async fn issue(
    State(hive): State<Arc<Hive>>,
    Body(credentials): Body<Credentials>,
) -> Result<Success<Pair>, Failure> {
    hive.tokens.log_in(&credentials).map(created)
}

/// `POST /v2/refresh-token`. There is no request body; what comes all the same is ignored.
pub(super) async fn refresh(
    State(hive): State<Arc<Hive>>,
    headers: HeaderMap,
    _: Bytes,
) -> Result<Success<Pair>, Failure> {
    hive.tokens.refresh(&headers).map(created)
}
