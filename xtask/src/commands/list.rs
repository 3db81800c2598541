//! `cargo xtask list`.

use std::io::{self, Write};

use clap::Args;

use crate::{adopt, api::Api, workspace::Workspace};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Print the names alone, a line for each.
    #[arg(long)]
    names: bool,
}

pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    if options.names {
        for spec in workspace.specs()? {
            writeln!(out, "{}", spec.name)?;
        }
        return Ok(true);
    }
    let mut well = true;
    writeln!(
        out,
        "{:<16} {:>10} {:>8}  {:<28} API",
        "spec", "operations", "schemas", "crate"
    )?;
    for spec in workspace.specs()? {
        let path = workspace.root().join(&spec.path);
        let loaded = workspace.load(&spec);
        match loaded.and_then(|document| adopt::bundle(document, &path)) {
            Ok(document) => {
                let api = Api::read(&spec.name, adopt::adopt(document).document.value());
                writeln!(
                    out,
                    "{:<16} {:>10} {:>8}  {:<28} {} {}",
                    spec.name,
                    api.operations.len(),
                    api.schemas().count(),
                    format!("bindery-{}", spec.name),
                    api.title,
                    api.version
                )?;
            }
            Err(findings) => {
                well = false;
                for finding in findings {
                    writeln!(err, "{finding}")?;
                }
            }
        }
    }
    Ok(well)
}
