//! Keywords: those of other dialects in this one's words, those of the wrong type in the right one, and none that say
//! nothing here.

use std::collections::BTreeMap;

use serde_json::Number;

use super::walk::{self, map};
use crate::{
    adopt::adopting::Adopting,
    spec::{COUNTS, Content, Entry, Node, Position},
};

/// What each keyword holds.
const TEXTS: &[&str] = &["title", "description", "format", "pattern"];
const FLAGS: &[&str] = &[
    "nullable",
    "deprecated",
    "readOnly",
    "writeOnly",
    "uniqueItems",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "x-open-enum",
];
const NUMBERS: &[&str] = &["minimum", "maximum", "multipleOf"];
const MAPS: &[&str] = &[
    "properties",
    "items",
    "discriminator",
    "externalDocs",
    "xml",
    "x-evidence",
    "x-envelope",
];
const LISTS: &[&str] = &["enum", "allOf", "oneOf", "anyOf", "required"];
const ANY: &[&str] = &["type", "default", "example", "additionalProperties", "$ref"];

/// What was taken out everywhere, told once for all places.
#[derive(Debug, Default)]
struct Notes {
    /// By keyword: the first place, and how many there are.
    without_meaning: BTreeMap<String, (Position, usize)>,
    other: Vec<(Position, String)>,
}

impl Notes {
    fn add(&mut self, position: Position, what: impl Into<String>) {
        self.other.push((position, what.into()));
    }
}

pub(in crate::adopt) fn mend_keywords(adopting: &mut Adopting) {
    let mut notes = Notes::default();
    walk::every(adopting.root(), &mut |schema| mend(schema, &mut notes));
    for (keyword, (position, places)) in notes.without_meaning {
        let what = match places {
            1 => format!("`{keyword}` says nothing here"),
            _ => format!(
                "`{keyword}` says nothing here, nor in {} other places",
                places - 1
            ),
        };
        adopting.changed(position, what);
    }
    for (position, what) in notes.other {
        adopting.changed(position, what);
    }
}

fn mend(schema: &mut Node, notes: &mut Notes) {
    match schema.content {
        Content::Bool(allowed) => {
            let says = if allowed { "any value" } else { "no value" };
            notes.add(
                schema.position,
                format!("`{allowed}`, which stands for {says}, is written `{{}}`"),
            );
            schema.content = Content::Map(Vec::new());
        }
        Content::Null => {
            notes.add(schema.position, "a schema without a word is written `{}`");
            schema.content = Content::Map(Vec::new());
        }
        Content::Map(_) => {}
        // The linter says what is wrong with the others.
        _ => return,
    }
    required_properties(schema, notes);
    other_spellings(schema, notes);
    right_types(schema, notes);
    beside_reference(schema, notes);
}

/// Early drafts say on the property itself whether it is required.
fn required_properties(schema: &mut Node, notes: &mut Notes) {
    let mut required = Vec::new();
    let properties = schema.get_mut("properties");
    for property in properties.into_iter().flat_map(Node::entries_mut) {
        if let Some(Content::Bool(is_required)) =
            property.value.get("required").map(|node| &node.content)
        {
            if *is_required {
                required.push(Node {
                    position: property.key_position,
                    content: property.key.as_str().into(),
                });
            }
            notes.add(
                property.key_position,
                format!(
                    "whether `{}` is required stands on the object around it",
                    property.key
                ),
            );
            property.value.remove("required");
        }
    }
    if required.is_empty() {
        return;
    }
    let Some(Node {
        content: Content::List(names),
        ..
    }) = schema.get_mut("required")
    else {
        schema.insert("required", Content::List(required));
        return;
    };
    names.extend(required);
}

/// The words of later dialects and of vendors for what has one here.
fn other_spellings(schema: &mut Node, notes: &mut Notes) {
    for spelling in ["x-nullable", "x-is-nullable", "x-isnullable"] {
        if let Some(entry) = schema.remove(spelling)
            && matches!(entry.value.content, Content::Bool(true))
        {
            notes.add(
                entry.key_position,
                format!("`{spelling}` is written `nullable`"),
            );
            schema.insert("nullable", true.into());
        }
    }
    for bound in ["minimum", "maximum"] {
        let exclusive = if bound == "minimum" {
            "exclusiveMinimum"
        } else {
            "exclusiveMaximum"
        };
        let number = schema.get(exclusive).map(|node| node.content.clone());
        if let Some(number @ Content::Number(_)) = number {
            schema.insert(bound, number);
            schema.insert(exclusive, true.into());
        }
    }
    if let Some(entry) = schema.remove("const") {
        notes.add(
            entry.key_position,
            "`const` is written as an `enum` of one value",
        );
        if schema.get("enum").is_none() {
            schema.insert("enum", Content::List(vec![entry.value]));
        }
    }
    if schema.get("properties").is_none()
        && let Some(entry) = schema.remove("patternProperties")
    {
        let values = match entry.value.entries() {
            [one] => one.value.clone(),
            _ => map(entry.key_position, []),
        };
        notes.add(
            entry.key_position,
            "`patternProperties` is a map with keys of any kind",
        );
        if schema
            .get("additionalProperties")
            .is_none_or(|other| !matches!(other.content, Content::Map(_)))
        {
            schema.insert("additionalProperties", values.content);
        }
    }
    if let Some(entry) = schema.remove("examples")
        && schema.get("example").is_none()
    {
        let first = match entry.value.content {
            Content::List(mut examples) if !examples.is_empty() => Some(examples.remove(0)),
            Content::Map(mut examples) if !examples.is_empty() => {
                let value = examples.remove(0).value;
                Some(value.get("value").cloned().unwrap_or(value))
            }
            _ => None,
        };
        if let Some(first) = first {
            notes.add(
                entry.key_position,
                "the first of the `examples` is the `example`",
            );
            schema.insert("example", first.content);
        }
    }
}

/// Makes every keyword hold what it holds in the dialect; what cannot be made to goes.
fn right_types(schema: &mut Node, notes: &mut Notes) {
    let Content::Map(entries) = &mut schema.content else {
        return;
    };
    entries.retain_mut(|entry| {
        let Some(fits) = fits(entry) else {
            let place = notes
                .without_meaning
                .entry(entry.key.clone())
                .or_insert((entry.key_position, 0));
            place.1 += 1;
            return false;
        };
        // An empty list of branches, values or names says nothing, and neither does the prose of nobody.
        let says_nothing = entry.value.to_value().as_array().is_some_and(Vec::is_empty)
            || matches!(entry.value.content, Content::Null);
        if !fits && !says_nothing {
            let what = format!(
                "`{}` is {}, and means nothing then",
                entry.key,
                entry.value.kind()
            );
            notes.add(entry.key_position, what);
        }
        fits
    });
    if let Some(discriminator) = schema.get_mut("discriminator")
        && let Content::Map(entries) = &mut discriminator.content
    {
        entries.retain(|entry| matches!(entry.key.as_str(), "propertyName" | "mapping"));
        if discriminator.text("propertyName").is_none() {
            schema.remove("discriminator");
        }
    }
    if schema.is_true("readOnly") && schema.is_true("writeOnly") {
        schema.remove("readOnly");
        schema.remove("writeOnly");
    }
}

/// Whether a keyword holds what it should, perhaps now that it has been rewritten; `None` where there is no such keyword.
fn fits(entry: &mut Entry) -> Option<bool> {
    let Entry { key, value, .. } = entry;
    let known = |list: &[&str]| list.contains(&key.as_str());
    if known(ANY) {
        Some(match key.as_str() {
            "type" => matches!(value.content, Content::Text(_) | Content::List(_)),
            "$ref" => matches!(value.content, Content::Text(_)),
            "additionalProperties" => matches!(value.content, Content::Bool(_) | Content::Map(_)),
            _ => true,
        })
    } else if known(TEXTS) {
        match &value.content {
            Content::Number(number) => value.content = number.to_string().into(),
            Content::Bool(flag) => value.content = flag.to_string().into(),
            _ => {}
        }
        Some(matches!(value.content, Content::Text(_)))
    } else if known(FLAGS) {
        match value.as_str() {
            Some("true" | "True") => value.content = true.into(),
            Some("false" | "False") => value.content = false.into(),
            _ => {}
        }
        Some(matches!(value.content, Content::Bool(_)))
    } else if known(NUMBERS) {
        if let Some(number) = value.as_str().and_then(number) {
            value.content = Content::Number(number);
        }
        Some(matches!(value.content, Content::Number(_)))
    } else if known(&COUNTS) {
        let written = match &value.content {
            Content::Number(number) => number.as_f64(),
            Content::Text(text) => text.parse().ok(),
            _ => None,
        };
        // A count is a whole number, however it is written.
        let count = written
            .filter(|count| *count >= 0.0 && count.fract() == 0.0)
            .map(|count| format!("{count}"));
        if let Some(count) = count.and_then(|count| count.parse::<u64>().ok()) {
            value.content = Content::Number(count.into());
        }
        Some(matches!(&value.content, Content::Number(number) if number.is_u64()))
    } else if known(MAPS) {
        let tuple = key == "items" && matches!(value.content, Content::List(_) | Content::Bool(_));
        Some(tuple || matches!(value.content, Content::Map(_)))
    } else if known(LISTS) {
        if key == "required" {
            texts_once(value);
        }
        Some(matches!(&value.content, Content::List(items) if !items.is_empty()))
    } else {
        // `not`, and the conditions of later dialects, narrow what is sent; no type says what a value is not.
        (key == "prefixItems" && matches!(value.content, Content::List(_))).then_some(true)
    }
}

fn number(text: &str) -> Option<Number> {
    let whole = text.parse::<i64>().ok().map(Number::from);
    whole.or_else(|| text.parse().ok().and_then(Number::from_f64))
}

fn texts_once(list: &mut Node) {
    if let Content::List(items) = &mut list.content {
        let mut seen = Vec::new();
        items.retain(|item| {
            let new = item
                .as_str()
                .is_some_and(|text| !seen.contains(&text.to_owned()));
            seen.extend(item.as_str().map(str::to_owned));
            new
        });
    }
}

/// What stands beside a reference goes around it: the dialect reads nothing there.
fn beside_reference(schema: &mut Node, notes: &mut Notes) {
    let Some(reference) = schema.get("$ref").cloned() else {
        return;
    };
    if schema.entries().len() == 1 {
        return;
    }
    schema.remove("$ref");
    // A reference says of which type the value is.
    schema.remove("type");
    if schema.entries().is_empty() {
        schema.insert("$ref", reference.content);
        notes.add(schema.position, "the reference stands alone");
        return;
    }
    notes.add(
        schema.position,
        "what stands beside `$ref` is kept with the reference in an `allOf`",
    );
    let part = Node {
        position: reference.position,
        content: Content::Map(vec![Entry {
            key: "$ref".to_owned(),
            key_position: reference.position,
            value: reference,
        }]),
    };
    let mut parts = vec![part];
    if let Some(Entry {
        value: Node {
            content: Content::List(others),
            ..
        },
        ..
    }) = schema.remove("allOf")
    {
        parts.extend(others);
    }
    schema.insert("allOf", Content::List(parts));
}

#[cfg(test)]
mod tests {
    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn what_stands_beside_a_reference_is_kept_around_it() {
        let (schemas, changes) = adopted(
            super::mend_keywords,
            "A: {type: string}\nB: {properties: {a: {$ref: '#/components/schemas/A', nullable: true, type: string}}}",
        );
        assert_eq!(
            schemas["B"]["properties"]["a"],
            serde_json::json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/A"}]})
        );
        assert_eq!(changes.len(), 1);
    }

    #[test]
    fn keywords_are_spelled_as_the_dialect_spells_them() {
        let (schemas, _) = adopted(
            super::mend_keywords,
            "A: {const: x, x-nullable: true, minLength: '3', examples: [x], required: true, x-go-type: int, not: {type: string}}\nB: true",
        );
        let a =
            serde_json::json!({"minLength": 3, "nullable": true, "enum": ["x"], "example": "x"});
        assert_eq!(schemas["A"], a);
        assert_eq!(schemas["B"], serde_json::json!({}));
    }
}
