//! What a refused call is answered.
//!
//! The service speaks three languages when it refuses: an envelope `{"error":{"message","details"}}`
//! nearly everywhere, RFC 6749's `{"error":"invalid_grant"}` at the token endpoint, and plain text
//! where a path or an object is not there. A client has to cope with all three, so all three are here.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

/// A call that is not served, and why.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    words: Words,
    challenge: Option<&'static str>,
}

#[derive(Debug)]
enum Words {
    Envelope {
        message: String,
        details: Vec<Detail>,
    },
    Grant {
        code: &'static str,
        description: &'static str,
    },
    Text(&'static str),
}

/// The envelope, its fields in the order of the service's.
#[derive(Serialize)]
struct Envelope {
    error: Error,
}

#[derive(Serialize)]
struct Error {
    message: String,
    details: Vec<Detail>,
}

/// One entry of the envelope's `details`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    pub(super) domain: &'static str,
    pub(super) location: String,
    pub(super) location_type: &'static str,
    pub(super) message: String,
    pub(super) reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Value>,
}

impl Detail {
    /// A fault of the body's or the query's field `name`.
    pub(super) fn parameter(
        domain: &'static str,
        name: &str,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            domain,
            location: name.to_owned(),
            location_type: "parameter",
            message: message.into(),
            reason,
            value: None,
        }
    }

    /// A fault of the header `name`.
    pub(super) fn header(
        domain: &'static str,
        name: &str,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            location_type: "header",
            ..Self::parameter(domain, name, reason, message)
        }
    }
}

impl Refusal {
    /// A refusal in the service's envelope.
    pub(super) fn new(
        status: StatusCode,
        message: impl Into<String>,
        details: Vec<Detail>,
    ) -> Self {
        Self {
            status,
            words: Words::Envelope {
                message: message.into(),
                details,
            },
            challenge: None,
        }
    }

    /// 400 for one field.
    pub(super) fn bad_parameter(
        domain: &'static str,
        name: &str,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self::new(
            StatusCode::BAD_REQUEST,
            "Invalid request",
            vec![Detail::parameter(domain, name, reason, message)],
        )
    }

    /// 403 because the user's password, without which no key can be decrypted, is another one.
    ///
    /// Not 401: the credentials of the call are in order, and logging in again would not help.
    pub(super) fn wrong_password(domain: &'static str, name: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Wrong password",
            vec![Detail::parameter(
                domain,
                name,
                "invalidPassword",
                "The password does not decrypt the keys of this user",
            )],
        )
    }

    /// 401 for a call whose API key headers are missing or wrong.
    pub(super) fn unauthorized(message: impl Into<String>, details: Vec<Detail>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message, details)
    }

    /// A refusal of a bearer token in the words of RFC 6750.
    pub(super) fn bearer(
        status: StatusCode,
        challenge: &'static str,
        reason: &'static str,
        message: &'static str,
    ) -> Self {
        let details = vec![Detail::header(
            "clientele",
            "Authorization",
            reason,
            message,
        )];
        Self {
            challenge: Some(challenge),
            ..Self::new(status, message, details)
        }
    }

    /// A refusal of the token endpoint in the words of RFC 6749.
    pub(super) fn grant(status: StatusCode, code: &'static str, description: &'static str) -> Self {
        Self {
            status,
            words: Words::Grant { code, description },
            challenge: None,
        }
    }

    /// 404 in plain text, for a path as for an object that is not there.
    pub(super) fn not_found() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            words: Words::Text("Not Found"),
            challenge: None,
        }
    }
}

/// What the service says with a status that a fault chose, of credentials as ever, and else
/// in its envelope.
pub(super) fn own_words(status: StatusCode, path: &str) -> Response {
    let refusal = match status {
        StatusCode::UNAUTHORIZED if path.starts_with("/1.0/tenancy/") => {
            Refusal::unauthorized("Authentication failed", Vec::new())
        }
        StatusCode::UNAUTHORIZED if path == "/1.0/clientele/oauth2/token" => {
            Refusal::grant(status, "invalid_grant", "Invalid credentials given")
        }
        StatusCode::UNAUTHORIZED => Refusal::bearer(
            status,
            "Bearer error=\"invalid_token\"",
            "invalidToken",
            "The access token is unknown or has expired",
        ),
        _ => {
            let message = status.canonical_reason().unwrap_or_default();
            Refusal::new(status, message, Vec::new())
        }
    };
    refusal.into_response()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = match self.words {
            Words::Envelope { message, details } => {
                let error = Error { message, details };
                Json(Envelope { error }).into_response()
            }
            Words::Grant { code, description } => {
                Json(json!({ "error": code, "error_description": description })).into_response()
            }
            Words::Text(text) => text.into_response(),
        };
        *response.status_mut() = self.status;
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            );
        }
        response
    }
}
