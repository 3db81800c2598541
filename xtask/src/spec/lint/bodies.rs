//! What a request or a response carries.

use super::anatomy::Kind;
use super::context::Context;
use super::findings::Findings;
use super::walk::Object;
use crate::api::{framing, is_json};

pub(super) const JSON: &str = "application/json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const MULTIPART: &str = "multipart/form-data";

fn bodies<'s, 'a>(context: &'s Context<'a>) -> impl Iterator<Item = &'s Object<'a>> {
    context
        .objects
        .iter()
        .filter(|object| matches!(object.kind, Kind::RequestBody | Kind::Response))
}

pub(super) fn several_media_types(context: &Context<'_>, findings: &mut Findings<'_>) {
    for body in bodies(context) {
        for other in context.list(body, "content").iter().skip(1) {
            findings.add(
                other.key_position,
                format!(
                    "{}: `{}` is a second media type",
                    context.place(&body.pointer),
                    other.key
                ),
                "keep the one that callers send or get",
            );
        }
    }
}

pub(super) fn unsupported_media_type(context: &Context<'_>, findings: &mut Findings<'_>) {
    for body in bodies(context) {
        for media in context.list(body, "content") {
            let form = matches!(essence(media.key), FORM | MULTIPART);
            let stream = body.kind == Kind::Response && framing(media.key).is_some();
            if is_json(media.key) || (form && body.kind == Kind::RequestBody) || stream {
                continue;
            }
            let schema = context
                .field(media, "schema")
                .and_then(|schema| context.resolve(schema));
            // Of any other media type the body is a text or bytes.
            // Any of a kind may be asked for, but not sent.
            let known = essence(media.key).contains('/')
                && (!media.key.contains('*') || body.kind == Kind::Response);
            if known && schema.is_none_or(|schema| schema.node.text("type") == Some("string")) {
                continue;
            }
            findings.add(
                media.key_position,
                format!(
                    "{}: a body of `{}` is a text or bytes, and has no fields",
                    context.place(&body.pointer),
                    media.key,
                ),
                format!(
                    "write `{JSON}`, or the schema `type: string`, with `format: binary` for bytes"
                ),
            );
        }
    }
}

pub(super) fn missing_schema(context: &Context<'_>, findings: &mut Findings<'_>) {
    for media in context.all(Kind::MediaType) {
        if media.node.get("schema").is_none() {
            findings.add(
                media.key_position,
                format!(
                    "{}: `{}` has no `schema`",
                    context.place(&media.pointer),
                    media.key
                ),
                "write `schema:` with a `$ref`; `{}` if nothing is known",
            );
        }
    }
}

pub(super) fn missing_content(context: &Context<'_>, findings: &mut Findings<'_>) {
    for body in context.all(Kind::RequestBody) {
        if let Some(content) = body.node.entry("content")
            && content.value.entries().is_empty()
        {
            findings.add(
                content.key_position,
                format!(
                    "{}: the body has no media type",
                    context.place(&body.pointer)
                ),
                format!("write `{JSON}:`"),
            );
        }
    }
}

pub(super) fn form_not_object(context: &Context<'_>, findings: &mut Findings<'_>) {
    for body in context.all(Kind::RequestBody) {
        for media in context.list(body, "content") {
            if !matches!(essence(media.key), FORM | MULTIPART) {
                continue;
            }
            let schema = context
                .field(media, "schema")
                .and_then(|schema| context.resolve(schema));
            if let Some(schema) = schema
                && schema.node.text("type") != Some("object")
                && schema.node.get("allOf").is_none()
            {
                findings.add(
                    schema.node.position,
                    format!(
                        "{}: a body of type `{}` is not an object",
                        context.place(&body.pointer),
                        media.key
                    ),
                    "write `type: object` and one property per field",
                );
            }
        }
    }
}

pub(super) fn misplaced_binary(context: &Context<'_>, findings: &mut Findings<'_>) {
    // A part of a multipart body, or a body that is nothing but bytes.
    let is_part = |media: &Object<'_>| {
        !is_json(media.key)
            && essence(media.key) != FORM
            && context.parent(media).is_some_and(|body| match body.kind {
                Kind::Response => framing(media.key).is_none(),
                kind => kind == Kind::RequestBody,
            })
    };
    let elsewhere = context.all(Kind::MediaType).filter(|media| !is_part(media));
    let holders = elsewhere.chain(context.all(Kind::Parameter));
    let messages = context
        .all(Kind::WebSocket)
        .filter_map(|socket| context.field(socket, "message"));
    let schemas = holders
        .filter_map(|holder| context.field(holder, "schema"))
        .chain(messages)
        .collect();
    for schema in context.reach(schemas) {
        if let Some(format) = schema.node.get("format")
            && format.as_str() == Some("binary")
        {
            findings.add(
                format.position,
                format!("{}: `binary` outside of a multipart body", context.place(&schema.pointer)),
                "write `format: byte` for base64, or make it a part of a `multipart/form-data` body",
            );
        }
    }
}

/// A media type without its parameters.
pub(super) fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}
