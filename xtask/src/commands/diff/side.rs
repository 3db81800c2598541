//! The two sides of a comparison.

use std::path::Path;

use serde_json::Value;

use super::revision::Revision;
use crate::{
    adopt::{self, Adopted},
    api::Api,
    diff::Version,
    generate,
    origin::{self, Brought, Refused},
    spec::{Document, Finding, Severity},
    workspace::{Spec, Workspace},
};

/// Where a document comes from.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// The spec as it is.
    Present(&'a Spec),
    /// The spec as it was, with its text.
    Past(&'a Revision<'a>, &'a Spec, &'a str),
    /// A document that is no spec, or not yet.
    Brought(&'a Path),
}

/// A document, with all its files in it.
pub(super) struct Side {
    document: Document,
    value: Value,
    /// What stands in its first file; nothing of one that is no spec.
    text: Option<String>,
}

impl Source<'_> {
    /// The document, or what is wrong with it.
    pub(super) fn load(self, workspace: &Workspace) -> Result<Side, Vec<String>> {
        let document = match self {
            Self::Present(spec) => workspace
                .load(spec)
                .and_then(|document| adopt::bundle(document, &workspace.root().join(&spec.path)))
                .map_err(lines)?,
            Self::Past(revision, spec, text) => {
                let document = Document::parse(&spec.path, text).map_err(lines)?;
                match adopt::is_whole(&document) {
                    true => document,
                    false => {
                        let file = revision.file(spec);
                        let file = file.map_err(|error| vec![format!("error: {error}")])?;
                        adopt::bundle(document, &file).map_err(lines)?
                    }
                }
            }
            Self::Brought(path) => match origin::bring(path) {
                Ok(Brought { document, .. }) => document,
                Err(Refused::Findings(findings)) => return Err(lines(findings)),
                Err(Refused::Unfound(why)) => return Err(vec![format!("error: {why}")]),
            },
        };
        Ok(Side {
            value: document.value(),
            text: match self {
                Self::Present(_) | Self::Past(..) => Some(document.text().to_owned()),
                Self::Brought(_) => None,
            },
            document,
        })
    }
}

impl Side {
    /// Whether the other one says the same, also to those who read its comments, if both are specs.
    pub(super) fn is(&self, other: &Self) -> bool {
        let texts = self.text.as_ref().zip(other.text.as_ref());
        texts.is_none_or(|(one, other)| one == other) && self.value == other.value
    }

    /// Its crate, or what is wrong with it.
    pub(super) fn generated(self, name: &str) -> Result<Version, Vec<String>> {
        let path = self.document.path().to_owned();
        let Adopted {
            document,
            mut findings,
            ..
        } = adopt::adopt_linted(self.document);
        findings.retain(|finding| finding.severity == Severity::Error);
        if !findings.is_empty() {
            return Err(lines(findings));
        }
        let api = Api::read(name, document.value());
        let files = generate::generate_crate(&api, document.text())
            .map_err(|error| vec![format!("{}: {error}", path.display())])?;
        Ok(Version { api, files })
    }
}

fn lines(findings: Vec<Finding>) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}
