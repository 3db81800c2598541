//! What a maintainer types.

mod generate;
mod list;
mod mutants;
mod tour;

use std::{io::Write, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// The maintainer's commands of Bindery.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate the provider crates from their specs.
    Generate(generate::Options),
    /// List the specs, and the crates made from them.
    List,
    /// Break each invariant of the token layer on purpose, and see that its tests fail.
    Mutants(mutants::Options),
    /// Check that the generated code is fresh, then walk each provider through its typed client.
    Tour(tour::Options),
}

impl Arguments {
    /// Carries the command out on `workspace`; what there is to say goes to `out` and `err`.
    pub fn run(self, workspace: &Workspace, out: &mut dyn Write, err: &mut dyn Write) -> ExitCode {
        let outcome = match self.command {
            Command::Generate(options) => generate::run(&options, workspace, out, err),
            Command::List => list::run(workspace, out, err),
            Command::Mutants(options) => mutants::run(&options, workspace, out, err),
            Command::Tour(options) => tour::run(&options, workspace, out, err),
        };
        match outcome {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                // Where even this cannot be written, there is nobody left to tell.
                let _ = writeln!(err, "error: {error}");
                ExitCode::FAILURE
            }
        }
    }
}

fn counted(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}
