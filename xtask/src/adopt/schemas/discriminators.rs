//! Discriminators on a base that others extend with `allOf`: whoever refers to the base means any of them.

use std::collections::{BTreeMap, BTreeSet};

use super::walk::{self, Named, map, reference_to, referred};
use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Entry, Node, Position},
};

/// A base, and the schemas that extend it by the value of the discriminator.
struct Base {
    position: Position,
    children: Vec<(String, String)>,
}

pub(in crate::adopt) fn spread_bases(adopting: &mut Adopting) {
    let named = Named::of(adopting.root());
    let bases = bases(adopting.root(), &named);
    let mut notes = Vec::new();
    // What extends a base takes its fields, not the union that it becomes.
    let mut kept = Vec::new();
    for (name, base) in &bases {
        let mut unused = format!("{name}Base");
        while named.get(&unused).is_some() {
            unused.push('_');
        }
        kept.push((name.clone(), unused.clone()));
        let has_own_type = base.children.iter().any(|(_, child)| child == name);
        notes.push((
            base.position,
            format!(
                "`{name}` is any of the {} schemas that its discriminator leads to; what they share is `{unused}`{}",
                base.children.len(),
                if has_own_type { ", one of them" } else { "" }
            ),
        ));
    }
    let renamed: BTreeMap<&str, &str> = kept
        .iter()
        .map(|(name, unused)| (name.as_str(), unused.as_str()))
        .collect();
    walk::roots(adopting.root(), &mut |schema, place| {
        if place.holder == walk::Holder::Components {
            let name = place.name.text();
            let mut children = bases.values().flat_map(|base| &base.children);
            if children.any(|(_, child)| *child == name) {
                extend(schema, &renamed);
            }
        }
        walk::below(schema, &mut |schema| {
            // With nothing but prose beside it, it is a use of the base and no extension.
            if walk::sole_reference(schema).is_none() {
                extend(schema, &renamed);
            }
        });
    });
    let mut new = Vec::new();
    for (name, unused) in &kept {
        let (Some(original), Some(base)) = (named.get(name), bases.get(name)) else {
            continue;
        };
        let mut fields = original.clone();
        fields.remove("discriminator");
        extend(&mut fields, &renamed);
        new.push(Entry {
            key: unused.clone(),
            key_position: base.position,
            value: fields,
        });
        let Some(schema) = adopting
            .root()
            .get_mut("components")
            .and_then(|components| components.get_mut("schemas"))
            .and_then(|schemas| schemas.get_mut(name))
        else {
            continue;
        };
        let own = |child: &str| {
            if child == name {
                unused.clone()
            } else {
                child.to_owned()
            }
        };
        let mut targets: Vec<String> = Vec::new();
        for (_, child) in &base.children {
            if !targets.contains(&own(child)) {
                targets.push(own(child));
            }
        }
        let branches = targets
            .iter()
            .map(|target| reference_to(target, base.position))
            .collect();
        let position = base.position;
        let mapping: Vec<(String, Content)> = base
            .children
            .iter()
            .map(|(value, child)| {
                (
                    value.clone(),
                    format!("#/components/schemas/{}", own(child)).into(),
                )
            })
            .collect();
        let mapping = map(
            position,
            mapping
                .iter()
                .map(|(value, to)| (value.as_str(), to.clone())),
        );
        let property = original
            .get("discriminator")
            .and_then(|node| node.text("propertyName"));
        let discriminator = map(
            position,
            [
                ("propertyName", property.unwrap_or_default().into()),
                ("mapping", mapping.content),
            ],
        );
        let mut union = map(
            position,
            [
                ("oneOf", Content::List(branches)),
                ("discriminator", discriminator.content),
            ],
        );
        if let (Content::Map(entries), Content::Map(old)) = (&mut union.content, &original.content)
        {
            entries.extend(
                old.iter()
                    .filter(|entry| {
                        matches!(
                            entry.key.as_str(),
                            "title" | "description" | "nullable" | "deprecated" | "x-evidence"
                        )
                    })
                    .cloned(),
            );
        }
        schema.content = union.content;
    }
    walk::add_components(adopting.root(), new);
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

/// Makes the parts of an `allOf` that are bases the fields of those bases.
fn extend(schema: &mut Node, renamed: &BTreeMap<&str, &str>) {
    for part in schema.get_mut("allOf").map_or(&mut [][..], Node::items_mut) {
        let base = part
            .reference()
            .and_then(referred)
            .and_then(|name| renamed.get(name));
        if let Some(base) = base {
            *part = reference_to(base, part.position);
        }
    }
}

/// The schemas with a discriminator and no branches that others extend.
fn bases(document: &mut Node, named: &Named) -> BTreeMap<String, Base> {
    let mut extended: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut found: BTreeMap<String, Base> = BTreeMap::new();
    walk::roots(document, &mut |schema, place| {
        if place.holder != walk::Holder::Components {
            return;
        }
        for part in schema.get("allOf").map_or(&[][..], Node::items) {
            if let Some(base) = part.reference().and_then(referred) {
                extended
                    .entry(base.to_owned())
                    .or_default()
                    .insert(place.name.text());
            }
        }
    });
    for name in extended.keys() {
        let Some(schema) = named.get(name) else {
            continue;
        };
        let Some(discriminator) = schema.entry("discriminator") else {
            continue;
        };
        if schema.get("oneOf").is_some() || schema.get("anyOf").is_some() {
            continue;
        }
        let mut children: Vec<(String, String)> = Vec::new();
        let mapping = discriminator
            .value
            .get("mapping")
            .map_or(&[][..], Node::entries);
        for entry in mapping {
            let to = entry.value.as_str().unwrap_or_default();
            let to = referred(to).unwrap_or(to);
            if named.get(to).is_some() {
                children.push((entry.key.clone(), to.to_owned()));
            }
        }
        if mapping.is_empty() {
            // Without a mapping the name of the schema is the value.
            children.extend(
                extended[name]
                    .iter()
                    .map(|child| (child.clone(), child.clone())),
            );
        }
        children.retain(|(_, child)| child == name || leads_to(named, child, name, 0));
        if !children.is_empty() {
            let position = discriminator.key_position;
            found.insert(name.clone(), Base { position, children });
        }
    }
    found
}

/// Whether a schema extends another, directly or by way of others.
fn leads_to(named: &Named, from: &str, to: &str, depth: usize) -> bool {
    let parts = named.get(from).and_then(|schema| schema.get("allOf"));
    let mut bases = parts
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(Node::reference)
        .filter_map(referred);
    depth < 16 && bases.any(|base| base == to || leads_to(named, base, to, depth + 1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn a_base_is_any_of_those_that_extend_it() {
        let (schemas, changes) = adopted(
            super::spread_bases,
            "Pet: {type: object, properties: {kind: {type: string}}, discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat'}}}\nCat: {allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {lives: {type: integer}}}]}\nHome: {properties: {pet: {$ref: '#/components/schemas/Pet'}, other: {nullable: true, allOf: [{$ref: '#/components/schemas/Pet'}]}}}",
        );
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        assert_eq!(schemas["Pet"]["oneOf"], json!([to("Cat")]));
        assert_eq!(
            schemas["Pet"]["discriminator"]["mapping"]["cat"],
            "#/components/schemas/Cat"
        );
        assert_eq!(schemas["Cat"]["allOf"][0], to("PetBase"));
        assert_eq!(schemas["PetBase"]["properties"]["kind"]["type"], "string");
        assert_eq!(schemas["Home"]["properties"]["pet"], to("Pet"));
        assert_eq!(
            schemas["Home"]["properties"]["other"]["allOf"],
            json!([to("Pet")])
        );
        assert_eq!(changes.len(), 1);
    }
}
