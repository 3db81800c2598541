//! What is said of a value: the keywords of a schema, and of several at once.

use std::borrow::Cow;

use serde_json::Value;

use super::Schema;
use crate::{api::items, spec::document::reference_tokens};

/// The least and the most that all schemas allow.
pub(in crate::trial::samples) fn counts<'v>(
    parts: impl Iterator<Item = &'v Value> + Clone,
    least: &str,
    most: &str,
) -> (usize, usize) {
    let count = |value: &Value| value.as_u64().and_then(|count| usize::try_from(count).ok());
    let least = parts.clone().filter_map(|part| count(&part[least])).max();
    let most = parts.filter_map(|part| count(&part[most])).min();
    (least.unwrap_or(0), most.unwrap_or(usize::MAX))
}

/// What a keyword of the schema holds.
pub(super) fn below<'a>(schema: &Schema<'a>, key: &str) -> Option<Schema<'a>> {
    match schema {
        Cow::Borrowed(schema) => schema.get(key).map(Cow::Borrowed),
        Cow::Owned(schema) => schema.get(key).cloned().map(Cow::Owned),
    }
}

/// The schemas of a list.
pub(super) fn listed<'a>(schema: &Schema<'a>, key: &str) -> Vec<Schema<'a>> {
    match schema {
        Cow::Borrowed(schema) => items(&schema[key]).map(Cow::Borrowed).collect(),
        Cow::Owned(schema) => items(&schema[key]).cloned().map(Cow::Owned).collect(),
    }
}

/// The key that holds the schemas of the first items, one by one.
pub(super) fn tuple_key(schema: &Value) -> &'static str {
    match schema["items"].is_array() {
        true => "items",
        false => "prefixItems",
    }
}

pub(super) fn tuple(schema: &Value) -> Vec<&Value> {
    items(&schema[tuple_key(schema)]).collect()
}

pub(super) fn tuple_of<'a>(schema: &Schema<'a>) -> Vec<Schema<'a>> {
    listed(schema, tuple_key(schema))
}

/// The schema of the items behind those.
pub(super) fn rest<'a>(schema: &Schema<'a>) -> Option<Schema<'a>> {
    match schema["items"].is_array() {
        true => below(schema, "additionalItems"),
        false => below(schema, "items"),
    }
}

/// What a reference within the document leads to.
pub(super) fn referred<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    reference_tokens(reference.strip_prefix('#')?)
        .iter()
        .try_fold(document, |node, token| match node {
            Value::Array(items) => items.get(token.parse::<usize>().ok()?),
            node => node.get(token),
        })
}

pub(super) const KINDS: [&str; 7] = [
    "object", "array", "string", "integer", "number", "boolean", "null",
];

/// The types that all schemas allow.
pub(super) fn kinds(parts: &[&Value]) -> Vec<&'static str> {
    let allows = |part: &Value, kind: &str| {
        let allowed = |name: &Value| name == kind || name == "number" && kind == "integer";
        match &part["type"] {
            Value::Null => true,
            Value::Array(names) => names.iter().any(allowed),
            name => allowed(name),
        }
    };
    let mut kinds: Vec<&str> = KINDS.to_vec();
    kinds.retain(|kind| parts.iter().all(|part| allows(part, kind)));
    if kinds.contains(&"number") {
        kinds.retain(|kind| *kind != "integer");
    }
    kinds
}

pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

pub(super) fn is_said(parts: &[&Value], key: &str) -> bool {
    parts.iter().any(|part| part.get(key).is_some())
}

/// The type that the other keywords are of.
pub(super) fn told(parts: &[&Value]) -> Option<&'static str> {
    const OF: [(&str, &[&str]); 4] = [
        (
            "object",
            &[
                "properties",
                "required",
                "additionalProperties",
                "patternProperties",
                "propertyNames",
                "minProperties",
                "maxProperties",
            ],
        ),
        ("array", &["items", "prefixItems", "minItems", "maxItems"]),
        ("string", &["pattern", "minLength", "maxLength", "format"]),
        ("number", &["minimum", "maximum", "multipleOf"]),
    ];
    let found = OF
        .iter()
        .find(|(_, keys)| keys.iter().any(|key| is_said(parts, key)));
    found.map(|(kind, _)| *kind)
}
