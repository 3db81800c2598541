//! What the generator makes of failures with several bodies; a test of the generator keeps it so.

#[rustfmt::skip] // formatted by the generator
#[expect(missing_docs, rustdoc::broken_intra_doc_links, dead_code, reason = "a piece of a crate that is not there")]
pub mod failures;

/// The types that it names.
pub mod types {
    use serde::Deserialize;

    #[derive(Clone, Debug, Deserialize)]
    pub struct Refusal {
        pub why: String,
    }

    #[derive(Clone, Debug, Deserialize)]
    pub struct Missing {
        pub code: String,
    }
}
