//! What a provider posts to its callers (the spec's `x-webhooks`): first the signature, then the message.

mod message;
mod signature;

use http::HeaderName;

pub use message::{Challenge, InvalidMessage, Opened, UnknownEvent};
pub use signature::{
    InvalidSignature, MalformedSignature, SignatureAlgorithm, SignatureEncoding, Signing,
};

/// What the webhooks of a provider are like: its spec, for the run time to go by.
#[derive(Debug)]
pub struct Webhooks {
    /// How they are signed.
    pub signing: Signing,
    /// The property of a message that says what kind of event it is.
    pub kind: &'static str,
    /// The property that holds what happened; `None` where it is the whole message.
    pub value: Option<&'static str>,
    /// The challenge that a receiver has to answer before it gets any events.
    pub challenge: Option<ChallengeScheme>,
}

/// The challenge of a provider.
#[derive(Debug)]
pub struct ChallengeScheme {
    /// What kind of event it is.
    pub kind: &'static str,
    /// The property of the message that is to be repeated in a property of the same name.
    pub field: &'static str,
}

/// Why a webhook was not taken.
///
/// It holds nothing of the message, nor of a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// It does not prove that it comes from the provider. Nothing of it was read.
    #[error(transparent)]
    Signature(#[from] InvalidSignature),
    /// It comes from the provider, and is not what the spec says.
    #[error(transparent)]
    Message(#[from] InvalidMessage),
}

impl WebhookError {
    /// What to answer the sender: 401 where the signature does not hold, 400 where the message does not fit, and 500
    /// where there was no secret to verify it with, which is nobody's fault but the receiver's.
    pub fn status(&self) -> http::StatusCode {
        match self {
            Self::Signature(InvalidSignature::NoSecret) => http::StatusCode::INTERNAL_SERVER_ERROR,
            Self::Signature(_) => http::StatusCode::UNAUTHORIZED,
            Self::Message(_) => http::StatusCode::BAD_REQUEST,
        }
    }
}

impl Webhooks {
    /// The header that the signature comes in.
    pub fn header(&self) -> &HeaderName {
        &self.signing.header
    }
}
