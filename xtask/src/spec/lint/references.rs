//! Whether every `$ref` leads to something of the right kind.

use std::collections::HashSet;

use super::super::Node;
use super::anatomy::Kind;
use super::context::Context;
use super::findings::Findings;
use super::made_of::{Excess, Unbounded, unbounded};
use super::nearest::did_you_mean;
use super::walk::Object;

fn references<'s, 'a>(
    context: &'s Context<'a>,
) -> impl Iterator<Item = (&'s Object<'a>, &'a Node, &'a str)> {
    context
        .objects
        .iter()
        .filter(|object| object.kind.section().is_some())
        .filter_map(|object| {
            let node = object.node.get("$ref")?;
            Some((object, node, node.as_str()?))
        })
}

pub(super) fn unknown_reference(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (object, node, reference) in references(context) {
        if !reference.starts_with('#') {
            findings.add(
                node.position,
                format!(
                    "{}: `{reference}` is not in this document",
                    context.place(&object.pointer)
                ),
                "copy what it refers to into `components`",
            );
        } else if context.target(reference).is_none() && !leads_to_data(context, reference) {
            let section = object.kind.section().unwrap_or_default();
            let (prefix, name) = reference.rsplit_once('/').unwrap_or(("", reference));
            let mend = if prefix == format!("#/components/{section}") {
                let otherwise = format!("define `{name}` under `components/{section}`");
                did_you_mean(name, context.names(section), otherwise)
            } else {
                format!("refer to `#/components/{section}/…`")
            };
            findings.add(
                node.position,
                format!(
                    "{}: there is no `{reference}`",
                    context.place(&object.pointer)
                ),
                mend,
            );
        }
    }
    for discriminator in context.all(Kind::Discriminator) {
        let mapping = discriminator
            .node
            .get("mapping")
            .map_or(&[][..], Node::entries);
        for entry in mapping {
            let Some(value) = entry.value.as_str() else {
                continue;
            };
            let known = if value.starts_with('#') {
                context
                    .target(value)
                    .is_some_and(|target| target.kind == Kind::Schema)
            } else {
                context.names("schemas").any(|name| name == value)
            };
            if !known {
                findings.add(
                    entry.value.position,
                    format!(
                        "{}: there is no schema `{value}`",
                        context.place(&discriminator.pointer)
                    ),
                    "refer to `#/components/schemas/…`",
                );
            }
        }
    }
    for item in context.all(Kind::PathItem) {
        if let Some(reference) = item.node.get("$ref") {
            findings.add(
                reference.position,
                format!(
                    "{}: the path stands elsewhere",
                    context.place(&item.pointer)
                ),
                "write the path's operations here",
            );
        }
    }
}

/// Whether the pointer leads somewhere, only not to an object: that is another rule's business.
fn leads_to_data(context: &Context<'_>, reference: &str) -> bool {
    let mut tokens = super::super::document::tokens(reference);
    tokens
        .try_fold(context.root, |node, token| {
            super::super::document::child(node, &token).map(|(_, next)| next)
        })
        .is_some()
}

pub(super) fn misplaced_reference(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (object, node, reference) in references(context) {
        let Some(section) = object.kind.section() else {
            continue;
        };
        let target = context.target(reference);
        if target.is_none() && !(reference.starts_with('#') && leads_to_data(context, reference)) {
            continue;
        }
        let place = || context.place(&object.pointer);
        let direct = reference
            .strip_prefix("#/components/")
            .and_then(|rest| rest.split_once('/'));
        if target.is_none_or(|target| target.kind != object.kind) {
            let is = target.map_or("something else", |target| target.kind.name());
            findings.add(
                node.position,
                format!(
                    "{}: `{reference}` is {is}, where {} is expected",
                    place(),
                    object.kind.name()
                ),
                format!("refer to `#/components/{section}/…`"),
            );
        } else if !direct.is_some_and(|(found, name)| found == section && !name.contains('/')) {
            findings.add(
                node.position,
                format!(
                    "{}: `{reference}` refers into the middle of something",
                    place()
                ),
                format!("move it to `components/{section}` and refer to it there"),
            );
        }
    }
}

pub(super) fn beside_reference(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (object, _, reference) in references(context) {
        for entry in object
            .node
            .entries()
            .iter()
            .filter(|entry| entry.key != "$ref")
        {
            let mend = if object.kind == Kind::Schema {
                format!("write `allOf: [{{$ref: '{reference}'}}]` beside it")
            } else {
                "move it to what is referred to".to_owned()
            };
            findings.add(
                entry.key_position,
                format!(
                    "{}: `{}` stands beside a `$ref`, where OpenAPI 3.0 ignores it",
                    context.place(&object.pointer),
                    entry.key
                ),
                mend,
            );
        }
    }
}

pub(super) fn reference_cycle(context: &Context<'_>, findings: &mut Findings<'_>) {
    let mut told = HashSet::new();
    for Unbounded { object, why } in unbounded(context) {
        let place = context.place(&object.pointer);
        if !told.insert(place.clone()) {
            continue;
        }
        let (what, mend) = match why {
            Excess::Endless => (
                "contains itself with nothing in between",
                "take out the reference, or put it behind a property",
            ),
            Excess::Large => ("is made of too many others", "merge some of them into one"),
        };
        findings.add(object.node.position, format!("{place} {what}"), mend);
    }
    for object in context
        .objects
        .iter()
        .filter(|object| object.kind != Kind::Schema)
    {
        if object
            .node
            .reference()
            .is_some_and(|reference| context.target(reference).is_some())
            && context.resolve(object).is_none()
            && object.pointer.starts_with("/components/")
        {
            findings.add(
                object.node.position,
                format!("{} only refers to itself", context.place(&object.pointer)),
                "write what it is",
            );
        }
    }
}
