//! What stands in a path, a query and the headers.

use std::collections::{HashMap, HashSet};

use super::super::{Edit, Mend};
use super::anatomy::Kind;
use super::context::Context;
use super::findings::Findings;
use super::operation::Operation;
use super::rust_name::{is_keyword, snake};
use super::walk::Object;
use crate::api::is_json;

/// Headers that OpenAPI describes by other means, so that a parameter of that name is ignored.
const IGNORED_HEADERS: &[&str] = &["accept", "content-type", "authorization"];

pub(super) fn bad_path(context: &Context<'_>, findings: &mut Findings<'_>) {
    for item in context
        .all(Kind::PathItem)
        .filter(|item| is_under_paths(item))
    {
        let fault = if !item.key.starts_with('/') {
            Some(("does not begin with `/`", "begin it with `/`"))
        } else if item.key.split('#').next().unwrap_or_default().contains('?') {
            Some(("holds a query", "write the query as parameters"))
        } else if segments(item.key).is_none() {
            Some((
                "has a brace without its fellow",
                "write parameters as `{name}`",
            ))
        } else {
            None
        };
        if let Some((what, mend)) = fault {
            findings.add(
                item.key_position,
                format!("path `{}` {what}", item.key),
                mend,
            );
        }
    }
}

pub(super) fn colliding_paths(context: &Context<'_>, findings: &mut Findings<'_>) {
    let mut first: HashMap<String, (&str, usize)> = HashMap::new();
    for item in context
        .all(Kind::PathItem)
        .filter(|item| is_under_paths(item))
    {
        let Some(names) = segments(item.key) else {
            continue;
        };
        let shape = names.iter().fold(item.key.to_owned(), |path, name| {
            path.replacen(&format!("{{{name}}}"), "{}", 1)
        });
        match first.get(&shape) {
            Some((other, line)) => findings.add(
                item.key_position,
                format!(
                    "path `{}` is `{other}` (line {line}) with other names",
                    item.key
                ),
                "write the operations of both under one path",
            ),
            None => {
                first.insert(shape, (item.key, item.key_position.line));
            }
        }
    }
}

pub(super) fn undeclared_path_parameter(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context
        .operations()
        .filter(|operation| !has_broken_parameters(context, operation))
    {
        let declared: HashSet<_> = in_path(&operation).map(|(name, _)| name).collect();
        for name in segments(operation.path).unwrap_or_default() {
            if !declared.contains(name) {
                findings.add(
                    operation.object.key_position,
                    format!(
                        "{}: `{{{name}}}` of the path is no parameter",
                        context.place(&operation.object.pointer)
                    ),
                    format!("write a parameter `name: {name}`, `in: path`, `required: true`"),
                );
            }
        }
    }
}

pub(super) fn unused_path_parameter(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        let Some(names) = segments(operation.path) else {
            continue;
        };
        for (name, used) in in_path(&operation).filter(|(name, _)| !names.contains(name)) {
            findings.add(
                used.node.position,
                format!(
                    "{}: the path `{}` has no place for the parameter `{name}`",
                    context.place(&operation.object.pointer),
                    operation.path
                ),
                format!("put `{{{name}}}` into the path, or take the parameter out"),
            );
        }
    }
}

pub(super) fn optional_path_parameter(context: &Context<'_>, findings: &mut Findings<'_>) {
    for parameter in context.all(Kind::Parameter) {
        if parameter.node.text("in") == Some("path") && !parameter.node.is_true("required") {
            findings.add(
                parameter.node.position,
                format!(
                    "{} is part of a path and not required",
                    context.place(&parameter.pointer)
                ),
                match parameter.node.get("required") {
                    None => Mend::with_edit(
                        "write `required: true`",
                        Edit::Add {
                            map: parameter.node.position,
                            key: "required".to_owned(),
                            value: "true".to_owned(),
                        },
                    ),
                    Some(_) => "write `required: true`".into(),
                },
            );
        }
    }
}

pub(super) fn duplicate(context: &Context<'_>, findings: &mut Findings<'_>) {
    for holder in context
        .objects
        .iter()
        .filter(|object| matches!(object.kind, Kind::Operation | Kind::PathItem))
    {
        let mut seen = HashSet::new();
        for used in context.list(holder, "parameters") {
            let Some(object) = context.resolve(used) else {
                continue;
            };
            let (Some(name), Some(place)) = (object.node.text("name"), object.node.text("in"))
            else {
                continue;
            };
            if !seen.insert((name, place)) {
                findings.add(
                    used.node.position,
                    format!(
                        "{}: the {place} parameter `{name}` stands there twice",
                        context.place(&holder.pointer)
                    ),
                    "keep one of them",
                );
            }
        }
    }
}

pub(super) fn colliding(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        let mut first: HashMap<String, (&str, &str)> = HashMap::new();
        for parameter in operation.parameters() {
            let (name, place) = parameter.identity();
            let rust = snake(name);
            match first.get(&rust) {
                // The same parameter twice is another rule's business.
                Some(other) if *other == (name, place) => {}
                Some((other, other_place)) => findings.add(
                    parameter.used.node.position,
                    format!(
                        "{}: the parameters `{other}` ({other_place}) and `{name}` ({place}) both become the argument `{rust}`",
                        context.place(&operation.object.pointer)
                    ),
                    "give one of them another name",
                ),
                None => {
                    first.insert(rust, (name, place));
                }
            }
        }
        let body = operation.request_body().and(first.get("body"));
        if let Some((name, place)) = body {
            findings.add(
                operation.object.key_position,
                format!(
                    "{}: the {place} parameter `{name}` has the name of the request body's argument",
                    context.place(&operation.object.pointer)
                ),
                "give it another name",
            );
        }
    }
}

pub(super) fn unsupported_place(context: &Context<'_>, findings: &mut Findings<'_>) {
    for parameter in context.all(Kind::Parameter) {
        let Some(node) = parameter.node.get("in") else {
            continue;
        };
        let Some(place) = node.as_str() else { continue };
        let (what, mend) = match place {
            "path" | "query" | "header" | "cookie" => continue,
            _ => (
                "stands in no known place",
                "write `in: path`, `in: query`, `in: header` or `in: cookie`",
            ),
        };
        findings.add(
            node.position,
            format!("{} {what}", context.place(&parameter.pointer)),
            mend,
        );
    }
}

pub(super) fn unsupported_style(context: &Context<'_>, findings: &mut Findings<'_>) {
    for parameter in context.all(Kind::Parameter) {
        let place = context.place(&parameter.pointer);
        let known: &[&str] = match parameter.node.text("in") {
            Some("query") => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
            Some("cookie") => &["form"],
            Some("path") => &["simple", "label", "matrix"],
            _ => &["simple"],
        };
        if let Some(style) = parameter.node.get("style")
            && let Some(text) = style.as_str()
            && !known.contains(&text)
        {
            findings.add(
                style.position,
                format!("{place} has the style `{text}`"),
                format!("write `style: {}`, or leave it out", known[0]),
            );
        }
        for media in context.list(parameter, "content") {
            if !is_json(media.key) {
                findings.add(
                    media.key_position,
                    format!("{place} is written as `{}`", media.key),
                    "write `schema:` instead of `content:`, or `application/json` inside of it",
                );
            }
        }
    }
}

pub(super) fn missing_schema(context: &Context<'_>, findings: &mut Findings<'_>) {
    for parameter in context
        .all(Kind::Parameter)
        .filter(|parameter| parameter.node.reference().is_none())
    {
        if parameter.node.get("schema").is_none() && parameter.node.get("content").is_none() {
            findings.add(
                parameter.node.position,
                format!("{} has no `schema`", context.place(&parameter.pointer)),
                "write `schema:` with its `type`",
            );
        }
    }
}

pub(super) fn ignored_header(context: &Context<'_>, findings: &mut Findings<'_>) {
    for parameter in context.all(Kind::Parameter) {
        let name = parameter.node.text("name").unwrap_or_default();
        if parameter.node.text("in") == Some("header")
            && IGNORED_HEADERS.contains(&name.to_lowercase().as_str())
        {
            findings.add(
                parameter.node.position,
                format!(
                    "{} is a header that OpenAPI says to ignore",
                    context.place(&parameter.pointer)
                ),
                "describe it with a media type or a security scheme",
            );
        }
    }
}

pub(super) fn unusable_name(context: &Context<'_>, findings: &mut Findings<'_>) {
    for parameter in context.all(Kind::Parameter) {
        let Some(node) = parameter.node.get("name") else {
            continue;
        };
        let Some(name) = node.as_str() else { continue };
        let rust = snake(name);
        if !rust.starts_with(|c: char| c.is_alphabetic()) || (is_keyword(name) && name == "self") {
            findings.add(
                node.position,
                format!(
                    "{} has a name that no argument can have",
                    context.place(&parameter.pointer)
                ),
                "begin it with a letter",
            );
        }
    }
}

/// The names in the braces of a path template; `None` if a brace is missing.
fn segments(path: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(at) = rest.find(['{', '}']) {
        let inside = rest[at..].strip_prefix('{')?;
        let end = inside.find(['{', '}'])?;
        if end == 0 || !inside[end..].starts_with('}') {
            return None;
        }
        names.push(&inside[..end]);
        rest = &inside[end + 1..];
    }
    Some(names)
}

fn in_path<'s, 'a>(
    operation: &Operation<'s, 'a>,
) -> impl Iterator<Item = (&'a str, &'s Object<'a>)> {
    let parameters = operation.parameters().into_iter();
    parameters
        .filter(|parameter| parameter.place() == "path")
        .map(|parameter| (parameter.name(), parameter.used))
}

fn is_under_paths(item: &Object<'_>) -> bool {
    item.pointer.starts_with("/paths/") && item.pointer.matches('/').count() == 2
}

/// Whether a parameter's reference leads nowhere, so that it may be the one that seems to lack.
fn has_broken_parameters(context: &Context<'_>, operation: &Operation<'_, '_>) -> bool {
    [operation.object, operation.item]
        .into_iter()
        .flat_map(|holder| context.list(holder, "parameters"))
        .any(|used| context.resolve(used).is_none())
}
