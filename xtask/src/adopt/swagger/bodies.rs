//! Bodies of Swagger 2.0: parameters in requests, a schema and examples by media type in responses.

use serde_json::json;

use super::parameters;
use crate::{
    adopt::adopting::Told,
    api::is_json,
    spec::{Content, Node},
};

const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// The request body that these parameters make, all of which are in `body` or `formData`.
pub(super) fn request(parts: &[Node], consumes: &[String], told: &mut Told) -> Option<Node> {
    let first = parts.first()?;
    match parts.iter().find(|part| part.text("in") == Some("body")) {
        Some(body) => Some(one_value(body, consumes)),
        None => Some(form(first, parts, consumes, told)),
    }
}

fn one_value(parameter: &Node, consumes: &[String]) -> Node {
    let mut body = Node::map(parameter.position);
    for key in ["description", "required"] {
        if let Some(entry) = parameter.entry(key) {
            body.put(key, entry.value.clone());
        }
    }
    let content = body.section("content");
    let consumed = consumes
        .iter()
        .filter(|media_type| !matches!(media_type.as_str(), FORM | MULTIPART));
    let mut media_types: Vec<&str> = consumed.map(String::as_str).collect();
    if media_types.is_empty() {
        media_types.push(JSON);
    }
    for media_type in media_types {
        let media = content.section(media_type);
        if let Some(schema) = parameter.get("schema") {
            media.put("schema", schema.clone());
        }
    }
    body
}

fn form(first: &Node, parts: &[Node], consumes: &[String], told: &mut Told) -> Node {
    let has_file = parts.iter().any(|part| part.text("type") == Some("file"));
    let multipart = has_file
        || (consumes.iter().any(|media_type| media_type == MULTIPART)
            && !consumes.iter().any(|media_type| media_type == FORM));
    let mut schema = Node::of(json!({ "type": "object" }), first.position);
    let mut required = Vec::new();
    let mut encoding = Node::map(first.position);
    for part in parts {
        let Some(name) = part.text("name") else {
            continue;
        };
        let mut fields = part.clone();
        let format = fields.remove("collectionFormat");
        let mut property = parameters::schema(&mut fields);
        if let Some(description) = part.get("description") {
            property.put("description", description.clone());
        }
        if part.is_true("required") {
            required.push(Node::new(part.position, name));
        }
        let is_list = property.text("type") == Some("array");
        let written = format.as_ref().and_then(|entry| entry.value.as_str());
        let style = match written.unwrap_or("csv") {
            "multi" => None,
            "ssv" => Some("spaceDelimited"),
            "pipes" => Some("pipeDelimited"),
            "tsv" if is_list => {
                told.changed(part.position, parameters::with_tabs(name));
                property = parameters::text_with_tabs(part.position);
                None
            }
            _ => Some("form"),
        };
        if let Some(style) = style.filter(|_| is_list && !multipart) {
            encoding.put(
                name,
                Node::of(json!({ "style": style, "explode": false }), part.position),
            );
        }
        schema.section("properties").put(name, property);
    }
    let any_required = !required.is_empty();
    if any_required {
        schema.insert("required", Content::List(required));
    }
    let mut body = Node::map(first.position);
    if any_required {
        body.insert("required", true.into());
    }
    let media_type = if multipart { MULTIPART } else { FORM };
    let media = body.section("content").section(media_type);
    media.put("schema", schema);
    if !encoding.entries().is_empty() {
        media.put("encoding", encoding);
    }
    body
}

/// What grpc-gateway writes behind the description of an answer that is JSON values, a line for each: OpenAPI 2.0 has no
/// words for that (`protoc-gen-openapiv2`, `genopenapi/template.go`).
const OF_STREAMS: &str = "(streaming responses)";

/// Puts the schema and the examples of a response under its media types.
pub(super) fn response(response: &mut Node, produces: &[String], told: &mut Told) {
    if response.reference().is_some() {
        return;
    }
    for header in response
        .get_mut("headers")
        .map_or(&mut [][..], Node::entries_mut)
    {
        header.value.remove("collectionFormat");
        let schema = parameters::schema(&mut header.value);
        header.value.put("schema", schema);
    }
    let examples = response.remove("examples").map(|entry| entry.value);
    let Some(schema) = response.remove("schema").map(|entry| entry.value) else {
        return;
    };
    let is_file = schema.text("type") == Some("file") || schema.text("format") == Some("binary");
    let usual = if is_file {
        "application/octet-stream"
    } else {
        JSON
    };
    let mut media_types: Vec<&str> = produces.iter().map(String::as_str).collect();
    if media_types.is_empty() {
        media_types.push(usual);
    }
    let said = response.text("description").unwrap_or_default();
    if said.trim_end().ends_with(OF_STREAMS) {
        for media_type in media_types.iter_mut().filter(|name| is_json(name)) {
            *media_type = LINES;
        }
        let what = "the answer brings a value with each line, as grpc-gateway has it";
        told.changed(response.position, what);
    }
    for media_type in media_types {
        let example = examples
            .as_ref()
            .and_then(|examples| examples.get(media_type))
            .cloned();
        let media = response.section("content").section(media_type);
        media.put("schema", schema.clone());
        if let Some(example) = example {
            media.put("example", example);
        }
    }
}
