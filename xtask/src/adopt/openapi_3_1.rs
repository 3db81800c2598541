//! OpenAPI 3.1 (and 3.2), said in the words of 3.0. Its schemas are JSON Schema 2020-12; see `schemas`.

mod anchors;
mod schemas;

pub(super) use anchors::{has_ids, resolve_for_good};

use super::{
    adopting::{Adopting, Told},
    objects, streams,
};
use crate::spec::{Kind, Node, Severity};

pub(super) fn read_openapi_3_1(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let version = root.get("openapi").filter(|version| {
        version
            .as_str()
            .is_some_and(|text| text.starts_with("3.1") || text.starts_with("3.2"))
    });
    let Some(version) = version else { return };
    let position = version.position;
    let text = version.as_str().unwrap_or_default();
    let what = format!("OpenAPI {text} is read as OpenAPI 3.0.3");
    told.changed(position, what);
    root.insert("openapi", "3.0.3".into());
    root.remove("jsonSchemaDialect");
    root.remove("$self");
    webhooks(root, told);
    root.section("paths");
    if let Some(info) = root.get_mut("info") {
        information(info);
    }
    anchors::resolve(root);
    objects::each(root, Kind::Document, &mut |kind, node| match kind {
        Kind::Schema => {
            streams::read_content_schema(node);
            schemas::rewrite(node, told);
        }
        Kind::MediaType => item_schema(node, told),
        Kind::Parameter
        | Kind::Response
        | Kind::RequestBody
        | Kind::Header
        | Kind::Example
        | Kind::Link
        | Kind::SecurityScheme => bare_reference(node),
        _ => {}
    });
}

/// 3.2 tells the schema of one part of a stream from that of all of them; here, that of a part is the schema.
fn item_schema(media: &mut Node, told: &mut Told) {
    if let Some(item) = media.remove("itemSchema") {
        told.changed(item.key_position, "`itemSchema` is the schema of a stream");
        media.put("schema", item.value);
        media.remove("itemEncoding");
    }
}

/// They say nothing of how a message is signed, without which none can be believed.
fn webhooks(root: &mut Node, told: &mut Told) {
    let Some(webhooks) = root.remove("webhooks") else {
        return;
    };
    if webhooks.value.entries().is_empty() {
        return;
    }
    told.lost(
        "webhooks-not-generated",
        Severity::Warning,
        webhooks.key_position,
        format!(
            "the {} webhooks of the document are not generated",
            webhooks.value.entries().len()
        ),
        "say under `components` in `x-webhooks` how they are signed, and which events there are",
    );
}

fn information(info: &mut Node) {
    if let Some(summary) = info.remove("summary")
        && info.get("description").is_none()
    {
        info.put("description", summary.value);
    }
    if let Some(license) = info.get_mut("license")
        && let Some(identifier) = license.remove("identifier")
        && license.get("url").is_none()
        && let Some(identifier) = identifier.value.as_str()
    {
        let url = format!("https://spdx.org/licenses/{identifier}.html");
        license.insert("url", url.into());
    }
}

/// A reference may have a summary and a description of its own in 3.1; in 3.0 it stands alone.
fn bare_reference(node: &mut Node) {
    if node.reference().is_some() {
        node.remove("summary");
        node.remove("description");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    /// What becomes of one schema of a document in 3.1.
    fn schema(text: &str) -> serde_json::Value {
        let document = format!("openapi: 3.1.0\ncomponents: {{ schemas: {{ A: {text} }} }}\n");
        after(read_openapi_3_1, &document).document["components"]["schemas"]["A"].clone()
    }

    #[test]
    fn each_word_of_json_schema_is_said_in_those_of_3_0() {
        for (written, read) in [
            (
                "{ type: [string, 'null'] }",
                json!({ "type": "string", "nullable": true }),
            ),
            ("{ type: ['null'] }", json!({ "nullable": true })),
            ("{ const: a }", json!({ "type": "string", "enum": ["a"] })),
            (
                "{ type: integer, exclusiveMinimum: 3 }",
                json!({ "type": "integer", "minimum": 3, "exclusiveMinimum": true }),
            ),
            (
                "{ type: string, contentEncoding: base64 }",
                json!({ "type": "string", "format": "byte" }),
            ),
            (
                "{ type: string, contentMediaType: application/octet-stream }",
                json!({ "type": "string", "format": "binary" }),
            ),
            (
                "{ type: string, examples: [a, b] }",
                json!({ "type": "string", "example": "a" }),
            ),
            ("true", json!({})),
            ("false", json!({ "not": {} })),
            (
                "{ type: array, prefixItems: [{ type: string }, { type: string }] }",
                json!({ "type": "array", "items": { "type": "string" } }),
            ),
            (
                "{ type: array, prefixItems: [{ type: string }, { type: boolean }], items: false }",
                json!({ "type": "array", "items": { "anyOf": [{ "type": "string" }, { "type": "boolean" }] } }),
            ),
            (
                "{ type: object, patternProperties: { '^x': { type: string } } }",
                json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            ),
            (
                "{ $ref: '#/components/schemas/B', description: b }",
                json!({ "description": "b", "allOf": [{ "$ref": "#/components/schemas/B" }] }),
            ),
            (
                "{ oneOf: [{ $ref: '#/components/schemas/B' }, { type: 'null' }] }",
                json!({ "allOf": [{ "$ref": "#/components/schemas/B" }], "nullable": true }),
            ),
            (
                "{ type: object, if: { required: [a] }, then: { properties: { b: { type: string } } }, unevaluatedProperties: false }",
                json!({ "type": "object", "properties": { "b": { "type": "string" } } }),
            ),
            (
                "{ if: { required: [a] }, then: { properties: { b: { type: string } } }, else: { properties: { b: { type: integer } } } }",
                json!({ "properties": { "b": { "anyOf": [{ "type": "string" }, { "type": "integer" }] } } }),
            ),
            (
                "{ type: [integer, string], minimum: 1, maxLength: 3 }",
                json!({ "oneOf": [{ "type": "integer", "minimum": 1 }, { "type": "string", "maxLength": 3 }] }),
            ),
            (
                "{ $id: a, $comment: b, type: string }",
                json!({ "type": "string" }),
            ),
        ] {
            assert_eq!(schema(written), read, "{written}");
        }
    }

    #[test]
    fn webhooks_are_told_of_and_what_is_said_of_the_document_is_kept() {
        let after = after(
            read_openapi_3_1,
            "openapi: 3.1.1\ninfo: { title: A, summary: An A, license: { name: MIT, identifier: MIT } }\nwebhooks: { made: { post: {} } }\njsonSchemaDialect: x\n",
        );
        assert_eq!(
            after.lost,
            ["the 1 webhooks of the document are not generated"]
        );
        assert_eq!(
            after.document,
            json!({
                "openapi": "3.0.3",
                "info": { "title": "A", "license": { "name": "MIT", "url": "https://spdx.org/licenses/MIT.html" }, "description": "An A" },
                "paths": {},
            })
        );
    }

    #[test]
    fn the_schema_of_a_part_of_a_stream_is_its_schema() {
        let text = "
openapi: 3.2.0
components:
  responses:
    A:
      content:
        text/event-stream:
          schema: { type: array }
          itemSchema:
            properties:
              event: { const: made }
              data: { type: string, contentMediaType: application/json, contentSchema: { type: [object, 'null'] } }
";
        let after = after(read_openapi_3_1, text);
        let content = &after.document["components"]["responses"]["A"]["content"];
        let data = json!({ "type": "object", "nullable": true });
        assert_eq!(
            content["text/event-stream"],
            json!({ "schema": { "properties": { "event": { "type": "string", "enum": ["made"] }, "data": data } } })
        );
    }

    #[test]
    fn a_document_in_3_0_is_left_alone() {
        let text = "openapi: 3.0.3\ncomponents: { schemas: { A: { const: a } } }\n";
        assert_eq!(after(read_openapi_3_1, text).changes, Vec::<String>::new());
    }
}
