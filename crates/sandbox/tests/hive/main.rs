//! Hive, over real sockets.
#![allow(clippy::unwrap_used, missing_docs)]

mod contracts;
mod minting;
mod service;
mod tokens;
mod wallets;
