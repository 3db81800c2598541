//! JSON Schema 2020-12, said in the words of OpenAPI 3.0.
//!
//! What restricts values further than 3.0 can say is left out: a client reads what comes, and the provider checks what
//! it gets. What describes values that 3.0 can describe otherwise is rewritten.

use serde_json::json;

use crate::{
    adopt::adopting::Told,
    spec::{Content, Node},
};

/// Keywords that restrict values, and have no word in OpenAPI 3.0.
const RESTRICTIONS: [&str; 13] = [
    "if",
    "then",
    "else",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedItems",
    "unevaluatedProperties",
    "additionalItems",
    "contentSchema",
];

/// Keywords that identify a schema or comment on it.
const NOTES: [&str; 7] = [
    "$id",
    "$schema",
    "$anchor",
    "$comment",
    "$dynamicAnchor",
    "$vocabulary",
    "$dynamicRef",
];

pub(super) fn rewrite(schema: &mut Node, told: &mut Told) {
    match schema.content {
        Content::Bool(true) => schema.content = Content::Map(Vec::new()),
        Content::Bool(false) => schema.content = json!({ "not": {} }).into(),
        Content::Map(_) => {}
        _ => return,
    }
    for note in NOTES {
        schema.remove(note);
    }
    beside_reference(schema);
    constant(schema);
    let alternatives = schema
        .get("oneOf")
        .or_else(|| schema.get("anyOf"))
        .is_some();
    null_alternatives(schema, "oneOf");
    null_alternatives(schema, "anyOf");
    types(schema, alternatives);
    bounds(schema);
    contents(schema);
    if let Some(examples) = schema.remove("examples")
        && schema.get("example").is_none()
        && let Some(first) = examples.value.items().first()
    {
        schema.put("example", first.clone());
    }
    tuples(schema, told);
    patterns(schema, told);
    conditions(schema);
    let dropped: Vec<&str> = RESTRICTIONS
        .into_iter()
        .filter(|keyword| schema.remove(keyword).is_some())
        .collect();
    if !dropped.is_empty() {
        told.changed(
            schema.position,
            format!("the provider alone checks `{}`", dropped.join("`, `")),
        );
    }
}

/// In 3.1 what stands beside a `$ref` holds too; in 3.0 it does not.
fn beside_reference(schema: &mut Node) {
    if schema.entries().len() < 2 || schema.reference().is_none() {
        return;
    }
    if let Some(reference) = schema.remove("$ref") {
        let mut target = Node::map(reference.key_position);
        target.put("$ref", reference.value);
        match schema.get_mut("allOf").and_then(Node::list_mut) {
            Some(parts) => parts.insert(0, target),
            None => schema.insert("allOf", Content::List(vec![target])),
        }
    }
}

fn constant(schema: &mut Node) {
    let Some(constant) = schema.remove("const") else {
        return;
    };
    if constant.value.is_null() {
        schema.insert("nullable", true.into());
        return;
    }
    let of_type = match constant.value.content {
        Content::Text(_) => Some("string"),
        Content::Bool(_) => Some("boolean"),
        Content::Number(ref number) if number.is_f64() => Some("number"),
        Content::Number(_) => Some("integer"),
        _ => None,
    };
    if let (None, Some(of_type)) = (schema.get("type"), of_type) {
        schema.insert("type", of_type.into());
    }
    schema.insert("enum", Content::List(vec![constant.value]));
}

/// An alternative that is null alone makes the rest nullable.
fn null_alternatives(schema: &mut Node, keyword: &str) {
    let Some(list) = schema.get_mut(keyword).and_then(Node::list_mut) else {
        return;
    };
    let before = list.len();
    list.retain(|alternative| !is_null(alternative));
    if list.len() == before {
        return;
    }
    let left = list.len();
    if left == 0 {
        schema.remove(keyword);
    } else if left == 1
        && schema.get("allOf").is_none()
        && let Some(only) = schema.remove(keyword)
    {
        schema.put("allOf", only.value);
    }
    schema.insert("nullable", true.into());
}

fn is_null(schema: &Node) -> bool {
    let null_type = schema.text("type") == Some("null")
        || schema
            .get("type")
            .is_some_and(|types| matches!(types.items(), [only] if only.as_str() == Some("null")));
    let null_constant = schema.get("const").is_some_and(Node::is_null)
        || schema
            .get("enum")
            .is_some_and(|values| matches!(values.items(), [only] if only.is_null()));
    null_type || null_constant
}

/// `type` is a name in 3.0, never a list of them and never `null`.
fn types(schema: &mut Node, has_alternatives: bool) {
    let Some(types) = schema.get("type") else {
        return;
    };
    let position = types.position;
    let names: Vec<String> = match &types.content {
        Content::Text(text) => vec![text.clone()],
        Content::List(items) => items
            .iter()
            .filter_map(Node::as_str)
            .map(str::to_owned)
            .collect(),
        _ => return,
    };
    let mut kept: Vec<String> = Vec::new();
    for name in names.iter().filter(|name| *name != "null") {
        if !kept.contains(name) {
            kept.push(name.clone());
        }
    }
    if kept.len() != names.len() && names.iter().any(|name| name == "null") {
        schema.insert("nullable", true.into());
    }
    // An integer is a number.
    if kept.iter().any(|name| name == "number") {
        kept.retain(|name| name != "integer");
    }
    match kept.as_slice() {
        [] => {
            schema.remove("type");
        }
        [one] => {
            let one = one.as_str();
            schema.insert("type", one.into());
        }
        _ if has_alternatives => {
            schema.remove("type");
        }
        several => {
            let alternatives = several
                .iter()
                .map(|name| alternative(schema, name, position))
                .collect();
            schema.remove("type");
            for keyword in OF_TYPES.iter().flat_map(|(_, keywords)| *keywords) {
                schema.remove(keyword);
            }
            schema.insert("oneOf", Content::List(alternatives));
        }
    }
}

/// The keywords that say something of values of one type alone.
const OF_TYPES: [(&str, &[&str]); 5] = [
    (
        "object",
        &[
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "discriminator",
        ],
    ),
    (
        "array",
        &[
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "uniqueItems",
        ],
    ),
    (
        "string",
        &[
            "pattern",
            "minLength",
            "maxLength",
            "contentEncoding",
            "contentMediaType",
        ],
    ),
    (
        "number",
        &[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ],
    ),
    ("boolean", &[]),
];

fn alternative(schema: &Node, name: &str, position: crate::spec::Position) -> Node {
    let mut made = Node::of(json!({ "type": name }), position);
    let group = if name == "integer" { "number" } else { name };
    let keywords = OF_TYPES
        .iter()
        .find(|(of_type, _)| *of_type == group)
        .map_or(&[][..], |(_, keywords)| *keywords);
    for keyword in keywords {
        if let Some(value) = schema.get(keyword) {
            made.put(keyword, value.clone());
        }
    }
    if name == "array" && made.get("items").is_none() {
        made.section("items");
    }
    made
}

fn bounds(schema: &mut Node) {
    for (exclusive, inclusive) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        let is_number = schema
            .get(exclusive)
            .is_some_and(|bound| matches!(bound.content, Content::Number(_)));
        if is_number && let Some(bound) = schema.remove(exclusive) {
            schema.put(inclusive, bound.value);
            schema.insert(exclusive, true.into());
        }
    }
}

/// Bytes inside a text, and bytes in the place of a text.
fn contents(schema: &mut Node) {
    let encoding = schema.remove("contentEncoding").map(|entry| entry.value);
    let media_type = schema.remove("contentMediaType");
    if schema.get("format").is_some() {
        return;
    }
    match encoding.as_ref().and_then(Node::as_str) {
        Some("base64") => schema.insert("format", "byte".into()),
        Some(_) => {}
        None => {
            let bytes = media_type.as_ref().and_then(|entry| entry.value.as_str());
            if bytes == Some("application/octet-stream") {
                schema.insert("type", "string".into());
                schema.insert("format", "binary".into());
            }
        }
    }
}

/// A list whose places have schemas of their own becomes a list of any of these.
fn tuples(schema: &mut Node, told: &mut Told) {
    let Some(places) = schema.remove("prefixItems") else {
        return;
    };
    let mut schemas: Vec<Node> = Vec::new();
    let rest = schema.remove("items").map(|entry| entry.value);
    let rest = rest.filter(|rest| !matches!(rest.content, Content::Bool(_)));
    if let Content::List(places) = places.value.content {
        for place in places.into_iter().chain(rest) {
            if !schemas
                .iter()
                .any(|known| known.to_value() == place.to_value())
            {
                schemas.push(place);
            }
        }
    }
    told.changed(
        places.key_position,
        "a list whose places differ is read as a list of any of their values",
    );
    if schema.get("type").is_none() {
        schema.insert("type", "array".into());
    }
    let items = match schemas.len() {
        0 => Node::map(schema.position),
        1 => schemas.remove(0),
        _ => {
            let mut items = Node::map(schema.position);
            items.insert("anyOf", Content::List(schemas));
            items
        }
    };
    schema.put("items", items);
}

/// Fields whose names follow a pattern are fields of any name.
fn patterns(schema: &mut Node, told: &mut Told) {
    let Some(patterns) = schema.remove("patternProperties") else {
        return;
    };
    told.changed(
        patterns.key_position,
        "fields whose names follow a pattern are read whatever their names are",
    );
    let open = schema
        .get("additionalProperties")
        .is_some_and(|others| !matches!(others.content, Content::Bool(false)));
    if schema.get("type").is_none() {
        schema.insert("type", "object".into());
    }
    if !open {
        let mut values = patterns.value.into_entries();
        if values.len() == 1
            && let Some(only) = values.pop()
        {
            schema.put("additionalProperties", only.value);
        } else {
            schema.insert("additionalProperties", true.into());
        }
    }
}

/// Fields that are there under a condition are there or not.
fn conditions(schema: &mut Node) {
    let properties = schema.get("properties").map_or(&[][..], Node::entries);
    let declared: Vec<String> = properties.iter().map(|field| field.key.clone()).collect();
    for keyword in ["then", "else"] {
        let fields = schema
            .get(keyword)
            .and_then(|branch| branch.get("properties"))
            .map_or(Vec::new(), |fields| fields.entries().to_vec());
        for field in fields {
            let declared = declared.contains(&field.key);
            let properties = schema.section("properties");
            match properties.get_mut(&field.key) {
                None => properties.put(&field.key, field.value),
                // Of which kind it is depends on the condition.
                Some(known) if !declared && known.to_value() != field.value.to_value() => {
                    let both = vec![known.clone(), field.value];
                    *known = Node::map(known.position);
                    known.insert("anyOf", Content::List(both));
                }
                Some(_) => {}
            }
        }
    }
}
