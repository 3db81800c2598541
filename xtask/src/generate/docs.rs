//! Documentation, as attributes of syntax trees.

use proc_macro2::{Ident, Literal, Span};
use syn::{AttrStyle, Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue};

use crate::api::Evidence;

/// One `#[doc]` attribute for each line of each paragraph, an empty line between paragraphs.
pub(super) fn attributes<T: AsRef<str>>(paragraphs: impl IntoIterator<Item = T>) -> Vec<Attribute> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs {
        let paragraph = paragraph.as_ref().trim();
        if paragraph.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(paragraph.lines().map(|line| line.trim_end().to_owned()));
    }
    lines.iter().map(|line| attribute(line)).collect()
}

fn attribute(line: &str) -> Attribute {
    let line = if line.is_empty() {
        String::new()
    } else {
        format!(" {line}")
    };
    // Put together and not parsed: there is one for nearly every other line of a crate.
    Attribute {
        pound_token: Default::default(),
        style: AttrStyle::Outer,
        bracket_token: Default::default(),
        meta: Meta::NameValue(MetaNameValue {
            path: Ident::new("doc", Span::call_site()).into(),
            eq_token: Default::default(),
            value: Expr::Lit(ExprLit {
                attrs: Vec::new(),
                lit: Lit::Str(quoted(&line)),
            }),
        }),
    }
}

/// A raw text where it can be one: what is escaped here is read again when it is written as a comment.
fn quoted(line: &str) -> LitStr {
    let raw: Option<Literal> = format!("r#\"{line}\"#").parse().ok();
    match raw.map(Lit::new) {
        Some(Lit::Str(text)) => text,
        _ => LitStr::new(line, Span::call_site()),
    }
}

/// Prose of a spec as rustdoc reads it: a sentence ends with a full stop, brackets look like links to the web only, bare URLs
/// are links, and a line that Markdown would take for code stays prose.
pub(super) fn prose(text: &str) -> String {
    let text = text.trim().replace('\t', "    ");
    if text.is_empty() {
        return String::new();
    }
    if is_plain(&text) {
        return ended(text);
    }
    let text = fenced(&on_one_line(&text));
    let mut out = String::with_capacity(text.len() + 8);
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            // Code of a spec is no Rust.
            out.push_str(if fenced && line.trim() == "```" {
                "```text"
            } else {
                line
            });
        } else if fenced {
            out.push_str(line);
        } else {
            out.push_str(&inline(line));
        }
    }
    aligned(&wrap(&ended(out)))
}

/// Whether nothing has to be done to a text but to end it: most are a short sentence.
fn is_plain(text: &str) -> bool {
    text.len() < WIDTH
        && !text.contains(['\n', '[', ']', '<', '`', '~', '\\'])
        && !text.contains("http")
}

/// A text with a full stop, where nothing else ends it.
fn ended(mut text: String) -> String {
    let is_ended = text.ends_with(['.', '!', '?', ':', '|']) || text.ends_with("```");
    if !is_ended {
        text.push('.');
    }
    text
}

/// How long a line may be.
const WIDTH: usize = 110;

/// Puts code that is marked by nothing but its indentation between fences: rustdoc would compile it.
fn fenced(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    // Where the text of the list's item begins that a line would belong to.
    let mut item = 0;
    let (mut in_fence, mut in_code, mut may_begin) = (false, false, true);
    let close = |lines: &mut Vec<String>, item: usize| {
        let blank = lines.iter().rev().take_while(|line| line.is_empty());
        let end = lines.len() - blank.count();
        lines.insert(end, format!("{:item$}```", ""));
    };
    for line in text.lines() {
        let words = line.trim_start();
        let column = line.len() - words.len();
        let is_fence = words.starts_with("```") || words.starts_with("~~~");
        if in_fence || is_fence && !in_code {
            in_fence ^= is_fence;
            lines.push(line.replace("~~~", "```"));
            may_begin = true;
        } else if words.is_empty() {
            lines.push(String::new());
            may_begin = true;
        } else if may_begin && column >= item + 4 {
            if !in_code {
                lines.push(format!("{:item$}```text", ""));
                in_code = true;
            }
            lines.push(format!("{:item$}{}", "", &line[item + 4..]));
        } else {
            if in_code {
                close(&mut lines, item);
                in_code = false;
            }
            match marker(words, false) {
                Some(mark) => item = column + mark,
                None if may_begin && column < item => item = 0,
                None => {}
            }
            lines.push(line.to_owned());
            may_begin = words.starts_with('#');
        }
    }
    if in_code {
        close(&mut lines, item);
    }
    lines.join("\n")
}

/// Has the lines of a list's item begin where its first one does, and those of a quotation with its mark: Markdown joins
/// them without, but people and tools take them for another paragraph.
fn aligned(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    // Where the text of each item begins, the innermost last.
    let mut items: Vec<usize> = Vec::new();
    let (mut fenced, mut goes_on, mut quoted) = (false, false, false);
    for line in text.lines() {
        let words = line.trim_start();
        let column = line.len() - words.len();
        let is_fence = words.starts_with("```");
        if is_fence || fenced || words.is_empty() || words.starts_with('#') {
            fenced ^= is_fence;
            (goes_on, quoted) = (false, false);
            lines.push(line.to_owned());
            continue;
        }
        let first_of_a_list = items.is_empty() && goes_on;
        if let Some(marker) = marker(words, first_of_a_list) {
            items.retain(|begin| *begin <= column);
            items.push(column + marker);
            lines.push(line.to_owned());
        } else if words.starts_with('>') {
            quoted = true;
            lines.push(line.to_owned());
        } else if quoted {
            lines.push(format!("> {words}"));
        } else if goes_on {
            let begin = items.last().copied().unwrap_or(column);
            lines.push(format!("{:begin$}{words}", ""));
        } else {
            items.retain(|begin| *begin <= column);
            lines.push(line.to_owned());
        }
        goes_on = true;
    }
    lines.join("\n")
}

/// How many columns the mark of a list's item takes, with the space behind it; `None` where it is none.
fn marker(words: &str, first_of_a_list: bool) -> Option<usize> {
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match digits {
        0 => words.strip_prefix(['-', '*', '+'])?,
        // Only a list that begins with 1 may begin where a paragraph has not ended.
        1..=9 if !first_of_a_list || &words[..digits] == "1" => {
            words[digits..].strip_prefix(['.', ')'])?
        }
        _ => return None,
    };
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    let mark = words.len() - rest.len();
    match spaces {
        0 => None,
        1..=4 => Some(mark + spaces),
        _ => Some(mark + 1),
    }
}

/// Escapes what rustdoc would read as a link to an item or as a tag, outside of code spans; keeps links to the web, and
/// marks bare URLs.
fn inline(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '`' => {
                // Without an end, all of it stays as it is.
                let end = rest[1..].find('`').map_or(rest.len(), |end| end + 2);
                out.push_str(&rest[..end]);
                end
            }
            '\\' if rest[1..].starts_with(['[', ']', '<', '`', '\\', '*', '_']) => {
                out.push_str(&rest[..2]);
                2
            }
            '[' if let Some((text, url)) = link(rest) => {
                out.push_str(&format!("[{}]({url})", text.replace('<', "\\<")));
                text.len() + url.len() + "[]()".len()
            }
            '<' if rest[1..].starts_with("http")
                && let Some(end) = rest.find(['>', ' '])
                && rest[end..].starts_with('>') =>
            {
                out.push_str(&rest[..=end]);
                end + 1
            }
            '[' | ']' | '<' => {
                out.push('\\');
                out.push(first);
                1
            }
            'h' if is_url(rest) => {
                let url = url(rest);
                out.push_str(&format!("<{url}>"));
                url.len()
            }
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// The URL that a text begins with, without what ends the sentence around it.
fn url(text: &str) -> &str {
    let ends = |character: char| character.is_whitespace() || "<>\"'`[]".contains(character);
    let mut url = &text[..text.find(ends).unwrap_or(text.len())];
    loop {
        let trimmed = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '*']);
        let opened = trimmed.matches('(').count();
        url = match trimmed.strip_suffix(')') {
            Some(inside) if trimmed.matches(')').count() > opened => inside,
            _ => return trimmed,
        };
    }
}

/// The text and the address of the link to the web that a text begins with.
fn link(text: &str) -> Option<(&str, &str)> {
    let (words, after) = text.strip_prefix('[')?.split_once("](")?;
    let end = after.find([')', ' ', '<', '>'])?;
    let is_one = is_url(after) && after[end..].starts_with(')');
    let address = &after[..end];
    (is_one && !words.contains(['[', ']']) && !address.contains('(')).then_some((words, address))
}

/// Brings links whose text goes over the end of a line onto one.
fn on_one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = rest.find("](http") {
        let before = &rest[..end];
        let begin = before.rfind('[').unwrap_or(end);
        out.push_str(&rest[..begin]);
        let words = &rest[begin..end];
        if words.contains("\n\n") || words.contains("```") {
            out.push_str(words);
        } else {
            out.push_str(&words.lines().map(str::trim).collect::<Vec<_>>().join(" "));
        }
        out.push_str("](");
        rest = &rest[end + 2..];
    }
    out + rest
}

/// Breaks long lines of prose; leaves lists, tables and code as they are.
pub(super) fn wrap(text: &str) -> String {
    let mut lines = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced || line.len() <= WIDTH || line.trim_start().starts_with('|') {
            lines.push(line.to_owned());
            continue;
        }
        let indent = if line.trim_start().starts_with("- ") {
            "  "
        } else {
            ""
        };
        let mut current = String::new();
        for word in line.split(' ') {
            if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::take(&mut current));
                current.push_str(indent);
            } else if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines.join("\n")
}

/// A list, each item on lines of its own.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = items
        .into_iter()
        .map(|item| {
            wrap(&format!(
                "- {}",
                prose(&item.split_whitespace().collect::<Vec<_>>().join(" ")).replace('\n', " ")
            ))
        })
        .collect();
    lines.join("\n")
}

/// One sentence on how sure something is.
pub(super) fn evidence(evidence: &Evidence) -> String {
    let level = match evidence.level.as_str() {
        "documented" => "documented by the vendor",
        "sample" => "read off a message that the vendor published",
        "sdk" => "read off the vendor's own client",
        _ => "inferred",
    };
    let note = evidence
        .note
        .as_deref()
        .map(|note| format!(" {}", note.trim()))
        .unwrap_or_default();
    prose(&format!("Evidence: {level} ({}).{note}", evidence.source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_the_web_stay_and_nothing_else_looks_like_one() {
        let cases = [
            (
                "[a b](https://a.example/b_c#d).",
                "[a b](https://a.example/b_c#d).",
            ),
            (
                "See [`a`](http://a.example)!",
                "See [`a`](http://a.example)!",
            ),
            (
                "![a](https://a.example/a.png).",
                "![a](https://a.example/a.png).",
            ),
            (
                "[over\n  a line](https://a.example).",
                "[over a line](https://a.example).",
            ),
            (
                "[a](#b) and [c] and <d>.",
                "\\[a\\](#b) and \\[c\\] and \\<d>.",
            ),
            ("\\[a\\] stays.", "\\[a\\] stays."),
            (
                "(https://a.example/b(c)), at:https://d.example.",
                "(<https://a.example/b(c)>), at:<https://d.example>.",
            ),
            ("<https://a.example> `[b]`.", "<https://a.example> `[b]`."),
            (
                "[a](https://a.example/b(c)d) e.",
                "\\[a\\](<https://a.example/b(c)d>) e.",
            ),
        ];
        for (written, expected) in cases {
            assert_eq!(prose(written), expected);
        }
    }

    #[test]
    fn code_that_is_only_indented_is_no_rust() {
        let cases = [
            (
                "a\n\n    Foo foo = ...;\n\n      foo();\n\nb",
                "a\n\n```text\nFoo foo = ...;\n\n  foo();\n```\n\nb",
            ),
            ("a\n    b\nc", "a\n    b\nc"),
            ("# a\n    b", "# a\n```text\nb\n```"),
            (
                "1. a\n\n    b\n\n       c",
                "1. a\n\n    b\n\n   ```text\n   c\n   ```",
            ),
            ("- a\n\nb\n\n    c", "- a\n\nb\n\n```text\nc\n```"),
            ("~~~\na\n~~~", "```\na\n```"),
        ];
        for (written, expected) in cases {
            assert_eq!(fenced(written), expected);
            assert_eq!(fenced(expected), expected);
        }
        assert!(prose("a\n\n    b <c>").ends_with("```text\nb <c>\n```"));
    }

    #[test]
    fn the_lines_of_an_item_begin_where_its_text_does() {
        let cases = [
            (
                "- one\ntwo\n  three\n- four",
                "- one\n  two\n  three\n- four",
            ),
            (
                "1. one\n     two\n2) three\nfour",
                "1. one\n   two\n2) three\n   four",
            ),
            ("* a\n  * b\n c\n\nd\ne", "* a\n  * b\n    c\n\nd\ne"),
            ("- a\n\n  b\nc\n\nd\ne", "- a\n\n  b\n  c\n\nd\ne"),
            ("a\n2. b\n*c* d\n-e", "a\n2. b\n*c* d\n-e"),
            ("> a\nb\n\nc\nd", "> a\n> b\n\nc\nd"),
            (
                "- a\n```json\n{\n```\n# b\nc",
                "- a\n```json\n{\n```\n# b\nc",
            ),
        ];
        for (written, expected) in cases {
            assert_eq!(aligned(written), expected);
            assert_eq!(aligned(expected), expected);
        }
    }
}
