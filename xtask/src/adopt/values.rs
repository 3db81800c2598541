//! Values of the wrong kind whose meaning is plain are mended.

use serde_json::json;

use super::{
    adopting::{Adopting, Told},
    objects,
};
use crate::spec::{Content, Kind, Node, Shape};

/// Mends what has the wrong kind: `null` for nothing, a number for a text, one thing for a list of one.
pub(super) fn mend_values(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    objects::each(root, Kind::Document, &mut |kind, node| {
        if kind == Kind::Schema {
            required_properties(node, told);
            examples(node);
        }
        let Some(entries) = node.map_mut() else {
            return;
        };
        entries.retain_mut(|entry| {
            let Some(shape) = objects::shape(kind, &entry.key) else {
                return true;
            };
            if kind.names().is_some() && !entry.value.is_null() {
                return true;
            }
            let before = entry.value.kind();
            match mend(shape, &mut entry.value) {
                Mended::Fine => true,
                Mended::Changed => {
                    let what = format!(
                        "`{}` is {before}, which is read as what belongs there",
                        entry.key
                    );
                    told.changed(entry.value.position, what);
                    true
                }
                Mended::Nothing => {
                    told.changed(entry.key_position, format!("`{}` says nothing", entry.key));
                    false
                }
            }
        });
        complete(kind, node, told);
    });
}

enum Mended {
    Fine,
    Changed,
    /// It may as well not be there.
    Nothing,
}

fn mend(shape: Shape, value: &mut Node) -> Mended {
    if value.is_null() {
        return match shape {
            Shape::Any => Mended::Fine,
            _ => Mended::Nothing,
        };
    }
    let position = value.position;
    let made: Option<Node> = match (shape, &mut value.content) {
        (Shape::Text, Content::Number(number)) => Some(Node::new(position, number.to_string())),
        (Shape::Text, Content::Bool(flag)) => Some(Node::new(position, flag.to_string())),
        (Shape::Flag, Content::Text(text)) => match text.to_lowercase().as_str() {
            "true" | "yes" => Some(Node::new(position, true)),
            "false" | "no" => Some(Node::new(position, false)),
            _ => None,
        },
        (Shape::Number | Shape::Count, Content::Text(text)) => {
            let number = text.trim().parse::<serde_json::Number>().ok();
            number.map(|number| Node::new(position, Content::Number(number)))
        }
        (Shape::Count, Content::Number(number)) if number.is_f64() => {
            let whole = number.as_f64().filter(|number| {
                number.fract() == 0.0 && *number >= 0.0 && *number < 9_007_199_254_740_992.0
            });
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            whole.map(|number| Node::of(json!(number as u64), position))
        }
        (Shape::Texts, Content::Text(text)) => Some(Node::of(json!([text]), position)),
        (Shape::Texts, Content::List(items)) => {
            let texts: Vec<String> = items.iter().filter_map(scalar).collect();
            let all_texts = items.iter().all(|item| item.as_str().is_some());
            (!all_texts).then(|| Node::of(json!(texts), position))
        }
        (Shape::TextMap, Content::List(items)) => {
            let texts = items.iter().filter_map(Node::as_str);
            let map: serde_json::Map<_, _> =
                texts.map(|text| (text.to_owned(), json!(""))).collect();
            Some(Node::of(map.into(), position))
        }
        (Shape::TextMap, Content::Map(entries)) => {
            let mut changed = false;
            for entry in entries {
                if entry.value.as_str().is_none() {
                    entry.value.content = scalar(&entry.value).unwrap_or_default().into();
                    changed = true;
                }
            }
            return if changed {
                Mended::Changed
            } else {
                Mended::Fine
            };
        }
        (Shape::List(Kind::Tag), Content::List(items)) => {
            let mut changed = false;
            for item in items {
                if let Some(name) = item.as_str() {
                    *item = Node::of(json!({ "name": name }), item.position);
                    changed = true;
                }
            }
            return if changed {
                Mended::Changed
            } else {
                Mended::Fine
            };
        }
        (Shape::List(_), Content::Map(_)) => {
            Some(Node::new(position, Content::List(vec![value.clone()])))
        }
        (Shape::List(_), Content::List(items)) => {
            let before = items.len();
            items.retain(|item| !item.is_null());
            return if items.len() == before {
                Mended::Fine
            } else {
                Mended::Changed
            };
        }
        (Shape::Map(_), Content::Map(entries)) => {
            let mut changed = false;
            for entry in entries.iter_mut().filter(|entry| entry.value.is_null()) {
                entry.value.content = Content::Map(Vec::new());
                changed = true;
            }
            return if changed {
                Mended::Changed
            } else {
                Mended::Fine
            };
        }
        (Shape::FlagOr(_), Content::Text(text)) => match text.as_str() {
            "true" => Some(Node::new(position, true)),
            "false" => Some(Node::new(position, false)),
            _ => None,
        },
        // Only 3.0's own words are read here: these are made good before.
        (Shape::One(Kind::Schema), Content::Bool(true)) => Some(Node::map(position)),
        (Shape::One(Kind::ExternalDocs | Kind::Xml | Kind::Contact | Kind::License), content)
            if !matches!(content, Content::Map(_)) =>
        {
            return Mended::Nothing;
        }
        _ => None,
    };
    match made {
        Some(made) => {
            *value = made;
            Mended::Changed
        }
        None => Mended::Fine,
    }
}

fn scalar(node: &Node) -> Option<String> {
    match &node.content {
        Content::Text(text) => Some(text.clone()),
        Content::Number(number) => Some(number.to_string()),
        Content::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// `required: true` on a property says what belongs into the list of the object.
fn required_properties(schema: &mut Node, told: &mut Told) {
    let mut required = Vec::new();
    let mut found = false;
    for property in schema
        .get_mut("properties")
        .map_or(&mut [][..], Node::entries_mut)
    {
        let flag = property
            .value
            .get("required")
            .map(|flag| match &flag.content {
                Content::Bool(flag) => Some(*flag),
                Content::Text(text) => text.parse().ok(),
                _ => None,
            });
        if let Some(Some(flag)) = flag {
            found = true;
            property.value.remove("required");
            if flag {
                required.push(Node::new(property.key_position, property.key.as_str()));
            }
        }
    }
    if !found {
        return;
    }
    told.changed(
        schema.position,
        "the properties that are `required` are listed",
    );
    if schema
        .get("required")
        .and_then(|list| list.items().first())
        .is_none()
    {
        schema.insert("required", Content::List(Vec::new()));
    }
    let Some(list) = schema.get_mut("required").and_then(Node::list_mut) else {
        return;
    };
    for name in required {
        if !list.iter().any(|known| known.as_str() == name.as_str()) {
            list.push(name);
        }
    }
    if list.is_empty() {
        schema.remove("required");
    }
}

/// A schema of 3.0 has one example.
fn examples(schema: &mut Node) {
    let Some(examples) = schema.remove("examples") else {
        return;
    };
    if schema.get("example").is_some() {
        return;
    }
    let first = match examples.value.content {
        Content::List(items) => items.into_iter().next(),
        Content::Map(entries) => entries.into_iter().next().map(|entry| {
            let value = entry.value.get("value").cloned();
            value.unwrap_or(entry.value)
        }),
        _ => None,
    };
    if let Some(first) = first {
        schema.put("example", first);
    }
}

/// Adds what an object cannot be without, and takes out what is no use without what it lacks.
fn complete(kind: Kind, node: &mut Node, told: &mut Told) {
    if node.reference().is_some() {
        return;
    }
    match kind {
        Kind::Operation => {
            node.section("responses");
        }
        Kind::RequestBody => {
            node.section("content");
        }
        Kind::OAuthFlow => {
            node.section("scopes");
        }
        Kind::ServerVariable if node.get("default").is_none() => {
            let first = node.get("enum").and_then(|values| values.items().first());
            let first = first.and_then(Node::as_str).unwrap_or_default().to_owned();
            node.insert("default", first.into());
        }
        Kind::License if node.get("name").is_none() => node.insert("name", "unnamed".into()),
        _ => {}
    }
    let lacks = |node: &Node, key: &str| node.get(key).is_none();
    for (key, needs) in [("externalDocs", "url"), ("discriminator", "propertyName")] {
        if node.get(key).is_some_and(|inner| lacks(inner, needs))
            && objects::shape(kind, key).is_some()
            && let Some(entry) = node.remove(key)
        {
            told.changed(
                entry.key_position,
                format!("`{key}` without `{needs}` says nothing"),
            );
        }
    }
    if kind == Kind::Document
        && let Some(tags) = node.get_mut("tags").and_then(Node::list_mut)
    {
        tags.retain(|tag| !lacks(tag, "name"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn values_of_the_wrong_kind_are_mended_where_their_meaning_is_plain() {
        let after = after(
            mend_values,
            "
info: { title: 5, version: 1.0, description: null }
tags: [pets]
paths:
  /a:
    get: { tags: pets, deprecated: 'true', summary: null, security: { key: [] }, responses: { '200': null } }
components:
  schemas:
    A: { type: object, properties: { b: { type: string, required: true }, c: null }, examples: [1] , maxLength: '5' }
",
        );
        assert_eq!(
            after.document["info"],
            json!({ "title": "5", "version": "1.0" })
        );
        assert_eq!(after.document["tags"], json!([{ "name": "pets" }]));
        assert_eq!(
            after.document["paths"]["/a"]["get"],
            json!({ "tags": ["pets"], "deprecated": true, "security": [{ "key": [] }], "responses": { "200": {} } })
        );
        assert_eq!(
            after.document["components"]["schemas"]["A"],
            json!({ "type": "object", "properties": { "b": { "type": "string" }, "c": {} }, "maxLength": 5, "required": ["b"], "example": 1 })
        );
    }
}
