//! The pass that leaves out what no call uses.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::api::{Api, entries, schema_name};

/// Takes out the schemas that no operation and no webhook leads to.
pub(super) fn prune(_: &Api, document: &mut Value) -> usize {
    let mut reached = BTreeSet::new();
    follow(document, &document["paths"], &mut reached);
    if let Some(webhooks) = document.pointer("/components/x-webhooks") {
        follow(document, webhooks, &mut reached);
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
