//! Patterns that no engine takes.

use serde_json::json;

use super::super::anatomy::Kind;
use super::super::context::Context;
use super::super::findings::Findings;

pub(in super::super) fn bad_pattern(context: &Context<'_>, findings: &mut Findings<'_>) {
    for schema in context.all(Kind::Schema) {
        let Some(node) = schema.node.get("pattern") else {
            continue;
        };
        let Some(pattern) = node.as_str() else {
            continue;
        };
        if !is_usable(pattern) {
            findings.add(
                node.position,
                format!(
                    "{}: the pattern is no regular expression",
                    context.place(&schema.pointer)
                ),
                "write it as ECMA-262 says, without a flag, and check its brackets",
            );
        }
    }
}

/// Whether a pattern can be matched against at all.
pub(super) fn is_usable(pattern: &str) -> bool {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .build(&json!({ "pattern": pattern }))
        .is_ok()
}
