//! JSON (RFC 8259).
//!
//! Its own reader, because no JSON crate tells where each value stands, and a YAML reader takes
//! neither tabs between tokens nor surrogate pairs.

use std::collections::HashSet;
use std::path::Path;

use serde_json::Number;

use super::document::Parsed;
use super::yaml::DEPTH_LIMIT;
use super::{Content, Entry, Finding, Node, Position, node};

/// Reads a JSON text.
pub(super) fn parse(path: &Path, text: &str) -> Result<Parsed, Finding> {
    let mut reader = Reader {
        path,
        text: text.as_bytes(),
        at: 0,
        line: 1,
        line_start: 0,
        continuation_bytes: 0,
        depth: 0,
        flaws: Vec::new(),
    };
    let root = reader.value()?;
    reader.skip_whitespace();
    if reader.at < reader.text.len() {
        return Err(reader.error("text follows the end of the document", "take it out"));
    }
    Ok(Parsed {
        root,
        flaws: reader.flaws,
    })
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a [u8],
    at: usize,
    line: usize,
    line_start: usize,
    /// The bytes of this line that begin no character: columns count characters.
    continuation_bytes: usize,
    depth: usize,
    flaws: Vec<Finding>,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Node, Finding> {
        self.skip_whitespace();
        let position = self.position();
        let content = match self.peek() {
            Some(b'{') => self.nested(Self::map)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Content::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Content::Bool(true))?,
            Some(b'f') => self.word("false", Content::Bool(false))?,
            Some(b'n') => self.word("null", Content::Null)?,
            Some(_) => {
                return Err(self.error("no JSON value begins here", "put text in double quotes"));
            }
            None => {
                return Err(self.error(
                    "the document ends where a value is expected",
                    "close what is open",
                ));
            }
        };
        Ok(Node { position, content })
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Content, Finding>,
    ) -> Result<Content, Finding> {
        if self.depth == DEPTH_LIMIT {
            return Err(self.error(
                format!("the document nests deeper than {DEPTH_LIMIT} levels"),
                "name the inner schemas in `components/schemas` and refer to them",
            ));
        }
        self.depth += 1;
        self.at += 1;
        let content = read(self);
        self.depth -= 1;
        content
    }

    fn map(&mut self) -> Result<Content, Finding> {
        let mut entries = Vec::new();
        let mut keys = HashSet::new();
        self.skip_whitespace();
        if self.eat(b'}') {
            return Ok(Content::Map(entries));
        }
        loop {
            self.skip_whitespace();
            let key_position = self.position();
            if self.peek() != Some(b'"') {
                return Err(self.error(
                    "a key in double quotes is expected",
                    "write `\"key\": value`, with no comma after the last",
                ));
            }
            let key = self.string()?;
            self.skip_whitespace();
            if !self.eat(b':') {
                return Err(self.error(
                    format!("a colon is missing after the key `{key}`"),
                    "write `\"key\": value`",
                ));
            }
            let value = self.value()?;
            if keys.insert(key.clone()) {
                entries.push(Entry {
                    key,
                    key_position,
                    value,
                });
            } else {
                self.flaws.push(Finding::unreadable(
                    self.path,
                    key_position,
                    "duplicate-key",
                    format!("the key `{key}` stands here twice"),
                    format!("keep one `{key}`"),
                ));
                node::again(&mut entries, &key, value);
            }
            self.skip_whitespace();
            if self.eat(b'}') {
                return Ok(Content::Map(entries));
            }
            if !self.eat(b',') {
                return Err(self.error(
                    "`,` or `}` is expected",
                    "put a comma between entries, and close the map",
                ));
            }
        }
    }

    fn list(&mut self) -> Result<Content, Finding> {
        let mut items = Vec::new();
        self.skip_whitespace();
        if self.eat(b']') {
            return Ok(Content::List(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_whitespace();
            if self.eat(b']') {
                return Ok(Content::List(items));
            }
            if !self.eat(b',') {
                return Err(self.error(
                    "`,` or `]` is expected",
                    "put a comma between items, and close the list",
                ));
            }
        }
    }

    fn string(&mut self) -> Result<String, Finding> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                // The escape itself is checked below; here only its length matters.
                Some(b'\\') if self.at + 1 < self.text.len() => self.at += 2,
                Some(0..=0x1f) => {
                    return Err(self.error(
                        "a control character stands inside a string",
                        "write line breaks as `\\n` and tabs as `\\t`",
                    ));
                }
                Some(byte) => {
                    self.continuation_bytes += usize::from(byte & 0xc0 == 0x80);
                    self.at += 1;
                }
                None => {
                    self.at = start;
                    return Err(self.error("this string never ends", "close the quote"));
                }
            }
        }
        self.at += 1;
        serde_json::from_slice(&self.text[start..self.at]).map_err(|_| {
            self.at = start;
            self.error(
                "this string holds an escape that JSON does not know",
                "use one of `\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX`",
            )
        })
    }

    fn number(&mut self) -> Result<Content, Finding> {
        let start = self.at;
        while let Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E') = self.peek() {
            self.at += 1;
        }
        match serde_json::from_slice::<Number>(&self.text[start..self.at]) {
            Ok(number) => Ok(Content::Number(number)),
            Err(_) => {
                self.at = start;
                Err(self.error(
                    "this is no number that JSON can hold",
                    "write it without leading zeros, or as a string",
                ))
            }
        }
    }

    fn word(&mut self, word: &str, content: Content) -> Result<Content, Finding> {
        if self.text[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(content);
        }
        Err(self.error("no JSON value begins here", "put text in double quotes"))
    }

    fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            if self.text[self.at] == b'\n' {
                self.line += 1;
                self.line_start = self.at + 1;
                self.continuation_bytes = 0;
            }
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn position(&self) -> Position {
        let column = self
            .at
            .saturating_sub(self.line_start + self.continuation_bytes);
        Position {
            line: self.line,
            column: column + 1,
            file: 0,
        }
    }

    fn error(&self, what: impl Into<String>, mend: impl Into<String>) -> Finding {
        let position = Position::of_byte(self.text, self.at);
        Finding::unreadable(self.path, position, "syntax-error", what, mend)
    }
}
