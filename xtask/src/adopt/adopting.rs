//! A document on its way into the profile.

use std::collections::BTreeMap;

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
    /// What the schemas of the document are called now.
    pub names: Names,
    /// Whether the last look at its examples, defaults and patterns found no fault in them.
    pub(super) values_fit: bool,
}

/// What the schemas of a document are called in the profile.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// The name in `components/schemas` of the schema that the vendor calls `written`.
    pub fn of<'a>(&'a self, written: &'a str) -> &'a str {
        self.0.get(written).map_or(written, String::as_str)
    }

    fn renamed(&mut self, renamed: &BTreeMap<String, String>) {
        for name in self.0.values_mut() {
            if let Some(new) = renamed.get(name) {
                name.clone_from(new);
            }
        }
        for (old, new) in renamed {
            let entry = self.0.entry(old.clone());
            entry.or_insert_with(|| new.clone());
        }
    }
}

/// The document while the passes work on it.
#[derive(Debug)]
pub(super) struct Adopting {
    document: Document,
    told: Told,
    values_fit: bool,
}

/// What the passes say of their work.
#[derive(Debug, Default)]
pub(super) struct Told {
    pass: &'static str,
    changes: Vec<Change>,
    findings: Vec<Finding>,
    names: Names,
}

impl Adopting {
    pub(super) fn new(document: Document) -> Self {
        Self {
            document,
            told: Told::default(),
            values_fit: false,
        }
    }

    pub(super) fn run(&mut self, pass: &'static Pass) {
        self.told.pass = pass.name;
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

    /// The document, and where to say what is done to it.
    pub(super) fn parts(&mut self) -> (&mut Node, &mut Told) {
        (self.document.root_mut(), &mut self.told)
    }

    /// Tells that something was rewritten.
    pub(super) fn changed(&mut self, position: Position, what: impl Into<String>) {
        self.told.changed(position, what);
    }

    /// Tells that schemas are called otherwise now.
    pub(super) fn renamed(&mut self, renamed: &BTreeMap<String, String>) {
        self.told.names.renamed(renamed);
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
        self.told.lost(rule, severity, position, what, mend);
    }

    /// Tells that nothing is wrong with the examples, defaults and patterns: nobody has to look once more.
    pub(super) fn values_fit(&mut self) {
        self.values_fit = true;
    }

    pub(super) fn finish(self) -> Adopted {
        let Told {
            changes,
            mut findings,
            names,
            ..
        } = self.told;
        for finding in &mut findings {
            finding.path = self.document.path_of(finding.position).to_owned();
        }
        Adopted {
            document: self.document,
            changes,
            findings,
            values_fit: self.values_fit,
            names,
        }
    }
}

impl Told {
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
            path: std::path::PathBuf::new(),
            position,
            rule,
            severity,
            what: what.into(),
            mend: mend.into().into(),
        });
    }
}

/// What a pass makes of a document, for the tests of the passes.
#[cfg(test)]
pub(super) struct After {
    pub(super) document: serde_json::Value,
    /// What it says it did.
    pub(super) changes: Vec<String>,
    /// What it says it could not keep.
    pub(super) lost: Vec<String>,
}

#[cfg(test)]
pub(super) fn after(pass: fn(&mut Adopting), text: &str) -> After {
    let path = std::path::Path::new("a.yaml");
    let document = Document::parse(path, text).expect("it is well formed");
    let mut adopting = Adopting::new(document);
    pass(&mut adopting);
    let adopted = adopting.finish();
    After {
        document: adopted.document.value(),
        changes: adopted
            .changes
            .into_iter()
            .map(|change| change.what)
            .collect(),
        lost: adopted
            .findings
            .into_iter()
            .map(|finding| finding.what)
            .collect(),
    }
}
