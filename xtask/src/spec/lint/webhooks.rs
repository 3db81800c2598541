//! `x-webhooks`: what a provider posts, and how it is signed.

use std::collections::HashMap;

use super::super::Node;
use super::anatomy::Kind;
use super::context::Context;
use super::extensions::{check_pointer, one_of};
use super::findings::Findings;
use super::rust_name::pascal;
use super::walk::Object;

const ALGORITHMS: &[&str] = &["hmac-sha256", "hmac-sha512"];
const ENCODINGS: &[&str] = &["hex", "base64"];

/// The variants that every enum of events has.
const VARIANTS: &[&str] = &["Challenge", "Unknown"];

const PLACE: &str = "`components`";

pub(super) fn bad(context: &Context<'_>, findings: &mut Findings<'_>) {
    for webhooks in context.all(Kind::Webhooks) {
        signature(context, webhooks, findings);
        properties(context, webhooks, findings);
        schemas(context, webhooks, findings);
        events(context, webhooks, findings);
    }
}

fn signature(context: &Context<'_>, webhooks: &Object<'_>, findings: &mut Findings<'_>) {
    let Some(signature) = context.field(webhooks, "signature") else {
        return;
    };
    if let Some((node, text)) = text(signature, "header")
        && (text.is_empty() || !text.bytes().all(is_of_header_name))
    {
        findings.add(
            node.position,
            format!(
                "{PLACE}: `{text}`, where webhooks have their signature, is no name of a header"
            ),
            "write letters, digits and hyphens",
        );
    }
    if let Some((node, text)) = text(signature, "prefix")
        && !text.bytes().all(|byte| byte.is_ascii_graphic())
    {
        findings.add(
            node.position,
            format!("{PLACE}: no header can carry the prefix of the webhooks' signature"),
            "write visible ASCII",
        );
    }
    for (key, what, known) in [
        ("algorithm", "algorithm of signatures", ALGORITHMS),
        ("encoding", "encoding of signatures", ENCODINGS),
    ] {
        if let Some((node, text)) = text(signature, key)
            && !known.contains(&text)
        {
            findings.add(
                node.position,
                format!("{PLACE}: there is no {what} `{text}`"),
                one_of(text, known),
            );
        }
    }
}

/// The pointers: each leads to a property of the message, and none but the kind to that of the kind.
fn properties(context: &Context<'_>, webhooks: &Object<'_>, findings: &mut Findings<'_>) {
    let kind = text(webhooks, "kind");
    let challenge = context.field(webhooks, "challenge");
    let challenge = challenge.and_then(|challenge| text(challenge, "value"));
    let others = [text(webhooks, "value"), challenge].into_iter().flatten();
    for (node, pointer) in others.clone().chain(kind) {
        if check_pointer(PLACE, "`x-webhooks`", node, findings)
            && (pointer.matches('/').count() > 1 || pointer == "/")
        {
            findings.add(
                node.position,
                format!(
                    "{PLACE}: `{pointer}` of `x-webhooks` is no property of the message itself"
                ),
                "write the pointer of one, such as `/kind`",
            );
        }
    }
    for (node, pointer) in others.filter(|(_, other)| kind.is_some_and(|(_, kind)| kind == *other))
    {
        findings.add(
            node.position,
            format!("{PLACE}: `{pointer}` of `x-webhooks` is the kind of the event already"),
            "write where the value is",
        );
    }
}

/// What becomes a type has to have a name.
fn schemas(context: &Context<'_>, webhooks: &Object<'_>, findings: &mut Findings<'_>) {
    let events = context.list(webhooks, "events");
    let schemas = events
        .into_iter()
        .filter_map(|event| context.field(event, "schema"));
    for schema in schemas.chain(context.field(webhooks, "envelope")) {
        if schema.node.reference().is_none() {
            findings.add(
                schema.node.position,
                format!("{}: the schema has no name", context.place(&schema.pointer)),
                "move it to `components/schemas` and refer to it",
            );
        }
    }
}

fn events(context: &Context<'_>, webhooks: &Object<'_>, findings: &mut Findings<'_>) {
    let challenge = context.field(webhooks, "challenge");
    let challenge = challenge.and_then(|challenge| text(challenge, "kind"));
    let events = context.list(webhooks, "events");
    if let Some(entry) = webhooks.node.entry("events")
        && entry.value.entries().is_empty()
    {
        findings.add(
            entry.key_position,
            format!("{PLACE}: `x-webhooks` has no event"),
            "write one, or take `x-webhooks` out",
        );
    }
    let mut variants: HashMap<String, &str> = HashMap::new();
    for event in events {
        let variant = pascal(event.key);
        let first = variants.entry(variant.clone()).or_insert(event.key);
        if *first != event.key {
            findings.add(
                event.key_position,
                format!(
                    "{PLACE}: the webhook events `{first}` and `{}` both become the variant `{variant}`",
                    event.key
                ),
                "keep one: what is not listed arrives too, as unknown",
            );
        } else if VARIANTS.contains(&variant.as_str()) || !variant.starts_with(char::is_alphabetic)
        {
            findings.add(
                event.key_position,
                format!(
                    "{PLACE}: the webhook event `{}` would become the variant `{variant}`",
                    event.key
                ),
                "take it out: what is not listed arrives too, as unknown",
            );
        } else if challenge.is_some_and(|(_, kind)| kind == event.key) {
            findings.add(
                event.key_position,
                format!(
                    "{PLACE}: `{}` is the challenge of `x-webhooks`, and one of its events too",
                    event.key
                ),
                "take it out of the events",
            );
        }
    }
}

fn is_of_header_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn text<'a>(object: &Object<'a>, key: &str) -> Option<(&'a Node, &'a str)> {
    let node = object.node.get(key)?;
    Some((node, node.as_str()?))
}
