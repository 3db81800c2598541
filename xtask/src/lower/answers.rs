//! Passes over what a call answers.

use serde_json::{Value, json};

use crate::api::{Api, entries, framing, is_json, is_typed, resolve};

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

/// All responses that are no references, those of the components too.
pub(super) fn responses(
    document: &mut Value,
) -> impl Iterator<Item = &mut serde_json::Map<String, Value>> {
    let (mut shared, mut own) = (None, None);
    for (key, section) in document.as_object_mut().into_iter().flatten() {
        match key.as_str() {
            "components" => shared = map_mut(section, "responses"),
            "paths" => own = section.as_object_mut(),
            _ => {}
        }
    }
    let items = own.into_iter().flat_map(|paths| paths.values_mut());
    let operations = items
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut());
    let own = operations.filter_map(|operation| map_mut(operation, "responses"));
    let all = shared.into_iter().chain(own);
    all.flat_map(|responses| responses.values_mut())
        .filter_map(Value::as_object_mut)
        .filter(|response| !response.contains_key("$ref"))
}

/// The map at `key`; unlike indexing, it does not put a null where there is none.
fn map_mut<'a>(node: &'a mut Value, key: &str) -> Option<&'a mut serde_json::Map<String, Value>> {
    node.get_mut(key)?.as_object_mut()
}

/// Replaces the schema of a success by the schema of the value inside its envelope.
pub(super) fn unwrap_envelopes(api: &Api, document: &mut Value) -> usize {
    let whole = &api.document;
    let mut places = 0;
    for operation in operations(document) {
        for (status, response) in map_mut(operation, "responses").into_iter().flatten() {
            if !status.starts_with('2') {
                continue;
            }
            *response = resolve(whole, response).clone();
            for content in map_mut(response, "content")
                .into_iter()
                .flat_map(|content| content.values_mut())
            {
                let schema = resolve(whole, &content["schema"]);
                let Some(value) = schema["x-envelope"]["value"].as_str() else {
                    continue;
                };
                if let Some(inner) = value_schema(whole, schema, value) {
                    content["schema"] = inner;
                    places += 1;
                }
            }
        }
    }
    places
}

/// Leaves one success, with one body of JSON or none: texts and bytes have no schema to make a type of.
pub(super) fn one_json_success(api: &Api, document: &mut Value) -> usize {
    let whole = &api.document;
    let mut places = 0;
    for operation in operations(document) {
        places += usize::from(plain_request(whole, operation));
        let Some(responses) = map_mut(operation, "responses") else {
            continue;
        };
        let successes: Vec<String> = responses
            .keys()
            .filter(|status| status.starts_with('2'))
            .cloned()
            .collect();
        let has_body = |response: &Value| {
            entries(&resolve(whole, response)["content"])
                .next()
                .is_some()
        };
        let chosen = successes
            .iter()
            .find(|status| has_body(&responses[status.as_str()]))
            .or(successes.first());
        let Some(chosen) = chosen else { continue };
        for other in successes.iter().filter(|status| *status != chosen) {
            responses.remove(other);
            places += 1;
        }
        let response = &mut responses[chosen.as_str()];
        let resolved = resolve(whole, response);
        let Some((media_type, content)) = entries(&resolved["content"]).next() else {
            continue;
        };
        if media_type != "application/json" {
            let is_json = match framing(media_type) {
                Some(framing) => is_typed(whole, framing, &content["schema"]),
                None => is_json(media_type),
            };
            let media_type = media_type.clone();
            *response = resolved.clone();
            let content =
                map_mut(response, "content").and_then(|content| content.remove(&media_type));
            if let Some(fields) = response.as_object_mut() {
                fields.remove("content");
            }
            if let Some(content) = content.filter(|_| is_json) {
                response["content"] = json!({ "application/json": content });
            }
            places += 1;
        }
    }
    places
}

/// JSON under its plain name, and no body where it is a text or bytes.
fn plain_request(whole: &Value, operation: &mut Value) -> bool {
    let Some(body) = operation.get("requestBody") else {
        return false;
    };
    let body = resolve(whole, body);
    let Some((media_type, content)) = entries(&body["content"]).next() else {
        return false;
    };
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let plain = if is_json(media_type) {
        Some("application/json")
    } else {
        [FORM].into_iter().find(|form| *form == essence)
    };
    let encoded = content.get("encoding").is_some();
    if essence.starts_with("multipart/") || (!encoded && plain == Some(media_type.as_str())) {
        return false;
    }
    if let Some(plain) = plain {
        let mut body = body.clone();
        body["content"] = json!({ plain: { "schema": content["schema"] } });
        operation["requestBody"] = body;
    } else if let Some(operation) = operation.as_object_mut() {
        operation.remove("requestBody");
    }
    true
}

const FORM: &str = "application/x-www-form-urlencoded";

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
