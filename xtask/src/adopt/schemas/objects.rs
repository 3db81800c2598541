//! Objects: what they require is declared, what they declare has a field of its own, and the others are kept.

use std::collections::HashMap;

use super::walk::{self, map};
use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Entry, Node, Position, snake},
};

type Notes = Vec<(Position, String)>;

pub(in crate::adopt) fn settle_objects(adopting: &mut Adopting) {
    let mut notes = Notes::new();
    walk::every(adopting.root(), &mut |schema| {
        empty_properties(schema, &mut notes);
        undeclared(schema, &mut notes);
        colliding(schema, &mut notes);
    });
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

/// A struct without a field would lose all that is sent: a map does not.
fn empty_properties(schema: &mut Node, notes: &mut Notes) {
    let is_empty =
        |node: &Node| matches!(&node.content, Content::Map(entries) if entries.is_empty());
    if schema.get("properties").is_some_and(is_empty)
        && let Some(entry) = schema.remove("properties")
    {
        schema.insert("type", "object".into());
        notes.push((
            entry.key_position,
            "an object without a property is a map of anything".to_owned(),
        ));
    }
    // A map that may not hold anything would lose it too.
    if schema.get("properties").is_none()
        && let Some(Content::Bool(false)) =
            schema.get("additionalProperties").map(|node| &node.content)
    {
        schema.remove("additionalProperties");
        schema.insert("type", "object".into());
        notes.push((
            schema.position,
            "an object that holds nothing is a map of anything".to_owned(),
        ));
    }
}

/// Declares what is required and not declared.
fn undeclared(schema: &mut Node, notes: &mut Notes) {
    if schema.get("properties").is_none() || schema.get("allOf").is_some() {
        return;
    }
    let values = schema
        .get("additionalProperties")
        .filter(|values| matches!(values.content, Content::Map(_)))
        .cloned();
    let required: Vec<(String, Position)> = schema
        .get("required")
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(|name| Some((name.as_str()?.to_owned(), name.position)))
        .collect();
    let Some(Node {
        content: Content::Map(properties),
        ..
    }) = schema.get_mut("properties")
    else {
        return;
    };
    for (name, position) in required {
        if properties.iter().any(|entry| entry.key == name) {
            continue;
        }
        notes.push((
            position,
            format!("`{name}` is required, so it is declared: of anything"),
        ));
        let value = values.clone().unwrap_or_else(|| map(position, []));
        properties.push(Entry {
            key: name,
            key_position: position,
            value,
        });
    }
}

/// Of two properties that would be one field, the second is left to the fields that nobody declares.
fn colliding(schema: &mut Node, notes: &mut Notes) {
    let open = schema
        .get("additionalProperties")
        .is_some_and(|values| !matches!(values.content, Content::Bool(false)));
    let Some(Node {
        content: Content::Map(properties),
        ..
    }) = schema.get_mut("properties")
    else {
        return;
    };
    // The field of all that nobody declares.
    let mut fields: HashMap<String, String> = HashMap::new();
    if open {
        fields.insert("extra".to_owned(), "additionalProperties".to_owned());
    }
    let mut dropped = Vec::new();
    properties.retain(|entry| {
        let field = field(&entry.key);
        if field.is_empty() {
            notes.push((entry.key_position, format!("`{}` is no name in Rust: it is kept with the fields that nobody declares", entry.key)));
            dropped.push(entry.key.clone());
            return false;
        }
        if let Some(other) = fields.get(&field) {
            notes.push((entry.key_position, format!("`{}` would be the same field as `{other}`: it is kept with the fields that nobody declares", entry.key)));
            dropped.push(entry.key.clone());
            return false;
        }
        fields.insert(field, entry.key.clone());
        true
    });
    if dropped.is_empty() {
        return;
    }
    if let Some(Node {
        content: Content::List(required),
        ..
    }) = schema.get_mut("required")
    {
        required.retain(|name| {
            !name
                .as_str()
                .is_some_and(|name| dropped.iter().any(|other| other == name))
        });
    }
    if matches!(schema.get("required").map(|node| &node.content), Some(Content::List(names)) if names.is_empty())
    {
        schema.remove("required");
    }
    schema.insert("additionalProperties", true.into());
    if !open {
        // Now there is a field of all that nobody declares, which another may be called like.
        colliding(schema, notes);
    }
}

/// The field that a property becomes; empty where Rust has no such name.
fn field(name: &str) -> String {
    let field = snake(name);
    let starts = field.starts_with(|c: char| c.is_alphabetic());
    let fits = field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if field.is_empty() || !fits || !starts && !field.starts_with(|c: char| c.is_ascii_digit()) {
        return String::new();
    }
    field
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn the_field_of_all_others_has_its_name_alone() {
        let (schemas, _) = adopted(
            super::settle_objects,
            "A: {properties: {extra: {type: string}, self: {type: string}, Self: {type: string}}}\nB: {properties: {extra: {type: string}}}",
        );
        assert_eq!(
            schemas["A"],
            json!({"properties": {"self": {"type": "string"}}, "additionalProperties": true})
        );
        assert!(schemas["B"]["properties"].get("extra").is_some());
    }

    #[test]
    fn nothing_that_is_sent_is_lost() {
        let (schemas, changes) = adopted(
            super::settle_objects,
            "A: {type: object, properties: {}}\nB: {required: [a, b], properties: {a: {type: string}}}\nC: {required: [fooBar, foo_bar], properties: {fooBar: {type: string}, foo_bar: {type: string}, '+': {}}}\nD: {type: object, additionalProperties: false}",
        );
        assert_eq!(schemas["A"], json!({"type": "object"}));
        assert_eq!(schemas["B"]["properties"]["b"], json!({}));
        assert_eq!(
            schemas["C"],
            json!({"required": ["fooBar"], "properties": {"fooBar": {"type": "string"}}, "additionalProperties": true})
        );
        assert_eq!(schemas["D"], json!({"type": "object"}));
        assert_eq!(changes.len(), 5);
    }
}
