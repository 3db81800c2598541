//! Passes over what a call answers.

use serde_json::{Value, json};

use crate::api::{Api, resolve};

/// Every operation of a document.
pub(super) fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = map_mut(document, "paths")
        .into_iter()
        .flat_map(|paths| paths.values_mut());
    paths
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut())
        .filter(|operation| operation.is_object())
}

/// The map at `key`; unlike indexing, it does not put a null where there is none.
fn map_mut<'a>(node: &'a mut Value, key: &str) -> Option<&'a mut serde_json::Map<String, Value>> {
    node.get_mut(key)?.as_object_mut()
}

/// Replaces the schema of a success by the schema of the value inside its envelope.
pub(super) fn unwrap_envelopes(_: &Api, document: &mut Value) -> usize {
    let whole = document.clone();
    let mut places = 0;
    for operation in operations(document) {
        for (status, response) in map_mut(operation, "responses").into_iter().flatten() {
            if !status.starts_with('2') {
                continue;
            }
            *response = resolve(&whole, response).clone();
            for content in map_mut(response, "content")
                .into_iter()
                .flat_map(|content| content.values_mut())
            {
                let schema = resolve(&whole, &content["schema"]);
                let Some(value) = schema["x-envelope"]["value"].as_str() else {
                    continue;
                };
                if let Some(inner) = value_schema(&whole, schema, value) {
                    content["schema"] = inner;
                    places += 1;
                }
            }
        }
    }
    places
}

/// The schema that stands at a JSON pointer of the values of `schema`.
pub(crate) fn value_schema(document: &Value, schema: &Value, pointer: &str) -> Option<Value> {
    let mut found = schema;
    for token in pointer.split('/').skip(1) {
        found = resolve(document, found)["properties"].get(token)?;
    }
    Some(found.clone())
}

/// Gives an operation whose success is a web socket a success of one message.
pub(super) fn sockets(_: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    for operation in operations(document) {
        let message = operation["x-websocket"]["message"].clone();
        let Some(responses) = map_mut(operation, "responses") else {
            continue;
        };
        if responses.remove("101").is_some() {
            let content = json!({ "application/json": { "schema": message } });
            responses.insert(
                "200".to_owned(),
                json!({ "description": "one message", "content": content }),
            );
            places += 1;
        }
    }
    places
}

/// Takes out the answers to failures.
pub(super) fn drop_failures(_: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    for operation in operations(document) {
        let Some(responses) = map_mut(operation, "responses") else {
            continue;
        };
        let before = responses.len();
        responses.retain(|status, _| status.starts_with('2'));
        places += before - responses.len();
    }
    places
}
