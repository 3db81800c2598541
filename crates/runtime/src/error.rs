//! The one error of every call.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Class, CredentialError, FailureAnswer, FailureBody, Operation, hidden::Hidden};

/// Why a call failed: the provider and operation, what happened, what the provider said, and what to do about it.
///
/// Neither `Display` nor `Debug` shows a header, a body, a query or a credential; what the provider calls its code and
/// message is shown.
pub struct Error(Box<Inner>);

struct Inner {
    provider: &'static str,
    operation: &'static str,
    kind: Kind,
    what: String,
    advice: Advice,
    class: Option<Class>,
    explanation: Option<String>,
    attempts: u32,
    retry_after: Option<Duration>,
    answer: Option<Answer>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What the service answered, where it did.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    /// Where the single faults stand.
    pub(crate) details: &'static [&'static str],
}

impl Answer {
    /// An answer of which nothing is known but what HTTP says.
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            status,
            headers,
            body,
            code: None,
            message: None,
            request_id: None,
            details: &[],
        }
    }
}

/// What kind of failure it was, by how far the call got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The request could not be made of what was given. Nothing was sent.
    Request,
    /// No credential of the session serves the call. Nothing was sent.
    Credential,
    /// A credential could not be brought to authorise the request: a token was refused or could not be got. Where that
    /// was after a 401, the error has that answer, too.
    Authentication,
    /// No connection came about. The service did not see the request.
    Connect,
    /// The deadline passed. The service may have carried the request out.
    Timeout,
    /// The connection broke. The service may have carried the request out.
    Connection,
    /// The service refused the request, by status or inside an HTTP 200.
    Refused,
    /// The service answered with a redirect, which is never followed.
    Redirect,
    /// The answer is not what the spec says.
    Decode,
    /// The answer is larger than the session allows.
    TooLarge,
}

/// What may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// The same call may succeed later; see [`Error::retry_after`].
    Retry,
    /// The call may have been carried out: look before sending it again. Only of calls that are neither safe nor
    /// idempotent; with any other advice such a call was not carried out.
    Look,
    /// The credentials have to change first.
    Reauthenticate,
    /// The request has to change first.
    AdjustRequest,
    /// The spec and the service disagree: a bug, here or there.
    Report,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Retry => "try again later",
            Self::Look => "it may have been carried out, so look before sending it again",
            Self::Reauthenticate => "check the credentials",
            Self::AdjustRequest => "change the request",
            Self::Report => "the spec and the service disagree, so report it",
        })
    }
}

impl Error {
    pub(crate) fn new(
        operation: &Operation,
        kind: Kind,
        what: impl Into<String>,
        advice: Advice,
    ) -> Self {
        Self(Box::new(Inner {
            provider: operation.provider,
            operation: operation.id,
            kind,
            what: what.into(),
            advice,
            class: match kind {
                Kind::Request => Some(Class::InvalidRequest),
                Kind::Credential | Kind::Authentication => Some(Class::Authentication),
                Kind::Connect | Kind::Timeout | Kind::Connection => Some(Class::Outage),
                Kind::Refused | Kind::Redirect | Kind::Decode | Kind::TooLarge => None,
            },
            explanation: None,
            attempts: 0,
            retry_after: None,
            answer: None,
            cause: None,
        }))
    }

    pub(crate) fn invalid(operation: &Operation, what: impl fmt::Display) -> Self {
        let what = format!("failed to make the request: {what}");
        Self::new(operation, Kind::Request, what, Advice::AdjustRequest)
    }

    pub(crate) fn authentication(operation: &Operation, error: CredentialError) -> Self {
        // What may have been carried out is the sign-in; the call itself was not sent.
        let advice = match error.advice() {
            Advice::Look => Advice::Retry,
            advice => advice,
        };
        let (class, delay) = (error.class_of(), error.delay());
        let cause = error.into_cause();
        let what = format!("failed to authorise the request: {cause}");
        let mut error = Self::new(operation, Kind::Authentication, what, advice).classed(class);
        error.0.cause = Some(cause);
        error.0.retry_after = delay;
        error
    }

    pub(crate) fn classed(mut self, class: Option<Class>) -> Self {
        self.0.class = class;
        self
    }

    pub(crate) fn explained(mut self, explanation: Option<String>) -> Self {
        self.0.explanation = explanation;
        self
    }

    pub(crate) fn caused_by(mut self, cause: impl StdError + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Arc::new(cause));
        self
    }

    pub(crate) fn answered(mut self, answer: Answer) -> Self {
        self.0.answer = Some(answer);
        self
    }

    /// With the answer that `other` had.
    pub(crate) fn answered_as(mut self, other: Self) -> Self {
        self.0.answer = other.0.answer;
        self
    }

    pub(crate) fn attempts_made(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn retry_in(mut self, delay: Option<Duration>) -> Self {
        self.0.retry_after = delay;
        self
    }

    /// Without what the request carried that no message may repeat.
    pub(crate) fn hide(mut self, hidden: &Hidden<'_>) -> Self {
        hidden.mask(&mut self.0.what);
        if let Some(explanation) = &mut self.0.explanation {
            hidden.mask(explanation);
        }
        if let Some(answer) = &mut self.0.answer {
            let told = [
                &mut answer.code,
                &mut answer.message,
                &mut answer.request_id,
            ];
            told.into_iter()
                .flatten()
                .for_each(|text| hidden.mask(text));
        }
        self
    }

    /// How far the call got.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What the failure means; `None` where neither the provider's code nor the HTTP status tells, and for an answer that
    /// could not be read. The predicates below say the same.
    pub fn class(&self) -> Option<Class> {
        self.0.class
    }

    /// Whether what the call is about is not there.
    pub fn is_not_found(&self) -> bool {
        self.0.class == Some(Class::NotFound)
    }

    /// Whether there were too many calls in too short a time; see [`Error::retry_after`].
    pub fn is_rate_limited(&self) -> bool {
        self.0.class == Some(Class::RateLimited)
    }

    /// Whether the request contradicts what is there, such as a name that is taken.
    pub fn is_conflict(&self) -> bool {
        self.0.class == Some(Class::Conflict)
    }

    /// Whether the credentials are missing, wrong or expired. Not so where they could not be checked because the service
    /// that issues tokens is away: that is an outage.
    pub fn is_authentication(&self) -> bool {
        self.0.class == Some(Class::Authentication)
    }

    /// Whether the credentials are in order, and do not permit this call.
    pub fn is_permission(&self) -> bool {
        self.0.class == Some(Class::Permission)
    }

    /// Whether the request itself is wrong, be it the service that says so or the session.
    pub fn is_invalid_request(&self) -> bool {
        self.0.class == Some(Class::InvalidRequest)
    }

    /// Whether the service failed, cannot be reached, or took too long. A write may have been carried out all the same:
    /// [`Error::advice`] tells whether to look first.
    pub fn is_outage(&self) -> bool {
        self.0.class == Some(Class::Outage)
    }

    /// What may help.
    pub fn advice(&self) -> Advice {
        self.0.advice
    }

    /// How long to wait before another try, where the service or the session says so; at most a day.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The provider, as its spec file is called.
    pub fn provider(&self) -> &'static str {
        self.0.provider
    }

    /// The `operationId` of the call.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// How many times the request was sent, or a connection tried for it; 0 where it did not come to that.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.0.answer.as_ref()
    }

    /// The HTTP status, where the service answered.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The HTTP headers, where the service answered.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The provider's own code, where it gave one.
    pub fn code(&self) -> Option<&str> {
        self.0.answer.as_ref()?.code.as_deref()
    }

    /// The provider's own message, where it gave one.
    pub fn message(&self) -> Option<&str> {
        self.0.answer.as_ref()?.message.as_deref()
    }

    /// The id by which the provider's support finds the request, where it gave one.
    pub fn request_id(&self) -> Option<&str> {
        self.0.answer.as_ref()?.request_id.as_deref()
    }

    /// The body of the answer as it came; of an answer that comes bit by bit, the part that could not be read. It may hold
    /// what was sent, so keep it out of logs.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.answer.as_ref().map(|answer| answer.body.as_ref())
    }

    /// The body of a failure as a type, which the documentation of the call's `send` names; `None` where there is none,
    /// or it does not fit.
    ///
    /// It may hold what was sent, so keep it out of logs.
    pub fn failure<F: FailureBody>(&self) -> Option<F> {
        let answer = self.0.answer.as_ref()?;
        // The body of a success is no failure, however little of it could be read.
        if self.0.kind == Kind::Decode {
            return None;
        }
        F::read(&FailureAnswer::new(answer.status.as_u16(), &answer.body))
    }

    /// The single faults behind the failure, in whichever place the provider put them; those that do not fit are left
    /// out. The documentation of the call's `send` names their type, where the spec has one.
    pub fn details<T: DeserializeOwned>(&self) -> Vec<T> {
        let Some(answer) = self
            .0
            .answer
            .as_ref()
            .filter(|answer| !answer.details.is_empty())
        else {
            return Vec::new();
        };
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let list = answer
            .details
            .iter()
            .find_map(|place| body.pointer(place)?.as_array());
        let all = list.into_iter().flatten();
        all.filter_map(|one| T::deserialize(one).ok()).collect()
    }

    /// Why the service refused the credential, where the credential found out: which part of what was signed differs from
    /// what arrived, or how far the clocks are apart. Part of the message too.
    pub fn explanation(&self) -> Option<&str> {
        self.0.explanation.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            provider,
            operation,
            kind,
            what,
            ..
        } = &*self.0;
        write!(f, "{provider} {operation}: {what}")?;
        if let Some(explanation) = self.explanation() {
            write!(f, ": {}", Shown(explanation))?;
        }
        if let Some(id) = self.request_id() {
            write!(f, " (request id {})", Shown(id))?;
        }
        match kind {
            // What happened says nothing yet of what to do about it.
            Kind::Timeout | Kind::Connection | Kind::Refused | Kind::Decode => {
                write!(f, "; {}", self.advice())
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("provider", &self.0.provider)
            .field("operation", &self.0.operation)
            .field("kind", &self.0.kind)
            .field("what", &self.0.what)
            .field("class", &self.0.class)
            .field("advice", &self.0.advice)
            .field("attempts", &self.0.attempts)
            .field("status", &self.status())
            .field("code", &self.code())
            .field("request_id", &self.request_id())
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .cause
            .as_deref()
            .map(|cause| cause as &(dyn StdError + 'static))
    }
}

/// A text of the provider's, made fit for one line of a log: no control characters, and not endless.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 300;
        for (place, character) in self.0.trim().chars().enumerate() {
            if place == LONGEST {
                return f.write_str("…");
            }
            let shown = if character.is_control() {
                ' '
            } else {
                character
            };
            fmt::Write::write_char(f, shown)?;
        }
        Ok(())
    }
}

/// What serde found wrong, without the value it found: that may be a secret.
pub(crate) fn what_does_not_fit(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // Every message ends in " at line L column C", or names no place where the value was already parsed.
    let (what, place) = match text.rfind(" at line ") {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let what = if what.starts_with("missing field ") || what.starts_with("duplicate field ") {
        what
    } else if error.is_data() {
        let expected = what.rfind(", expected ").map(|at| &what[at + 2..]);
        match expected.and_then(|it| it.strip_prefix("expected struct ")) {
            Some(name) => return format!("expected an object, a `{name}`{place}"),
            None => expected.unwrap_or("a value of another type"),
        }
    } else if error.is_eof() {
        "the JSON ends too early"
    } else {
        "it is not JSON"
    };
    format!("{what}{place}")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Token {
        #[expect(dead_code, reason = "only read by serde")]
        expires_in: i64,
    }

    fn complaint(json: &str) -> String {
        what_does_not_fit(&serde_json::from_str::<Token>(json).expect_err("does not fit"))
    }

    #[test]
    fn a_value_that_does_not_fit_is_not_shown() {
        assert_eq!(
            complaint(r#"{"expires_in":"hunter2"}"#),
            "expected i64 at line 1 column 23"
        );
        assert_eq!(
            complaint(r#"{"access_token":"hunter2"}"#),
            "missing field `expires_in` at line 1 column 26"
        );
        assert_eq!(complaint(r#"hunter2"#), "it is not JSON at line 1 column 1");
        assert_eq!(
            complaint(r#"{"expires_in":"#),
            "the JSON ends too early at line 1 column 14"
        );
    }

    #[test]
    fn a_text_of_the_provider_stays_on_one_line_and_ends() {
        assert_eq!(Shown(" a\nb\u{1b}[31m ").to_string(), "a b [31m");
        assert_eq!(Shown(&"x".repeat(1000)).to_string().chars().count(), 301);
    }
}
