//! Where calls go: servers become the crate's environments.

use std::collections::{HashMap, HashSet};

use super::super::Node;
use super::anatomy::Kind;
use super::context::Context;
use super::findings::Findings;
use super::nearest::did_you_mean;
use super::rust_name::pascal;
use super::walk::Object;

fn of_document<'s, 'a>(context: &'s Context<'a>) -> impl Iterator<Item = &'s Object<'a>> {
    context
        .all(Kind::Server)
        .filter(|server| server.pointer.starts_with("/servers/"))
}

fn has_variables(server: &Object<'_>) -> bool {
    server
        .node
        .get("variables")
        .is_some_and(|variables| !variables.entries().is_empty())
}

pub(super) fn missing_environment(context: &Context<'_>, findings: &mut Findings<'_>) {
    for server in of_document(context) {
        if server.node.get("x-environment").is_none() && !has_variables(server) {
            findings.add(
                server.node.position,
                format!("{} has no name", context.place(&server.pointer)),
                "write `x-environment:`, as in `x-environment: sandbox`",
            );
        }
    }
}

pub(super) fn bad_environment(context: &Context<'_>, findings: &mut Findings<'_>) {
    for server in context.all(Kind::Server) {
        let Some(node) = server.node.get("x-environment") else {
            continue;
        };
        let Some(name) = node.as_str() else { continue };
        let fine = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b));
        if has_variables(server) {
            findings.add(
                node.position,
                format!(
                    "{} has variables, so a caller always gives the URL",
                    context.place(&server.pointer)
                ),
                "take `x-environment` out",
            );
        } else if !fine {
            findings.add(
                node.position,
                format!(
                    "{}: `{name}` is no name for an environment",
                    context.place(&server.pointer)
                ),
                "write lower-case letters, digits and dashes, as in `sandbox`",
            );
        }
    }
}

pub(super) fn duplicate_environment(context: &Context<'_>, findings: &mut Findings<'_>) {
    let mut holders: HashMap<&str, Vec<&Object<'_>>> = HashMap::new();
    for server in context.all(Kind::Server) {
        let holder = server
            .pointer
            .rsplit_once('/')
            .map_or("", |(holder, _)| holder);
        holders.entry(holder).or_default().push(server);
    }
    for servers in holders.values() {
        let mut seen = HashSet::new();
        for server in servers {
            let Some(node) = server.node.get("x-environment") else {
                continue;
            };
            let Some(name) = node.as_str() else { continue };
            if !seen.insert(pascal(name)) {
                findings.add(
                    node.position,
                    format!(
                        "{}: the environment `{name}` stands there twice",
                        context.place(&server.pointer)
                    ),
                    "give each server a name of its own",
                );
            }
        }
    }
}

pub(super) fn unknown_environment(context: &Context<'_>, findings: &mut Findings<'_>) {
    let known: Vec<&str> = of_document(context)
        .filter_map(|server| server.node.text("x-environment"))
        .collect();
    for server in context
        .all(Kind::Server)
        .filter(|server| !server.pointer.starts_with("/servers/"))
    {
        let Some(node) = server.node.get("x-environment") else {
            continue;
        };
        let Some(name) = node.as_str() else { continue };
        if !known.contains(&name) {
            findings.add(
                node.position,
                format!(
                    "{}: the document has no environment `{name}`",
                    context.place(&server.pointer)
                ),
                did_you_mean(
                    name,
                    known.iter().copied(),
                    "name it as one of the document's `servers`",
                ),
            );
        }
    }
}

pub(super) fn bad_url(context: &Context<'_>, findings: &mut Findings<'_>) {
    for server in context.all(Kind::Server) {
        let Some(node) = server.node.get("url") else {
            continue;
        };
        let Some(url) = node.as_str() else { continue };
        let host = ["https://", "http://", "wss://", "ws://"]
            .iter()
            .find_map(|scheme| url.strip_prefix(scheme));
        // With a variable in front, only the caller's own URL counts.
        let whole = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'));
        if !whole && !url.starts_with('{') {
            findings.add(
                node.position,
                format!("{}: `{url}` names no host", context.place(&server.pointer)),
                "write the whole URL, as in `https://api.example.com/v1`",
            );
        }
        for name in braces(url) {
            if server
                .node
                .get("variables")
                .and_then(|variables: &Node| variables.get(name))
                .is_none()
            {
                findings.add(
                    node.position,
                    format!(
                        "{}: the variable `{{{name}}}` is not defined",
                        context.place(&server.pointer)
                    ),
                    format!("write `variables: {{{name}: {{default: …}}}}`"),
                );
            }
        }
    }
}

fn braces(url: &str) -> impl Iterator<Item = &str> {
    url.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
}
