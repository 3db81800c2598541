//! Lists and objects.

use std::{borrow::Cow, collections::HashSet};

use serde_json::{Map, Value, json};

use super::{
    DEEP, Extent, Maker, Schema,
    said::{below, counts, rest, tuple, tuple_of},
};
use crate::api::{entries, items};

/// Names that are none in Rust, or those of what a type has beside its fields.
const UNDECLARED: [&str; 9] = [
    "more", "$type", "@id", "a.b", "1st", "", "ä", "extra", "type",
];

impl<'a> Maker<'a> {
    pub(super) fn list(&mut self, parts: &[Schema<'a>], depth: usize) -> Option<Value> {
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

    pub(super) fn object(&mut self, parts: &[Schema<'a>], depth: usize) -> Option<Value> {
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
    pub(super) fn field(&mut self, parts: &[Schema<'a>], name: &str) -> Option<Vec<Schema<'a>>> {
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
    pub(super) fn name(&mut self, parts: &[Schema<'a>], turn: usize) -> Option<String> {
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
