//! What sending promises, over real sockets.

mod api;
mod frozen;
mod ledger;
mod stub;

use ledger::types;

mod authentication;
mod diagnosis;
mod failures;
mod finality;
mod hostile;
mod limits;
mod options;
mod outcomes;
mod retries;
mod untyped;
mod waits;
