//! Passes over what a call carries.

use serde_json::{Value, json};

use super::parameter_name;
use crate::api::{Api, Operation, Place};

/// Renames every parameter to its place in the operation's list, and moves all of them into the operation itself.
pub(super) fn number(api: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    let mut paths = serde_json::Map::new();
    for operation in &api.operations {
        let pointer = format!(
            "/paths/{}/{}",
            escaped(&operation.path),
            operation.method.to_ascii_lowercase()
        );
        let Some(mut lowered) = document.pointer(&pointer).cloned() else {
            continue;
        };
        let (path, parameters) = numbered(operation);
        places += parameters.len();
        lowered["parameters"] = Value::Array(parameters);
        paths.entry(path).or_insert_with(|| json!({}))[operation.method.to_ascii_lowercase()] =
            lowered;
    }
    document["paths"] = Value::Object(paths);
    places
}

/// Turns multipart bodies into parameters: they are numbered with the others, so the body just goes.
pub(super) fn spread_multipart(_: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    for operation in super::answers::operations(document) {
        let multipart = operation["requestBody"]["content"].as_object();
        if multipart.is_some_and(|content| content.keys().any(|key| key.starts_with("multipart/")))
        {
            operation
                .as_object_mut()
                .map(|operation| operation.remove("requestBody"));
            places += 1;
        }
    }
    places
}

fn numbered(operation: &Operation) -> (String, Vec<Value>) {
    let mut path = operation.path.clone();
    let mut parameters = Vec::new();
    for (place, parameter) in operation.parameters.iter().enumerate() {
        let name = parameter_name(place);
        let location = match parameter.place {
            Place::Path => {
                path = path.replace(&format!("{{{}}}", parameter.name), &format!("{{{name}}}"));
                "path"
            }
            Place::Header => "header",
            Place::Query | Place::Part => "query",
        };
        parameters.push(json!({
            "name": name,
            "in": location,
            "required": parameter.required,
            "schema": parameter.schema,
        }));
    }
    (path, parameters)
}

fn escaped(path: &str) -> String {
    path.replace('~', "~0").replace('/', "~1")
}
