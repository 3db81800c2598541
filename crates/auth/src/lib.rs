#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod clock;
mod lifetime;
mod scopes;

mod error;
mod grant;

mod store;

mod backoff;
mod flight;
mod keeping;
mod source;
mod token;

mod access_token;
mod placing;

mod connect;
mod token_session;
mod variables;

pub mod standard;

#[cfg(feature = "alibaba-baas")]
#[cfg_attr(docsrs, doc(cfg(feature = "alibaba-baas")))]
pub mod alibaba_baas;
#[cfg(feature = "hive")]
#[cfg_attr(docsrs, doc(cfg(feature = "hive")))]
pub mod hive;
#[cfg(feature = "upvest")]
#[cfg_attr(docsrs, doc(cfg(feature = "upvest")))]
pub mod upvest;

pub use access_token::{FixedToken, Reach, RenewedToken};
pub use clock::{Clock, SystemClock};
pub use connect::ConnectError;
pub use error::{AuthError, Code, Outage, Refusal, Rejected};
pub use grant::{Exchange, Grant, Issued, Root, Rotation};
pub use lifetime::Lifetime;
pub use scopes::Scopes;
pub use source::TokenSource;
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use store::RedisStore;
pub use store::{
    Commit, FileStore, Lease, MemoryStore, Shown, StoreError, Stored, StoredAccess, Storing,
    TokenKey, TokenStore,
};
pub use variables::{InvalidVariables, Lookup};
