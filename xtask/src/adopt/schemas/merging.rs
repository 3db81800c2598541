//! `allOf`: what must be all of several schemas is one schema with the keywords of all.
//!
//! A reference with nothing but prose beside it stays as it is. So does what stands beside a union: it goes into each of
//! the branches.

mod keywords;
mod unions;

use self::unions::{has_structure, union_of};
use super::{
    lifting,
    walk::{self, Named, allows_anything, map, referred},
};
use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Node, Position},
};

/// How deep schemas made of others may be nested.
const DEPTH: usize = 32;

type Notes = Vec<(Position, String)>;

pub(in crate::adopt) fn merge_all_of(adopting: &mut Adopting) {
    walk::every(adopting.root(), &mut fold_prose);
    let written = adopting.root().clone();
    let mut notes = merge(adopting.root());
    // What was merged brought along what is made of others itself.
    if is_left(adopting.root()) {
        *adopting.root() = written;
        lifting::lift(adopting.root(), &is_composed);
        notes = merge(adopting.root());
        // Texts and numbers with more said of them have no name, and came along.
        if is_left(adopting.root()) {
            notes.extend(merge(adopting.root()));
        }
    }
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

fn is_left(root: &mut Node) -> bool {
    let mut left = false;
    walk::every(root, &mut |schema| left |= is_composed(schema));
    left
}

fn merge(root: &mut Node) -> Notes {
    let named = Named::of(root);
    let mut notes = Notes::new();
    walk::every_inside_out(root, &mut |schema| {
        if !is_composed(schema) {
            return;
        }
        let mut merging = Merging {
            named: &named,
            notes: &mut notes,
            open: Vec::new(),
        };
        if let Some(merged) = merging.flat(schema, 0) {
            *schema = merged;
        }
    });
    notes
}

/// A part that says nothing of the values says it of the whole.
fn fold_prose(schema: &mut Node) {
    let Some(Content::List(parts)) = schema.get_mut("allOf").map(|parts| &mut parts.content) else {
        return;
    };
    if !parts.iter().any(|part| part.reference().is_some()) {
        return;
    }
    let mut said = Vec::new();
    parts.retain(|part| {
        let prose = part.reference().is_none() && allows_anything(part);
        if prose {
            said.extend(part.entries().iter().cloned());
        }
        !prose
    });
    for entry in said {
        if entry.key != "title" && schema.get(&entry.key).is_none() {
            schema.put(&entry.key, entry.value);
        }
    }
}

/// Whether a schema is to become another: it has an `allOf` that is no mere reference, or a union with more beside it.
fn is_composed(schema: &Node) -> bool {
    if schema.get("allOf").is_some() {
        return walk::sole_reference(schema).is_none() || bare(schema).is_some();
    }
    union_of(schema).is_some() && has_structure(schema)
}

/// The reference of an `allOf` with nothing at all beside it.
fn bare(schema: &Node) -> Option<&Node> {
    match schema.entries() {
        [one] if one.key == "allOf" => match one.value.items() {
            [part] if part.reference().is_some() => Some(part),
            _ => None,
        },
        _ => None,
    }
}

struct Merging<'a> {
    named: &'a Named,
    notes: &'a mut Notes,
    /// The components that are being looked into, so that no schema is made of itself.
    open: Vec<String>,
}

impl Merging<'_> {
    /// The schema without `allOf`, and with nothing but prose beside a union; `None` where it is made of itself.
    fn flat(&mut self, schema: &Node, depth: usize) -> Option<Node> {
        if depth > DEPTH {
            return None;
        }
        if let Some(reference) = bare(schema) {
            return Some(reference.clone());
        }
        let position = schema.position;
        let mut own = schema.clone();
        let parts = own.remove("allOf").map(|entry| entry.value);
        let mut whole = map(position, []);
        for part in parts.iter().flat_map(Node::items) {
            if matches!(part.content, Content::Map(_)) {
                let part = self.looked_into(part, depth + 1)?;
                whole = self.both(&whole, &part, depth + 1)?;
            }
        }
        // The keywords around the parts come last, so they win.
        whole = self.both(&whole, &own, depth + 1)?;
        whole.position = position;
        if parts.is_some() {
            // What one part forbids, another one brings.
            let closed = matches!(
                whole.get("additionalProperties").map(|node| &node.content),
                Some(Content::Bool(false))
            );
            if closed {
                whole.remove("additionalProperties");
            }
        }
        if let Some(parts) = &parts {
            self.notes.push((
                position,
                format!(
                    "its {} parts are merged into one schema",
                    parts.items().len()
                ),
            ));
        }
        self.spread(whole, depth)
    }

    /// What a part says, where it is a reference: what it leads to says.
    fn looked_into(&mut self, part: &Node, depth: usize) -> Option<Node> {
        if let Some(reference) = walk::sole_reference(part) {
            let name = referred(reference)?;
            if self.open.iter().any(|open| open == name) {
                return None;
            }
            let mut target = self.named.get(name)?.clone();
            self.open.push(name.to_owned());
            if target.reference().is_some()
                || is_composed(&target)
                || walk::sole_reference(&target).is_some()
            {
                target = if walk::sole_reference(&target).is_some() {
                    self.looked_into(&target, depth + 1)?
                } else {
                    self.flat(&target, depth + 1)?
                };
            }
            self.open.pop();
            // What is said of the part as a whole is not said of what it is part of.
            for key in [
                "title",
                "description",
                "example",
                "default",
                "x-evidence",
                "externalDocs",
                "xml",
                "deprecated",
            ] {
                target.remove(key);
            }
            if part.reference().is_none() {
                for entry in part
                    .entries()
                    .iter()
                    .filter(|entry| entry.key != "allOf" && entry.key != "title")
                {
                    target.insert(&entry.key, entry.value.content.clone());
                }
            }
            return Some(target);
        }
        if is_composed(part) {
            self.flat(part, depth + 1)
        } else {
            Some(part.clone())
        }
    }

    /// A schema that says what both say; where they contradict each other, what the second says.
    fn both(&mut self, one: &Node, other: &Node, depth: usize) -> Option<Node> {
        if depth > DEPTH {
            return None;
        }
        if allows_anything(one) && one.entries().is_empty() || one.to_value() == other.to_value() {
            return Some(other.clone());
        }
        let mut whole = Node {
            position: other.position,
            content: one.content.clone(),
        };
        let nullable = one.is_true("nullable")
            && (other.is_true("nullable") || allows_anything(other))
            || other.is_true("nullable");
        for entry in other.entries() {
            let Some(mine) = whole.get(&entry.key).cloned() else {
                if let Content::Map(entries) = &mut whole.content {
                    entries.push(entry.clone());
                }
                continue;
            };
            let both = self.keyword(&entry.key, &mine, &entry.value, depth)?;
            whole.insert(&entry.key, both.content);
        }
        match nullable {
            true => whole.insert("nullable", true.into()),
            false => drop(whole.remove("nullable")),
        }
        let types = (one.text("type"), other.text("type"));
        if let (Some(mine), Some(theirs)) = types
            && mine != theirs
            && !matches!(types, (Some("number"), Some("integer")))
        {
            if types == (Some("integer"), Some("number")) {
                whole.insert("type", "integer".into());
            } else {
                self.notes.push((other.position, format!("of the types `{mine}` and `{theirs}` of its parts no value is both: `{theirs}`, the last, holds")));
                return Some(other.clone());
            }
        }
        Some(whole)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn all_parts_are_one_schema() {
        let (schemas, changes) = adopted(
            super::merge_all_of,
            "A: {type: object, required: [a], properties: {a: {type: string}, k: {type: string}}, additionalProperties: false, description: one}\nB: {allOf: [{$ref: '#/components/schemas/A'}, {required: [b], properties: {b: {type: integer}, k: {type: string, enum: [x]}}}], description: other}\nC: {allOf: [{$ref: '#/components/schemas/B'}], nullable: true}\nD: {allOf: [{$ref: '#/components/schemas/B'}]}",
        );
        assert_eq!(
            schemas["B"],
            json!({
                "type": "object", "required": ["a", "b"], "description": "other",
                "properties": {"a": {"type": "string"}, "k": {"type": "string", "enum": ["x"]}, "b": {"type": "integer"}},
            })
        );
        assert_eq!(schemas["C"]["nullable"], true);
        assert_eq!(schemas["D"], json!({"$ref": "#/components/schemas/B"}));
        assert_eq!(changes.len(), 1);
    }

    #[test]
    fn what_stands_beside_a_union_goes_into_its_branches() {
        let (schemas, _) = adopted(
            super::merge_all_of,
            "A: {properties: {a: {type: string}}}\nB: {properties: {b: {type: string}}}\nU: {properties: {c: {type: string}}, oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}\nV: {properties: {a: {}, b: {}}, anyOf: [{required: [a]}, {required: [b]}]}",
        );
        let branches = schemas["U"]["oneOf"].as_array().expect("a list");
        assert_eq!(branches.len(), 2);
        assert_eq!(
            branches[1]["properties"],
            json!({"c": {"type": "string"}, "b": {"type": "string"}})
        );
        assert!(schemas["V"].get("anyOf").is_none());
    }

    #[test]
    fn a_part_that_says_nothing_leaves_the_reference_as_it_is() {
        let (schemas, changes) = adopted(
            super::merge_all_of,
            "A: {properties: {a: {type: string}}}\nB: {properties: {b: {allOf: [{$ref: '#/components/schemas/A'}, {description: one, xml: {name: b}}]}}}",
        );
        assert_eq!(
            schemas["B"]["properties"]["b"],
            json!({"allOf": [{"$ref": "#/components/schemas/A"}], "description": "one", "xml": {"name": "b"}})
        );
        assert_eq!(changes, [""; 0]);
    }

    #[test]
    fn what_is_made_of_that_in_which_it_stands_has_a_name() {
        let (schemas, _) = adopted(
            super::merge_all_of,
            "Node: {properties: {id: {type: string}, child: {allOf: [{$ref: '#/components/schemas/Node'}, {properties: {more: {type: string}}}]}}}\nTop: {allOf: [{$ref: '#/components/schemas/Node'}, {required: [id]}]}",
        );
        let child = json!({"$ref": "#/components/schemas/NodeChild"});
        for name in ["Node", "NodeChild", "Top"] {
            assert_eq!(schemas[name]["properties"]["child"], child, "{name}");
        }
        assert_eq!(
            schemas["NodeChild"]["properties"]["more"],
            json!({"type": "string"})
        );
    }

    #[test]
    fn what_came_along_is_merged_too() {
        let (schemas, _) = adopted(
            super::merge_all_of,
            "Kind: {type: string}\nImage: {properties: {kind: {description: one, allOf: [{type: string, enum: [png]}]}, name: {allOf: [{$ref: '#/components/schemas/Kind'}, {maxLength: 9}]}}}\nNew: {required: [kind], allOf: [{$ref: '#/components/schemas/Image'}]}",
        );
        let kind = json!({"$ref": "#/components/schemas/ImageKind"});
        for name in ["Image", "New"] {
            let properties = &schemas[name]["properties"];
            assert_eq!(properties["kind"], kind, "{name}");
            assert_eq!(
                properties["name"],
                json!({"type": "string", "maxLength": 9}),
                "{name}"
            );
        }
        assert_eq!(schemas["ImageKind"]["enum"], json!(["png"]));
    }

    #[test]
    fn what_is_made_of_itself_is_left_to_the_linter() {
        let (schemas, changes) = adopted(
            super::merge_all_of,
            "A: {allOf: [{$ref: '#/components/schemas/B'}, {type: object}]}\nB: {allOf: [{$ref: '#/components/schemas/A'}, {type: object}]}",
        );
        assert!(schemas["A"].get("allOf").is_some());
        assert!(changes.is_empty());
    }
}
