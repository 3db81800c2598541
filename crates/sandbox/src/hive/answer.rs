//! The envelope of success, and that of failure.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Data on its way into the envelope of success.
pub(super) struct Success<T> {
    status: StatusCode,
    data: T,
}

/// The answer to a `GET`.
pub(super) fn found<T>(data: T) -> Success<T> {
    Success {
        status: StatusCode::OK,
        data,
    }
}

/// The answer to a `POST`.
pub(super) fn created<T>(data: T) -> Success<T> {
    Success {
        status: StatusCode::CREATED,
        data,
    }
}

impl<T: Serialize> IntoResponse for Success<T> {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Envelope<T> {
            code: u8,
            message: &'static str,
            data: T,
        }
        let envelope = Envelope {
            code: 0,
            message: "success",
            data: self.data,
        };
        (self.status, Json(envelope)).into_response()
    }
}

/// A refused request.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    error: &'static str,
    message: String,
}

impl Failure {
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error: "BAD_REQUEST",
            message: message.into(),
        }
    }

    pub(super) fn unauthorized() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: "UNAUTHORIZED",
            message: "Unauthorized".to_owned(),
        }
    }

    pub(super) fn access_denied() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            error: "FORBIDDEN",
            message: "access denied".to_owned(),
        }
    }

    pub(super) fn user_not_found() -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error: "USER_NOT_FOUND",
            message: "user not found".to_owned(),
        }
    }

    pub(super) fn not_found(what: impl Into<String>) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            error: "NOT_FOUND",
            message: what.into(),
        }
    }

    pub(super) fn other(status: StatusCode, error: &'static str, message: String) -> Self {
        Self {
            status,
            error,
            message,
        }
    }
}

/// What the service says with a status that a fault chose, in its envelope.
pub(super) fn own_words(status: StatusCode, _path: &str) -> Response {
    let failure = match status {
        StatusCode::UNAUTHORIZED => Failure::unauthorized(),
        _ => {
            let reason = status.canonical_reason().unwrap_or_default();
            Failure::other(status, "ERROR", reason.to_owned())
        }
    };
    failure.into_response()
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Envelope {
            code: u16,
            error: &'static str,
            message: String,
        }
        let envelope = Envelope {
            code: self.status.as_u16(),
            error: self.error,
            message: self.message,
        };
        (self.status, Json(envelope)).into_response()
    }
}
