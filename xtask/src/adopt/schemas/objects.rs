//! Objects: what they require is declared, what they declare has a field of its own, and the others are kept.

use super::walk::{self, map};
use crate::{
    adopt::adopting::Adopting,
    lower::fields::of_names,
    spec::{Content, Entry, Node, Position},
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

/// Tells what properties are called whose names are none in Rust or those of others; the generator calls them so.
fn colliding(schema: &Node, notes: &mut Notes) {
    let is_open = schema
        .get("additionalProperties")
        .is_some_and(|values| !matches!(values.content, Content::Bool(false)));
    let properties = schema.get("properties").map_or(&[][..], Node::entries);
    let names = properties.iter().map(|entry| entry.key.as_str());
    for (name, field) in of_names(names, is_open) {
        let position = schema.get("properties").and_then(|all| all.entry(&name));
        let position = position.map_or(schema.position, |entry| entry.key_position);
        notes.push((
            position,
            format!("the field of `{name}` is called `{field}`"),
        ));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn what_a_field_is_called_that_cannot_be_called_like_its_property_is_told() {
        let (_, changes) = adopted(
            super::settle_objects,
            "A: {properties: {fooBar: {type: string}, foo_bar: {type: string}, ä: {type: string}}}",
        );
        assert_eq!(
            changes,
            [
                "the field of `ä` is called `a`",
                "the field of `fooBar` is called `foo_bar_2`",
            ]
        );
    }

    #[test]
    fn nothing_that_is_sent_is_lost() {
        let (schemas, changes) = adopted(
            super::settle_objects,
            "A: {type: object, properties: {}}\nB: {required: [a, b], properties: {a: {type: string}}}\nD: {type: object, additionalProperties: false}",
        );
        assert_eq!(schemas["A"], json!({"type": "object"}));
        assert_eq!(schemas["B"]["properties"]["b"], json!({}));
        assert_eq!(schemas["D"], json!({"type": "object"}));
        assert_eq!(changes.len(), 3);
    }
}
