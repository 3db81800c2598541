//! One change, and what it means for callers.

/// What a change means for callers, by the rules of Cargo (<https://doc.rust-lang.org/cargo/reference/semver.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing to do, and nothing new to use.
    Patch,
    /// Something new to use.
    Minor,
    /// Callers no longer compile, or a program that compiles does something else.
    Breaking,
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it means for callers.
    pub verdict: Verdict,
    /// The call by its `operationId`, the type by its name, or the part of the crate.
    pub subject: String,
    /// What changed of it.
    pub what: String,
}

impl Change {
    pub(super) fn new(
        verdict: Verdict,
        subject: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        Self {
            verdict,
            subject: subject.into(),
            what: what.into(),
        }
    }
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Breaking => "breaking",
        }
    }
}
