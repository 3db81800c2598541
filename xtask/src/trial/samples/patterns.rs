//! Texts that match a pattern: made from what the pattern is made of, and kept where an engine agrees.

use std::collections::HashMap;

use jsonschema::{Draft, Validator};
use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind},
};
use serde_json::{Value, json};

/// How often something is repeated beyond what it has to be.
const MORE: u32 = 3;

/// The patterns of a document.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    engines: HashMap<String, Option<Validator>>,
    read: HashMap<String, Option<Hir>>,
}

impl Patterns {
    /// Whether the text matches the pattern. Where no engine takes the pattern, it says nothing.
    pub(super) fn fits(&mut self, pattern: &str, text: &str) -> bool {
        let engine = self.engines.entry(pattern.to_owned()).or_insert_with(|| {
            let schema = json!({ "pattern": pattern });
            let options = jsonschema::options().with_draft(Draft::Draft202012);
            options.build(&schema).ok()
        });
        let value = Value::from(text);
        engine.as_ref().is_none_or(|engine| engine.is_valid(&value))
    }

    /// A text that may match the pattern, of about this length.
    pub(super) fn text(
        &mut self,
        pattern: &str,
        pick: usize,
        least: usize,
        most: usize,
    ) -> Option<String> {
        let read = (self.read.entry(pattern.to_owned())).or_insert_with(|| read(pattern));
        let mut making = Making {
            state: pick as u64,
            more: if pick.is_multiple_of(3) { 0 } else { MORE },
            text: String::new(),
        };
        // What has no end of its own goes on until the text is long enough.
        if least > 0 && !pick.is_multiple_of(3) {
            making.more = u32::try_from(least.min(most)).unwrap_or(MORE).max(MORE);
        }
        making.add(read.as_ref()?);
        Some(making.text)
    }
}

fn read(pattern: &str) -> Option<Hir> {
    let plain = without_looks(&unescaped(pattern));
    let parse = |unicode| {
        let mut builder = ParserBuilder::new();
        builder.unicode(unicode).utf8(unicode);
        builder.build().parse(&plain).ok()
    };
    // Without Unicode, `\d` and `\w` mean what they mean in ECMAScript.
    parse(false).or_else(|| parse(true))
}

/// The pattern without escapes of what needs none here.
fn unescaped(pattern: &str) -> String {
    let mut plain = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(next) = rest.next() {
        match (next, rest.peek()) {
            (
                '\\',
                Some('/' | '_' | ':' | ';' | ',' | '@' | '%' | '=' | '!' | '"' | '\'' | '`'),
            ) => {}
            ('\\', Some(_)) => plain.extend([next, rest.next().unwrap_or_default()]),
            _ => plain.push(next),
        }
    }
    plain
}

/// The pattern without what looks ahead or behind: whether that holds, the engine says.
fn without_looks(pattern: &str) -> String {
    let mut plain = String::new();
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        let look = ["(?=", "(?!", "(?<=", "(?<!"];
        if look.iter().any(|look| rest.starts_with(look)) {
            rest = &rest[group(rest)..];
            continue;
        }
        let length = match next {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => next.len_utf8(),
        };
        plain.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    plain
}

/// How long the group is with which the text begins.
fn group(text: &str) -> usize {
    let (mut depth, mut in_class, mut escaped) = (0_usize, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => {
                escaped = false;
                continue;
            }
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + character.len_utf8();
        }
    }
    text.len()
}

struct Making {
    state: u64,
    more: u32,
    text: String,
}

impl Making {
    fn below(&mut self, many: usize) -> usize {
        super::making::next(&mut self.state, many)
    }

    fn add(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.push_str(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(class) => {
                let found = self.one_of(class);
                self.text.extend(found);
            }
            HirKind::Repetition(repetition) => {
                let least = repetition.min;
                let most = repetition
                    .max
                    .unwrap_or(u32::MAX)
                    .min(least.saturating_add(self.more));
                let span = (most - least) as usize + 1;
                let times = if self.more > MORE {
                    most
                } else {
                    least + self.below(span) as u32
                };
                for _ in 0..times.min(2000) {
                    self.add(&repetition.sub);
                }
            }
            HirKind::Capture(capture) => self.add(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.add(part)),
            HirKind::Alternation(branches) => {
                let place = self.below(branches.len());
                self.add(&branches[place]);
            }
        }
    }

    /// A character of the class: a letter or a digit rather than another one.
    fn one_of(&mut self, class: &Class) -> Option<char> {
        let ranges: Vec<(u32, u32)> = match class {
            Class::Unicode(class) => (class.ranges().iter())
                .map(|range| (range.start().into(), range.end().into()))
                .collect(),
            Class::Bytes(class) => (class.ranges().iter())
                .map(|range| (range.start().into(), range.end().into()))
                .collect(),
        };
        let of = |range: std::ops::RangeInclusive<char>| -> Vec<char> {
            let within = |character: &char| {
                let code = u32::from(*character);
                ranges
                    .iter()
                    .any(|(start, end)| (*start..=*end).contains(&code))
            };
            range.filter(within).collect()
        };
        let mut usual: Vec<char> = [of('a'..='z'), of('0'..='9'), of('A'..='Z')].concat();
        if usual.is_empty() {
            usual = of(' '..='~');
        }
        if usual.is_empty() {
            let (start, end) = *ranges.first()?;
            usual.extend((start..=end.min(start + 20)).filter_map(char::from_u32));
        }
        let place = self.below(usual.len());
        usual.get(place).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_a_pattern_matches_it() {
        let mut patterns = Patterns::default();
        for pattern in [
            "^0x[0-9a-fA-F]{40}$",
            r"^\d{4}-\d{2}$",
            r"^[\w\-]+@[a-z]+\.(com|org)$",
            "^(?!0x)[a-z]{3,}$",
            r"^https?:\/\/\S+$",
            "^[äöü]+$",
            "[^a-z]",
            "^$|^a",
        ] {
            let made = (0..24).filter_map(|pick| patterns.text(pattern, pick, 0, 100));
            let made: Vec<String> = made.collect();
            let fitting = made.iter().filter(|text| patterns.fits(pattern, text));
            assert!(fitting.count() > 12, "{pattern}: {made:?}");
        }
    }
}
