//! The pass that leaves out what the calls use no more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::api::{Api, entries, schema_name};

/// Takes out the schemas that an earlier pass has taken out of all operations and webhooks. One that has been in none from
/// the first is the caller's to use: it may be what a text or a blob holds.
pub(super) fn prune(api: &Api, document: &mut Value) -> usize {
    let mut reached = reached(document);
    for name in unused(&api.document) {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        follow(document, &schema, &mut reached);
    }
    let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    else {
        return 0;
    };
    let before = schemas.len();
    schemas.retain(|name, _| reached.contains(name));
    before - schemas.len()
}

/// The names of the schemas that operations and webhooks lead to.
fn reached(document: &Value) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    follow(document, &document["paths"], &mut reached);
    if let Some(webhooks) = document.pointer("/components/x-webhooks") {
        follow(document, webhooks, &mut reached);
    }
    reached
}

/// The names of the schemas that nothing leads to, but for those of files: what is sent part by part has no type.
pub(crate) fn unused(document: &Value) -> Vec<String> {
    let reached = reached(document);
    let files = files(document);
    let names = entries(&document["components"]["schemas"]).map(|(name, _)| name);
    names
        .filter(|name| !reached.contains(*name) && !files.contains(name.as_str()))
        .cloned()
        .collect()
}

/// The names of the schemas that hold bytes as they are, or lead to one that does.
fn files(document: &Value) -> BTreeSet<&str> {
    let mut referring: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut open: Vec<&str> = Vec::new();
    for (name, schema) in entries(&document["components"]["schemas"]) {
        let mut found = Vec::new();
        references(schema, &mut found);
        for target in found.into_iter().filter_map(schema_name) {
            referring.entry(target).or_default().push(name);
        }
        if has_bytes(schema) {
            open.push(name);
        }
    }
    let mut files = BTreeSet::new();
    while let Some(name) = open.pop() {
        if files.insert(name) {
            open.extend(referring.get(name).into_iter().flatten());
        }
    }
    files
}

/// Whether a schema, or one inside it, is of bytes as they are.
fn has_bytes(schema: &Value) -> bool {
    schema["format"] == "binary"
        || entries(schema).any(|(_, child)| has_bytes(child))
        || schema.as_array().into_iter().flatten().any(has_bytes)
}

/// Adds to `reached` every schema that `node` leads to.
pub(crate) fn follow(document: &Value, node: &Value, reached: &mut BTreeSet<String>) {
    let mut seen = BTreeSet::new();
    let mut open = Vec::new();
    references(node, &mut open);
    while let Some(referring) = open.pop() {
        let reference = referring["$ref"].as_str().unwrap_or_default();
        let new = match schema_name(referring) {
            Some(name) => reached.insert(name.to_owned()),
            None => seen.insert(reference),
        };
        let target = (reference.strip_prefix('#')).and_then(|pointer| document.pointer(pointer));
        if let Some(target) = target.filter(|_| new) {
            references(target, &mut open);
        }
    }
}

/// Adds to `found` everything in `node` that refers to something else.
fn references<'a>(node: &'a Value, found: &mut Vec<&'a Value>) {
    match node {
        Value::Object(fields) if fields.get("$ref").is_some_and(Value::is_string) => {
            found.push(node);
        }
        Value::Object(fields) => {
            for (key, child) in fields {
                match key.as_str() {
                    // What stands in an example is data, whatever it looks like.
                    "example" | "examples" => {}
                    // A field may be called so.
                    "properties" => entries(child).for_each(|(_, field)| references(field, found)),
                    _ => references(child, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_leads_to_bytes_is_a_file_and_nothing_else_is() {
        let to = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let document = json!({ "components": { "schemas": {
            "Bytes": { "type": "string", "format": "binary" },
            "Part": { "properties": { "bytes": to("Bytes"), "whole": to("Form") } },
            "Form": { "properties": { "part": { "type": "array", "items": to("Part") } } },
            "Word": { "properties": { "next": to("Word"), "format": { "type": "string" } } },
        } } });
        assert_eq!(unused(&document), ["Word"]);
    }

    #[test]
    fn a_field_called_example_leads_on_and_an_example_does_not() {
        let to = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let document = json!({ "components": { "schemas": {
            "Word": {
                "properties": { "example": to("Sentence"), "properties": to("Gender") },
                "example": { "example": to("Shown") },
            },
            "Sentence": { "type": "object" },
            "Gender": { "type": "object" },
            "Shown": { "type": "object" },
        } } });
        let mut reached = BTreeSet::new();
        follow(&document, &to("Word"), &mut reached);
        assert_eq!(
            reached.iter().map(String::as_str).collect::<Vec<_>>(),
            ["Gender", "Sentence", "Word"]
        );
    }
}
