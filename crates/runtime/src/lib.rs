#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod secret;
mod text;
mod uint256;

mod environment;
mod operation;

mod credential;
mod session;

mod call;
mod part;
mod send;

mod envelope;
mod error;
mod response;

mod pages;
#[cfg(feature = "websocket")]
mod socket;

pub use call::Call;
pub use credential::{Authorizing, Credential, CredentialError, Generation};
pub use envelope::{Check, Envelope, Expected, Places};
pub use environment::{BaseUrl, InvalidBaseUrl, Target};
pub use error::{Advice, Error, Kind};
pub use operation::{
    Evidence, Failure, Idempotency, Operation, Placement, Requirement, Scheme, Server, StatusRange,
};
pub use pages::Pages;
pub use part::FilePart;
pub use response::Response;
pub use secret::Secret;
pub use session::{InvalidSession, Session, SessionBuilder};
#[cfg(feature = "websocket")]
pub use socket::Events;
pub use text::{Base64, InvalidBase64};
pub use uint256::{InvalidUint256, Uint256};

/// What generated code names, so that a provider crate depends on this crate alone.
#[doc(hidden)]
pub mod generated {
    pub use futures_core::Stream;
    pub use http::Method;
}
