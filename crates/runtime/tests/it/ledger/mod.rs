//! What the generator makes of failures with several bodies; a test of the generator keeps it so.

#![allow(unreachable_pub, reason = "a piece of a crate that is not there")]

#[rustfmt::skip] // formatted by the generator
#[expect(dead_code, reason = "it is there to be compiled; tests read parts of it")]
pub mod failures;

/// The types that it names.
pub mod types {
    use serde::Deserialize;

    /// As the generator's own example has it.
    #[derive(Clone, Debug, Deserialize)]
    pub struct Refusal {
        /// Why not.
        pub why: String,
    }

    /// As the generator's own example has it.
    #[derive(Clone, Debug, Deserialize)]
    pub struct Missing {
        /// The code.
        pub code: String,
    }
}
