//! Findings as a SARIF 2.1.0 log (OASIS, Static Analysis Results Interchange Format).

use std::{
    io::{self, Write},
    path::Path,
};

use serde_json::{Value, json};

use super::Linted;
use crate::spec::{self, Change, Position, Severity};

pub(super) fn write(looked_at: &[Linted], out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<Value> = spec::rules()
        .map(|(name, severity, suffers)| {
            json!({
                "id": name,
                "shortDescription": {"text": format!("Callers get {suffers}.")},
                "defaultConfiguration": {"level": level(severity)},
            })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "cargo xtask lint",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": looked_at.iter().flat_map(results).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn results(linted: &Linted) -> impl Iterator<Item = Value> {
    linted.findings.iter().map(|finding| {
        let artifact = json!({"uri": uri(&finding.path)});
        let mut result = json!({
            "ruleId": finding.rule,
            "level": level(finding.severity),
            "message": {"text": format!("{}: {}", finding.what, finding.mend.words())},
            "locations": [{"physicalLocation": {
                "artifactLocation": artifact,
                "region": {"startLine": finding.position.line, "startColumn": finding.position.column},
            }}],
        });
        let change = linted
            .document
            .as_ref()
            .and_then(|document| Change::of(finding, document));
        if let Some(change) = change {
            result["fixes"] = json!([{
                "description": {"text": finding.mend.words()},
                "artifactChanges": [{
                    "artifactLocation": artifact,
                    "replacements": [{
                        "deletedRegion": region(change.start, change.end),
                        "insertedContent": {"text": change.text},
                    }],
                }],
            }]);
        }
        result
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn region(start: Position, end: Position) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// A path as a reference relative to the root of the sources, or as a `file` URL where it is absolute (RFC 8089).
fn uri(path: &Path) -> String {
    let scheme = if path.is_absolute() { "file://" } else { "" };
    let mut uri = scheme.to_owned();
    for character in path.to_string_lossy().chars() {
        match character {
            '\\' => uri.push('/'),
            'A'..='Z' | 'a'..='z' | '0'..='9' | '/' | '-' | '.' | '_' | '~' => uri.push(character),
            _ => {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    uri.push_str(&format!("%{byte:02X}"));
                }
            }
        }
    }
    uri
}
