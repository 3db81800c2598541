//! Trying a document: everything is generated, compiled and run, and the workspace stays as it is.
//!
//! `attempt` generates in memory. `original` reads the document as its vendor wrote it, with `dialect` for its schemas,
//! which no pass of `adopt` has touched; `plan` finds the generated type of each, and
//! `reach` what cannot be reached at all. `folder` puts what was generated into
//! a workspace of its own below the target folder and runs cargo there; `samples` makes values of every schema, and
//! `checking` says whether a value fits one; `round_trip` compares what went into a generated type with what comes out
//! of it.

mod attempt;
mod checking;
mod dialect;
mod folder;
mod original;
mod plan;
mod reach;
mod round_trip;
mod samples;
#[cfg(test)]
mod tests;

pub use attempt::{Attempt, attempt, attempt_text};
pub use folder::Folder;
pub(crate) use folder::manifest;
pub use plan::{Plan, plan};
pub use round_trip::{Trip, round_trip};
pub use samples::samples;
