//! `x-envelope`: what success and failure look like inside a body.

use std::collections::HashSet;

use super::super::{Content, Node};
use super::anatomy::Kind;
use super::body_path::{Step, follow};
use super::context::Context;
use super::extensions::check_pointer;
use super::findings::Findings;
use super::nearest::{did_you_mean, nearest};
use super::walk::Object;

/// The schemas that are the body of some response, by what kind of response.
struct Bodies {
    success: HashSet<String>,
    error: HashSet<String>,
}

impl Bodies {
    fn of(context: &Context<'_>) -> Self {
        let mut bodies = Self {
            success: HashSet::new(),
            error: HashSet::new(),
        };
        for answer in context
            .operations()
            .flat_map(|operation| operation.answers())
        {
            for media in context.list(answer.object, "content") {
                let schema = context
                    .field(media, "schema")
                    .and_then(|schema| context.resolve(schema));
                let Some(schema) = schema else { continue };
                if answer.is_success() {
                    bodies.success.insert(schema.pointer.clone());
                }
                if answer.is_error() {
                    bodies.error.insert(schema.pointer.clone());
                }
            }
        }
        bodies
    }
}

fn envelopes<'s, 'a>(
    context: &'s Context<'a>,
) -> impl Iterator<Item = (&'s Object<'a>, &'s Object<'a>)> {
    context.all(Kind::Envelope).filter_map(|envelope| {
        let schema = context.parent(envelope)?;
        (schema.kind == Kind::Schema).then_some((envelope, schema))
    })
}

/// Adds to what is found misplaced by the kind of its holder alone.
pub(super) fn misplaced(context: &Context<'_>, findings: &mut Findings<'_>) {
    let bodies = Bodies::of(context);
    for (envelope, schema) in envelopes(context) {
        let place = context.place(&schema.pointer);
        if bodies.success.contains(&schema.pointer) {
            continue;
        }
        if !bodies.error.contains(&schema.pointer) {
            findings.add(
                envelope.key_position,
                format!("{place}: `x-envelope` on what is the body of no response"),
                "move it to the schema that a response refers to",
            );
            continue;
        }
        for key in ["value", "success"] {
            if let Some(entry) = envelope.node.entry(key) {
                findings.add(
                    entry.key_position,
                    format!("{place}: `{key}` means nothing on the body of a failure"),
                    "take it out",
                );
            }
        }
    }
}

pub(super) fn bad(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (envelope, schema) in envelopes(context) {
        let place = context.place(&schema.pointer);
        if envelope.node.entries().is_empty() {
            findings.add(
                envelope.key_position,
                format!("{place}: the envelope says nothing"),
                "write one of value, success, code, message, details, request_id",
            );
        }
        for (key, node) in pointers(envelope.node) {
            if !check_pointer(&place, "`x-envelope`", node, findings) {
                continue;
            }
            let Some(pointer) = node.as_str() else {
                continue;
            };
            match follow(context, schema, pointer) {
                // The body of a failure may have fields of which that of a success knows nothing;
                // only a slip of the pen is certain.
                Step::Nowhere(token, known)
                    if matches!(key, "value" | "success")
                        || nearest(&token, known.iter().copied()).is_some() =>
                {
                    findings.add(
                        node.position,
                        format!(
                            "{place}: `{pointer}` of `x-envelope` leads nowhere, since nothing has `{token}`"
                        ),
                        did_you_mean(&token, known, "write the pointer of a property of the schema"),
                    );
                }
                Step::Schema(value) if key == "value" && !is_reference(context, value) => findings
                    .add(
                        node.position,
                        format!(
                            "{place}: the schema at `{pointer}`, the envelope's value, has no name"
                        ),
                        "move that schema to `components/schemas` and refer to it",
                    ),
                Step::Open if key == "value" => findings.add(
                    node.position,
                    format!(
                        "{place}: nothing says what stands at `{pointer}`, the envelope's value"
                    ),
                    "write a property there that is a `$ref`",
                ),
                Step::Schema(_) | Step::Open | Step::Nowhere(..) => {}
            }
        }
        for test in context.list(envelope, "success") {
            let Some(values) = test.node.get("is") else {
                continue;
            };
            if matches!(&values.content, Content::List(list) if list.is_empty()) {
                findings.add(
                    values.position,
                    format!("{place}: a test for success that nothing passes"),
                    "write the values that mean success, as in `is: [true]`",
                );
            }
            for value in values.items() {
                if matches!(value.content, Content::List(_) | Content::Map(_)) {
                    findings.add(
                        value.position,
                        format!("{place}: a test for success compares with {}", value.kind()),
                        "write a string, a number, `true` or `false`",
                    );
                }
            }
        }
    }
}

/// The parts of a failure.
const PARTS: [&str; 4] = ["code", "message", "details", "request_id"];

/// The pointers of an envelope, with the key they stand under.
fn pointers(envelope: &Node) -> Vec<(&'static str, &Node)> {
    let mut pointers = Vec::new();
    pointers.extend(envelope.get("value").map(|node| ("value", node)));
    let tests = envelope.get("success").map_or(&[][..], Node::items);
    pointers.extend(
        tests
            .iter()
            .filter_map(|test| test.get("at"))
            .map(|node| ("success", node)),
    );
    let holders = tests.iter().chain([envelope]);
    for (holder, key) in holders.flat_map(|holder| PARTS.map(|key| (holder, key))) {
        let places = holder.get(key).map_or(&[][..], Node::items);
        pointers.extend(places.iter().map(|node| (key, node)));
    }
    pointers
}

/// A reference, or the one way to write words beside a reference.
fn is_reference(context: &Context<'_>, schema: &Object<'_>) -> bool {
    schema.node.reference().is_some()
        || matches!(context.list(schema, "allOf").as_slice(), [only] if only.node.reference().is_some())
}
