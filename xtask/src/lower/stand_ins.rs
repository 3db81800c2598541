//! Types that the later stages write themselves: progenitor gets a plain one of the same name in their place.

use std::collections::{BTreeSet, HashSet};

use heck::ToPascalCase as _;
use serde_json::{Value, json};

use crate::api::{Api, entries, items, resolve, schema_name};

/// Why a type is not progenitor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Own {
    /// A union that cannot be told apart by the kind of JSON alone: progenitor would take the first branch that fits.
    Union,
    /// An enum of strings whose values progenitor finds no names for.
    Enum,
}

/// Whether the later stages write the type of this named schema.
pub(crate) fn own(document: &Value, schema: &Value) -> Option<Own> {
    if is_tagged(document, schema) {
        return None;
    }
    if branches(schema).is_some() {
        let told = schema.get("discriminator").is_none() && is_told_by_kind(document, schema);
        return (!told).then_some(Own::Union);
    }
    let values: Vec<&str> = items(&schema["enum"]).filter_map(Value::as_str).collect();
    let mut names = HashSet::new();
    let unique = values.iter().all(|value| {
        let words = value.replace('\'', "");
        let name = words
            .replace(|c: char| !c.is_alphanumeric() && c != '_', "-")
            .to_pascal_case();
        // No name begins with a digit: progenitor puts an `X` before it.
        let name = match name.starts_with(|c: char| c.is_ascii_digit()) {
            true => format!("X{name}"),
            false => name,
        };
        name.starts_with(|c: char| c.is_alphanumeric()) && name.is_ascii() && names.insert(name)
    });
    (!unique).then_some(Own::Enum)
}

/// Puts plain types in the place of those that the later stages write.
pub(super) fn put(api: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        // An earlier pass has taken the discriminators out.
        let written = &api.document["components"]["schemas"][name];
        let written = if written.is_null() { &*schema } else { written };
        match own(&api.document, written) {
            Some(Own::Union) => *schema = json!({}),
            Some(Own::Enum) => *schema = json!({ "type": "string" }),
            None => continue,
        }
        places += 1;
    }
    places
}

/// Whether a schema is of several named kinds, each of which has the field that tells them apart, and a value of it.
pub(crate) fn is_tagged(document: &Value, schema: &Value) -> bool {
    let Some(tag) = schema["discriminator"]["propertyName"].as_str() else {
        return false;
    };
    let told = |branch: &Value| {
        let Some(name) = schema_name(branch) else {
            return false;
        };
        let kind = resolve(document, branch);
        let mut mapped = entries(&schema["discriminator"]["mapping"]);
        kind["properties"].get(tag).is_some()
            && items(&kind["required"]).any(|field| field == tag)
            && mapped.any(|(_, to)| to.as_str().and_then(|to| to.rsplit('/').next()) == Some(name))
    };
    let branches = schema["anyOf"].as_array();
    branches.is_some_and(|branches| branches.iter().all(told))
}

/// The branches of a union.
pub(crate) fn branches(schema: &Value) -> Option<&Vec<Value>> {
    schema
        .get("oneOf")
        .or_else(|| schema.get("anyOf"))?
        .as_array()
}

/// Whether no two branches share a kind of JSON.
fn is_told_by_kind(document: &Value, schema: &Value) -> bool {
    let mut seen = BTreeSet::new();
    let mut branches = branches(schema).into_iter().flatten();
    branches.all(|branch| {
        kinds(document, branch, 0)
            .into_iter()
            .all(|kind| seen.insert(kind))
    })
}

/// The kinds of JSON that a schema allows.
fn kinds(document: &Value, schema: &Value, depth: usize) -> Vec<&'static str> {
    const ALL: [&str; 6] = ["string", "number", "boolean", "array", "object", "null"];
    let schema = resolve(document, schema);
    if depth > 16 {
        return ALL.to_vec();
    }
    if let Some(branches) = branches(schema) {
        let mut all: Vec<&str> = branches
            .iter()
            .flat_map(|branch| kinds(document, branch, depth + 1))
            .collect();
        all.sort_unstable();
        all.dedup();
        return all;
    }
    let mut kinds = match schema["type"].as_str() {
        Some("string") => vec!["string"],
        Some("integer" | "number") => vec!["number"],
        Some("boolean") => vec!["boolean"],
        Some("array") => vec!["array"],
        Some("object") => vec!["object"],
        _ if schema.get("properties").is_some() => vec!["object"],
        _ => match schema["allOf"].as_array().map(Vec::as_slice) {
            Some([part, ..]) => return kinds(document, part, depth + 1),
            _ => return ALL.to_vec(),
        },
    };
    if schema["nullable"] == true {
        kinds.push("null");
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_get_one_name_are_an_enum_of_our_own() {
        let is_ours = |values: Value| own(&Value::Null, &json!({ "enum": values })).is_some();
        assert!(is_ours(json!(["8", "X8"])));
        assert!(is_ours(json!(["a-b", "a_b"])));
        assert!(!is_ours(json!(["8", "9", "Y8"])));
    }
}
