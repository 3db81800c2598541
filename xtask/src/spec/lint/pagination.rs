//! `x-pagination`: how a list goes on.

use super::super::Node;
use super::anatomy::Kind;
use super::body_path::{Step, follow, type_of};
use super::context::Context;
use super::extensions::check_pointer;
use super::findings::Findings;
use super::nearest::did_you_mean;
use super::operation::{Answer, Operation};
use super::walk::Object;

pub(super) fn bad(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        let Some(pagination) = context.field(operation.object, "x-pagination") else {
            continue;
        };
        let place = context.place(&operation.object.pointer);
        for key in ["items", "next"] {
            let Some(node) = pagination.node.get(key) else {
                continue;
            };
            if check_pointer(&place, "`x-pagination`", node, findings) {
                check_place(context, &operation, key, node, findings);
            }
        }
        let parameters = operation.parameters();
        let query: Vec<&str> = parameters
            .iter()
            .filter(|parameter| parameter.place() == "query")
            .map(|parameter| parameter.name())
            .collect();
        for key in ["cursor", "size"] {
            let Some(node) = pagination.node.get(key) else {
                continue;
            };
            let Some(name) = node.as_str() else { continue };
            if !query.contains(&name) {
                findings.add(
                    node.position,
                    format!("{place}: `{name}` of `x-pagination` is no query parameter"),
                    did_you_mean(
                        name,
                        query.iter().copied(),
                        format!("write the parameter `{name}`, `in: query`"),
                    ),
                );
            }
        }
    }
}

fn check_place(
    context: &Context<'_>,
    operation: &Operation<'_, '_>,
    key: &str,
    node: &Node,
    findings: &mut Findings<'_>,
) {
    let (Some(pointer), Some(body)) = (node.as_str(), success_body(context, operation)) else {
        return;
    };
    let place = context.place(&operation.object.pointer);
    match follow(context, body, pointer) {
        Step::Nowhere(token, known) => findings.add(
            node.position,
            format!(
                "{place}: `{pointer}` of `x-pagination` leads nowhere, since nothing has `{token}`"
            ),
            did_you_mean(
                &token,
                known,
                "write the pointer of a property of the success response",
            ),
        ),
        Step::Schema(found)
            if key == "items" && type_of(context, found).is_some_and(|kind| kind != "array") =>
        {
            findings.add(
                node.position,
                format!("{place}: `{pointer}`, where the items should be, is no list"),
                "write the pointer of a list",
            );
        }
        Step::Schema(_) | Step::Open => {}
    }
}

/// The schema of the success response, if it is the body itself that the caller gets.
pub(super) fn success_body<'s, 'a>(
    context: &'s Context<'a>,
    operation: &Operation<'s, 'a>,
) -> Option<&'s Object<'a>> {
    let answer = operation.answers().into_iter().find(Answer::is_success)?;
    let media = context.list(answer.object, "content").into_iter().next()?;
    let schema = context.resolve(context.field(media, "schema")?)?;
    let value = schema
        .node
        .get("x-envelope")
        .and_then(|envelope| envelope.text("value"));
    match value {
        None => Some(schema),
        Some(pointer) => match follow(context, schema, pointer) {
            Step::Schema(value) => context
                .resolve(value)
                .filter(|value| value.kind == Kind::Schema),
            Step::Open | Step::Nowhere(..) => None,
        },
    }
}
