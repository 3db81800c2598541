//! Responses: what is success, what is failure, and that a success has one type.

use serde_json::json;

use super::{
    adopting::{Adopting, Told},
    media_types::{Family, answered_as},
    objects,
};
use crate::{
    api::{Framing, framing},
    spec::{Content, Entry, Node, Position, Severity, pascal},
};

pub(super) fn settle_responses(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let whole = objects::beside_paths(root);
    let mut unions: Vec<(String, Node)> = Vec::new();
    objects::each_operation(root, &mut |path, method, operation| {
        let id = operation
            .text("operationId")
            .map_or_else(|| format!("{method} {path}"), str::to_owned);
        let position = operation.position;
        let operation_is_socket = operation.get("x-websocket").is_some();
        let mut socket = None;
        let Some(responses) = operation.get_mut("responses").and_then(Node::map_mut) else {
            return;
        };
        statuses(responses, &id, told);
        split_default(responses, told);
        for response in responses.iter_mut() {
            described(response, method, &whole);
        }
        if let Some(switch) = responses.iter().find(|response| response.key == "101")
            && !operation_is_socket
        {
            socket = message(&whole, switch);
            if socket.is_none() {
                told.lost(
                    "socket-without-messages",
                    Severity::Warning,
                    switch.key_position,
                    format!("`{id}` opens a web socket, but which messages come is not said"),
                    "describe one message, by a schema with a name, in the response `101`",
                );
                responses.retain(|response| response.key != "101");
            }
        }
        if !responses.iter().any(|response| is_success(&response.key)) {
            told.changed(
                position,
                format!("`{id}` says nothing of success, which is an answer without a body"),
            );
            responses.push(Entry {
                key: "2XX".to_owned(),
                key_position: position,
                value: Node::of(json!({ "description": "Success" }), position),
            });
        }
        unify(&whole, responses, &id, &mut unions, told);
        if let Some(message) = socket {
            told.changed(position, format!("`{id}` opens a web socket"));
            operation.section("x-websocket").put("message", message);
        }
    });
    for (name, union) in unions {
        root.section("components")
            .section("schemas")
            .put(&name, union);
    }
    shared_descriptions(root);
}

fn is_success(status: &str) -> bool {
    status.starts_with('2') || status == "101"
}

/// Statuses as OpenAPI writes them; what is no status is left out.
fn statuses(responses: &mut Vec<Entry>, id: &str, told: &mut Told) {
    for response in responses.iter_mut() {
        let upper = response.key.trim().to_uppercase();
        let upper = upper.replace('*', "X");
        if upper != response.key && upper.len() == 3 && upper.ends_with("XX") {
            told.changed(
                response.key_position,
                format!("`{}` is `{upper}`", response.key),
            );
            response.key = upper;
        }
    }
    responses.retain(|response| {
        let known = match response.key.as_bytes() {
            [b'1'..=b'5', b'X', b'X'] | [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => true,
            _ => response.key == "default",
        };
        if !known {
            told.lost(
                "unknown-status",
                Severity::Warning,
                response.key_position,
                format!("`{id}`: `{}` is no status, and is left out", response.key),
                "write a code such as `200`, or `4XX` for all of its kind",
            );
            return false;
        }
        // They come before the answer, and no caller sees them.
        let early = response.key.starts_with('1') && response.key != "101";
        if early {
            told.changed(
                response.key_position,
                format!("`{id}`: `{}` comes before the answer", response.key),
            );
        }
        !early
    });
}

/// `default` is what is not said otherwise: failures, or the success where nothing else says what that is.
fn split_default(responses: &mut Vec<Entry>, told: &mut Told) {
    let Some(place) = responses
        .iter()
        .position(|response| response.key == "default")
    else {
        return;
    };
    let default = responses.remove(place);
    let classes: Vec<&str> = if responses.iter().any(|response| is_success(&response.key)) {
        ["4XX", "5XX"]
            .into_iter()
            .filter(|class| !responses.iter().any(|response| response.key == *class))
            .collect()
    } else {
        vec!["2XX"]
    };
    for class in &classes {
        responses.push(Entry {
            key: (*class).to_owned(),
            key_position: default.key_position,
            value: default.value.clone(),
        });
    }
    let what = if classes.is_empty() {
        "`default` adds nothing to what is said of all statuses".to_owned()
    } else {
        format!("`default` is `{}`", classes.join("` and `"))
    };
    told.changed(default.key_position, what);
}

/// A response says what it is, and has a body only where HTTP allows one.
fn described(response: &mut Entry, method: &str, whole: &Node) {
    let bodiless = (method == "head" && is_success(&response.key))
        || matches!(response.key.as_str(), "204" | "205" | "304");
    if response.value.reference().is_some() {
        let has_body = objects::resolve(whole, &response.value)
            .get("content")
            .is_some();
        if bodiless && has_body {
            response.value = objects::resolve(whole, &response.value).clone();
        }
    }
    if response.value.reference().is_some() {
        return;
    }
    if !matches!(response.value.content, Content::Map(_)) {
        response.value.content = Content::Map(Vec::new());
    }
    if bodiless {
        response.value.remove("content");
    }
    if response.value.get("description").is_none() {
        let reason = reason(&response.key);
        response.value.insert("description", reason.into());
    }
}

fn shared_descriptions(root: &mut Node) {
    let responses = root
        .get_mut("components")
        .and_then(|components| components.get_mut("responses"));
    for response in responses.map_or(&mut [][..], Node::entries_mut) {
        if response.value.reference().is_none() && response.value.get("description").is_none() {
            let name = response.key.clone();
            response.value.insert("description", name.into());
        }
    }
}

/// What a status means (RFC 9110 section 15).
fn reason(status: &str) -> &'static str {
    match status {
        "200" | "2XX" => "Success",
        "201" => "Created",
        "202" => "Accepted",
        "204" => "No content",
        "400" => "The request is malformed",
        "401" => "The credential is missing or refused",
        "403" => "The credential does not allow this",
        "404" => "Not found",
        "409" => "The request conflicts with the state of things",
        "422" => "The request cannot be carried out",
        "429" => "Too many requests",
        "500" => "The service failed",
        "503" => "The service is not available",
        _ if status.starts_with('3') => "It is elsewhere",
        _ if status.starts_with('4') => "The request is refused",
        _ if status.starts_with('5') => "The service failed",
        _ => "An answer",
    }
}

/// The schema of one message of a socket, where the response to the request for it says what becomes a type.
fn message(whole: &Node, switch: &Entry) -> Option<Node> {
    let response = objects::resolve(whole, &switch.value);
    let content = response.get("content").map_or(&[][..], Node::entries);
    let schema = content.first()?.value.get("schema")?;
    let says = objects::resolve(whole, schema);
    let is_type = ["properties", "allOf", "oneOf", "anyOf", "enum"]
        .iter()
        .any(|key| says.get(key).is_some());
    is_type.then(|| schema.clone())
}

/// How a body is read.
type Kept = (Family, Option<Framing>);

/// Makes one type of the bodies of several successes. A success without a body beside one with it leaves the type as it
/// is: the caller gets it or nothing.
fn unify(
    whole: &Node,
    responses: &mut Vec<Entry>,
    id: &str,
    unions: &mut Vec<(String, Node)>,
    told: &mut Told,
) {
    let mut bodies: Vec<(usize, Kept, Node, Position)> = Vec::new();
    for (place, response) in responses.iter().enumerate() {
        if !response.key.starts_with('2') {
            continue;
        }
        let resolved = objects::resolve(whole, &response.value);
        let content = resolved.get("content").map_or(&[][..], Node::entries);
        if let Some(media) = content.first()
            && let Some(schema) = media.value.get("schema")
        {
            bodies.push((
                place,
                (answered_as(&media.key), framing(&media.key)),
                schema.clone(),
                response.key_position,
            ));
        }
    }
    let Some((_, first, of_first, _)) = bodies.first() else {
        return;
    };
    let (first, of_first) = (*first, of_first.to_value());
    if bodies
        .iter()
        .all(|(_, other, schema, _)| *other == first && schema.to_value() == of_first)
    {
        // A schema without a name gets that of the response: one response for both, or it would be two types.
        if bodies.len() > 1 && bodies[0].2.reference().is_none() {
            for (place, ..) in &bodies {
                let response = &mut responses[*place].value;
                *response = objects::resolve(whole, response).clone();
            }
        }
        return;
    }
    let Some(best) = bodies.iter().map(|(_, family, ..)| *family).min() else {
        return;
    };
    let mut kept: Vec<Node> = Vec::new();
    let mut left_out = Vec::new();
    for (place, family, schema, position) in &bodies {
        let known = kept
            .iter()
            .any(|known| known.to_value() == schema.to_value());
        // A stream is of one type.
        if *family == best && (known || kept.is_empty() || best.0 != Family::Stream) {
            if !known {
                kept.push(schema.clone());
            }
            continue;
        }
        told.lost(
            "success-left-out",
            Severity::Warning,
            *position,
            format!(
                "`{id}`: the body of `{}` is of another kind than those of the other successes",
                responses[*place].key
            ),
            "describe it as an operation of its own",
        );
        left_out.push(*place);
    }
    if kept.len() > 1 && best.0 == Family::Json {
        let position = bodies[0].3;
        let name = objects::free_name(whole, "schemas", &format!("{}Answer", pascal(id)));
        let statuses: Vec<&str> = bodies
            .iter()
            .map(|(place, ..)| responses[*place].key.as_str())
            .collect();
        told.changed(
            position,
            format!(
                "`{id}` answers one of several types, which are `{name}`: {}",
                statuses.join(", ")
            ),
        );
        let mut union = Node::of(
            json!({ "description": format!("What {id} answers: which of these tells the status.") }),
            position,
        );
        union.insert("oneOf", Content::List(kept));
        let refers = json!({ "$ref": format!("#/components/schemas/{name}") });
        for (place, family, _, position) in &bodies {
            if *family == best {
                let response = &mut responses[*place].value;
                *response = objects::resolve(whole, response).clone();
                if let Some(media) = response
                    .get_mut("content")
                    .and_then(|content| content.entries_mut().first_mut())
                {
                    media
                        .value
                        .put("schema", Node::of(refers.clone(), *position));
                }
            }
        }
        unions.push((name, union));
    }
    left_out.sort_unstable();
    for place in left_out.into_iter().rev() {
        responses.remove(place);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    fn responses(text: &str) -> serde_json::Value {
        let text =
            format!("paths: {{ /a: {{ get: {{ operationId: get_a, responses: {text} }} }} }}\n");
        after(settle_responses, &text).document["paths"]["/a"]["get"]["responses"].clone()
    }

    fn keys(text: &str) -> Vec<String> {
        responses(text)
            .as_object()
            .expect("a map")
            .keys()
            .cloned()
            .collect()
    }

    #[test]
    fn default_is_failure_beside_a_success_and_success_beside_none() {
        assert_eq!(keys("{ '200': {}, default: {} }"), ["200", "4XX", "5XX"]);
        assert_eq!(
            keys("{ '200': {}, 4XX: {}, default: {} }"),
            ["200", "4XX", "5XX"]
        );
        assert_eq!(keys("{ '404': {}, default: {} }"), ["404", "2XX"]);
        assert_eq!(keys("{ default: {} }"), ["2XX"]);
    }

    #[test]
    fn a_stream_is_of_one_type_and_another_is_told() {
        let after = after(
            settle_responses,
            "
paths:
  /a:
    get:
      operationId: get_a
      responses:
        '200': { description: a, content: { text/event-stream: { schema: { type: object } } } }
        '202': { description: b, content: { text/event-stream: { schema: { type: array, items: {} } } } }
        '206': { description: c, content: { application/x-ndjson: { schema: { type: object } } } }
",
        );
        let responses = after.document["paths"]["/a"]["get"]["responses"].clone();
        let kept = responses.as_object().expect("a map").keys();
        assert_eq!(kept.collect::<Vec<_>>(), ["200"]);
        assert_eq!(after.lost.len(), 2);
    }

    #[test]
    fn an_operation_without_a_success_has_one_without_a_body() {
        assert_eq!(keys("{ '302': {} }"), ["302", "2XX"]);
        assert_eq!(keys("{}"), ["2XX"]);
    }

    #[test]
    fn statuses_are_written_as_openapi_does() {
        assert_eq!(
            keys("{ 2xx: {}, 4**: {}, '100': {}, ok: {} }"),
            ["2XX", "4XX"]
        );
    }

    #[test]
    fn successes_of_several_types_are_one_union() {
        let text = "
paths:
  /a:
    post:
      operationId: make_a
      responses:
        '200': { description: Was there, content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } }
        '201': { description: Made, content: { application/json: { schema: { $ref: '#/components/schemas/B' } } } }
        '202': { description: Later }
components: { schemas: { A: {}, B: {} } }
";
        let after = after(settle_responses, text);
        let a = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let responses = &after.document["paths"]["/a"]["post"]["responses"];
        for status in ["200", "201"] {
            assert_eq!(
                responses[status]["content"]["application/json"]["schema"],
                a("MakeAAnswer")
            );
        }
        let union = &after.document["components"]["schemas"]["MakeAAnswer"];
        assert_eq!(union["oneOf"], json!([a("A"), a("B")]));
    }

    #[test]
    fn a_status_that_has_no_body_has_none() {
        let read = responses("{ '204': { content: { application/json: { schema: {} } } } }");
        assert_eq!(read, json!({ "204": { "description": "No content" } }));
    }

    #[test]
    fn a_switch_of_protocols_is_a_web_socket() {
        let after = |response: &str| {
            let text = format!(
                "paths: {{ /a: {{ get: {{ operationId: a, responses: {{ '101': {response} }} }} }} }}\ncomponents: {{ schemas: {{ A: {{ properties: {{ a: {{}} }} }} }} }}\n"
            );
            after(settle_responses, &text)
        };
        let known = after(
            "{ content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } }",
        );
        assert_eq!(
            known.document["paths"]["/a"]["get"]["x-websocket"]["message"]["$ref"],
            "#/components/schemas/A"
        );
        let unknown = after("{}");
        assert_eq!(
            unknown.lost,
            ["`a` opens a web socket, but which messages come is not said"]
        );
        let get = &unknown.document["paths"]["/a"]["get"];
        assert!(get.get("x-websocket").is_none() && get["responses"].get("101").is_none());
    }

    #[test]
    fn successes_that_say_the_same_in_two_shared_responses_are_one_type() {
        let after = after(
            settle_responses,
            "
paths:
  /a: { delete: { operationId: a, responses: { '200': { $ref: '#/components/responses/Done' }, '202': { $ref: '#/components/responses/Soon' } } } }
components:
  responses:
    Done: { description: done, content: { application/json: { schema: { properties: { a: { type: string } } } } } }
    Soon: { description: soon, content: { application/json: { schema: { properties: { a: { type: string } } } } } }
",
        );
        let responses = &after.document["paths"]["/a"]["delete"]["responses"];
        assert_eq!(responses["202"]["description"], "soon");
        assert_eq!(responses["200"]["content"], responses["202"]["content"]);
    }
}
