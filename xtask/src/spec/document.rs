//! A document in memory, with the place of every value.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Entry, Finding, Node, Position, Severity, json, source, yaml};

/// An OpenAPI document, or at least something that reads as YAML or JSON.
#[derive(Debug, Clone)]
pub struct Document {
    path: PathBuf,
    text: String,
    root: Node,
    flaws: Vec<Finding>,
    /// The other files that the document consists of; a position counts them from 1.
    files: Vec<PathBuf>,
}

/// What a reader makes of a text: the tree, and the faults that did not keep it from being built.
pub(super) struct Parsed {
    pub(super) root: Node,
    pub(super) flaws: Vec<Finding>,
}

impl Document {
    /// Reads a file as YAML or JSON.
    ///
    /// # Errors
    ///
    /// The findings that keep the document from being read: a missing file, text that is not
    /// UTF-8, a syntax error. Faults that leave a document readable, such as a key that stands
    /// twice, are found by [`lint`](super::lint()) with all others.
    pub fn load(path: &Path) -> Result<Self, Vec<Finding>> {
        Self::load_as(path, path)
    }

    /// Reads the file at `path`, and calls it `shown` in messages: a short path that is the same
    /// wherever the program runs.
    ///
    /// # Errors
    ///
    /// As [`Document::load`].
    pub fn load_as(path: &Path, shown: &Path) -> Result<Self, Vec<Finding>> {
        let text = source::read(path, shown).map_err(|finding| vec![finding])?;
        Self::parse(shown, &text)
    }

    /// Reads `text` as YAML or JSON; `path` names it in messages and tells by its extension
    /// whether it must be JSON.
    ///
    /// # Errors
    ///
    /// As [`Document::load`], without the file's own.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Vec<Finding>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parsed = if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            json::parse(path, text)
        } else if text.trim_start().starts_with('{') {
            // YAML takes most JSON, but neither tabs nor surrogate pairs.
            json::parse(path, text).or_else(|_| yaml::parse(path, text))
        } else {
            yaml::parse(path, text)
        };
        let Parsed { root, flaws } = parsed.map_err(|finding| vec![finding])?;
        Ok(Self {
            path: path.to_owned(),
            text: text.to_owned(),
            root,
            flaws,
            files: Vec::new(),
        })
    }

    /// The path, as the caller gave it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether all of it stands in the one file.
    pub fn is_one_file(&self) -> bool {
        self.files.is_empty()
    }

    /// The other files that it consists of.
    pub fn other_files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The file that a position is in.
    pub fn path_of(&self, position: Position) -> &Path {
        let place = usize::from(position.file).checked_sub(1);
        place
            .and_then(|place| self.files.get(place))
            .unwrap_or(&self.path)
    }

    /// Adds a file that the document consists of; answers the number that positions in it have.
    pub(crate) fn add_file(&mut self, path: PathBuf) -> u16 {
        self.files.push(path);
        u16::try_from(self.files.len()).unwrap_or(u16::MAX)
    }

    /// The text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The tree, to be rewritten. The text stays as it was written.
    pub(crate) fn root_mut(&mut self) -> &mut Node {
        &mut self.root
    }

    /// What [`Document::parse`] found wrong and read nevertheless.
    pub(super) fn flaws(&self) -> &[Finding] {
        &self.flaws
    }

    /// Makes faults of the text that have been read in the way most readers do warnings: its author may not be at hand.
    pub(crate) fn forgive(&mut self) {
        for flaw in &mut self.flaws {
            flaw.severity = Severity::Warning;
        }
    }

    /// The document as JSON, keys in the order of the text, aliases followed.
    pub fn value(&self) -> Value {
        self.root.to_value()
    }

    /// Where the value at a JSON pointer (RFC 6901) begins; where there is none, its nearest
    /// ancestor.
    pub fn position(&self, pointer: &str) -> Position {
        position_in(&self.root, pointer)
    }

    /// Where the key that a JSON pointer ends in begins. Falls back to
    /// [`position`](Self::position) where there is no such key.
    pub fn key_position(&self, pointer: &str) -> Position {
        let mut node = &self.root;
        let mut key = None;
        for token in tokens(pointer) {
            match child(node, &token) {
                Some((entry, next)) => {
                    node = next;
                    key = entry;
                }
                None => return node.position,
            }
        }
        key.map_or(node.position, |entry: &Entry| entry.key_position)
    }
}

/// Where the value at a pointer into `node` begins; where there is none, its nearest ancestor.
pub(super) fn position_in(node: &Node, pointer: &str) -> Position {
    let mut node = node;
    for token in tokens(pointer) {
        match child(node, &token) {
            Some((_, next)) => node = next,
            None => break,
        }
    }
    node.position
}

/// The value of a map or a list that a token of a JSON pointer names, with its entry if in a map.
pub(super) fn child<'a>(node: &'a Node, token: &str) -> Option<(Option<&'a Entry>, &'a Node)> {
    match node.entry(token) {
        Some(entry) => Some((Some(entry), &entry.value)),
        None => node
            .items()
            .get(token.parse::<usize>().ok()?)
            .map(|item| (None, item)),
    }
}

/// The unescaped tokens of a JSON pointer, with or without a leading `#`.
pub(super) fn tokens(pointer: &str) -> impl Iterator<Item = String> {
    let pointer = pointer.strip_prefix('#').unwrap_or(pointer);
    pointer
        .split('/')
        .skip(1)
        .map(|token| match token.contains('~') {
            true => token.replace("~1", "/").replace("~0", "~"),
            false => token.to_owned(),
        })
}

/// The unescaped tokens of the pointer in a reference, which is part of a URL and may be percent-encoded.
pub(crate) fn reference_tokens(pointer: &str) -> Vec<String> {
    let decoded = percent_encoding::percent_decode_str(pointer).decode_utf8();
    decoded.map_or_else(
        |_| tokens(pointer).collect(),
        |pointer| tokens(&pointer).collect(),
    )
}

/// A key as a token of a JSON pointer.
pub(crate) fn escape(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        return Cow::Owned(key.replace('~', "~0").replace('/', "~1"));
    }
    Cow::Borrowed(key)
}
