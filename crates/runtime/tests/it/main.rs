//! What sending promises, over real sockets.

mod api;
mod eavesdropper;
mod frozen;
mod ledger;
mod stub;
#[cfg(feature = "rustls")]
mod tls;

use ledger::types;

mod lossless;

mod authentication;
mod diagnosis;
#[cfg(feature = "websocket")]
mod events;
mod failures;
mod finality;
mod hostile;
#[cfg(feature = "rustls")]
mod http2;
mod invariants;
mod limits;
mod options;
mod outcomes;
mod pages;
mod retries;
#[cfg(feature = "streams")]
mod streams;
mod styles;
mod untyped;
mod waits;
