//! Operation ids: they become the names of the client's methods.

use std::collections::HashMap;

use super::super::{Edit, Mend};
use super::context::Context;
use super::findings::Findings;
use super::rust_name::{is_keyword, snake};

/// Methods and traits' methods that every client has, and names that the table of operations has.
pub(crate) const TAKEN_IDS: [&str; 14] = [
    "new",
    "session",
    "new_with_client",
    "baseurl",
    "client",
    "inner",
    "api_version",
    "pre",
    "post",
    "exec",
    "clone",
    "all",
    "server",
    "method",
];

pub(super) fn missing(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        if operation.node().get("operationId").is_none() {
            let suggestion = snake(&format!("{} {}", operation.method, operation.path));
            findings.add(
                operation.object.key_position,
                format!(
                    "{} has no `operationId`",
                    context.place(&operation.object.pointer)
                ),
                Mend::with_edit(
                    format!("write `operationId: {suggestion}`, or a better name for the method"),
                    Edit::Add {
                        map: operation.node().position,
                        key: "operationId".to_owned(),
                        value: suggestion,
                    },
                ),
            );
        }
    }
}

pub(super) fn colliding(context: &Context<'_>, findings: &mut Findings<'_>) {
    let mut first: HashMap<String, (&str, usize)> = HashMap::new();
    for operation in context.operations() {
        let Some(node) = operation.node().get("operationId") else {
            continue;
        };
        let Some(id) = node.as_str() else { continue };
        let name = snake(id);
        if TAKEN_IDS.contains(&name.as_str()) {
            findings.add(
                node.position,
                format!("operation id `{id}` is a name that every client has already"),
                "say what the operation does, as in `get_user`",
            );
        }
        match first.get(&name) {
            Some(&(other, line)) if other == id => findings.add(
                node.position,
                format!("operation id `{id}` is taken: it stands on line {line}"),
                format!("give `{} {}` a name of its own", operation.method.to_uppercase(), operation.path),
            ),
            Some(&(other, line)) => findings.add(
                node.position,
                format!("operation ids `{id}` and `{other}` (line {line}) both become the method `{name}`"),
                "give one of them another name",
            ),
            None => {
                first.insert(name, (id, node.position.line));
            }
        }
    }
}

pub(super) fn not_snake_case(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        let Some(node) = operation.node().get("operationId") else {
            continue;
        };
        let Some(id) = node.as_str() else { continue };
        let name = snake(id);
        if is_keyword(id) {
            findings.add(
                node.position,
                format!("operation id `{id}` is a word that Rust keeps for itself"),
                "say what the operation does, as in `get_user`",
            );
        } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            findings.add(
                node.position,
                format!("operation id `{id}` cannot be the name of a method"),
                "begin with a letter from a to z",
            );
        } else if id != name || !id.is_ascii() {
            findings.add(
                node.position,
                format!("operation id `{id}` is not in snake_case"),
                Mend::with_edit(
                    format!("write `operationId: {name}`"),
                    Edit::Replace {
                        from: id.to_owned(),
                        to: name,
                    },
                ),
            );
        }
    }
}
