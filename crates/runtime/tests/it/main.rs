//! What sending promises, over real sockets.

mod api;
mod frozen;
mod stub;

mod authentication;
#[cfg(feature = "websocket")]
mod events;
mod hostile;
mod limits;
mod options;
mod pages;
mod retries;
mod untyped;
mod waits;
