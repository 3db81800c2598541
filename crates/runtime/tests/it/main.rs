//! What sending promises, over real sockets.

mod api;
mod eavesdropper;
mod frozen;
mod stub;

mod authentication;
mod hostile;
mod invariants;
mod limits;
mod options;
mod retries;
mod untyped;
mod waits;
