//! What is generated from a document with every security scheme.

use std::{env, fs, path::Path};

use xtask::{
    api::Api,
    generate::{Files, generate},
    spec::{Document, lint},
    trial,
};

const DOCUMENT: &str = include_str!("schemes.yaml");

fn files(text: &str) -> Files {
    let document = Document::parse(Path::new("specs/vault.yaml"), text).expect("YAML");
    generate(&Api::read("vault", document.value()), text)
        .expect("a document that the generator takes")
}

fn file(name: &str) -> String {
    let path = Path::new("crates/vault").join(name);
    files(DOCUMENT).remove(&path).expect("a generated file")
}

#[test]
fn schemes_say_where_credentials_go_and_tokens_come_from() {
    insta::assert_snapshot!(file("src/schemes.rs"));
}

#[test]
fn the_readme_signs_in_by_every_scheme_and_by_no_other() {
    insta::assert_snapshot!(file("README.md"));
}

#[test]
fn the_crate_has_what_its_example_signs_in_with() {
    insta::assert_snapshot!(file("Cargo.toml"));
}

/// What the README says of the environment variables of schemes, in the document with these called otherwise.
#[track_caller]
fn variables(renamed: &[(&str, &str)]) -> String {
    let mut text = DOCUMENT.to_owned();
    for (from, to) in renamed {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let readme = files(&text).remove(Path::new("crates/vault/README.md"));
    let readme = readme.expect("a generated file");
    let names = renamed.iter().map(|(_, to)| to.to_uppercase());
    let starts: Vec<String> = names.map(|name| format!("| [`{name}")).collect();
    let own = |line: &&str| starts.iter().any(|start| line.starts_with(start));
    readme.lines().filter(own).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_variable_says_two_things() {
    let where_to = variables(&[
        ("headerKey", "url"),
        ("bearerAuth", "environment"),
        ("basicAuth", "allow_http"),
    ]);
    insta::assert_snapshot!(where_to, @r"
    | [`ENVIRONMENT_TOKEN`](schemes::ENVIRONMENT_TOKEN) | `VAULT_ENVIRONMENT_TOKEN` |
    | [`ALLOW_HTTP`](schemes::ALLOW_HTTP) | `VAULT_ALLOW_HTTP_USERNAME`, `VAULT_ALLOW_HTTP_PASSWORD` |
    | [`URL_KEY`](schemes::URL_KEY) | `VAULT_URL_KEY` |
    ");
    let one_another = variables(&[("headerKey", "browser_scopes"), ("browser", "browser")]);
    insta::assert_snapshot!(one_another, @r"
    | [`BROWSER_SCOPES`](schemes::BROWSER_SCOPES) | `VAULT_BROWSER_SCOPES` |
    | [`BROWSER_2`](schemes::BROWSER_2) | `VAULT_BROWSER_2_ACCESS_TOKEN`, `VAULT_BROWSER_2_SCOPES` |
    ");
}

/// The example of the README, as a module.
fn example() -> String {
    let readme = file("README.md");
    let code = readme.split("```rust\n").nth(1).expect("an example");
    let code = code.split("```").next().expect("an end of it");
    let code = code.replace("bindery_vault::", "crate::");
    let code = code.replace("\nfn ", "\npub(crate) fn ");
    format!("//! How to sign in, as the README of the crate shows it.\n\n{code}")
}

/// The tests of the crate that signs in are compiled with what is generated here, and call it.
#[test]
fn what_is_generated_is_what_signing_in_is_tested_with() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/auth/tests/standard");
    let mut all = vec![("sign_in.rs", example())];
    for name in [
        "client.rs",
        "environment.rs",
        "operations.rs",
        "requests.rs",
        "schemes.rs",
        "types.rs",
    ] {
        let generated = file(&format!("src/{name}"));
        // The first line is for files that the generator itself keeps.
        let generated = generated.split_once("\n\n").expect("a header").1;
        all.push((name, generated.to_owned()));
    }
    for (name, generated) in all {
        let path = folder.join(name);
        if env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            fs::write(&path, &generated).expect("it can be written");
        }
        let there = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == generated,
            "write into {name}, or set INSTA_UPDATE=always:\n{generated}"
        );
    }
}

#[test]
fn a_document_with_every_scheme_has_no_findings() {
    let document = Document::parse(Path::new("specs/vault.yaml"), DOCUMENT).expect("YAML");
    let findings: Vec<_> = lint(&document).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn a_document_without_credentials_has_no_schemes() {
    let mut text = String::new();
    for line in DOCUMENT.split_inclusive('\n') {
        match line.split_once("security: ") {
            Some((indent, _)) => text.push_str(&format!("{indent}security: []\n")),
            None => text.push_str(line),
        }
    }
    let files = files(&text);
    let crate_ = Path::new("crates/vault");
    assert!(!files.contains_key(&crate_.join("src/schemes.rs")));
    assert!(!files[&crate_.join("src/lib.rs")].contains("schemes"));
    assert!(!files[&crate_.join("Cargo.toml")].contains("bindery-auth"));
    assert!(!files[&crate_.join("README.md")].contains("schemes::"));
}

/// What is made of the schemes of a document as a vendor wrote it, and what was found on the way.
fn adopted(text: &str) -> String {
    let attempt = trial::attempt_text("vault", text);
    assert_eq!(attempt.failure, None);
    let findings = attempt.findings.iter();
    let findings = findings.filter(|finding| !finding.rule.starts_with("missing-"));
    let findings: Vec<_> = findings.map(|finding| format!("// {finding}")).collect();
    let schemes = attempt.files.get(Path::new("crates/vault/src/schemes.rs"));
    let schemes = schemes.map(String::as_str).unwrap_or_default();
    let table = attempt
        .files
        .get(Path::new("crates/vault/src/operations.rs"));
    let table = table.map(String::as_str).unwrap_or_default();
    let taken = table
        .lines()
        .filter(|line| line.contains("Requirement::new"));
    let taken: Vec<_> = taken.map(str::trim).collect();
    format!("{}\n{schemes}\n{}\n", findings.join("\n"), taken.join("\n"))
}

#[test]
fn the_schemes_of_swagger_2_are_signed_in_to() {
    insta::assert_snapshot!(adopted(
        "
swagger: '2.0'
info: { title: Vault, version: '1', description: A vault }
host: vault.example
basePath: /v1
schemes: [https]
securityDefinitions:
  name: { type: basic }
  key: { type: apiKey, in: query, name: key }
  service: { type: oauth2, flow: application, tokenUrl: 'https://vault.example/v1/token', scopes: { read: To read } }
  user: { type: oauth2, flow: password, tokenUrl: 'https://login.example.net/token', scopes: {} }
  person: { type: oauth2, flow: accessCode, authorizationUrl: 'https://vault.example/sign-in', tokenUrl: /token, scopes: {} }
  browser: { type: oauth2, flow: implicit, authorizationUrl: 'https://vault.example/sign-in', scopes: {} }
paths:
  /a:
    get:
      operationId: open
      summary: Opens
      security: [{ name: [], key: [] }, { service: [read] }, { user: [] }, { person: [] }, { browser: [] }]
      responses: { 200: { description: Open } }
"
    ));
}

#[test]
fn what_no_credential_can_do_is_said_or_left_to_the_caller() {
    insta::assert_snapshot!(adopted(
        "
openapi: 3.1.0
info: { title: Vault, version: '1', description: A vault }
servers: [{ url: 'https://vault.example/v1' }]
security: [{ identity: [profile] }]
paths:
  /a: { get: { operationId: open, summary: Opens, responses: { '200': { description: Open } } } }
  /b: { get: { operationId: digest, summary: Opens, security: [{ digest: [] }], responses: { '200': { description: Open } } } }
  /c: { get: { operationId: certificate, summary: Opens, security: [{ certificate: [] }], responses: { '200': { description: Open } } } }
components:
  securitySchemes:
    identity: { type: openIdConnect, openIdConnectUrl: 'https://login.example.net/.well-known/openid-configuration' }
    digest: { type: http, scheme: digest }
    certificate: { type: mutualTLS }
"
    ));
}
