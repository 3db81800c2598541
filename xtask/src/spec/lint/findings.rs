//! Where rules put what they find.

use super::super::{Document, Finding, Mend, Position};
use super::Rule;

/// The findings of a run, under the name of the rule that is at work.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    document: &'a Document,
    rule: &'static Rule,
    list: Vec<Finding>,
}

impl<'a> Findings<'a> {
    /// Runs one rule after the other and gives what they found, by position.
    pub(super) fn collect(
        document: &'a Document,
        rules: &'static [Rule],
        check: impl Fn(&'static Rule, &mut Self),
    ) -> Vec<Finding> {
        let mut list = document.flaws().to_vec();
        for rule in rules {
            let mut findings = Self {
                document,
                rule,
                list,
            };
            check(rule, &mut findings);
            list = findings.list;
        }
        // Stable, so that faults at one place stay in the order of the rules.
        list.sort_by_key(|finding| finding.position);
        // What several operations share is looked at once per operation, and reported once.
        let mut seen = std::collections::HashSet::new();
        list.retain(|finding| seen.insert((finding.position, finding.rule, finding.what.clone())));
        list
    }

    /// Adds a fault: what is wrong, and what to write instead.
    pub(super) fn add(
        &mut self,
        position: Position,
        what: impl Into<String>,
        mend: impl Into<Mend>,
    ) {
        self.list.push(Finding {
            path: self.document.path_of(position).to_owned(),
            position,
            rule: self.rule.name,
            severity: self.rule.severity,
            what: what.into(),
            mend: mend.into(),
        });
    }
}
