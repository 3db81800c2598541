//! A value of which all of several schemas must hold: `said` reads them, `unions` takes a branch of each union, `holding`
//! makes lists and objects.

mod holding;
mod said;
mod unions;

use std::{borrow::Cow, collections::HashSet};

use serde_json::{Value, json};

use super::{numbers, patterns::Patterns, texts};
use crate::api::items;
pub(super) use said::counts;
use said::{below, is_said, kind_of, kinds, listed, referred, told};

/// How deep a value goes before it takes the shortest way out.
const DEEP: usize = 5;
/// How deep a value goes at all.
const DEEPEST: usize = 32;
/// How many values one value may hold before it takes the shortest way out.
const LARGE: usize = 1500;
/// How many schemas may hold at once.
const AT_ONCE: usize = 300;

/// How much of what may be left out is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Least,
    Some,
    Most,
}

/// Which of the many values of a schema is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) extent: Extent,
    /// Which branch or listed value is taken of the whole, and which others at random.
    pub(super) pick: usize,
    /// Whether what may be null is.
    pub(super) nulls: bool,
    /// Whether what the vendor shows is taken.
    pub(super) shown: bool,
    /// Whether the field that tells kinds apart says of which kind the value is.
    pub(super) tells: bool,
}

pub(super) struct Maker<'a> {
    document: &'a Value,
    choice: Choice,
    state: u64,
    patterns: Patterns,
    made: usize,
}

/// A schema of the document, or one that is made of some.
type Schema<'a> = Cow<'a, Value>;

/// The next number at random, below `many`: Sebastiano Vigna's SplitMix64.
pub(super) fn next(state: &mut u64, many: usize) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    usize::try_from(mixed % (many.max(1) as u64)).unwrap_or_default()
}

impl<'a> Maker<'a> {
    pub(super) fn new(document: &'a Value, choice: Choice) -> Self {
        Self {
            document,
            choice,
            state: choice.pick as u64 * 31 + u64::from(choice.nulls) + 2 * u64::from(choice.shown),
            patterns: Patterns::default(),
            made: 0,
        }
    }

    /// A value; `None` where there is none, or it never ends.
    pub(super) fn value(&mut self, schema: &'a Value) -> Option<Value> {
        self.of_all(&[Cow::Borrowed(schema)], 0)
    }

    fn below(&mut self, many: usize) -> usize {
        next(&mut self.state, many)
    }

    /// At the top what was chosen, so that each has its turn; below, something at random.
    fn pick(&mut self, depth: usize, many: usize) -> usize {
        match depth {
            0 => self.choice.pick % many.max(1),
            _ => self.below(many),
        }
    }

    fn is_short(&self, depth: usize) -> bool {
        depth > DEEP || self.made > LARGE
    }

    fn of_all(&mut self, all: &[Schema<'a>], depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        self.made += 1;
        let parts = self.spread(all, depth)?;
        let refs: Vec<&Value> = parts.iter().map(|part| &**part).collect();
        let kinds = kinds(&refs);
        if let Some(listed) = self.listed(&refs, &kinds, depth) {
            return listed;
        }
        if self.choice.shown
            && depth > 0
            && let Some(shown) = self.shown(&refs, &kinds)
        {
            return Some(shown);
        }
        if kinds.contains(&"null") && is_said(&refs, "type") {
            let must = self.choice.nulls && depth > 0 || kinds.len() == 1;
            if must || depth == 0 && self.choice.nulls && self.choice.extent == Extent::Some {
                return Some(Value::Null);
            }
        }
        let mut kinds: Vec<&str> = kinds.into_iter().filter(|kind| *kind != "null").collect();
        if !is_said(&refs, "type") {
            match told(&refs) {
                Some(kind) if kinds.contains(&kind) => kinds = vec![kind],
                Some(_) => {}
                None => return Some(self.anything(depth)),
            }
        }
        if kinds.is_empty() {
            return None;
        }
        let place = self.pick(depth, kinds.len());
        let pick = match depth {
            0 => self.choice.pick / kinds.len(),
            _ => self.below(1 << 16),
        };
        match kinds[place] {
            "string" => texts::text(&refs, &mut self.patterns, pick).map(Value::from),
            "integer" => numbers::integer(&refs, pick),
            "number" => numbers::number(&refs, pick),
            "boolean" => Some(json!(pick.is_multiple_of(2))),
            "array" => self.list(&parts, depth),
            "object" => self.object(&parts, depth),
            _ => None,
        }
    }

    /// The schemas behind references and parts, with a branch of each union: all of them must hold.
    fn spread(&mut self, all: &[Schema<'a>], depth: usize) -> Option<Vec<Schema<'a>>> {
        let mut open: Vec<Schema<'a>> = all.iter().rev().cloned().collect();
        let mut seen: HashSet<String> = HashSet::new();
        let mut parts = Vec::new();
        while let Some(schema) = open.pop() {
            if parts.len() > AT_ONCE {
                return None;
            }
            match &*schema {
                Value::Bool(true) => continue,
                Value::Bool(false) => return None,
                _ => {}
            }
            if let Some(reference) = schema["$ref"].as_str()
                && seen.insert(reference.to_owned())
            {
                open.push(Cow::Borrowed(referred(self.document, reference)?));
            }
            open.extend(listed(&schema, "allOf").into_iter().rev());
            for key in ["oneOf", "anyOf"] {
                let branches = listed(&schema, key);
                if branches.is_empty() {
                    continue;
                }
                let place = self.branch(&branches, depth);
                if let Some(tag) = self.tag(&schema, &branches[place]) {
                    open.push(Cow::Owned(tag));
                }
                open.push(branches[place].clone());
            }
            if schema.get("if").is_some() {
                // Whether the condition holds, the validator says.
                let then = self.below(2) == 0;
                let keys: &[&str] = if then { &["if", "then"] } else { &["else"] };
                open.extend(keys.iter().filter_map(|key| below(&schema, key)));
            }
            parts.push(schema);
        }
        Some(parts)
    }

    /// A listed value; `Some(None)` where none of them fits.
    fn listed(&mut self, parts: &[&Value], kinds: &[&str], depth: usize) -> Option<Option<Value>> {
        let lists: Vec<Vec<&Value>> = (parts.iter())
            .flat_map(|part| {
                let values = part["enum"]
                    .as_array()
                    .map(|values| values.iter().collect());
                let constant = part.get("const").map(|value| vec![value]);
                [values, constant]
            })
            .flatten()
            .collect();
        let first = lists.first()?;
        let nulls = self.choice.nulls && depth > 0;
        let mut values: Vec<&Value> = (first.iter().copied())
            .filter(|value| lists.iter().all(|list| list.contains(value)))
            .filter(|value| {
                kinds.contains(&kind_of(value)) || kinds.contains(&"number") && value.is_i64()
            })
            .collect();
        if nulls && values.iter().any(|value| value.is_null()) {
            return Some(Some(Value::Null));
        }
        if values.len() > 1 && depth > 0 {
            values.retain(|value| !value.is_null());
        }
        if values.is_empty() {
            return Some(None);
        }
        let place = self.pick(depth, values.len());
        Some(Some(values[place].clone()))
    }

    fn shown(&mut self, parts: &[&Value], kinds: &[&str]) -> Option<Value> {
        let shown: Vec<&Value> = (parts.iter())
            .flat_map(|part| {
                [&part["example"], &part["default"]]
                    .into_iter()
                    .chain(items(&part["examples"]))
            })
            .filter(|value| !value.is_null() && kinds.contains(&kind_of(value)))
            .collect();
        let place = self.below(shown.len());
        shown.get(place).map(|value| (*value).clone())
    }

    /// A value of which nothing is said.
    fn anything(&mut self, depth: usize) -> Value {
        let all = [
            json!({"any": [1, {"thing": "x"}]}),
            json!("text"),
            json!(7),
            json!([true]),
            json!(1.5),
            json!({}),
            json!(false),
            json!(null),
        ];
        let place = self.pick(depth, if self.choice.nulls { 8 } else { 7 });
        all[place].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(document: &Value, schema: &Value) -> Vec<Value> {
        let extents = [Extent::Least, Extent::Some, Extent::Most];
        (0..30)
            .filter_map(|pick| {
                let choice = Choice {
                    extent: extents[pick % 3],
                    pick,
                    nulls: pick % 5 == 0,
                    shown: false,
                    tells: true,
                };
                Maker::new(document, choice).value(schema)
            })
            .collect()
    }

    #[test]
    fn a_value_is_of_all_parts_and_of_one_branch() {
        let document = json!({
            "A": { "type": "object", "required": ["a"], "properties": { "a": { "type": "integer", "minimum": 5 } } },
            "B": { "allOf": [{ "$ref": "#/A" }], "properties": { "a": { "maximum": 8 } }, "oneOf": [{ "required": ["b"] }, { "required": ["c"] }] },
        });
        let all = made(&document, &json!({ "$ref": "#/B" }));
        let validator = jsonschema::validator_for(&json!({
            "type": "object", "required": ["a"], "properties": { "a": { "type": "integer", "minimum": 5, "maximum": 8 } },
            "anyOf": [{ "required": ["b"] }, { "required": ["c"] }],
        }))
        .expect("a schema");
        assert_eq!(all.len(), 30);
        assert!(all.iter().all(|value| validator.is_valid(value)), "{all:?}");
        for branch in ["b", "c"] {
            assert!(
                all.iter().any(|value| value.get(branch).is_some()),
                "{branch}"
            );
        }
    }

    #[test]
    fn values_keep_to_what_their_schema_says() {
        for schema in [
            json!({ "type": "object", "propertyNames": { "pattern": "^k[0-9]+$" }, "minProperties": 2 }),
            json!({ "type": "object", "patternProperties": { "^x": { "type": "integer" } }, "additionalProperties": false }),
            json!({ "type": "object", "properties": { "$type": { "const": 7 }, "": { "type": "null" } }, "maxProperties": 1 }),
            json!({ "prefixItems": [{ "type": "string" }, { "type": "integer" }], "items": false, "minItems": 2 }),
            json!({ "type": "array", "items": { "enum": [1, 2, 3] }, "uniqueItems": true, "minItems": 3 }),
            json!({ "type": ["string", "null"], "maxLength": 2 }),
            json!({ "type": "array", "items": { "type": "number" }, "contains": { "type": "number", "minimum": 100 } }),
        ] {
            let all = made(&Value::Null, &schema);
            let validator = jsonschema::validator_for(&schema).expect("a schema");
            assert!(all.len() > 20, "{schema}: {all:?}");
            for value in &all {
                assert!(validator.is_valid(value), "{schema}: {value}");
            }
        }
    }

    #[test]
    fn what_leads_back_to_itself_ends() {
        let document = json!({
            "Tree": { "type": "object", "required": ["left"], "properties": {
                "left": { "oneOf": [{ "$ref": "#/Tree" }, { "type": "string" }] },
                "more": { "type": "array", "items": { "$ref": "#/Tree" } },
            } },
            "Never": { "type": "object", "required": ["next"], "properties": { "next": { "$ref": "#/Never" } } },
        });
        assert_eq!(made(&document, &json!({ "$ref": "#/Tree" })).len(), 30);
        assert_eq!(made(&document, &json!({ "$ref": "#/Never" })).len(), 0);
    }
}
