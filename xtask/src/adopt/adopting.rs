//! A document on its way into the profile.

use super::Pass;
use crate::spec::{Document, Finding, Node, Position, Severity};

/// Something that a pass rewrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The pass.
    pub pass: &'static str,
    /// Where in the document as it was written.
    pub position: Position,
    /// What was rewritten, in words.
    pub what: String,
}

/// A document in the profile.
#[derive(Debug)]
pub struct Adopted {
    /// The document.
    pub document: Document,
    /// What was rewritten, in the order of the passes.
    pub changes: Vec<Change>,
    /// What could not be kept.
    pub findings: Vec<Finding>,
}

/// The document while the passes work on it.
#[derive(Debug)]
pub(super) struct Adopting {
    document: Document,
    pass: &'static str,
    changes: Vec<Change>,
    findings: Vec<Finding>,
}

impl Adopting {
    pub(super) fn new(document: Document) -> Self {
        Self {
            document,
            pass: "",
            changes: Vec::new(),
            findings: Vec::new(),
        }
    }

    pub(super) fn run(&mut self, pass: &'static Pass) {
        self.pass = pass.name;
        (pass.apply)(self);
    }

    /// The document as the passes before have left it.
    pub(super) fn root(&mut self) -> &mut Node {
        self.document.root_mut()
    }

    /// The document as the passes before have left it, to be looked at.
    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    /// Tells that something was rewritten.
    pub(super) fn changed(&mut self, position: Position, what: impl Into<String>) {
        self.changes.push(Change {
            pass: self.pass,
            position,
            what: what.into(),
        });
    }

    /// Tells that something cannot be kept.
    pub(super) fn lost(
        &mut self,
        rule: &'static str,
        severity: Severity,
        position: Position,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.findings.push(Finding {
            path: self.document.path().to_owned(),
            position,
            rule,
            severity,
            what: what.into(),
            mend: mend.into().into(),
        });
    }

    pub(super) fn finish(self) -> Adopted {
        Adopted {
            document: self.document,
            changes: self.changes,
            findings: self.findings,
        }
    }
}
