//! The Alibaba Cloud BaaS gateway, over real sockets.
#![allow(clippy::unwrap_used, missing_docs)]

mod events;
mod gateway;
mod ledger;
mod rotation;
mod tokens;
mod transactions;
