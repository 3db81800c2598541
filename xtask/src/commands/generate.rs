//! `cargo xtask generate`.

use std::{
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};

use clap::Args;

use crate::{
    api::Api,
    emit, generate as stage, lower,
    spec::{self, Severity},
    workspace::{Spec, Workspace},
};

#[derive(Debug, Default, Args)]
pub(super) struct Options {
    /// The providers to generate; all of them if none is named.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Write nothing: show what differs, and fail if anything does.
    #[arg(long)]
    check: bool,
    /// Print which passes rewrote how many places of each document.
    #[arg(long)]
    explain: bool,
}

impl Options {
    /// Checks all providers.
    pub(super) fn check() -> Self {
        Self {
            check: true,
            ..Self::default()
        }
    }
}

/// What became of one spec.
struct Outcome {
    spec: Spec,
    files: stage::Files,
}

pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let started = Instant::now();
    let all = workspace.specs()?;
    let unknown: Vec<_> = options
        .names
        .iter()
        .filter(|name| !all.iter().any(|spec| spec.name == **name))
        .collect();
    if !unknown.is_empty() {
        let known: Vec<_> = all.iter().map(|spec| spec.name.as_str()).collect();
        for name in unknown {
            writeln!(
                err,
                "error: there is no spec called `{name}`; there are {}",
                known.join(", ")
            )?;
        }
        return Ok(false);
    }
    let chosen = all
        .iter()
        .filter(|spec| options.names.is_empty() || options.names.contains(&spec.name));
    // Nothing is written before every spec has been seen: a fault in one leaves all crates as they are.
    let mut outcomes = Vec::new();
    let mut faults = 0;
    for spec in chosen {
        match prepare(spec, workspace, options.explain, out)? {
            Ok(files) => outcomes.push(Outcome {
                spec: spec.clone(),
                files,
            }),
            Err(lines) => {
                faults += lines.len();
                for line in lines {
                    writeln!(err, "{line}")?;
                }
            }
        }
    }
    if faults > 0 {
        let these = if faults == 1 {
            "this fault"
        } else {
            "these faults"
        };
        writeln!(
            err,
            "\nerror: failed to generate: {these} ({faults}) first; nothing was written"
        )?;
        return Ok(false);
    }
    let mut stale = 0;
    for outcome in &outcomes {
        let name = &outcome.spec.name;
        let folders = [PathBuf::from("crates").join(name).join("src")];
        let difference = emit::compare(workspace.root(), &outcome.files, &folders)?;
        stale += difference.stale.len() + difference.orphaned.len();
        if difference.is_none() {
            writeln!(
                out,
                "{:>12} crates/{name} ({} files)",
                "fresh", difference.fresh
            )?;
        } else if options.check {
            writeln!(out, "{:>12} crates/{name}", "stale")?;
            for path in &difference.stale {
                write!(
                    out,
                    "{}",
                    emit::diff(workspace.root(), &outcome.files, path)?
                )?;
            }
            for path in &difference.orphaned {
                writeln!(out, "no spec produces {}", path.display())?;
            }
        } else {
            emit::write(workspace.root(), &outcome.files, &difference)?;
            writeln!(out, "{:>12} crates/{name}", "written")?;
            for path in &difference.stale {
                writeln!(out, "{:>12}   {}", "", path.display())?;
            }
            for path in &difference.orphaned {
                writeln!(out, "{:>12}   {} (removed)", "", path.display())?;
            }
        }
    }
    let took = started.elapsed().as_millis();
    match (stale, options.check) {
        (0, _) => writeln!(out, "{:>12} nothing to do, in {took} ms", "done")?,
        (_, false) => writeln!(out, "{:>12} {stale} files written, in {took} ms", "done")?,
        (_, true) => {
            writeln!(
                err,
                "\nerror: {stale} generated files are not what the specs say; run `cargo xtask generate`"
            )?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// The files of one spec, or the lines that say what is wrong with it.
fn prepare(
    spec: &Spec,
    workspace: &Workspace,
    explain: bool,
    out: &mut dyn Write,
) -> io::Result<Result<stage::Files, Vec<String>>> {
    let text = match workspace.load(spec) {
        Ok(document) => {
            let findings = spec::lint(&document);
            let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
            if findings
                .iter()
                .any(|finding| finding.severity == Severity::Error)
            {
                return Ok(Err(lines));
            }
            for line in lines {
                writeln!(out, "{line}")?;
            }
            document
        }
        Err(findings) => return Ok(Err(findings.iter().map(ToString::to_string).collect())),
    };
    let api = Api::read(&spec.name, text.value());
    if explain {
        for applied in lower::lower(&api).1 {
            writeln!(
                out,
                "{:>12} {}: {} ({} places)",
                "pass", spec.name, applied.name, applied.places
            )?;
        }
    }
    Ok(stage::generate(&api, text.text())
        .map_err(|error| vec![format!("{}: {error}", spec.path.display())]))
}
