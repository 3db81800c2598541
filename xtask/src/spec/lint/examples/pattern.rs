//! Patterns that no engine takes.

use std::{cell::RefCell, collections::HashMap};

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
        if !context.patterns.is_usable(pattern) {
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

/// Which patterns can be matched against at all. Each is compiled once, however often it stands in the document.
#[derive(Debug, Default)]
pub(in super::super) struct Patterns(RefCell<HashMap<String, bool>>);

impl Patterns {
    pub(super) fn is_usable(&self, pattern: &str) -> bool {
        if let Some(&usable) = self.0.borrow().get(pattern) {
            return usable;
        }
        let usable = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .build(&json!({ "pattern": pattern }))
            .is_ok();
        self.0.borrow_mut().insert(pattern.to_owned(), usable);
        usable
    }
}
