//! `cargo xtask soak`.

use std::{
    io::{self, Write},
    process::Command,
};

use clap::Args;

use crate::workspace::Workspace;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// How many calls to make.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    calls: u32,
    /// What decides the calls and the faults; `BINDERY_SOAK_SEED`, or chosen anew, if it is not given.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
}

/// A program of its own, for the reason that the tour is one; optimised, because a hundred thousand calls want the speed.
pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    out: &mut dyn Write,
) -> io::Result<bool> {
    writeln!(
        out,
        "Building the soak; the first time, that takes a few minutes …"
    )?;
    out.flush()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(workspace.root())
        .args(["run", "--release", "--locked", "--package", "bindery-soak"])
        .args(["--", "--calls", &options.calls.to_string()]);
    if let Some(seed) = options.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    Ok(command.status()?.success())
}
