//! Where a JSON Pointer into a body leads, by the body's schema.

use super::super::Node;
use super::super::document::tokens;
use super::anatomy::Kind;
use super::context::Context;
use super::walk::Object;

/// What a schema says of a place in a value.
#[derive(Debug)]
pub(super) enum Step<'s, 'a> {
    /// This schema, references not followed.
    Schema(&'s Object<'a>),
    /// Nothing: any value may stand there.
    Open,
    /// That there is no such place: the token that leads nowhere, and those that would not.
    Nowhere(String, Vec<&'a str>),
}

/// Follows a pointer.
pub(super) fn follow<'s, 'a>(
    context: &'s Context<'a>,
    schema: &'s Object<'a>,
    pointer: &str,
) -> Step<'s, 'a> {
    let mut at = schema;
    for token in tokens(pointer) {
        match step(context, at, &token, 0) {
            Step::Schema(next) => at = next,
            end => return end,
        }
    }
    Step::Schema(at)
}

fn step<'s, 'a>(
    context: &'s Context<'a>,
    schema: &'s Object<'a>,
    token: &str,
    depth: usize,
) -> Step<'s, 'a> {
    // A schema may be made of itself; that is reported elsewhere.
    let Some(schema) = context
        .resolve(schema)
        .filter(|schema| schema.kind == Kind::Schema && depth < 16)
    else {
        return Step::Open;
    };
    if let Some(property) = context.named(schema, "properties", token) {
        return Step::Schema(property);
    }
    if token.parse::<usize>().is_ok()
        && let Some(items) = context.field(schema, "items")
    {
        return Step::Schema(items);
    }
    let mut open = schema
        .node
        .get("additionalProperties")
        .is_some_and(|more| !matches!(more.content, super::super::Content::Bool(false)));
    let properties = schema.node.get("properties").map_or(&[][..], Node::entries);
    let mut known: Vec<&str> = properties
        .iter()
        .map(|property| property.key.as_str())
        .collect();
    for branch in ["allOf", "oneOf", "anyOf"]
        .into_iter()
        .flat_map(|field| context.list(schema, field))
    {
        match step(context, branch, token, depth + 1) {
            Step::Schema(found) => return Step::Schema(found),
            Step::Open => open = true,
            Step::Nowhere(_, others) => known.extend(others),
        }
    }
    if let Some(values) = context.field(schema, "additionalProperties") {
        return Step::Schema(values);
    }
    let says_nothing = ["type", "properties", "items", "allOf", "oneOf", "anyOf"]
        .iter()
        .all(|field| schema.node.get(field).is_none());
    if open || says_nothing {
        Step::Open
    } else {
        Step::Nowhere(token.to_owned(), known)
    }
}

/// The type of the schema at a place, references and single `allOf` followed.
pub(super) fn type_of<'a>(context: &Context<'a>, schema: &Object<'a>) -> Option<&'a str> {
    let schema = context.resolve(schema)?;
    if let Some(kind) = schema.node.text("type") {
        return Some(kind);
    }
    match context.list(schema, "allOf").as_slice() {
        [only] => context.resolve(only)?.node.text("type"),
        _ => None,
    }
}
