//! What sending promises, over real sockets.

mod api;
mod frozen;
mod stub;

mod lossless;

mod authentication;
mod hostile;
mod limits;
mod options;
mod retries;
mod untyped;
mod waits;
