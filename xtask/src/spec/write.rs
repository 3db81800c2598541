//! A tree as YAML, as it would be written by hand: whoever reads it gets the same tree.

use std::fmt::Write as _;

use super::{Content, Node, core_schema};

/// Words that readers of YAML 1.1 take for something else than a text.
const WORDS_OF_1_1: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "null", "nan"];

/// A key that stands on the line of its value may be so long, and no longer.
const KEY: usize = 1000;

/// The text of a document.
pub fn to_yaml(node: &Node) -> String {
    let mut text = String::new();
    match &node.content {
        Content::Map(entries) if !entries.is_empty() => map(node, 0, &mut text),
        Content::List(items) if !items.is_empty() => list(items, 0, &mut text),
        _ => {
            scalar(node, 0, &mut text);
            text.push('\n');
        }
    }
    text
}

/// The entries of a map, each from this column on; the first goes on where the text ends.
fn map(node: &Node, column: usize, text: &mut String) {
    for (place, entry) in node.entries().iter().enumerate() {
        if place > 0 {
            indent(column, text);
        }
        let key = line(&entry.key);
        if key.len() > KEY {
            let _ = write!(text, "? {key}\n{:column$}", "");
        } else {
            text.push_str(&key);
        }
        text.push(':');
        match &entry.value.content {
            Content::Map(entries) if !entries.is_empty() => {
                text.push('\n');
                indent(column + 2, text);
                map(&entry.value, column + 2, text);
            }
            Content::List(items) if !items.is_empty() => {
                text.push('\n');
                indent(column + 2, text);
                list(items, column + 2, text);
            }
            _ => {
                text.push(' ');
                scalar(&entry.value, column + 2, text);
                end(text);
            }
        }
    }
}

fn list(items: &[Node], column: usize, text: &mut String) {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            indent(column, text);
        }
        text.push_str("- ");
        match &item.content {
            Content::Map(entries) if !entries.is_empty() => map(item, column + 2, text),
            Content::List(items) if !items.is_empty() => list(items, column + 2, text),
            _ => {
                scalar(item, column + 2, text);
                end(text);
            }
        }
    }
}

fn indent(column: usize, text: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(text, "{:column$}", "");
}

/// Ends a line; a block has ended its own.
fn end(text: &mut String) {
    if !text.ends_with('\n') {
        text.push('\n');
    }
}

fn scalar(node: &Node, column: usize, text: &mut String) {
    match &node.content {
        Content::Null => text.push_str("null"),
        Content::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Content::Number(number) => text.push_str(&spelled(&number.to_string())),
        Content::Text(value) if is_block(value) => block(value, column, text),
        Content::Text(value) => text.push_str(&line(value)),
        Content::List(_) => text.push_str("[]"),
        Content::Map(_) => text.push_str("{}"),
    }
}

/// A number with a point, which readers of YAML 1.1 want where there is an exponent.
fn spelled(number: &str) -> String {
    match number.split_once(['e', 'E']) {
        Some((digits, exponent)) if !digits.contains('.') => {
            let sign = if exponent.starts_with(['-', '+']) {
                ""
            } else {
                "+"
            };
            format!("{digits}.0e{sign}{exponent}")
        }
        _ => number.to_owned(),
    }
}

/// Whether a text reads well as lines of their own.
fn is_block(value: &str) -> bool {
    let printable = |character: char| character == '\n' || is_printable(character);
    value.trim_end_matches('\n').contains('\n')
        && value.chars().all(printable)
        // The first line tells how far all are indented.
        && !value.starts_with([' ', '\n'])
        && value.lines().all(|line| !line.ends_with(' '))
}

fn block(value: &str, column: usize, text: &mut String) {
    let body = value.trim_end_matches('\n');
    let ends = value.len() - body.len();
    text.push_str(match ends {
        0 => "|-",
        1 => "|",
        _ => "|+",
    });
    text.push('\n');
    for line in body.lines() {
        if !line.is_empty() {
            indent(column, text);
        }
        text.push_str(line);
        text.push('\n');
    }
    for _ in 1..ends {
        text.push('\n');
    }
}

/// A text on one line.
fn line(value: &str) -> String {
    if is_plain(value) {
        return value.to_owned();
    }
    if value.chars().all(is_printable) {
        return format!("'{}'", value.replace('\'', "''"));
    }
    let mut quoted = String::from("\"");
    for character in value.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            character if is_printable(character) => quoted.push(character),
            character => {
                let code = u32::from(character);
                let _ = match code {
                    0..=0xff => write!(quoted, "\\x{code:02x}"),
                    0x100..=0xffff => write!(quoted, "\\u{code:04x}"),
                    _ => write!(quoted, "\\U{code:08x}"),
                };
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a text can stand as it is, and no reader takes it for anything else.
fn is_plain(value: &str) -> bool {
    let starts = |first: char| first.is_alphabetic() || matches!(first, '/' | '$' | '_');
    let lower = value.to_ascii_lowercase();
    value.starts_with(starts)
        && value.chars().all(is_printable)
        && !value.ends_with([' ', ':'])
        && !value.contains(": ")
        && !value.contains(" #")
        && !WORDS_OF_1_1.contains(&lower.as_str())
        && matches!(core_schema::plain(value), Some(Content::Text(_)))
}

/// Whether a character may stand in a text as it is. Readers differ in what they take for the end of a line.
fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::spec::{Document, Position};

    fn written(value: &Value) -> String {
        to_yaml(&Node::of(value.clone(), Position::START))
    }

    #[track_caller]
    fn read(text: &str) -> Value {
        let document = Document::parse(Path::new("a.yaml"), text);
        let document = document.unwrap_or_else(|findings| panic!("{findings:?}\n{text}"));
        document.value()
    }

    #[test]
    fn it_reads_as_if_written_by_hand() {
        let value = json!({
            "openapi": "3.0.3",
            "info": { "title": "Yes: a \"title\"", "version": "1.0", "description": "One\n\n  two\n" },
            "paths": { "/a/{b}": { "get": {
                "tags": ["a", "no", "#c"],
                "responses": { "200": { "$ref": "#/components/responses/A" } },
                "parameters": [{ "name": "b", "in": "path" }, [1, [2.5, 1e30]], [], {}, null]
            } } }
        });
        let text = written(&value);
        assert_eq!(read(&text), value);
        insta::assert_snapshot!(text, @r#"
        openapi: '3.0.3'
        info:
          title: 'Yes: a "title"'
          version: '1.0'
          description: |
            One

              two
        paths:
          /a/{b}:
            get:
              tags:
                - a
                - 'no'
                - '#c'
              responses:
                '200':
                  $ref: '#/components/responses/A'
              parameters:
                - name: b
                  in: path
                - - 1
                  - - 2.5
                    - 1.0e+30
                - []
                - {}
                - null
        "#);
    }

    /// Texts that mean something in YAML, among others.
    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[-?:,\\[\\]{}#&*!|>'\"%@` \n\t\r~.a0=<]{0,12}",
            "(?s)[a-z \n#:]{0,40}",
            "[+-]?[0-9._eExXo:-]{1,10}",
            prop_oneof![
                Just("null"),
                Just("True"),
                Just("off"),
                Just("<<"),
                Just("---"),
                Just("...")
            ]
            .prop_map(str::to_owned),
        ]
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            texts().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                // The reader takes `<<` for a merge, however it is written.
                prop::collection::vec(
                    (texts().prop_filter("a key", |key| key != "<<"), inner),
                    0..6
                )
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(value in values()) {
            prop_assert_eq!(read(&written(&value)), value);
        }
    }

    #[test]
    fn a_long_key_is_read_too() {
        let value = json!({ "k".repeat(3000): { "a b".repeat(500): 1 } });
        assert_eq!(read(&written(&value)), value);
    }
}
