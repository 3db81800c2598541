//! References into the middle of something: what they refer to becomes a component with a name.

use std::collections::BTreeMap;

use super::{adopting::Adopting, objects};
use crate::{
    api::METHODS,
    spec::{
        Content, Entry, Kind, Node,
        document::{escape, reference_tokens},
        pascal,
    },
};

/// Puts what a path item refers to in its place: one that stands elsewhere may be used by several paths.
pub(super) fn inline_path_items(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let refers = |item: &Entry| {
        let reference = item.value.reference();
        reference.is_some_and(|to| to.starts_with('#'))
    };
    let paths = root.get("paths").map_or(&[][..], Node::entries);
    let whole = paths.iter().any(refers).then(|| root.clone());
    for entry in root.get_mut("paths").map_or(&mut [][..], Node::entries_mut) {
        let Some(whole) = whole.as_ref().filter(|_| refers(entry)) else {
            continue;
        };
        let target = objects::resolve(whole, &entry.value).clone();
        if target.reference().is_some() || target.entries().is_empty() {
            continue;
        }
        entry.value.remove("$ref");
        for field in target.into_entries() {
            if entry.value.get(&field.key).is_none() {
                entry.value.put(&field.key, field.value);
            }
        }
        told.changed(
            entry.key_position,
            format!("`{}` is written where it is referred to", entry.key),
        );
    }
    if let Some(components) = root.get_mut("components") {
        components.remove("pathItems");
    }
}

/// Gives everything that is referred to a place in `components`.
pub(super) fn lift_references(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    // By kind too: the same place may be meant as one thing here and as another there.
    let mut wanted: BTreeMap<(String, &str), (Kind, Vec<String>)> = BTreeMap::new();
    objects::each(root, Kind::Document, &mut |kind, node| {
        let Some(section) = kind.section() else {
            return;
        };
        if let Some(reference) = node.reference()
            && reference.starts_with('#')
        {
            let tokens = reference_tokens(reference);
            let direct = matches!(tokens.as_slice(), [components, of, _] if components == "components" && of == section);
            let written = direct && reference == pointer(&tokens);
            // Of the whole document nothing can be made.
            if !written && !tokens.is_empty() {
                wanted.insert((reference.to_owned(), section), (kind, tokens));
            }
        }
    });
    // The inner ones first, so that the outer ones refer to them.
    let mut wanted: Vec<(String, Kind, Vec<String>)> = wanted
        .into_iter()
        .map(|((reference, _), (kind, tokens))| (reference, kind, tokens))
        .collect();
    wanted.sort_by_key(|(_, _, tokens)| std::cmp::Reverse(tokens.len()));
    let mut moved: BTreeMap<(String, &str), String> = BTreeMap::new();
    let mut lifted: BTreeMap<(String, &str), String> = BTreeMap::new();
    for (reference, kind, tokens) in wanted {
        let Some(section) = kind.section() else {
            continue;
        };
        let Some(target) = root.pointer(&reference) else {
            continue;
        };
        if !matches!(target.content, Content::Map(_)) {
            continue;
        }
        let plain = pointer(&tokens);
        if matches!(tokens.as_slice(), [components, of, _] if components == "components" && of == section)
        {
            moved.insert((reference, section), plain);
            continue;
        }
        if let Some(known) = lifted.get(&(plain.clone(), section)) {
            moved.insert((reference, section), known.clone());
            continue;
        }
        let position = target.position;
        // Something of another kind stays what it is: of a response or a body its schema is meant.
        let says = objects::resolve(root, target);
        let has = |key| says.get(key).is_some_and(|node| !node.entries().is_empty());
        let is_component = tokens.len() == 3 && tokens[0] == "components";
        let of_another_kind =
            is_component || kind == Kind::Schema && (has("schema") || has("content"));
        let target = match of_another_kind {
            true => meant(kind, says),
            false => target.clone(),
        };
        let name = objects::free_name(root, section, &name(&tokens));
        let new = format!("#/components/{section}/{}", escape(&name));
        root.section("components")
            .section(section)
            .put(&name, target);
        // Inside of `components` the old place stays a type of its own unless it refers to the new one.
        if let Some(old) = at_mut(root, &tokens).filter(|_| !of_another_kind) {
            let mut refers = Node::map(position);
            refers.insert("$ref", new.as_str().into());
            *old = refers;
        }
        told.changed(
            position,
            format!("what `{reference}` refers to is called `{name}`"),
        );
        lifted.insert((plain, section), new.clone());
        moved.insert((reference, section), new);
    }
    if moved.is_empty() {
        return;
    }
    objects::each(root, Kind::Document, &mut |kind, node| {
        let Some(section) = kind.section() else {
            return;
        };
        if let Some(reference) = node.reference()
            && let Some(new) = moved.get(&(reference.to_owned(), section))
        {
            let new = new.as_str();
            node.insert("$ref", new.into());
        }
    });
}

/// What a reference from a place of this kind means by something of another kind.
fn meant(kind: Kind, target: &Node) -> Node {
    if kind != Kind::Schema {
        return target.clone();
    }
    let content = target.get("content").map_or(&[][..], Node::entries);
    let of_content = content.first().and_then(|media| media.value.get("schema"));
    match target.get("schema").or(of_content) {
        Some(schema) => schema.clone(),
        None => Node::map(target.position),
    }
}

fn pointer(tokens: &[String]) -> String {
    let mut text = String::from("#");
    for token in tokens {
        text.push('/');
        text.push_str(&escape(token));
    }
    text
}

fn at_mut<'a>(root: &'a mut Node, tokens: &[String]) -> Option<&'a mut Node> {
    let mut node = root;
    for token in tokens {
        node = if node.get(token).is_some() {
            node.get_mut(token)?
        } else {
            node.items_mut().get_mut(token.parse::<usize>().ok()?)?
        };
    }
    Some(node)
}

/// Words of a pointer that say what kind of thing comes next, not which.
const NOISE: [&str; 17] = [
    "paths",
    "components",
    "schemas",
    "schema",
    "properties",
    "content",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "definitions",
    "$defs",
    "allOf",
    "oneOf",
    "anyOf",
    "application/json",
    "200",
];

/// A name made of the way there: of a component its own name and the fields, of an operation its path and method.
fn name(tokens: &[String]) -> String {
    let mut words: Vec<String> = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| tokens.get(before));
        let is_name = before.is_some_and(|before| {
            matches!(
                before.as_str(),
                "properties" | "schemas" | "definitions" | "$defs"
            )
        });
        if !is_name && NOISE.contains(&token.as_str()) {
            continue;
        }
        if METHODS.contains(&token.as_str()) && !is_name {
            words.insert(0, pascal(token));
        } else if token == "items" && !is_name {
            words.push("Item".to_owned());
        } else if token == "additionalProperties" && !is_name {
            words.push("Value".to_owned());
        } else {
            words.push(pascal(token));
        }
    }
    let name: String = words.concat();
    if name.starts_with(|character: char| character.is_alphabetic()) {
        name
    } else {
        format!("Part{name}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn a_response_where_a_schema_is_meant_is_its_schema() {
        let after = after(
            lift_references,
            "
paths:
  /a: { get: { responses: { '200': { content: { application/json: { schema: { $ref: '#/components/responses/A' } } } } } } }
  /b: { get: { parameters: [{ name: q, in: query, schema: { type: integer } }] } }
  /c: { get: { parameters: [{ $ref: '#/paths/~1b/get/parameters/0' }, { name: d, in: query, schema: { $ref: '#/paths/~1b/get/parameters/0' } }] } }
components:
  responses: { A: { description: A, content: { application/json: { schema: { type: string } } } } }
",
        );
        let components = &after.document["components"];
        assert_eq!(components["responses"]["A"]["description"], "A");
        assert_eq!(components["schemas"]["A"], json!({ "type": "string" }));
        let pointer = |at: &str| {
            after
                .document
                .pointer(at)
                .and_then(serde_json::Value::as_str)
        };
        let parameter = pointer("/paths/~1c/get/parameters/0/$ref").expect("a reference");
        let schema = pointer("/paths/~1c/get/parameters/1/schema/$ref").expect("a reference");
        let parameter = after
            .document
            .pointer(&parameter[1..])
            .expect("it is there");
        assert_eq!(parameter["name"], "q");
        let schema = after.document.pointer(&schema[1..]).expect("it is there");
        assert_eq!(*schema, json!({ "type": "integer" }));
    }

    #[test]
    fn what_is_referred_to_in_the_middle_of_something_gets_a_name() {
        let after = after(
            lift_references,
            "
paths:
  /a:
    get:
      responses:
        '200': { description: A, content: { application/json: { schema: { type: object, properties: { b: { type: string } } } } } }
  /c:
    get:
      responses:
        '200': { description: C, content: { application/json: { schema: { $ref: '#/paths/~1a/get/responses/200/content/application~1json/schema' } } } }
components:
  schemas:
    Outer: { type: object, properties: { inner: { type: object }, again: { $ref: '#/components/schemas/Outer/properties/inner' } } }
    'Odd Name': { type: string }
    Odd: { $ref: '#/components/schemas/Odd%20Name' }
",
        );
        let schemas = &after.document["components"]["schemas"];
        let a = json!({ "$ref": "#/components/schemas/GetA" });
        for path in ["/a", "/c"] {
            let content = &after.document["paths"][path]["get"]["responses"]["200"]["content"];
            assert_eq!(content["application/json"]["schema"], a);
        }
        assert_eq!(
            schemas["GetA"]["properties"]["b"],
            json!({ "type": "string" })
        );
        let inner = json!({ "$ref": "#/components/schemas/OuterInner" });
        assert_eq!(
            schemas["Outer"]["properties"],
            json!({ "inner": inner, "again": inner })
        );
        assert_eq!(schemas["OuterInner"], json!({ "type": "object" }));
        assert_eq!(
            schemas["Odd"],
            json!({ "$ref": "#/components/schemas/Odd Name" })
        );
    }

    #[test]
    fn a_path_that_stands_elsewhere_is_written_where_it_is_used() {
        let after = after(
            inline_path_items,
            "
paths:
  /a: { $ref: '#/components/pathItems/A', summary: Own }
components: { pathItems: { A: { summary: Other, get: { responses: {} } } } }
",
        );
        assert_eq!(
            after.document["paths"]["/a"],
            json!({ "summary": "Own", "get": { "responses": {} } })
        );
    }
}
