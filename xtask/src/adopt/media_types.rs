//! Media types: one for each response, beside it perhaps a stream, and one of a kind for each request.

use serde_json::{Value, json};

use super::{
    adopting::{Adopting, Told},
    objects, streams,
};
use crate::{
    api::framing,
    spec::{Content, Entry, Kind, Node, Severity},
};

/// How a body is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Json,
    Multipart,
    Form,
    /// Whatever the schema fits.
    Any,
    /// A part of an answer that comes bit by bit.
    Stream,
    Text,
    Bytes,
}

/// How bodies of a media type are read and written.
pub(super) fn family(media_type: &str) -> Family {
    let essence = media_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let subtype = essence.split_once('/').map_or("", |(_, subtype)| subtype);
    let is = |words: &[&str]| {
        words
            .iter()
            .any(|word| subtype.strip_prefix("x-").unwrap_or(subtype) == *word)
    };
    if is(&["json"]) || subtype.ends_with("+json") {
        Family::Json
    } else if essence.starts_with("multipart/") {
        Family::Multipart
    } else if essence == "application/x-www-form-urlencoded" {
        Family::Form
    } else if matches!(essence.as_str(), "" | "*/*" | "application/*" | "*") {
        Family::Any
    } else if essence.starts_with("text/")
        || ["+xml", "+yaml", "+text"]
            .iter()
            .any(|suffix| subtype.ends_with(suffix))
        || is(&[
            "xml",
            "yaml",
            "yml",
            "ndjson",
            "jsonl",
            "json-lines",
            "json-seq",
            "jwt",
            "jose",
            "graphql",
            "javascript",
            "sql",
            "toml",
            "csv",
            "pem-file",
            "pgp-keys",
        ])
    {
        Family::Text
    } else {
        Family::Bytes
    }
}

/// How the bodies of answers of a media type are read. Only an answer is read bit by bit; what is sent is there.
pub(super) fn answered_as(media_type: &str) -> Family {
    match framing(media_type) {
        Some(_) => Family::Stream,
        None => family(media_type),
    }
}

pub(super) fn choose_media_types(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let whole = objects::beside_paths(root);
    objects::each(root, Kind::Document, &mut |kind, node| {
        let request = kind == Kind::RequestBody;
        if !(request || kind == Kind::Response) || node.reference().is_some() {
            return;
        }
        let is_empty = node
            .get("content")
            .is_some_and(|content| content.entries().is_empty());
        if is_empty && !request {
            node.remove("content");
        }
        let Some(content) = node.get_mut("content").and_then(Node::map_mut) else {
            return;
        };
        if is_empty {
            told.changed(node.position, "a body of no media type may be any JSON");
            node.section("content")
                .section("application/json")
                .section("schema");
            return;
        }
        for media in content.iter_mut() {
            settle(&whole, media, request, told);
        }
        if request {
            one_of_a_kind(content, told);
        } else {
            best(content, told);
        }
    });
}

/// Gives a media type a schema that fits how it is read.
fn settle(whole: &Node, media: &mut Entry, request: bool, told: &mut Told) {
    if !matches!(media.value.content, Content::Map(_)) {
        media.value.content = Content::Map(Vec::new());
    }
    let schema = media.value.get("schema");
    let resolved = schema.map(|schema| objects::resolve(whole, schema));
    let of_type = resolved.and_then(|schema| schema.text("type"));
    let is_bytes = of_type == Some("string")
        && resolved.and_then(|schema| schema.text("format")) == Some("binary");
    let is_text = of_type == Some("string");
    if !media.key.contains('/') && !matches!(media.key.as_str(), "" | "*") {
        let whole = whole_name(&media.key);
        told.changed(
            media.key_position,
            format!("`{}` is written `{whole}`", media.key),
        );
        media.key = whole.to_owned();
    }
    if !request && let Some(framing) = framing(&media.key) {
        return streams::settle(whole, media, framing, told);
    }
    let mut found = family(&media.key);
    if found == Family::Any {
        let (key, of) = match (schema.is_some(), is_bytes, is_text) {
            (false, ..) | (_, true, _) => ("application/octet-stream", Family::Bytes),
            (_, _, true) => ("text/plain", Family::Text),
            _ => ("application/json", Family::Json),
        };
        told.changed(
            media.key_position,
            format!("`{}` is taken for `{key}`", media.key),
        );
        media.key = key.to_owned();
        found = of;
    }
    if found == Family::Json && is_bytes {
        told.changed(
            media.key_position,
            format!("`{}` of bytes is `application/octet-stream`", media.key),
        );
        media.key = "application/octet-stream".to_owned();
        found = Family::Bytes;
    }
    // What is sent has a type; what is asked for may be any of a kind.
    if request && media.key.contains('*') {
        let key = match found {
            Family::Json => "application/json",
            Family::Multipart => "multipart/form-data",
            Family::Text => "text/plain",
            _ => "application/octet-stream",
        };
        told.changed(
            media.key_position,
            format!("`{}` is sent as `{key}`", media.key),
        );
        media.key = key.to_owned();
    }
    // A response is not sent as a form.
    if !request && matches!(found, Family::Form | Family::Multipart) {
        found = Family::Text;
    }
    match found {
        Family::Json => {
            if schema.is_none() {
                told.changed(
                    media.key_position,
                    format!("`{}` has no schema: it may be any JSON", media.key),
                );
                media.value.section("schema");
            }
        }
        Family::Multipart | Family::Form => {
            if schema.is_none() {
                let any = json!({ "type": "object", "additionalProperties": true });
                media.value.put("schema", Node::of(any, media.key_position));
            }
        }
        Family::Text => {
            let in_place = media.value.get("schema").is_some_and(|schema| {
                schema.text("type") == Some("string")
                    && schema.text("format").is_none()
                    && schema.get("enum").is_none()
            });
            if !in_place {
                if schema.is_some() && !is_text {
                    told.changed(
                        media.key_position,
                        format!(
                            "`{}` is a text, whose parts are for the caller to read",
                            media.key
                        ),
                    );
                }
                media.value.put(
                    "schema",
                    Node::of(json!({ "type": "string" }), media.key_position),
                );
            }
            texts_only(&mut media.value);
        }
        Family::Bytes | Family::Any | Family::Stream => {
            let in_place = media.value.get("schema").is_some_and(|schema| {
                schema.text("type") == Some("string") && schema.text("format") == Some("binary")
            });
            if !in_place {
                let bytes = json!({ "type": "string", "format": "binary" });
                media
                    .value
                    .put("schema", Node::of(bytes, media.key_position));
            }
            texts_only(&mut media.value);
        }
    }
}

/// The media type that a word alone stands for.
fn whole_name(word: &str) -> &'static str {
    match word.trim().to_ascii_lowercase().as_str() {
        "json" => "application/json",
        "xml" => "application/xml",
        "yaml" | "yml" => "application/yaml",
        "text" | "txt" | "plain" => "text/plain",
        "csv" => "text/csv",
        "html" => "text/html",
        "form" => "application/x-www-form-urlencoded",
        "multipart" => "multipart/form-data",
        _ => "application/octet-stream",
    }
}

/// An example of a text is a text.
pub(super) fn texts_only(media: &mut Node) {
    if media
        .get("example")
        .is_some_and(|example| example.as_str().is_none())
    {
        media.remove("example");
    }
    if let Some(examples) = media.get_mut("examples").and_then(Node::map_mut) {
        examples.retain(|example| example.value.text("value").is_some());
        if examples.is_empty() {
            media.remove("examples");
        }
    }
}

/// How near a media type is to what callers want: less is nearer.
fn rank(media_type: &str) -> u8 {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    match answered_as(media_type) {
        Family::Json if essence == "application/json" => 0,
        Family::Json if essence == "application/problem+json" => 2,
        Family::Json => 1,
        Family::Any => 3,
        Family::Text if essence == "text/plain" => 4,
        Family::Text => 5,
        Family::Stream => 7,
        _ => 6,
    }
}

/// Keeps the media type of a response that is read best, and beside one that is read whole the best that comes bit by bit.
fn best(content: &mut Vec<Entry>, told: &mut Told) {
    content.sort_by_key(|media| (rank(&media.key), framing(&media.key)));
    let whole = content.partition_point(|media| framing(&media.key).is_none());
    let mut streams = content.split_off(whole);
    the_first(content, told);
    the_first(&mut streams, told);
    content.append(&mut streams);
}

fn the_first(content: &mut Vec<Entry>, told: &mut Told) {
    let Some((chosen, others)) = content.split_first() else {
        return;
    };
    for other in others {
        let (one, another) = (answered_as(&chosen.key), answered_as(&other.key));
        let same = one == another && (one != Family::Json || schema_of(chosen) == schema_of(other))
            || (one == Family::Json && is_markup(&other.key));
        let what = format!("`{}` is left out beside `{}`", other.key, chosen.key);
        if same {
            told.changed(other.key_position, what);
        } else {
            told.lost(
                "media-type-left-out",
                Severity::Warning,
                other.key_position,
                what,
                format!("take `{}` out where callers want the other", chosen.key),
            );
        }
    }
    content.truncate(1);
}

fn schema_of(media: &Entry) -> Option<Value> {
    media.value.get("schema").map(Node::to_value)
}

/// XML and YAML say the same as the JSON beside them.
fn is_markup(media_type: &str) -> bool {
    let lower = media_type.to_ascii_lowercase();
    ["xml", "yaml", "yml"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Keeps one media type of each family of a request, and of JSON one for each schema.
fn one_of_a_kind(content: &mut Vec<Entry>, told: &mut Told) {
    content.sort_by_key(|media| (family(&media.key), rank(&media.key)));
    let mut kept: Vec<(Family, String, Option<Value>)> = Vec::new();
    content.retain(|media| {
        let found = family(&media.key);
        let schema = match found {
            Family::Json => schema_of(media),
            _ => None,
        };
        let known = kept
            .iter()
            .find(|(known, _, of)| *known == found && *of == schema);
        let known = known.or_else(|| {
            // What says the same as JSON is sent as JSON.
            let json = kept.iter().find(|(known, ..)| *known == Family::Json);
            json.filter(|_| found != Family::Json && is_markup(&media.key))
        });
        let Some((_, other, _)) = known else {
            kept.push((found, media.key.clone(), schema));
            return true;
        };
        let what = format!("a body is sent as `{other}`, not as `{}`", media.key);
        // Bytes of another kind are not what these are, however they are called.
        if found == Family::Bytes && other != "application/octet-stream" {
            told.lost(
                "media-type-left-out",
                Severity::Warning,
                media.key_position,
                what,
                format!("take `{other}` out where callers send the other"),
            );
        } else {
            told.changed(media.key_position, what);
        }
        false
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    fn response(content: &str) -> (serde_json::Value, Vec<String>) {
        let text = format!(
            "components: {{ responses: {{ A: {{ description: A, content: {content} }} }} }}\n"
        );
        let after = after(choose_media_types, &text);
        (
            after.document["components"]["responses"]["A"]["content"].clone(),
            after.lost,
        )
    }

    #[test]
    fn a_response_has_the_media_type_that_is_read_best() {
        let text = json!({ "schema": { "type": "string" } });
        let bytes = json!({ "schema": { "type": "string", "format": "binary" } });
        for (written, read) in [
            (
                "{ application/xml: {}, application/json: {} }",
                json!({ "application/json": { "schema": {} } }),
            ),
            (
                "{ application/vnd.a+json: { schema: { type: object } } }",
                json!({ "application/vnd.a+json": { "schema": { "type": "object" } } }),
            ),
            (
                "{ '*/*': { schema: { type: object } } }",
                json!({ "application/json": { "schema": { "type": "object" } } }),
            ),
            (
                "{ '*/*': { schema: { type: string } } }",
                json!({ "text/plain": text }),
            ),
            (
                "{ '*/*': {} }",
                json!({ "application/octet-stream": bytes }),
            ),
            (
                "{ text/csv: { schema: { type: object } } }",
                json!({ "text/csv": text }),
            ),
            ("{ image/png: {} }", json!({ "image/png": bytes })),
            ("{ image/*: {} }", json!({ "image/*": bytes })),
            ("{ xls: {} }", json!({ "application/octet-stream": bytes })),
            (
                "{ json: { schema: { type: object } } }",
                json!({ "application/json": { "schema": { "type": "object" } } }),
            ),
            (
                "{ application/json: { schema: { type: string, format: binary } } }",
                json!({ "application/octet-stream": bytes }),
            ),
            (
                "{ text/event-stream: { schema: { type: object } } }",
                json!({ "text/event-stream": { "schema": { "type": "object" } } }),
            ),
            (
                "{ text/event-stream: {}, application/x-ndjson: {}, application/json: { schema: { type: object } }, application/xml: {} }",
                json!({
                    "application/json": { "schema": { "type": "object" } },
                    "text/event-stream": text,
                }),
            ),
        ] {
            assert_eq!(response(written), (read, Vec::new()), "{written}");
        }
    }

    #[test]
    fn a_media_type_of_another_kind_that_is_left_out_is_told() {
        let (_, lost) = response("{ application/pdf: {}, application/json: {} }");
        assert_eq!(
            lost,
            ["`application/pdf` is left out beside `application/json`"]
        );
    }

    #[test]
    fn json_of_another_schema_is_another_body() {
        let text = "components: { requestBodies: { A: { content: { application/json-patch+json: { schema: { type: array } }, application/json: { schema: { type: object } }, application/vnd.a+json: { schema: { type: object } }, image/*: {} } } } }\n";
        let after = after(choose_media_types, text);
        let content = after.document["components"]["requestBodies"]["A"]["content"].clone();
        let kept: Vec<String> = content
            .as_object()
            .expect("a map")
            .keys()
            .cloned()
            .collect();
        assert_eq!(
            kept,
            [
                "application/json",
                "application/json-patch+json",
                "application/octet-stream"
            ]
        );
        let (read, lost) = response(
            "{ application/json: { schema: { type: object } }, application/vnd.a+json: { schema: { type: array } } }",
        );
        assert_eq!(read.as_object().map(serde_json::Map::len), Some(1));
        assert_eq!(lost.len(), 1);
    }

    #[test]
    fn a_request_keeps_one_media_type_of_each_kind() {
        let after = after(
            choose_media_types,
            "components: { requestBodies: { A: { content: { image/png: {}, application/xml: {}, application/problem+json: {}, application/json: {}, multipart/form-data: {}, image/gif: {} } } } }\n",
        );
        let content = after.document["components"]["requestBodies"]["A"]["content"].clone();
        let kept: Vec<String> = content
            .as_object()
            .expect("a map")
            .keys()
            .cloned()
            .collect();
        assert_eq!(
            kept,
            ["application/json", "multipart/form-data", "image/png"]
        );
    }
}
