//! OpenAPI 3.0's schemas as JSON Schema (2020-12), the dialect that a validator understands.

use std::collections::{HashMap, HashSet};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

use super::super::super::{Content, Node};
use super::super::anatomy::Kind;
use super::super::context::Context;
use super::super::made_of::unbounded;
use super::super::walk::Object;
use super::pattern::is_usable;
use super::values::Direction;

/// Keywords that mean the same in both, with what they must hold to mean anything.
const COUNTS: &[&str] = &[
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

/// The formats that a value must keep, because a Rust type stands behind them.
const CHECKED_FORMATS: &[&str] = &["uuid", "date-time"];

/// The schemas of a document, translated for one direction.
#[derive(Debug)]
pub(super) struct Translation<'s> {
    direction: Direction,
    /// The schemas that a reference may lead to, by pointer. They get numbers for names, since a
    /// name may hold what a URI may not.
    numbers: HashMap<&'s str, usize>,
}

/// The validators of a document for one direction.
#[derive(Debug)]
pub(super) struct Checker<'s> {
    translation: Translation<'s>,
    registry: Option<Registry<'static>>,
    built: HashMap<usize, Option<Validator>>,
}

const BASE: &str = "spec:///schemas";

impl<'s> Checker<'s> {
    pub(super) fn new<'a>(context: &'s Context<'a>, direction: Direction) -> Self {
        let unbounded: HashSet<usize> = unbounded(context)
            .iter()
            .map(|unbounded| unbounded.object.number)
            .collect();
        let named: Vec<&Object<'a>> = context
            .all(Kind::Schema)
            .filter(|schema| is_component(&schema.pointer) && !unbounded.contains(&schema.number))
            .collect();
        let numbers = named
            .iter()
            .enumerate()
            .map(|(number, schema)| (schema.pointer.as_str(), number))
            .collect();
        let translation = Translation { direction, numbers };
        let schemas: Map<String, Value> = named
            .iter()
            .enumerate()
            .map(|(number, schema)| (format!("s{number}"), translation.schema(schema.node)))
            .collect();
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(BASE, Value::Object(schemas))
            .and_then(|builder| builder.prepare())
            .ok();
        Self {
            translation,
            registry,
            built: HashMap::new(),
        }
    }

    /// What checks values of a schema; `None` if the schema itself is too broken to check against.
    pub(super) fn validator(&mut self, schema: &Object<'_>) -> Option<&Validator> {
        let pointer = schema
            .node
            .reference()
            .and_then(|reference| reference.strip_prefix('#'));
        let named = self
            .translation
            .numbers
            .get(pointer.unwrap_or(&schema.pointer))
            .copied();
        let key = named.unwrap_or(usize::MAX);
        if named.is_none() {
            // Unnamed schemas are checked against once, by the example beside them.
            self.built.remove(&key);
        }
        let Self {
            translation,
            registry,
            built,
        } = self;
        built
            .entry(key)
            .or_insert_with(|| {
                let schema = match named {
                    Some(number) => json!({ "$ref": format!("{BASE}#/s{number}") }),
                    None => translation.schema(schema.node),
                };
                jsonschema::options()
                    .with_draft(Draft::Draft202012)
                    .should_validate_formats(true)
                    .with_registry(registry.as_ref()?)
                    .build(&schema)
                    .ok()
            })
            .as_ref()
    }
}

impl Translation<'_> {
    fn schema(&self, node: &Node) -> Value {
        if let Some(reference) = node.reference() {
            let number = reference
                .strip_prefix('#')
                .and_then(|pointer| self.numbers.get(pointer));
            // What leads nowhere is reported as such, and allows everything here.
            return number.map_or(
                json!({}),
                |number| json!({ "$ref": format!("{BASE}#/s{number}") }),
            );
        }
        let mut schema = Map::new();
        self.keywords(node, &mut schema);
        self.bounds(node, &mut schema);
        self.children(node, &mut schema);
        if node.is_true("nullable") {
            nullable(schema)
        } else {
            Value::Object(schema)
        }
    }

    fn keywords(&self, node: &Node, schema: &mut Map<String, Value>) {
        for entry in node.entries() {
            let value = &entry.value;
            let keep = match entry.key.as_str() {
                "type" => matches!(
                    value.as_str(),
                    Some("string" | "number" | "integer" | "boolean" | "array" | "object")
                ),
                "enum" => !value.items().is_empty(),
                "uniqueItems" => matches!(value.content, Content::Bool(_)),
                "pattern" => value.as_str().is_some_and(is_usable),
                "format" => value
                    .as_str()
                    .is_some_and(|format| CHECKED_FORMATS.contains(&format)),
                "multipleOf" => {
                    matches!(&value.content, Content::Number(n) if n.as_f64().is_some_and(|n| n > 0.0))
                }
                key => {
                    COUNTS.contains(&key)
                        && matches!(&value.content, Content::Number(n) if n.is_u64())
                }
            };
            if keep {
                schema.insert(entry.key.clone(), value.to_value());
            }
        }
        let required: Vec<&str> = node
            .get("required")
            .map_or(&[][..], Node::items)
            .iter()
            .filter_map(Node::as_str)
            .filter(|name| self.travels(node, name))
            .collect();
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
    }

    /// Whether a property is there at all when a value goes this way.
    fn travels(&self, node: &Node, name: &str) -> bool {
        let property = node
            .get("properties")
            .and_then(|properties| properties.get(name));
        property.is_none_or(|property| {
            let read_only = property.is_true("readOnly") && self.direction != Direction::Response;
            let write_only = property.is_true("writeOnly") && self.direction != Direction::Request;
            !read_only && !write_only
        })
    }

    /// In JSON Schema an exclusive bound is a number of its own, and a format of 32 bits says nothing.
    fn bounds(&self, node: &Node, schema: &mut Map<String, Value>) {
        for (key, flag) in [
            ("minimum", "exclusiveMinimum"),
            ("maximum", "exclusiveMaximum"),
        ] {
            if let Some(Node {
                content: Content::Number(number),
                ..
            }) = node.get(key)
            {
                let key = if node.is_true(flag) { flag } else { key };
                schema.insert(key.to_owned(), Value::Number(number.clone()));
            }
        }
        if node.text("type") == Some("integer") {
            let bounds = match node.text("format") {
                Some("int32") => json!({ "minimum": i32::MIN, "maximum": i32::MAX }),
                Some("int64") => json!({ "minimum": i64::MIN, "maximum": i64::MAX }),
                _ => return,
            };
            schema.insert("allOf".to_owned(), json!([bounds]));
        }
    }

    fn children(&self, node: &Node, schema: &mut Map<String, Value>) {
        for key in ["allOf", "oneOf", "anyOf"] {
            let branches: Vec<Value> = node
                .get(key)
                .map_or(&[][..], Node::items)
                .iter()
                .filter(|branch| matches!(branch.content, Content::Map(_)))
                .map(|branch| self.schema(branch))
                .collect();
            match schema.get_mut(key) {
                Some(Value::Array(present)) => present.extend(branches),
                _ if branches.is_empty() => {}
                _ => {
                    schema.insert(key.to_owned(), Value::Array(branches));
                }
            }
        }
        for key in ["items", "not", "additionalProperties"] {
            match node.get(key) {
                Some(
                    child @ Node {
                        content: Content::Map(_),
                        ..
                    },
                ) => {
                    schema.insert(key.to_owned(), self.schema(child));
                }
                Some(Node {
                    content: Content::Bool(allowed),
                    ..
                }) if key == "additionalProperties" => {
                    schema.insert(key.to_owned(), Value::Bool(*allowed));
                }
                _ => {}
            }
        }
        let properties: Map<String, Value> = node
            .get("properties")
            .map_or(&[][..], Node::entries)
            .iter()
            .filter(|property| matches!(property.value.content, Content::Map(_)))
            .map(|property| (property.key.clone(), self.schema(&property.value)))
            .collect();
        if !properties.is_empty() {
            schema.insert("properties".to_owned(), Value::Object(properties));
        }
    }
}

/// A schema that allows `null` too.
fn nullable(schema: Map<String, Value>) -> Value {
    json!({ "anyOf": [Value::Object(schema), { "type": "null" }] })
}

fn is_component(pointer: &str) -> bool {
    pointer
        .strip_prefix("/components/schemas/")
        .is_some_and(|name| !name.contains('/'))
}
