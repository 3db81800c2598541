//! Fields that an example has and no schema knows: a misspelt one would be lost in silence.

use std::collections::BTreeSet;

use super::super::super::document::escape;
use super::super::super::{Content, Node};
use super::super::anatomy::Kind;
use super::super::context::Context;
use super::super::findings::Findings;
use super::super::nearest::did_you_mean;
use super::super::walk::Object;
use super::values::examples;

pub(in super::super) fn undeclared_field(context: &Context<'_>, findings: &mut Findings<'_>) {
    for example in examples(context) {
        let mut search = Search {
            context,
            holder: example.holder,
            findings,
        };
        search.value(example.node, &[example.schema], "");
    }
}

struct Search<'f, 's, 'a, 'd> {
    context: &'s Context<'a>,
    holder: &'s Object<'a>,
    findings: &'f mut Findings<'d>,
}

impl<'s, 'a> Search<'_, 's, 'a, '_> {
    fn value(&mut self, node: &Node, schemas: &[&'s Object<'a>], at: &str) {
        let schemas = self.applying(schemas);
        match &node.content {
            Content::List(items) => {
                let inner: Vec<_> = schemas
                    .iter()
                    .filter_map(|schema| self.context.field(schema, "items"))
                    .collect();
                for (index, item) in items.iter().enumerate() {
                    self.value(item, &inner, &format!("{at}/{index}"));
                }
            }
            Content::Map(entries) => {
                let known: Vec<&Node> = schemas
                    .iter()
                    .filter_map(|schema| schema.node.get("properties"))
                    .collect();
                let extra: Vec<_> = schemas
                    .iter()
                    .filter_map(|schema| self.context.field(schema, "additionalProperties"))
                    .collect();
                let open = known.is_empty() || schemas.iter().any(|schema| is_open(schema.node));
                for entry in entries {
                    let declared: Vec<_> = schemas
                        .iter()
                        .filter_map(|schema| self.context.named(schema, "properties", &entry.key))
                        .collect();
                    let at = format!("{at}/{}", escape(&entry.key));
                    if !declared.is_empty() {
                        self.value(&entry.value, &declared, &at);
                    } else if open {
                        self.value(&entry.value, &extra, &at);
                    } else {
                        let names = known.iter().flat_map(|properties| properties.entries());
                        self.findings.add(
                            entry.key_position,
                            format!(
                                "{}: no property declares `{at}` of the example",
                                self.context.place(&self.holder.pointer)
                            ),
                            did_you_mean(
                                &entry.key,
                                names.map(|entry| entry.key.as_str()),
                                "write the property, or `additionalProperties: true`",
                            ),
                        );
                    }
                }
            }
            _ => {}
        }
    }

    /// All schemas that say something of the same value.
    fn applying(&self, schemas: &[&'s Object<'a>]) -> Vec<&'s Object<'a>> {
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        let mut open: Vec<&'s Object<'a>> = schemas.to_vec();
        let mut applying = Vec::new();
        while let Some(schema) = open.pop() {
            if !seen.insert(schema.number) || schema.kind != Kind::Schema {
                continue;
            }
            if let Some(reference) = schema.node.reference() {
                open.extend(self.context.target(reference));
                continue;
            }
            applying.push(schema);
            open.extend(
                ["allOf", "oneOf", "anyOf"]
                    .into_iter()
                    .flat_map(|field| self.context.list(schema, field)),
            );
        }
        applying
    }
}

/// Whether a schema lets more in than it names.
fn is_open(node: &Node) -> bool {
    let says_nothing = ["type", "properties", "allOf", "oneOf", "anyOf"]
        .iter()
        .all(|key| node.get(key).is_none());
    says_nothing
        || node
            .get("additionalProperties")
            .is_some_and(|more| !matches!(more.content, Content::Bool(false)))
}
