//! Which snapshots there are.

use crate::specs;

/// Whether there is a snapshot `name` of this module of tests, or one is to be written. A provider that was added has none
/// until somebody asks for them with `INSTA_UPDATE=always`.
pub fn are_kept(module: &str, name: &str) -> bool {
    let file = format!("tests/snapshots/bindery_tests__{module}__{name}.snap");
    let asked = std::env::var("INSTA_UPDATE").is_ok_and(|update| update != "no");
    asked || specs::root().join(file).exists()
}
