//! The pass that leaves out what the calls use no more.

use std::collections::BTreeSet;

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
    let schemas = &document["components"]["schemas"];
    let is_file = |name: &str| {
        let mut below = BTreeSet::from([name.to_owned()]);
        follow(document, &schemas[name], &mut below);
        below.iter().any(|name| has_bytes(&schemas[name]))
    };
    let names = entries(schemas).map(|(name, _)| name);
    names
        .filter(|name| !reached.contains(*name) && !is_file(name))
        .cloned()
        .collect()
}

/// Whether a schema, or one inside it, is of bytes as they are.
fn has_bytes(schema: &Value) -> bool {
    schema["format"] == "binary"
        || entries(schema).any(|(_, child)| has_bytes(child))
        || schema.as_array().into_iter().flatten().any(has_bytes)
}

/// Adds to `reached` every schema that `node` leads to.
pub(crate) fn follow(document: &Value, node: &Value, reached: &mut BTreeSet<String>) {
    if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
        let new = schema_name(node).is_none_or(|name| reached.insert(name.to_owned()));
        if let Some(target) = reference
            .strip_prefix('#')
            .and_then(|pointer| document.pointer(pointer))
            .filter(|_| new)
        {
            follow(document, target, reached);
        }
        return;
    }
    for (key, child) in entries(node) {
        match key.as_str() {
            // What stands in an example is data, whatever it looks like.
            "example" | "examples" => {}
            // A field may be called so.
            "properties" => entries(child).for_each(|(_, field)| follow(document, field, reached)),
            _ => follow(document, child, reached),
        }
    }
    for child in node.as_array().into_iter().flatten() {
        follow(document, child, reached);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
