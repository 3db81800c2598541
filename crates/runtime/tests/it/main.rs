//! What sending promises, over real sockets.

mod api;
mod eavesdropper;
mod frozen;
mod stub;
#[cfg(feature = "rustls")]
mod tls;

mod authentication;
mod hostile;
#[cfg(feature = "rustls")]
mod http2;
mod invariants;
mod limits;
mod options;
mod retries;
mod untyped;
mod waits;
