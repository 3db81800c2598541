//! What handlers take from a request.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Hive;
use super::answer::Failure;
use super::chain::Network;

/// Whoever carries a good access token.
pub(super) struct Caller;

impl FromRequestParts<Arc<Hive>> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, hive: &Arc<Hive>) -> Result<Self, Failure> {
        hive.tokens.authorize(&parts.headers)?;
        Ok(Self)
    }
}

/// The same, or somebody who carries nothing at all.
pub(super) struct OptionalCaller;

impl FromRequestParts<Arc<Hive>> for OptionalCaller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, hive: &Arc<Hive>) -> Result<Self, Failure> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            hive.tokens.authorize(&parts.headers)?;
        }
        Ok(Self)
    }
}

/// The `x-network` header.
impl FromRequestParts<Arc<Hive>> for Network {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Hive>) -> Result<Self, Failure> {
        let value = parts.headers.get("x-network");
        match value.and_then(|value| value.to_str().ok()) {
            Some("polygon") => Ok(Self::Polygon),
            Some("xpla") => Ok(Self::Xpla),
            Some(other) => Err(Failure::bad_request(format!(
                "x-network must be polygon or xpla, not {other}"
            ))),
            None => Err(Failure::bad_request("the header x-network is required")),
        }
    }
}

/// A JSON body, whatever content type it came with.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Hive>> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, hive: &Arc<Hive>) -> Result<Self, Failure> {
        let body = Bytes::from_request(request, hive).await.map_err(|error| {
            Failure::other(error.status(), "PAYLOAD_TOO_LARGE", error.body_text())
        })?;
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            Failure::bad_request(format!("the body is not as documented: {error}"))
        })
    }
}

/// The origin at which the caller reached the sandbox, to be put into links that lead back to it.
pub(super) struct Origin(pub(super) String);

impl FromRequestParts<Arc<Hive>> for Origin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Hive>) -> Result<Self, Failure> {
        let host = parts.headers.get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok());
        let host = host.ok_or_else(|| Failure::bad_request("the header host is required"))?;
        Ok(Self(format!("http://{host}")))
    }
}
