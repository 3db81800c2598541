//! Keys that no reader of OpenAPI 3.0 knows are left out.

use std::collections::BTreeMap;

use super::{adopting::Adopting, objects};
use crate::spec::{EXTENSIONS, Kind, Node, Position, Severity, Shape, nearest};

/// Leaves out keys that are neither OpenAPI's nor this project's, and what is never generated.
pub(super) fn drop_foreign_keys(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let ours = is_ours(root);
    let mut extensions: BTreeMap<String, (Position, usize)> = BTreeMap::new();
    let mut unknown: BTreeMap<(&'static str, String), (Position, usize)> = BTreeMap::new();
    let mut links: BTreeMap<&'static str, (Position, usize)> = BTreeMap::new();
    objects::each(root, Kind::Document, &mut |kind, node| {
        nullable(kind, node);
        let refers = node.reference().is_some();
        let Some(entries) = node.map_mut() else {
            return;
        };
        entries.retain(|entry| {
            let key = entry.key.as_str();
            if matches!(
                (kind, key),
                (Kind::Operation, "callbacks") | (Kind::Response, "links")
            ) {
                let found = if key == "callbacks" {
                    "callbacks"
                } else {
                    "links"
                };
                links.entry(found).or_insert((entry.key_position, 0)).1 += 1;
                return false;
            }
            if kind == Kind::Components && matches!(key, "callbacks" | "links") {
                return false;
            }
            if key == "$ref" && (kind.section().is_some() || kind == Kind::PathItem) {
                return true;
            }
            if key.starts_with("x-") && kind.names().is_none() {
                return keeps_extension(kind, entry, ours, &mut extensions);
            }
            let known = kind.names().is_some()
                || kind.is_extension()
                || kind.fields().iter().any(|field| field.name == key);
            // A reference to something else than a schema stands alone.
            if known && !(refers && kind.section().is_some() && kind != Kind::Schema) {
                return true;
            }
            let place = unknown.entry((kind.name(), entry.key.clone()));
            place.or_insert((entry.key_position, 0)).1 += 1;
            false
        });
        for entry in entries {
            if let Some(Shape::Map(_)) = objects::shape(kind, &entry.key)
                && !objects::is_free(kind, &entry.key)
                && let Some(names) = entry.value.map_mut()
            {
                names.retain(|name| {
                    let foreign = name.key.starts_with("x-");
                    if foreign {
                        let place = extensions.entry(name.key.clone());
                        place.or_insert((name.key_position, 0)).1 += 1;
                    }
                    !foreign
                });
            }
        }
    });
    if let Some(position) = extensions.values().map(|(position, _)| *position).min() {
        let names: Vec<String> = extensions
            .iter()
            .map(|(name, (_, places))| format!("`{name}` ({places})"))
            .collect();
        told.changed(
            position,
            format!("extensions of others are left out: {}", names.join(", ")),
        );
    }
    for ((of, key), (position, places)) in unknown {
        told.changed(
            position,
            format!("`{key}` is no key of {of} in OpenAPI 3.0, and is left out ({places} places)"),
        );
    }
    for (what, (position, places)) in links {
        if what == "callbacks" {
            told.lost(
                "callbacks-not-generated",
                Severity::Warning,
                position,
                format!("the callbacks of {places} operations are not generated"),
                "say under `components` in `x-webhooks` how they are signed, and which events there are",
            );
        } else {
            told.changed(position, format!("links are left out ({places} responses)"));
        }
    }
}

/// Whether an extension is this project's, or so near to one that it was meant to be: lint says so then.
fn keeps_extension(
    kind: Kind,
    entry: &crate::spec::Entry,
    ours: bool,
    extensions: &mut BTreeMap<String, (Position, usize)>,
) -> bool {
    let key = entry.key.as_str();
    let names = EXTENSIONS.iter().map(|extension| extension.name);
    let own = EXTENSIONS.iter().find(|extension| extension.name == key);
    let keeps = match own {
        Some(own) => own.on.contains(&kind) || kind.is_extension(),
        None => ours && nearest(key, names).is_some(),
    };
    if !keeps {
        let place = extensions.entry(key.to_owned());
        place.or_insert((entry.key_position, 0)).1 += 1;
    }
    keeps
}

/// Whether the document was written for this project: it has an extension of ours.
pub(super) fn is_ours(root: &mut Node) -> bool {
    let mut ours = false;
    objects::each(root, Kind::Document, &mut |kind, node| {
        ours |= node.entries().iter().any(|entry| {
            EXTENSIONS
                .iter()
                .any(|extension| extension.name == entry.key && extension.on.contains(&kind))
        });
    });
    ours
}

/// What several tools wrote before OpenAPI had a word for it.
fn nullable(kind: Kind, schema: &mut Node) {
    if kind == Kind::Schema
        && let Some(flag) = schema.remove("x-nullable")
        && schema.get("nullable").is_none()
    {
        schema.put("nullable", flag.value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn extensions_of_others_go_in_one_change_and_names_that_look_like_one_stay() {
        let after = after(
            drop_foreign_keys,
            "
x-logo: a
paths:
  x-note: b
  /a: { get: { x-code: c, responses: {} } }
components:
  schemas:
    x-ray: { type: object, properties: { x-field: { type: string } } }
    Paged: { type: object, x-pagination: true, x-nullable: true }
",
        );
        assert_eq!(
            after.changes,
            [
                "extensions of others are left out: `x-code` (1), `x-logo` (1), `x-note` (1), `x-pagination` (1)"
            ]
        );
        let schemas = &after.document["components"]["schemas"];
        assert_eq!(
            schemas["x-ray"]["properties"]["x-field"],
            json!({ "type": "string" })
        );
        assert_eq!(
            schemas["Paged"],
            json!({ "type": "object", "nullable": true })
        );
    }

    #[test]
    fn a_misspelt_extension_of_ours_is_left_for_lint_to_find() {
        let text =
            "paths: { /a: { get: { x-evidence: {}, x-idempotancy: safe, responses: {} } } }\n";
        let after = after(drop_foreign_keys, text);
        assert_eq!(
            after.document["paths"]["/a"]["get"]["x-idempotancy"],
            "safe"
        );
    }

    #[test]
    fn callbacks_are_told_of() {
        let text = "paths: { /a: { post: { callbacks: { done: {} }, responses: {} } } }\n";
        assert_eq!(
            after(drop_foreign_keys, text).lost,
            ["the callbacks of 1 operations are not generated"]
        );
    }
}
