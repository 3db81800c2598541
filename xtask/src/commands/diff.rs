//! `cargo xtask diff`.

mod revision;
mod side;

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;

use self::{revision::Revision, side::Source};
use crate::{diff, workspace::Workspace};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The commit, branch or tag to compare the specs with: `HEAD`, or with `--to` the specs as they are.
    #[arg(value_name = "REV")]
    revision: Option<String>,
    /// The providers to compare; all of them if none is named.
    #[arg(long = "spec", value_name = "NAME")]
    names: Vec<String>,
    /// A document to compare the one spec with, in place of what it is now: the vendor's next version, in one file or in a
    /// folder.
    #[arg(long, value_name = "FILE-OR-DIR", requires = "names")]
    to: Option<PathBuf>,
    /// Print an entry for each crate's changelog instead.
    #[arg(long)]
    changelog: bool,
}

pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    if let (Some(_), [_, _, ..]) = (&options.to, &*options.names) {
        writeln!(
            err,
            "error: `--to` is compared with one spec: name one with `--spec`"
        )?;
        return Ok(false);
    }
    let now = workspace.specs()?;
    let revision = options.revision.as_deref();
    let then = match revision.or(options.to.is_none().then_some("HEAD")) {
        None => None,
        Some(revision) => match Revision::read(workspace, revision)? {
            Ok(then) => Some(then),
            Err(why) => {
                writeln!(
                    err,
                    "error: failed to read the specs of `{revision}`: {why}"
                )?;
                return Ok(false);
            }
        },
    };
    let mut names: Vec<&str> = match (&options.to, &then) {
        (Some(_), Some(_)) => Vec::new(),
        _ => now.iter().map(|spec| spec.name.as_str()).collect(),
    };
    let specs = then.iter().flat_map(Revision::specs);
    names.extend(specs.map(|(spec, _)| spec.name.as_str()));
    names.sort_unstable();
    names.dedup();
    if let Some(unknown) = options
        .names
        .iter()
        .find(|name| !names.contains(&name.as_str()))
    {
        writeln!(
            err,
            "error: there is no spec called `{unknown}`; there are {}",
            names.join(", ")
        )?;
        return Ok(false);
    }
    names
        .retain(|name| options.names.is_empty() || options.names.iter().any(|asked| asked == name));
    let version = version(workspace)?;
    let mut well = true;
    for name in names {
        let present = now
            .iter()
            .find(|spec| spec.name == name)
            .map(Source::Present);
        let before = match &then {
            Some(then) => {
                let mut specs = then.specs().iter();
                let past = specs.find(|(spec, _)| spec.name == name);
                past.map(|(spec, text)| Source::Past(then, spec, text))
            }
            None => present,
        };
        let after = options.to.as_deref().map(Source::Brought).or(present);
        let (Some(before), Some(after)) = (before, after) else {
            let (verdict, what) = match after {
                Some(_) => ("minor", "the crate is new"),
                None => ("breaking", "the crate is gone"),
            };
            writeln!(out, "{:>12} crates/{name}: {what}", verdict)?;
            continue;
        };
        let sides = before
            .load(workspace)
            .and_then(|before| Ok((before, after.load(workspace)?)));
        if let Ok((before, after)) = &sides
            && before.is(after)
        {
            if !options.changelog {
                writeln!(out, "{:>12} crates/{name}", "same")?;
            }
            continue;
        }
        let versions =
            sides.and_then(|(before, after)| Ok((before.generated(name)?, after.generated(name)?)));
        let (before, after) = match versions {
            Ok(versions) => versions,
            Err(lines) => {
                well = false;
                for line in lines {
                    writeln!(err, "{line}")?;
                }
                continue;
            }
        };
        let changes = diff::changes(&before, &after);
        let next = diff::bumped(&version, &changes);
        if options.changelog {
            let next = next.as_deref().unwrap_or(&version);
            write!(
                out,
                "{}",
                diff::changelog(&format!("bindery-{name} {next}"), &changes)
            )?;
            continue;
        }
        match next {
            Some(next) => writeln!(
                out,
                "{:>12} crates/{name}: {version} asks for {next}",
                "changed"
            )?,
            None => writeln!(out, "{:>12} crates/{name}, for callers", "same")?,
        }
        write!(out, "{}", diff::lines(&changes))?;
    }
    if !well {
        writeln!(
            err,
            "\nerror: failed to compare: only specs that can be generated from can be compared"
        )?;
    }
    Ok(well)
}

/// The version of all crates, from the workspace's manifest.
fn version(workspace: &Workspace) -> io::Result<String> {
    let manifest = fs::read_to_string(workspace.root().join("Cargo.toml"))?;
    let mut lines = manifest
        .lines()
        .skip_while(|line| line.trim() != "[workspace.package]");
    let version = lines.find_map(|line| line.trim().strip_prefix("version = "));
    Ok(version.unwrap_or_default().trim_matches('"').to_owned())
}
