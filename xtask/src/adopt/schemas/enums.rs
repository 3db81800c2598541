//! Enums: of strings only, each value once; what is listed of other types is said in words.

use super::{types::fits, walk};
use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Node, Position},
};

type Notes = Vec<(Position, String)>;

pub(in crate::adopt) fn settle_enums(adopting: &mut Adopting) {
    let mut notes = Notes::new();
    walk::every(adopting.root(), &mut |schema| settle(schema, &mut notes));
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

fn settle(schema: &mut Node, notes: &mut Notes) {
    let Some(entry) = schema.entry("enum") else {
        return;
    };
    let position = entry.key_position;
    let kind = schema.text("type").map(str::to_owned);
    match kind.as_deref() {
        Some("string") => strings(schema, notes),
        Some("array") => {
            // The values belong to the items.
            let values = schema.remove("enum");
            let plain = schema
                .get_mut("items")
                .filter(|items| items.get("enum").is_none() && items.reference().is_none());
            if let (Some(values), Some(items)) = (values, plain)
                && values
                    .value
                    .items()
                    .iter()
                    .all(|value| value.as_str().is_some())
            {
                items.insert("enum", values.value.content);
                items.insert("type", "string".into());
                notes.push((position, "the values are those of the items".to_owned()));
            } else {
                notes.push((
                    position,
                    "a list has no list of values: any list is taken".to_owned(),
                ));
            }
        }
        Some(kind) => {
            let kind = kind.to_owned();
            if let Some(values) = schema.remove("enum") {
                say(schema, &values.value);
                notes.push((position, format!("any value of type `{kind}` is taken: its description lists those that are known")));
            }
        }
        None => mixed(schema, position, notes),
    }
}

/// Writes the values into the description, since no type holds them.
fn say(schema: &mut Node, values: &Node) {
    let listed: Vec<String> = values
        .items()
        .iter()
        .map(|value| format!("`{}`", value.to_value()))
        .collect();
    let told = format!("Known values: {}.", listed.join(", "));
    let text = match schema.text("description").map(str::trim) {
        Some(description) if !description.is_empty() => format!("{description}\n\n{told}"),
        _ => told,
    };
    schema.insert("description", text.into());
}

fn strings(schema: &mut Node, notes: &mut Notes) {
    let Some(Node {
        content: Content::List(values),
        ..
    }) = schema.get_mut("enum")
    else {
        return;
    };
    let mut seen: Vec<String> = Vec::new();
    values.retain_mut(|value| {
        let text = match &value.content {
            Content::Text(text) => text.clone(),
            Content::Number(number) => number.to_string(),
            Content::Bool(flag) => flag.to_string(),
            _ => {
                notes.push((
                    value.position,
                    format!("{} is no string, and no value of this enum", value.kind()),
                ));
                return false;
            }
        };
        if value.as_str().is_none() {
            notes.push((
                value.position,
                format!("`{text}` is written as a string, as its type says"),
            ));
            value.content = text.as_str().into();
        }
        let new = !seen.contains(&text);
        if !new {
            notes.push((value.position, format!("`{text}` is listed already")));
        }
        seen.push(text);
        new
    });
    let empty = values.is_empty();
    if empty {
        schema.remove("enum");
    } else if schema.get("format").is_some() {
        schema.remove("format");
        notes.push((
            schema.position,
            "the values tell more than the format does".to_owned(),
        ));
    }
}

/// Values of several types: a union with a branch for each of them.
fn mixed(schema: &mut Node, position: Position, notes: &mut Notes) {
    let Some(values) = schema.remove("enum").map(|entry| entry.value) else {
        return;
    };
    if schema.get("oneOf").is_some()
        || schema.get("anyOf").is_some()
        || schema.get("allOf").is_some()
    {
        notes.push((
            position,
            "which values are allowed is said in the description only".to_owned(),
        ));
        say(schema, &values);
        return;
    }
    let mut branches = Vec::new();
    let texts: Vec<Node> = values
        .items()
        .iter()
        .filter(|value| value.as_str().is_some())
        .cloned()
        .collect();
    if !texts.is_empty() {
        let branch = [("type", "string".into()), ("enum", Content::List(texts))];
        branches.push(walk::map(position, branch));
    }
    let others: Vec<&Node> = values
        .items()
        .iter()
        .filter(|value| value.as_str().is_none())
        .collect();
    for kind in ["integer", "number", "boolean", "array", "object"] {
        let has = others.iter().any(|value| fits(value, kind));
        let whole = kind == "number"
            && others
                .iter()
                .all(|value| !fits(value, "number") || fits(value, "integer"));
        let fraction = kind == "integer"
            && others
                .iter()
                .any(|value| fits(value, "number") && !fits(value, "integer"));
        if has && !whole && !fraction {
            let mut branch = walk::map(position, [("type", kind.into())]);
            if kind == "array" {
                branch.insert("items", Content::Map(Vec::new()));
            }
            branches.push(branch);
        }
    }
    say(schema, &values);
    if branches.len() == 1 && branches[0].text("type") != Some("string") {
        for entry in branches.remove(0).into_entries() {
            schema.put(&entry.key, entry.value);
        }
    } else {
        schema.insert("oneOf", Content::List(branches));
    }
    notes.push((
        position,
        "values of several types are a union of them".to_owned(),
    ));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn only_strings_are_listed() {
        let (schemas, changes) = adopted(
            super::settle_enums,
            "A: {type: string, enum: [a, true, 1, a]}\nB: {type: integer, enum: [1, 2]}\nC: {enum: [a, 1]}\nD: {type: array, items: {type: string}, enum: [a, b]}",
        );
        assert_eq!(schemas["A"]["enum"], json!(["a", "true", "1"]));
        assert_eq!(
            schemas["B"],
            json!({"type": "integer", "description": "Known values: `1`, `2`."})
        );
        assert_eq!(
            schemas["C"]["oneOf"],
            json!([{"type": "string", "enum": ["a"]}, {"type": "integer"}])
        );
        assert_eq!(schemas["D"]["items"]["enum"], json!(["a", "b"]));
        assert_eq!(changes.len(), 6);
        let (schemas, _) = adopted(
            super::settle_enums,
            "A: {enum: [[1], {}]}\nB: {enum: [[1]]}",
        );
        assert_eq!(
            schemas["A"]["oneOf"],
            json!([{"type": "array", "items": {}}, {"type": "object"}])
        );
        assert_eq!(schemas["B"]["items"], json!({}));
    }
}
