//! YAML 1.2 with the core schema.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::document::Parsed;
use super::{
    Content, Entry, Finding, Node, Position, Severity, brackets, core_schema, node, quoted_text,
};

/// How deep a document may nest: far deeper than any real one, and shallow enough that what
/// walks the tree may recurse.
pub(super) const DEPTH_LIMIT: usize = 128;

/// How many values aliases may add in all: nine lines of aliases of aliases fill any memory.
const ALIAS_LIMIT: usize = 1_000_000;

/// A key of YAML 1.1 that took in the entries of another map.
const MERGE_KEY: &str = "<<";

/// How many texts and lines in brackets may be indented too little; each costs reading the document again.
const OUTDENT_LIMIT: usize = 64;

/// Reads the one document of a YAML stream.
///
/// YAML wants every line of a quoted text indented; most readers do not care, so many documents
/// out there do not either. Such text is read as they read it, with a warning.
pub(super) fn parse(path: &Path, text: &str) -> Result<Parsed, Finding> {
    let mut text = Cow::Borrowed(text);
    let mut outdented = Vec::new();
    loop {
        let mut builder = Builder::new(path);
        match builder.read(&text) {
            Ok(()) => {
                builder.flaws.extend(outdented);
                return builder.finish();
            }
            Err(Failure::Finding(finding)) => return Err(finding),
            Err(Failure::Syntax(error)) => {
                let finding = builder.syntax_error(&error);
                let (what, mend) = (
                    "the lines of this quoted text are not indented, as YAML asks",
                    "indent them, or write the text as a block with `|`",
                );
                let mended = quoted_text::indented(&text, &error).map(|text| (text, what, mend));
                let mended = mended.or_else(|| {
                    let (what, mend) = (
                        "what stands in brackets is not indented, as YAML asks",
                        "indent it",
                    );
                    brackets::indented(&text, &error).map(|text| (text, what, mend))
                });
                match mended {
                    Some((indented, what, mend)) if outdented.len() < OUTDENT_LIMIT => {
                        text = Cow::Owned(indented);
                        outdented.push(Finding {
                            rule: "outdented-text",
                            severity: Severity::Warning,
                            what: what.to_owned(),
                            mend: mend.into(),
                            ..finding
                        });
                    }
                    _ => return Err(finding),
                }
            }
        }
    }
}

/// Why a stream could not be read to its end.
enum Failure {
    Syntax(ScanError),
    Finding(Finding),
}

impl From<Finding> for Failure {
    fn from(finding: Finding) -> Self {
        Self::Finding(finding)
    }
}

struct Builder<'a> {
    path: &'a Path,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    from_aliases: usize,
    root: Option<Node>,
    documents: usize,
    flaws: Vec<Finding>,
}

/// A list or map whose end has not come yet.
struct Open {
    anchor: usize,
    node: Node,
    /// The values in it, itself included.
    size: usize,
    keys: HashSet<String>,
    /// The key whose value comes next; `None` if a key comes next, or in a list.
    key: Option<(String, Position)>,
    /// The maps whose entries are to be taken in.
    merged: Vec<Node>,
}

impl Open {
    /// With the entries of the maps that are merged into it, where it has none of the same key: of several the first.
    fn whole(self) -> Node {
        let (mut node, mut keys) = (self.node, self.keys);
        if let Content::Map(entries) = &mut node.content {
            for map in self.merged {
                let new = map.into_entries().into_iter();
                entries.extend(new.filter(|entry| keys.insert(entry.key.clone())));
            }
        }
        node
    }
}

impl<'a> Builder<'a> {
    fn new(path: &'a Path) -> Self {
        Self {
            path,
            open: Vec::new(),
            anchors: HashMap::new(),
            from_aliases: 0,
            root: None,
            documents: 0,
            flaws: Vec::new(),
        }
    }

    fn read(&mut self, text: &str) -> Result<(), Failure> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(Failure::Syntax)?;
            self.take(event, span.start)?;
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>, at: Marker) -> Result<(), Finding> {
        let position = position(at);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(self.fatal(
                        position,
                        "a second YAML document begins here",
                        "keep one document per file",
                    ));
                }
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, position),
            Event::Scalar(text, style, anchor, tag) => {
                let content = self.scalar(&text, style, tag.as_deref(), position);
                // The key `200` is the text `200`, however the value 200 would be read.
                let spelled = text.into_owned();
                self.place(Node { position, content }, 1, anchor, Some(spelled))
            }
            Event::SequenceStart(anchor, _) => {
                self.begin(Content::List(Vec::new()), anchor, position)
            }
            Event::MappingStart(anchor, _) => {
                self.begin(Content::Map(Vec::new()), anchor, position)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(done) => {
                    let (size, anchor) = (done.size, done.anchor);
                    self.place(done.whole(), size, anchor, None)
                }
                None => Ok(()),
            },
        }
    }

    fn begin(
        &mut self,
        content: Content,
        anchor: usize,
        position: Position,
    ) -> Result<(), Finding> {
        if self.open.len() >= DEPTH_LIMIT {
            return Err(self.fatal(
                position,
                format!("the document nests deeper than {DEPTH_LIMIT} levels"),
                "name the inner schemas in `components/schemas` and refer to them",
            ));
        }
        self.open.push(Open {
            anchor,
            node: Node { position, content },
            size: 1,
            keys: HashSet::new(),
            key: None,
            merged: Vec::new(),
        });
        Ok(())
    }

    /// Puts a finished value where it belongs: as a key, a value, an item, or the root.
    fn place(
        &mut self,
        node: Node,
        size: usize,
        anchor: usize,
        spelled: Option<String>,
    ) -> Result<(), Finding> {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.size += size;
        match &mut open.node.content {
            Content::List(items) => items.push(node),
            Content::Map(entries) => match open.key.take() {
                Some((key, _)) if key == MERGE_KEY => match node.content {
                    Content::List(maps) => open.merged.extend(maps),
                    _ => open.merged.push(node),
                },
                Some((key, key_position)) => {
                    if open.keys.insert(key.clone()) {
                        entries.push(Entry {
                            key,
                            key_position,
                            value: node,
                        });
                    } else {
                        node::again(entries, &key, node);
                    }
                }
                None => match spelled {
                    Some(key) => {
                        let flaw = if key == MERGE_KEY {
                            Some((
                                "merge-key",
                                "the merge key `<<` is not part of YAML 1.2".to_owned(),
                                "write the keys out".to_owned(),
                            ))
                        } else if open.keys.contains(&key) {
                            Some((
                                "duplicate-key",
                                format!("the key `{key}` stands here twice"),
                                format!("keep one `{key}`"),
                            ))
                        } else {
                            None
                        };
                        open.key = Some((key, node.position));
                        if let Some((rule, what, mend)) = flaw {
                            self.flaw(node.position, rule, what, mend);
                        }
                    }
                    None => {
                        return Err(self.fatal(
                            node.position,
                            "a list or a map stands where a key is expected",
                            "write the key as plain text",
                        ));
                    }
                },
            },
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => {}
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, position: Position) -> Result<(), Finding> {
        let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
            return Err(self.fatal(
                position,
                "an alias stands inside the very value it repeats",
                "name the schema in `components/schemas` and refer to it",
            ));
        };
        self.from_aliases += size;
        if self.from_aliases > ALIAS_LIMIT {
            return Err(self.fatal(
                position,
                format!("aliases repeat more than {ALIAS_LIMIT} values"),
                "use `$ref` instead of aliases",
            ));
        }
        if self.open.len() + depth(&node) > DEPTH_LIMIT {
            return Err(self.fatal(
                position,
                format!("the document nests deeper than {DEPTH_LIMIT} levels"),
                "use `$ref` instead of aliases",
            ));
        }
        let spelled = node.as_str().map(str::to_owned);
        self.place(Node { position, ..node }, size, 0, spelled)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        position: Position,
    ) -> Content {
        let content = match tag {
            None if style == ScalarStyle::Plain => core_schema::plain(text),
            None => Some(Content::Text(text.to_owned())),
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => {
                Some(Content::Text(text.to_owned()))
            }
            Some(tag) if tag.is_yaml_core_schema() => core_schema::plain(text),
            Some(tag) => {
                self.flaw(
                    position,
                    "unknown-tag",
                    format!("the tag `{tag}` means nothing here"),
                    "take the tag out",
                );
                Some(Content::Text(text.to_owned()))
            }
        };
        content.unwrap_or_else(|| {
            self.flaw(
                position,
                "no-json-number",
                format!("`{text}` is a number that JSON cannot hold"),
                "write it in quotes",
            );
            Content::Text(text.to_owned())
        })
    }

    fn finish(self) -> Result<Parsed, Finding> {
        match self.root {
            Some(root) => Ok(Parsed {
                root,
                flaws: self.flaws,
            }),
            None => Err(Finding::unreadable(
                self.path,
                Position::START,
                "syntax-error",
                "the document is empty",
                "begin with `openapi: 3.0.3`",
            )),
        }
    }

    fn flaw(
        &mut self,
        position: Position,
        rule: &'static str,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.flaws
            .push(Finding::unreadable(self.path, position, rule, what, mend));
    }

    fn fatal(
        &self,
        position: Position,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Finding {
        Finding::unreadable(self.path, position, "syntax-error", what, mend)
    }

    fn syntax_error(&self, error: &ScanError) -> Finding {
        let info = error.info();
        let mend = if info.contains("mapping values are not allowed") {
            "put text with a colon in quotes, or indent the line as its neighbours"
        } else if info.contains("tab") {
            "indent with spaces"
        } else if info.contains("anchor") {
            "define the anchor before the alias, or put text that begins with `*` in quotes"
        } else if info.contains("quoted scalar") {
            "close the quote, and double a quote inside the text"
        } else if info.contains("recursion limit") {
            "name the inner schemas in `components/schemas` and refer to them"
        } else if info.contains("flow") {
            "close the bracket, and put a comma between items"
        } else if info.contains("character that cannot start any token") {
            "put text that begins with a special character in quotes"
        } else {
            "check the indentation and the quotes here and on the line before"
        };
        self.fatal(position(*error.marker()), info, mend)
    }
}

fn position(marker: Marker) -> Position {
    Position {
        line: marker.line().max(1),
        column: marker.col() + 1,
        file: 0,
    }
}

fn depth(node: &Node) -> usize {
    let deepest = match &node.content {
        Content::List(items) => items.iter().map(depth).max(),
        Content::Map(entries) => entries.iter().map(|entry| depth(&entry.value)).max(),
        _ => return 0,
    };
    1 + deepest.unwrap_or(0)
}
