//! What `cargo xtask mutants` says, in a workspace of its own.

use std::{fs, path::Path, process::ExitCode};

use clap::Parser as _;
use tempfile::TempDir;
use xtask::{commands::Arguments, workspace::Workspace};

/// What a command said and how it ended.
struct Outcome {
    code: ExitCode,
    out: String,
    err: String,
}

const KILLED: &str = r#"
[[mutant]]
what = "forget to double"
file = "src/lib.rs"
find = "number * 2"
replace = "number"
package = "tiny"
tests = "i01_"
"#;

/// A package without dependencies, and these lists of mutants.
fn workspace(lists: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    write(
        "Cargo.toml",
        "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
    );
    write(
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"tiny\"\nversion = \"0.1.0\"\n",
    );
    write(".gitignore", "/target\n");
    write("src/lib.rs", SOURCE);
    for (name, text) in lists {
        write(&format!("xtask/mutants/{name}.toml"), text);
    }
    let git = std::process::Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(root.path())
        .status();
    assert!(git.expect("git is installed").success());
    root
}

const SOURCE: &str = r#"//! Arithmetic.

pub fn double(number: u32) -> u32 {
    number * 2
}

pub fn half(number: u32) -> u32 {
    number / 2
}

#[test]
fn i01_two_is_the_double_of_one() {
    assert_eq!(double(1), 2);
}

#[test]
fn i02_what_fails_anyway() {
    assert_eq!(half(2), 2);
}
"#;

fn run(root: &Path, arguments: &[&str]) -> Outcome {
    let typed = ["xtask", "mutants"].iter().chain(arguments).copied();
    let arguments = Arguments::try_parse_from(typed).expect("these are arguments");
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = arguments.run(&Workspace::at(root), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("messages are text");
    let (out, err) = (text(out), text(err));
    Outcome { code, out, err }
}

/// `in 12 s` is another number each time.
fn without_time(text: &str) -> String {
    let Some((before, after)) = text.rsplit_once(", in ") else {
        return text.to_owned();
    };
    let after = after.trim_start_matches(|character: char| character.is_ascii_digit());
    format!("{before}, in TIME{after}")
}

#[test]
fn a_mutant_is_killed_by_a_test_that_fails_and_by_nothing_else() {
    let list = format!(
        r#"invariant = "The double is twice as much."
{KILLED}
[[mutant]]
what = "halve into nothing"
file = "src/lib.rs"
find = "number / 2"
replace = "0"
package = "tiny"
tests = "i01_"

[[mutant]]
what = "add text"
file = "src/lib.rs"
find = "number * 2"
replace = 'number + "2"'
package = "tiny"
tests = "i01_"
"#
    );
    let root = workspace(&[("i01", &list)]);
    let Outcome { code, out, err } = run(root.path(), &[]);
    insta::assert_snapshot!(without_time(&out), @r"
        unbroken I01 1 test passed
          killed I01 forget to double
        SURVIVED I01 halve into nothing: 1 test passed
       NOT BUILT I01 add text: it does not compile
            done 1 of 3 mutants killed, in TIME s
    ");
    assert_eq!(code, ExitCode::FAILURE);
    assert!(err.contains("cannot add `&str` to `u32`"), "{err}");
    assert!(err.contains("error: 2 mutants not killed"), "{err}");
    let source = fs::read_to_string(root.path().join("src/lib.rs")).expect("there");
    assert_eq!(source, SOURCE, "only the copy is broken");
    let left = root.path().join("target/mutants/workspace");
    assert!(!left.exists(), "the copy is gone");

    // What another run left behind that was killed is in nobody's way.
    fs::create_dir_all(left.join("src")).expect("writable");
    fs::write(left.join("src/lib.rs"), "half a fi").expect("writable");
    let killed = format!("invariant = \"The double is twice as much.\"\n{KILLED}");
    fs::write(root.path().join("xtask/mutants/i01.toml"), killed).expect("writable");
    let Outcome { code, out, err } = run(root.path(), &["I01"]);
    assert_eq!((code, err.as_str()), (ExitCode::SUCCESS, ""), "{out}");
}

#[test]
fn tests_that_fail_anyway_and_tests_that_are_none_try_no_mutant() {
    let list = |tests: &str| format!("invariant = \"x\"\n{KILLED}").replace("i01_", tests);
    let root = workspace(&[("i02", &list("i02_")), ("i03", &list("i03_"))]);
    let Outcome { code, out, err } = run(root.path(), &[]);
    insta::assert_snapshot!(out, @r"
         FAILED I02 a test fails without any mutant
        NO TEST I03 no test has such a name
    ");
    assert_eq!(code, ExitCode::FAILURE);
    assert!(err.contains("no mutant was tried"), "{err}");
}

#[test]
fn what_does_not_apply_is_told_with_its_place_before_anything_is_run() {
    let list = r#"invariant = "x"

[[mutant]]
what = "break what is not there"
file = "src/lib.rs"
find = "number * 3"
replace = ""
package = "tiny"
tests = "i01_"

[[mutant]]
what = "break what is there twice"
file = "src/lib.rs"
find = "u32 {"
replace = ""
package = "tiny"
tests = "i01_"

[[mutant]]
what = "break nothing"
file = "src/lib.rs"
find = "number * 2"
replace = "number * 2"
package = "tiny"
tests = "i01_"

[[mutant]]
what = "break another file"
file = "src/gone.rs"
find = "x"
replace = ""
package = "tiny"
tests = "i01_"
"#;
    let unknown = "invariant = \"x\"\n[[mutant]]\nwhat = \"x\"\nfeature = []\n";
    let root = workspace(&[("i01", list), ("i02", unknown), ("i03", "invariant = [")]);
    let Outcome { code, out, err } = run(root.path(), &["i01"]);
    insta::assert_snapshot!(err);
    assert_eq!((code, out.as_str()), (ExitCode::FAILURE, ""));
    assert!(!root.path().join("target").exists());
}

#[test]
fn a_check_names_every_invariant_without_a_mutant_and_every_test_that_nobody_wrote() {
    let list = |tests: &str, package: &str| {
        format!("invariant = \"x\"\n{KILLED}")
            .replace("i01_", tests)
            .replace("\"tiny\"", &format!("\"{package}\""))
    };
    let root = workspace(&[
        ("i01", &list("i01_", "tiny")),
        ("i02", &list("i02_nobody", "tiny")),
        ("i03", &list("i03_", "huge")),
        ("i04", "invariant = \"x\"\n"),
    ]);
    let Outcome { code, out, err } = run(root.path(), &["--check"]);
    insta::assert_snapshot!(err);
    assert_eq!((code, out.as_str()), (ExitCode::FAILURE, ""));
    assert!(!root.path().join("target").exists(), "nothing is built");
    for number in 2..=25 {
        let path = root.path().join(format!("xtask/mutants/i{number:02}.toml"));
        fs::write(path, list("i01_", "tiny")).expect("writable");
    }
    let Outcome { code, out, err } = run(root.path(), &["--check"]);
    assert_eq!((code, err.as_str()), (ExitCode::SUCCESS, ""));
    insta::assert_snapshot!(out.trim(), @"fresh 25 mutants of 25 invariants");
}

#[test]
fn the_list_states_each_invariant_and_what_breaks_it() {
    let list = format!("invariant = \"The double is twice as much.\"\n{KILLED}");
    let root = workspace(&[("i01", &list)]);
    let Outcome { code, out, .. } = run(root.path(), &["--list"]);
    insta::assert_snapshot!(out, @r"
    I01 The double is twice as much.
        forget to double (src/lib.rs)
    ");
    assert_eq!(code, ExitCode::SUCCESS);
    let Outcome { code, err, .. } = run(root.path(), &["i07"]);
    insta::assert_snapshot!(err, @"error: there is no invariant called `i07`; there are i01");
    assert_eq!(code, ExitCode::FAILURE);
}
