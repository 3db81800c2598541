//! What `cargo xtask lint` says and does, in a workspace of its own.

use std::{fs, path::Path, process::ExitCode};

use clap::Parser as _;
use serde_json::Value;
use tempfile::TempDir;
use xtask::{commands::Arguments, workspace::Workspace};

const CLEAN: &str = include_str!("../src/spec/lint/tests/clean.yaml");

/// A folder with this spec and nothing else.
fn workspace(text: &str) -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join("specs")).expect("writable");
    fs::write(root.path().join("specs/ledger.yaml"), text).expect("writable");
    root
}

fn lint(root: &Path, arguments: &[&str]) -> (bool, String, String) {
    let typed = ["xtask", "lint"].iter().chain(arguments).copied();
    let arguments = Arguments::try_parse_from(typed).expect("these are arguments");
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = arguments.run(&Workspace::at(root), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("messages are text");
    (code == ExitCode::SUCCESS, text(out), text(err))
}

/// The clean document with two faults that mend themselves and one that does not.
fn faulty() -> String {
    let faulty = CLEAN
        .replacen("summary:", "sumary:", 1)
        .replacen("in: path", "in: pathway", 1);
    assert_ne!(faulty, CLEAN);
    faulty
}

#[test]
fn a_clean_document_is_said_to_be_clean() {
    let root = workspace(CLEAN);
    let (well, out, err) = lint(root.path(), &[]);
    assert!(well);
    assert_eq!(out, "        done no findings in 1 document\n");
    assert_eq!(err, "");
}

#[test]
fn every_finding_says_what_a_caller_would_suffer() {
    let root = workspace(&faulty());
    let (well, out, _) = lint(root.path(), &[]);
    assert!(!well);
    insta::assert_snapshot!("findings", out);
}

#[test]
fn json_has_a_line_for_each_finding() {
    let root = workspace(&faulty());
    let (well, out, _) = lint(root.path(), &["--format", "json"]);
    assert!(!well);
    let findings: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is an object"))
        .collect();
    let misspelt = findings
        .iter()
        .find(|finding| finding["rule"] == "unknown-key")
        .expect("the key is found");
    assert_eq!(misspelt["path"], "specs/ledger.yaml");
    // It is left out on the way into the profile, so it keeps nobody from generating.
    assert_eq!(misspelt["severity"], "warning");
    assert_eq!(misspelt["mend"], "did you mean `summary`?");
    assert_eq!(misspelt["fixable"], true);
    let line = CLEAN
        .lines()
        .position(|line| line.trim_start().starts_with("summary:"));
    assert_eq!(misspelt["line"], line.expect("it has one") + 1);
}

#[test]
fn sarif_names_the_rule_the_place_and_the_change() {
    let root = workspace(&faulty());
    let (_, out, _) = lint(root.path(), &["--format", "sarif"]);
    let log: Value = serde_json::from_str(&out).expect("it is JSON");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    let results = run["results"].as_array().expect("a list");
    for result in results {
        assert!(
            rules.iter().any(|rule| rule["id"] == result["ruleId"]),
            "{result}"
        );
    }
    let misspelt = results
        .iter()
        .find(|result| result["ruleId"] == "unknown-key")
        .expect("the key is found");
    insta::assert_json_snapshot!("sarif-result", misspelt);
}

#[test]
fn fix_mends_the_file_and_prints_what_is_left() {
    let root = workspace(&faulty());
    let (well, out, _) = lint(root.path(), &["--fix"]);
    assert!(!well, "one fault is left");
    let text = fs::read_to_string(root.path().join("specs/ledger.yaml")).expect("it is there");
    assert_eq!(text, CLEAN.replacen("in: path", "in: pathway", 1));
    insta::assert_snapshot!("fixed", out);
}

#[test]
fn a_document_in_several_files_is_looked_at_as_a_whole_and_mended_in_its_own_file() {
    let text = CLEAN.replacen("schemas/WalletStatus'", "schemas/Status'", 1);
    let text = text.replacen("'#/components/schemas/Status'", "'parts/status.yaml'", 1);
    let root = workspace(&text);
    let part = root.path().join("specs/parts/status.yaml");
    fs::create_dir(part.parent().expect("a folder")).expect("writable");
    let faulty = "type: string\nenum: [PENDING, ACTIVE]\ndescripton: A state.\n";
    fs::write(&part, faulty).expect("writable");
    for arguments in [&[][..], &["--fix"]] {
        let (well, out, err) = lint(root.path(), arguments);
        assert!(well, "{out}{err}");
        assert!(
            out.contains("specs/parts/status.yaml:3:1  unknown-key"),
            "{out}"
        );
        assert!(!out.contains("unknown-reference"), "{out}");
    }
    assert_eq!(fs::read_to_string(&part).expect("there"), faulty);
    let own = fs::read_to_string(root.path().join("specs/ledger.yaml"));
    assert_eq!(own.expect("there"), text);
}

#[test]
fn warnings_fail_only_a_strict_run() {
    let root = workspace(&CLEAN.replacen("summary:", "description:", 1));
    let (well, out, _) = lint(root.path(), &[]);
    assert!(well, "{out}");
    assert!(out.contains("missing-summary"), "{out}");
    assert!(!lint(root.path(), &["--strict"]).0);
}

#[test]
fn an_unknown_name_is_told_with_the_names_there_are() {
    let root = workspace(CLEAN);
    let (well, out, err) = lint(root.path(), &["leger"]);
    assert!(!well);
    assert_eq!(out, "");
    assert_eq!(
        err,
        "error: there is no spec called `leger`; there are ledger, or give the path of a file\n"
    );
}
