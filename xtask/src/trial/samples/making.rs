//! A value of which all of several schemas must hold.

use std::{borrow::Cow, collections::HashSet};

use serde_json::{Map, Value, json};

use super::{numbers, patterns::Patterns, texts};
use crate::{
    api::{entries, items},
    spec::document::reference_tokens,
};

/// How deep a value goes before it takes the shortest way out.
const DEEP: usize = 5;
/// How deep a value goes at all.
const DEEPEST: usize = 32;
/// How many values one value may hold before it takes the shortest way out.
const LARGE: usize = 1500;
/// How many schemas may hold at once.
const AT_ONCE: usize = 300;

/// Names that are none in Rust, or those of what a type has beside its fields.
const UNDECLARED: [&str; 9] = [
    "more", "$type", "@id", "a.b", "1st", "", "ä", "extra", "type",
];

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

    /// Which branch is taken.
    fn branch(&mut self, branches: &[Schema<'a>], depth: usize) -> usize {
        let is_null = |branch: &Schema<'a>| branch["type"] == "null";
        if self.is_short(depth) {
            let costs = branches.iter().map(|branch| self.cost(branch, 0));
            let least = costs.enumerate().min_by_key(|(_, cost)| *cost);
            return least.map_or(0, |(place, _)| place);
        }
        if self.choice.nulls
            && depth > 0
            && let Some(place) = branches.iter().position(is_null)
        {
            return place;
        }
        let place = self.pick(depth, branches.len());
        match branches.get(place).is_some_and(is_null) && depth > 0 {
            true => (place + 1) % branches.len(),
            false => place,
        }
    }

    /// How far it is from a schema to the end of a value.
    fn cost(&self, schema: &Value, depth: usize) -> usize {
        if depth > 8 {
            return 100;
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let target = referred(self.document, reference);
            return target.map_or(100, |target| self.cost(target, depth + 1));
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(least) = items(&schema[key])
                .map(|one| self.cost(one, depth + 1))
                .min()
            {
                return 1 + least;
            }
        }
        let of_parts = items(&schema["allOf"]).map(|part| self.cost(part, depth + 1));
        let required = items(&schema["required"]).filter_map(Value::as_str);
        let of_fields = required.map(|name| 1 + self.cost(&schema["properties"][name], depth + 1));
        let list = match schema["minItems"].as_u64() {
            Some(least) if least > 0 => 1 + self.cost(&schema["items"], depth + 1),
            _ => 0,
        };
        of_parts
            .chain(of_fields)
            .max()
            .unwrap_or_default()
            .max(list)
    }

    /// What the field that tells kinds apart says of this branch.
    fn tag(&self, union: &Value, branch: &Value) -> Option<Value> {
        if !self.choice.tells {
            return None;
        }
        let discriminator = union.get("discriminator")?;
        let tag = discriminator["propertyName"].as_str()?;
        let reference = branch["$ref"].as_str()?;
        let name = reference_tokens(reference).pop()?;
        let leads = |to: &&Value| {
            let to = to.as_str().unwrap_or_default();
            to == name || reference_tokens(to).pop().as_deref() == Some(&name)
        };
        let mut mapped = entries(&discriminator["mapping"]).filter(|(_, to)| leads(to));
        let text = mapped
            .next()
            .map_or(name.as_str(), |(text, _)| text.as_str());
        // A tag that lists other values is not ours to overrule.
        let mut listed = Vec::new();
        self.values_of(branch, tag, &mut listed, 0);
        let allowed = listed.is_empty() || listed.iter().any(|value| value == text);
        allowed.then(|| json!({ "properties": { tag: { "enum": [text] } }, "required": [tag] }))
    }

    /// The values that a schema lists for one of its fields.
    fn values_of(&self, schema: &Value, field: &str, found: &mut Vec<Value>, depth: usize) {
        if depth > 8 {
            return;
        }
        if let Some(target) = schema["$ref"]
            .as_str()
            .and_then(|to| referred(self.document, to))
        {
            self.values_of(target, field, found, depth + 1);
        }
        for part in items(&schema["allOf"]) {
            self.values_of(part, field, found, depth + 1);
        }
        let mut declared = &schema["properties"][field];
        if let Some(target) = declared["$ref"]
            .as_str()
            .and_then(|to| referred(self.document, to))
        {
            declared = target;
        }
        found.extend(items(&declared["enum"]).cloned());
        found.extend(declared.get("const").cloned());
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

    fn list(&mut self, parts: &[Schema<'a>], depth: usize) -> Option<Value> {
        let (least, most) = counts(parts.iter().map(|part| &**part), "minItems", "maxItems");
        let unique = parts.iter().any(|part| part["uniqueItems"] == true);
        let tuple = parts
            .iter()
            .map(|part| tuple(part).len())
            .max()
            .unwrap_or(0);
        let contained = parts.iter().find_map(|part| below(part, "contains"));
        let wanted = match self.choice.extent {
            _ if self.is_short(depth) => least,
            Extent::Least => least,
            Extent::Most => 2.max(tuple).max(least),
            Extent::Some => self.below(4).max(least).max(tuple * self.below(2)),
        };
        let wanted = wanted
            .max(usize::from(contained.is_some()))
            .min(most)
            .min(1000);
        let mut list: Vec<Value> = Vec::new();
        for place in 0..wanted {
            let mut of_item: Vec<Schema<'a>> = Vec::new();
            for part in parts {
                let places = tuple_of(part);
                match places.get(place) {
                    Some(own) => of_item.push(own.clone()),
                    None => of_item.extend(rest(part)),
                }
            }
            if place == 0 {
                of_item.extend(contained.clone());
            }
            let mut made = None;
            for _ in 0..8 {
                let item = self.of_all(&of_item, depth + 1);
                if item
                    .as_ref()
                    .is_some_and(|item| !unique || !list.contains(item))
                {
                    made = item;
                    break;
                }
            }
            match made {
                Some(item) => list.push(item),
                None if list.len() >= least => break,
                None => return None,
            }
        }
        Some(Value::Array(list))
    }

    fn object(&mut self, parts: &[Schema<'a>], depth: usize) -> Option<Value> {
        let mut names: Vec<&str> = Vec::new();
        let mut required: Vec<&str> = Vec::new();
        for part in parts {
            for (name, _) in entries(&part["properties"]) {
                if !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
            required.extend(items(&part["required"]).filter_map(Value::as_str));
        }
        names.extend(
            required
                .iter()
                .filter(|name| !names.contains(name))
                .copied()
                .collect::<Vec<_>>(),
        );
        let (least, most) = counts(
            parts.iter().map(|part| &**part),
            "minProperties",
            "maxProperties",
        );
        let short = self.is_short(depth);
        let mut fields = Map::new();
        for name in &names {
            let needed = required.contains(name);
            let to_come = required.iter().filter(|name| !fields.contains_key(**name));
            let sure = fields.len() + to_come.collect::<HashSet<_>>().len();
            let wanted = match self.choice.extent {
                Extent::Most => !short,
                Extent::Some => !short && self.below(2) == 0,
                Extent::Least => false,
            };
            if !needed && (!(wanted || sure < least) || sure >= most) {
                continue;
            }
            let of_field = self.field(parts, name);
            match of_field.and_then(|of_field| self.of_all(&of_field, depth + 1)) {
                Some(value) => drop(fields.insert((*name).to_owned(), value)),
                None if needed => return None,
                None => {}
            }
        }
        let more = match self.choice.extent {
            _ if short => 0,
            Extent::Least => 0,
            Extent::Most => 1 + usize::from(names.is_empty()),
            Extent::Some => self.below(3),
        };
        let wanted = (fields.len() + more).max(least).min(most);
        let mut tries = 0;
        while fields.len() < wanted && tries < 20 + 2 * least {
            tries += 1;
            let Some(name) = self.name(parts, tries) else {
                break;
            };
            if names.contains(&name.as_str()) || fields.contains_key(&name) {
                continue;
            }
            if let Some(of_field) = self.field(parts, &name)
                && let Some(value) = self.of_all(&of_field, depth + 1)
            {
                fields.insert(name, value);
            }
        }
        (fields.len() >= least).then_some(Value::Object(fields))
    }

    /// What must hold of the field with this name; `None` where there must not be one.
    fn field(&mut self, parts: &[Schema<'a>], name: &str) -> Option<Vec<Schema<'a>>> {
        let mut all = Vec::new();
        let is_declared = parts
            .iter()
            .any(|part| part["properties"].get(name).is_some());
        for part in parts {
            let own = below(part, "properties").and_then(|named| below(&named, name));
            let mut is_said = own.is_some();
            all.extend(own);
            for (pattern, _) in entries(&part["patternProperties"]) {
                if self.patterns.fits(pattern, name) {
                    is_said = true;
                    let named = below(part, "patternProperties");
                    all.extend(named.and_then(|named| below(&named, pattern)));
                }
            }
            if !is_said {
                all.extend(below(part, "additionalProperties"));
                if !is_declared {
                    all.extend(below(part, "unevaluatedProperties"));
                }
            }
        }
        let forbidden = all.iter().any(|schema| **schema == json!(false));
        (!forbidden).then_some(all)
    }

    /// A name for a field that nobody declares.
    fn name(&mut self, parts: &[Schema<'a>], turn: usize) -> Option<String> {
        let patterns: Vec<&String> = (parts.iter())
            .flat_map(|part| entries(&part["patternProperties"]).map(|(pattern, _)| pattern))
            .collect();
        let of_names: Vec<Schema<'a>> = (parts.iter())
            .filter_map(|part| below(part, "propertyNames"))
            .collect();
        if !of_names.is_empty() {
            let mut all = of_names;
            all.push(Cow::Owned(json!({ "type": "string" })));
            return self.of_all(&all, DEEP)?.as_str().map(str::to_owned);
        }
        if !patterns.is_empty() && turn % 2 == 1 {
            let place = self.below(patterns.len());
            let pick = self.below(1000);
            return self.patterns.text(patterns[place], pick, 0, 64);
        }
        let place = self.below(UNDECLARED.len() + 3);
        Some(match UNDECLARED.get(place) {
            Some(name) => (*name).to_owned(),
            None => format!("more{turn}"),
        })
    }
}

/// The least and the most that all schemas allow.
pub(super) fn counts<'v>(
    parts: impl Iterator<Item = &'v Value> + Clone,
    least: &str,
    most: &str,
) -> (usize, usize) {
    let count = |value: &Value| value.as_u64().and_then(|count| usize::try_from(count).ok());
    let least = parts.clone().filter_map(|part| count(&part[least])).max();
    let most = parts.filter_map(|part| count(&part[most])).min();
    (least.unwrap_or(0), most.unwrap_or(usize::MAX))
}

/// What a keyword of the schema holds.
fn below<'a>(schema: &Schema<'a>, key: &str) -> Option<Schema<'a>> {
    match schema {
        Cow::Borrowed(schema) => schema.get(key).map(Cow::Borrowed),
        Cow::Owned(schema) => schema.get(key).cloned().map(Cow::Owned),
    }
}

/// The schemas of a list.
fn listed<'a>(schema: &Schema<'a>, key: &str) -> Vec<Schema<'a>> {
    match schema {
        Cow::Borrowed(schema) => items(&schema[key]).map(Cow::Borrowed).collect(),
        Cow::Owned(schema) => items(&schema[key]).cloned().map(Cow::Owned).collect(),
    }
}

/// The key that holds the schemas of the first items, one by one.
fn tuple_key(schema: &Value) -> &'static str {
    match schema["items"].is_array() {
        true => "items",
        false => "prefixItems",
    }
}

fn tuple(schema: &Value) -> Vec<&Value> {
    items(&schema[tuple_key(schema)]).collect()
}

fn tuple_of<'a>(schema: &Schema<'a>) -> Vec<Schema<'a>> {
    listed(schema, tuple_key(schema))
}

/// The schema of the items behind those.
fn rest<'a>(schema: &Schema<'a>) -> Option<Schema<'a>> {
    match schema["items"].is_array() {
        true => below(schema, "additionalItems"),
        false => below(schema, "items"),
    }
}

/// What a reference within the document leads to.
fn referred<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    reference_tokens(reference.strip_prefix('#')?)
        .iter()
        .try_fold(document, |node, token| match node {
            Value::Array(items) => items.get(token.parse::<usize>().ok()?),
            node => node.get(token),
        })
}

const KINDS: [&str; 7] = [
    "object", "array", "string", "integer", "number", "boolean", "null",
];

/// The types that all schemas allow.
fn kinds(parts: &[&Value]) -> Vec<&'static str> {
    let allows = |part: &Value, kind: &str| {
        let allowed = |name: &Value| name == kind || name == "number" && kind == "integer";
        match &part["type"] {
            Value::Null => true,
            Value::Array(names) => names.iter().any(allowed),
            name => allowed(name),
        }
    };
    let mut kinds: Vec<&str> = KINDS.to_vec();
    kinds.retain(|kind| parts.iter().all(|part| allows(part, kind)));
    if kinds.contains(&"number") {
        kinds.retain(|kind| *kind != "integer");
    }
    kinds
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_said(parts: &[&Value], key: &str) -> bool {
    parts.iter().any(|part| part.get(key).is_some())
}

/// The type that the other keywords are of.
fn told(parts: &[&Value]) -> Option<&'static str> {
    const OF: [(&str, &[&str]); 4] = [
        (
            "object",
            &[
                "properties",
                "required",
                "additionalProperties",
                "patternProperties",
                "propertyNames",
                "minProperties",
                "maxProperties",
            ],
        ),
        ("array", &["items", "prefixItems", "minItems", "maxItems"]),
        ("string", &["pattern", "minLength", "maxLength", "format"]),
        ("number", &["minimum", "maximum", "multipleOf"]),
    ];
    let found = OF
        .iter()
        .find(|(_, keys)| keys.iter().any(|key| is_said(parts, key)));
    found.map(|(kind, _)| *kind)
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
