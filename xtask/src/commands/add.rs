//! `cargo xtask add`.

mod left;

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;

use super::counted;
use crate::{
    adopt,
    api::Api,
    generate,
    origin::{self, Brought, Refused},
    provenance::Provenance,
    registry,
    spec::{self, Document, Severity},
    workspace::{Registered, Workspace},
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// What to call it: the crate is `bindery-NAME`, in `crates/NAME`.
    #[arg(value_name = "NAME")]
    name: String,
    /// The document, or the folder of one in several files.
    #[arg(long, value_name = "FILE-OR-DIR")]
    spec: PathBuf,
    /// Where the document is published: an address, or words.
    #[arg(long, value_name = "WHERE")]
    source: Option<String>,
    /// When it was published or fetched.
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
}

/// How many faults are printed.
const SHOWN: usize = 20;

pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let name = &options.name;
    let mut refuse = |why: &str| -> io::Result<bool> {
        writeln!(
            err,
            "error: failed to add `{name}`: {why}; nothing was written"
        )?;
        Ok(false)
    };
    if let Some(why) = registry::refusal(name, workspace)? {
        return refuse(&why);
    }
    for (option, text) in [("--source", &options.source), ("--date", &options.date)] {
        if text
            .as_ref()
            .is_some_and(|text| text.chars().any(char::is_control))
        {
            return refuse(&format!("`{option}` takes one line"));
        }
    }
    let brought = match origin::bring(&options.spec) {
        Ok(brought) => brought,
        Err(Refused::Unfound(why)) => return refuse(&why),
        Err(Refused::Findings(findings)) => return refused(name, &findings, err),
    };
    let Brought {
        document,
        text,
        files: origins,
        rewritten,
    } = brought;
    let value = document.value();
    let adopted = adopt::adopt_as_written(document);
    let is_error = |finding: &&spec::Finding| finding.severity == Severity::Error;
    let errors: Vec<_> = adopted.findings.iter().filter(is_error).cloned().collect();
    if !errors.is_empty() {
        return refused(name, &errors, err);
    }
    let provider = Registered {
        name: name.clone(),
        as_published: !adopted.findings.is_empty(),
    };
    let provenance = Provenance {
        as_published: provider.as_published,
        source: options.source.clone(),
        date: options.date.clone(),
        files: origins,
        rewritten,
    };
    let text = provenance.before(&text);
    let path = registry::spec_path(name);
    // What is generated from is what will stand there, not what was brought.
    if !Document::parse(&path, &text).is_ok_and(|copy| copy.value() == value) {
        return refuse(
            "a copy of the document with a comment before it does not read as the document does",
        );
    }
    let api = Api::read(name, adopted.document.value());
    let files = match generate::generate(&api, &text) {
        Ok(files) => files,
        Err(error) => return refuse(&error),
    };
    let staged = registry::entered(workspace, &provider, &text, files)?;
    let written = shown(name, staged.new_files());
    let changed = shown(name, staged.changed_files());
    staged.commit()?;
    writeln!(
        out,
        "{:>12} bindery-{name}: {} {}, {} and {}",
        "added",
        api.title,
        api.version,
        counted(api.operations.len(), "operation"),
        counted(api.schemas().count(), "schema"),
    )?;
    for line in written {
        writeln!(out, "{:>12}   {line}", "")?;
    }
    writeln!(out, "{:>12} {}", "changed", changed.join(", "))?;
    left::write(&api, &adopted, &provenance, out)?;
    Ok(true)
}

fn refused(name: &str, findings: &[spec::Finding], err: &mut dyn Write) -> io::Result<bool> {
    for finding in findings.iter().take(SHOWN) {
        writeln!(err, "{finding}")?;
    }
    if findings.len() > SHOWN {
        writeln!(err, "and {} more", findings.len() - SHOWN)?;
    }
    writeln!(
        err,
        "\nerror: failed to add `{name}`: mend the lines above first; nothing was written"
    )?;
    Ok(false)
}

/// Files in few words: those of the crate are counted.
pub(super) fn shown<'a>(name: &str, paths: impl Iterator<Item = &'a Path>) -> Vec<String> {
    let folder = PathBuf::from("crates").join(name);
    let mut lines: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for path in paths {
        let line = match path.starts_with(&folder) {
            true => folder.clone(),
            false => path.to_owned(),
        };
        *lines.entry(line).or_default() += 1;
    }
    let line = |(path, count): (PathBuf, usize)| match path == folder {
        true => format!("{} ({})", path.display(), counted(count, "file")),
        false => path.display().to_string(),
    };
    lines.into_iter().map(line).collect()
}
