//! Sign-in by the schemes that OpenAPI knows, through a generated client of a document that has them all.
//!
//! `client`, `environment`, `operations`, `requests`, `schemes`, `types` and `sign_in` are what the generator makes of
//! `xtask/tests/schemes.yaml`: its tests say so, and rewrite them with `INSTA_UPDATE=always`.

#![allow(unexpected_cfgs, reason = "the features of a generated crate")]

macro_rules! generated {
    ($($name:ident)*) => {$(
        #[rustfmt::skip] // formatted by the generator
        #[allow(dead_code, unfulfilled_lint_expectations, unreachable_pub, reason = "a test calls some of it")]
        mod $name;
    )*};
}

generated! { client environment operations requests schemes sign_in types }

#[expect(
    dead_code,
    reason = "shared with the other tests, which use more of it"
)]
#[path = "../it/clock.rs"]
mod clock;
#[path = "../it/stub.rs"]
mod stub;

mod keys;
mod oauth2;
mod refusals;
mod service;
mod tokens;
mod variables;

pub use client::Client;
pub use environment::Environment;
