//! `cargo xtask bench`.

use std::{
    io,
    process::{Command, ExitCode},
};

use clap::Args;

use crate::workspace::Workspace;

/// Ends with 0 where all bars hold, 1 where one does not or could not be measured, 2 on misuse.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The reports to make; all of them if none is named.
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    /// Print one line of JSON for each figure.
    #[arg(long)]
    json: bool,

    /// Judge counts alone: times differ where other programs run beside.
    #[arg(long)]
    counted: bool,
}

/// Like the tour, the benches need the generated crates, and so are a program of their own. What it prints is all there
/// is on the standard output; how it ends is how this command ends.
pub(super) fn run(options: &Options, workspace: &Workspace) -> io::Result<ExitCode> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(workspace.root())
        .args(["run", "--release", "--locked"])
        .args(["--package", "bindery-bench", "--"])
        .args(&options.names);
    for (asked, flag) in [(options.json, "--json"), (options.counted, "--counted")] {
        command.args(asked.then_some(flag));
    }
    let code = command.status()?.code();
    // Cargo's own failures have codes of their own.
    Ok(match code.and_then(|code| u8::try_from(code).ok()) {
        Some(code @ 0..=2) => code.into(),
        _ => ExitCode::FAILURE,
    })
}
