//! What holds for every call, whatever the service does: each test is named after the invariant it guards, and fails on
//! the mutants of `xtask/mutants`.
//!
//! - I5: the way to a token never leads through the session that waits for it (`tokens`).
//! - I11: a request is sent at most twice on account of its credential (`sends`).
//! - I12: what is sent again is the same, but for the credential, and no answer is lost (`replays`).
//! - I13: what the spec does not call repeatable is sent once; only a 401 and a connection that never came about leave
//!   room for another try (`sends`, `connections`).
//! - I14: nothing reaches an origin other than the session's own (`origins`, `proxies`).
//! - I15: plain http is for the one address it was allowed for (`addresses`).
//! - I24: every exchange ends in time, and within its share of memory (`limits` and `waits` beside this, `floods` here).
//!
//! I16, that no secret is written down, has a process of its own: `tests/traces.rs`.

mod addresses;
mod connections;
mod floods;
mod origins;
mod proxies;
mod replays;
mod sends;
mod tokens;

use proptest::{strategy::Strategy, test_runner::TestRunner};

/// Runs a property whose cases are calls: all of them in one runtime, so that they share a service.
fn for_all<S: Strategy>(
    cases: u32,
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), proptest::test_runner::TestCaseError>,
) {
    let config = proptest::test_runner::Config {
        failure_persistence: None,
        ..proptest::test_runner::Config::with_cases(cases)
    };
    if let Err(error) = TestRunner::new(config).run(&strategy, property) {
        panic!("{error}");
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}
