//! Why there is no token.

use std::{fmt, sync::Arc, time::Duration};

use bindery_runtime::{Advice, Class, CredentialError, Error, Kind};

use crate::StoreError;

/// The longest `Retry-After` that is obeyed.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// Why a credential could not authorise a request. Holds no secret, and no text of the service: a service may repeat
/// what it was sent.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The service refused what it was shown.
    #[error(
        "{provider} {operation}: failed to get an access token: the service refused {what} ({answer}); {remedy}"
    )]
    Rejected {
        /// The provider, as its spec file is called.
        provider: &'static str,
        /// The `operationId` of the token request.
        operation: &'static str,
        /// What it refused.
        what: Rejected,
        /// How it said so.
        answer: Refusal,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The service could not be asked, or could not answer.
    #[error("{what}")]
    Unavailable {
        /// The whole sentence, with the provider and the operation.
        what: String,
        /// What kind of outage it is.
        why: Outage,
        /// How long the service wants to be left alone, at most an hour.
        retry_after: Option<Duration>,
    },
    /// The service answered, but not with tokens.
    #[error("{what}")]
    Unusable {
        /// The whole sentence, with the provider and the operation.
        what: String,
        /// What may help.
        advice: Advice,
    },
    /// The last token request failed, and it is too early for the next one. Nothing was sent.
    #[error("failed to get an access token, and the next try is {:.1} s away; the last one: {last}", retry_after.as_secs_f64())]
    BackingOff {
        /// How far away the next try is.
        retry_after: Duration,
        /// Why the last one failed.
        last: Arc<AuthError>,
    },
    /// The request for a token ended without an answer: its task panicked, or the runtime it ran on was shut down.
    #[error(
        "{provider}: failed to get an access token: the task that was getting it has stopped; call again"
    )]
    Stopped {
        /// The provider, as its spec file is called.
        provider: &'static str,
    },
    /// The store of the tokens could not be used, and the refresh token may not be shown without it.
    #[error(
        "{provider}: failed to get an access token, since the store of the tokens cannot be used: {error}"
    )]
    Store {
        /// The provider, as its spec file is called.
        provider: &'static str,
        /// What is wrong with the store.
        error: StoreError,
    },
    /// Others that share the store were at it all the while, and the refresh token may not be shown without its lease.
    #[error(
        "{provider}: failed to get an access token: another process has been getting one for too long; call again later"
    )]
    Busy {
        /// The provider, as its spec file is called.
        provider: &'static str,
    },
    /// The only refresh token may be spent, and it is not known what came in its place.
    #[error(
        "{provider}: failed to get an access token: the last refresh had no known end, so the refresh token may be spent, and \
         shown again it may be taken for stolen; make a new one, and connect anew"
    )]
    MaybeSpent {
        /// The provider, as its spec file is called.
        provider: &'static str,
    },
    /// The credential has no way to authorise this request.
    #[error("{provider}: failed to authorise the request: {why}")]
    Unfit {
        /// The provider, as its spec file is called.
        provider: &'static str,
        /// What does not fit.
        why: &'static str,
    },
}

/// What a service refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rejected {
    /// The refresh token.
    RefreshToken,
    /// The credentials themselves: a wrong password, a wrong secret key.
    Credentials,
    /// The OAuth client.
    Client,
    /// The scopes that were asked for.
    Scopes,
    /// The request, for a reason that says nothing of the credentials.
    Request,
}

/// How a service was out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outage {
    /// No connection came about.
    Connect,
    /// The answer did not come in time.
    Timeout,
    /// The connection broke before the whole answer was there.
    Lost,
    /// The service said so itself: 408, 429, 5xx.
    Status(u16),
}

/// How a service said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The code in its answer, where it is one of those that are known.
    pub code: Option<Code>,
}

/// The code of a refusal. Of all others nothing is kept, since they may repeat a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// An error code of OAuth 2.0 (RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, RFC 8707 section 2).
    OAuth(&'static str),
    /// A number of at most seven digits.
    Number(u32),
}

const OAUTH: [&str; 12] = [
    "access_denied",
    "insufficient_scope",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
];

impl Code {
    /// Reads a code of a service, if it is a known one.
    pub fn known(text: &str) -> Option<Self> {
        let oauth = OAUTH
            .into_iter()
            .find(|code| *code == text)
            .map(Self::OAuth);
        oauth.or_else(|| {
            text.parse()
                .ok()
                .filter(|number| *number < 10_000_000)
                .map(Self::Number)
        })
    }
}

impl AuthError {
    /// What the failure of a token operation means. `judge` decides what a refusal was about, `remedy` says what to do
    /// if it was about the credentials.
    pub fn of_call(
        error: &Error,
        remedy: &'static str,
        judge: impl FnOnce(Refusal) -> Rejected,
    ) -> Self {
        let (provider, operation) = (error.provider(), error.operation());
        let retry_after = error.retry_after().map(|delay| delay.min(LONGEST_WAIT));
        let out = |why| Self::Unavailable {
            what: error.to_string(),
            why,
            retry_after,
        };
        match (error.kind(), error.status()) {
            (Kind::Connect, _) => out(Outage::Connect),
            (Kind::Timeout, _) => out(Outage::Timeout),
            (Kind::Connection, _) => out(Outage::Lost),
            // The text of a refusal has words of the service in it, so it is written anew.
            (Kind::Refused, status) => {
                let status = status.map_or(0, |status| status.as_u16());
                let answer = Refusal {
                    status,
                    code: error.code().and_then(Code::known),
                };
                if answer.is_outage() {
                    let what = format!(
                        "{provider} {operation}: failed to get an access token for now: {answer}; call again later"
                    );
                    return Self::Unavailable {
                        what,
                        why: Outage::Status(answer.status),
                        retry_after,
                    };
                }
                let what = judge(answer);
                let remedy = match what {
                    Rejected::Request => "check the base URL, and whether the service has changed",
                    _ => remedy,
                };
                Self::Rejected {
                    provider,
                    operation,
                    what,
                    answer,
                    remedy,
                }
            }
            (
                Kind::Request | Kind::Credential | Kind::Redirect | Kind::Decode | Kind::TooLarge,
                _,
            ) => Self::Unusable {
                what: error.to_string(),
                advice: match error.kind() {
                    // A token request is no write that one could look for.
                    Kind::Decode => Advice::Report,
                    Kind::TooLarge => Advice::AdjustRequest,
                    _ => error.advice(),
                },
            },
            (kind, _) => {
                let what =
                    format!("{provider} {operation}: failed to get an access token ({kind:?})");
                Self::Unusable {
                    what,
                    advice: error.advice(),
                }
            }
        }
    }

    /// An answer that has the right shape but holds no usable token.
    pub fn malformed(provider: &'static str, what: &'static str) -> Self {
        let what = format!("{provider}: failed to read the tokens in the answer: {what}");
        Self::Unusable {
            what,
            advice: Advice::Report,
        }
    }

    /// Whether asking again with the same credentials is pointless, and may lock the account.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Rejected { what, .. } if *what != Rejected::Request)
    }

    /// Whether the service surely did not act on the refresh token it was shown.
    pub(crate) fn leaves_refresh_token_unspent(&self) -> bool {
        match self {
            Self::Unavailable { why, .. } => {
                matches!(why, Outage::Connect | Outage::Status(408 | 429 | 503))
            }
            Self::Rejected { what, .. } => *what != Rejected::RefreshToken,
            _ => false,
        }
    }

    /// What may help.
    pub fn advice(&self) -> Advice {
        match self {
            Self::Rejected {
                what: Rejected::Request,
                ..
            } => Advice::AdjustRequest,
            Self::Rejected { .. } => Advice::Reauthenticate,
            Self::Store {
                error: StoreError::Unavailable { .. },
                ..
            }
            | Self::Busy { .. }
            | Self::Unavailable { .. }
            | Self::Stopped { .. } => Advice::Retry,
            Self::Store { .. } => Advice::AdjustRequest,
            Self::MaybeSpent { .. } => Advice::Reauthenticate,
            Self::Unusable { advice, .. } => *advice,
            Self::BackingOff { last, .. } => last.advice(),
            Self::Unfit { .. } => Advice::AdjustRequest,
        }
    }

    /// How long to wait before another try.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            Self::BackingOff { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }
}

impl AuthError {
    /// Whether there were too many requests for tokens.
    fn is_throttled(&self) -> bool {
        match self {
            Self::Unavailable { why, .. } => matches!(why, Outage::Status(429)),
            Self::BackingOff { last, .. } => last.is_throttled(),
            _ => false,
        }
    }
}

impl From<AuthError> for CredentialError {
    fn from(error: AuthError) -> Self {
        let (advice, delay) = (error.advice(), error.retry_after());
        let throttled = error.is_throttled();
        let told = Self::new(error, advice).retry_after(delay);
        if throttled {
            told.class(Class::RateLimited)
        } else {
            told
        }
    }
}

impl Refusal {
    fn is_outage(self) -> bool {
        matches!(self.status, 408 | 429 | 500..=599)
            || matches!(
                self.code,
                Some(Code::OAuth("server_error" | "temporarily_unavailable"))
            )
    }

    /// Whether the answer has this OAuth code.
    pub fn says(self, code: &str) -> bool {
        matches!(self.code, Some(Code::OAuth(known)) if known == code)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}", self.status)?;
        match self.code {
            Some(Code::OAuth(code)) => write!(f, ", {code}"),
            Some(Code::Number(code)) => write!(f, ", code {code}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RefreshToken => "the refresh token",
            Self::Credentials => "the credentials",
            Self::Client => "the OAuth client",
            Self::Scopes => "the scopes",
            Self::Request => "the request",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I16: nothing that can be printed has eight characters of a secret in a row.
    #[test]
    fn i16_of_a_code_only_known_words_and_short_numbers_are_kept() {
        assert_eq!(
            Code::known("invalid_grant"),
            Some(Code::OAuth("invalid_grant"))
        );
        assert_eq!(Code::known("1180418"), Some(Code::Number(1_180_418)));
        for secret in ["hunter2", "invalid_grant: hunter2", "12345678", "-1", ""] {
            assert_eq!(Code::known(secret), None, "{secret}");
        }
    }
}
