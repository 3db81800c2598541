//! What the tour says on its way.

use std::{error::Error, fmt::Display, time::Instant};

use crate::place::Place;

/// Speaks for one stop of the tour.
pub(crate) struct Guide {
    step: u32,
    since: Instant,
}

impl Guide {
    /// Announces the stop.
    pub(crate) fn new(name: &str, place: &Place<'_>) -> Self {
        let prefix = name.to_uppercase().replace('-', "_");
        let url = place.variable(&format!("{prefix}_URL"));
        let whereabouts = url
            .or_else(|| place.variable(&format!("{prefix}_ENVIRONMENT")))
            .unwrap_or_default();
        let kind = if place.sandbox.is_some() {
            "sandbox"
        } else {
            "real service"
        };
        println!("\n{name}: the {kind} at {whereabouts}");
        Self {
            step: 0,
            since: Instant::now(),
        }
    }

    /// Tells what comes next.
    pub(crate) fn step(&mut self, what: impl Display) {
        self.step += 1;
        self.since = Instant::now();
        println!("{:>4}. {what}", self.step);
    }

    /// Tells what came out of it.
    pub(crate) fn found(&self, what: impl Display) {
        println!("      {what}  ({} ms)", self.since.elapsed().as_millis());
    }

    /// Tells what went wrong, with every cause.
    pub(crate) fn stumble(&self, error: &dyn Error) {
        eprintln!("      failed: {error}");
    }
}
