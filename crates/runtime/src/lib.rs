#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod secret;
mod text;
mod uint256;
mod union;

mod environment;
mod operation;

mod credential;
mod session;

mod call;
mod draft;
mod options;
mod part;
mod style;
mod untyped;

mod retry;
mod send;

mod answer;
mod envelope;
mod error;
mod hidden;
mod response;
mod retry_after;

mod pages;
#[cfg(feature = "websocket")]
mod socket;
#[cfg(feature = "webhooks")]
mod webhook;

pub use call::Call;
pub use credential::{Authorizing, Credential, CredentialError, Generation};
pub use envelope::{Check, Envelope, Expected, Places};
pub use environment::{BaseUrl, InvalidBaseUrl, Target};
pub use error::{Advice, Error, Kind};
pub use operation::{
    Evidence, Failure, Idempotency, Operation, Placement, Requirement, Scheme, Server, StatusRange,
};
pub use options::CallOptions;
pub use pages::Pages;
pub use part::FilePart;
pub use response::Response;
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use session::{InvalidSession, Session, SessionBuilder};
#[cfg(feature = "websocket")]
pub use socket::Events;
pub use style::Style;
pub use text::{Base64, InvalidBase64};
pub use uint256::{InvalidUint256, Uint256};
pub use untyped::UntypedCall;
#[cfg(feature = "webhooks")]
pub use webhook::{
    Challenge, ChallengeScheme, InvalidMessage, InvalidSignature, MalformedSignature, Opened,
    SignatureAlgorithm, SignatureEncoding, Signing, UnknownEvent, WebhookError, Webhooks,
};

/// What generated code names, so that a provider crate depends on this crate alone.
#[doc(hidden)]
pub mod generated {
    pub use bytes::Bytes;
    pub use futures_core::Stream;
    pub use http::Method;
    #[cfg(feature = "webhooks")]
    pub use http::{HeaderMap, HeaderName, HeaderValue};

    pub use crate::union::Union;
}
