//! Parameters of Swagger 2.0: what is a schema in OpenAPI 3.0 stands among their own fields.

use serde_json::json;

use crate::{
    adopt::{adopting::Told, objects},
    spec::{Kind, Node, Position},
};

/// The fields that belong to the schema.
const OF_SCHEMA: [&str; 16] = [
    "type",
    "format",
    "items",
    "default",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "multipleOf",
];

/// Whether a parameter, or what it refers to, is a part of the request's body.
pub(super) fn is_of_body(root: &Node, parameter: &Node) -> bool {
    let place = objects::resolve(root, parameter).text("in");
    matches!(place, Some("body" | "formData"))
}

/// Puts the schema of a parameter in a place of its own, and says in OpenAPI 3.0's words how a list is written.
pub(super) fn rewrite(parameter: &mut Node, told: &mut Told) {
    if parameter.reference().is_some() {
        return;
    }
    let format = parameter.remove("collectionFormat");
    let schema = schema(parameter);
    let is_list = schema.text("type") == Some("array");
    if parameter.get("schema").is_none() {
        parameter.put("schema", schema);
    }
    if !is_list {
        return;
    }
    let in_query = parameter.text("in") == Some("query");
    let written = format.as_ref().and_then(|entry| entry.value.as_str());
    let (style, explode) = match written.unwrap_or("csv") {
        "multi" => ("form", true),
        "ssv" => ("spaceDelimited", false),
        "pipes" => ("pipeDelimited", false),
        "tsv" => {
            let name = parameter.text("name").unwrap_or_default().to_owned();
            told.changed(parameter.position, with_tabs(&name));
            parameter.put("schema", text_with_tabs(parameter.position));
            return;
        }
        _ => ("form", false),
    };
    if in_query {
        parameter.insert("style", style.into());
        parameter.insert("explode", explode.into());
    }
}

/// What is said of a list that OpenAPI 3.0 has no words for.
pub(super) fn with_tabs(name: &str) -> String {
    format!("`{name}` is a text: the caller puts tabs between its items")
}

pub(super) fn text_with_tabs(position: Position) -> Node {
    let schema = json!({ "type": "string", "description": "The items, with a tab between them." });
    Node::of(schema, position)
}

/// Takes the schema out of a parameter, a header or an item of a list.
pub(super) fn schema(parameter: &mut Node) -> Node {
    let mut schema = Node::map(parameter.position);
    for key in OF_SCHEMA {
        if let Some(entry) = parameter.remove(key) {
            schema.put(key, entry.value);
        }
    }
    objects::each(&mut schema, Kind::Schema, &mut |kind, schema| {
        if kind == Kind::Schema {
            schema.remove("collectionFormat");
            if schema.text("type") == Some("file") {
                schema.insert("type", "string".into());
                schema.insert("format", "binary".into());
            }
        }
    });
    if schema.entries().is_empty() {
        schema = Node::of(json!({ "type": "string" }), parameter.position);
    }
    schema
}
