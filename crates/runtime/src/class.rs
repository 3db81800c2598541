//! What a failure means to whoever called, whichever provider it comes from.

use http::StatusCode;

/// What a failure means to whoever called. Behind the predicates of [`Error`](crate::Error), such as
/// [`is_not_found`](crate::Error::is_not_found).
///
/// It follows from the provider's own code where the spec says what that means (`x-error-codes`), and else from the HTTP
/// status (RFC 9110 section 15). A 401 is [`Class::Authentication`] whatever the code: it says that of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Who calls is not known: a credential is missing, wrong or expired, or a signature does not fit (HTTP 401, 407).
    Authentication,
    /// Who calls is known and may not do this: a right or a scope is missing (403).
    Permission,
    /// What the call is about is not there (404, 410).
    NotFound,
    /// It contradicts what is there: a name that is taken, a state that does not fit (409, 412, 423).
    Conflict,
    /// The request itself is wrong, and would be tomorrow (any other 4xx; 501 and 505 too).
    InvalidRequest,
    /// Too many calls in too short a time (429).
    RateLimited,
    /// The service failed, cannot be reached, or took too long (408, 425, any other 5xx).
    Outage,
}

impl Class {
    pub(crate) fn of_status(status: StatusCode) -> Option<Self> {
        Some(match status.as_u16() {
            401 | 407 => Self::Authentication,
            403 => Self::Permission,
            404 | 410 => Self::NotFound,
            409 | 412 | 423 => Self::Conflict,
            429 => Self::RateLimited,
            501 | 505 => Self::InvalidRequest,
            408 | 425 | 500..=599 => Self::Outage,
            400..=499 => Self::InvalidRequest,
            _ => return None,
        })
    }
}

/// Codes of a provider that mean the same to a caller (the spec's `x-error-codes`).
#[derive(Debug)]
pub struct ErrorCodes {
    /// What they mean.
    pub class: Class,
    /// The codes; numbers as they are written.
    pub codes: &'static [&'static str],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_a_failure_means_something_and_no_other_does() {
        for status in 100..=999_u16 {
            let status = StatusCode::from_u16(status).expect("three digits");
            assert_eq!(
                Class::of_status(status).is_some(),
                status.is_client_error() || status.is_server_error(),
                "{status}"
            );
        }
    }
}
