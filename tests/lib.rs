//! Tests across the crates: one binary, so that all of them are linked once.
//!
//! What they share comes first: `specs` reads the specs and makes `arguments` of their examples; `exercise` has a
//! generated module for each spec that calls everything in it, and `provider` puts the spec beside it; `stub` is the
//! other end of the wire, `credential` what a call carries there, and `http` reads what arrived; `json` says when two
//! messages are the same, and `samples` has those that the real services sent;
//! `snapshots` says which there are.

// There is nothing here but tests: all dependencies are those of tests, which need not be published.
#![cfg(any(test, doctest))]

/// The examples of the README have to compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

pub mod arguments;
pub mod credential;
pub mod http;
pub mod json;
pub mod provider;
pub mod samples;
pub mod snapshots;
pub mod specs;
pub mod stub;

#[rustfmt::skip] // formatted by the generator
pub mod exercise;

mod errors;
mod examples;
mod finality;
mod mocks;
mod schemas;
mod streams;
mod surface;
mod webhooks;
mod wire;

pub use arguments::Arguments;
pub use json::{events, messages, read, records, round_trip, written};
