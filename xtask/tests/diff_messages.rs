//! What `cargo xtask diff` says of a change, in a repository of its own.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

use clap::Parser as _;
use tempfile::TempDir;
use xtask::{commands::Arguments, workspace::Workspace};

const CLEAN: &str = include_str!("../src/spec/lint/tests/clean.yaml");

fn git(root: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    let output = Command::new("git")
        .current_dir(root)
        .args(identity)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "{output:?}");
}

/// A repository whose last commit has the clean document, and which has `text` now.
fn repository(text: &str) -> TempDir {
    repository_of(CLEAN, text)
}

/// A repository whose last commit has `before`, and which has `now` now.
fn repository_of(before: &str, now: &str) -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| fs::write(root.path().join(path), text).expect("writable");
    fs::create_dir(root.path().join("specs")).expect("writable");
    write("specs/ledger.yaml", before);
    write("Cargo.toml", "[workspace.package]\nversion = \"1.4.2\"\n");
    git(root.path(), &["init", "--quiet"]);
    git(root.path(), &["add", "."]);
    git(root.path(), &["commit", "--quiet", "--message", "One"]);
    write("specs/ledger.yaml", now);
    root
}

fn diff(root: &Path, arguments: &[&str]) -> (bool, String, String) {
    let typed = ["xtask", "diff"].iter().chain(arguments).copied();
    let arguments = Arguments::try_parse_from(typed).expect("these are arguments");
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = arguments.run(&Workspace::at(root), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("messages are text");
    (code == ExitCode::SUCCESS, text(out), text(err))
}

/// What is said of the clean document with every `from` written as `to`.
#[track_caller]
fn said(changes: &[(&str, &str)]) -> String {
    said_of(CLEAN, changes)
}

/// What is said of a document with every `from` written as `to`.
#[track_caller]
fn said_of(before: &str, changes: &[(&str, &str)]) -> String {
    let mut text = before.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from:?}");
        text = text.replace(from, to);
    }
    let root = repository_of(before, &text);
    let (well, out, err) = diff(root.path(), &[]);
    assert!(well, "{err}");
    out
}

#[test]
fn a_spec_that_did_not_change_is_the_same() {
    assert_eq!(said(&[]), "        same crates/ledger\n");
}

#[test]
fn a_comment_is_the_same_for_callers() {
    let out = said(&[("# A small document", "# The small document")]);
    assert_eq!(out, "        same crates/ledger, for callers\n");
}

#[test]
fn a_call_with_another_name_breaks_callers() {
    let out = said(&[("list_wallets", "all_wallets")]);
    insta::assert_snapshot!("renamed-call", out);
}

#[test]
fn a_parameter_that_is_no_longer_required_breaks_callers_who_gave_it() {
    let out = said(&[(
        "          in: query\n          required: true\n",
        "          in: query\n",
    )]);
    insta::assert_snapshot!("optional-parameter", out);
}

#[test]
fn a_wider_scope_breaks_callers_at_run_time() {
    let out = said(&[("- user: [read]\n", "- user: [read, write]\n")]);
    insta::assert_snapshot!("wider-scope", out);
}

#[test]
fn a_token_url_that_moved_breaks_callers_at_run_time() {
    let out = said(&[(
        "tokenUrl: https://api.example.com/token",
        "tokenUrl: https://login.example.com/token",
    )]);
    insta::assert_snapshot!("token-url", out);
}

#[test]
fn an_answer_that_comes_bit_by_bit_breaks_callers_who_read_it_whole() {
    let whole = "description: The payment.\n          content:\n            application/json:";
    // What was missed cannot be read from a stream.
    let read_again = CLEAN.find("          - each: block/payments");
    let behind = CLEAN.rfind("      responses:\n        '101':");
    let (Some(read_again), Some(behind)) = (read_again, behind) else {
        panic!("the clean document reads payments again");
    };
    let before = format!("{}{}", &CLEAN[..read_again], &CLEAN[behind..]);
    let streamed = whole.replace("application/json", "text/event-stream");
    let out = said_of(&before, &[(whole, &streamed)]);
    insta::assert_snapshot!("stream", out);
}

#[test]
fn a_scheme_with_another_name_breaks_callers() {
    let out = said(&[
        ("    key:\n      type", "    code:\n      type"),
        ("- key: []", "- code: []"),
    ]);
    insta::assert_snapshot!("renamed-scheme", out);
}

#[test]
fn documentation_asks_for_a_patch() {
    let out = said(&[("summary: Makes a wallet.", "summary: Makes a new wallet.")]);
    insta::assert_snapshot!("documentation", out);
}

#[test]
fn the_changelog_names_the_version_and_what_changed() {
    let root = repository(&CLEAN.replace("list_wallets", "all_wallets"));
    let (_, out, _) = diff(root.path(), &["--changelog"]);
    insta::assert_snapshot!("changelog", out);
}

#[test]
fn a_crate_that_is_gone_breaks_callers() {
    let root = repository(CLEAN);
    fs::remove_file(root.path().join("specs/ledger.yaml")).expect("it is there");
    let (_, out, _) = diff(root.path(), &[]);
    assert_eq!(out, "    breaking crates/ledger: the crate is gone\n");
}

#[test]
fn a_spec_with_a_fault_is_not_compared() {
    let root = repository(&CLEAN.replace("schemas/NewWallet", "schemas/NewWalet"));
    let (well, out, err) = diff(root.path(), &[]);
    assert!(!well);
    assert_eq!(out, "");
    assert!(err.contains("did you mean `NewWallet`?"), "{err}");
    assert!(err.contains("error: failed to compare"), "{err}");
}

/// The clean document, with the states of a wallet in a file of their own.
fn in_parts() -> String {
    let reference = "'#/components/schemas/WalletStatus'";
    assert!(CLEAN.contains(reference));
    CLEAN.replace(reference, "'parts/status.yaml'")
}

const PART: &str = "type: string\nenum: [PENDING, ACTIVE]\n";

/// A folder with the clean document in two files.
fn folder(root: &Path, part: &str) {
    let write = |path: &str, text: &str| fs::write(root.join(path), text).expect("writable");
    fs::create_dir_all(root.join("parts")).expect("writable");
    write("ledger.yaml", &in_parts());
    write("parts/status.yaml", part);
}

#[test]
fn a_spec_in_several_files_is_compared_with_all_of_them_as_they_were() {
    let root = repository(CLEAN);
    let commit = || {
        git(root.path(), &["add", "."]);
        git(root.path(), &["commit", "--quiet", "--message", "More"]);
    };
    folder(&root.path().join("specs"), PART);
    commit();
    let same = "        same crates/ledger\n";
    let (well, out, err) = diff(root.path(), &[]);
    assert_eq!((well, out.as_str(), err.as_str()), (true, same, ""));
    folder(&root.path().join("specs"), "type: string\nenum: [ACTIVE]\n");
    let (well, out, err) = diff(root.path(), &[]);
    assert!(well, "{err}");
    assert!(out.contains("breaking types::Status"), "{out}");
    // Neither the working tree nor the index is touched.
    commit();
    let (_, out, _) = diff(root.path(), &[]);
    assert_eq!(out, same);
    let (_, out, _) = diff(root.path(), &["HEAD~1"]);
    assert!(out.contains("breaking types::Status"), "{out}");
    fs::remove_file(root.path().join("specs/parts/status.yaml")).expect("it is there");
    let (well, _, err) = diff(root.path(), &[]);
    assert!(!well);
    assert!(err.contains("parts/status.yaml"), "{err}");
}

#[test]
fn the_next_version_of_a_vendor_is_compared_before_it_is_taken() {
    let root = repository(CLEAN);
    let vendor = tempfile::tempdir().expect("a folder");
    let next = vendor.path().to_str().expect("a path").to_owned();
    let to = |more: &[&str]| {
        let arguments = [&["--spec", "ledger", "--to", &next], more].concat();
        diff(root.path(), &arguments)
    };
    folder(vendor.path(), PART);
    let (well, out, err) = to(&[]);
    assert!(well, "{err}");
    assert!(
        out.contains("breaking types::Wallet: field `status` was `WalletStatus`, is `Status`"),
        "{out}"
    );
    // What was brought here before had the same names then.
    folder(&root.path().join("specs"), PART);
    let (_, out, _) = to(&[]);
    assert_eq!(out, "        same crates/ledger\n");
    let (_, out, _) = to(&["HEAD"]);
    assert!(
        out.contains("breaking types::Wallet: field `status` was `WalletStatus`, is `Status`"),
        "{out}"
    );
    folder(vendor.path(), "type: string\nenum: [ACTIVE]\n");
    let (_, out, _) = to(&["--changelog"]);
    assert!(out.starts_with("## bindery-ledger 2.0.0"), "{out}");
    // It may not be there, or be none.
    fs::remove_file(vendor.path().join("ledger.yaml")).expect("it is there");
    let (well, _, err) = to(&[]);
    assert!(!well);
    assert!(err.starts_with("error: there is no document in "), "{err}");
    let (well, _, err) = to(&["--spec", "other"]);
    assert!(!well);
    assert!(
        err.starts_with("error: `--to` is compared with one spec"),
        "{err}"
    );
}

#[test]
fn an_unknown_revision_is_told_with_what_git_says() {
    let root = repository(CLEAN);
    let (well, _, err) = diff(root.path(), &["--", "--output=x"]);
    assert!(!well);
    assert!(
        err.starts_with("error: failed to read the specs of `--output=x`"),
        "{err}"
    );
    assert!(!root.path().join("x").exists());
}
