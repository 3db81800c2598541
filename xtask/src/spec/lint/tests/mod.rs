//! Each rule finds its fault in a document that has no other, and nothing in one that has none.

mod faults;

use std::path::Path;

use super::super::{Document, Finding};
use super::{RULES, lint};
use crate::adopt;

const CLEAN: &str = include_str!("clean.yaml");

/// A fault: the rule that must find it, and what to replace in the clean document to get it.
struct Fault {
    rule: &'static str,
    from: &'static str,
    to: &'static str,
}

impl Fault {
    fn findings(&self) -> Vec<Finding> {
        assert!(
            CLEAN.contains(self.from),
            "the clean document has no {:?}",
            self.from
        );
        findings(&CLEAN.replacen(self.from, self.to, 1))
    }
}

fn findings(text: &str) -> Vec<Finding> {
    match Document::parse(Path::new("specs/ledger.yaml"), text) {
        Ok(document) => lint(&document),
        Err(findings) => findings,
    }
}

fn printed(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|finding| format!("{finding}\n"))
        .collect()
}

#[test]
fn a_document_that_obeys_the_profile_has_no_finding() {
    assert_eq!(printed(&findings(CLEAN)), "");
}

#[test]
fn every_rule_finds_its_fault() {
    for fault in faults::FAULTS {
        let findings = fault.findings();
        assert!(
            findings.iter().any(|finding| finding.rule == fault.rule),
            "{} was not found in {:?}, but:\n{}",
            fault.rule,
            fault.to,
            printed(&findings)
        );
    }
}

#[test]
fn every_fault_is_told_by_the_generator_too() {
    for fault in faults::FAULTS {
        let text = CLEAN.replacen(fault.from, fault.to, 1);
        let findings = match Document::parse(Path::new("specs/ledger.yaml"), &text) {
            Ok(document) => adopt::adopt_as_written(document).findings,
            Err(findings) => findings,
        };
        assert!(
            findings.iter().any(|finding| finding.rule == fault.rule),
            "{} was not told of {:?}, but:\n{}",
            fault.rule,
            fault.to,
            printed(&findings)
        );
    }
}

#[test]
fn every_rule_has_a_fault_that_it_finds() {
    let missing: Vec<&str> = RULES
        .iter()
        .map(|rule| rule.name)
        .filter(|rule| faults::FAULTS.iter().all(|fault| fault.rule != *rule))
        .collect();
    assert!(missing.is_empty(), "no fault for {missing:?}");
}

#[test]
fn every_rule_says_what_a_caller_would_suffer() {
    let silent: Vec<&str> = RULES
        .iter()
        .map(|rule| rule.name)
        .filter(|rule| super::suffers(rule).is_empty())
        .collect();
    assert!(silent.is_empty(), "nothing is said of {silent:?}");
}

#[test]
fn the_messages_say_where_what_and_how_to_mend_it() {
    let messages: String = faults::FAULTS
        .iter()
        .map(|fault| format!("# {}\n{}\n", fault.rule, printed(&fault.findings())))
        .collect();
    insta::assert_snapshot!("messages", messages);
}

#[test]
fn all_faults_come_out_in_one_run_in_the_order_of_the_text() {
    let mut text = CLEAN.to_owned();
    let several = [
        ("operationId: list_wallets", "operationId: ListWallets"),
        ("summary: Makes a wallet.", "description: Makes a wallet."),
        ("level: sdk", "levle: sdk"),
        ("x-websocket:", "x-web-socket:"),
        (
            "'#/components/schemas/WalletStatus'",
            "'#/components/schemas/WaletStatus'",
        ),
    ];
    for (from, to) in several {
        text = text.replacen(from, to, 1);
    }
    let findings = findings(&text);
    let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    for rule in [
        "operation-id-not-snake-case",
        "missing-summary",
        "unknown-extension-key",
        "unknown-extension",
        "unknown-reference",
    ] {
        assert!(rules.contains(&rule), "{rule} is not among {rules:?}");
    }
    assert!(findings.is_sorted_by_key(|finding| finding.position));
}

#[test]
fn no_message_shows_the_value_of_a_secret() {
    // Too short for `minLength`, and too short to be anything else in the document.
    let text = CLEAN.replace("hunter2", "pw1");
    let messages = printed(&findings(&text));
    assert!(
        messages.contains("`/results/0/secret` of the example is shorter than 5 characters"),
        "{messages}"
    );
    assert!(!messages.contains("pw1"), "{messages}");
}
