//! References to what nobody wrote: what refers there is of anything, or goes where that says nothing.
//!
//! A document that was written for this project keeps them: there they are a slip of the pen, which lint finds.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    adopting::{Adopting, Told},
    keys, objects,
};
use crate::spec::{
    Content, Kind, Node, Position, Severity,
    document::{escape, reference_tokens},
};

const RULE: &str = "unknown-reference";

/// Puts anything, or nothing, in the place of references within the document that lead nowhere.
pub(super) fn settle_dangling(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let mut wanted: BTreeSet<(String, &'static str)> = BTreeSet::new();
    objects::each(root, Kind::Document, &mut |kind, node| {
        for (reference, section) in references(kind, node) {
            wanted.insert((reference, section));
        }
    });
    wanted.retain(|(reference, section)| leads_nowhere(root, reference, section));
    if wanted.is_empty() || keys::is_ours(root) {
        return;
    }
    let names: BTreeSet<String> = root
        .get("components")
        .and_then(|components| components.get("schemas"))
        .map_or(&[][..], Node::entries)
        .iter()
        .map(|entry| entry.key.clone())
        .collect();
    let lost = |node: &Node| {
        let reference = node.reference()?;
        let found = wanted.iter().find(|(to, _)| to == reference)?;
        Some(found.0.clone())
    };
    objects::each(root, Kind::Document, &mut |kind, node| match kind {
        Kind::Discriminator => mapping(node, &wanted, &names, told),
        Kind::Operation | Kind::PathItem => {
            let parameters = node.get_mut("parameters").and_then(Node::list_mut);
            if let Some(parameters) = parameters {
                parameters.retain(|parameter| {
                    let Some(reference) = lost(parameter) else {
                        return true;
                    };
                    tell(
                        told,
                        parameter.position,
                        &reference,
                        "the parameter is left out",
                    );
                    false
                });
            }
        }
        Kind::Schema | Kind::Response | Kind::RequestBody | Kind::Header => {
            if let Some(reference) = lost(node) {
                let is = anything(kind, node, &reference);
                tell(told, node.position, &reference, is);
            }
        }
        _ => {}
    });
}

/// The references of a thing of this kind within the document, each with the section where such a thing stands.
fn references(kind: Kind, node: &Node) -> Vec<(String, &'static str)> {
    if kind == Kind::Discriminator {
        let mapping = node.get("mapping").map_or(&[][..], Node::entries);
        let values = mapping.iter().filter_map(|entry| entry.value.as_str());
        return values.map(|value| (value.to_owned(), "schemas")).collect();
    }
    let of = node.reference().zip(kind.section());
    let (reference, section) = match of {
        Some(of) if of.0.starts_with('#') => of,
        _ => return Vec::new(),
    };
    vec![(reference.to_owned(), section)]
}

fn leads_nowhere(root: &Node, reference: &str, section: &str) -> bool {
    if !reference.starts_with('#') {
        // The value of a mapping may be the name alone.
        let name = format!("#/components/{section}/{}", escape(reference));
        return root.pointer(&name).is_none();
    }
    let is_map = |target: &Node| matches!(target.content, Content::Map(_));
    reference_tokens(reference).is_empty() || !root.pointer(reference).is_some_and(is_map)
}

/// Makes it a thing of its kind of which nothing is known; answers what that means.
fn anything(kind: Kind, node: &mut Node, reference: &str) -> &'static str {
    let position = node.position;
    let described = node.get("description").cloned();
    let name = reference_tokens(reference).pop().unwrap_or_default();
    let (made, is) = match kind {
        Kind::Response => (json!({ "description": name }), "the response has no body"),
        Kind::RequestBody => (
            json!({ "content": { "application/json": { "schema": {} } } }),
            "the body may be any JSON",
        ),
        Kind::Header => (
            json!({ "schema": { "type": "string" } }),
            "the header is a text",
        ),
        _ => (json!({}), "any value is taken"),
    };
    *node = Node::of(made, position);
    if let Some(described) = described {
        node.put("description", described);
    }
    is
}

/// A value of a mapping means the schema of its last word, or none.
fn mapping(
    discriminator: &mut Node,
    wanted: &BTreeSet<(String, &'static str)>,
    names: &BTreeSet<String>,
    told: &mut Told,
) {
    let Some(mapping) = discriminator.get_mut("mapping").and_then(Node::map_mut) else {
        return;
    };
    mapping.retain_mut(|entry| {
        let Some(to) = entry.value.as_str().map(str::to_owned) else {
            return true;
        };
        if !wanted.contains(&(to.clone(), "schemas")) {
            return true;
        }
        let position = entry.value.position;
        let last = to.rsplit(['/', '#']).next().unwrap_or_default();
        let word = [".yaml", ".yml", ".json"]
            .iter()
            .find_map(|ending| last.strip_suffix(ending))
            .unwrap_or(last);
        if names.contains(word) {
            told.changed(position, format!("`{to}` is the schema `{word}`"));
            entry.value.content = format!("#/components/schemas/{}", escape(word)).into();
            return true;
        }
        tell(
            told,
            position,
            &to,
            "the schema is told by what it describes",
        );
        false
    });
    if mapping.is_empty() {
        discriminator.remove("mapping");
    }
}

fn tell(told: &mut Told, position: Position, reference: &str, is: &str) {
    told.lost(
        RULE,
        Severity::Warning,
        position,
        format!("there is no `{reference}`: {is}"),
        "write what it refers to, or correct the reference",
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn what_refers_to_nothing_is_of_anything_and_is_told() {
        let after = after(
            settle_dangling,
            "
paths:
  /a:
    post:
      parameters: [{ $ref: '#/components/parameters/None' }, { $ref: '#/components/parameters/Limit' }]
      requestBody: { $ref: '#/components/requestBodies/None' }
      responses: { '200': { $ref: '#/components/responses/None' } }
components:
  parameters: { Limit: { name: limit, in: query, schema: { $ref: '#/components/schemas/None' } } }
  schemas:
    A: { properties: { whole: { $ref: '#' }, text: { $ref: '#/components/schemas/A/description' }, a: { $ref: '#/components/schemas/A' } }, description: A }
",
        );
        let post = &after.document["paths"]["/a"]["post"];
        assert_eq!(
            post["parameters"],
            json!([{ "$ref": "#/components/parameters/Limit" }])
        );
        assert_eq!(
            post["requestBody"],
            json!({ "content": { "application/json": { "schema": {} } } })
        );
        assert_eq!(post["responses"]["200"], json!({ "description": "None" }));
        let components = &after.document["components"];
        assert_eq!(components["parameters"]["Limit"]["schema"], json!({}));
        assert_eq!(
            components["schemas"]["A"]["properties"],
            json!({ "whole": {}, "text": {}, "a": { "$ref": "#/components/schemas/A" } })
        );
        assert_eq!(after.lost.len(), 6, "{:?}", after.lost);
        assert!(
            after.lost[0].starts_with("there is no `#/components/parameters/None`"),
            "{:?}",
            after.lost
        );
    }

    #[test]
    fn a_mapping_to_a_file_means_the_schema_of_that_name() {
        let after = after(
            settle_dangling,
            "
components:
  schemas:
    Cat: { type: object }
    Pet: { oneOf: [{ $ref: '#/components/schemas/Cat' }], discriminator: { propertyName: kind, mapping: { cat: 'models/pets.yml#/Cat', dog: Dog.yaml, tom: Cat } } }
",
        );
        let mapping = &after.document["components"]["schemas"]["Pet"]["discriminator"]["mapping"];
        assert_eq!(
            *mapping,
            json!({ "cat": "#/components/schemas/Cat", "tom": "Cat" })
        );
        assert_eq!(after.lost.len(), 1, "{:?}", after.lost);
    }

    #[test]
    fn a_document_of_ours_has_a_slip_of_the_pen() {
        let after = after(
            settle_dangling,
            "paths: { /a: { get: { x-evidence: {}, responses: { '200': { $ref: '#/components/responses/None' } } } } }\n",
        );
        let response = &after.document["paths"]["/a"]["get"]["responses"]["200"];
        assert_eq!(response["$ref"], "#/components/responses/None");
        assert!(after.lost.is_empty());
    }
}
