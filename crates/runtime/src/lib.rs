#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "address")]
mod address;
mod hex;
mod secret;
mod text;
mod uint256;
#[cfg(feature = "unixtime")]
mod unix_time;

mod fields;
mod json;
mod nullable;
#[doc(hidden)]
pub mod object;
mod one_of;
mod open_enum;
mod union;

mod environment;
mod operation;
mod scheme;

mod api;

mod credential;
mod diagnosis;
mod network;
mod session;

mod call;
mod cookie;
mod draft;
mod options;
mod part;
mod style;
mod untyped;

mod patience;
mod retry;
mod send;

mod answer;
mod class;
mod envelope;
mod error;
mod failure;
mod hidden;
mod pointer;
mod response;
mod retry_after;

mod finality;
mod wait;
mod wait_error;

pub mod lookup;
mod outcome;
mod search;
mod sent;

#[cfg(feature = "websocket")]
mod events;
#[cfg(any(feature = "streams", feature = "websocket"))]
mod message;
mod pages;
#[cfg(feature = "streams")]
mod streams;
mod tagged;
#[cfg(feature = "webhooks")]
mod webhook;

#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;

#[cfg(feature = "address")]
pub use address::{Address, InvalidAddress};
pub use api::Api;
pub use call::Call;
pub use class::{Class, ErrorCodes};
pub use cookie::add_cookie;
pub use credential::{Authorizing, Credential, CredentialError, Generation};
pub use diagnosis::{Diagnose, RefusedRequest};
pub use envelope::{Check, Envelope, Expected, Places};
pub use environment::{BaseUrl, InvalidBaseUrl, Target};
pub use error::{Advice, Error, Kind};
#[cfg(feature = "websocket")]
pub use events::{
    BlockCall, Delivery, EventPosition, Events, Missing, Reconnected, Replay, Socket, Step,
};
pub use failure::{FailureAnswer, FailureBody};
pub use fields::Fields;
pub use finality::{Finality, Refusal};
pub use hex::{Hex, InvalidHex};
pub use json::Json;
pub use nullable::Nullable;
pub use open_enum::UnknownValue;
pub use operation::{Evidence, Failure, Idempotency, Operation, Server, StatusRange};
pub use options::CallOptions;
pub use outcome::{NoLookup, Outcome, Unknown};
pub use pages::{Items, PagePosition, Pages};
pub use part::FilePart;
pub use patience::Patience;
pub use response::Response;
pub use retry::RetryPolicy;
pub use scheme::{Flow, FlowKind, Placement, Requirement, Scheme, TokenUrl};
pub use search::{Horizon, LookedUp};
pub use secret::Secret;
pub use sent::Sent;
pub use session::{InvalidSession, Session, SessionBuilder};
#[cfg(feature = "streams")]
pub use streams::{Records, ServerEvent, ServerEvents};
pub use style::Style;
pub use text::{Base64, InvalidBase64};
pub use uint256::{InvalidUint256, Uint256};
#[cfg(feature = "unixtime")]
pub use unix_time::{InvalidUnixTime, UnixTime};
pub use untyped::UntypedCall;
pub use wait::{States, Wait};
pub use wait_error::{Failed, Overdue, WaitError};
#[cfg(feature = "webhooks")]
pub use webhook::{
    Challenge, ChallengeScheme, InvalidMessage, InvalidSignature, MalformedSignature, Opened,
    SignatureAlgorithm, SignatureEncoding, Signing, UnknownEvent, WebhookError, Webhooks,
};

/// What generated code names, so that a provider crate depends on this crate alone.
#[doc(hidden)]
pub mod generated {
    pub use crate::tagged::{Tagged, deserialize as of_kinds};
    pub use bytes::Bytes;
    pub use http::Method;
    #[cfg(feature = "webhooks")]
    pub use http::{HeaderMap, HeaderName, HeaderValue};
    pub use serde;

    pub use crate::union::Union;
}
