//! The way to every object of a document, by the table of what OpenAPI allows where.

use crate::{
    api::METHODS,
    spec::{Content, EXTENSIONS, Kind, Node, Shape},
};

/// How many references may lead from one to the next.
const HOPS: usize = 64;

/// What stands at a key of such an object; `None` where no dialect has it.
///
/// The dialects besides OpenAPI 3.0 have more fields than its table: what may hold a schema there is known here.
pub(super) fn shape(kind: Kind, key: &str) -> Option<Shape> {
    use Shape::{List, Map, One};
    let of_table = kind.fields().iter().find(|field| field.name == key);
    if let Some(field) = of_table {
        return Some(field.shape);
    }
    if let Some(shape) = kind.names() {
        return Some(shape);
    }
    if key.starts_with("x-") {
        let own = EXTENSIONS
            .iter()
            .find(|extension| extension.name == key && extension.on.contains(&kind));
        return own.map(|extension| extension.shape);
    }
    Some(match (kind, key) {
        (
            Kind::Schema,
            "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "additionalItems",
        )
        | (Kind::Response, "schema") => One(Kind::Schema),
        (Kind::Schema, "prefixItems") => List(Kind::Schema),
        (Kind::Schema, "$defs" | "definitions" | "patternProperties" | "dependentSchemas")
        | (Kind::Document, "definitions" | "$defs") => Map(Kind::Schema),
        (Kind::Document, "parameters") => Map(Kind::Parameter),
        (Kind::Document, "responses") => Map(Kind::Response),
        (Kind::Document, "securityDefinitions") => Map(Kind::SecurityScheme),
        (Kind::Document, "webhooks") | (Kind::Components, "pathItems") => Map(Kind::PathItem),
        _ => return None,
    })
}

/// Calls `visit` on every object below `node`, a thing of this kind, and on itself: first on the outer ones, so that
/// what they put inside is visited too.
pub(super) fn each(node: &mut Node, kind: Kind, visit: &mut dyn FnMut(Kind, &mut Node)) {
    visit(kind, node);
    for entry in node.entries_mut() {
        match shape(kind, &entry.key) {
            Some(Shape::One(inner)) => each(&mut entry.value, inner, visit),
            Some(Shape::FlagOr(inner)) if !entry.value.entries().is_empty() => {
                each(&mut entry.value, inner, visit);
            }
            Some(Shape::List(inner)) => {
                for item in entry.value.items_mut() {
                    each(item, inner, visit);
                }
            }
            Some(Shape::Map(inner)) => {
                for named in entry.value.entries_mut() {
                    if !named.key.starts_with("x-") || is_free(kind, &entry.key) {
                        each(&mut named.value, inner, visit);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether the keys of this map are anyone's choice: then one that begins with `x-` is no extension.
pub(super) fn is_free(kind: Kind, key: &str) -> bool {
    !matches!(
        (kind, key),
        (Kind::Document, "paths") | (Kind::Operation, "responses") | (Kind::Operation, "callbacks")
    )
}

/// Calls `visit` on every operation under `paths`, with its path and its method.
pub(super) fn each_operation(root: &mut Node, visit: &mut dyn FnMut(&str, &str, &mut Node)) {
    for item in root.get_mut("paths").map_or(&mut [][..], Node::entries_mut) {
        for entry in item.value.entries_mut() {
            if METHODS.contains(&entry.key.as_str()) {
                visit(&item.key, &entry.key, &mut entry.value);
            }
        }
    }
}

/// A copy of the document without its paths: once references are lifted, none leads to what stands there.
pub(super) fn beside_paths(root: &Node) -> Node {
    let beside = root.entries().iter().filter(|entry| entry.key != "paths");
    Node {
        position: root.position,
        content: Content::Map(beside.cloned().collect()),
    }
}

/// What a reference within the document leads to, or the node itself.
pub(super) fn resolve<'a>(root: &'a Node, node: &'a Node) -> &'a Node {
    let mut found = node;
    for _ in 0..HOPS {
        let target = found
            .reference()
            .filter(|reference| reference.starts_with('#'))
            .and_then(|reference| root.pointer(reference));
        match target {
            Some(target) => found = target,
            None => break,
        }
    }
    found
}

/// A name that is not among those of a section of `components`, the nearest to the one that is wanted.
pub(super) fn free_name(root: &Node, section: &str, wanted: &str) -> String {
    let taken = |name: &str| {
        let components = root.get("components");
        components
            .and_then(|components| components.get(section))
            .is_some_and(|names| names.get(name).is_some())
    };
    let mut name = wanted.to_owned();
    let mut number = 2;
    while taken(&name) {
        name = format!("{wanted}{number}");
        number += 1;
    }
    name
}
