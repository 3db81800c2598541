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
    pub mend: Mend,
}

/// How to mend a fault: in words, and as a change of the text where there is only one sensible one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    // Without room to grow: a finding is what readers fail with, and fits where they return it.
    words: Box<str>,
    edit: Option<Box<Edit>>,
}

/// A change of the text that mends a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// The key or string at the finding's position becomes another.
    Replace {
        /// What it is now.
        from: String,
        /// What it becomes.
        to: String,
    },
    /// The map that begins at this position gets an entry.
    Add {
        /// Where the map begins.
        map: Position,
        /// The entry's key.
        key: String,
        /// The entry's value, as it is written in YAML and in JSON.
        value: String,
    },
    /// The entry whose key is at the finding's position goes.
    Remove,
}

impl Mend {
    /// Words and a change that does what they say.
    pub(crate) fn with_edit(words: impl Into<String>, edit: Edit) -> Self {
        Self {
            words: words.into().into(),
            edit: Some(Box::new(edit)),
        }
    }

    /// The words.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// The change; `None` where it takes somebody who knows what was meant.
    pub fn edit(&self) -> Option<&Edit> {
        self.edit.as_deref()
    }
}

impl<T: Into<String>> From<T> for Mend {
    fn from(words: T) -> Self {
        Self {
            words: words.into().into(),
            edit: None,
        }
    }
}

impl Finding {
    /// A fault that keeps the document from being read at all.
    pub(crate) fn unreadable(
        path: &Path,
        position: Position,
        rule: &'static str,
        what: impl Into<String>,
        mend: impl Into<Mend>,
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
            OneLine(self.mend.words())
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
                file: 0,
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
