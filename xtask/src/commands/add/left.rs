//! What is left to do by hand when a provider was added.

use std::io::{self, Write};

use heck::ToShoutySnakeCase as _;
use serde_json::Value;

use crate::{
    adopt::Adopted,
    api::{Api, Placement, Scheme, entries},
    commands::counted,
    provenance::Provenance,
    registry,
    spec::{self, Finding},
};

/// Prints it, a line or a few for each thing.
pub(super) fn write(
    api: &Api,
    adopted: &Adopted,
    provenance: &Provenance,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = &api.name;
    let path = registry::spec_path(name);
    let path = path.display();
    writeln!(out, "{:>12} to do by hand:", "left")?;
    let mut item = |what: &str, lines: &[String]| -> io::Result<()> {
        for (place, line) in lines.iter().enumerate() {
            let what = if place == 0 { what } else { "" };
            writeln!(out, "{:>12}   {what:<12} {line}", "")?;
        }
        Ok(())
    };
    item("credentials", &credentials(api))?;
    let found = spec::lint(&adopted.document);
    let of = |rule: &str| found.iter().filter(|finding| finding.rule == rule).count();
    let evidence = of("missing-evidence");
    if evidence > 0 {
        let calls = counted(evidence, "operation");
        item(
            "evidence",
            &[format!(
                "{calls} without `x-evidence`: how sure are the facts?"
            )],
        )?;
    }
    let examples = of("missing-example");
    if examples > 0 {
        let places = counted(examples, "place");
        item(
            "examples",
            &[format!(
                "{places} without one; the tests make calls and answers of them"
            )],
        )?;
    }
    if provenance.source.is_none() {
        item(
            "source",
            &[format!(
                "where it is published: in a comment at the top of {path}, as `--source` would have"
            )],
        )?;
    }
    let profile = match adopted.findings.as_slice() {
        [] => Vec::new(),
        findings => vec![
            format!(
                "{}: `cargo xtask lint {name}`, and `cargo xtask generate {name} --explain`",
                sorted(findings)
            ),
            format!(
                "when there are none, take out the first line of {path}: the tests hold it to the profile then"
            ),
        ],
    };
    item("profile", &profile)?;
    item(
        "tests",
        &[match provenance.as_published {
            true => format!("`cargo xtask try {path}` sends values through every type"),
            false => "`INSTA_UPDATE=always cargo test -p bindery-tests` keeps what it prints of the crate".to_owned(),
        }],
    )?;
    item(
        "sandbox",
        &[format!(
            "a folder in crates/sandbox/src, if {} is to be tried without an account",
            api.title
        )],
    )
}

fn sorted(findings: &[Finding]) -> String {
    counted(findings.len(), "finding")
}

/// What signs in by each scheme. For what OpenAPI has a word for, nothing is left to write.
fn credentials(api: &Api) -> Vec<String> {
    if api.schemes.is_empty() {
        return vec!["none: no call takes any".to_owned()];
    }
    let schemes = &api.document["components"]["securitySchemes"];
    let all = api.schemes.iter();
    let (own, standard): (Vec<_>, Vec<_>) =
        all.partition(|scheme| is_own(scheme, &schemes[&scheme.name]));
    let mut lines: Vec<String> = standard
        .iter()
        .map(|scheme| {
            format!(
                "`{}`: {}",
                scheme.name,
                credential(scheme, &schemes[&scheme.name])
            )
        })
        .collect();
    if !lines.is_empty() {
        let name = &api.name;
        lines.push(format!(
            "of `bindery_auth::standard`, with nothing to write: crates/{name}/README.md tells of them"
        ));
    }
    lines.extend(own.iter().map(|scheme| {
        let name = &scheme.name;
        format!(
            "`{name}`: more than OpenAPI has a word for: write a `Credential`, in crates/auth/src"
        )
    }));
    lines
}

/// Whether a scheme takes more than OpenAPI has a word for.
fn is_own(scheme: &Scheme, written: &Value) -> bool {
    // What HTTP has no more than a name for, such as `digest`, comes as the whole header.
    let whole_header = matches!(&scheme.placement, Placement::Header(name) if name.eq_ignore_ascii_case("Authorization"));
    written["x-own-sign-in"] == true || whole_header
}

fn credential(scheme: &Scheme, written: &Value) -> String {
    let name = scheme.name.to_shouty_snake_case();
    let flows: Vec<_> = entries(&written["flows"])
        .map(|(flow, _)| match flow.as_str() {
            "clientCredentials" => format!("`OAuth2::client_credentials(&schemes::{name}, …)`"),
            "password" => format!("`OAuth2::password(&schemes::{name}, …)`"),
            "authorizationCode" => format!(
                "`OAuth2::refresh_token(&schemes::{name}, …)`, with the token that a browser ends in"
            ),
            _ => format!("`Bearer::new(&schemes::{name}, …)`, with the token that a browser ends in"),
        })
        .collect();
    if !flows.is_empty() {
        return flows.join(", or ");
    }
    let what = match &scheme.placement {
        Placement::Bearer => "Bearer",
        Placement::Basic => "Basic",
        Placement::Header(_) | Placement::Query(_) | Placement::Cookie(_) => "ApiKey",
    };
    format!("`{what}::new(&schemes::{name}, …)`")
}
