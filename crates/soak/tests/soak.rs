//! A short soak with every run of the tests; `cargo xtask soak` makes the long one.

use std::process::Command;

/// Enough that every fault strikes, and few enough for a build that is not optimised.
const CALLS: &str = "1500";

#[test]
fn no_write_that_was_reported_done_is_lost_none_is_doubled_and_none_is_denied() {
    let seed = std::env::var("BINDERY_SOAK_SEED").unwrap_or_else(|_| "1".to_owned());
    let calls = std::env::var("BINDERY_SOAK_CALLS").unwrap_or_else(|_| CALLS.to_owned());
    let output = Command::new(env!("CARGO_BIN_EXE_bindery-soak"))
        .args(["--calls", &calls, "--seed", &seed])
        .output()
        .expect("the program starts");
    let (said, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}{complaint}");
}
