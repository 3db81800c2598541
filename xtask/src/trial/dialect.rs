//! The schemas of a document as its vendor wrote them, in the words of JSON Schema: draft 4 for Swagger 2.0 and OpenAPI
//! 3.0, which are made of it, and 2020-12 for 3.1.
//!
//! None of the passes of `adopt` is used: what they get wrong has to show. What a validator would refuse as no schema at
//! all says nothing here either.

use jsonschema::Draft;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::{
    api::{entries, items},
    spec::COUNTS,
};

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Swagger2,
    OpenApi30,
    OpenApi31,
}

/// What a pointer in a URL is written with.
const POINTER: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The keywords that hold a schema.
const SCHEMAS: [&str; 10] = [
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "additionalItems",
    "additionalProperties",
];

/// The keywords that hold a map of schemas.
const MAPS: [&str; 5] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "definitions",
    "$defs",
];

/// The words that 3.0 has none of.
const LATER: [&str; 13] = [
    "const",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
    "dependentSchemas",
    "dependentRequired",
    "minContains",
    "maxContains",
];

impl Dialect {
    /// That of the document.
    pub(super) fn of(document: &Value) -> Self {
        let version = |key: &str| match &document[key] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if version("swagger").starts_with('2') {
            Self::Swagger2
        } else if version("openapi").starts_with("3.0") {
            Self::OpenApi30
        } else {
            Self::OpenApi31
        }
    }

    /// The draft of JSON Schema that it is made of.
    pub(super) fn draft(self) -> Draft {
        match self {
            Self::Swagger2 | Self::OpenApi30 => Draft::Draft4,
            Self::OpenApi31 => Draft::Draft202012,
        }
    }

    /// Where the named schemas stand.
    pub(super) fn named(self) -> &'static str {
        match self {
            Self::Swagger2 => "/definitions",
            Self::OpenApi30 | Self::OpenApi31 => "/components/schemas",
        }
    }

    fn is_later(self) -> bool {
        self == Self::OpenApi31
    }

    /// The document with its schemas in the words of the draft, each where it stood.
    pub(super) fn translated(self, document: &Value) -> Value {
        let mut document = document.clone();
        if let Some(root) = document.as_object_mut() {
            // These name and refer to schemas in words of their own.
            for key in ["id", "$id", "$schema", "jsonSchemaDialect", "$self"] {
                root.remove(key);
            }
        }
        self.holder(&mut document, "");
        document
    }

    /// Something that is no schema and may hold some; `key` is where it stands.
    fn holder(self, node: &mut Value, key: &str) {
        match node {
            Value::Object(map) => {
                for (name, child) in map {
                    match name.as_str() {
                        "schemas" if key == "components" => self.each(child),
                        "definitions" | "$defs" if key.is_empty() => self.each(child),
                        "schema" if key != "responses" && key != "properties" => {
                            self.schema(child);
                        }
                        "example" | "examples" => {}
                        "default" if key != "responses" => {}
                        _ if name.starts_with("x-") => {}
                        name => self.holder(child, name),
                    }
                }
            }
            Value::Array(list) => {
                for item in list {
                    self.holder(item, "[]");
                }
            }
            _ => {}
        }
    }

    fn each(self, map: &mut Value) {
        for schema in map.as_object_mut().into_iter().flat_map(Map::values_mut) {
            self.schema(schema);
        }
    }

    /// Says a schema in the words of the draft.
    pub(super) fn schema(self, schema: &mut Value) {
        match schema {
            Value::Bool(_) if self.is_later() => return,
            Value::Bool(true) | Value::Null => *schema = json!({}),
            Value::Bool(false) => *schema = json!({ "not": {} }),
            _ => {}
        }
        let Value::Object(map) = schema else {
            *schema = json!({});
            return;
        };
        let nullable = ["nullable", "x-nullable", "x-is-nullable", "x-isnullable"]
            .iter()
            .any(|key| map.get(*key) == Some(&json!(true)));
        map.retain(|key, value| !key.starts_with("x-") && self.is_sound(key, value));
        for key in ["nullable", "id", "$id", "$schema"] {
            map.remove(key);
        }
        if let Some(Value::String(reference)) = map.get_mut("$ref") {
            *reference = encoded(reference);
            if !self.is_later() {
                // What stands beside it says nothing there.
                map.retain(|key, _| key == "$ref");
            }
        }
        bounds(map, self.is_later());
        for (key, value) in map.iter_mut() {
            let key = key.as_str();
            if MAPS.contains(&key) {
                self.each(value);
            } else if matches!(key, "allOf" | "oneOf" | "anyOf" | "prefixItems")
                || key == "items" && value.is_array()
            {
                for part in value.as_array_mut().into_iter().flatten() {
                    self.schema(part);
                }
            } else if key == "items" || SCHEMAS.contains(&key) && !value.is_boolean() {
                self.schema(value);
            }
        }
        if nullable {
            nulled(schema);
        }
    }

    /// Whether a keyword holds what it may, so that it says anything.
    fn is_sound(self, key: &str, value: &Value) -> bool {
        if COUNTS.contains(&key) {
            return value.is_u64();
        }
        if !self.is_later() && LATER.contains(&key) {
            return false;
        }
        match key {
            "type" => {
                let known = |name: &Value| {
                    matches!(
                        name.as_str(),
                        Some(
                            "string"
                                | "number"
                                | "integer"
                                | "boolean"
                                | "array"
                                | "object"
                                | "null"
                        )
                    )
                };
                known(value)
                    || value
                        .as_array()
                        .is_some_and(|names| !names.is_empty() && names.iter().all(known))
            }
            "required" | "enum" | "allOf" | "oneOf" | "anyOf" | "prefixItems" => {
                let texts = key != "required" || items(value).all(Value::is_string);
                texts && value.as_array().is_some_and(|list| !list.is_empty())
            }
            "minimum" | "maximum" => value.is_number(),
            "multipleOf" => value.as_f64().is_some_and(|number| number > 0.0),
            "uniqueItems" => value.is_boolean(),
            "exclusiveMinimum" | "exclusiveMaximum" => value.is_number() || value.is_boolean(),
            "pattern" => value.as_str().is_some_and(is_pattern),
            "properties" | "dependentSchemas" | "$defs" | "definitions" => value.is_object(),
            "patternProperties" => {
                value.is_object() && entries(value).all(|(name, _)| is_pattern(name))
            }
            "items" => {
                value.is_object() || value.is_array() || self.is_later() && value.is_boolean()
            }
            "additionalProperties" | "additionalItems" => value.is_object() || value.is_boolean(),
            "$ref" | "format" => value.is_string(),
            "not" | "if" | "then" | "else" | "contains" | "propertyNames" => {
                value.is_object() || self.is_later() && value.is_boolean()
            }
            _ => true,
        }
    }
}

/// Whether any engine takes it.
fn is_pattern(pattern: &str) -> bool {
    let schema = json!({ "pattern": pattern });
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .build(&schema)
        .is_ok()
}

/// A reference whose pointer is fit for a URL.
fn encoded(reference: &str) -> String {
    match reference.split_once('#') {
        Some((file, pointer)) => {
            let plain = percent_decode_str(pointer).decode_utf8_lossy();
            format!("{file}#{}", for_url(&plain))
        }
        None => reference.to_owned(),
    }
}

/// A pointer as it stands in a URL.
pub(super) fn for_url(pointer: &str) -> String {
    utf8_percent_encode(pointer, POINTER).to_string()
}

/// A bound that is left out is a flag in draft 4, and a number in its own right later.
fn bounds(map: &mut Map<String, Value>, is_later: bool) {
    for (exclusive, inclusive) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        match map.get(exclusive).cloned() {
            Some(Value::Bool(flag)) if is_later => {
                map.remove(exclusive);
                if flag && let Some(bound) = map.remove(inclusive) {
                    map.insert(exclusive.to_owned(), bound);
                }
            }
            Some(Value::Bool(_)) if !map.contains_key(inclusive) => {
                map.remove(exclusive);
            }
            Some(bound @ Value::Number(_)) if !is_later => {
                map.insert(inclusive.to_owned(), bound);
                map.insert(exclusive.to_owned(), json!(true));
            }
            _ => {}
        }
    }
}

/// The schema, or null. Where nothing but its type forbids null, it stays as it is, so that what refers into it finds it.
fn nulled(schema: &mut Value) {
    let Value::Object(map) = schema else { return };
    let plain = ["$ref", "allOf", "oneOf", "anyOf", "not", "enum", "const"]
        .iter()
        .all(|key| !map.contains_key(*key));
    match map.get("type").cloned() {
        None if plain => {}
        Some(Value::String(kind)) if plain => {
            map.insert("type".to_owned(), json!([kind, "null"]));
        }
        Some(Value::Array(mut kinds)) if plain => {
            kinds.push(json!("null"));
            kinds.dedup();
            map.insert("type".to_owned(), kinds.into());
        }
        _ => *schema = json!({ "anyOf": [schema.clone(), { "type": "null" }] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(dialect: Dialect, schema: Value) -> Value {
        let mut schema = schema;
        dialect.schema(&mut schema);
        schema
    }

    #[test]
    fn null_is_allowed_in_all_spellings() {
        for (dialect, key) in [
            (Dialect::Swagger2, "x-nullable"),
            (Dialect::OpenApi30, "nullable"),
            (Dialect::OpenApi31, "nullable"),
        ] {
            for schema in [
                json!({ "type": "string", key: true }),
                json!({ "type": "string", "enum": ["a"], key: true }),
                json!({ "allOf": [{ "type": "object" }], key: true }),
            ] {
                let schema = said(dialect, schema);
                let validator = jsonschema::options()
                    .with_draft(dialect.draft())
                    .build(&schema)
                    .expect("a schema");
                assert!(validator.is_valid(&Value::Null), "{schema}");
            }
        }
    }

    #[test]
    fn what_is_left_out_of_a_range_is_said_as_the_draft_says_it() {
        assert_eq!(
            said(Dialect::OpenApi30, json!({ "exclusiveMinimum": 1 })),
            json!({ "exclusiveMinimum": true, "minimum": 1 })
        );
        assert_eq!(
            said(
                Dialect::OpenApi31,
                json!({ "exclusiveMinimum": true, "minimum": 1 })
            ),
            json!({ "exclusiveMinimum": 1 })
        );
    }

    #[test]
    fn beside_a_reference_stands_nothing_before_3_1() {
        let schema = json!({ "$ref": "#/definitions/Page<A>", "minLength": 1 });
        assert_eq!(
            said(Dialect::Swagger2, schema.clone()),
            json!({ "$ref": "#/definitions/Page%3CA%3E" })
        );
        assert_eq!(said(Dialect::OpenApi31, schema)["minLength"], 1);
    }

    #[test]
    fn schemas_of_any_name_are_found() {
        let document = json!({
            "openapi": "3.0.0",
            "components": {
                "schemas": { "example": { "type": "string", "nullable": true } },
                "responses": { "default": { "content": { "a/b": { "schema": { "nullable": true, "type": "string" } } } } },
            },
        });
        let document = Dialect::of(&document).translated(&document);
        let both = json!({ "type": ["string", "null"] });
        assert_eq!(document["components"]["schemas"]["example"], both);
        assert_eq!(
            document["components"]["responses"]["default"]["content"]["a/b"]["schema"],
            both
        );
    }
}
