//! Whether a value fits a schema of a document in the profile.

use jsonschema::{Draft, Registry};
use serde_json::{Map, Value, json};

use crate::api::entries;

const BASE: &str = "spec:///schemas";

/// The schemas of a document.
#[derive(Debug)]
pub(super) struct Checking {
    registry: Option<Registry<'static>>,
    names: Vec<String>,
}

impl Checking {
    pub(super) fn of(document: &Value) -> Self {
        let names: Vec<String> = entries(&document["components"]["schemas"])
            .map(|(name, _)| name.clone())
            .collect();
        let schemas: Map<String, Value> = entries(&document["components"]["schemas"])
            .enumerate()
            .map(|(number, (_, schema))| (format!("s{number}"), translated(schema, &names)))
            .collect();
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(BASE, Value::Object(schemas))
            .and_then(|builder| builder.prepare())
            .ok();
        Self { registry, names }
    }

    /// What is wrong with the value as one of the schema called `name`.
    pub(super) fn fault(&self, name: &str, value: &Value) -> Option<String> {
        let number = self.names.iter().position(|other| other == name)?;
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(self.registry.as_ref()?)
            .build(&json!({ "$ref": format!("{BASE}#/s{number}") }));
        match validator {
            Ok(validator) => validator
                .iter_errors(value)
                .next()
                .map(|error| format!("{}: {error}", error.instance_path())),
            Err(error) => Some(error.to_string()),
        }
    }
}

/// The schema in the words of JSON Schema. A value that fits two branches of `oneOf` is as good as one that fits one: no
/// type could tell.
fn translated(schema: &Value, names: &[String]) -> Value {
    let Value::Object(map) = schema else {
        return json!(true);
    };
    if let Some(name) = crate::api::schema_name(schema) {
        return match names.iter().position(|other| other == name) {
            Some(number) => json!({ "$ref": format!("{BASE}#/s{number}") }),
            None => json!(true),
        };
    }
    let mut out = Map::new();
    for (key, value) in map {
        let value = match key.as_str() {
            "type" | "required" | "minLength" | "maxLength" | "minItems" | "maxItems"
            | "minProperties" => value.clone(),
            "enum" if map.get("x-open-enum") != Some(&json!(true)) => value.clone(),
            "properties" => entries(value)
                .map(|(name, schema)| (name.clone(), translated(schema, names)))
                .collect::<Map<_, _>>()
                .into(),
            "items" => translated(value, names),
            "additionalProperties" if value.is_object() => translated(value, names),
            "allOf" | "oneOf" | "anyOf" => {
                let branches: Vec<Value> = crate::api::items(value)
                    .map(|branch| translated(branch, names))
                    .collect();
                out.insert(
                    if key == "allOf" { "allOf" } else { "anyOf" }.to_owned(),
                    branches.into(),
                );
                continue;
            }
            _ => continue,
        };
        out.insert(key.clone(), value);
    }
    let out = Value::Object(out);
    match map.get("nullable") {
        Some(Value::Bool(true)) => json!({ "anyOf": [out, { "type": "null" }] }),
        _ => out,
    }
}
