//! Findings as JSON, one object on each line.

use std::io::{self, Write};

use serde_json::json;

use super::Linted;
use crate::spec::{self, Severity};

pub(super) fn write(looked_at: &[Linted], out: &mut dyn Write) -> io::Result<()> {
    for finding in looked_at.iter().flat_map(|linted| &linted.findings) {
        let line = json!({
            "path": finding.path.to_string_lossy(),
            "line": finding.position.line,
            "column": finding.position.column,
            "rule": finding.rule,
            "severity": match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            "what": finding.what,
            "suffers": spec::suffers(finding.rule),
            "mend": finding.mend.words(),
            "fixable": finding.mend.edit().is_some(),
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}
