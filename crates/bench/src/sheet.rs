//! Where a report writes its figures down.

use std::{
    fmt::Display,
    io::{self, Write},
};

use crate::figure::Figure;

/// How figures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A table for people.
    Table,
    /// One line of JSON for each figure.
    Json,
}

/// Writes each figure as soon as it is there, and keeps in mind whether all hold.
pub struct Sheet<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    form: Form,
    counted: bool,
    begun: bool,
    holds: bool,
}

impl<'a> Sheet<'a> {
    /// A sheet whose figures go to `out`, and whatever else there is to say to `err`.
    pub fn new(form: Form, out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Self {
            out,
            err,
            form,
            counted: false,
            begun: false,
            holds: true,
        }
    }

    /// Judges counts alone: a time that was measured counts as good enough.
    #[must_use]
    pub fn counted(mut self, counted: bool) -> Self {
        self.counted = counted;
        self
    }

    /// Writes a figure down.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&mut self, figure: &Figure) -> io::Result<()> {
        let passed_over = self.counted && figure.is_time() && figure.value().is_some();
        self.holds &= figure.holds() || passed_over;
        match self.form {
            Form::Json => writeln!(self.out, "{}", serde_json::to_string(figure)?)?,
            Form::Table => self.row(figure)?,
        }
        self.out.flush()
    }

    /// Writes a figure down that could not be measured, and why.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn miss(&mut self, figure: &Figure, why: impl Display) -> io::Result<()> {
        self.write(figure)?;
        writeln!(self.err, "error: {}: {why}", figure.name())
    }

    /// Tells of a report that broke off.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn break_off(&mut self, report: &str, why: impl Display) -> io::Result<()> {
        self.holds = false;
        writeln!(
            self.err,
            "error: failed to measure all of `{report}`: {why}"
        )
    }

    /// Whether every figure so far holds.
    pub fn holds(&self) -> bool {
        self.holds
    }

    fn row(&mut self, figure: &Figure) -> io::Result<()> {
        if !self.begun {
            self.begun = true;
            writeln!(
                self.out,
                "{:<50} {:>12}  {:<12} {:>9}  holds",
                "figure", "value", "unit", "bar"
            )?;
        }
        let shown = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
        let holds = match (figure.holds(), figure.bar()) {
            (true, None) => "",
            (true, Some(_)) => "yes",
            (false, _) => "NO",
        };
        let row = format!(
            "{:<50} {:>12}  {:<12} {:>9}  {holds}",
            figure.name(),
            shown(figure.value()),
            figure.unit(),
            shown(figure.bar()),
        );
        writeln!(self.out, "{}", row.trim_end())
    }
}

impl std::fmt::Debug for Sheet<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet")
            .field("form", &self.form)
            .field("holds", &self.holds)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: Form, figures: &[Figure]) -> (String, bool) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut sheet = Sheet::new(form, &mut out, &mut err);
        for figure in figures {
            sheet.write(figure).expect("memory");
        }
        let holds = sheet.holds();
        (String::from_utf8(out).expect("text"), holds)
    }

    #[test]
    fn a_sheet_holds_where_every_figure_does() {
        let (good, bad) = (
            Figure::at_most("good", 1.0, "", 1.0),
            Figure::at_most("bad", 2.0, "", 1.0),
        );
        assert!(written(Form::Json, &[]).1);
        assert!(written(Form::Json, &[good.clone(), good.clone()]).1);
        assert!(!written(Form::Json, &[good.clone(), bad, good.clone()]).1);
        let missing = Figure::unmeasured("missing", "", None);
        assert!(!written(Form::Table, &[good, missing]).1);
    }

    #[test]
    fn of_counts_alone_a_slow_machine_takes_nothing() {
        let judged = |figure: Figure| {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let mut sheet = Sheet::new(Form::Json, &mut out, &mut err).counted(true);
            sheet.write(&figure).expect("memory");
            sheet.holds()
        };
        assert!(judged(Figure::at_most("slow", 200.0, "ns", 100.0)));
        assert!(!judged(Figure::unmeasured("slow", "ns", Some(100.0))));
        assert!(!judged(Figure::at_most("many", 2.0, "requests", 1.0)));
    }

    #[test]
    fn a_report_that_broke_off_does_not_hold() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut sheet = Sheet::new(Form::Json, &mut out, &mut err);
        sheet.break_off("auth", "no port is free").expect("memory");
        assert!(!sheet.holds());
        assert!(out.is_empty());
        assert_eq!(
            String::from_utf8(err).expect("text"),
            "error: failed to measure all of `auth`: no port is free\n"
        );
    }

    #[test]
    fn a_table_is_aligned_and_marks_what_does_not_hold() {
        let figures = [
            Figure::at_most("auth.hit.time", 71.25, "ns", 100.0),
            Figure::informing("auth.clock.time", 24.0, "ns"),
            Figure::at_most("auth.hit.allocations", 1.0, "allocations", 0.0),
            Figure::unmeasured("auth.call.get.instructions", "ratio", Some(1.05)),
        ];
        let rows = [
            "figure                                                    value  unit               bar  holds",
            "auth.hit.time                                             71.25  ns                 100  yes",
            "auth.clock.time                                              24  ns                   -",
            "auth.hit.allocations                                          1  allocations          0  NO",
            "auth.call.get.instructions                                    -  ratio             1.05  NO",
            "",
        ];
        assert_eq!(written(Form::Table, &figures).0, rows.join("\n"));
    }
}
