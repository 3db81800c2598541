//! `bindery-bench`: what `cargo xtask bench` runs.

use std::{io, process::ExitCode};

use bindery_bench::{
    part,
    report::{self, Effort, REPORTS, Report},
    sheet::{Form, Sheet},
};
use clap::{Parser, builder::PossibleValuesParser};

/// Measures what Bindery's clients cost, and holds it against the bars.
///
/// Ends with 0 where all bars hold, 1 where one does not or could not be measured, 2 on misuse.
#[derive(Debug, Parser)]
#[command(name = "bindery-bench", bin_name = "cargo xtask bench", version)]
struct Arguments {
    /// The reports to make; all of them if none is named.
    #[arg(value_name = "NAME", value_parser = names())]
    names: Vec<String>,

    /// Print one line of JSON for each figure.
    #[arg(long)]
    json: bool,

    /// Judge counts alone: times differ where other programs run beside.
    #[arg(long)]
    counted: bool,

    /// Measure just often enough to see that the reports work: the figures mean nothing.
    #[arg(long, hide = true)]
    glance: bool,
}

fn names() -> PossibleValuesParser {
    REPORTS.iter().map(|report| report.name).into()
}

fn main() -> ExitCode {
    if let Some(outcome) = part::asked_for() {
        return outcome;
    }
    let arguments = Arguments::parse();
    let form = if arguments.json {
        Form::Json
    } else {
        Form::Table
    };
    let effort = if arguments.glance {
        Effort::Glance
    } else {
        Effort::Full
    };
    let chosen: Vec<&Report> = if arguments.names.is_empty() {
        REPORTS.iter().collect()
    } else {
        let names = arguments.names.iter();
        names.filter_map(|name| report::named(name)).collect()
    };
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let mut sheet = Sheet::new(form, &mut out, &mut err).counted(arguments.counted);
    match report::run(&chosen, effort, &mut sheet) {
        Ok(()) if sheet.holds() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: failed to write the figures: {error}");
            ExitCode::FAILURE
        }
    }
}
