//! `cargo xtask tour`.

use std::{
    io::{self, Write},
    process::Command,
};

use clap::Args;

use super::generate;
use crate::workspace::Workspace;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The providers to visit; all of them if none is named.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// The tour needs the generated crates, and a generated crate that does not compile must not keep this program from
/// generating it again: so the tour is a program of its own.
pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<bool> {
    writeln!(
        out,
        "Checking that the generated code is what the specs say …"
    )?;
    if !generate::run(&generate::Options::check(), workspace, out, err)? {
        return Ok(false);
    }
    writeln!(
        out,
        "\nBuilding the tour; the first time, that takes a few minutes …"
    )?;
    out.flush()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(workspace.root())
        .args(["run", "--locked", "--package", "bindery-tour", "--"])
        .args(&options.names)
        .status()?;
    Ok(status.success())
}
