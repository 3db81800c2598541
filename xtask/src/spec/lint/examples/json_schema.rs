//! OpenAPI 3.0's schemas as JSON Schema (2020-12), the dialect that a validator understands.

use std::collections::{HashMap, HashSet};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

use super::super::super::{COUNTS, Content, Node};
use super::super::context::Context;
use super::super::made_of::unbounded;
use super::super::walk::Object;
use super::pattern::Patterns;
use super::values::{Direction, defaults, examples};

/// The formats that a value must keep, because a Rust type stands behind them.
const CHECKED_FORMATS: &[&str] = &["uuid", "date-time"];

/// The schemas of a document, translated for one direction.
#[derive(Debug)]
pub(super) struct Translation<'s> {
    direction: Direction,
    /// The schemas that a reference may lead to, by pointer. They get numbers for names, since a
    /// name may hold what a URI may not.
    numbers: HashMap<&'s str, usize>,
    patterns: &'s Patterns,
}

/// What checks values against the schemas of a document, for one direction.
///
/// Every schema that is asked for becomes a property of one large schema, and a value to be checked is an object of that
/// one property: so what many schemas refer to is compiled once, and not once for each of them.
#[derive(Debug, Default)]
pub(in super::super) struct Checker {
    validators: Vec<Validator>,
    /// Which validator knows a schema, by the schema's number in the walk, and which property it is there.
    places: HashMap<usize, (usize, String)>,
}

const BASE: &str = "spec:///schemas";

impl Checker {
    /// Compiles the schemas that are asked for; `unbounded` are the numbers of those that hold themselves without an end.
    fn new<'s, 'a: 's>(
        context: &'s Context<'a>,
        direction: Direction,
        asked: Vec<&'s Object<'a>>,
        unbounded: &HashSet<usize>,
    ) -> Self {
        if asked.is_empty() {
            return Self::default();
        }
        let named: Vec<&Object<'a>> = context
            .reach(asked.clone())
            .into_iter()
            .filter(|schema| is_component(&schema.pointer) && !unbounded.contains(&schema.number))
            .collect();
        let numbers = named
            .iter()
            .enumerate()
            .map(|(number, schema)| (schema.pointer.as_str(), number))
            .collect();
        let translation = Translation {
            direction,
            numbers,
            patterns: &context.patterns,
        };
        let schemas: Map<String, Value> = named
            .iter()
            .enumerate()
            .map(|(number, schema)| (format!("s{number}"), translation.schema(schema.node)))
            .collect();
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(BASE, Value::Object(schemas))
            .and_then(|builder| builder.prepare());
        let Ok(registry) = registry else {
            return Self::default();
        };
        let mut properties: HashMap<usize, String> = HashMap::new();
        let mut wanted = Map::new();
        for schema in asked {
            let property = translation.property(schema);
            if !wanted.contains_key(&property) {
                wanted.insert(property.clone(), translation.asked(schema));
            }
            properties.insert(schema.number, property);
        }
        let mut validators = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        compile(&registry, wanted, &mut validators, &mut known);
        let places = properties.into_iter().filter_map(|(number, property)| {
            let place = *known.get(&property)?;
            Some((number, (place, property)))
        });
        Self {
            places: places.collect(),
            validators,
        }
    }

    /// What checks values of a schema that was asked for, and the value as it takes it: the first token of a place in it
    /// is the checker's own. `None` if the schema itself is too broken to check against.
    pub(super) fn prepared(
        &self,
        schema: &Object<'_>,
        value: Value,
    ) -> Option<(&Validator, Value)> {
        let (place, property) = self.places.get(&schema.number)?;
        let value = Value::Object(Map::from_iter([(property.clone(), value)]));
        Some((self.validators.get(*place)?, value))
    }
}

/// What checks the examples and defaults of a document, by their direction. Defaults have none.
pub(in super::super) fn checkers(context: &Context<'_>) -> HashMap<Direction, Checker> {
    let mut asked: HashMap<Direction, Vec<&Object<'_>>> = HashMap::new();
    for example in examples(context) {
        let of_direction = asked.entry(example.direction).or_default();
        of_direction.push(example.schema);
    }
    let without = asked.entry(Direction::Either).or_default();
    without.extend(defaults(context).into_iter().map(|(schema, _)| schema));
    let unbounded: HashSet<usize> = unbounded(context)
        .iter()
        .map(|unbounded| unbounded.object.number)
        .collect();
    let checker = |(direction, schemas)| {
        let checker = Checker::new(context, direction, schemas, &unbounded);
        (direction, checker)
    };
    asked.into_iter().map(checker).collect()
}

/// Compiles the schemas into one validator, or into several where one of them is too broken: it is found by halving.
fn compile(
    registry: &Registry<'_>,
    schemas: Map<String, Value>,
    validators: &mut Vec<Validator>,
    known: &mut HashMap<String, usize>,
) {
    if schemas.is_empty() {
        return;
    }
    let names: Vec<String> = schemas.keys().cloned().collect();
    let whole = json!({ "properties": &schemas });
    let built = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_registry(registry)
        .build(&whole);
    if let Ok(validator) = built {
        known.extend(names.into_iter().map(|name| (name, validators.len())));
        validators.push(validator);
        return;
    }
    if let [_] = names.as_slice() {
        return;
    }
    let (first, second): (Vec<_>, Vec<_>) = schemas
        .into_iter()
        .enumerate()
        .partition(|(place, _)| *place < names.len() / 2);
    for half in [first, second] {
        let half = half.into_iter().map(|(_, schema)| schema).collect();
        compile(registry, half, validators, known);
    }
}

impl Translation<'_> {
    /// The number of a schema that stands in `components/schemas`, or refers there.
    fn number(&self, schema: &Object<'_>) -> Option<usize> {
        let referred = schema
            .node
            .reference()
            .and_then(|reference| reference.strip_prefix('#'));
        let pointer = referred.unwrap_or(&schema.pointer);
        self.numbers.get(pointer).copied()
    }

    /// The property that a schema is of the checker's large schema.
    fn property(&self, schema: &Object<'_>) -> String {
        match self.number(schema) {
            Some(number) => format!("s{number}"),
            None => format!("o{}", schema.number),
        }
    }

    /// A schema that is asked for: a reference where it has a number.
    fn asked(&self, schema: &Object<'_>) -> Value {
        match self.number(schema) {
            Some(number) => json!({ "$ref": format!("{BASE}#/s{number}") }),
            None => self.schema(schema.node),
        }
    }

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
                "pattern" => value
                    .as_str()
                    .is_some_and(|pattern| self.patterns.is_usable(pattern)),
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
