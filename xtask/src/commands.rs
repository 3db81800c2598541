//! What a maintainer types.

mod add;
mod bench;
mod diff;
mod generate;
mod lint;
mod list;
mod mutants;
mod remove;
mod soak;
mod tour;
mod trial;
mod watch;

use std::{
    io::{self, Write},
    process::ExitCode,
};

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
    /// Make a provider of a document: copy it, generate its crate, enter it everywhere, and say what is left to do by hand.
    Add(add::Options),
    /// Measure what the clients cost, and hold it against the bars.
    Bench(bench::Options),
    /// Generate the provider crates from their specs.
    Generate(generate::Options),
    /// Tell what changed for callers since a revision, and which version it asks for.
    Diff(diff::Options),
    /// Look for what would make the generator fail or a caller suffer.
    Lint(lint::Options),
    /// List the specs, and the crates made from them.
    List(list::Options),
    /// Break each invariant of the token layer on purpose, and see that its tests fail.
    Mutants(mutants::Options),
    /// Take a provider out again, to the byte.
    Remove(remove::Options),
    /// Make many calls to the sandbox while it breaks, and count its ledgers afterwards.
    Soak(soak::Options),
    /// Check that the generated code is fresh, then walk each provider through its typed client.
    Tour(tour::Options),
    /// Take documents without touching the workspace: generate, compile, send values through the types, and print a table.
    Try(trial::Options),
    /// Generate what every saved spec touches, and say what is wrong with it.
    Watch,
}

impl Arguments {
    /// Carries the command out on `workspace`; what there is to say goes to `out` and `err`.
    pub fn run(self, workspace: &Workspace, out: &mut dyn Write, err: &mut dyn Write) -> ExitCode {
        let outcome = match self.command {
            Command::Bench(options) => return reported(bench::run(&options, workspace), err),
            Command::Add(options) => add::run(&options, workspace, out, err),
            Command::Remove(options) => remove::run(&options, workspace, out, err),
            Command::Generate(options) => generate::run(&options, workspace, out, err),
            Command::Diff(options) => diff::run(&options, workspace, out, err),
            Command::Lint(options) => lint::run(&options, workspace, out, err),
            Command::List(options) => list::run(&options, workspace, out, err),
            Command::Mutants(options) => mutants::run(&options, workspace, out, err),
            Command::Soak(options) => soak::run(&options, workspace, out),
            Command::Tour(options) => tour::run(&options, workspace, out, err),
            Command::Try(options) => trial::run(&options, workspace, out, err),
            Command::Watch => watch::run(workspace, out, err),
        };
        let outcome = match outcome {
            Ok(true) => Ok(ExitCode::SUCCESS),
            Ok(false) => Ok(ExitCode::FAILURE),
            Err(error) => Err(error),
        };
        reported(outcome, err)
    }
}

fn reported(outcome: io::Result<ExitCode>, err: &mut dyn Write) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        // Where even this cannot be written, there is nobody left to tell.
        let _ = writeln!(err, "error: {error}");
        ExitCode::FAILURE
    })
}

fn counted(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}
