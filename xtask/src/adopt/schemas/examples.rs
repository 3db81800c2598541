//! What the linter refuses and no caller needs: examples and defaults that break their schema, patterns that no engine
//! takes, objects of answers that are closed, and bytes where there is only text.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    adopt::{adopting::Adopting, objects},
    spec::{Content, Entry, Finding, Kind, Node, Position, lint_for},
};

/// Rules whose findings are a part of a schema or of an example: when they are taken out, other values fit, and none of
/// these rules finds more.
const IN_PART: [&str; 5] = [
    "bad-pattern",
    "closed-answer",
    "enum-breaks-type",
    "misplaced-binary",
    "undeclared-example-field",
];

/// Rules whose findings are whole values. Looking for them takes longer than everything else here.
const WHOLE: [&str; 2] = ["default-breaks-schema", "invalid-example"];

/// Whether the findings of a rule are taken out here.
pub(in crate::adopt) fn are_dropped(rule: &str) -> bool {
    IN_PART.contains(&rule) || WHOLE.contains(&rule)
}

pub(in crate::adopt) fn drop_broken_values(adopting: &mut Adopting) {
    drop_faults(adopting);
    drop_lost_examples(adopting);
}

/// How often the document is looked at before the linter has to tell what is left.
const LOOKS: usize = 3;

fn drop_faults(adopting: &mut Adopting) {
    let no_parts_left =
        (0..LOOKS).any(|_| drop_found(adopting, |rule| IN_PART.contains(&rule)) == Left::Nothing);
    let no_values_left =
        (0..LOOKS).any(|_| drop_found(adopting, |rule| WHOLE.contains(&rule)) == Left::Nothing);
    if no_parts_left && no_values_left {
        adopting.values_fit();
    }
}

/// What may be left once faults were taken out.
#[derive(PartialEq, Eq)]
enum Left {
    Nothing,
    Perhaps,
}

/// Takes out what some of the rules find.
fn drop_found(adopting: &mut Adopting, asked: fn(&str) -> bool) -> Left {
    let found = lint_for(adopting.document(), asked);
    if found.is_empty() {
        return Left::Nothing;
    }
    let mut by_rule: BTreeMap<&str, BTreeSet<Position>> = BTreeMap::new();
    for Finding { rule, position, .. } in &found {
        by_rule.entry(*rule).or_default().insert(*position);
    }
    let faults = Faults(by_rule);
    let mut notes = Vec::new();
    drop_below(adopting.root(), false, &faults, &mut notes);
    for (position, what) in notes {
        adopting.changed(position, what);
    }
    match faults.any_at(adopting.root()) {
        true => Left::Perhaps,
        false => Left::Nothing,
    }
}

/// Takes out the examples that stand elsewhere, and are not there.
fn drop_lost_examples(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let whole = objects::beside_paths(root);
    objects::each(root, Kind::Document, &mut |kind, node| {
        if !matches!(kind, Kind::MediaType | Kind::Parameter | Kind::Header) {
            return;
        }
        let Some(examples) = node.get_mut("examples").and_then(Node::map_mut) else {
            return;
        };
        examples.retain(|example| {
            let is_there = objects::resolve(&whole, &example.value)
                .reference()
                .is_none();
            if !is_there {
                told.changed(
                    example.key_position,
                    format!("the example `{}` is nowhere, and is left out", example.key),
                );
            }
            is_there
        });
        if examples.is_empty() {
            node.remove("examples");
        }
    });
}

struct Faults<'a>(BTreeMap<&'a str, BTreeSet<Position>>);

impl Faults<'_> {
    fn at(&self, rule: &str, position: Position) -> bool {
        self.0
            .get(rule)
            .is_some_and(|places| places.contains(&position))
    }

    /// Whether anything stands where something was found.
    fn any_at(&self, node: &Node) -> bool {
        let found_at = |position| self.0.values().any(|places| places.contains(position));
        found_at(&node.position)
            || (node.entries().iter())
                .any(|entry| found_at(&entry.key_position) || self.any_at(&entry.value))
            || node.items().iter().any(|item| self.any_at(item))
    }

    /// Whether a rule found something in a value.
    fn within(&self, rule: &str, node: &Node) -> bool {
        if !self.0.contains_key(rule) {
            return false;
        }
        self.at(rule, node.position)
            || node
                .entries()
                .iter()
                .any(|entry| self.within(rule, &entry.value))
            || node.items().iter().any(|item| self.within(rule, item))
    }
}

/// Drops what is at fault in a node. The keys of a map of `names` are the author's: a property may be called `example`.
fn drop_below(
    node: &mut Node,
    names: bool,
    faults: &Faults<'_>,
    notes: &mut Vec<(Position, String)>,
) {
    match &mut node.content {
        Content::Map(entries) => {
            entries.retain_mut(|entry| {
                if names {
                    drop_below(&mut entry.value, false, faults, notes);
                    return true;
                }
                let kept = keep(entry, faults);
                if let Err(what) = kept {
                    notes.push((entry.key_position, what));
                    return false;
                }
                if !matches!(entry.key.as_str(), "enum" | "default") {
                    let of_names = matches!(
                        entry.key.as_str(),
                        "properties" | "schemas" | "responses" | "parameters" | "headers"
                    );
                    drop_below(&mut entry.value, of_names, faults, notes);
                }
                true
            });
        }
        Content::List(items) => items
            .iter_mut()
            .for_each(|item| drop_below(item, false, faults, notes)),
        _ => {}
    }
}

/// What of an entry is at fault; it is dropped then.
fn keep(entry: &mut Entry, faults: &Faults<'_>) -> Result<(), String> {
    let Entry {
        key,
        key_position,
        value,
    } = entry;
    match key.as_str() {
        "example" | "examples" | "value" => {
            drop_fields(value, faults);
            if key != "examples" && faults.within("invalid-example", value) {
                return Err("the example breaks its schema, and is left out".to_owned());
            }
            if key == "examples"
                && let Content::Map(named) = &mut value.content
            {
                named.retain(|entry| {
                    entry
                        .value
                        .get("value")
                        .is_none_or(|value| !faults.within("invalid-example", value))
                });
            }
        }
        "default" if faults.within("default-breaks-schema", value) => {
            return Err("the default breaks its schema, and is left out".to_owned());
        }
        "pattern" if faults.at("bad-pattern", value.position) => {
            return Err("the pattern is no regular expression, and is left out".to_owned());
        }
        "additionalProperties" if faults.at("closed-answer", *key_position) => {
            return Err(
                "an answer may hold more tomorrow: `additionalProperties: false` is left out"
                    .to_owned(),
            );
        }
        "format" if faults.at("misplaced-binary", value.position) => {
            return Err("bytes cannot stand in a text: the format `binary` is left out".to_owned());
        }
        "enum" => {
            if let Content::List(values) = &mut value.content {
                values.retain(|value| !faults.at("enum-breaks-type", value.position));
                if values.is_empty() {
                    return Err("none of the values is of the type".to_owned());
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Takes the fields that no schema declares out of an example: without them it may be a good one.
fn drop_fields(node: &mut Node, faults: &Faults<'_>) {
    match &mut node.content {
        Content::Map(entries) => {
            entries.retain(|entry| !faults.at("undeclared-example-field", entry.key_position));
            entries
                .iter_mut()
                .for_each(|entry| drop_fields(&mut entry.value, faults));
        }
        Content::List(items) => items.iter_mut().for_each(|item| drop_fields(item, faults)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::{adopted, whole};

    #[test]
    fn an_example_that_is_nowhere_is_left_out() {
        let (document, changes) = whole(
            super::drop_broken_values,
            "components:\n  requestBodies:\n    A: {content: {application/json: {schema: {}, examples: {a: {$ref: '#/components/examples/A'}, b: {$ref: '#/components/examples/B'}}}}}\n  examples: {B: {value: 1}}\n",
        );
        let media = &document["components"]["requestBodies"]["A"]["content"]["application/json"];
        assert_eq!(
            media["examples"],
            json!({"b": {"$ref": "#/components/examples/B"}})
        );
        assert_eq!(changes.len(), 1);
    }

    #[test]
    fn a_field_may_be_called_as_a_keyword_is() {
        let (schemas, _) = adopted(
            super::drop_broken_values,
            "A: {type: object, properties: {example: {type: string, example: 1}, default: {type: string, default: 1}, pattern: {type: string, pattern: '('}}}",
        );
        let text = json!({"type": "string"});
        assert_eq!(
            schemas["A"]["properties"],
            json!({"example": text, "default": text, "pattern": text})
        );
    }

    #[test]
    fn what_breaks_its_own_schema_is_left_out() {
        let (schemas, changes) = adopted(
            super::drop_broken_values,
            "A: {type: string, default: 1, example: 2, pattern: '(', description: one}\nB: {type: object, properties: {a: {type: string}}, example: {a: b, c: d}}",
        );
        assert_eq!(
            schemas["A"],
            json!({"type": "string", "description": "one"})
        );
        assert_eq!(schemas["B"]["example"], json!({"a": "b"}));
        assert_eq!(changes.len(), 3);
    }
}
