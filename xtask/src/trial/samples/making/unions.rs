//! Which branch of a union is taken, and what a field says of it.

use serde_json::{Value, json};

use super::{Maker, Schema, said::referred};
use crate::{
    api::{entries, items},
    spec::document::reference_tokens,
};

impl<'a> Maker<'a> {
    /// Which branch is taken.
    pub(super) fn branch(&mut self, branches: &[Schema<'a>], depth: usize) -> usize {
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
    pub(super) fn cost(&self, schema: &Value, depth: usize) -> usize {
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
    pub(super) fn tag(&self, union: &Value, branch: &Value) -> Option<Value> {
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
    pub(super) fn values_of(
        &self,
        schema: &Value,
        field: &str,
        found: &mut Vec<Value>,
        depth: usize,
    ) {
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
}
