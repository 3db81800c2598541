//! A request that has shown who sends it.

use std::sync::Arc;
use std::time::SystemTime;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use bytes::Bytes;
use chrono::Duration;

use super::errors::Refusal;
use super::oauth::{Grant, Scope};
use super::signature::{self, Signed, Tolerance};
use super::state::State;
use crate::bearer::bearer;

/// The largest body taken, in bytes.
const LARGEST_BODY: usize = 1 << 20;

/// A request of the tenant, signed with its API key.
pub(super) struct TenantCall {
    pub(super) call: Call,
}

/// A request of a user, with an access token.
pub(super) struct UserCall {
    pub(super) call: Call,
    grant: Grant,
}

/// A request of either.
pub(super) enum EitherCall {
    /// Of the tenant.
    Tenant(TenantCall),
    /// Of a user.
    User(UserCall),
}

/// What handlers need of a request.
pub(super) struct Call {
    pub(super) uri: Uri,
    pub(super) body: Bytes,
    host: String,
}

impl Call {
    /// The request's own URL. Its scheme is `http` even when the real service is asked by https,
    /// for it stood behind a proxy; so are the links in its lists.
    pub(super) fn url(&self) -> String {
        format!("http://{}{}", self.host, self.uri)
    }

    /// The first value of the query's parameter `name`.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let query = self.uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        pairs
            .into_iter()
            .find_map(|(key, value)| (key == name).then_some(value))
    }
}

impl UserCall {
    /// The user whose token it is, if the token holds one of the scopes in `any_of`.
    pub(super) fn user(&self, any_of: &[Scope]) -> Result<u32, Refusal> {
        if self.grant.scopes.iter().any(|scope| any_of.contains(scope)) {
            return Ok(self.grant.user);
        }
        Err(Refusal::bearer(
            StatusCode::FORBIDDEN,
            "Bearer error=\"insufficient_scope\"",
            "insufficientScope",
            "The access token was not given a scope that allows this",
        ))
    }
}

impl EitherCall {
    /// Nothing for the tenant, who sees all; the user of a token that holds one of `any_of`.
    pub(super) fn user(&self, any_of: &[Scope]) -> Result<Option<u32>, Refusal> {
        match self {
            Self::Tenant(_) => Ok(None),
            Self::User(call) => call.user(any_of).map(Some),
        }
    }

    /// What the handler needs of it.
    pub(super) fn call(&self) -> &Call {
        match self {
            Self::Tenant(tenant) => &tenant.call,
            Self::User(user) => &user.call,
        }
    }
}

impl FromRequest<Arc<State>> for EitherCall {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Arc<State>) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| {
            let message = "The body is larger than 1 MiB or ended early";
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message, Vec::new())
        })?;
        let call = Call {
            host: host(&parts.headers),
            uri: parts.uri,
            body,
        };
        if signature::is_present(&parts.headers) {
            let signed = Signed {
                method: &parts.method,
                uri: &call.uri,
                headers: &parts.headers,
                body: &call.body,
            };
            let tolerance = Tolerance {
                within: Duration::from_std(state.settings.timestamp_tolerance)
                    .unwrap_or(Duration::MAX),
                now: state.clock.now(),
                wall: SystemTime::now().into(),
            };
            signature::verify(signed, &state.credentials, tolerance)?;
            return Ok(Self::Tenant(TenantCall { call }));
        }
        let token = bearer(&parts.headers).ok_or_else(|| {
            Refusal::bearer(
                StatusCode::UNAUTHORIZED,
                "Bearer",
                "required",
                "Neither API key headers nor an access token were given",
            )
        })?;
        let grant = state.tokens().access(token, state.clock.now());
        let grant = grant.ok_or_else(|| {
            Refusal::bearer(
                StatusCode::UNAUTHORIZED,
                "Bearer error=\"invalid_token\"",
                "invalidToken",
                "The access token is unknown or has expired",
            )
        })?;
        Ok(Self::User(UserCall { call, grant }))
    }
}

impl FromRequest<Arc<State>> for TenantCall {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Arc<State>) -> Result<Self, Refusal> {
        match EitherCall::from_request(request, state).await? {
            EitherCall::Tenant(call) => Ok(call),
            EitherCall::User(_) => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "This takes the tenant's API key, not a user's access token",
                Vec::new(),
            )),
        }
    }
}

impl FromRequest<Arc<State>> for UserCall {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Arc<State>) -> Result<Self, Refusal> {
        match EitherCall::from_request(request, state).await? {
            EitherCall::User(call) => Ok(call),
            EitherCall::Tenant(_) => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "This takes a user's access token, not the tenant's API key",
                Vec::new(),
            )),
        }
    }
}

fn host(headers: &HeaderMap) -> String {
    headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("127.0.0.1")
        .to_owned()
}
