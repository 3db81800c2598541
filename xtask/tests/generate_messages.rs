//! What `cargo xtask generate` and `cargo xtask list` say, in a workspace of their own.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser as _;
use tempfile::TempDir;
use xtask::{commands::Arguments, workspace::Workspace};

const CLEAN: &str = include_str!("../src/spec/lint/tests/clean.yaml");

/// What a command said and how it ended.
struct Outcome {
    code: ExitCode,
    out: String,
    err: String,
}

/// A folder with these specs and nothing else.
fn workspace(specs: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join("specs")).expect("writable");
    for (name, text) in specs {
        fs::write(root.path().join("specs").join(name), text).expect("writable");
    }
    root
}

fn run(root: &Path, arguments: &[&str]) -> Outcome {
    let typed = ["xtask"].iter().chain(arguments).copied();
    let arguments = Arguments::try_parse_from(typed).expect("these are arguments");
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = arguments.run(&Workspace::at(root), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("messages are text");
    let (out, err) = (text(out), text(err));
    assert!(
        !format!("{out}{err}").contains(&*root.to_string_lossy()),
        "paths start at the root: {out}{err}"
    );
    Outcome {
        code,
        out: without_time(&out),
        err,
    }
}

/// `in 12 ms` is another number each time.
fn without_time(text: &str) -> String {
    let Some((before, after)) = text.rsplit_once(", in ") else {
        return text.to_owned();
    };
    let after = after.trim_start_matches(|character: char| character.is_ascii_digit());
    format!("{before}, in TIME{after}")
}

/// Every file below `root`, with its text; without those below `target`, which are nobody's work.
fn files(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.ends_with("target") {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).expect("text");
                found.insert(path.strip_prefix(root).expect("below").to_owned(), text);
            }
        }
    }
    found
}

/// `text` with `from` written as `to`, wherever it stands.
#[track_caller]
fn with(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "there is no `{from}` to change");
    text.replace(from, to)
}

#[test]
fn every_fault_of_every_spec_is_named_in_one_run_and_nothing_is_written() {
    let syntax = with(
        CLEAN,
        "  title: Ledger\n",
        "  title: Ledger\n   version: [\n",
    );
    let mut faulty = with(
        CLEAN,
        "#/components/schemas/NewWallet",
        "#/components/schemas/NewWalet",
    );
    faulty = with(&faulty, "      operationId: put_document\n", "");
    faulty = with(
        &faulty,
        "operationId: watch_events",
        "operationId: list_wallets",
    );
    faulty = with(&faulty, "x-idempotency: never", "x-idempotence: never");
    faulty = with(
        &faulty,
        "        size: page_size",
        "        limit: page_size",
    );
    let root = workspace(&[
        ("clean.yaml", CLEAN),
        ("faulty.yaml", &faulty),
        ("syntax.yaml", &syntax),
    ]);
    let before = files(root.path());
    let Outcome { code, out, err } = run(root.path(), &["generate"]);
    insta::assert_snapshot!(format!("{err}\n--- standard output\n{out}"));
    assert_eq!(code, ExitCode::FAILURE);
    assert_eq!(files(root.path()), before);
    let checked = run(root.path(), &["generate", "--check"]);
    assert_eq!((checked.code, checked.err), (ExitCode::FAILURE, err));
}

#[test]
fn a_fault_elsewhere_does_not_keep_a_named_spec_from_being_generated() {
    let root = workspace(&[("clean.yaml", CLEAN), ("syntax.yaml", "openapi: [")]);
    let Outcome { code, err, .. } = run(root.path(), &["generate", "clean"]);
    assert_eq!((code, err.as_str()), (ExitCode::SUCCESS, ""));
    assert!(root.path().join("crates/clean/src/client.rs").exists());
}

#[test]
fn the_first_run_lists_what_it_wrote_and_the_second_has_nothing_to_do() {
    let root = workspace(&[("ledger.yaml", CLEAN)]);
    let first = run(root.path(), &["generate"]);
    insta::assert_snapshot!(first.out);
    assert_eq!((first.code, first.err.as_str()), (ExitCode::SUCCESS, ""));
    let written = files(root.path());
    let second = run(root.path(), &["generate"]);
    insta::assert_snapshot!(second.out);
    assert_eq!((second.code, second.err.as_str()), (ExitCode::SUCCESS, ""));
    assert_eq!(files(root.path()), written);
    let checked = run(root.path(), &["generate", "--check"]);
    assert_eq!(
        (checked.code, checked.err.as_str()),
        (ExitCode::SUCCESS, "")
    );
}

#[test]
fn what_is_mended_on_the_way_is_a_warning_each_time() {
    let text = with(CLEAN, "summary: Lists wallets.", "sumary: Lists wallets.");
    let root = workspace(&[("ledger.yaml", &text)]);
    let generated = run(root.path(), &["generate"]);
    let kept = run(root.path(), &["generate"]);
    for Outcome { code, out, err } in [generated, kept] {
        assert_eq!((code, err.as_str()), (ExitCode::SUCCESS, ""));
        let line = out.lines().find(|line| line.contains("unknown-key"));
        assert_eq!(
            line.expect("a warning"),
            "     warning specs/ledger.yaml:24:7  unknown-key  operation `list_wallets`: `sumary` is no key of an operation  — did you mean `summary`?"
        );
    }
}

#[test]
fn of_many_warnings_the_first_of_each_rule_are_printed() {
    let key = "    WalletStatus:\n";
    let strange: String = (0..12)
        .map(|place| format!("      kye{place}: 1\n"))
        .collect();
    let text = with(CLEAN, key, &format!("{key}{strange}"));
    let root = workspace(&[("ledger.yaml", &text)]);
    let Outcome { out, .. } = run(root.path(), &["generate"]);
    assert_eq!(out.matches("  unknown-key  ").count(), 10, "{out}");
    let more = "     warning 2 more of unknown-key: `cargo xtask lint ledger` prints them\n";
    assert!(out.contains(more), "{out}");
}

#[test]
fn a_part_of_a_document_that_changes_is_never_served_from_what_was_kept() {
    let whole = with(
        CLEAN,
        "'#/components/schemas/WalletStatus'",
        "'parts/status.yaml'",
    );
    let root = workspace(&[("ledger.yaml", &whole)]);
    let part = root.path().join("specs/parts/status.yaml");
    fs::create_dir(part.parent().expect("a folder")).expect("writable");
    let types = || {
        let Outcome { code, err, .. } = run(root.path(), &["generate"]);
        assert_eq!((code, err.as_str()), (ExitCode::SUCCESS, ""));
        fs::read_to_string(root.path().join("crates/ledger/src/types.rs")).expect("generated")
    };
    for (listed, of) in [("FROZEN", "Frozen"), ("CLOSED", "Closed")] {
        fs::write(
            &part,
            format!("type: string\nenum: [PENDING, ACTIVE, {listed}]\n"),
        )
        .expect("writable");
        assert!(types().contains(&format!("    {of},")), "{of}");
    }
    // Even where all of it stood in one file before, and will again.
    fs::write(root.path().join("specs/ledger.yaml"), CLEAN).expect("writable");
    assert!(!types().contains("    Closed,"));
    fs::write(root.path().join("specs/ledger.yaml"), &whole).expect("writable");
    assert!(types().contains("    Closed,"));
    fs::remove_file(&part).expect("there");
    let Outcome { code, err, .. } = run(root.path(), &["generate"]);
    assert_eq!(code, ExitCode::FAILURE);
    assert!(err.contains("parts/status.yaml"), "{err}");
}

#[test]
fn a_check_shows_what_differs_and_changes_nothing() {
    let root = workspace(&[("ledger.yaml", CLEAN)]);
    run(root.path(), &["generate"]);
    let source = root.path().join("crates/ledger/src");
    let environment = fs::read_to_string(source.join("environment.rs")).expect("generated");
    let edited = with(&environment, "#[non_exhaustive]\n", "");
    fs::write(source.join("environment.rs"), edited).expect("writable");
    fs::write(source.join("old.rs"), environment).expect("writable");
    fs::write(source.join("extra.rs"), "//! Written by hand.\n").expect("writable");
    let before = files(root.path());
    let Outcome { code, out, err } = run(root.path(), &["generate", "--check"]);
    insta::assert_snapshot!(format!("{err}\n--- standard output\n{out}"));
    assert_eq!(code, ExitCode::FAILURE);
    assert_eq!(files(root.path()), before);
    let mended = run(root.path(), &["generate"]);
    insta::assert_snapshot!(mended.out);
    assert_eq!(mended.code, ExitCode::SUCCESS);
    assert!(!source.join("old.rs").exists());
    assert!(source.join("extra.rs").exists());
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    let root = workspace(&[("ledger.yaml", CLEAN), ("other.yaml", CLEAN)]);
    let before = files(root.path());
    let Outcome { code, out, err } = run(root.path(), &["generate", "leger", "other"]);
    insta::assert_snapshot!(err, @"error: there is no spec called `leger`; there are ledger, other");
    assert_eq!((code, out.as_str()), (ExitCode::FAILURE, ""));
    assert_eq!(files(root.path()), before);
}

#[test]
fn a_workspace_without_specs_is_an_error_and_no_panic() {
    let root = tempfile::tempdir().expect("a folder");
    let Outcome { code, out, err } = run(root.path(), &["generate"]);
    // Each system words it in its own way.
    let absence = fs::read_dir(root.path().join("specs"))
        .expect_err("there is none")
        .to_string();
    insta::assert_snapshot!(err.replace(&absence, "ABSENCE"), @"error: failed to read the folder `specs`: ABSENCE; it holds a document for each provider");
    assert_eq!((code, out.as_str()), (ExitCode::FAILURE, ""));
}

#[test]
fn list_tells_of_each_spec_and_of_those_that_cannot_be_read() {
    let root = workspace(&[("ledger.yaml", CLEAN), ("syntax.yaml", "openapi: [")]);
    let Outcome { code, out, err } = run(root.path(), &["list"]);
    insta::assert_snapshot!(format!("{err}\n--- standard output\n{out}"));
    assert_eq!(code, ExitCode::FAILURE);
}

#[test]
fn what_was_made_of_a_spec_that_is_gone_goes_too() {
    let root = workspace(&[("ledger.yaml", CLEAN), ("other.yaml", CLEAN)]);
    run(root.path(), &["generate"]);
    fs::remove_file(root.path().join("specs/other.yaml")).expect("there");
    let checked = run(root.path(), &["generate", "--check"]);
    assert_eq!(checked.code, ExitCode::FAILURE);
    assert!(
        checked
            .out
            .contains("no spec produces crates/other/src/lib.rs"),
        "{}",
        checked.out
    );
    run(root.path(), &["generate"]);
    assert!(!root.path().join("crates/other").exists());
    assert!(root.path().join("crates/ledger/src/lib.rs").exists());
    assert_eq!(
        run(root.path(), &["generate", "--check"]).code,
        ExitCode::SUCCESS
    );
}
