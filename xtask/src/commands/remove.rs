//! `cargo xtask remove`.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use clap::Args;

use crate::{provenance, registry, workspace::Workspace};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The provider.
    #[arg(value_name = "NAME")]
    name: String,
    /// Remove the spec even where it is not what it was when it was added.
    #[arg(long)]
    edited: bool,
}

pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let name = &options.name;
    if let Some(why) = refusal(options, workspace)? {
        writeln!(
            err,
            "error: failed to remove `{name}`: {why}; nothing was changed"
        )?;
        return Ok(false);
    }
    let staged = registry::taken_out(workspace, name)?;
    if staged.is_empty() {
        let specs = workspace.specs()?;
        let known: Vec<_> = specs.iter().map(|spec| spec.name.as_str()).collect();
        let known = known.join(", ");
        writeln!(
            err,
            "error: there is no provider called `{name}`; there are {known}"
        )?;
        return Ok(false);
    }
    let gone = super::add::shown(name, staged.gone_files());
    let changed = super::add::shown(name, staged.changed_files());
    staged.commit()?;
    writeln!(out, "{:>12} bindery-{name}", "removed")?;
    for line in gone {
        writeln!(out, "{:>12}   {line}", "")?;
    }
    writeln!(out, "{:>12} {}", "changed", changed.join(", "))?;
    Ok(true)
}

/// Why a provider cannot be removed; `None` where it can.
fn refusal(options: &Options, workspace: &Workspace) -> io::Result<Option<String>> {
    let name = &options.name;
    if let Some(why) = registry::misspelt(name) {
        return Ok(Some(why));
    }
    let listed = |paths: Vec<std::path::PathBuf>| {
        let paths: Vec<_> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        paths.join(", ")
    };
    let specs = workspace.specs()?;
    let spec = specs.iter().find(|spec| spec.name == *name);
    let crate_is_ours = workspace
        .root()
        .join(Path::new("crates").join(name).join("src/client.rs"))
        .exists();
    let by_hand = registry::by_hand(workspace, name)?;
    if spec.is_none() && !crate_is_ours && !by_hand.is_empty() {
        return Ok(Some(format!("crates/{name} is a crate of another kind")));
    }
    let uses = registry::uses(workspace, name)?;
    if !uses.is_empty() {
        let uses = listed(uses);
        return Ok(Some(format!("{uses} use it: take it out there first")));
    }
    if !by_hand.is_empty() {
        let by_hand = listed(by_hand);
        return Ok(Some(format!(
            "no generator made {by_hand}: move that away first"
        )));
    }
    if let Some(spec) = spec.filter(|_| !options.edited) {
        let text = fs::read_to_string(workspace.root().join(&spec.path)).unwrap_or_default();
        if !provenance::is_unchanged(&text) {
            return Ok(Some(format!(
                "{} is not what was added, and would be lost: `--edited` removes it all the same",
                spec.path.display()
            )));
        }
    }
    Ok(None)
}
