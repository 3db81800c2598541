//! Making the changes that mend a document where there is only one sensible way.
//!
//! A change is made in the text, so that comments, order and spacing stay as they were written.

use std::ops::Range;

use super::{Document, Edit, Finding, Position, lint};

/// A change of a document's text that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The bytes that go.
    pub bytes: Range<usize>,
    /// Where they begin.
    pub start: Position,
    /// Where they end.
    pub end: Position,
    /// What stands there instead.
    pub text: String,
}

impl Change {
    /// The change that mends `finding`; `None` where that is not a matter of the text alone, or of another
    /// file that the document consists of.
    pub fn of(finding: &Finding, document: &Document) -> Option<Self> {
        if finding.position.file != 0 {
            return None;
        }
        let text = document.text();
        let at = |position| offset(text, position);
        let (bytes, instead) = match finding.mend.edit()? {
            Edit::Replace { from, to } => {
                let start = at(finding.position)?;
                let bytes = scalar(text, start, from)?;
                (bytes, to.clone())
            }
            Edit::Add { map, key, value } => {
                let start = at(*map)?;
                if text[start..].starts_with('{') {
                    let json = text.trim_start().starts_with('{');
                    let inside = start + 1;
                    (
                        inside..inside,
                        entry_in_braces(&text[inside..], key, value, json),
                    )
                } else {
                    // A tag, an anchor or an alias stands before the first key, which is elsewhere then.
                    if text[start..].starts_with(['!', '&', '*']) {
                        return None;
                    }
                    let indent = " ".repeat(map.column - 1);
                    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
                    (start..start, format!("{key}: {value}{newline}{indent}"))
                }
            }
            Edit::Remove => (entry(text, at(finding.position)?)?, String::new()),
        };
        Some(Self {
            start: Position::of_byte(text.as_bytes(), bytes.start),
            end: Position::of_byte(text.as_bytes(), bytes.end),
            bytes,
            text: instead,
        })
    }
}

/// A document after all changes that mend something were made.
#[derive(Debug)]
pub struct Mended {
    /// The document.
    pub document: Document,
    /// What was mended, as it was found.
    pub mended: Vec<Finding>,
    /// What is left to do by hand.
    pub left: Vec<Finding>,
}

/// Makes every change that mends a finding, and those that mend what only then comes to light. A change after which
/// the document has as many findings as before is not kept.
pub fn mended(mut document: Document) -> Mended {
    let mut done = Vec::new();
    let mut left = lint(&document);
    loop {
        let changes: Vec<(&Finding, Change)> = left
            .iter()
            .filter_map(|finding| Some((finding, Change::of(finding, &document)?)))
            .collect();
        let together = || {
            better(
                &document,
                changes.iter().map(|(_, change)| change),
                left.len(),
            )
        };
        let alone = || {
            changes
                .iter()
                .find_map(|(_, change)| better(&document, [change].into_iter(), left.len()))
        };
        let Some((next, findings)) = together().or_else(alone) else {
            return Mended {
                document,
                mended: done,
                left,
            };
        };
        let gone = left.iter().filter(|finding| {
            let again = |other: &&Finding| other.rule == finding.rule && other.what == finding.what;
            !findings.iter().any(|other| again(&other))
        });
        done.extend(gone.cloned());
        document = next;
        left = findings;
    }
}

/// The document with these changes and what is found in it then, if that is less than `before`.
fn better<'c>(
    document: &Document,
    changes: impl Iterator<Item = &'c Change>,
    before: usize,
) -> Option<(Document, Vec<Finding>)> {
    let mut changes: Vec<&Change> = changes.collect();
    changes.sort_by_key(|change| change.bytes.start);
    // Two changes of one place: the second has its turn when the first is made.
    changes.dedup_by(|later, earlier| later.bytes.start < earlier.bytes.end || later == earlier);
    let mut text = document.text().to_owned();
    for change in changes.into_iter().rev() {
        text.replace_range(change.bytes.clone(), &change.text);
    }
    let next = Document::parse(document.path(), &text).ok()?;
    let findings = lint(&next);
    (findings.len() < before).then_some((next, findings))
}

/// The byte at a place.
fn offset(text: &str, position: Position) -> Option<usize> {
    let line = match position.line {
        1 => 0,
        line => text.match_indices('\n').nth(line - 2)?.0 + 1,
    };
    let mut characters = text[line..].char_indices().map(|(at, _)| line + at);
    characters
        .nth(position.column - 1)
        .or_else(|| (position.column == 1).then_some(line))
}

/// Where the scalar `value` stands that begins at `start`, without its quotes.
fn scalar(text: &str, start: usize, value: &str) -> Option<Range<usize>> {
    let quoted = text[start..].starts_with(['"', '\'']);
    let start = start + usize::from(quoted);
    let after = text[start..].strip_prefix(value)?;
    let ends = match after.chars().next() {
        None => true,
        Some('"' | '\'') => quoted,
        Some(next) => !quoted && (next.is_whitespace() || matches!(next, ':' | ',' | '}' | ']')),
    };
    ends.then_some(start..start + value.len())
}

/// An entry as it is written right behind the opening brace of a map; `inside` is what follows there now.
fn entry_in_braces(inside: &str, key: &str, value: &str, json: bool) -> String {
    let plain = matches!(value, "true" | "false") || value.starts_with(['{', '[']);
    let entry = match (json, plain) {
        (false, _) => format!("{key}: {value}"),
        (true, true) => format!("\"{key}\": {value}"),
        (true, false) => format!("\"{key}\": \"{value}\""),
    };
    let rest = inside.trim_start();
    let space = &inside[..inside.len() - rest.len()];
    match (rest.starts_with('}'), space.is_empty() && !json) {
        (true, _) => entry,
        (false, true) => format!("{entry}, "),
        (false, false) => format!("{space}{entry},"),
    }
}

/// The whole entry whose key begins at `start` and whose value is one word.
fn entry(text: &str, start: usize) -> Option<Range<usize>> {
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[start..]
        .find('\n')
        .map_or(text.len(), |at| start + at + 1);
    let (_, value) = text[start..end].split_once(':')?;
    let value = value.trim();
    let alone = text[line..start].trim().is_empty();
    if alone && value.chars().all(char::is_alphanumeric) {
        return Some(line..end);
    }
    // Between commas and braces.
    let inside = text[start..].find([',', '}']).map(|at| start + at)?;
    let (_, value) = text[start..inside].split_once(':')?;
    if !value.trim().chars().all(char::is_alphanumeric) {
        return None;
    }
    if text[inside..].starts_with(',') {
        let after = &text[inside + 1..];
        let space = after.len() - after.trim_start().len();
        return Some(start..inside + 1 + space);
    }
    let before = text[..start].trim_end();
    match before.strip_suffix(',') {
        Some(before) => Some(before.len()..start + text[start..inside].trim_end().len()),
        None => Some(start..inside),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const CLEAN: &str = include_str!("lint/tests/clean.yaml");

    #[track_caller]
    fn mend(text: &str) -> Mended {
        mended(Document::parse(Path::new("specs/ledger.yaml"), text).expect("it can be read"))
    }

    /// The clean document with `to` for `from`, mended.
    #[track_caller]
    fn after(from: &str, to: &str) -> Mended {
        assert!(CLEAN.contains(from), "{from:?}");
        mend(&CLEAN.replacen(from, to, 1))
    }

    #[test]
    fn a_clean_document_stays_as_it_is() {
        let mended = mend(CLEAN);
        assert_eq!(mended.document.text(), CLEAN);
        assert!(mended.mended.is_empty());
    }

    #[test]
    fn a_misspelt_key_is_spelt_right_again() {
        let mended = after("summary:", "sumary:");
        assert_eq!(mended.document.text(), CLEAN);
        assert!(
            mended
                .mended
                .iter()
                .any(|finding| finding.rule == "unknown-key")
        );
        assert!(mended.left.is_empty());
    }

    #[test]
    fn what_only_somebody_who_knows_can_mend_is_left_alone() {
        let mended = after(
            "tags: [wallets]",
            "tags: [wallets]\n      x-operation: list",
        );
        let rules: Vec<_> = mended.left.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["unknown-extension"], "{:?}", mended.left);
    }

    #[test]
    fn entries_are_added_and_removed_in_every_style() {
        let document = |schema: &str| {
            format!(
                "openapi: 3.0.3\ninfo: {{title: A, version: '1', description: A}}\npaths: {{}}\ncomponents:\n  schemas:\n    A:{schema}\n"
            )
        };
        for (before, after) in [
            (
                "\n      type: integer",
                "\n      format: int64\n      type: integer",
            ),
            (" {type: integer}", " {format: int64, type: integer}"),
            (
                "\n      # why\n      type: array",
                "\n      # why\n      items: {}\n      type: array",
            ),
        ] {
            assert_eq!(mend(&document(before)).document.text(), document(after));
        }
    }

    #[test]
    fn json_stays_json() {
        let before = "{\n  \"openapi\": \"3.0.3\",\n  \"info\": {\"title\": \"A\", \"version\": \"1\", \"description\": \"A\"},\n  \"paths\": {},\n  \"components\": {\"schemas\": {\"A\": {\n    \"type\": \"integer\"\n  }}}\n}\n";
        let mended =
            mended(Document::parse(Path::new("specs/a.json"), before).expect("it is JSON"));
        let expected = before.replace(
            "{\n    \"type\"",
            "{\n    \"format\": \"int64\",\n    \"type\"",
        );
        assert_eq!(mended.document.text(), expected);
    }

    #[test]
    fn an_entry_goes_with_its_comma_or_its_line() {
        for (text, key, left) in [
            ("a: 1\n  b: false\nc: 2\n", "b:", "a: 1\nc: 2\n"),
            ("{a: 1, b: false}", "b:", "{a: 1}"),
            ("{b: false, a: 1}", "b:", "{a: 1}"),
            ("{b: false}", "b:", "{}"),
        ] {
            let mut text = text.to_owned();
            let start = text.find(key).expect("it is there");
            let bytes = entry(&text, start).expect("it can go");
            text.replace_range(bytes, "");
            assert_eq!(text, left);
        }
    }
}
