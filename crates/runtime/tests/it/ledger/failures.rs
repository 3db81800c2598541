//! What failures carry, where the bodies of a call's failures differ.

use bindery_runtime::{FailureAnswer, FailureBody, Json};
use crate::types;

/// What a failure of [`Client::close_account`](crate::Client::close_account) carries, by its status.
///
/// [`Error::failure`](crate::Error::failure) reads it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CloseAccountFailure {
    /// 400 to 499: No.
    Refusal(types::Refusal),
    /// 404, 409: It is not there.
    Missing(types::Missing),
    /// 410: Closed long ago.
    Gone,
    /// 423: The custodian's word.
    Locked(Json),
    /// 500 to 599: The proxy's word.
    ServerError(String),
    /// Another status, or a body that does not fit.
    Other {
        /// The HTTP status.
        status: u16,
        /// The body, as text.
        text: String,
    },
}

impl FailureBody for CloseAccountFailure {
    fn read(answer: &FailureAnswer<'_>) -> Option<Self> {
        let undescribed = || Self::Other {
            status: answer.status(),
            text: answer.text(),
        };
        let failure = match answer.status() {
            404 | 409 => answer.json().map_or_else(undescribed, Self::Missing),
            410 => Self::Gone,
            423 => answer.json().map_or_else(undescribed, Self::Locked),
            400..=499 => answer.json().map_or_else(undescribed, Self::Refusal),
            500..=599 => Self::ServerError(answer.text()),
            _ => undescribed(),
        };
        Some(failure)
    }
}

/// What a failure of [`Client::freeze_account`](crate::Client::freeze_account) or
/// [`Client::thaw_account`](crate::Client::thaw_account) carries, by its status.
///
/// [`Error::failure`](crate::Error::failure) reads it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum MissingOrServerError {
    /// 400 to 499: It is not there.
    Missing(types::Missing),
    /// 500 to 599: Nothing.
    ServerError,
    /// Another status, or a body that does not fit.
    Other {
        /// The HTTP status.
        status: u16,
        /// The body, as text.
        text: String,
    },
}

impl FailureBody for MissingOrServerError {
    fn read(answer: &FailureAnswer<'_>) -> Option<Self> {
        let undescribed = || Self::Other {
            status: answer.status(),
            text: answer.text(),
        };
        let failure = match answer.status() {
            400..=499 => answer.json().map_or_else(undescribed, Self::Missing),
            500..=599 => Self::ServerError,
            _ => undescribed(),
        };
        Some(failure)
    }
}
