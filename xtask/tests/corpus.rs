//! Documents that vendors published become crates. They are not part of this repository: where they lie beside it, they
//! are tried.

use std::path::{Path, PathBuf};

use xtask::{adopt, provenance, spec::Document, trial};

/// Documents that were put beside the repository.
fn published() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut all: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    all.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml" || extension == "json")
    });
    all.sort();
    all
}

fn generated(path: &Path) {
    let attempt = trial::attempt(path);
    let errors: Vec<String> = attempt
        .findings
        .iter()
        .filter(|finding| finding.severity == xtask::spec::Severity::Error)
        .map(ToString::to_string)
        .collect();
    assert_eq!(errors, [""; 0], "{}", path.display());
    assert_eq!(attempt.failure, None, "{}", path.display());
    assert!(attempt.is_generated(), "{}", path.display());
}

#[test]
fn what_vendors_publish_is_generated() {
    for path in published() {
        generated(&path);
    }
}

#[test]
fn what_vendors_write_is_generated() {
    generated(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vendor.yaml"));
}

#[test]
fn a_document_in_the_profile_comes_out_unchanged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let entries = std::fs::read_dir(folder).expect("the repository has a folder `specs`");
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let document = Document::load(&path).expect("a spec is well formed");
        if provenance::is_as_published(document.text()) {
            continue;
        }
        let before = document.value();
        let adopted = adopt::adopt(document);
        assert_eq!(adopted.changes, [], "{}", path.display());
        assert_eq!(adopted.findings, [], "{}", path.display());
        assert_eq!(adopted.document.value(), before, "{}", path.display());
    }
}
