//! The OAuth2 tokens: refreshed at `POST /token`, and judged on every call.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::answer::JSON;
use super::{Settings, USER};
use crate::Clock;
use crate::encoding::JwtKey;
use crate::entropy::random;
use crate::faults::{RotationCounts, Spent, Verdict};

/// A permission, as one ticks it in the console and names it in `scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    ContentCheck,
    Event,
    Invoke,
    Oss,
    Profile,
    Query,
}

impl Scope {
    const ALL: [Self; 6] = [
        Self::ContentCheck,
        Self::Event,
        Self::Invoke,
        Self::Oss,
        Self::Profile,
        Self::Query,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ContentCheck => "content_check",
            Self::Event => "event",
            Self::Invoke => "invoke",
            Self::Oss => "oss",
            Self::Profile => "profile",
            Self::Query => "query",
        }
    }
}

/// The permissions of an access token.
pub(super) struct Permissions(BTreeSet<Scope>);

impl Permissions {
    /// Parses a space-separated list; the empty one stands for all permissions.
    fn parse(scope: &str) -> Option<Self> {
        let named: Option<BTreeSet<Scope>> = scope
            .split_whitespace()
            .map(|name| Scope::ALL.into_iter().find(|scope| scope.name() == name))
            .collect();
        let named = named?;
        Some(Self(match named.is_empty() {
            true => Scope::ALL.into(),
            false => named,
        }))
    }

    pub(super) fn include(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|scope| scope.name()).collect();
        names.join(" ")
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    scope: String,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

pub(super) struct Tokens {
    key: JwtKey,
    clock: Clock,
    refresh: Mutex<RefreshTokens>,
    rotation: Arc<RotationCounts>,
    settings: Settings,
}

/// The refresh tokens that are good, and those that were.
#[derive(Default)]
struct RefreshTokens {
    good: HashMap<String, Family>,
    spent: Spent<Family>,
    families: u64,
}

/// The refresh tokens that descend from one of the console.
#[derive(Clone, Copy)]
struct Family {
    number: u64,
    end: Option<DateTime<Utc>>,
}

impl RefreshTokens {
    fn add(&mut self, family: Family) -> String {
        let token = new_refresh_token();
        self.good.insert(token.clone(), family);
        token
    }
}

impl Tokens {
    pub(super) fn new(settings: &Settings, clock: Clock, rotation: Arc<RotationCounts>) -> Self {
        Self {
            key: JwtKey::random(),
            refresh: Mutex::default(),
            rotation,
            settings: settings.clone(),
            clock,
        }
    }

    /// A new refresh token and a new access token, as the console would show.
    pub(super) fn console_tokens(&self) -> (String, String) {
        let all = Permissions(Scope::ALL.into());
        let access_token = self.issue(&all, self.settings.console_token_lifetime);
        let lifetime = self.settings.refresh_token_lifetime;
        let end = lifetime.map(|lifetime| self.clock.now() + lifetime);
        let mut refresh = self.refresh();
        refresh.families += 1;
        let number = refresh.families;
        (refresh.add(Family { number, end }), access_token)
    }

    /// What an access token may do; `None` if it is not one or has expired.
    pub(super) fn judge(&self, access_token: &str) -> Option<Permissions> {
        let claims: Claims = self.key.verify(access_token)?;
        match self.clock.now().timestamp() < claims.exp {
            true => Permissions::parse(&claims.scope),
            false => None,
        }
    }

    /// Answers `POST /token`.
    pub(super) fn grant(&self, headers: &HeaderMap, body: &[u8]) -> Result<Granted, Refusal> {
        let form = Form::read(headers, body)?;
        match form.grant_type.as_deref() {
            // The document's table lets the parameter be left out.
            Some("refresh_token") | None => {}
            Some(_) => {
                return Err(Refusal::new(
                    "unsupported_grant_type",
                    "grant_type must be refresh_token",
                ));
            }
        }
        let refresh_token = form
            .refresh_token
            .ok_or(Refusal::new("invalid_request", "refresh_token is required"))?;
        // Held until the next one is there, so that one token is never good for two refreshes.
        let mut refresh = self.refresh();
        let family = self.family(&mut refresh, &refresh_token)?;
        let permissions = Permissions::parse(form.scope.as_deref().unwrap_or_default())
            .ok_or(Refusal::new("invalid_scope", "scope names no permission"))?;
        let lifetime = match form.access_token_lifetime {
            None => self.settings.access_token_lifetime,
            Some(text) => match text.parse() {
                Ok(seconds @ 1_u64..) => Duration::from_secs(seconds),
                _ => {
                    return Err(Refusal::new(
                        "invalid_request",
                        "access_token_lifetime must be a positive number of seconds",
                    ));
                }
            },
        };
        let lifetime = lifetime.min(self.settings.max_access_token_lifetime);
        Ok(Granted {
            token_type: "bearer",
            access_token: self.issue(&permissions, lifetime),
            refresh_token: self.rotate(&mut refresh, &refresh_token, family),
            expires_in: lifetime.as_secs(),
        })
    }

    /// The family of a refresh token that is good.
    fn family(&self, refresh: &mut RefreshTokens, token: &str) -> Result<Family, Refusal> {
        let now = self.clock.now();
        let family = match refresh.good.get(token) {
            Some(family) => Some(*family),
            None => match refresh.spent.judge(token, now, &self.rotation) {
                Verdict::Unknown => None,
                Verdict::InGrace(family) => Some(family),
                Verdict::Reused(Family { number, .. }) => {
                    let good = refresh.good.len();
                    refresh.good.retain(|_, family| family.number != number);
                    if refresh.good.len() < good {
                        self.rotation.note_revoked();
                    }
                    None
                }
            },
        };
        family
            .filter(|family| family.end.is_none_or(|end| now < end))
            .ok_or(Refusal::unknown_token())
    }

    /// Spends a refresh token for a new one, where that is asked for. As documented, the stored one
    /// stays good, and there is no new one.
    fn rotate(&self, refresh: &mut RefreshTokens, token: &str, family: Family) -> String {
        if !self.rotation.is_on() {
            return String::new();
        }
        if refresh.good.remove(token).is_some() {
            let now = self.clock.now();
            refresh.spent.add(token, family, now, &self.rotation);
        }
        refresh.add(family)
    }

    fn refresh(&self) -> MutexGuard<'_, RefreshTokens> {
        // A panic elsewhere leaves at worst a token spent without a successor.
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn issue(&self, permissions: &Permissions, lifetime: Duration) -> String {
        let now = self.clock.now().timestamp();
        let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        self.key.sign(&Claims {
            sub: USER.to_owned(),
            scope: permissions.names(),
            iat: now,
            exp: now.saturating_add(lifetime),
            jti: Uuid::new_v4(),
        })
    }
}

/// 292 characters of standard base64, as in the published samples. Like those it always holds
/// characters that a form must escape, so that a client which forgets to is found out.
fn new_refresh_token() -> String {
    loop {
        let token = STANDARD.encode(random::<218>());
        if token.contains('+') && token.contains('/') {
            return token;
        }
    }
}

/// The parameters of a token request. Empty ones count as absent (RFC 6749, section 3.2).
#[derive(Default)]
struct Form {
    grant_type: Option<String>,
    refresh_token: Option<String>,
    scope: Option<String>,
    access_token_lifetime: Option<String>,
}

impl Form {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let is_form = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| {
                kind.trim()
                    .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
        if !is_form {
            return Err(Refusal::new(
                "invalid_request",
                "the body must be application/x-www-form-urlencoded",
            ));
        }
        let mut form = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            let slot = match &*name {
                "grant_type" => &mut form.grant_type,
                "refresh_token" => &mut form.refresh_token,
                "scope" => &mut form.scope,
                "access_token_lifetime" => &mut form.access_token_lifetime,
                _ => continue,
            };
            if value.is_empty() {
                continue;
            }
            if slot.replace(value.into_owned()).is_some() {
                return Err(Refusal::new("invalid_request", "a parameter is repeated"));
            }
        }
        Ok(form)
    }
}

/// The answer to a refresh, in the key order of the published sample. `refresh_token` is empty as
/// long as the stored one stays good.
#[derive(Serialize)]
pub(super) struct Granted {
    token_type: &'static str,
    access_token: String,
    refresh_token: String,
    expires_in: u64,
}

/// RFC 6749, section 5.2.
#[derive(Serialize)]
pub(super) struct Refusal {
    error: &'static str,
    error_description: &'static str,
}

impl Refusal {
    fn new(error: &'static str, error_description: &'static str) -> Self {
        Self {
            error,
            error_description,
        }
    }

    pub(super) fn unknown_token() -> Self {
        Self::new(
            "invalid_grant",
            "the refresh token is unknown or has expired",
        )
    }
}

impl IntoResponse for Granted {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, &self)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        respond(StatusCode::BAD_REQUEST, &self)
    }
}

fn respond(status: StatusCode, body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).expect("token answers are plain structs");
    (status, [JSON, NO_STORE], body).into_response()
}

const NO_STORE: (header::HeaderName, header::HeaderValue) = (
    header::CACHE_CONTROL,
    header::HeaderValue::from_static("no-store"),
);
