//! `cargo xtask generate`.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};

use clap::Args;

use super::counted;
use crate::{
    adopt::{self, Change},
    api::Api,
    cache::{Cache, Cached},
    emit, generate as stage, lower,
    spec::{Finding, Severity},
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
    /// Generates these providers.
    pub(super) fn of(names: Vec<String>) -> Self {
        Self {
            names,
            ..Self::default()
        }
    }

    /// Checks all providers.
    pub(super) fn check() -> Self {
        Self {
            check: true,
            ..Self::default()
        }
    }
}

/// How many warnings of one rule are printed of a document.
const OF_A_RULE: usize = 10;

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
    let mut faulty = 0;
    for spec in chosen {
        match prepare(spec, workspace, options.explain, out)? {
            Ok(files) => outcomes.push(Outcome {
                spec: spec.clone(),
                files,
            }),
            Err(lines) => {
                faulty += 1;
                for line in lines {
                    writeln!(err, "{line}")?;
                }
            }
        }
    }
    if faulty > 0 {
        let specs = counted(faulty, "spec");
        writeln!(
            err,
            "\nerror: failed to generate from {specs}: mend the lines above first; nothing was written"
        )?;
        return Ok(false);
    }
    let mut changes = 0;
    for outcome in &outcomes {
        let name = &outcome.spec.name;
        let folders = [PathBuf::from("crates").join(name).join("src")];
        let difference = emit::compare(workspace.root(), &outcome.files, &folders)?;
        changes += settle(
            options,
            workspace,
            &format!("crates/{name}"),
            &outcome.files,
            &difference,
            out,
        )?;
    }
    let index = stage::Files::from([stage::index(&workspace.registered()?)]);
    let difference = emit::compare(workspace.root(), &index, &[])?;
    if !difference.is_none() {
        changes += settle(
            options,
            workspace,
            "tests/exercise",
            &index,
            &difference,
            out,
        )?;
    }
    if options.names.is_empty() {
        // What is left of a spec that is gone.
        let files: stage::Files = outcomes
            .into_iter()
            .flat_map(|outcome| outcome.files)
            .chain(index)
            .collect();
        let difference = emit::compare(
            workspace.root(),
            &files,
            &["crates".into(), "tests/exercise".into()],
        )?;
        let left = emit::Difference {
            orphaned: difference.orphaned,
            ..emit::Difference::default()
        };
        if !left.is_none() {
            changes += settle(options, workspace, "of no spec", &files, &left, out)?;
        }
    }
    let took = started.elapsed().as_millis();
    match (changes, options.check) {
        (0, _) => writeln!(out, "{:>12} nothing to do, in {took} ms", "done")?,
        (_, false) => writeln!(
            out,
            "{:>12} {} changed, in {took} ms",
            "done",
            counted(changes, "file")
        )?,
        (_, true) => {
            let differ = counted(changes, "generated file");
            writeln!(
                err,
                "\nerror: {differ} not as the specs say; run `cargo xtask generate`"
            )?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes what differs, or shows it where nothing is to be written. Answers how many files that were.
fn settle(
    options: &Options,
    workspace: &Workspace,
    what: &str,
    files: &stage::Files,
    difference: &emit::Difference,
    out: &mut dyn Write,
) -> io::Result<usize> {
    if difference.is_none() {
        writeln!(out, "{:>12} {what} ({} files)", "fresh", difference.fresh)?;
    } else if options.check {
        writeln!(out, "{:>12} {what}", "stale")?;
        for path in &difference.stale {
            write!(out, "{}", emit::diff(workspace.root(), files, path)?)?;
        }
        for path in &difference.orphaned {
            writeln!(out, "no spec produces {}", path.display())?;
        }
    } else {
        emit::write(workspace.root(), files, difference)?;
        writeln!(out, "{:>12} {what}", "written")?;
        for path in &difference.stale {
            writeln!(out, "{:>12}   {}", "", path.display())?;
        }
        for path in &difference.orphaned {
            writeln!(out, "{:>12}   {} (removed)", "", path.display())?;
        }
    }
    Ok(difference.stale.len() + difference.orphaned.len())
}

/// The files of one spec, or the lines that say what is wrong with it.
fn prepare(
    spec: &Spec,
    workspace: &Workspace,
    explain: bool,
    out: &mut dyn Write,
) -> io::Result<Result<stage::Files, Vec<String>>> {
    let cache = Cache::of(spec, workspace.root()).filter(|_| !explain);
    let known = cache.as_ref().and_then(|cache| {
        let text = fs::read_to_string(workspace.root().join(&spec.path)).ok()?;
        cache.get(&text)
    });
    if let Some(known) = known {
        write!(out, "{}", known.warnings)?;
        return Ok(Ok(known.files));
    }
    let path = workspace.root().join(&spec.path);
    let loaded = workspace
        .load(spec)
        .and_then(|document| adopt::bundle(document, &path));
    let (document, warnings) = match loaded {
        Ok(document) => {
            let adopted = adopt::adopt_as_written(document);
            if explain {
                for change in &adopted.changes {
                    let Change {
                        pass,
                        position,
                        what,
                    } = change;
                    let path = spec.path.display();
                    writeln!(out, "{:>12} {path}:{position}: {pass}: {what}", "adopt")?;
                }
            }
            let (errors, warnings): (Vec<_>, Vec<_>) = adopted
                .findings
                .into_iter()
                .partition(|finding| finding.severity == Severity::Error);
            let warnings = warning_lines(&spec.name, &warnings);
            write!(out, "{warnings}")?;
            if !errors.is_empty() {
                return Ok(Err(lines(&errors)));
            }
            (adopted.document, warnings)
        }
        Err(findings) => return Ok(Err(lines(&findings))),
    };
    let api = Api::read(&spec.name, document.value());
    let (lowered, applied) = lower::lower(&api);
    if explain {
        for applied in applied {
            writeln!(
                out,
                "{:>12} {}: {} ({} places)",
                "pass", spec.name, applied.name, applied.places
            )?;
        }
    }
    let files = match stage::generate_lowered(
        &api,
        &lowered,
        document.text(),
        stage::Extent::CrateAndTests,
    ) {
        Ok((files, _)) => files,
        Err(error) => return Ok(Err(vec![format!("{}: {error}", spec.path.display())])),
    };
    let cached = Cached { warnings, files };
    // Other files may change while this one stays as it is.
    if let Some(cache) = cache.filter(|_| document.is_one_file()) {
        // It only saves time: a target folder that cannot be written is no reason to fail.
        let _ = cache.put(document.text(), &cached);
    }
    Ok(Ok(cached.files))
}

/// The warnings, with the first few of each rule: a document of a vendor may have thousands.
fn warning_lines(name: &str, warnings: &[Finding]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut text = String::new();
    for finding in warnings {
        let count = counts.entry(finding.rule).or_default();
        *count += 1;
        if *count <= OF_A_RULE {
            text.push_str(&format!("{:>12} {finding}\n", "warning"));
        }
    }
    for (rule, count) in counts.iter().filter(|(_, count)| **count > OF_A_RULE) {
        let more = count - OF_A_RULE;
        text.push_str(&format!(
            "{:>12} {more} more of {rule}: `cargo xtask lint {name}` prints them\n",
            "warning"
        ));
    }
    text
}

fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}
