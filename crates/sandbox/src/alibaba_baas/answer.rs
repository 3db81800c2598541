//! The envelope of every answer but the token endpoint's.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use uuid::Uuid;

use super::token;

/// The content type of every answer, to the letter.
pub(super) const JSON: (HeaderName, HeaderValue) = (
    header::CONTENT_TYPE,
    HeaderValue::from_static("application/json; charset=UTF-8"),
);

#[derive(Serialize)]
struct Envelope<T> {
    #[serde(rename = "Success")]
    success: bool,
    #[serde(rename = "Result")]
    result: Option<T>,
    #[serde(rename = "Error")]
    error: Error,
}

#[derive(Serialize)]
struct Error {
    code: u32,
    message: String,
    request_id: Uuid,
}

/// A `Result` on its way into an envelope.
pub(super) struct Success<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Success<T> {
    fn into_response(self) -> Response {
        let envelope = Envelope {
            success: true,
            result: Some(self.0),
            error: Error {
                code: 200,
                message: "Success".to_owned(),
                request_id: Uuid::new_v4(),
            },
        };
        respond(StatusCode::OK, &envelope)
    }
}

/// What the caller was about to do, as the message of a failure begins.
#[derive(Clone, Copy)]
pub(super) enum Action {
    Send,
    Query,
    GetTransaction,
    GetBlock,
    Subscribe,
    Route,
}

impl Action {
    fn text(self) -> &'static str {
        match self {
            // The one that a published sample shows.
            Self::Send => "Send transaction",
            Self::Query => "Query transaction",
            Self::GetTransaction => "Get transaction",
            Self::GetBlock => "Get block",
            Self::Subscribe => "Subscribe to events",
            Self::Route => "Request",
        }
    }
}

/// The documented error codes, each with the module and the kind that its message names.
#[derive(Clone, Copy)]
pub(super) enum Code {
    Parameter,
    FabricParameter,
    Permission,
    Token,
    SdkTimeout,
    ModerationParameter,
    ModerationRejected,
}

impl Code {
    fn number(self) -> u32 {
        match self {
            Self::Parameter => 131_077,
            Self::FabricParameter => 327_685,
            Self::Permission | Self::Token => 459_265,
            Self::SdkTimeout => 1_114_113,
            Self::ModerationParameter => 1_179_653,
            Self::ModerationRejected => 1_180_418,
        }
    }

    fn source(self) -> (&'static str, &'static str) {
        match self {
            Self::Parameter => ("GATEWAY", "INVALID_PARAMETER"),
            Self::FabricParameter => ("FABRIC", "INVALID_PARAMETER"),
            Self::Permission => ("AUTH", "INSUFFICIENT_PERMISSION"),
            Self::Token => ("AUTH", "INVALID_TOKEN"),
            Self::SdkTimeout => ("SDK", "TIMEOUT"),
            Self::ModerationParameter => ("CONTENT_CHECK", "INVALID_PARAMETER"),
            Self::ModerationRejected => ("CONTENT_CHECK", "VERIFY_FAILED"),
        }
    }
}

/// A failed request. It comes with HTTP 200, unless [`Failure::status`] says otherwise.
pub(super) struct Failure {
    status: StatusCode,
    code: Code,
    message: String,
}

impl Failure {
    pub(super) fn new(action: Action, code: Code, detail: impl std::fmt::Display) -> Self {
        let action = action.text();
        let (module, kind) = code.source();
        Self {
            status: match code {
                Code::Token => StatusCode::UNAUTHORIZED,
                _ => StatusCode::OK,
            },
            code,
            message: format!("{action} failed: {module} returned error {kind}: {detail}"),
        }
    }

    pub(super) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same, where there is no body of a success to tell it from: before an upgrade.
    pub(super) fn refused(self) -> Self {
        let status = match self.code {
            Code::Permission => StatusCode::FORBIDDEN,
            Code::FabricParameter => StatusCode::NOT_FOUND,
            Code::Token => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        self.status(status)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let envelope = Envelope::<()> {
            success: false,
            result: None,
            error: Error {
                code: self.code.number(),
                message: self.message,
                request_id: Uuid::new_v4(),
            },
        };
        let mut response = respond(self.status, &envelope);
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 6750, section 3: a refusal names the scheme that would be accepted.
            let challenge = HeaderValue::from_static(r#"Bearer error="invalid_token""#);
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// What the gateway says with a status that a fault chose: of tokens as ever, and else what the proxy
/// says that stands before it.
pub(super) fn own_words(status: StatusCode, path: &str) -> Response {
    let is_client_error = status == StatusCode::BAD_REQUEST || status == StatusCode::UNAUTHORIZED;
    if path == "/api/v1/token" && is_client_error {
        return (status, token::Refusal::unknown_token()).into_response();
    }
    if status == StatusCode::UNAUTHORIZED {
        let detail = "the access token is missing, unknown or expired";
        return Failure::new(Action::Route, Code::Token, detail).into_response();
    }
    (status, status.canonical_reason().unwrap_or_default()).into_response()
}

fn respond(status: StatusCode, envelope: &impl Serialize) -> Response {
    let body = serde_json::to_vec(envelope).expect("every map in an envelope has string keys");
    (status, [JSON], body).into_response()
}
