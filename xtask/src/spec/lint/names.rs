//! Names that would be one and the same in Rust, or none at all.

use std::collections::HashMap;

use super::super::{Entry, Node, Position};
use super::anatomy::Kind;
use super::context::Context;
use super::findings::Findings;
use super::rust_name::{is_keyword, pascal, snake};

/// What every Rust module takes for granted.
const PRELUDE: &[&str] = &[
    "Box", "Err", "None", "Ok", "Option", "Result", "Some", "String", "Vec",
];

fn schemas<'a>(context: &Context<'a>) -> &'a [Entry] {
    let schemas = context
        .root
        .get("components")
        .and_then(|components| components.get("schemas"));
    schemas.map_or(&[][..], Node::entries)
}

pub(super) fn colliding_schemas(context: &Context<'_>, findings: &mut Findings<'_>) {
    let names = schemas(context)
        .iter()
        .map(|entry| (entry.key.as_str(), entry.key_position));
    for Collision {
        one,
        line,
        other,
        position,
        rust,
    } in collisions(names, pascal)
    {
        findings.add(
            position,
            format!("schemas `{one}` (line {line}) and `{other}` both become the type `{rust}`"),
            "give one of them another name",
        );
    }
}

pub(super) fn reserved_schema(context: &Context<'_>, findings: &mut Findings<'_>) {
    for entry in schemas(context) {
        let rust = pascal(&entry.key);
        let what = if PRELUDE.contains(&rust.as_str()) {
            format!("would hide Rust's own `{rust}`")
        } else if is_keyword(&rust) {
            "is a word that Rust keeps for itself".to_owned()
        } else if !rust.starts_with(|c: char| c.is_ascii_alphabetic()) {
            "cannot be the name of a type".to_owned()
        } else if !entry
            .key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        {
            "holds a character that OpenAPI does not allow in a name".to_owned()
        } else {
            continue;
        };
        findings.add(
            entry.key_position,
            format!("schema `{}` {what}", entry.key),
            "give it another name, as in `WalletStatus`",
        );
    }
}

pub(super) fn colliding_properties(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let properties = schema.node.get("properties").map_or(&[][..], Node::entries);
        let names = properties
            .iter()
            .map(|entry| (entry.key.as_str(), entry.key_position));
        for Collision {
            one,
            line,
            other,
            position,
            rust,
        } in collisions(names, snake)
        {
            findings.add(
                position,
                format!(
                    "{}: properties `{one}` (line {line}) and `{other}` both become the field `{rust}`",
                    context.place(&schema.pointer)
                ),
                "the second gets a number behind it: give it another name if the provider has one",
            );
        }
    }
}

pub(super) fn colliding_enum_values(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let values = schema.node.get("enum").map_or(&[][..], Node::items);
        let names = values
            .iter()
            .filter_map(|value| Some((value.as_str()?, value.position)));
        for Collision {
            one,
            line,
            other,
            position,
            rust,
        } in collisions(names, pascal)
        {
            findings.add(
                position,
                format!(
                    "{}: the values `{one}` (line {line}) and `{other}` both become the variant `{rust}`",
                    context.place(&schema.pointer)
                ),
                "keep one, or write a plain string without `enum`",
            );
        }
    }
}

/// Two names that become one.
struct Collision<'a> {
    one: &'a str,
    line: usize,
    other: &'a str,
    position: Position,
    rust: String,
}

fn collisions<'a>(
    names: impl Iterator<Item = (&'a str, Position)>,
    to_rust: fn(&str) -> String,
) -> Vec<Collision<'a>> {
    let mut first: HashMap<String, (&str, usize)> = HashMap::new();
    let mut collisions = Vec::new();
    for (other, position) in names {
        let rust = to_rust(other);
        match first.get(&rust) {
            Some(&(one, line)) => collisions.push(Collision {
                one,
                line,
                other,
                position,
                rust,
            }),
            None => {
                first.insert(rust, (other, position.line));
            }
        }
    }
    collisions
}
