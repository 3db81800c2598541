//! `type`: several of them, `null` among them, none where the other keywords tell, and words that are no type.

use super::walk::{self, Named};
use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Node, Position},
};

const TYPES: &[&str] = &["string", "number", "integer", "boolean", "array", "object"];

/// What other languages call the types, with the format that goes with it.
const SYNONYMS: &[(&str, &str, &str)] = &[
    ("str", "string", ""),
    ("text", "string", ""),
    ("char", "string", ""),
    ("date", "string", "date"),
    ("datetime", "string", "date-time"),
    ("date-time", "string", "date-time"),
    ("timestamp", "string", ""),
    ("uuid", "string", "uuid"),
    ("byte", "string", "byte"),
    ("bytes", "string", ""),
    ("binary", "string", "binary"),
    ("file", "string", "binary"),
    ("password", "string", "password"),
    ("int", "integer", ""),
    ("int32", "integer", "int32"),
    ("int64", "integer", "int64"),
    ("uint32", "integer", "uint32"),
    ("uint64", "integer", "uint64"),
    ("long", "integer", "int64"),
    ("float", "number", "double"),
    ("double", "number", "double"),
    ("decimal", "number", "double"),
    ("bool", "boolean", ""),
    ("list", "array", ""),
    ("map", "object", ""),
    ("dict", "object", ""),
    ("hash", "object", ""),
    ("enum", "string", ""),
];

/// The keywords that say something of one type only.
const OF_TYPE: &[(&str, &[&str])] = &[
    ("string", &["pattern", "minLength", "maxLength", "format"]),
    (
        "number",
        &[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "format",
        ],
    ),
    (
        "integer",
        &[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
            "format",
        ],
    ),
    ("boolean", &[]),
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
        "object",
        &[
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
        ],
    ),
];

pub(in crate::adopt) fn settle_types(adopting: &mut Adopting) {
    let named = Named::of(adopting.root());
    let mut notes = Vec::new();
    walk::every(adopting.root(), &mut |schema| {
        settle(schema, &named, &mut notes)
    });
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

fn settle(schema: &mut Node, named: &Named, notes: &mut Vec<(Position, String)>) {
    null_branches(schema, notes);
    if let Some(Node {
        content: Content::List(types),
        position,
    }) = schema.get("type")
    {
        let position = *position;
        let mut types: Vec<String> = types
            .iter()
            .filter_map(Node::as_str)
            .map(str::to_owned)
            .collect();
        types.dedup();
        several(schema, &types, position, notes);
    }
    if let Some(word) = schema.text("type").map(str::to_owned)
        && !TYPES.contains(&word.as_str())
    {
        let position = schema
            .get("type")
            .map_or(schema.position, |node| node.position);
        no_type(schema, &word, named, notes, position);
    }
    if let Some(place) = schema.get("enum").and_then(|values| {
        values
            .items()
            .iter()
            .position(|value| matches!(value.content, Content::Null))
    }) && let Some(Node {
        content: Content::List(values),
        position,
    }) = schema.get_mut("enum")
    {
        let position = *position;
        values.remove(place);
        values.retain(|value| !matches!(value.content, Content::Null));
        if values.is_empty() {
            schema.remove("enum");
        }
        schema.insert("nullable", true.into());
        notes.push((
            position,
            "`null` among the values is written `nullable: true`".to_owned(),
        ));
    }
    if schema.get("type").is_none() && schema.reference().is_none() {
        infer(schema, notes);
    }
    contradictions(schema, notes);
}

/// A branch for `null` is `nullable` of the whole.
fn null_branches(schema: &mut Node, notes: &mut Vec<(Position, String)>) {
    for key in ["oneOf", "anyOf"] {
        let Some(Node {
            content: Content::List(branches),
            ..
        }) = schema.get_mut(key)
        else {
            continue;
        };
        let Some(null) = branches.iter().find(|branch| is_null(branch)) else {
            continue;
        };
        notes.push((
            null.position,
            format!("a branch `null` of `{key}` is written `nullable: true`"),
        ));
        branches.retain(|branch| !is_null(branch));
        if branches.is_empty() {
            schema.remove(key);
        }
        schema.insert("nullable", true.into());
    }
}

/// Whether only `null` fits.
fn is_null(schema: &Node) -> bool {
    let of_type = match schema.get("type") {
        Some(Node {
            content: Content::List(types),
            ..
        }) => types.len() == 1 && types[0].as_str() == Some("null"),
        Some(Node {
            content: Content::Null,
            ..
        }) => true,
        Some(one) => one.as_str() == Some("null"),
        None => false,
    };
    let values = schema.get("enum").map_or(&[][..], Node::items);
    of_type
        || !values.is_empty()
            && values
                .iter()
                .all(|value| matches!(value.content, Content::Null))
}

/// Several types are a union of schemas with one type each, apart from `null`.
fn several(
    schema: &mut Node,
    types: &[String],
    position: Position,
    notes: &mut Vec<(Position, String)>,
) {
    if types.iter().any(|name| name == "null") {
        schema.insert("nullable", true.into());
        notes.push((
            position,
            "the type `null` is written `nullable: true`".to_owned(),
        ));
    }
    let mut types: Vec<&str> = types
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "null")
        .collect();
    if types.contains(&"number") {
        types.retain(|name| *name != "integer");
    }
    match types.as_slice() {
        [] => drop(schema.remove("type")),
        [one] => {
            schema.insert("type", (*one).into());
            notes.push((position, format!("a list of one type is written `{one}`")));
        }
        several
            if ["oneOf", "anyOf", "allOf"]
                .iter()
                .any(|key| schema.get(key).is_some()) =>
        {
            schema.remove("type");
            notes.push((
                position,
                format!("the types {} are those of the branches", several.join(", ")),
            ));
        }
        several => {
            let values = schema.remove("enum");
            let mut branches = Vec::new();
            for name in several {
                let mut branch = walk::map(position, [("type", (*name).into())]);
                let of_type = OF_TYPE
                    .iter()
                    .find(|(of, _)| of == name)
                    .map_or(&[][..], |(_, keys)| keys);
                for key in of_type {
                    if let (Some(entry), Content::Map(entries)) =
                        (schema.entry(key), &mut branch.content)
                    {
                        entries.push(entry.clone());
                    }
                }
                if let (Some(values), Content::Map(entries)) = (&values, &mut branch.content) {
                    let mut values = values.clone();
                    if let Content::List(items) = &mut values.value.content {
                        items.retain(|value| fits(value, name));
                        if items.is_empty() {
                            continue;
                        }
                    }
                    entries.push(values);
                }
                branches.push(branch);
            }
            for (_, keys) in OF_TYPE {
                keys.iter().for_each(|key| drop(schema.remove(key)));
            }
            schema.remove("type");
            schema.insert("oneOf", Content::List(branches));
            notes.push((
                position,
                format!("the types {} are written as a `oneOf`", several.join(", ")),
            ));
        }
    }
}

/// Whether a value is of a type.
pub(super) fn fits(value: &Node, kind: &str) -> bool {
    match (&value.content, kind) {
        (Content::Text(_), "string")
        | (Content::Bool(_), "boolean")
        | (Content::Number(_), "number") => true,
        (Content::Number(number), "integer") => {
            number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        (Content::List(_), "array") | (Content::Map(_), "object") => true,
        _ => false,
    }
}

fn no_type(
    schema: &mut Node,
    word: &str,
    named: &Named,
    notes: &mut Vec<(Position, String)>,
    position: Position,
) {
    let lower = word.to_ascii_lowercase();
    let known = TYPES.iter().find(|name| **name == lower);
    let synonym = SYNONYMS.iter().find(|(name, _, _)| *name == lower);
    if let Some(name) = known {
        schema.insert("type", (*name).into());
        notes.push((position, format!("the type `{word}` is written `{name}`")));
    } else if named.get(word).is_some() {
        // Some generators write the name of the schema where its type belongs.
        let is_whole = walk::allows_anything(&without_type(schema));
        schema.remove("type");
        if is_whole {
            let reference = walk::reference_to(word, position);
            if schema.entries().is_empty() {
                schema.content = reference.content;
            } else {
                schema.insert("allOf", Content::List(vec![reference]));
            }
        }
        notes.push((
            position,
            format!("the type `{word}` is the schema of that name"),
        ));
    } else if let Some((_, name, format)) = synonym {
        schema.insert("type", (*name).into());
        if !format.is_empty() && schema.get("format").is_none() {
            schema.insert("format", (*format).into());
        }
        notes.push((position, format!("the type `{word}` is written `{name}`")));
    } else if lower == "null" {
        schema.remove("type");
        schema.insert("nullable", true.into());
        notes.push((
            position,
            "the type `null` is written `nullable: true`, of anything".to_owned(),
        ));
    } else {
        schema.remove("type");
        notes.push((
            position,
            format!("there is no type `{word}`: the other keywords tell what the value is"),
        ));
    }
}

fn without_type(schema: &Node) -> Node {
    let mut schema = schema.clone();
    schema.remove("type");
    schema
}

/// The type that the other keywords tell.
fn infer(schema: &mut Node, notes: &mut Vec<(Position, String)>) {
    if ["allOf", "oneOf", "anyOf"]
        .iter()
        .any(|key| schema.get(key).is_some())
    {
        return;
    }
    let values = schema.get("enum").map_or(&[][..], Node::items);
    let of_values = TYPES.iter().find(|kind| {
        **kind != "number" && !values.is_empty() && values.iter().all(|value| fits(value, kind))
    });
    let told = if let Some(kind) = of_values {
        kind
    } else if !values.is_empty() {
        return;
    } else if schema.get("properties").is_some()
        || matches!(
            schema.get("additionalProperties").map(|node| &node.content),
            Some(Content::Map(_))
        )
    {
        "object"
    } else if schema.get("items").is_some() || schema.get("prefixItems").is_some() {
        "array"
    } else if ["pattern", "minLength", "maxLength"]
        .iter()
        .any(|key| schema.get(key).is_some())
    {
        "string"
    } else if let Some(kind) = schema.text("format").and_then(of_format) {
        kind
    } else if ["minimum", "maximum", "multipleOf"]
        .iter()
        .any(|key| schema.get(key).is_some())
    {
        "number"
    } else if schema.get("required").is_some() {
        "object"
    } else {
        return;
    };
    // An object says so by its properties; the profile asks for no more, unless something else is said too.
    let of_others = OF_TYPE.iter().filter(|(of, _)| *of != "object");
    let says_more = of_others
        .flat_map(|(_, keys)| *keys)
        .any(|key| schema.get(key).is_some());
    if told != "object" || says_more {
        notes.push((
            schema.position,
            format!("what is said of it tells that it is of type `{told}`"),
        ));
        schema.insert("type", told.into());
    }
}

fn of_format(format: &str) -> Option<&'static str> {
    Some(match format {
        "int32" | "int64" | "uint32" | "uint64" => "integer",
        "float" | "double" => "number",
        "date-time" | "date" | "uuid" | "byte" | "binary" | "uri" | "email" | "password" => {
            "string"
        }
        _ => return None,
    })
}

/// A type that the other keywords contradict: `string` with `properties` is an object, `object` with `items` a list.
fn contradictions(schema: &mut Node, notes: &mut Vec<(Position, String)>) {
    let Some(kind) = schema.text("type").map(str::to_owned) else {
        return;
    };
    let has = |key: &str| schema.get(key).is_some();
    let really = match kind.as_str() {
        "array" | "string" | "number" | "integer" | "boolean"
            if has("properties") && !has("items") =>
        {
            "object"
        }
        "object" | "string" | "number" | "integer" | "boolean"
            if has("items") && !has("properties") =>
        {
            "array"
        }
        _ => kind.as_str(),
    };
    if really != kind {
        notes.push((
            schema.position,
            format!("the type is `{really}` by its other keywords, not `{kind}`"),
        ));
        schema.insert("type", really.into());
    }
    let others = OF_TYPE.iter().filter(|(of, _)| *of != really);
    let own = OF_TYPE
        .iter()
        .find(|(of, _)| *of == really)
        .map_or(&[][..], |(_, keys)| keys);
    for key in others.flat_map(|(_, keys)| *keys) {
        if *key != "format" && !own.contains(key) && schema.get(key).is_some() {
            let entry = schema.remove(key);
            let position = entry.map_or(schema.position, |entry| entry.key_position);
            notes.push((
                position,
                format!("`{key}` says nothing of the type `{really}`"),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn several_types_are_a_union_and_null_is_nullable() {
        let (schemas, changes) = adopted(
            super::settle_types,
            "A: {type: [string, 'null']}\nB: {type: [string, object], pattern: a, properties: {a: {type: string}}}\nC: {oneOf: [{type: string}, {type: 'null'}]}\nD: {type: string, enum: [a, null]}",
        );
        assert_eq!(schemas["A"], json!({"type": "string", "nullable": true}));
        let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        assert_eq!(
            schemas["B"],
            json!({"oneOf": [{"type": "string", "pattern": "a"}, object]})
        );
        assert_eq!(
            schemas["C"],
            json!({"oneOf": [{"type": "string"}], "nullable": true})
        );
        assert_eq!(
            schemas["D"],
            json!({"type": "string", "enum": ["a"], "nullable": true})
        );
        assert!(changes.len() >= 4);
    }

    #[test]
    fn what_is_no_type_is_the_schema_of_that_name_or_what_the_rest_tells() {
        let (schemas, _) = adopted(
            super::settle_types,
            "Box: {type: object, properties: {a: {type: Other}}}\nA: {type: Box, description: one}\nB: {type: Integer}\nC: {items: {type: string}}\nD: {type: string, properties: {a: {}}}\nE: {enum: [1, 2]}",
        );
        assert_eq!(schemas["Box"]["properties"]["a"], json!({}));
        let reference = json!([{"$ref": "#/components/schemas/Box"}]);
        assert_eq!(
            schemas["A"],
            json!({"description": "one", "allOf": reference})
        );
        assert_eq!(schemas["B"], json!({"type": "integer"}));
        assert_eq!(schemas["C"]["type"], "array");
        assert_eq!(schemas["D"]["type"], "object");
        assert_eq!(schemas["E"]["type"], "integer");
        let (schemas, _) = adopted(
            super::settle_types,
            "A: {properties: {a: {}}, items: {type: string}, minLength: 1}",
        );
        assert_eq!(
            schemas["A"],
            json!({"type": "object", "properties": {"a": {}}})
        );
    }
}
