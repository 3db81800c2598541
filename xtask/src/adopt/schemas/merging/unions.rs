//! A union with something beside it: that goes into each of its branches.

use std::collections::BTreeMap;

use super::{Merging, is_composed};
use crate::{
    adopt::schemas::walk::{self, PROSE, map, referred},
    spec::{Content, Entry, Node},
};

/// How many branches a product of unions may have.
const BRANCHES: usize = 64;

pub(super) fn union_of(schema: &Node) -> Option<&'static str> {
    ["oneOf", "anyOf"]
        .into_iter()
        .find(|key| schema.get(key).is_some())
}

/// Whether something beside a union says what the values are.
pub(super) fn has_structure(schema: &Node) -> bool {
    [
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
    ]
    .iter()
    .any(|key| schema.get(key).is_some())
        || schema.get("oneOf").is_some() && schema.get("anyOf").is_some()
}

impl Merging<'_> {
    /// The branches of a schema that is one of these and one of those.
    pub(super) fn product(&mut self, mine: &Node, theirs: &Node, depth: usize) -> Option<Node> {
        let mut branches = Vec::new();
        for one in mine.items() {
            for other in theirs.items() {
                if branches.len() >= BRANCHES {
                    self.notes.push((
                        theirs.position,
                        "two unions of many branches hold at once: only the last one is kept"
                            .to_owned(),
                    ));
                    return Some(theirs.clone());
                }
                let (one, other) = (
                    self.looked_into(one, depth + 1)?,
                    self.looked_into(other, depth + 1)?,
                );
                branches.push(self.both(&one, &other, depth + 1)?);
            }
        }
        Some(Node {
            position: theirs.position,
            content: Content::List(branches),
        })
    }

    /// Puts what stands beside a union into each of its branches.
    pub(super) fn spread(&mut self, mut whole: Node, depth: usize) -> Option<Node> {
        let Some(key) = union_of(&whole) else {
            return Some(whole);
        };
        if whole.get("oneOf").is_some() && whole.get("anyOf").is_some() {
            let any = whole.remove("anyOf")?.value;
            let one = whole.remove("oneOf")?.value;
            let product = self.product(&any, &one, depth + 1)?;
            whole.insert("oneOf", product.content);
            return self.spread(whole, depth + 1);
        }
        if !has_structure(&whole) {
            return Some(whole);
        }
        let union = whole.remove(key)?;
        let only_demands = |branch: &Node| {
            let demands =
                |entry: &Entry| {
                    PROSE.contains(&entry.key.as_str())
                        || matches!(
                            entry.key.as_str(),
                            "required" | "type" | "additionalProperties"
                        )
                        || entry.key == "allOf"
                            && entry.value.items().iter().all(|part| {
                                part.entries().iter().all(|entry| entry.key == "required")
                            })
                };
            branch.entries().iter().all(demands)
                && branch
                    .get("additionalProperties")
                    .is_none_or(|node| !matches!(node.content, Content::Map(_)))
        };
        if union.value.items().iter().all(only_demands) {
            self.notes.push((
                union.key_position,
                format!(
                    "`{key}` only tells which fields come together: each of them may be left out"
                ),
            ));
            return Some(whole);
        }
        let mut prose = map(whole.position, []);
        if let Content::Map(entries) = &mut whole.content {
            let kept = |entry: &Entry| {
                PROSE.contains(&entry.key.as_str())
                    || entry.key == "discriminator"
                    || entry.key.starts_with("x-")
            };
            let said: Vec<Entry> = entries
                .iter()
                .filter(|entry| kept(entry))
                .cloned()
                .collect();
            entries.retain(|entry| !kept(entry));
            prose.content = Content::Map(said);
        }
        let mut mapped = BTreeMap::new();
        let mut branches = Vec::new();
        for branch in union.value.items() {
            let title = branch.get("title").cloned();
            let looked = self.looked_into(branch, depth + 1)?;
            let mut merged = self.both(&whole, &looked, depth + 1)?;
            if is_composed(&merged) {
                merged = self.flat(&merged, depth + 1)?;
            }
            if let Some(name) = walk::sole_reference(branch).and_then(referred) {
                mapped.insert(name.to_owned(), branches.len());
                if title.is_none() {
                    merged.insert("title", name.into());
                }
            }
            if let Some(title) = title {
                merged.insert("title", title.content);
            }
            branches.push(merged);
        }
        self.notes.push((
            union.key_position,
            format!(
                "what stands beside `{key}` goes into each of its {} branches",
                branches.len()
            ),
        ));
        let mut schema = map(whole.position, [(key, Content::List(branches))]);
        if let (Content::Map(entries), Content::Map(said)) = (&mut schema.content, prose.content) {
            entries.extend(said);
        }
        Some(schema)
    }
}
