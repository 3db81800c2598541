//! How to sign in, in the README: an example for each scheme that the document has, and no other.

use std::fmt::Write as _;

use super::{
    docs, names,
    schemes::{Schemes, placement_docs},
    variables,
};
use crate::api::{Api, FlowKind, Placement, Scheme};

/// The section on how a client is made.
pub(super) fn readme(api: &Api, schemes: &Schemes<'_>) -> String {
    let krate = format!("bindery_{}", names::module(&api.name));
    let mut text = String::from("## Use\n\n");
    let ways = ways(schemes);
    if ways.is_empty() {
        text.push_str(
            "A client is made of a session: where the calls go, and with which credentials. `bindery-auth` makes both, from \
             what the provider gave you. What needs no credential is called like this:\n\n",
        );
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "```rust\nuse {krate}::{{Client, Environment, Session}};\n\nfn client(environment: Environment) -> \
             Result<Client, Box<dyn std::error::Error>> {{\n    Ok(Client::new(Session::builder(environment).build()?))\n}}\n\
             ```\n\n"
        );
        return text;
    }
    text.push_str(
        "A client is made of an environment and what signs in, with `bindery-auth`:\n\n```rust\n",
    );
    let mut used: Vec<&str> = ways
        .iter()
        .flat_map(|way| way.types.iter().copied())
        .collect();
    used.sort_unstable();
    used.dedup();
    let _ = write!(
        text,
        "use bindery_auth::{{\n    ConnectError,\n    standard::{{{}, connect}},\n}};\nuse {krate}::{{Client, Environment, \
         schemes}};\n",
        used.join(", ")
    );
    for way in &ways {
        text.push('\n');
        text.push_str(&way.code);
    }
    text.push_str("```\n\n");
    if api
        .operations
        .iter()
        .any(|operation| operation.security.is_empty())
    {
        text.push_str("What takes no credential needs none: `connect(environment, ())`.\n\n");
    }
    let together = api
        .operations
        .iter()
        .any(|operation| operation.security.iter().any(|all| all.len() > 1));
    if together {
        text.push_str(
            "What a call takes together is given together, as a tuple: `connect(environment, (one, other))`.\n\n",
        );
    }
    let _ = write!(
        text,
        "`bindery_auth::standard::from_env::<Environment>()` reads `{prefix}_ENVIRONMENT` or `{prefix}_URL` from the \
         environment variables, and whichever of these are set:\n\n| scheme | variables |\n|---|---|\n",
        prefix = prefix(api),
    );
    for (scheme, name) in schemes.standard() {
        let variables = variables::useful(scheme, &name.to_string()).into_iter();
        let variables: Vec<_> = variables
            .map(|variable| format!("`{}_{variable}`", prefix(api)))
            .collect();
        let variables = variables.join(", ");
        let _ = writeln!(text, "| [`{name}`](schemes::{name}) | {variables} |");
    }
    text.push('\n');
    text
}

/// The section on each scheme.
pub(super) fn credentials(api: &Api, schemes: &Schemes<'_>) -> String {
    if api.schemes.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n## Credentials\n\n");
    for scheme in &api.schemes {
        let about = match scheme.description.trim() {
            "" => format!("{}.", placement_docs(&scheme.placement)),
            about => docs::prose(about),
        };
        let _ = writeln!(text, "- `{}`: {}", scheme.name, about.replace('\n', "\n  "));
    }
    if schemes.own().next().is_some() {
        let _ = write!(
            text,
            "\n`bindery_auth::{}` signs in.\n",
            names::module(&api.name)
        );
    }
    text
}

/// One way to sign in.
struct Way {
    /// What of `bindery_auth::standard` it takes.
    types: &'static [&'static str],
    code: String,
}

fn ways(schemes: &Schemes<'_>) -> Vec<Way> {
    let standard = schemes.standard();
    standard
        .flat_map(|(scheme, name)| of_scheme(scheme, &name.to_string()))
        .collect()
}

fn of_scheme(scheme: &Scheme, name: &str) -> Vec<Way> {
    let lower = name.to_lowercase();
    let by = lower.trim_start_matches('_');
    match &scheme.placement {
        Placement::Basic => vec![way(
            &["Basic"],
            &format!("by_{by}"),
            &["user: &str", "password: &str"],
            &format!("Basic::new(&schemes::{name}, user, password)?"),
            None,
        )],
        Placement::Bearer if scheme.flows.is_empty() => {
            let comes = scheme.discovery.as_ref();
            vec![way(
                &["Bearer"],
                &format!("by_{by}"),
                &["token: &str"],
                &format!("Bearer::new(&schemes::{name}, token)?"),
                comes.map(|url| format!("The token is one of OpenID Connect, whose provider is described here:\n/// <{url}>")),
            )]
        }
        Placement::Bearer => {
            let mut kinds: Vec<FlowKind> = scheme.flows.iter().map(|flow| flow.kind).collect();
            // One that starts in a browser ends in a token, however it started.
            if kinds.contains(&FlowKind::AuthorizationCode) {
                kinds.retain(|kind| *kind != FlowKind::Implicit);
            }
            let several = kinds.len() > 1;
            let kinds = kinds.into_iter();
            kinds
                .map(|kind| of_flow(scheme, name, by, kind, several))
                .collect()
        }
        _ => vec![way(
            &["ApiKey"],
            &format!("by_{by}"),
            &["key: &str"],
            &format!("ApiKey::new(&schemes::{name}, key)?"),
            None,
        )],
    }
}

fn of_flow(scheme: &Scheme, name: &str, by: &str, kind: FlowKind, several: bool) -> Way {
    let called = |how: &str| match several {
        true => format!("by_{by}_{how}"),
        false => format!("by_{by}"),
    };
    let flow = scheme.flows.iter().find(|flow| flow.kind == kind);
    let start = flow.and_then(|flow| flow.authorization_url.as_deref());
    match kind {
        FlowKind::ClientCredentials => way(
            &["OAuth2", "OAuthClient"],
            &called("client_credentials"),
            &["id: &str", "secret: &str"],
            &format!("OAuth2::client_credentials(&schemes::{name}, OAuthClient::new(id, secret))?"),
            None,
        ),
        FlowKind::Password => way(
            &["OAuth2", "OAuthClient"],
            &called("password"),
            &["client: OAuthClient", "user: &str", "password: &str"],
            &format!("OAuth2::password(&schemes::{name}, user, password)?.client(client)"),
            None,
        ),
        FlowKind::AuthorizationCode => way(
            &["OAuth2", "OAuthClient"],
            &called("refresh_token"),
            &["client: OAuthClient", "token: &str"],
            &format!("OAuth2::refresh_token(&schemes::{name}, token)?.client(client)"),
            Some(in_browser(start, "refresh token")),
        ),
        FlowKind::Implicit => way(
            &["Bearer"],
            &called("access_token"),
            &["token: &str"],
            &format!("Bearer::new(&schemes::{name}, token)?"),
            Some(in_browser(start, "token")),
        ),
    }
}

fn in_browser(start: Option<&str>, brings: &str) -> String {
    let about = format!(
        "A person signs in with a browser, which is the caller's part; the {brings} comes from there"
    );
    match start {
        Some(url) => format!("{about}:\n/// <{url}>"),
        None => format!("{about}."),
    }
}

/// A function of an example, as rustfmt writes it.
fn way(
    types: &'static [&'static str],
    called: &str,
    arguments: &[&str],
    made: &str,
    about: Option<String>,
) -> Way {
    let mut code = about
        .map(|about| format!("/// {about}\n"))
        .unwrap_or_default();
    let arguments: Vec<&str> = ["environment: Environment"]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    let line = format!(
        "fn {called}({}) -> Result<Client, ConnectError> {{\n",
        arguments.join(", ")
    );
    if line.len() <= 101 {
        code.push_str(&line);
    } else {
        let _ = write!(
            code,
            "fn {called}(\n    {},\n) -> Result<Client, ConnectError> {{\n",
            arguments.join(",\n    ")
        );
    }
    let _ = write!(
        code,
        "    let credential = {made};\n    connect(environment, credential)\n}}\n"
    );
    Way { types, code }
}

fn prefix(api: &Api) -> String {
    api.name.to_ascii_uppercase().replace('-', "_")
}
