//! What is left to do by hand when a provider was added.

use std::io::{self, Write};

use crate::{
    adopt::Adopted,
    api::{Api, FlowKind, Placement, Scheme},
    commands::counted,
    generate,
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
    let taken: Vec<_> = api.taken_schemes().collect();
    if taken.is_empty() {
        return vec!["none: no call takes any".to_owned()];
    }
    let (own, standard): (Vec<_>, Vec<_>) = taken.into_iter().partition(|scheme| scheme.own);
    let names = generate::Schemes::of(api);
    let mut lines: Vec<String> = standard
        .iter()
        .map(|scheme| {
            let name = names.name(&scheme.name);
            let name = name.map(ToString::to_string).unwrap_or_default();
            format!("`{}`: {}", scheme.name, credential(scheme, &name))
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

fn credential(scheme: &Scheme, name: &str) -> String {
    let flows: Vec<_> = scheme
        .flows
        .iter()
        .map(|flow| match flow.kind {
            FlowKind::ClientCredentials => format!("`OAuth2::client_credentials(&schemes::{name}, …)`"),
            FlowKind::Password => format!("`OAuth2::password(&schemes::{name}, …)`"),
            FlowKind::AuthorizationCode => format!(
                "`OAuth2::refresh_token(&schemes::{name}, …)`, with the token that a browser ends in"
            ),
            FlowKind::Implicit => format!(
                "`Bearer::new(&schemes::{name}, …)`, with the token that a browser ends in"
            ),
        })
        .collect();
    if !flows.is_empty() {
        return flows.join(", or ");
    }
    match &scheme.placement {
        Placement::Bearer => format!("`Bearer::new(&schemes::{name}, …)`"),
        Placement::Basic => format!("`Basic::new(&schemes::{name}, …)`"),
        // What HTTP has no more than a name for, such as `digest`, comes as the whole header.
        Placement::Header(header) if header.eq_ignore_ascii_case("Authorization") => {
            format!("`ApiKey::new(&schemes::{name}, …)`, with the whole header")
        }
        Placement::Header(_) | Placement::Query(_) | Placement::Cookie(_) => {
            format!("`ApiKey::new(&schemes::{name}, …)`")
        }
    }
}
