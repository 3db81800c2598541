//! From a document as a vendor publishes it to one that keeps to the profile of `specs/README.md`.
//!
//! Each pass is a small rewrite with a name, in a file of its own with its tests. It works on the tree of
//! [`Node`](crate::spec::Node)s, so that every value keeps the place where it was written, and what a later stage says
//! of it names that place. A pass that finds nothing to do leaves the document as it is: one that keeps to the profile
//! comes out unchanged. What is rewritten is told ([`Change`]); what a caller needs and cannot be kept is told as a
//! [`Finding`](crate::spec::Finding), and nothing is dropped in silence.

mod adopting;
mod operation_ids;

pub use adopting::{Adopted, Change};

use adopting::Adopting;

use crate::spec::Document;

/// A named rewrite of a document.
#[derive(Debug)]
pub struct Pass {
    /// Its name, as `--explain` prints it.
    pub name: &'static str,
    /// What vendors write, and why it is rewritten.
    pub why: &'static str,
    apply: fn(&mut Adopting),
}

/// All passes, in the order in which they are applied: each takes what those before it left.
pub const PASSES: &[Pass] = &[Pass {
    name: "name-operations",
    why: "an operation without an id, or with that of another, has no method",
    apply: operation_ids::name_operations,
}];

/// The document in the profile, and what was done to get there.
pub fn adopt(document: Document) -> Adopted {
    let mut adopting = Adopting::new(document);
    for pass in PASSES {
        adopting.run(pass);
    }
    adopting.finish()
}
