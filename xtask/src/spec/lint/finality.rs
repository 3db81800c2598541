//! `x-finality`: when what a call reads is final.

use super::super::{Content, Node};
use super::body_path::{Step, follow};
use super::context::Context;
use super::extensions::check_pointer;
use super::findings::Findings;
use super::nearest::did_you_mean;
use super::operation::Operation;
use super::walk::Object;

pub(super) fn bad(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        let Some(finality) = context.field(operation.object, "x-finality") else {
            continue;
        };
        let place = context.place(&operation.object.pointer);
        if !is_safe(&operation) {
            findings.add(
                finality.key_position,
                format!("{place}: `x-finality` on a call that changes something"),
                "move it to the operation that reads the thing",
            );
        }
        let state = finality.node.get("state");
        let state =
            state.and_then(|node| value_at(context, &operation, "x-finality", node, findings));
        for required in finality.node.get("requires").map_or(&[][..], Node::items) {
            value_at(context, &operation, "x-finality", required, findings);
        }
        if finality
            .node
            .get("done")
            .is_some_and(|done| done.items().is_empty())
        {
            findings.add(
                finality.key_position,
                format!("{place}: nothing is ever done"),
                "write the states that are final under `done:`",
            );
        }
        if let Some(state) = state {
            check_states(context, &place, finality, state, findings);
        }
        check_refusals(&place, "absent", finality, findings);
    }
}

/// Whether a call may be made again and again.
pub(super) fn is_safe(operation: &Operation<'_, '_>) -> bool {
    match operation.node().text("x-idempotency") {
        Some(idempotency) => idempotency == "safe",
        None => operation.method == "get",
    }
}

/// The states have to be values of the enum, where there is one.
fn check_states(
    context: &Context<'_>,
    place: &str,
    finality: &Object<'_>,
    state: &Object<'_>,
    findings: &mut Findings<'_>,
) {
    let Some(values) = context
        .resolve(state)
        .and_then(|state| state.node.get("enum"))
    else {
        return;
    };
    let known: Vec<&str> = values.items().iter().filter_map(Node::as_str).collect();
    // An enum without values is reported elsewhere.
    if known.is_empty() {
        return;
    }
    let done = finality.node.get("done").map_or(&[][..], Node::items);
    let failed = finality.node.get("failed").map_or(&[][..], Node::items);
    for node in done.iter().chain(failed) {
        if let Some(text) = node.as_str()
            && !known.contains(&text)
            && !(text == "*" && is_all(failed))
        {
            findings.add(
                node.position,
                format!("{place}: `{text}` of `x-finality` is no value of the state"),
                did_you_mean(
                    text,
                    known.iter().copied(),
                    format!("write one of {}", known.join(", ")),
                ),
            );
        }
    }
    for node in failed {
        if done.iter().any(|other| other.as_str() == node.as_str()) {
            findings.add(
                node.position,
                format!("{place}: a state is both done and failed"),
                "take it out of one of both",
            );
        }
    }
}

/// Whether all states that are not done count as failed.
fn is_all(failed: &[Node]) -> bool {
    matches!(failed, [only] if only.as_str() == Some("*"))
}

/// What stands for refusals has to be statuses or codes.
pub(super) fn check_refusals(
    place: &str,
    key: &str,
    holder: &Object<'_>,
    findings: &mut Findings<'_>,
) {
    for node in holder.node.get(key).map_or(&[][..], Node::items) {
        let is_refusal = match &node.content {
            Content::Number(number) => {
                let status = number.as_u64();
                status.is_some_and(|status| (400..600).contains(&status))
            }
            Content::Text(code) => !code.is_empty(),
            _ => false,
        };
        if !is_refusal {
            findings.add(
                node.position,
                format!("{place}: `{key}` has what is no refusal"),
                "write an HTTP status such as 404, or a code of the provider's own in quotes",
            );
        }
    }
}

/// The schema at a pointer into the value that the call returns; complains where there is no such place.
pub(super) fn value_at<'s, 'a>(
    context: &'s Context<'a>,
    operation: &Operation<'s, 'a>,
    extension: &str,
    node: &Node,
    findings: &mut Findings<'_>,
) -> Option<&'s Object<'a>> {
    let place = context.place(&operation.object.pointer);
    if !check_pointer(&place, &format!("`{extension}`"), node, findings) {
        return None;
    }
    let body = super::pagination::success_body(context, operation)?;
    schema_at(context, &place, extension, body, node, findings)
}

/// The schema at a pointer into a schema; complains where there is no such place.
pub(super) fn schema_at<'s, 'a>(
    context: &'s Context<'a>,
    place: &str,
    extension: &str,
    schema: &'s Object<'a>,
    node: &Node,
    findings: &mut Findings<'_>,
) -> Option<&'s Object<'a>> {
    let pointer = node.as_str()?;
    match follow(context, schema, pointer) {
        Step::Schema(found) => Some(found),
        Step::Open => None,
        Step::Nowhere(token, known) => {
            findings.add(
                node.position,
                format!(
                    "{place}: `{pointer}` of `{extension}` leads nowhere, since nothing has `{token}`"
                ),
                did_you_mean(&token, known, "write the pointer of a property that is there"),
            );
            None
        }
    }
}
