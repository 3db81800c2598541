//! From a document as a vendor publishes it to one that keeps to the profile of `specs/README.md`.
//!
//! Each pass is a small rewrite with a name, in a file of its own with its tests. It works on the tree of
//! [`Node`](crate::spec::Node)s, so that every value keeps the place where it was written, and what a later stage says
//! of it names that place. A pass that finds nothing to do leaves the document as it is: one that keeps to the profile
//! comes out unchanged. What is rewritten is told ([`Change`]); what a caller needs and cannot be kept is told as a
//! [`Finding`](crate::spec::Finding), and nothing is dropped in silence.

mod adopting;
mod linting;
mod objects;

mod bundle;
mod dangling;
mod information;
mod keys;
mod openapi_3_1;
mod references;
mod swagger;
mod values;

mod bodies;
mod media_types;
mod operation_ids;
mod parameters;
mod paths;
mod responses;
mod security;
mod servers;
mod shown;
mod streams;
mod twins;

mod schemas;

pub use adopting::{Adopted, Change, Names};
pub use bundle::{bundle, is_whole};
pub use linting::{adopt_as_written, adopt_linted};

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
        name: "heed-examples",
        why: "a service sends what its vendor shows, whatever the format is called",
        apply: shown::heed_examples,
    },
    Pass {
        name: "read-swagger-2",
        why: "many documents are written in the dialect before OpenAPI 3.0",
        apply: swagger::read_swagger_2,
    },
    Pass {
        name: "read-openapi-3-1",
        why: "many documents are written in the dialect after OpenAPI 3.0",
        apply: openapi_3_1::read_openapi_3_1,
    },
    Pass {
        name: "inline-path-items",
        why: "a path whose operations stand elsewhere has them there only",
        apply: references::inline_path_items,
    },
    Pass {
        name: "lift-references",
        why: "what is referred to in the middle of something has no name, and so no type",
        apply: references::lift_references,
    },
    Pass {
        name: "settle-dangling",
        why: "what refers to what nobody wrote may be anything",
        apply: dangling::settle_dangling,
    },
    Pass {
        name: "mend-values",
        why: "vendors write `null` for nothing, numbers for texts, and one thing for a list of one",
        apply: values::mend_values,
    },
    Pass {
        name: "drop-foreign-keys",
        why: "extensions of others say nothing to this generator",
        apply: keys::drop_foreign_keys,
    },
    Pass {
        name: "complete-information",
        why: "the documentation of a crate begins with what the document says of itself",
        apply: information::complete_information,
    },
    Pass {
        name: "name-servers",
        why: "an environment has a name and a whole URL",
        apply: servers::name_servers,
    },
    Pass {
        name: "mend-paths",
        why: "a query is no part of a path, and every path begins with a slash",
        apply: paths::mend_paths,
    },
    Pass {
        name: "settle-parameters",
        why: "each parameter has a schema, and each name in a path a parameter",
        apply: parameters::settle_parameters,
    },
    Pass {
        name: "state-security",
        why: "every call says which credential it takes",
        apply: security::state_security,
    },
    Pass {
        name: "choose-media-types",
        why: "one method takes one body, and its answer has one type",
        apply: media_types::choose_media_types,
    },
    Pass {
        name: "name-operations",
        why: "an operation without an id, or with that of another, has no method",
        apply: operation_ids::name_operations,
    },
    Pass {
        name: "settle-responses",
        why: "`default` is success and failure at once, and successes of several types are none",
        apply: responses::settle_responses,
    },
    Pass {
        name: "split-streams",
        why: "an answer that comes bit by bit is read by a method of its own, and a failure is read whole",
        apply: streams::split_streams,
    },
    Pass {
        name: "split-bodies",
        why: "a body of another kind is sent by a method of its own",
        apply: bodies::split_bodies,
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
        name: "settle-forms",
        why: "a body that is sent as a form is an object with a property for each field",
        apply: schemas::forms::settle_forms,
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
        name: "settle-kinds",
        why: "kinds that a field tells apart all have that field",
        apply: schemas::kinds::settle_kinds,
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
pub fn adopt(mut document: Document) -> Adopted {
    if !keys::is_ours(document.root_mut()) {
        document.forgive();
    }
    let mut adopting = Adopting::new(document);
    for pass in PASSES {
        adopting.run(pass);
    }
    adopting.finish()
}
