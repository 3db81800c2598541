//! From a document to the files of its crate, in memory.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::{Duration, Instant},
};

use heck::ToKebabCase as _;

use crate::{
    adopt::{self, Change, Names},
    api::Api,
    deep_stack::on_deep_stack,
    generate::{self, Carried, Extent, Files},
    lower,
    spec::{Document, Finding, Severity},
};

/// What became of a document.
#[derive(Debug)]
pub struct Attempt {
    /// The name of the crate that is made of it.
    pub name: String,
    /// What it says; `None` where it was refused.
    pub api: Option<Api>,
    /// What was rewritten on the way into the profile.
    pub changes: Vec<Change>,
    /// How many passes rewrote something.
    pub passes: usize,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What the generator itself said, where it failed.
    pub failure: Option<String>,
    /// The files.
    pub files: Files,
    /// The document as it was written, in one file.
    pub(super) written: Option<Document>,
    /// The document in the profile.
    pub(super) adopted: Option<Document>,
    /// What its schemas are called in the profile.
    pub(super) names: Names,
    /// The types of what its calls carry.
    pub(super) carried: Carried,
    /// From the text to the files.
    pub took: Duration,
}

impl Attempt {
    /// Whether there are files.
    pub fn is_generated(&self) -> bool {
        !self.files.is_empty()
    }

    /// How many lines of Rust the crate has.
    pub fn lines(&self) -> usize {
        let sources = self
            .files
            .iter()
            .filter(|(path, _)| path.starts_with("crates"));
        sources
            .filter(|(path, _)| path.extension().is_some_and(|extension| extension == "rs"))
            .map(|(_, text)| text.lines().count())
            .sum()
    }
}

/// Adopts and lints the document in a file, and generates its crate.
pub fn attempt(path: &Path) -> Attempt {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let stem = stem.to_kebab_case();
    let name = match stem.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => stem,
        false => format!("api-{stem}"),
    };
    made(name, Extent::Crate, || {
        Document::load(path).and_then(|document| adopt::bundle(document, path))
    })
}

/// Adopts and lints the document in a text, which stands in no file, and generates all there is to it; `name` is that of
/// the crate.
pub fn attempt_text(name: &str, text: &str) -> Attempt {
    let path = format!("{name}.yaml");
    made(name.to_owned(), Extent::CrateAndTests, || {
        Document::parse(Path::new(&path), text)
    })
}

fn made(
    name: String,
    extent: Extent,
    load: impl FnOnce() -> Result<Document, Vec<Finding>> + Send,
) -> Attempt {
    let started = Instant::now();
    let mut attempt = Attempt {
        name,
        api: None,
        changes: Vec::new(),
        passes: 0,
        findings: Vec::new(),
        failure: None,
        files: Files::new(),
        written: None,
        adopted: None,
        names: Names::default(),
        carried: Carried::default(),
        took: Duration::ZERO,
    };
    // A document must never bring the command down: the others are to be tried too.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        on_deep_stack(|| match load() {
            Ok(document) => generated(document, extent, &mut attempt),
            Err(findings) => attempt.findings = findings,
        })
    }));
    if let Err(panic) = outcome {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        attempt.failure = Some(format!(
            "the generator panicked: {}",
            text.unwrap_or("without a message")
        ));
    }
    attempt.took = started.elapsed();
    attempt
}

fn generated(document: Document, extent: Extent, attempt: &mut Attempt) {
    attempt.written = Some(document.clone());
    let adopted = adopt::adopt_linted(document);
    let mut passes: Vec<&str> = adopted.changes.iter().map(|change| change.pass).collect();
    passes.dedup();
    attempt.passes = passes.len();
    attempt.changes = adopted.changes;
    attempt.findings = adopted.findings;
    attempt.names = adopted.names;
    if attempt
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
    {
        return;
    }
    let api = Api::read(&attempt.name, adopted.document.value());
    let (lowered, applied) = lower::lower(&api);
    attempt.passes += applied.iter().filter(|applied| applied.places > 0).count();
    match generate::generate_lowered(&api, &lowered, adopted.document.text(), extent) {
        Ok((files, carried)) => {
            attempt.files = files;
            attempt.carried = carried;
        }
        Err(error) => attempt.failure = Some(error),
    }
    attempt.api = Some(api);
    attempt.adopted = Some(adopted.document);
}
