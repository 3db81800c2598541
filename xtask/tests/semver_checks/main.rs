//! `cargo xtask diff` agrees with cargo-semver-checks on the generated crate.
//!
//! `changes.toml` lists changes of a spec with what each of the two asks for. `diff` is held against the list always,
//! cargo-semver-checks where somebody asks for it: it takes minutes.

mod rustdoc;

use std::path::Path;

use rustdoc::Documented;
use serde::Deserialize;
use xtask::{
    api::Api,
    diff::{self, Verdict, Version},
    generate,
    spec::{self, Document, Severity},
};

const EVERYTHING: &str = include_str!("../everything.yaml");
const CHANGES: &str = include_str!("changes.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    reasons: toml::Table,
    base: Vec<Edit>,
    #[serde(rename = "change")]
    changes: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    what: String,
    there: Asked,
    back: Asked,
    edits: Vec<Edit>,
}

/// What a change asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// By `diff`.
    diff: String,
    /// By cargo-semver-checks.
    checks: String,
    /// Why `diff` asks for more.
    why: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    from: String,
    to: String,
}

fn list() -> List {
    toml::from_str(CHANGES).expect("changes.toml is of this form")
}

/// The text with each edit made, which has to have a place in it.
fn edited(text: &str, edits: &[Edit], what: &str) -> String {
    let mut edited = text.to_owned();
    for Edit { from, to } in edits {
        assert!(edited.contains(from), "{what}: the document has no {from}");
        edited = edited.replace(from, to);
    }
    edited
}

fn version(text: &str, what: &str) -> Version {
    let api = Api::read("ledger", document(text).value());
    let files =
        generate::generate_crate(&api, text).unwrap_or_else(|error| panic!("{what}: {error}"));
    Version { api, files }
}

fn document(text: &str) -> Document {
    Document::parse(Path::new("specs/ledger.yaml"), text).expect("YAML")
}

fn faults(text: &str) -> Vec<String> {
    let mut findings = spec::lint(&document(text));
    findings.retain(|finding| finding.severity == Severity::Error);
    findings.into_iter().map(|finding| finding.what).collect()
}

/// How much a word of the list asks for.
fn weight(word: &str) -> usize {
    ["same", "patch", "minor", "breaking"]
        .iter()
        .position(|known| *known == word)
        .unwrap_or_else(|| panic!("`{word}` is no word of the list"))
}

/// What is wrong with the list, as one message.
#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn diff_asks_for_no_less_than_cargo_semver_checks_and_says_why_for_more() {
    let List {
        reasons, changes, ..
    } = list();
    let mut faults = Vec::new();
    for change in &changes {
        for asked in [&change.there, &change.back] {
            let Asked { diff, checks, why } = asked;
            let (ours, theirs) = (weight(diff), weight(checks));
            let known = why.as_ref().map(|why| reasons.contains_key(why));
            if ours.max(weight("patch")) < theirs
                || known == Some(false)
                || known.is_some() != (ours > theirs)
            {
                let what = &change.what;
                faults.push(format!("{what}: {diff} and {checks}, because of {why:?}"));
            }
        }
    }
    none(&faults);
}

#[test]
fn diff_asks_for_what_is_listed() {
    let List { base, changes, .. } = list();
    let text = edited(EVERYTHING, &base, "base");
    let before = version(&text, "base");
    let mut faults = Vec::new();
    for change in &changes {
        let what = &change.what;
        let after = version(&edited(&text, &change.edits, what), what);
        for (way, asked, found) in [
            ("there", &change.there, diff::changes(&before, &after)),
            ("back", &change.back, diff::changes(&after, &before)),
        ] {
            let most = found.iter().map(|change| change.verdict).max();
            let word = most.map_or("same", Verdict::word);
            if word != asked.diff {
                faults.push(format!("{what}, {way}: {word}\n{}", diff::lines(&found)));
            }
        }
    }
    none(&faults);
}

#[test]
#[ignore = "takes minutes, and needs `cargo install cargo-semver-checks --locked`"]
fn cargo_semver_checks_asks_for_what_is_listed() {
    let List { base, changes, .. } = list();
    let documented = Documented::new();
    let text = edited(EVERYTHING, &base, "base");
    let before = documented.json("before", &version(&text, "base").files);
    let mut faults = Vec::new();
    for change in &changes {
        let what = &change.what;
        let text = edited(&text, &change.edits, what);
        let new = self::faults(&text);
        faults.extend(new.into_iter().map(|fault| format!("{what}: {fault}")));
        let after = documented.json("after", &version(&text, what).files);
        for (way, asked, from, to) in [
            ("there", &change.there, &before, &after),
            ("back", &change.back, &after, &before),
        ] {
            let (word, told) = rustdoc::checked(from, to);
            if word != asked.checks {
                faults.push(format!("{what}, {way}: {word}\n{told}"));
            }
        }
    }
    none(&faults);
}
