//! What the generated types are made from.

use super::super::{Content, Edit, Mend, Node};
use super::anatomy::Kind;
use super::context::Context;
use super::findings::Findings;
use super::nearest::did_you_mean;
use super::walk::Object;

const TYPES: &[&str] = &["string", "number", "integer", "boolean", "array", "object"];

/// The formats that mean something to the generator.
const TEXT_FORMATS: &[&str] = &[
    "password",
    "byte",
    "hex",
    "address",
    "binary",
    "uuid",
    "date-time",
    "unixtime",
];
const INTEGER_FORMATS: &[&str] = &["int32", "int64", "uint64", "uint256", "unixtime"];
const NUMBER_FORMATS: &[&str] = &["double", "unixtime"];

pub(super) fn unknown_type(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let Some(node) = schema.node.get("type") else {
            continue;
        };
        let Some(kind) = node.as_str() else { continue };
        if !TYPES.contains(&kind) {
            let mend = if kind == "null" {
                "write `nullable: true` beside the type".to_owned()
            } else {
                did_you_mean(
                    kind,
                    TYPES.iter().copied(),
                    format!("write one of {}", TYPES.join(", ")),
                )
            };
            findings.add(
                node.position,
                format!(
                    "{}: there is no type `{kind}`",
                    context.place(&schema.pointer)
                ),
                mend,
            );
        }
    }
}

pub(super) fn missing_items(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        if schema.node.text("type") == Some("array") && schema.node.get("items").is_none() {
            findings.add(
                schema.node.position,
                format!("{}: a list of what?", context.place(&schema.pointer)),
                Mend::with_edit(
                    "write `items:`; `{}` if nothing is known",
                    Edit::Add {
                        map: schema.node.position,
                        key: "items".to_owned(),
                        value: "{}".to_owned(),
                    },
                ),
            );
        }
    }
}

pub(super) fn unnamed(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let made_of_others = || {
            let parts = schema.node.get("allOf")?.items();
            (parts.len() > 1).then_some("an object made of others")
        };
        let Some(what) = needs_name(schema.node).or_else(made_of_others) else {
            continue;
        };
        // Headers of responses become no type.
        if is_named(context, schema) || schema.pointer.contains("/headers/") {
            continue;
        }
        findings.add(
            schema.node.position,
            format!("{}: {what} without a name", context.place(&schema.pointer)),
            "move it to `components/schemas` and refer to it",
        );
    }
}

/// What a schema is that becomes a type of its own.
pub(crate) fn needs_name(node: &Node) -> Option<&'static str> {
    let closed = matches!(
        node.get("additionalProperties"),
        Some(Node {
            content: Content::Bool(false),
            ..
        })
    );
    if node.reference().is_some() {
        None
    } else if node.get("enum").is_some() {
        Some("an enum")
    } else if node.get("properties").is_some() || closed {
        Some("an object")
    } else if node.get("oneOf").is_some() || node.get("anyOf").is_some() {
        Some("a union")
    } else {
        None
    }
}

/// Whether it stands in `components/schemas`, by itself or as a part that is merged into one there.
fn is_named(context: &Context<'_>, schema: &Object<'_>) -> bool {
    let Some((parent, _)) = schema.pointer.rsplit_once('/') else {
        return false;
    };
    if parent == "/components/schemas" {
        return true;
    }
    parent
        .strip_suffix("/allOf")
        .and_then(|parent| context.object(parent))
        .is_some_and(|parent| is_named(context, parent))
}

pub(super) fn missing_title(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        for field in ["oneOf", "anyOf"] {
            for branch in context.list(schema, field) {
                if branch.node.reference().is_none() && branch.node.get("title").is_none() {
                    findings.add(
                        branch.node.position,
                        format!(
                            "{}: a branch of `{field}` has no name",
                            context.place(&schema.pointer)
                        ),
                        "write `title:` with the variant's name",
                    );
                }
            }
        }
    }
}

pub(super) fn closed_answer(context: &Context<'_>, findings: &mut Findings<'_>) {
    let answers =
        super::responses::contents(context).filter_map(|media| context.field(media, "schema"));
    let sockets = context
        .all(Kind::WebSocket)
        .filter_map(|socket| context.field(socket, "message"));
    let webhooks = context
        .all(Kind::WebhookEvent)
        .filter_map(|event| context.field(event, "schema"));
    let envelopes = context
        .all(Kind::Webhooks)
        .filter_map(|webhooks| context.field(webhooks, "envelope"));
    let received = answers.chain(sockets).chain(webhooks).chain(envelopes);
    for schema in context.reach(received.collect()) {
        if let Some(entry) = schema.node.entry("additionalProperties")
            && matches!(entry.value.content, Content::Bool(false))
        {
            findings.add(
                entry.key_position,
                format!(
                    "{} is part of an answer, and would break on the day a field is added",
                    context.place(&schema.pointer)
                ),
                Mend::with_edit("take `additionalProperties: false` out", Edit::Remove),
            );
        }
    }
}

pub(super) fn number_without_format(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let (mend, format) = match schema.node.text("type") {
            Some("integer") => (
                "write `format: int64`, `int32`, `uint256` or `unixtime`",
                "int64",
            ),
            Some("number") => ("write `format: double` or `unixtime`", "double"),
            _ => continue,
        };
        if schema.node.get("format").is_none() {
            findings.add(
                schema.node.position,
                format!(
                    "{}: a number of unknown size",
                    context.place(&schema.pointer)
                ),
                Mend::with_edit(
                    mend,
                    Edit::Add {
                        map: schema.node.position,
                        key: "format".to_owned(),
                        value: format.to_owned(),
                    },
                ),
            );
        }
    }
}

pub(super) fn unknown_format(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let Some(node) = schema.node.get("format") else {
            continue;
        };
        let Some(format) = node.as_str() else {
            continue;
        };
        let kind = schema.node.text("type").unwrap_or_default();
        let mend = match kind {
            // A string may have any format; one that is nearly known is a slip.
            "string" if TEXT_FORMATS.contains(&format) => continue,
            "string" => match super::nearest::nearest(format, TEXT_FORMATS.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => continue,
            },
            "integer" if !INTEGER_FORMATS.contains(&format) => {
                "write `format: int64`, `int32`, `uint256` or `unixtime`".to_owned()
            }
            "number" if !NUMBER_FORMATS.contains(&format) => {
                "write `format: double` or `unixtime`".to_owned()
            }
            _ => continue,
        };
        findings.add(
            node.position,
            format!(
                "{}: there is no format `{format}` of type `{kind}`",
                context.place(&schema.pointer)
            ),
            mend,
        );
    }
}

pub(super) fn empty_enum(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        if let Some(entry) = schema.node.entry("enum")
            && matches!(&entry.value.content, Content::List(values) if values.is_empty())
        {
            findings.add(
                entry.key_position,
                format!("{}: the enum has no value", context.place(&schema.pointer)),
                "write its values, or take `enum` out",
            );
        }
    }
}

pub(super) fn unknown_required(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let Some(properties) = schema.node.get("properties") else {
            continue;
        };
        // What is required here may be a property of another part.
        if schema.node.get("allOf").is_some() || schema.pointer.contains("/allOf/") {
            continue;
        }
        for required in schema.node.get("required").map_or(&[][..], Node::items) {
            let Some(name) = required.as_str() else {
                continue;
            };
            if properties.get(name).is_none() {
                let names = properties.entries().iter().map(|entry| entry.key.as_str());
                findings.add(
                    required.position,
                    format!(
                        "{}: `{name}` is required and no property",
                        context.place(&schema.pointer)
                    ),
                    did_you_mean(
                        name,
                        names,
                        format!("write the property `{name}`, or take it out here"),
                    ),
                );
            }
        }
    }
}

/// Kinds that a field tells apart: each is a named schema that the field is required in, and that some value stands for.
pub(super) fn bad_discriminator(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let Some(entry) = schema.node.entry("discriminator") else {
            continue;
        };
        let place = context.place(&schema.pointer);
        // Where it does not tell, what the branches of a `oneOf` describe does.
        if schema.node.get("oneOf").is_some() {
            continue;
        }
        let Some(branches) = schema.node.get("anyOf") else {
            findings.add(
                entry.key_position,
                format!("{place}: a discriminator beside no `anyOf`"),
                "write the kinds under `anyOf`",
            );
            continue;
        };
        let name = entry.value.text("propertyName").unwrap_or_default();
        let mapping = entry.value.get("mapping").map_or(&[][..], Node::entries);
        for branch in branches.items() {
            let Some(reference) = branch.reference() else {
                continue;
            };
            let short = reference.rsplit('/').next().unwrap_or(reference);
            let mapped = mapping.iter().any(|entry| {
                entry
                    .value
                    .as_str()
                    .is_some_and(|to| to == reference || to == short)
            });
            if !mapped {
                findings.add(
                    branch.position,
                    format!("{place}: no value of `{name}` stands for `{short}`"),
                    "write it under `mapping` of the discriminator",
                );
            }
            let required = context.target(reference).is_none_or(|target| {
                let required = target.node.get("required").map_or(&[][..], Node::items);
                required.iter().any(|item| item.as_str() == Some(name))
            });
            if !required {
                findings.add(
                    branch.position,
                    format!(
                        "{place}: `{short}` need not have `{name}`, which tells the kinds apart"
                    ),
                    format!("write `{name}` under `required` of `{short}`"),
                );
            }
        }
    }
}
