//! What sending promises, over real sockets.

mod api;
mod frozen;
mod stub;

mod authentication;
mod hostile;
mod limits;
mod options;
mod retries;
mod styles;
mod untyped;
mod waits;
