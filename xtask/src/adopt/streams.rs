//! Answers that come bit by bit: what one part of them is, and an operation of its own where they may come whole too.

use serde_json::json;

use super::{
    adopting::{Adopting, Told},
    media_types::texts_only,
    objects,
    twins::Twins,
};
use crate::{
    api::{Framing, framing, is_json},
    spec::{Content, Entry, Node},
};

/// Gives the media type the schema of one part: of the data of an event, or of a JSON value.
pub(super) fn settle(whole: &Node, media: &mut Entry, framing: Framing, told: &mut Told) {
    let position = media.key_position;
    if let Some(schema) = media.value.get("schema") {
        let listed = objects::resolve(whole, schema);
        let item = listed.get("items");
        let item = item.filter(|_| listed.text("type") == Some("array"));
        if let Some(item) = item.cloned() {
            let what = format!("`{}` brings the items of its list", media.key);
            told.changed(position, what);
            media.value.put("schema", item);
            // What was an example of them all is none of one.
            media.value.remove("example");
            media.value.remove("examples");
        }
    }
    if framing == Framing::Events
        && let Some(schema) = media.value.get("schema")
        && let Some(data) = data_of(whole, schema, 0)
    {
        told.changed(
            position,
            format!("`{}` brings what is described as `data`", media.key),
        );
        media.value.put("schema", any_of(data, schema));
        media.value.remove("example");
        media.value.remove("examples");
    }
    let schema = media.value.get("schema");
    let is_text = schema.is_none_or(|schema| is_text(whole, schema));
    match framing {
        Framing::Events if is_text => {
            let in_place = schema.is_some_and(|schema| {
                schema.text("type") == Some("string")
                    && schema.get("format").is_none()
                    && schema.get("enum").is_none()
            });
            if !in_place {
                let text = Node::of(json!({ "type": "string" }), position);
                media.value.put("schema", text);
            }
            texts_only(&mut media.value);
        }
        Framing::Lines | Framing::Sequence if is_text => {
            // Each is JSON, whatever tells that the whole is a text.
            let what = format!("each value of `{}` may be any JSON", media.key);
            told.changed(position, what);
            media.value.put("schema", Node::map(position));
            media.value.remove("example");
            media.value.remove("examples");
        }
        _ => {}
    }
}

fn is_text(whole: &Node, schema: &Node) -> bool {
    objects::resolve(whole, schema).text("type") == Some("string")
}

/// The fields that an event has.
const FIELDS: [&str; 4] = ["event", "data", "id", "retry"];

/// In OpenAPI 3.2 an event is described as an object, and its data as a text that holds JSON of `contentSchema`: what that
/// describes is what the event brings.
pub(super) fn read_content_schema(schema: &mut Node) {
    let properties = schema.get("properties").map_or(&[][..], Node::entries);
    let of_event = properties
        .iter()
        .all(|property| FIELDS.contains(&property.key.as_str()));
    if !of_event {
        return;
    }
    let data = schema
        .get_mut("properties")
        .and_then(|properties| properties.get_mut("data"));
    if let Some(data) = data
        && data.text("contentMediaType").is_some_and(is_json)
        && let Some(content) = data.remove("contentSchema")
    {
        *data = content.value;
    }
}

/// What a schema that describes events, and not their data, says of the data; `None` where it describes the data. One of
/// events has `data` and another field of an event, and no other.
fn data_of<'a>(whole: &'a Node, schema: &'a Node, depth: usize) -> Option<Vec<&'a Node>> {
    let schema = objects::resolve(whole, schema);
    let properties = schema.get("properties").map_or(&[][..], Node::entries);
    let of_events = properties
        .iter()
        .all(|property| FIELDS.contains(&property.key.as_str()));
    let branches = ["oneOf", "anyOf"].map(|key| schema.get(key).map_or(&[][..], Node::items));
    let branches: Vec<&Node> = branches.into_iter().flatten().collect();
    if !of_events || depth > 8 {
        return None;
    }
    if !branches.is_empty() {
        let data = branches
            .into_iter()
            .map(|branch| data_of(whole, branch, depth + 1))
            .collect::<Option<Vec<_>>>()?;
        return Some(data.concat());
    }
    let has = |name: &str| properties.iter().any(|property| property.key == name);
    // An object with an id and data may well be what an event brings.
    let is_event = has("data") && (has("event") || has("retry"));
    let data = is_event.then(|| schema.get("properties")?.get("data"))?;
    data.map(|data| vec![data])
}

/// A schema of which each of these is one.
fn any_of(mut data: Vec<&Node>, of: &Node) -> Node {
    let mut known = Vec::new();
    data.retain(|schema| {
        let value = schema.to_value();
        let new = !known.contains(&value);
        known.push(value);
        new
    });
    match data.as_slice() {
        [one] => (*one).clone(),
        several => {
            let mut union = Node::map(of.position);
            // What is a text in one event is one in all of them.
            match several.iter().any(|one| one.text("type") == Some("string")) {
                true => union.insert("type", "string".into()),
                false => {
                    let branches = several.iter().map(|one| (*one).clone());
                    union.insert("anyOf", Content::List(branches.collect()));
                }
            }
            union
        }
    }
}

/// What has a stream beside another media type becomes two operations; what fails is read whole.
pub(super) fn split_streams(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let components = root.get("components");
    let shared = components.and_then(|components| components.get("responses"));
    let shared = shared.map_or(&[][..], Node::entries).iter();
    let of_paths = root.get("paths").map_or(&[][..], Node::entries).iter();
    let own = of_paths
        .flat_map(|item| item.value.entries())
        .filter_map(|method| method.value.get("responses"))
        .flat_map(Node::entries);
    if !shared
        .chain(own)
        .any(|response| has_stream(&response.value))
    {
        return;
    }
    let whole = root.clone();
    let mut twins = Twins::of(root);
    Twins::each(root, &whole, &mut |item, method, operation| {
        if let Some(responses) = operation.get_mut("responses").and_then(Node::map_mut) {
            for response in responses.iter_mut() {
                if !response.key.starts_with('2') {
                    read_whole(&whole, &mut response.value, told);
                }
            }
        }
        let Some((mut twin, media_type)) = streaming(&whole, operation) else {
            return;
        };
        let id = operation.text("operationId").unwrap_or_default();
        let name = twins.name(id, "stream", "_of_events");
        told.changed(
            media_type.key_position,
            format!(
                "`{id}` with an answer of `{}` is called `{name}`",
                media_type.key
            ),
        );
        twin.insert("operationId", name.into());
        twins.add(item, method, "stream", twin);
        let responses = operation.get_mut("responses").and_then(Node::map_mut);
        for response in responses.into_iter().flatten() {
            without_stream(&whole, &mut response.value);
        }
    });
    twins.put(root);
    let shared = root
        .get_mut("components")
        .and_then(|components| components.get_mut("responses"));
    for response in shared.map_or(&mut [][..], Node::entries_mut) {
        keep(&mut response.value, |media| framing(&media.key).is_none());
    }
}

fn contents(response: &Node) -> &[Entry] {
    response.get("content").map_or(&[][..], Node::entries)
}

fn has_stream(response: &Node) -> bool {
    contents(response)
        .iter()
        .any(|media| framing(&media.key).is_some())
}

/// Whether it may come whole or bit by bit.
fn has_both(response: &Node) -> bool {
    has_stream(response)
        && contents(response)
            .iter()
            .any(|media| framing(&media.key).is_none())
}

/// Leaves those of several media types that are wanted, where there are any.
fn keep(response: &mut Node, wanted: impl Fn(&Entry) -> bool) {
    let Some(content) = response.get_mut("content").and_then(Node::map_mut) else {
        return;
    };
    if content.iter().any(&wanted) {
        content.retain(wanted);
    }
}

/// The operation with the answers that come bit by bit alone, where they may come whole too, and a media type of theirs.
fn streaming(whole: &Node, operation: &Node) -> Option<(Node, Entry)> {
    let responses = operation.get("responses").map_or(&[][..], Node::entries);
    let both = responses
        .iter()
        .filter(|response| response.key.starts_with('2'))
        .map(|response| objects::resolve(whole, &response.value))
        .find(|response| has_both(response))?;
    let media_type = contents(both)
        .iter()
        .find(|media| framing(&media.key).is_some())?;
    let mut twin = operation.clone();
    // They speak of an answer that is there as a whole.
    for extension in ["x-pagination", "x-finality", "x-lookup"] {
        twin.remove(extension);
    }
    let responses = twin.get_mut("responses").and_then(Node::map_mut)?;
    responses.retain_mut(|response| {
        if !response.key.starts_with('2') {
            return true;
        }
        let resolved = objects::resolve(whole, &response.value);
        if contents(resolved).is_empty() {
            return true;
        }
        let has_stream = has_stream(resolved);
        if has_stream {
            response.value = resolved.clone();
            keep(&mut response.value, |media| framing(&media.key).is_some());
        }
        has_stream
    });
    Some((twin, media_type.clone()))
}

fn without_stream(whole: &Node, response: &mut Node) {
    if has_both(objects::resolve(whole, response)) {
        *response = objects::resolve(whole, response).clone();
        keep(response, |media| framing(&media.key).is_none());
    }
}

/// A failure whose media type is that of a stream is a text, and beside another media type nothing.
fn read_whole(whole: &Node, response: &mut Node, told: &mut Told) {
    if !has_stream(objects::resolve(whole, response)) {
        return;
    }
    *response = objects::resolve(whole, response).clone();
    keep(response, |media| framing(&media.key).is_none());
    let content = response.get_mut("content").and_then(Node::map_mut);
    for media in content.into_iter().flatten() {
        if framing(&media.key).is_some() {
            let what = format!("a failure of `{}` is a text", media.key);
            told.changed(media.key_position, what);
            media.key = "text/plain".to_owned();
            let text = Node::of(json!({ "type": "string" }), media.key_position);
            media.value.put("schema", text);
            texts_only(&mut media.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::adopt::{adopting::after, media_types::choose_media_types};

    /// What becomes of the schema of a response.
    fn schema(media_type: &str, schema: &str) -> (Value, Vec<String>) {
        let text = format!(
            "components:\n  responses: {{ A: {{ description: A, content: {{ {media_type}: {{ {schema} }} }} }} }}\n  schemas: {{ B: {{ type: object }}, T: {{ type: string, enum: [a] }} }}\n"
        );
        let after = after(choose_media_types, &text);
        assert_eq!(after.lost, Vec::<String>::new());
        let content = &after.document["components"]["responses"]["A"]["content"];
        (content[media_type]["schema"].clone(), after.changes)
    }

    #[test]
    fn a_part_of_a_stream_has_the_schema_of_a_part() {
        const SSE: &str = "text/event-stream";
        const LINES: &str = "application/x-ndjson";
        let b = json!({ "$ref": "#/components/schemas/B" });
        let text = json!({ "type": "string" });
        for (media_type, written, read) in [
            (SSE, "schema: { $ref: '#/components/schemas/B' }", &b),
            (
                SSE,
                "schema: { type: array, items: { $ref: '#/components/schemas/B' } }",
                &b,
            ),
            (
                LINES,
                "schema: { type: array, items: { $ref: '#/components/schemas/B' } }",
                &b,
            ),
            (
                SSE,
                "schema: { type: object, properties: { event: { type: string }, data: { $ref: '#/components/schemas/B' } } }",
                &b,
            ),
            (
                SSE,
                "schema: { type: array, items: { properties: { retry: {}, data: { $ref: '#/components/schemas/B' } } } }",
                &b,
            ),
            (
                SSE,
                "schema: { oneOf: [{ properties: { event: {}, data: { $ref: '#/components/schemas/B' } } }, { properties: { event: {}, data: { type: string } } }] }",
                &text,
            ),
            (
                SSE,
                "schema: { oneOf: [{ properties: { event: {}, data: { $ref: '#/components/schemas/B' } } }, { properties: { event: {}, data: { $ref: '#/components/schemas/B' } } }] }",
                &b,
            ),
            (SSE, "schema: { $ref: '#/components/schemas/T' }", &text),
            (SSE, "", &text),
            (SSE, "schema: { type: string, format: binary }", &text),
            (LINES, "", &json!({})),
            (LINES, "schema: { type: string }", &json!({})),
        ] {
            assert_eq!(
                schema(media_type, written).0,
                *read,
                "{media_type} {written}"
            );
        }
        // What has an id and data, or an event and more, is what an event brings.
        for written in [
            json!({ "properties": { "id": {}, "data": {} } }),
            json!({ "properties": { "event": {}, "data": {}, "height": {} } }),
        ] {
            let (read, changes) = schema(SSE, &format!("schema: {written}"));
            assert_eq!((read, changes), (written, Vec::new()));
        }
    }

    const BOTH: &str = "
paths:
  /a:
    parameters: [{ name: q, in: query }]
    get:
      operationId: watch_a
      x-pagination: {}
      responses:
        '200': { $ref: '#/components/responses/A' }
        '202': { description: later, content: { application/json: { schema: { type: object } } } }
        '204': { description: nothing }
        '400': { $ref: '#/components/responses/A' }
        '500': { description: no, content: { text/event-stream: { schema: { type: object } } } }
    put: { operationId: put_a, responses: { '200': { description: done } } }
components:
  responses: { A: { description: A, content: { application/json: { schema: { type: object } }, text/event-stream: { schema: { type: string } } } } }
";

    #[test]
    fn what_comes_whole_or_bit_by_bit_is_two_operations() {
        let after = after(split_streams, BOTH);
        let paths = &after.document["paths"];
        let keys: Vec<&String> = paths.as_object().expect("a map").keys().collect();
        assert_eq!(keys, ["/a", "/a#stream"]);
        assert_eq!(paths["/a#stream"]["parameters"], paths["/a"]["parameters"]);
        let json = json!({ "application/json": { "schema": { "type": "object" } } });
        let stream = json!({ "text/event-stream": { "schema": { "type": "string" } } });
        let text = json!({ "text/plain": { "schema": { "type": "string" } } });
        let of = |key: &str| {
            let responses = paths[key]["get"]["responses"].as_object().expect("a map");
            let contents = responses.iter().map(|(status, response)| {
                let content = response.get("content").cloned();
                (status.clone(), content.unwrap_or_default())
            });
            contents.collect::<Vec<_>>()
        };
        let status = |status: &str, content: &Value| (status.to_owned(), content.clone());
        assert_eq!(
            of("/a"),
            [
                status("200", &json),
                status("202", &json),
                status("204", &Value::Null),
                status("400", &json),
                status("500", &text),
            ]
        );
        assert_eq!(
            of("/a#stream"),
            [
                status("200", &stream),
                status("204", &Value::Null),
                status("400", &json),
                status("500", &text),
            ]
        );
        let twin = &paths["/a#stream"]["get"];
        assert_eq!(twin["operationId"], "watch_a_stream");
        assert!(twin.get("x-pagination").is_none());
        assert_eq!(
            after.changes,
            [
                "a failure of `text/event-stream` is a text",
                "`watch_a` with an answer of `text/event-stream` is called `watch_a_stream`",
            ]
        );
        assert_eq!(
            after.document["components"]["responses"]["A"]["content"],
            json
        );
    }
}
