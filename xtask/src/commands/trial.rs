//! `cargo xtask try`.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;

use crate::{
    spec::Severity,
    trial::{self, Folder},
    workspace::Workspace,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The documents to try.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print what was rewritten in each document.
    #[arg(long)]
    explain: bool,
    /// Generate only: neither compile nor send values.
    #[arg(long)]
    no_build: bool,
}

/// How many faults of one kind are printed.
const SHOWN: usize = 20;

/// A line of the table.
struct Row {
    document: String,
    cells: [String; 9],
}

const HEADINGS: [&str; 9] = [
    "operations",
    "schemas",
    "passes",
    "changes",
    "findings",
    "lines",
    "generate",
    "check",
    "round trip",
];

pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let mut rows = Vec::new();
    let mut right = true;
    for file in &options.files {
        let (row, is_right) = one(options, file, workspace, out, err)?;
        rows.push(row);
        right &= is_right;
    }
    table(&rows, out)?;
    Ok(right)
}

fn one(
    options: &Options,
    file: &Path,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<(Row, bool)> {
    let attempt = trial::attempt(file);
    let document = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    if options.explain {
        for change in &attempt.changes {
            writeln!(
                out,
                "{:>12} {}:{}: {}: {}",
                "adopt",
                file.display(),
                change.position,
                change.pass,
                change.what
            )?;
        }
    }
    let errors: Vec<_> = attempt
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    for finding in errors.iter().take(SHOWN) {
        writeln!(err, "{finding}")?;
    }
    if errors.len() > SHOWN {
        writeln!(err, "{document}: and {} more", errors.len() - SHOWN)?;
    }
    if let Some(failure) = &attempt.failure {
        writeln!(err, "{document}: {failure}")?;
    }
    let api = attempt.api.as_ref();
    let mut cells = [
        api.map_or_else(dash, |api| api.operations.len().to_string()),
        api.map_or_else(dash, |api| api.schemas().count().to_string()),
        attempt.passes.to_string(),
        attempt.changes.len().to_string(),
        attempt.findings.len().to_string(),
        attempt.lines().to_string(),
        shown(attempt.took),
        dash(),
        dash(),
    ];
    if api.is_none() || !attempt.is_generated() {
        cells[8] = "refused".to_owned();
        return Ok((Row { document, cells }, false));
    }
    let plan = match trial::plan(&attempt) {
        Ok(plan) => plan,
        Err(said) => {
            writeln!(err, "{document}: {said}")?;
            cells[8] = "fails".to_owned();
            return Ok((Row { document, cells }, false));
        }
    };
    for name in &plan.untyped {
        writeln!(err, "{document}: the schema `{name}` leads to no type")?;
    }
    for place in &plan.unreachable {
        writeln!(err, "{document}: not reachable: {place}")?;
    }
    let is_reached = plan.untyped.is_empty() && plan.unreachable.is_empty();
    if options.no_build {
        return Ok((Row { document, cells }, is_reached));
    }
    let folder = Folder::fill(workspace, &attempt, &plan)?;
    match folder.check()? {
        Ok(took) => cells[7] = shown(took),
        Err(said) => {
            writeln!(
                err,
                "{document}: it does not compile without warnings:\n{}",
                beginning(&said)
            )?;
            cells[7] = "fails".to_owned();
            return Ok((Row { document, cells }, false));
        }
    }
    let right = match trial::round_trip(&plan, &folder)? {
        Ok(trip) => {
            for fault in trip.faults.iter().take(SHOWN) {
                writeln!(
                    err,
                    "{document}: {}",
                    fault.chars().take(600).collect::<String>()
                )?;
            }
            cells[8] = format!(
                "{} of {}",
                trip.samples.saturating_sub(trip.faults.len()),
                trip.samples
            );
            for without in &trip.without {
                writeln!(err, "{document}: no value was made of {without}")?;
            }
            if trip.unfit > 0 {
                writeln!(err, "{document}: {} values fit no schema", trip.unfit)?;
            }
            trip.faults.is_empty() && is_reached
        }
        Err(said) => {
            writeln!(
                err,
                "{document}: the program of the round trips does not compile:\n{}",
                beginning(&said)
            )?;
            cells[8] = "fails".to_owned();
            false
        }
    };
    Ok((Row { document, cells }, right))
}

fn dash() -> String {
    "-".to_owned()
}

fn beginning(said: &str) -> String {
    said.lines().take(60).collect::<Vec<_>>().join("\n")
}

fn shown(took: Duration) -> String {
    match took.as_millis() {
        millis if millis < 10_000 => format!("{millis} ms"),
        millis => format!("{} s", millis / 1000),
    }
}

fn table(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let first = rows
        .iter()
        .map(|row| row.document.len())
        .max()
        .unwrap_or(0)
        .max(8);
    write!(out, "{:first$}", "document")?;
    let widths: Vec<usize> = HEADINGS
        .iter()
        .enumerate()
        .map(|(place, heading)| {
            rows.iter()
                .map(|row| row.cells[place].len())
                .max()
                .unwrap_or(0)
                .max(heading.len())
        })
        .collect();
    for (heading, width) in HEADINGS.iter().zip(&widths) {
        write!(out, "  {heading:>width$}")?;
    }
    writeln!(out)?;
    for row in rows {
        write!(out, "{:first$}", row.document)?;
        for (cell, width) in row.cells.iter().zip(&widths) {
            write!(out, "  {cell:>width$}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
