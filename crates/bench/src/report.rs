//! The reports there are. A new one is a function and a line in [`REPORTS`].

use std::{error::Error, io};

use crate::{auth, generate, sheet::Sheet, streams};

/// The reports, in the order they run in.
pub const REPORTS: &[Report] = &[
    Report {
        name: "auth",
        run: auth::report,
    },
    Report {
        name: "streams",
        run: streams::report,
    },
    Report {
        name: "generate",
        run: generate::report,
    },
];

/// A set of figures that are measured together.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// What a maintainer types; the names of its figures start with it.
    pub name: &'static str,
    /// Measures the figures and writes them down.
    pub run: fn(&mut Sheet<'_>, Effort) -> Outcome,
}

/// What broke a report off, if anything did.
pub type Outcome = Result<(), Box<dyn Error>>;

/// How thoroughly to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As often as it takes for figures that stay the same from run to run.
    Full,
    /// Just often enough to see that the report works.
    Glance,
}

impl Effort {
    /// `full`, or `glance` where that will do.
    pub fn of(self, full: u64, glance: u64) -> u64 {
        match self {
            Self::Full => full,
            Self::Glance => glance,
        }
    }
}

/// Runs the reports of these names, or all of them if there are none.
///
/// # Errors
///
/// When a figure cannot be written.
pub fn run(names: &[&Report], effort: Effort, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for report in names {
        if let Err(error) = (report.run)(sheet, effort) {
            sheet.break_off(report.name, error)?;
        }
    }
    Ok(())
}

/// The report of this name.
pub fn named(name: &str) -> Option<&'static Report> {
    REPORTS.iter().find(|report| report.name == name)
}
