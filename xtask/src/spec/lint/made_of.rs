//! Schemas that are made of others: by reference, `allOf`, `oneOf`, `anyOf` and `not`.
//!
//! Whoever checks a value against such a schema checks the same value against all of its parts. If
//! the parts lead back to the schema, that never ends; if there are too many, not soon enough.

use std::collections::{HashMap, HashSet};

use super::anatomy::Kind;
use super::context::Context;
use super::walk::Object;

/// How many parts may be nested in each other: far more than in any real schema, and few enough
/// for a check that recurses.
const DEPTH_LIMIT: usize = 64;

/// How many parts a schema may have in all.
const SIZE_LIMIT: usize = 20_000;

/// A schema that nothing should be checked against.
#[derive(Debug)]
pub(super) struct Unbounded<'s, 'a> {
    pub(super) object: &'s Object<'a>,
    pub(super) why: Excess,
}

/// Why nothing should be checked against it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Excess {
    /// It is a part of itself.
    Endless,
    /// It has more parts than a check can take.
    Large,
}

/// What is known of a schema while its parts are looked at.
#[derive(Clone, Copy)]
enum State {
    /// It is on the path that led here.
    Open,
    Done(Extent),
}

/// How far the parts of a schema go.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    depth: usize,
    size: usize,
}

struct Step<'s, 'a> {
    object: &'s Object<'a>,
    parts: Vec<&'s Object<'a>>,
    extent: Extent,
}

/// The schemas of a document that are made of themselves or of too much. If nothing follows a
/// reference to one of them, everything ends.
pub(super) fn unbounded<'s, 'a>(context: &'s Context<'a>) -> Vec<Unbounded<'s, 'a>> {
    let mut states: HashMap<usize, State> = HashMap::new();
    let mut unbounded = Vec::new();
    let mut found = HashSet::new();
    for start in context.all(Kind::Schema) {
        // By hand, since a chain of references can be longer than a thread's stack is deep.
        let mut path: Vec<Step<'s, 'a>> = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(object) = next.take() {
                match states.get(&object.number) {
                    None => {
                        states.insert(object.number, State::Open);
                        let parts = parts(context, object);
                        path.push(Step {
                            object,
                            parts,
                            extent: Extent::default(),
                        });
                    }
                    Some(State::Done(extent)) => widen(path.last_mut(), *extent),
                    Some(State::Open) => {
                        let back = path
                            .iter()
                            .position(|step| step.object.number == object.number);
                        for Step { object, .. } in &path[back.unwrap_or(0)..] {
                            if found.insert(object.number) {
                                unbounded.push(Unbounded {
                                    object,
                                    why: Excess::Endless,
                                });
                            }
                        }
                    }
                }
            }
            let Some(step) = path.last_mut() else { break };
            next = step.parts.pop();
            if next.is_some() {
                continue;
            }
            let Some(Step {
                object, mut extent, ..
            }) = path.pop()
            else {
                break;
            };
            let too_large = extent.depth > DEPTH_LIMIT || extent.size > SIZE_LIMIT;
            // Only where a reference can lead does it help to stop.
            if too_large && object.field == "schemas" {
                extent = Extent::default();
                if found.insert(object.number) {
                    unbounded.push(Unbounded {
                        object,
                        why: Excess::Large,
                    });
                }
            }
            states.insert(object.number, State::Done(extent));
            widen(path.last_mut(), extent);
        }
    }
    unbounded
}

/// Adds a part to what it is a part of.
fn widen(whole: Option<&mut Step<'_, '_>>, part: Extent) {
    if let Some(Step { extent, .. }) = whole {
        extent.depth = extent.depth.max(part.depth + 1);
        extent.size = extent.size.saturating_add(part.size + 1);
    }
}

/// The schemas that hold for the same value as this one.
fn parts<'s, 'a>(context: &'s Context<'a>, object: &'s Object<'a>) -> Vec<&'s Object<'a>> {
    if let Some(reference) = object.node.reference() {
        return context
            .target(reference)
            .filter(|target| target.kind == Kind::Schema)
            .into_iter()
            .collect();
    }
    let branches = ["allOf", "oneOf", "anyOf"]
        .into_iter()
        .flat_map(|field| context.list(object, field));
    branches.chain(context.field(object, "not")).collect()
}
