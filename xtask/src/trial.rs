//! Trying a document: everything is generated, compiled and run, and the workspace stays as it is.
//!
//! `attempt` generates in memory; `folder` puts what came out into a workspace of its own below the target folder and
//! runs cargo there; `samples` makes values of every schema, and `checking` says whether a value fits one; `round_trip`
//! compares what went into a generated type with what comes out of it.

mod attempt;
mod checking;
mod folder;
mod round_trip;
mod samples;

pub use attempt::{Attempt, attempt, attempt_text};
pub use folder::Folder;
pub use round_trip::{Trip, round_trip};
pub use samples::samples;
