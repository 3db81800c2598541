//! What changed for callers between two versions of a spec.
//!
//! Both are generated in memory. What Rust sees of the two crates is compared in `surface`, so that the verdict is
//! the compiler's and no guess about specs; what only a running program sees, in `behaviour`. A [`Change`] says
//! which it is, and `report` words it.

mod behaviour;
mod change;
mod report;
mod surface;

pub use change::{Change, Verdict};
pub use report::{bumped, changelog, lines};

use crate::{api::Api, generate::Files};

/// One version of a provider: what its spec says, and the crate generated from it.
#[derive(Debug)]
pub struct Version {
    /// What the spec says.
    pub api: Api,
    /// The generated files.
    pub files: Files,
}

/// What changed for callers from `before` to `after`: first what breaks them, in the order of the client's calls, then
/// of everything else by name.
pub fn changes(before: &Version, after: &Version) -> Vec<Change> {
    let mut changes = surface::changes(&before.files, &after.files);
    changes.extend(behaviour::changes(&before.api, &after.api));
    let order = |change: &Change| {
        let calls = after.api.operations.iter().chain(&before.api.operations);
        let position = calls
            .enumerate()
            .find(|(_, call)| call.id == change.subject);
        position.map_or(usize::MAX, |(position, _)| position)
    };
    changes.sort_by_cached_key(|change| {
        let verdict = std::cmp::Reverse(change.verdict);
        (verdict, order(change), change.subject.clone())
    });
    changes
}
