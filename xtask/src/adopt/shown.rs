//! Formats that the document itself refutes: what a vendor shows of his values counts for more than what he calls them,
//! since the service sends what he shows.

use std::collections::BTreeMap;

use super::{adopting::Adopting, objects, schemas::formats};
use crate::spec::{Content, Kind, Node, Position};

/// How deep an example is looked into.
const DEPTH: usize = 32;

/// What is shown of a schema and is not of its format.
#[derive(Debug, Clone, PartialEq)]
enum Shown {
    Text(String),
    /// A whole number, the largest of them and the smallest.
    Whole(f64, f64),
}

pub(super) fn heed_examples(adopting: &mut Adopting) {
    let whole = adopting.root().clone();
    let mut looking = Looking {
        root: &whole,
        shown: BTreeMap::new(),
    };
    let (root, told) = adopting.parts();
    objects::each(root, Kind::Document, &mut |kind, node| {
        looking.at(kind, node);
    });
    if looking.shown.is_empty() {
        return;
    }
    objects::each(root, Kind::Document, &mut |kind, node| {
        if !matches!(kind, Kind::Schema | Kind::Parameter | Kind::Header) {
            return;
        }
        let Some(shown) = looking.shown.get(&node.position) else {
            return;
        };
        let format = node.text("format").unwrap_or_default().to_owned();
        let what = match shown {
            Shown::Text(text) => {
                node.remove("format");
                let text: String = text.chars().take(40).collect();
                format!("the format is not `{format}`: `{text}` is shown of it")
            }
            Shown::Whole(largest, smallest) => {
                let Some(wider) = wider(&format, *largest, *smallest) else {
                    return;
                };
                node.insert("format", wider.into());
                format!("`{largest}` is shown of it, so it is an `{wider}`")
            }
        };
        told.changed(node.position, what);
    });
}

struct Looking<'a> {
    root: &'a Node,
    /// By the place of the schema.
    shown: BTreeMap<Position, Shown>,
}

impl Looking<'_> {
    /// Looks at what an object of the document shows of a schema.
    fn at(&mut self, kind: Kind, node: &Node) {
        let mut values: Vec<&Node> = Vec::new();
        values.extend(node.get("example"));
        let schema = match kind {
            Kind::Schema => {
                values.extend(node.get("examples").map_or(&[][..], Node::items));
                values.extend(node.get("default"));
                Some(node)
            }
            Kind::MediaType | Kind::Parameter | Kind::Header | Kind::Response => {
                for entry in node.get("examples").map_or(&[][..], Node::entries) {
                    let example = objects::resolve(self.root, &entry.value);
                    // In Swagger 2.0, the example of a media type is the value itself.
                    match kind {
                        Kind::Response => values.push(&entry.value),
                        _ => values.extend(example.get("value")),
                    }
                }
                node.get("schema")
            }
            _ => return,
        };
        let Some(schema) = schema else { return };
        for value in values {
            self.look(schema, value, 0);
        }
    }

    fn look(&mut self, schema: &Node, value: &Node, depth: usize) {
        if depth > DEPTH {
            return;
        }
        let root = self.root;
        let schema = objects::resolve(root, schema);
        for part in schema.get("allOf").map_or(&[][..], Node::items) {
            self.look(part, value, depth + 1);
        }
        for key in ["oneOf", "anyOf"] {
            let branches = schema.get(key).map_or(&[][..], Node::items);
            // Where several may be meant, the value speaks against none of them.
            let mut meant = branches
                .iter()
                .filter(|branch| may_be(root, branch, value, 0));
            if let (Some(only), None) = (meant.next(), meant.next()) {
                self.look(only, value, depth + 1);
            }
        }
        match &value.content {
            Content::Text(text) => {
                let format = schema.text("format").unwrap_or_default();
                let listed = schema.get("enum").is_some();
                if !listed && is_text(schema) && !formats::is_read(text, format) {
                    let shown = Shown::Text(text.clone());
                    self.shown.entry(schema.position).or_insert(shown);
                }
            }
            Content::Number(number) => {
                if schema.text("type") == Some("integer")
                    && let Some(number) = number.as_f64().filter(|number| number.fract() == 0.0)
                {
                    let place = self.shown.entry(schema.position);
                    let shown = place.or_insert(Shown::Whole(number, number));
                    if let Shown::Whole(largest, smallest) = shown {
                        *largest = largest.max(number);
                        *smallest = smallest.min(number);
                    }
                }
            }
            Content::List(items) => {
                let of_items = schema.get("items");
                let places = schema.get("prefixItems").or(of_items);
                let places = places.map_or(&[][..], Node::items);
                for (place, item) in items.iter().enumerate() {
                    if let Some(schema) = places.get(place).or(of_items) {
                        self.look(schema, item, depth + 1);
                    }
                }
            }
            Content::Map(fields) => {
                for field in fields {
                    let declared = schema.get("properties").and_then(|all| all.get(&field.key));
                    let of_field = declared.or_else(|| schema.get("additionalProperties"));
                    if let Some(schema) = of_field {
                        self.look(schema, &field.value, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether the value may be of this schema, by the kind of JSON.
fn may_be(root: &Node, schema: &Node, value: &Node, depth: usize) -> bool {
    let schema = objects::resolve(root, schema);
    let kind = match value.content {
        Content::Text(_) => "string",
        Content::Number(_) => "number",
        Content::Bool(_) => "boolean",
        Content::List(_) => "array",
        Content::Map(_) => "object",
        Content::Null => "null",
    };
    let is = |node: &Node| match node.as_str() {
        Some("integer") => kind == "number",
        name => name == Some(kind),
    };
    match schema.get("type") {
        Some(types) if !types.items().is_empty() => types.items().iter().any(is),
        Some(one) => is(one),
        None if depth < DEPTH => {
            let branches = ["oneOf", "anyOf"]
                .into_iter()
                .find_map(|key| schema.get(key));
            branches.is_none_or(|branches| {
                let mut branches = branches.items().iter();
                branches.any(|branch| may_be(root, branch, value, depth + 1))
            })
        }
        None => true,
    }
}

fn is_text(schema: &Node) -> bool {
    let types = schema.get("type");
    types.is_some_and(|types| {
        types.as_str() == Some("string")
            || types
                .items()
                .iter()
                .any(|name| name.as_str() == Some("string"))
    })
}

/// The format of an integer that has room for these numbers, where the one that is written has none.
fn wider(format: &str, largest: f64, smallest: f64) -> Option<&'static str> {
    let (from, to) = match formats::of_integers(format) {
        Some("int32") => (f64::from(i32::MIN), f64::from(i32::MAX)),
        Some("uint64") => (0.0, 18_446_744_073_709_551_615.0),
        Some("unixtime") => return None,
        _ if formats::is_large(format) => return None,
        _ => (-9_223_372_036_854_775_808.0, 9_223_372_036_854_775_807.0),
    };
    if smallest >= from && largest <= to {
        return None;
    }
    Some(
        if smallest < 0.0 && largest <= 9_223_372_036_854_775_807.0 {
            "int64"
        } else if smallest < 0.0 {
            "int256"
        } else if largest <= 9_223_372_036_854_775_807.0 {
            "int64"
        } else if largest < 18_446_744_073_709_551_615.0 {
            "uint64"
        } else {
            "uint256"
        },
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::adopt::adopting::after;

    fn field(name: &str, document: &str) -> Value {
        let after = after(heed_examples, document);
        after.document["components"]["schemas"]["A"]["properties"][name].clone()
    }

    const SCHEMA: &str = "
paths:
  /a:
    get:
      responses:
        '200':
          content:
            application/json:
              schema: { $ref: '#/components/schemas/A' }
              example: { at: yesterday, many: [{ id: no }], n: 4294967296, id: 936da01f-9abd-4d9d-80c7-02af85c822a8, big: 100000000000000000000 }
components:
  schemas:
    A:
      type: object
      properties:
        at: { type: string, format: date-time }
        n: { type: integer, format: int32 }
        big: { type: integer }
        id: { type: string, format: uuid }
        other: { oneOf: [{ type: string, format: uuid }, { type: integer }] }
        day: { type: string, format: date }
      examples: [{ other: x, day: 2021-02-03 }]
";

    #[test]
    fn what_is_shown_anywhere_counts_for_more_than_a_format() {
        assert_eq!(field("at", SCHEMA), json!({ "type": "string" }));
        assert_eq!(field("n", SCHEMA)["format"], "int64");
        assert_eq!(field("big", SCHEMA)["format"], "uint256");
        assert_eq!(
            field("other", SCHEMA)["oneOf"][0],
            json!({ "type": "string" })
        );
        let changes = after(heed_examples, SCHEMA).changes;
        assert_eq!(
            changes[0],
            "the format is not `date-time`: `yesterday` is shown of it"
        );
    }

    #[test]
    fn a_format_that_the_examples_keep_stays() {
        assert_eq!(field("id", SCHEMA)["format"], "uuid");
        assert_eq!(field("day", SCHEMA)["format"], "date");
    }
}
