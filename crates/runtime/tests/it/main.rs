//! What sending promises, over real sockets.

mod api;
mod frozen;
mod stub;

mod authentication;
mod finality;
mod hostile;
mod limits;
mod options;
mod outcomes;
mod retries;
mod untyped;
mod waits;
