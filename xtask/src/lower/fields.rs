//! Names of properties that progenitor finds no field for: those that are none in Rust, and those that would be the field
//! of another property.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use super::keywords::schemas;
use crate::{
    api::{Api, entries},
    spec::{snake, spoken},
};

/// Gives each of them a name of its own.
pub(super) fn name(_: &Api, document: &mut Value) -> usize {
    let mut places = 0;
    schemas(document, &mut |schema| {
        let renamed = renamed(schema);
        if renamed.is_empty() {
            return;
        }
        places += renamed.len();
        let new = |name: &str| renamed.get(name).map_or(name, String::as_str).to_owned();
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            let entries = std::mem::take(properties).into_iter();
            *properties = entries
                .map(|(name, property)| (new(&name), property))
                .collect();
        }
        for name in schema
            .get_mut("required")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            if let Value::String(text) = name {
                *text = new(text);
            }
        }
    });
    places
}

/// What these properties of a schema are called, by what they are called on the wire.
pub(crate) fn renamed(schema: &Map<String, Value>) -> BTreeMap<String, String> {
    let Some(properties) = schema.get("properties") else {
        return BTreeMap::new();
    };
    let is_open = (schema.get("additionalProperties")).is_some_and(|values| *values != false);
    let names = entries(properties).map(|(name, _)| name.as_str());
    of_names(names, is_open).into_iter().collect()
}

/// What properties are called whose names are none in Rust or those of others, in their order. Where there is a field of
/// all that nobody declares, none is called like it.
pub(crate) fn of_names<'a>(
    names: impl Iterator<Item = &'a str>,
    is_open: bool,
) -> Vec<(String, String)> {
    let mut taken: HashSet<String> = HashSet::new();
    if is_open {
        taken.insert("extra".to_owned());
    }
    // The first to come has the name, after those that are called so to the letter; and one that has none of its own makes
    // room for those that have.
    let mut wanting: Vec<&str> = Vec::new();
    let (exact, others): (Vec<&str>, Vec<&str>) = names.partition(|name| snake(name) == *name);
    for name in exact.into_iter().chain(others) {
        let field = snake(name);
        let is_plain = field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && field.starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_plain || !taken.insert(field) {
            wanting.push(name);
        }
    }
    let mut renamed = Vec::new();
    for name in wanting {
        let mut wanted = snake(&spoken(name));
        if wanted.starts_with(|c: char| c.is_ascii_digit()) {
            wanted.insert(0, 'x');
        }
        let mut free = wanted.clone();
        let mut number = 2;
        while !taken.insert(snake(&free)) {
            free = format!("{wanted}_{number}");
            number += 1;
        }
        renamed.push((name.to_owned(), free));
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str], is_open: bool) -> Vec<(String, String)> {
        of_names(names.iter().copied(), is_open)
    }

    #[test]
    fn every_property_has_a_field_of_its_own() {
        let renamed = names(
            &[
                "fooBar", "foo_bar", "FOO_BAR", "ä", "a", "", "+", "$type", "type", "1st", "名",
                "self", "Self",
            ],
            false,
        );
        let renamed: Vec<(&str, &str)> = renamed
            .iter()
            .map(|(one, other)| (one.as_str(), other.as_str()))
            .collect();
        assert_eq!(
            renamed,
            [
                ("ä", "a_2"),
                ("", "empty"),
                ("1st", "x1st"),
                ("名", "u540d"),
                ("fooBar", "foo_bar_2"),
                ("FOO_BAR", "foo_bar_3"),
                ("+", "plus"),
                ("$type", "dollar_type"),
                ("Self", "self_2"),
            ]
        );
    }

    #[test]
    fn the_field_of_all_that_nobody_declares_has_its_name_alone() {
        assert_eq!(names(&["extra"], false), []);
        let renamed = names(&["extra", "Extra"], true);
        let both = [("extra", "extra_2"), ("Extra", "extra_3")];
        assert_eq!(
            renamed,
            both.map(|(one, other)| (one.to_owned(), other.to_owned()))
        );
    }
}
