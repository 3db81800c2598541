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
    // What stands in an example is data, whatever it looks like.
    for (_, child) in
        entries(node).filter(|(key, _)| !matches!(key.as_str(), "example" | "examples"))
    {
        follow(document, child, reached);
    }
    for child in node.as_array().into_iter().flatten() {
        follow(document, child, reached);
    }
}
