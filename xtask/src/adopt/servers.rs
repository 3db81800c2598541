//! Servers: they become the environments of a crate, by name, at whole URLs.

use std::collections::HashSet;

use super::adopting::{Adopting, Told};
use crate::{
    api::METHODS,
    spec::{Node, Severity, snake},
};

/// More than so many combinations of variables are for the caller to choose from.
const VARIANTS: usize = 8;

pub(super) fn name_servers(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let mut known = HashSet::new();
    if let Some(servers) = root.get_mut("servers") {
        name(servers, &mut known, None, told);
        if servers.items().is_empty() {
            root.remove("servers");
        }
    }
    let environments: Vec<(String, String)> = root
        .get("servers")
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(|server| {
            let name = server.text("x-environment")?.to_owned();
            Some((name, server.text("url")?.to_owned()))
        })
        .collect();
    for item in root.get_mut("paths").map_or(&mut [][..], Node::entries_mut) {
        let shared = item.value.remove("servers");
        for entry in item.value.entries_mut() {
            if !METHODS.contains(&entry.key.as_str()) {
                continue;
            }
            if let Some(shared) = &shared
                && entry.value.get("servers").is_none()
            {
                entry.value.put("servers", shared.value.clone());
            }
            let Some(servers) = entry.value.get_mut("servers") else {
                continue;
            };
            name(servers, &mut HashSet::new(), Some(&environments), told);
            if servers.items().is_empty() {
                entry.value.remove("servers");
            }
        }
        if let Some(shared) = &shared {
            told.changed(
                shared.key_position,
                format!("the operations of `{}` have their path's servers", item.key),
            );
        }
    }
}

/// Gives each server of a list a name. With `environments` given, by name and URL, these are servers of an operation:
/// they are matched by URL or else by name, and the one without a name serves every environment.
fn name(
    servers: &mut Node,
    taken: &mut HashSet<String>,
    environments: Option<&[(String, String)]>,
    told: &mut Told,
) {
    let Some(list) = servers.list_mut() else {
        return;
    };
    let written = std::mem::take(list);
    let done = |server: &Node| server.get("x-environment").is_some();
    taken.extend(
        written
            .iter()
            .filter_map(|server| server.text("x-environment"))
            .map(str::to_owned),
    );
    let variables = |server: &Node| {
        server
            .get("variables")
            .is_some_and(|variables| !variables.entries().is_empty())
    };
    for mut server in written {
        // One with variables and without a name is in the profile: the caller gives the URL.
        if done(&server) {
            list.push(server);
            continue;
        }
        let Some(url) = server.text("url").map(str::to_owned) else {
            list.push(server);
            continue;
        };
        let urls = if variables(&server) {
            expanded(&server, &url)
        } else {
            vec![(url.clone(), String::new())]
        };
        if variables(&server) {
            if urls.is_empty() {
                list.push(server);
                continue;
            }
            server.remove("variables");
            told.changed(
                server.position,
                format!("`{url}` is an environment for each value of its variables"),
            );
        }
        let several = urls.len() > 1;
        for (url, values) in urls {
            let Some(url) = whole(&url, &server, told) else {
                continue;
            };
            let known =
                environments.is_none() && list.iter().any(|other| other.text("url") == Some(&url));
            if known {
                told.changed(
                    server.position,
                    format!("`{url}` is an environment already"),
                );
                continue;
            }
            let mut made = server.clone();
            made.insert("url", url.as_str().into());
            let mut wanted = wanted(&server, &url);
            if several {
                wanted = slug(&format!("{wanted} {values}"));
            }
            if let Some(environments) = environments {
                let free = |name: &String| {
                    let mut names = list.iter().filter_map(|other| other.text("x-environment"));
                    !names.any(|other| other == name)
                };
                let same = environments.iter().find(|(_, other)| *other == url);
                let alike = || environments.iter().find(|(name, _)| *name == wanted);
                let of = same
                    .or_else(alike)
                    .map(|(name, _)| name)
                    .filter(|name| free(name));
                if let Some(environment) = of {
                    made.insert("x-environment", environment.as_str().into());
                } else if list.iter().any(|other| !done(other)) {
                    told.lost(
                        "server-of-no-environment",
                        Severity::Warning,
                        server.position,
                        format!("`{url}` is of no environment of the document, and is left out"),
                        "give a server of the document and this one the same `x-environment`",
                    );
                    continue;
                }
            } else {
                let name = free(&wanted, taken);
                told.changed(
                    server.position,
                    format!("`{url}` is the environment `{name}`"),
                );
                made.insert("x-environment", name.into());
            }
            list.push(made);
        }
    }
}

/// The URL with its scheme; `None` where it leads nowhere without the caller.
fn whole(url: &str, server: &Node, told: &mut Told) -> Option<String> {
    // One that leaves the scheme to the page it is on has a host all the same.
    let url = url.trim();
    let with_scheme = format!("https:{url}");
    let has_host = url.starts_with("//") && !url.starts_with("///");
    let url = if has_host { with_scheme.as_str() } else { url };
    let mut lost = |what: String, mend: &str| {
        told.lost(
            "server-left-out",
            Severity::Warning,
            server.position,
            what,
            mend,
        );
        None
    };
    let lower = url.to_lowercase();
    if lower.starts_with("https://") || lower.starts_with("wss://") {
        let host = url.split_once("://").map_or("", |(_, rest)| rest);
        let bare = host.split(['?', '#']).next().unwrap_or_default();
        if bare.is_empty() || bare.starts_with('/') || bare.contains(['@', ' ', '<', '>', '{']) {
            return lost(format!("`{url}` names no host"), "write the whole URL");
        }
        return Some(format!("https://{bare}"));
    }
    if lower.starts_with("http://") {
        return lost(
            format!("`{url}` is not encrypted, and is no environment"),
            "give it with `Environment::custom_over_plain_http`",
        );
    }
    if url.starts_with('/') || url.is_empty() || url.starts_with('.') {
        return lost(
            format!("`{url}` says not on which host, and is no environment"),
            "give the host, and this path on it, with `Environment::custom`",
        );
    }
    let host = url.split('/').next().unwrap_or_default();
    let local = host.starts_with("localhost") || host.starts_with("127.");
    if !local && !url.contains("://") && host.contains('.') && !host.contains([' ', '{']) {
        return Some(format!("https://{url}"));
    }
    lost(
        format!("`{url}` is no environment"),
        "give the whole URL with `Environment::custom`, or with `custom_over_plain_http`",
    )
}

/// The URL for each combination of the values of the variables, with these values; none where there are too many, or
/// where the host may be any.
fn expanded(server: &Node, url: &str) -> Vec<(String, String)> {
    let mut urls = vec![(url.to_owned(), String::new())];
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    for variable in server.get("variables").map_or(&[][..], Node::entries) {
        let hole = format!("{{{}}}", variable.key);
        let default = variable.value.text("default").unwrap_or_default();
        let mut values: Vec<&str> = vec![default];
        let listed = variable.value.get("enum").map_or(&[][..], Node::items);
        if default.is_empty() || (listed.is_empty() && host.contains(&hole)) {
            return Vec::new();
        }
        for value in listed.iter().filter_map(Node::as_str) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        let several = values.len() > 1;
        urls = urls
            .into_iter()
            .flat_map(|(url, said)| {
                let hole = hole.clone();
                values.clone().into_iter().map(move |value| {
                    let said = if several {
                        format!("{said} {value}")
                    } else {
                        said.clone()
                    };
                    (url.replace(&hole, value), said)
                })
            })
            .collect();
        if urls.len() > VARIANTS {
            return Vec::new();
        }
    }
    urls
}

/// The name that a description suggests, or else the host.
fn wanted(server: &Node, url: &str) -> String {
    const WORDS: [(&str, &str); 10] = [
        ("sandbox", "sandbox"),
        ("playground", "playground"),
        ("staging", "staging"),
        ("testnet", "testnet"),
        ("preprod", "preprod"),
        ("preview", "preview"),
        ("development", "development"),
        ("mainnet", "mainnet"),
        ("production", "production"),
        ("live", "live"),
    ];
    let described = server
        .text("description")
        .unwrap_or_default()
        .to_lowercase();
    let words: Vec<&str> = described
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if (1..=2).contains(&words.len()) {
        return slug(&words.join(" "));
    }
    if let Some((_, name)) = WORDS.iter().find(|(word, _)| words.contains(word)) {
        return (*name).to_owned();
    }
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    slug(host.split(['/', ':']).next().unwrap_or(host))
}

fn slug(text: &str) -> String {
    let slug = snake(text).replace('_', "-");
    let slug: String = slug
        .chars()
        .filter(|character| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || *character == '-'
        })
        .collect();
    let slug = slug.trim_matches('-');
    match slug.chars().next() {
        None => "default".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("at-{slug}"),
        Some(_) if slug == "custom" => "the-custom".to_owned(),
        Some(_) => slug.to_owned(),
    }
}

/// A name whose variant no other has; the caller's own base URL is `Custom`.
fn free(wanted: &str, taken: &mut HashSet<String>) -> String {
    let pascal = |name: &str| crate::spec::pascal(name);
    let mut name = wanted.to_owned();
    let mut number = 2;
    while taken.iter().any(|other| pascal(other) == pascal(&name)) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    taken.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn a_server_that_is_there_already_is_no_other_environment() {
        let after = after(
            name_servers,
            "servers: [{ url: 'https://api.example.com/v2' }, { url: 'wss://api.example.com/v2' }]\npaths: {}\n",
        );
        let servers = after.document["servers"].as_array().map(Vec::len);
        assert_eq!(servers, Some(1));
    }

    #[test]
    fn servers_are_environments_by_what_is_said_of_them_or_by_host() {
        let after = after(
            name_servers,
            "
servers:
  - { url: 'https://a.example/v1', description: Production environment of the whole thing }
  - { url: 'https://b.example', description: Sandbox }
  - { url: 'https://c.example', description: Sandbox }
  - { url: d.example/v1 }
  - { url: //e.example/v1 }
  - { url: /api }
  - { url: 'http://plain.example' }
  - { url: 'https://{region}.example/{version}', variables: { region: { default: eu, enum: [eu, us] }, version: { default: v1 } } }
  - { url: 'https://{host}/v1', variables: { host: { default: any.example } } }
",
        );
        let servers = after.document["servers"]
            .as_array()
            .expect("a list")
            .clone();
        let named: Vec<(String, String)> = servers
            .iter()
            .map(|server| {
                let text = |key: &str| server[key].as_str().unwrap_or_default().to_owned();
                (text("url"), text("x-environment"))
            })
            .collect();
        let named: Vec<(&str, &str)> = named.iter().map(|(url, name)| (&**url, &**name)).collect();
        assert_eq!(
            named,
            [
                ("https://a.example/v1", "production"),
                ("https://b.example", "sandbox"),
                ("https://c.example", "sandbox-2"),
                ("https://d.example/v1", "d-example"),
                ("https://e.example/v1", "e-example"),
                ("https://eu.example/v1", "eu-example-eu"),
                ("https://us.example/v1", "us-example-us"),
                ("https://{host}/v1", ""),
            ]
        );
        assert_eq!(after.lost.len(), 2, "{:?}", after.lost);
    }

    #[test]
    fn servers_of_an_operation_are_those_of_the_document_at_the_same_url() {
        let after = after(
            name_servers,
            "
servers: [{ url: 'https://a.example/v1' }, { url: 'https://a.example/v2' }]
paths: { /a: { get: { servers: [{ url: 'https://a.example/v2' }, { url: 'https://a.example/v1' }] } } }
",
        );
        let servers = after.document["paths"]["/a"]["get"]["servers"].clone();
        assert_eq!(
            servers,
            json!([
                { "url": "https://a.example/v2", "x-environment": "a-example-2" },
                { "url": "https://a.example/v1", "x-environment": "a-example" },
            ])
        );
    }

    #[test]
    fn operations_have_the_servers_of_their_path() {
        let after = after(
            name_servers,
            "
servers: [{ url: 'https://a.example', x-environment: live }]
paths: { /a: { servers: [{ url: 'https://files.example' }], get: {} } }
",
        );
        assert_eq!(
            after.document["paths"]["/a"],
            json!({ "get": { "servers": [{ "url": "https://files.example" }] } })
        );
    }
}
