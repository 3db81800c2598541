//! `cargo xtask lint`.

mod json;
mod sarif;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

use super::counted;
use crate::{
    adopt, emit, provenance,
    spec::{self, Document, Finding, Severity},
    workspace::{Spec, Workspace},
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The specs to look at, by name or by the path of a document; all specs if none is given.
    #[arg(value_name = "NAME|FILE")]
    documents: Vec<String>,
    /// Mend what has only one sensible remedy, in the file, and print what is left.
    #[arg(long)]
    fix: bool,
    /// Fail on warnings too, except in a spec that says in its first line that it is as its vendor published it.
    #[arg(long)]
    strict: bool,
    /// How to print the findings.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A line for each finding, and one for what a caller would suffer.
    #[default]
    Text,
    /// A JSON object for each finding, one on each line.
    Json,
    /// One SARIF 2.1.0 log, as code scanners and editors read it.
    Sarif,
}

/// A document that was looked at, with what was found; without the document where it cannot be read.
struct Linted {
    document: Option<Document>,
    findings: Vec<Finding>,
}

pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let Some(chosen) = chosen(&options.documents, workspace, err)? else {
        return Ok(false);
    };
    let documents = chosen.len();
    let mut looked_at = Vec::new();
    let mut mended = Vec::new();
    for spec in &chosen {
        let document = match workspace.load(spec) {
            Ok(document) => document,
            Err(findings) => {
                looked_at.push(Linted {
                    document: None,
                    findings,
                });
                continue;
            }
        };
        if !options.fix {
            let findings = found(&document, workspace, spec);
            looked_at.push(Linted {
                document: Some(document),
                findings,
            });
            continue;
        }
        let before = document.text().to_owned();
        let after = spec::mended(document);
        if after.document.text() != before {
            let path = workspace.root().join(&spec.path);
            // Another program may have written it meanwhile; its work is not to be lost.
            let now = fs::read_to_string(&path)?;
            if now.trim_start_matches('\u{feff}') != before {
                let shown = spec.path.display();
                writeln!(
                    err,
                    "error: {shown} changed while it was looked at; nothing was written to it"
                )?;
                return Ok(false);
            }
            emit::replace(&path, after.document.text().as_bytes())?;
        }
        mended.extend(after.mended);
        let findings = found(&after.document, workspace, spec);
        looked_at.push(Linted {
            document: Some(after.document),
            findings,
        });
    }
    match options.format {
        Format::Text => text(&looked_at, &mended, documents, out)?,
        Format::Json => json::write(&looked_at, out)?,
        Format::Sarif => sarif::write(&looked_at, out)?,
    }
    let fails = |linted: &Linted| {
        // What is as its vendor published it is not held to the profile yet.
        let text = linted.document.as_ref().map(Document::text);
        let strict = options.strict && !text.is_some_and(provenance::is_as_published);
        let mut findings = linted.findings.iter();
        findings.any(|finding| strict || finding.severity == Severity::Error)
    };
    Ok(!looked_at.iter().any(fails))
}

/// What is found in a document and in the files that it consists of.
fn found(document: &Document, workspace: &Workspace, spec: &Spec) -> Vec<Finding> {
    match adopt::bundle(document.clone(), &workspace.root().join(&spec.path)) {
        Ok(whole) => adopt::adopt_as_written(whole).findings,
        Err(findings) => findings,
    }
}

/// The specs and files that were asked for, or nothing where one of them is unknown.
fn chosen(
    asked: &[String],
    workspace: &Workspace,
    err: &mut dyn Write,
) -> io::Result<Option<Vec<Spec>>> {
    if asked.is_empty() {
        return workspace.specs().map(Some);
    }
    // A file may be looked at where there is no folder of specs.
    let all = workspace.specs().unwrap_or_default();
    let mut chosen = Vec::new();
    let mut unknown = false;
    for asked in asked {
        let path = PathBuf::from(asked);
        if let Some(spec) = all.iter().find(|spec| spec.name == *asked) {
            chosen.push(spec.clone());
        } else if path.extension().is_some() {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            chosen.push(Spec {
                name: name.into_owned(),
                path: from_root(&path, workspace.root()),
            });
        } else {
            unknown = true;
            let known: Vec<_> = all.iter().map(|spec| spec.name.as_str()).collect();
            writeln!(
                err,
                "error: there is no spec called `{asked}`; there are {}, or give the path of a file",
                known.join(", ")
            )?;
        }
    }
    Ok((!unknown).then_some(chosen))
}

/// The path below the root where it is there, so that messages are short; as it was given otherwise.
fn from_root(path: &Path, root: &Path) -> PathBuf {
    let here = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match here.strip_prefix(root) {
        Ok(below) => below.to_owned(),
        Err(_) => here,
    }
}

fn text(
    looked_at: &[Linted],
    mended: &[Finding],
    documents: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for finding in mended {
        writeln!(out, "{:>12} {finding}", "mended")?;
    }
    let (mut errors, mut warnings, mut fixable) = (0, 0, 0);
    for linted in looked_at {
        for finding in &linted.findings {
            let word = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            match finding.severity {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
            }
            fixable += usize::from(finding.mend.edit().is_some());
            writeln!(out, "{finding}")?;
            writeln!(
                out,
                "{word:>12} callers get {}",
                spec::suffers(finding.rule)
            )?;
        }
    }
    let documents = counted(documents, "document");
    if errors + warnings == 0 {
        return writeln!(out, "{:>12} no findings in {documents}", "done");
    }
    let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
    writeln!(out, "{:>12} {errors} and {warnings} in {documents}", "done")?;
    if fixable > 0 && mended.is_empty() {
        writeln!(out, "{:>12} `--fix` mends {fixable} of them", "")?;
    }
    Ok(())
}
