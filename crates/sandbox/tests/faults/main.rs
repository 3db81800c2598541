//! What goes wrong on purpose, over real sockets.
#![allow(clippy::unwrap_used, missing_docs)]

mod admin;
mod answers;
mod connections;
mod counts;
mod rules;
mod scene;
