//! What is wrong with a document, where, and how to mend it.

use std::fmt;
use std::path::{Path, PathBuf};

use super::Position;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The generator cannot take the document, or what it made would be wrong.
    Error,
    /// The generator can take it; a caller or a test would miss something.
    Warning,
}

/// One fault of a document.
///
/// Printed, it is one line: `specs/upvest.yaml:12:7  rule-name  what  — how to mend it`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The document, as the caller named it.
    pub path: PathBuf,
    /// Where in the document.
    pub position: Position,
    /// The rule that found it, in kebab-case.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong; names the operation or the schema.
    pub what: String,
    /// What to write instead.
    pub mend: String,
}

impl Finding {
    /// A fault that keeps the document from being read at all.
    pub(crate) fn unreadable(
        path: &Path,
        position: Position,
        rule: &'static str,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            position,
            rule,
            severity: Severity::Error,
            what: what.into(),
            mend: mend.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}  {}  {}  — {}",
            self.path.display(),
            self.position,
            self.rule,
            OneLine(&self.what),
            OneLine(&self.mend)
        )
    }
}

/// Text of a document inside a message: a line break or a terminal's control character in a name
/// must not tear the message apart.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_whatever_the_document_is_called() {
        let finding = Finding::unreadable(
            Path::new("specs/x.yaml"),
            Position {
                line: 12,
                column: 7,
            },
            "unknown-key",
            "`a\nb\u{1b}[31m` is no key of a schema",
            "take it out",
        );
        assert_eq!(
            finding.to_string(),
            "specs/x.yaml:12:7  unknown-key  `a\\nb\\u{1b}[31m` is no key of a schema  — take it out"
        );
    }
}
