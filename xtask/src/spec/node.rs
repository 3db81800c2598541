//! A document as a tree in which every value and every key knows its place.

use serde_json::{Map, Number, Value};

use super::Position;

/// One value of a document.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where the value begins.
    pub position: Position,
    /// What it is.
    pub content: Content,
}

/// What a [`Node`] is; the same six kinds as JSON.
#[derive(Debug, Clone)]
pub enum Content {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number; integers beyond 64 bits are floats.
    Number(Number),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the text, each key once.
    Map(Vec<Entry>),
}

/// A key of a map and what stands behind it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key begins.
    pub key_position: Position,
    /// The value.
    pub value: Node,
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for Content {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<Value> for Content {
    /// Every value inside stands at the start of the text: see [`Node::of`].
    fn from(value: Value) -> Self {
        Node::of(value, Position::START).content
    }
}

impl Node {
    /// This at that place.
    pub fn new(position: Position, content: impl Into<Content>) -> Self {
        Self {
            position,
            content: content.into(),
        }
    }

    /// `value`, with everything in it at that place.
    pub fn of(value: Value, position: Position) -> Self {
        let content = match value {
            Value::Null => Content::Null,
            Value::Bool(flag) => Content::Bool(flag),
            Value::Number(number) => Content::Number(number),
            Value::String(text) => Content::Text(text),
            Value::Array(items) => Content::List(
                items
                    .into_iter()
                    .map(|item| Self::of(item, position))
                    .collect(),
            ),
            Value::Object(map) => Content::Map(
                map.into_iter()
                    .map(|(key, value)| Entry {
                        key,
                        key_position: position,
                        value: Self::of(value, position),
                    })
                    .collect(),
            ),
        };
        Self { position, content }
    }

    /// A map without entries.
    pub fn map(position: Position) -> Self {
        Self::new(position, Content::Map(Vec::new()))
    }

    /// The value behind `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of `key`, if this is a map that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries, if this is a map; otherwise none.
    pub fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items, if this is a list; otherwise none.
    pub fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text behind `key`, if this is a map with a string there.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::as_str)
    }

    /// Whether `key` is there and `true`.
    pub fn is_true(&self, key: &str) -> bool {
        matches!(
            self.get(key),
            Some(Self {
                content: Content::Bool(true),
                ..
            })
        )
    }

    /// The JSON pointer that this reference object refers to, with its `#`.
    pub fn reference(&self) -> Option<&str> {
        self.text("$ref")
    }

    /// The entries, to be changed; none where this is no map.
    pub fn entries_mut(&mut self) -> &mut [Entry] {
        match &mut self.content {
            Content::Map(entries) => entries,
            _ => &mut [],
        }
    }

    /// The entry of `key`, to be changed.
    pub fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries_mut().iter_mut().find(|entry| entry.key == key)
    }

    /// The value behind `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.entry_mut(key).map(|entry| &mut entry.value)
    }

    /// The items, to be changed; none where this is no list.
    pub fn items_mut(&mut self) -> &mut [Self] {
        match &mut self.content {
            Content::List(items) => items,
            _ => &mut [],
        }
    }

    /// Puts `content` behind `key`, in the place of what was there or at the end. What is new is where the map is.
    /// Does nothing where this is no map.
    pub fn insert(&mut self, key: &str, content: Content) {
        let position = self.position;
        let Content::Map(entries) = &mut self.content else {
            return;
        };
        match entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.value.content = content,
            None => entries.push(Entry {
                key: key.to_owned(),
                key_position: position,
                value: Self { position, content },
            }),
        }
    }

    /// Puts `node` behind `key`, in the place of what was there or at the end, with its own position. Does nothing where
    /// this is no map.
    pub fn put(&mut self, key: &str, node: Self) {
        let Content::Map(entries) = &mut self.content else {
            return;
        };
        match entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.value = node,
            None => entries.push(Entry {
                key: key.to_owned(),
                key_position: node.position,
                value: node,
            }),
        }
    }

    /// The value behind `key`, which becomes a map where there is none.
    pub fn section(&mut self, key: &str) -> &mut Self {
        if !matches!(self.content, Content::Map(_)) {
            self.content = Content::Map(Vec::new());
        }
        if !matches!(
            self.get(key),
            Some(Self {
                content: Content::Map(_),
                ..
            })
        ) {
            self.insert(key, Content::Map(Vec::new()));
        }
        self.get_mut(key).expect("it was put there just now")
    }

    /// The items, as a list that can grow; `None` where this is no list.
    pub fn list_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.content {
            Content::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, as a list that can grow; `None` where this is no map.
    pub fn map_mut(&mut self) -> Option<&mut Vec<Entry>> {
        match &mut self.content {
            Content::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entries, taken out of the map; none where this is no map.
    pub fn into_entries(self) -> Vec<Entry> {
        match self.content {
            Content::Map(entries) => entries,
            _ => Vec::new(),
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    /// Says of everything in here that it stands in another file.
    pub(crate) fn in_file(&mut self, file: u16) {
        self.position.file = file;
        match &mut self.content {
            Content::List(items) => items.iter_mut().for_each(|item| item.in_file(file)),
            Content::Map(entries) => {
                for entry in entries {
                    entry.key_position.file = file;
                    entry.value.in_file(file);
                }
            }
            _ => {}
        }
    }

    /// The value that a JSON pointer (RFC 6901) leads to, with or without its `#`; percent-encoding is undone.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        let mut node = self;
        for token in super::document::reference_tokens(pointer) {
            node = super::document::child(node, &token)?.1;
        }
        Some(node)
    }

    /// Takes the entry of `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let Content::Map(entries) = &mut self.content else {
            return None;
        };
        let place = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(place))
    }

    /// What kind of value this is, in a word for messages.
    pub fn kind(&self) -> &'static str {
        match self.content {
            Content::Null => "null",
            Content::Bool(_) => "a boolean",
            Content::Number(_) => "a number",
            Content::Text(_) => "a string",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }

    /// The value without positions.
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(*value),
            Content::Number(number) => Value::Number(number.clone()),
            Content::Text(text) => Value::String(text.clone()),
            Content::List(items) => items.iter().map(Self::to_value).collect(),
            Content::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}

/// What a key that stands twice in a map means: of two maps the entries of both, of two other values the last, as most
/// readers take it.
pub(super) fn again(entries: &mut [Entry], key: &str, value: Node) {
    let Some(known) = entries.iter_mut().find(|entry| entry.key == key) else {
        return;
    };
    match (&mut known.value.content, value.content) {
        (Content::Map(mine), Content::Map(theirs)) => {
            for entry in theirs {
                match mine.iter().any(|other| other.key == entry.key) {
                    true => again(mine, &entry.key, entry.value),
                    false => mine.push(entry),
                }
            }
        }
        (_, content) => {
            known.value = Node {
                position: value.position,
                content,
            };
        }
    }
}
