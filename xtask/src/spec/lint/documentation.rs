//! What a caller reads.

use super::super::{Content, Node};
use super::context::Context;
use super::findings::Findings;

pub(super) fn missing_summary(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        if is_blank(operation.node().get("summary")) {
            findings.add(
                operation.object.key_position,
                format!(
                    "{} has no `summary`",
                    context.place(&operation.object.pointer)
                ),
                "write in one sentence what it does",
            );
        }
    }
}

pub(super) fn missing_tags(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        if operation
            .node()
            .get("tags")
            .is_none_or(|tags| tags.items().is_empty())
        {
            findings.add(
                operation.object.key_position,
                format!("{} has no `tags`", context.place(&operation.object.pointer)),
                "write `tags: [wallets]`, with the name of its group",
            );
        }
    }
}

fn is_blank(node: Option<&Node>) -> bool {
    match node {
        None => true,
        Some(Node {
            content: Content::Text(text),
            ..
        }) => text.trim().is_empty(),
        Some(_) => false,
    }
}
