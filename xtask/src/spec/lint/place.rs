//! A JSON pointer in words: what a reader calls the thing that a message is about.

use super::super::Node;
use super::super::document::{child, tokens};

/// The thing at a pointer, as in ``operation `get_user`, response 200, `wallets[].id` ``.
pub(super) fn place(root: &Node, pointer: &str) -> String {
    let tokens: Vec<String> = tokens(pointer).collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    match tokens.as_slice() {
        ["paths", path, method, rest @ ..]
            if method.bytes().all(|byte| byte.is_ascii_lowercase()) && !is_shared(method) =>
        {
            let item = [*method];
            let id = at(root, &["paths", path])
                .and_then(|node| at(node, &item))
                .and_then(|node| node.text("operationId"));
            let mut words = match id {
                Some(id) => format!("operation `{id}`"),
                None => format!("operation `{} {path}`", method.to_uppercase()),
            };
            words.push_str(&part(root, &tokens[..3], rest));
            words
        }
        ["paths", path, rest @ ..] => format!("path `{path}`{}", part(root, &tokens[..2], rest)),
        ["components", "x-webhooks", rest @ ..] => match rest {
            ["events", kind, rest @ ..] => format!("webhook event `{kind}`{}", within(rest)),
            ["envelope", rest @ ..] => format!("webhook envelope{}", within(rest)),
            _ => "`components`".to_owned(),
        },
        ["components", section, name, rest @ ..] => {
            let kind = match *section {
                "schemas" => "schema",
                "responses" => "response",
                "parameters" => "parameter",
                "examples" => "example",
                "requestBodies" => "request body",
                "headers" => "header",
                "securitySchemes" => "security scheme",
                "links" => "link",
                "callbacks" => "callback",
                _ => "component",
            };
            format!("{kind} `{name}`{}", within(rest))
        }
        ["servers", index, ..] => format!("server {}", ordinal(index)),
        ["tags", index, ..] => match at(root, &["tags", index]).and_then(|tag| tag.text("name")) {
            Some(name) => format!("tag `{name}`"),
            None => format!("tag {}", ordinal(index)),
        },
        ["info", ..] => "`info`".to_owned(),
        _ => "the document".to_owned(),
    }
}

fn is_shared(key: &str) -> bool {
    matches!(key, "parameters" | "servers" | "summary" | "description")
}

/// The part of an operation or a path.
fn part(root: &Node, holder: &[&str], rest: &[&str]) -> String {
    match rest {
        ["parameters", index, rest @ ..] => {
            let name = at(root, holder)
                .and_then(|node| at(node, &["parameters", index]))
                .and_then(|node| node.text("name"));
            let name = name.map_or_else(|| ordinal(index), |name| format!("`{name}`"));
            format!(", parameter {name}{}", within(rest))
        }
        ["requestBody", rest @ ..] => format!(", request body{}", within(rest)),
        ["responses", status, rest @ ..] => format!(", response {status}{}", within(rest)),
        ["servers", index, ..] => format!(", server {}", ordinal(index)),
        ["x-websocket", rest @ ..] => format!(", socket message{}", within(rest)),
        _ => String::new(),
    }
}

/// The path of properties inside a schema, as in `wallets[].id`.
fn within(tokens: &[&str]) -> String {
    let mut path = String::new();
    let mut rest = tokens;
    loop {
        rest = match rest {
            ["content", _, rest @ ..] | ["headers", _, rest @ ..] | ["schema", rest @ ..] => rest,
            ["properties", name, rest @ ..] => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                rest
            }
            ["items", rest @ ..] => {
                path.push_str("[]");
                rest
            }
            ["additionalProperties", rest @ ..] => {
                path.push_str("{}");
                rest
            }
            ["allOf" | "oneOf" | "anyOf", _, rest @ ..] => rest,
            _ => break,
        };
    }
    if path.is_empty() {
        path
    } else {
        format!(", `{path}`")
    }
}

fn at<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter()
        .try_fold(node, |node, token| child(node, token).map(|(_, next)| next))
}

/// People count from 1.
fn ordinal(index: &str) -> String {
    index
        .parse::<usize>()
        .map_or_else(|_| index.to_owned(), |index| (index + 1).to_string())
}
