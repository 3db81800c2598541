//! Where an example should be and is not.

use super::super::super::{Node, Position};
use super::super::anatomy::Kind;
use super::super::context::Context;
use super::super::findings::Findings;
use super::super::walk::Object;
use super::values::of;

pub(in super::super) fn missing(context: &Context<'_>, findings: &mut Findings<'_>) {
    for body in context
        .objects
        .iter()
        .filter(|object| matches!(object.kind, Kind::RequestBody | Kind::Response))
    {
        for media in context.list(body, "content") {
            if media.node.get("schema").is_some() && lacks_example(context, media) {
                add(context, body, media.key_position, findings);
            }
        }
    }
    for event in context.all(Kind::WebhookEvent) {
        if event.node.get("schema").is_some() && lacks_example(context, event) {
            add(context, event, event.key_position, findings);
        }
    }
    for operation in context
        .operations()
        .filter(|operation| operation.request_body().is_none())
    {
        for parameter in operation.parameters() {
            let object = parameter.object;
            let schema = context
                .field(object, "schema")
                .and_then(|schema| context.resolve(schema));
            let has_example = !lacks_example(context, object)
                || schema.is_some_and(|schema| schema.node.get("example").is_some());
            if object.node.is_true("required") && !has_example {
                add(context, object, object.node.position, findings);
            }
        }
    }
}

/// Whether there is neither an example nor a reference that should lead to one.
fn lacks_example(context: &Context<'_>, holder: &Object<'_>) -> bool {
    let named = holder.node.get("examples").map_or(&[][..], Node::entries);
    let broken = named.iter().any(|entry| entry.value.reference().is_some());
    of(context, holder).is_empty() && !broken
}

fn add(context: &Context<'_>, holder: &Object<'_>, at: Position, findings: &mut Findings<'_>) {
    findings.add(
        at,
        format!("{} has no example", context.place(&holder.pointer)),
        "write `example:` beside `schema:`",
    );
}
