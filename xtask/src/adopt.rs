//! From a document as a vendor publishes it to one that keeps to the profile of `specs/README.md`.
//!
//! Each pass is a small rewrite with a name, in a file of its own with its tests. It works on the tree of
//! [`Node`](crate::spec::Node)s, so that every value keeps the place where it was written, and what a later stage says
//! of it names that place. A pass that finds nothing to do leaves the document as it is: one that keeps to the profile
//! comes out unchanged. What is rewritten is told ([`Change`]); what a caller needs and cannot be kept is told as a
//! [`Finding`](crate::spec::Finding), and nothing is dropped in silence.

mod adopting;
mod operation_ids;
mod schemas;

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
pub const PASSES: &[Pass] = &[
    Pass {
        name: "name-operations",
        why: "an operation without an id, or with that of another, has no method",
        apply: operation_ids::name_operations,
    },
    Pass {
        name: "mend-keywords",
        why: "keywords are spelled as later dialects, vendors and haste spell them, and stand beside references",
        apply: schemas::keywords::mend_keywords,
    },
    Pass {
        name: "settle-types",
        why: "a schema has one type, which may be `null` too",
        apply: schemas::types::settle_types,
    },
    Pass {
        name: "settle-items",
        why: "a list is of something, and of the same at every place",
        apply: schemas::arrays::settle_items,
    },
    Pass {
        name: "spread-bases",
        why: "who refers to a base with a discriminator means any schema that extends it",
        apply: schemas::discriminators::spread_bases,
    },
    Pass {
        name: "merge-all-of",
        why: "what is all of several schemas is one type",
        apply: schemas::merging::merge_all_of,
    },
    Pass {
        name: "nullable-at-use",
        why: "it is the use of a type that may be null, not the type",
        apply: schemas::nullable::move_to_uses,
    },
    Pass {
        name: "settle-enums",
        why: "an enum is of strings, each of them once",
        apply: schemas::enums::settle_enums,
    },
    Pass {
        name: "settle-formats",
        why: "a number has a size, and a format means something or nothing",
        apply: schemas::formats::settle_formats,
    },
    Pass {
        name: "settle-unions",
        why: "the branches of a union have names, and can be told apart",
        apply: schemas::unions::settle_unions,
    },
    Pass {
        name: "settle-objects",
        why: "each field has a name of its own, and nothing that is sent is lost",
        apply: schemas::objects::settle_objects,
    },
    Pass {
        name: "rename-schemas",
        why: "a schema's name is that of a type",
        apply: schemas::renaming::rename_schemas,
    },
    Pass {
        name: "name-schemas",
        why: "objects, enums and unions become types, and types have names",
        apply: schemas::naming::name_schemas,
    },
    Pass {
        name: "drop-broken-values",
        why: "examples and defaults that break their own schema teach nobody",
        apply: schemas::examples::drop_broken_values,
    },
];

/// The document in the profile, and what was done to get there.
pub fn adopt(document: Document) -> Adopted {
    let mut adopting = Adopting::new(document);
    for pass in PASSES {
        adopting.run(pass);
    }
    adopting.finish()
}
