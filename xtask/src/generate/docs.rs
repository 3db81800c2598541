//! Documentation, as attributes of syntax trees.

use proc_macro2::{Ident, Span};
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
                lit: Lit::Str(LitStr::new(&line, Span::call_site())),
            }),
        }),
    }
}

/// Prose of a spec as rustdoc reads it: a sentence ends with a full stop, brackets do not look like links, bare URLs are
/// links, and a line that Markdown would take for code stays prose.
pub(super) fn prose(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
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
    if !out.ends_with(['.', '!', '?', ':', '`', '|']) || out.ends_with('`') && !out.ends_with("```")
    {
        out.push('.');
    }
    wrap(&out)
}

/// Escapes what rustdoc would read as a link or a tag outside of code spans, and marks bare URLs.
fn inline(line: &str) -> String {
    let mut out = String::new();
    for (place, span) in line.split('`').enumerate() {
        if place > 0 {
            out.push('`');
        }
        if place % 2 == 1 {
            out.push_str(span);
            continue;
        }
        for (number, word) in span.split(' ').enumerate() {
            if number > 0 {
                out.push(' ');
            }
            let bare = word.trim_end_matches(['.', ',', ';', ')']);
            if bare.starts_with("https://") || bare.starts_with("http://") {
                out.push_str(&format!("<{bare}>{}", &word[bare.len()..]));
            } else {
                out.push_str(
                    &word
                        .replace('[', "\\[")
                        .replace(']', "\\]")
                        .replace('<', "\\<"),
                );
            }
        }
    }
    out
}

/// Breaks long lines of prose; leaves lists, tables and code as they are.
pub(super) fn wrap(text: &str) -> String {
    const WIDTH: usize = 110;
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
