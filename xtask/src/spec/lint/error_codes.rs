//! `x-error-codes`: what the provider's own codes mean.

use std::collections::HashMap;

use super::super::{Content, Node};
use super::anatomy::Kind;
use super::context::Context;
use super::findings::Findings;

pub(super) fn bad(context: &Context<'_>, findings: &mut Findings<'_>) {
    let placed = context
        .all(Kind::Envelope)
        .chain(context.all(Kind::EnvelopeTest))
        .any(|holder| holder.node.get("code").is_some());
    for codes in context.all(Kind::ErrorCodes) {
        let place = context.place(&codes.pointer);
        if codes.node.entries().is_empty() {
            findings.add(
                codes.key_position,
                format!("{place}: `x-error-codes` says nothing"),
                "write a meaning with its codes, as in `not_found: [404]`",
            );
        } else if !placed {
            findings.add(
                codes.key_position,
                format!("{place}: nothing says where a code stands, so none is ever found"),
                "write `code:` in the `x-envelope` of the failures",
            );
        }
        let mut seen: HashMap<String, &str> = HashMap::new();
        for entry in codes.node.entries() {
            for code in entry.value.items() {
                let Some(text) = text(code) else {
                    findings.add(
                        code.position,
                        format!("{place}: a code is {}", code.kind()),
                        "write a string or a whole number",
                    );
                    continue;
                };
                if let Some(before) = seen.insert(text.clone(), &entry.key) {
                    findings.add(
                        code.position,
                        format!(
                            "{place}: the code `{text}` is both `{before}` and `{}`",
                            entry.key
                        ),
                        "keep it in one of them",
                    );
                }
            }
        }
    }
}

/// A code as the run time compares it.
fn text(code: &Node) -> Option<String> {
    match &code.content {
        Content::Text(text) if !text.is_empty() => Some(text.clone()),
        Content::Number(_) => code.to_value().as_i64().map(|number| number.to_string()),
        _ => None,
    }
}
