//! The invariants of the token layer, I1 to I24 without those of sending; each test is named after its own.
//!
//! `cargo xtask mutants` breaks each of them on purpose, and sees these tests fail.

mod clocks;
mod crashes;
#[cfg(feature = "hive")]
mod endpoints;
mod fleets;
mod flight;
mod lifetime;
mod limits;
mod lost_answers;
mod machine;
mod outage;
mod panics;
mod partitions;
mod refusals;
mod schedules;
mod serving;
mod verdicts;
