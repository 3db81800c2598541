//! Passes over what a call carries.

use serde_json::{Value, json};

use super::parameter_name;
use crate::api::{Api, Operation, resolve};

/// Renames every parameter to its place in the operation's list, and moves all of them into the operation itself. Where
/// they go says the [`Api`]: here they all stand in the query, below a path that no other operation has.
pub(super) fn number(api: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    let mut paths = serde_json::Map::new();
    for (place, operation) in api.operations.iter().enumerate() {
        let pointer = format!(
            "/paths/{}/{}",
            escaped(&operation.key),
            operation.method.to_ascii_lowercase()
        );
        let Some(mut lowered) = document.pointer(&pointer).cloned() else {
            continue;
        };
        let parameters = numbered(operation);
        places += parameters.len();
        lowered["parameters"] = Value::Array(parameters);
        let method = operation.method.to_ascii_lowercase();
        paths.insert(format!("/operation-{place}"), json!({ method: lowered }));
    }
    document["paths"] = Value::Object(paths);
    places
}

/// Turns multipart bodies into parameters: they are numbered with the others, so the body just goes.
pub(super) fn spread_multipart(api: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    for operation in super::answers::operations(document) {
        let body = operation
            .get("requestBody")
            .map(|body| resolve(&api.document, body));
        let multipart = body.and_then(|body| body["content"].as_object());
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

fn numbered(operation: &Operation) -> Vec<Value> {
    let parameters = operation.parameters.iter().enumerate();
    parameters
        .map(|(place, parameter)| {
            json!({
                "name": parameter_name(place),
                "in": "query",
                "required": parameter.required,
                "schema": parameter.schema,
            })
        })
        .collect()
}

fn escaped(path: &str) -> String {
    path.replace('~', "~0").replace('/', "~1")
}
