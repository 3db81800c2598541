//! The documents of this repository obey the profile of `specs/README.md`.

use std::path::{Path, PathBuf};

use xtask::{
    provenance,
    spec::{Document, Finding, lint},
};

fn specs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let entries = std::fs::read_dir(folder).expect("the repository has a folder `specs`");
    let mut specs: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    specs.sort();
    specs
}

fn findings(path: &Path) -> Vec<Finding> {
    match Document::load(path) {
        // What was added is held to the profile once somebody has brought it there.
        Ok(document) if provenance::is_as_published(document.text()) => Vec::new(),
        Ok(document) => lint(&document),
        Err(findings) => findings,
    }
}

#[test]
fn no_rule_finds_a_fault_in_the_specs() {
    let findings: Vec<String> = specs()
        .iter()
        .flat_map(|path| findings(path))
        .map(|finding| finding.to_string())
        .collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
