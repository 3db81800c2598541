//! From a document that says everything to one that progenitor takes.
//!
//! Each pass is a small rewrite with a name. What a pass takes out is not lost: the later stages read it from the
//! [`Api`], and put it back where progenitor has no word for it.

mod answers;
pub(crate) mod fields;
mod keywords;
mod parameters;
mod reachable;
mod stand_ins;

pub(crate) use answers::value_schema;
pub(crate) use reachable::{follow, unused};
pub(crate) use stand_ins::{Own, branches, is_tagged, own};

use serde_json::Value;

use crate::api::Api;

/// A named rewrite of a document.
#[derive(Debug)]
pub struct Pass {
    /// Its name, as `--explain` prints it.
    pub name: &'static str,
    /// Why it is needed.
    pub why: &'static str,
    apply: fn(&Api, &mut Value) -> usize,
}

/// All passes, in the order in which they are applied.
pub const PASSES: &[Pass] = &[
    Pass {
        name: "number-parameters",
        why: "progenitor makes up Rust names for parameters, and two may collide",
        apply: parameters::number,
    },
    Pass {
        name: "spread-multipart",
        why: "progenitor has no multipart bodies: each part becomes a parameter",
        apply: parameters::spread_multipart,
    },
    Pass {
        name: "one-json-success",
        why: "progenitor takes one type of answer, and knows JSON by one name only",
        apply: answers::one_json_success,
    },
    Pass {
        name: "unwrap-envelopes",
        why: "the caller wants the value, not the envelope around it",
        apply: answers::unwrap_envelopes,
    },
    Pass {
        name: "sockets-deliver-messages",
        why: "progenitor knows web sockets of one server framework only",
        apply: answers::sockets,
    },
    Pass {
        name: "one-of-the-kinds",
        why: "typify may take `anyOf` for all branches at once, also where they can be told apart",
        apply: keywords::one_of_the_kinds,
    },
    Pass {
        name: "drop-unreachable",
        why: "what the passes before have taken out of all calls needs no type",
        apply: reachable::prune,
    },
    Pass {
        name: "drop-failures",
        why: "every call fails with the one error type, whatever the body of the failure is",
        apply: answers::drop_failures,
    },
    Pass {
        name: "stand-ins",
        why: "progenitor takes the first branch of a union that fits, though another keeps more of the value",
        apply: stand_ins::put,
    },
    Pass {
        name: "name-fields",
        why: "a property whose name is none in Rust, or that of another field, has a field of its own",
        apply: fields::name,
    },
    Pass {
        name: "keep-unknown-fields",
        why: "typify keeps them only where their schema is spelled `{}`, and refuses them where they are forbidden",
        apply: keywords::keep_unknown_fields,
    },
    Pass {
        name: "drop-checks",
        why: "what a provider sends is read even where it is longer or smaller than it said; defaults are the provider's",
        apply: keywords::drop_checks,
    },
    Pass {
        name: "drop-prose",
        why: "progenitor copies descriptions, extensions and examples around, and what it writes of them is not looked at",
        apply: keywords::drop_prose,
    },
];

/// What a pass did to a document.
#[derive(Debug, PartialEq, Eq)]
pub struct Applied {
    /// The pass.
    pub name: &'static str,
    /// How many places it rewrote.
    pub places: usize,
}

/// The document of `api` as progenitor takes it, and what was done to it.
pub fn lower(api: &Api) -> (Value, Vec<Applied>) {
    let mut document = api.document.clone();
    let applied = PASSES.iter().map(|pass| Applied {
        name: pass.name,
        places: (pass.apply)(api, &mut document),
    });
    let applied = applied.collect();
    (document, applied)
}

/// The name that a parameter has in the lowered document.
pub fn parameter_name(place: usize) -> String {
    format!("p{place}")
}
