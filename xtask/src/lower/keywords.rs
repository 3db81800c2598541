//! Passes over keywords of schemas.

use serde_json::Value;

use crate::api::Api;

/// Keywords that typify would turn into checks on construction and on reading, or into values nobody sent.
const CHECKS: [&str; 13] = [
    "default",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "maxProperties",
];

/// Takes out the keywords that check or fill in values.
pub(super) fn drop_checks(_: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    schemas(document, &mut |schema| {
        for keyword in CHECKS {
            places += usize::from(schema.remove(keyword).is_some());
        }
    });
    places
}

/// Spells `additionalProperties: true` so that the fields it allows are kept, and takes out `false`.
pub(super) fn keep_unknown_fields(_: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    schemas(document, &mut |schema| {
        let Some(Value::Bool(allowed)) = schema.get("additionalProperties") else {
            return;
        };
        places += 1;
        // An object without any properties is a map already.
        if *allowed && schema.contains_key("properties") {
            schema.insert(
                "additionalProperties".to_owned(),
                Value::Object(serde_json::Map::new()),
            );
        } else {
            schema.remove("additionalProperties");
        }
    });
    places
}

/// Makes `anyOf` a `oneOf`, without a discriminator: no two branches of what is left to progenitor fit one value.
pub(super) fn one_of_the_kinds(_: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    schemas(document, &mut |schema| {
        schema.remove("discriminator");
        if let Some(kinds) = schema.remove("anyOf") {
            schema.insert("oneOf".to_owned(), kinds);
            places += 1;
        }
    });
    places
}

/// Takes out descriptions, examples and extensions, and the servers and credentials, which [`Api`] keeps.
pub(super) fn drop_prose(_: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    if let Some(root) = document.as_object_mut() {
        root.remove("servers");
        root.remove("security");
    }
    for operation in super::answers::operations(document).filter_map(Value::as_object_mut) {
        operation.remove("servers");
        operation.remove("security");
    }
    schemas(document, &mut |schema| {
        let before = schema.len();
        schema.retain(|key, _| {
            !key.starts_with("x-")
                && !matches!(key.as_str(), "description" | "example" | "examples")
        });
        places += before - schema.len();
    });
    // The one description that a document must have.
    for response in super::answers::responses(document) {
        response.insert("description".to_owned(), "".into());
    }
    places
}

/// Maps whose keys are names, not keywords.
const NAMED: [&str; 10] = [
    "properties",
    "schemas",
    "paths",
    "responses",
    "content",
    "scopes",
    "parameters",
    "requestBodies",
    "headers",
    "securitySchemes",
];

/// Calls `visit` on every map of the document that is a schema or holds one; never on a map whose keys are names.
pub(super) fn schemas(
    node: &mut Value,
    visit: &mut dyn FnMut(&mut serde_json::Map<String, Value>),
) {
    match node {
        Value::Object(map) => {
            visit(map);
            for (key, child) in map {
                match child {
                    Value::Object(named) if NAMED.contains(&key.as_str()) => {
                        named.values_mut().for_each(|child| schemas(child, visit));
                    }
                    _ if matches!(key.as_str(), "enum" | "required") => {}
                    _ => schemas(child, visit),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| schemas(item, visit)),
        _ => {}
    }
}
