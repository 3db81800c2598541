//! What is left to do by hand when a provider was added.

use std::io::{self, Write};

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

/// What each scheme takes, and what is there for it.
fn credentials(api: &Api) -> Vec<String> {
    if api.schemes.is_empty() {
        return vec!["none: no call takes any".to_owned()];
    }
    let schemes = &api.document["components"]["securitySchemes"];
    api.schemes
        .iter()
        .map(|scheme| credential(scheme, &schemes[&scheme.name]))
        .collect()
}

fn credential(scheme: &Scheme, written: &Value) -> String {
    let name = &scheme.name;
    let flows = entries(&written["flows"]).map(|(flow, _)| flow.as_str());
    let flows: Vec<_> = flows.collect();
    let (what, takes) = match &scheme.placement {
        _ if !flows.is_empty() => (format!("OAuth 2.0, {}", flows.join(" or ")), "OAuth2"),
        Placement::Bearer => ("a bearer token".to_owned(), "Bearer"),
        Placement::Basic => ("a user and a password".to_owned(), "Basic"),
        Placement::Header(header) => (format!("in the header `{header}`"), "ApiKey"),
        Placement::Query(parameter) => (format!("in the query as `{parameter}`"), "ApiKey"),
        Placement::Cookie(cookie) => (format!("in the cookie `{cookie}`"), "ApiKey"),
    };
    format!("`{name}` ({what}): `bindery_auth::standard::{takes}`")
}
