//! Every example of a document, with the schema that it must fit.

use std::collections::{HashMap, HashSet};

use super::super::super::Node;
use super::super::anatomy::Kind;
use super::super::context::Context;
use super::super::walk::Object;

/// Which way a value goes. It decides whether `readOnly` and `writeOnly` properties are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum Direction {
    Request,
    Response,
    Either,
}

/// A value that stands for others of its schema.
#[derive(Debug)]
pub(super) struct Example<'s, 'a> {
    /// What it is an example of.
    pub(super) holder: &'s Object<'a>,
    pub(super) node: &'a Node,
    pub(super) schema: &'s Object<'a>,
    pub(super) direction: Direction,
}

/// All examples: of media types, parameters, headers and webhooks, and of schemas themselves.
pub(super) fn examples<'s, 'a>(context: &'s Context<'a>) -> Vec<Example<'s, 'a>> {
    let one_way = one_way(context);
    let mut examples = Vec::new();
    for holder in &context.objects {
        let schema = match holder.kind {
            Kind::Schema => Some(holder),
            Kind::MediaType | Kind::Parameter | Kind::Header | Kind::WebhookEvent => {
                context.field(holder, "schema")
            }
            _ => None,
        };
        let Some(schema) = schema else { continue };
        for node in of(context, holder) {
            // Where no such property is required, all ways are the same, and one translation does for all.
            let direction = match one_way.contains(&schema.number) {
                true => direction(context, holder),
                false => Direction::Either,
            };
            examples.push(Example {
                holder,
                node,
                schema,
                direction,
            });
        }
    }
    examples
}

/// The schemas, by their numbers in the walk, that somewhere require a property which goes one way only.
fn one_way(context: &Context<'_>) -> HashSet<usize> {
    let mut referring: HashMap<usize, Vec<usize>> = HashMap::new();
    for schema in context.all(Kind::Schema) {
        let target = schema.node.reference().and_then(|to| context.target(to));
        if let Some(target) = target {
            let to_it = referring.entry(target.number).or_default();
            to_it.push(schema.number);
        }
    }
    let mut open: Vec<usize> = context
        .all(Kind::Schema)
        .filter(|schema| requires_one_way(schema.node))
        .map(|schema| schema.number)
        .collect();
    let mut found = HashSet::new();
    while let Some(number) = open.pop() {
        if found.insert(number) {
            open.extend(context.objects[number].parent);
            open.extend(referring.get(&number).into_iter().flatten());
        }
    }
    found
}

/// Whether a property that goes one way only is required.
fn requires_one_way(schema: &Node) -> bool {
    let required = schema.get("required").map_or(&[][..], Node::items);
    let properties = schema.get("properties");
    required
        .iter()
        .filter_map(|name| properties?.get(name.as_str()?))
        .any(|property| property.is_true("readOnly") || property.is_true("writeOnly"))
}

/// The defaults of schemas, each with its schema.
pub(super) fn defaults<'s, 'a>(context: &'s Context<'a>) -> Vec<(&'s Object<'a>, &'a Node)> {
    context
        .all(Kind::Schema)
        .filter(|schema| schema.node.reference().is_none())
        .filter_map(|schema| Some((schema, schema.node.get("default")?)))
        .collect()
}

/// The examples that stand on an object itself.
pub(super) fn of<'a>(context: &Context<'a>, holder: &Object<'a>) -> Vec<&'a Node> {
    let one = holder.node.get("example");
    let named = match holder.kind {
        Kind::Schema => Vec::new(),
        _ => context.list(holder, "examples"),
    };
    let named = named
        .into_iter()
        .filter_map(|example| context.resolve(example))
        .filter_map(|example| example.node.get("value"));
    one.into_iter().chain(named).collect()
}

fn direction(context: &Context<'_>, holder: &Object<'_>) -> Direction {
    match holder.kind {
        Kind::Parameter => Direction::Request,
        Kind::Header | Kind::WebhookEvent => Direction::Response,
        Kind::MediaType => match context.parent(holder).map(|parent| parent.kind) {
            Some(Kind::RequestBody | Kind::Parameter) => Direction::Request,
            _ => Direction::Response,
        },
        _ => Direction::Either,
    }
}
