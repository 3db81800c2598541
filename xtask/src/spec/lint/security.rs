//! Which credential a call takes.

use super::super::{Node, Position};
use super::anatomy::Kind;
use super::context::Context;
use super::findings::Findings;
use super::nearest::did_you_mean;

pub(super) fn missing(context: &Context<'_>, findings: &mut Findings<'_>) {
    for operation in context.operations() {
        if operation.node().get("security").is_none() {
            findings.add(
                operation.object.key_position,
                format!(
                    "{} does not say which credential it takes",
                    context.place(&operation.object.pointer)
                ),
                "write `security:`, with `[]` if it takes none",
            );
        }
    }
}

/// A scheme as a requirement names it.
struct Use<'s, 'a> {
    place: String,
    position: Position,
    name: &'a str,
    scopes: &'a Node,
    scheme: Option<&'s Node>,
}

fn uses<'s, 'a>(context: &'s Context<'a>) -> Vec<Use<'s, 'a>> {
    let mut uses = Vec::new();
    for requirement in context.all(Kind::SecurityRequirement) {
        for entry in requirement.node.entries() {
            let pointer = format!(
                "/components/securitySchemes/{}",
                super::super::document::escape(&entry.key)
            );
            let scheme = context
                .object(&pointer)
                .and_then(|scheme| context.resolve(scheme));
            uses.push(Use {
                place: context.place(&requirement.pointer),
                position: entry.key_position,
                name: &entry.key,
                scopes: &entry.value,
                scheme: scheme.map(|scheme| scheme.node),
            });
        }
    }
    uses
}

pub(super) fn unknown_scheme(context: &Context<'_>, findings: &mut Findings<'_>) {
    for Use {
        place,
        position,
        name,
        scheme,
        ..
    } in uses(context)
    {
        if scheme.is_none() {
            let otherwise = format!("define `{name}` under `components/securitySchemes`");
            findings.add(
                position,
                format!("{place}: there is no security scheme `{name}`"),
                did_you_mean(name, context.names("securitySchemes"), otherwise),
            );
        }
    }
}

pub(super) fn unknown_scope(context: &Context<'_>, findings: &mut Findings<'_>) {
    for Use {
        place,
        name,
        scopes,
        scheme,
        ..
    } in uses(context)
    {
        let Some(scheme) = scheme else { continue };
        if scheme.text("type") != Some("oauth2") {
            continue;
        }
        let flows = scheme.get("flows").map_or(&[][..], Node::entries);
        let known: Vec<&str> = flows
            .iter()
            .filter_map(|flow| flow.value.get("scopes"))
            .flat_map(|scopes| scopes.entries().iter().map(|entry| entry.key.as_str()))
            .collect();
        for scope in scopes.items() {
            let Some(text) = scope.as_str() else { continue };
            if !known.contains(&text) {
                let otherwise = format!("define `{text}` under the `scopes` of `{name}`");
                findings.add(
                    scope.position,
                    format!("{place}: `{name}` has no scope `{text}`"),
                    did_you_mean(text, known.iter().copied(), otherwise),
                );
            }
        }
    }
}

pub(super) fn scopes_without_oauth2(context: &Context<'_>, findings: &mut Findings<'_>) {
    for Use {
        place,
        name,
        scopes,
        scheme,
        ..
    } in uses(context)
    {
        let kind = scheme.and_then(|scheme| scheme.text("type"));
        if let (Some(kind), false) = (kind, scopes.items().is_empty())
            && !matches!(kind, "oauth2" | "openIdConnect")
        {
            findings.add(
                scopes.position,
                format!("{place}: `{name}` is of type `{kind}`, which has no scopes"),
                format!("write `{name}: []`"),
            );
        }
    }
}

pub(super) fn incomplete_scheme(context: &Context<'_>, findings: &mut Findings<'_>) {
    for object in context.all(Kind::SecurityScheme) {
        let Some(kind) = object.node.text("type") else {
            continue;
        };
        let needed: &[&str] = match kind {
            "apiKey" => &["name", "in"],
            "http" => &["scheme"],
            "oauth2" => &["flows"],
            "openIdConnect" => &["openIdConnectUrl"],
            _ => {
                findings.add(
                    object
                        .node
                        .get("type")
                        .map_or(object.node.position, |node| node.position),
                    format!(
                        "{}: there is no type `{kind}`",
                        context.place(&object.pointer)
                    ),
                    did_you_mean(
                        kind,
                        ["apiKey", "http", "oauth2", "openIdConnect"],
                        "write one of apiKey, http, oauth2, openIdConnect",
                    ),
                );
                continue;
            }
        };
        for key in needed.iter().filter(|key| object.node.get(key).is_none()) {
            findings.add(
                object.key_position,
                format!(
                    "{}: type `{kind}` needs `{key}`",
                    context.place(&object.pointer)
                ),
                format!("write `{key}:`"),
            );
        }
    }
}

/// Where a credential goes has to be a place that the run time knows.
pub(super) fn unknown_place(context: &Context<'_>, findings: &mut Findings<'_>) {
    for object in context.all(Kind::SecurityScheme) {
        let place = context.place(&object.pointer);
        let (key, known): (&str, &[&str]) = match object.node.text("type") {
            Some("http") => ("scheme", &["bearer", "basic"]),
            Some("apiKey") => ("in", &["header", "query", "cookie"]),
            _ => continue,
        };
        let Some(node) = object.node.get(key) else {
            continue;
        };
        let Some(text) = node.as_str() else { continue };
        if known.contains(&text.to_lowercase().as_str()) {
            continue;
        }
        let otherwise = match key {
            "scheme" => {
                "write `type: apiKey`, `in: header` and `name: Authorization`: the credential is the whole header then"
                    .to_owned()
            }
            _ => format!("write one of {}", known.join(", ")),
        };
        findings.add(
            node.position,
            format!("{place}: `{key}: {text}` is no place that a credential goes to"),
            did_you_mean(text, known.iter().copied(), otherwise),
        );
    }
}

/// Without a token URL nobody gets a token.
pub(super) fn missing_token_url(context: &Context<'_>, findings: &mut Findings<'_>) {
    for object in context.all(Kind::SecurityScheme) {
        let flows = object.node.get("flows").map_or(&[][..], Node::entries);
        for flow in flows {
            let needs = matches!(
                flow.key.as_str(),
                "clientCredentials" | "password" | "authorizationCode"
            );
            if needs && flow.value.get("tokenUrl").is_none() {
                findings.add(
                    flow.key_position,
                    format!(
                        "{}: the flow `{}` does not say where tokens come from",
                        context.place(&object.pointer),
                        flow.key
                    ),
                    "write `tokenUrl:`",
                );
            }
        }
    }
}
