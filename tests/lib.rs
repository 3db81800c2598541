//! Tests across the crates: one binary, so that all of them are linked once.
//!
//! What they share comes first: `specs` reads the specs and makes `arguments` of their examples; `provider` puts
//! each spec beside the crate made from it, with a generated module that calls everything in it; `stub` is the other
//! end of the wire, `credential` what a call carries there, and `http` reads what arrived; `json` says when two
//! messages are the same, and `samples` has those that the real services sent.

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
pub mod specs;
pub mod stub;

#[path = "exercise/alibaba_baas.rs"]
#[rustfmt::skip] // formatted by the generator
pub mod alibaba_baas;
#[path = "exercise/hive.rs"]
#[rustfmt::skip] // formatted by the generator
pub mod hive;
#[path = "exercise/upvest.rs"]
#[rustfmt::skip] // formatted by the generator
pub mod upvest;

mod errors;
mod examples;
mod schemas;
mod soak;
mod surface;
mod webhooks;
mod wire;

pub use arguments::Arguments;
pub use json::{messages, round_trip, written};
