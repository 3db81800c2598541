//! The program as `cargo xtask bench` runs it.

use std::process::{Command, Output};

use bindery_bench::report::REPORTS;
use serde::Deserialize;

/// A line of `--json`, and nothing else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    value: Option<f64>,
    unit: String,
    bar: Option<f64>,
    holds: bool,
}

/// Without valgrind, under which a program that is not optimised takes minutes.
fn run(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_bindery-bench"));
    let program = program.args(arguments).env("PATH", "");
    program.output().expect("the program")
}

#[test]
fn every_line_of_every_report_has_the_shape_that_was_promised() {
    for report in REPORTS {
        let output = run(&[report.name, "--json", "--glance"]);
        let text = String::from_utf8(output.stdout).expect("text");
        let lines: Vec<Line> = text
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
            })
            .collect();
        assert!(!lines.is_empty());
        for line in &lines {
            assert!(line.name.starts_with(&format!("{}.", report.name)));
            assert!(!line.unit.is_empty(), "{}", line.name);
            assert!(
                line.holds || line.bar.is_some() || line.value.is_none(),
                "{} only informs, and yet does not hold",
                line.name
            );
        }
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(!said.contains("failed to measure all"), "{said}");
        let whole = lines.iter().all(|line| line.holds);
        assert_eq!(output.status.code(), Some(i32::from(!whole)), "{said}");
    }
}

#[test]
fn what_could_not_be_measured_does_not_hold_and_is_told_with_a_remedy() {
    let output = run(&["auth", "--json", "--glance"]);
    assert_eq!(output.status.code(), Some(1));
    let (text, said) = (
        String::from_utf8(output.stdout).expect("text"),
        String::from_utf8(output.stderr).expect("text"),
    );
    let name = "auth.call.get.instructions";
    let line =
        format!(r#"{{"name":"{name}","value":null,"unit":"ratio","bar":1.05,"holds":false}}"#);
    assert!(text.lines().any(|other| other == line), "{text}");
    let remedy = "install it, for instance with `apt-get install valgrind`";
    let told = said
        .lines()
        .find(|line| line.starts_with(&format!("error: {name}: ")));
    assert!(told.is_some_and(|told| told.ends_with(remedy)), "{said}");
}

#[test]
fn a_report_that_there_is_not_and_an_unknown_option_are_misuse() {
    for arguments in [["nothing"], ["--nothing"]] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        assert!(!output.stderr.is_empty());
    }
}
