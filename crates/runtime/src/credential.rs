//! What a session authorises its requests with.

use std::{error::Error as StdError, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use crate::{Advice, Class, Diagnose, Requirement};

/// A credential of a session: an access token, an API key, a signing key.
///
/// `bindery-auth` has one for each way the providers sign in; a caller can bring its own.
pub trait Credential: fmt::Debug + Send + Sync + 'static {
    /// Whether this credential fulfils `requirement`: the scheme is its own, and the scopes are among those it has.
    fn serves(&self, requirement: &Requirement) -> bool;

    /// What it is, for the message of a call that finds no credential: the scheme's name, and scopes where it has some.
    fn describe(&self) -> String;

    /// Puts itself on `request`, whose URL and body are final. Called once for every attempt.
    fn authorize<'a>(
        &'a self,
        requirement: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a>;

    /// Told that the service refused, with a 401, a request that `generation` authorised. Answers whether the request
    /// is worth one more attempt because there is a newer generation: never, unless a credential says otherwise, for a
    /// key is the same a moment later.
    fn rejected<'a>(
        &'a self,
        generation: Generation,
    ) -> Pin<Box<dyn Future<Output = Result<bool, CredentialError>> + Send + 'a>> {
        let _ = generation;
        Box::pin(async { Ok(false) })
    }

    /// What finds out why the service refused a request that this credential authorised, where there is such a thing.
    fn diagnose(&self) -> Option<&dyn Diagnose> {
        None
    }
}

/// Counts the tokens a credential has had. A token's text cannot tell whether it changed: a provider may issue the same
/// text twice within a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Generation(pub u64);

/// The outcome of [`Credential::authorize`]: there at once, or after waiting for a token.
pub enum Authorizing<'a> {
    /// No waiting was needed.
    Done(Result<Generation, CredentialError>),
    /// A token has to be got first.
    Waiting(Pin<Box<dyn Future<Output = Result<Generation, CredentialError>> + Send + 'a>>),
}

impl fmt::Debug for Authorizing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(outcome) => f.debug_tuple("Done").field(outcome).finish(),
            Self::Waiting(_) => f.write_str("Waiting"),
        }
    }
}

/// Why a credential could not authorise a request.
#[derive(Clone, Debug)]
pub struct CredentialError {
    cause: Arc<dyn StdError + Send + Sync>,
    advice: Advice,
    class: Option<Class>,
    retry_after: Option<Duration>,
}

impl CredentialError {
    /// Wraps the credential's own error, which callers find again through [`std::error::Error::source`].
    ///
    /// Where the advice is to try again, it counts as [`Class::Outage`]; to change the request, as
    /// [`Class::InvalidRequest`]; to report it, as none; and else as [`Class::Authentication`].
    pub fn new(cause: impl StdError + Send + Sync + 'static, advice: Advice) -> Self {
        Self {
            cause: Arc::new(cause),
            advice,
            class: match advice {
                Advice::Retry => Some(Class::Outage),
                Advice::AdjustRequest => Some(Class::InvalidRequest),
                Advice::Report => None,
                Advice::Look | Advice::Reauthenticate => Some(Class::Authentication),
            },
            retry_after: None,
        }
    }

    /// As another class than follows from the advice.
    pub fn class(mut self, class: Class) -> Self {
        self.class = Some(class);
        self
    }

    /// With the time after which another try makes sense.
    pub fn retry_after(mut self, delay: Option<Duration>) -> Self {
        self.retry_after = delay;
        self
    }

    pub(crate) fn advice(&self) -> Advice {
        self.advice
    }

    pub(crate) fn class_of(&self) -> Option<Class> {
        self.class
    }

    pub(crate) fn delay(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(crate) fn into_cause(self) -> Arc<dyn StdError + Send + Sync> {
        self.cause
    }
}
