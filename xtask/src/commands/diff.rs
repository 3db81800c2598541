//! `cargo xtask diff`.

use std::{
    fs,
    io::{self, Write},
    process::Command,
};

use clap::Args;

use crate::{
    adopt::{self, Adopted},
    api::Api,
    diff::{self, Version},
    generate,
    spec::{Document, Finding, Severity},
    workspace::{Spec, Workspace},
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The commit, branch or tag to compare the specs with.
    #[arg(value_name = "REV", default_value = "HEAD")]
    revision: String,
    /// The providers to compare; all of them if none is named.
    #[arg(long = "spec", value_name = "NAME")]
    names: Vec<String>,
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
    let now = workspace.specs()?;
    let then = match committed(workspace, &options.revision)? {
        Ok(then) => then,
        Err(why) => {
            writeln!(
                err,
                "error: failed to read the specs of `{}`: {why}",
                options.revision
            )?;
            return Ok(false);
        }
    };
    let mut names: Vec<&str> = now
        .iter()
        .chain(then.iter().map(|(spec, _)| spec))
        .map(|spec| spec.name.as_str())
        .collect();
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
        let before = then.iter().find(|(spec, _)| spec.name == name);
        let after = now.iter().find(|spec| spec.name == name);
        let (Some((old, text)), Some(spec)) = (before, after) else {
            let (verdict, what) = match after {
                Some(_) => ("minor", "the crate is new"),
                None => ("breaking", "the crate is gone"),
            };
            writeln!(out, "{:>12} crates/{name}: {what}", verdict)?;
            continue;
        };
        let current = fs::read_to_string(workspace.root().join(&spec.path))?;
        if current == *text {
            if !options.changelog {
                writeln!(out, "{:>12} crates/{name}", "same")?;
            }
            continue;
        }
        let versions =
            generated(old, text).and_then(|before| Ok((before, generated(spec, &current)?)));
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

/// The crate of a spec with this text, or what is wrong with it.
fn generated(spec: &Spec, text: &str) -> Result<Version, Vec<String>> {
    let lines = |findings: Vec<Finding>| findings.iter().map(ToString::to_string).collect();
    let document = Document::parse(&spec.path, text).map_err(lines)?;
    let Adopted {
        document,
        mut findings,
        ..
    } = adopt::adopt_linted(document);
    findings.retain(|finding| finding.severity == Severity::Error);
    if !findings.is_empty() {
        return Err(lines(findings));
    }
    let api = Api::read(&spec.name, document.value());
    let files = generate::generate(&api, text)
        .map_err(|error| vec![format!("{}: {error}", spec.path.display())])?;
    Ok(Version { api, files })
}

/// The specs of a revision with their texts, or what git says.
fn committed(
    workspace: &Workspace,
    revision: &str,
) -> io::Result<Result<Vec<(Spec, String)>, String>> {
    let git = |arguments: &[&str]| -> io::Result<Result<String, String>> {
        let output = Command::new("git")
            .arg("-C")
            .arg(workspace.root())
            .args(arguments)
            .output()
            .map_err(|error| io::Error::new(error.kind(), format!("failed to run git: {error}")))?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(match output.status.success() {
            true => Ok(text(output.stdout)),
            false => Err(text(output.stderr).trim().to_owned()),
        })
    };
    // What begins with a dash is no revision and must not be an option either.
    let listed = match git(&[
        "ls-tree",
        "--name-only",
        "--end-of-options",
        revision,
        "specs/",
    ])? {
        Ok(listed) => listed,
        Err(why) => return Ok(Err(why)),
    };
    let mut specs = Vec::new();
    for path in listed.lines() {
        let Some(spec) = Spec::at(path.as_ref()) else {
            continue;
        };
        match git(&["show", "--end-of-options", &format!("{revision}:./{path}")])? {
            Ok(text) => specs.push((spec, text)),
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(Ok(specs))
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
