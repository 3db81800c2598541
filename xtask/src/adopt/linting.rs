//! What is found in a document on its way into the profile.

use std::collections::HashMap;

use super::{Adopted, adopt, schemas};
use crate::spec::{self, Document, Finding, Position, Severity};

/// The document in the profile, with what could not be kept and what is still wrong with it, by position: with an error
/// among that, nothing can be generated.
pub fn adopt_linted(document: Document) -> Adopted {
    let mut adopted = adopt(document);
    // Checking every example takes as long as all other rules together.
    let left: fn(&str) -> bool = match adopted.values_fit {
        true => |rule| !schemas::examples::are_dropped(rule),
        false => |_| true,
    };
    let found = spec::lint_for(&adopted.document, left);
    adopted.findings.extend(found);
    adopted.findings.sort_by_key(|finding| finding.position);
    adopted
}

/// As [`adopt_linted`], with what is found in the document as it is written too. A fault that is mended on the way keeps
/// nobody from generating, but may be a slip of the pen: it is a warning.
pub fn adopt_as_written(document: Document) -> Adopted {
    let written = spec::lint(&document);
    let mut adopted = adopt_linted(document);
    if !adopted.changes.is_empty() {
        let left = std::mem::take(&mut adopted.findings);
        adopted.findings = merged(written, left);
    }
    adopted
}

/// What was written with what is left of it: what is found at one place by one rule both times is told once, in the words
/// of what was written.
fn merged(mut written: Vec<Finding>, left: Vec<Finding>) -> Vec<Finding> {
    let mut severities: HashMap<(Position, &str), Severity> = HashMap::new();
    for finding in &left {
        let severity = severities
            .entry((finding.position, finding.rule))
            .or_insert(finding.severity);
        *severity = finding.severity.min(*severity);
    }
    for finding in &mut written {
        finding.severity = severities
            .remove(&(finding.position, finding.rule))
            .unwrap_or(Severity::Warning);
    }
    let told: Vec<(Position, &str)> = written
        .iter()
        .map(|finding| (finding.position, finding.rule))
        .collect();
    let is_new = |finding: &Finding| !told.contains(&(finding.position, finding.rule));
    written.extend(left.into_iter().filter(is_new));
    written.sort_by_key(|finding| finding.position);
    written
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const CLEAN: &str = include_str!("../spec/lint/tests/clean.yaml");

    fn found(text: &str) -> Vec<(&'static str, Severity)> {
        let document = Document::parse(Path::new("a.yaml"), text).expect("it is well formed");
        let findings = adopt_as_written(document).findings;
        findings
            .iter()
            .map(|finding| (finding.rule, finding.severity))
            .collect()
    }

    #[test]
    fn what_is_mended_is_a_warning_and_what_is_left_an_error_each_told_once() {
        assert_eq!(found(CLEAN), []);
        assert_eq!(
            found(&CLEAN.replacen("summary:", "sumary:", 1)),
            [
                ("missing-summary", Severity::Warning),
                ("unknown-key", Severity::Warning)
            ]
        );
        assert_eq!(
            found(&CLEAN.replacen("schemas/NewWallet", "schemas/NewWalet", 1)),
            [("unknown-reference", Severity::Error)]
        );
    }

    #[test]
    fn a_fault_that_is_mended_in_one_place_is_no_error_for_being_left_in_another() {
        let text = CLEAN.replacen("summary:", "sumary:", 1).replacen(
            "        size: page_size",
            "        sise: page_size",
            1,
        );
        let found = found(&text);
        assert!(
            found.contains(&("unknown-key", Severity::Warning)),
            "{found:?}"
        );
        assert!(
            found.contains(&("unknown-extension-key", Severity::Error)),
            "{found:?}"
        );
    }
}
