//! What a webhook says: its kind, and the value that belongs to it.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::Webhooks;
use crate::error::what_does_not_fit;

/// Why a message is not what the spec says: which part of it, and what does not fit there.
///
/// It names places, and shows no value: that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("failed to read the webhook: {part}{what}{position}")]
pub struct InvalidMessage {
    part: String,
    what: String,
    position: Position,
}

/// A message taken apart, not yet read.
#[derive(Debug)]
pub struct Opened<'a> {
    webhooks: &'static Webhooks,
    text: &'a str,
    fields: BTreeMap<String, &'a RawValue>,
    kind: String,
}

/// An event of a kind that this version of the crate does not know, with all that came with it.
#[derive(Clone)]
pub struct UnknownEvent {
    kind: String,
    value: Box<RawValue>,
}

/// A question that only the owner of an address answers, put to a receiver before it gets any events.
#[derive(Clone)]
pub struct Challenge {
    field: &'static str,
    value: Box<RawValue>,
}

impl Webhooks {
    /// Takes a message apart.
    ///
    /// # Errors
    ///
    /// When it is no JSON object, or does not say of which kind it is.
    pub fn open<'a>(&'static self, body: &'a [u8]) -> Result<Opened<'a>, InvalidMessage> {
        let text = std::str::from_utf8(body).map_err(|error| InvalidMessage {
            part: String::new(),
            what: "it is not UTF-8".to_owned(),
            position: Position::of(&body[..error.valid_up_to()]),
        })?;
        let fields: BTreeMap<String, &RawValue> =
            read(text, text).map_err(|error| error.in_part(String::new()))?;
        let kind = fields.get(self.kind).ok_or_else(|| InvalidMessage {
            part: String::new(),
            what: format!("missing field `{}`", self.kind),
            position: Position::of(&body[..text.trim_end().len()]),
        })?;
        let kind = read(text, kind.get()).map_err(|error| error.at(self.kind, None))?;
        Ok(Opened {
            webhooks: self,
            text,
            fields,
            kind,
        })
    }

    /// The challenge in a message that has no signature, for providers that cannot sign it: a receiver is challenged
    /// before any secret is agreed on. `None` where the message is signed or is anything else.
    pub fn unsigned_challenge(
        &'static self,
        headers: &http::HeaderMap,
        body: &[u8],
    ) -> Option<Challenge> {
        if headers.contains_key(self.header()) {
            return None;
        }
        let scheme = self.challenge.as_ref()?;
        let opened = self.open(body).ok()?;
        (opened.kind == scheme.kind)
            .then(|| opened.challenge(scheme.field).ok())
            .flatten()
    }
}

impl Opened<'_> {
    /// Which kind of event it is.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What happened.
    ///
    /// # Errors
    ///
    /// When it is missing, or is no `T`.
    pub fn value<T: DeserializeOwned>(&self) -> Result<T, InvalidMessage> {
        match self.webhooks.value {
            Some(field) => self.field(field),
            None => read(self.text, self.text)
                .map_err(|error| error.in_part(format!("`{}`: ", self.kind))),
        }
    }

    /// The challenge that stands in this field.
    ///
    /// # Errors
    ///
    /// When it is missing.
    pub fn challenge(&self, field: &'static str) -> Result<Challenge, InvalidMessage> {
        let value = self.field(field)?;
        Ok(Challenge { field, value })
    }

    /// The event as one whose kind is not known: all that happened, or the whole message where it does not say that in
    /// the usual place.
    pub fn unknown(&self) -> UnknownEvent {
        let usual = self.webhooks.value.and_then(|field| self.fields.get(field));
        let value = match usual {
            Some(value) => (*value).to_owned(),
            None => {
                RawValue::from_string(self.text.to_owned()).expect("what was taken apart is JSON")
            }
        };
        UnknownEvent {
            kind: self.kind.clone(),
            value,
        }
    }

    /// What stands beside the kind and the value.
    ///
    /// # Errors
    ///
    /// When it is no `T`.
    pub fn envelope<T: DeserializeOwned>(&self) -> Result<T, InvalidMessage> {
        let taken = [Some(self.webhooks.kind), self.webhooks.value];
        let rest: BTreeMap<&String, &&RawValue> = self
            .fields
            .iter()
            .filter(|(name, _)| !taken.contains(&Some(name.as_str())))
            .collect();
        let text = serde_json::to_string(&rest).expect("parts of JSON are JSON");
        read(&text, &text).map_err(|error: InvalidMessage| InvalidMessage {
            part: format!("beside `/{}`: ", self.webhooks.kind),
            position: Position::default(),
            ..error
        })
    }

    fn field<T: DeserializeOwned>(&self, name: &str) -> Result<T, InvalidMessage> {
        let value = self.fields.get(name).ok_or_else(|| InvalidMessage {
            part: format!("`{}`: ", self.kind),
            what: format!("missing field `{name}`"),
            position: Position::of(self.text.trim_end().as_bytes()),
        })?;
        read(self.text, value.get()).map_err(|error| error.at(name, Some(&self.kind)))
    }
}

impl InvalidMessage {
    fn in_part(self, part: String) -> Self {
        Self { part, ..self }
    }

    fn at(self, field: &str, kind: Option<&str>) -> Self {
        match kind {
            Some(kind) => self.in_part(format!("`/{field}` of `{kind}`: ")),
            None => self.in_part(format!("`/{field}`: ")),
        }
    }
}

/// Reads `part` of `text` as a `T`; an error has its position in `text`.
fn read<'a, T: serde::Deserialize<'a>>(text: &str, part: &'a str) -> Result<T, InvalidMessage> {
    serde_json::from_str(part).map_err(|error| {
        let before = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        let start = Position::of(text.as_bytes().get(..before).unwrap_or_default());
        let what = what_does_not_fit(&error);
        let what = what
            .rsplit_once(" at line ")
            .map_or(&*what, |(what, _)| what);
        InvalidMessage {
            part: String::new(),
            what: what.to_owned(),
            position: start.on(error.line(), error.column()),
        }
    })
}

/// A place in a text, counted from 1 as people do; the default is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Position {
    line: usize,
    column: usize,
}

impl Position {
    /// The place right behind `text`.
    fn of(text: &[u8]) -> Self {
        let line_start = text
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        Self {
            line: 1 + text.iter().filter(|byte| **byte == b'\n').count(),
            column: text.len() - line_start,
        }
    }

    /// The place of a line and a column that are counted from here.
    fn on(self, line: usize, column: usize) -> Self {
        match line {
            0 => self,
            1 => Self {
                line: self.line,
                column: self.column + column,
            },
            _ => Self {
                line: self.line + line - 1,
                column,
            },
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => Ok(()),
            line => write!(f, " at line {line} column {}", self.column),
        }
    }
}

impl UnknownEvent {
    /// Its kind.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What happened, as the JSON text that came.
    pub fn json(&self) -> &str {
        self.value.get()
    }

    /// What happened, read as a `T` of the caller's own.
    ///
    /// # Errors
    ///
    /// When it is no `T`.
    pub fn read_as<T: DeserializeOwned>(&self) -> Result<T, InvalidMessage> {
        read(self.json(), self.json()).map_err(|error| error.in_part(format!("`{}`: ", self.kind)))
    }
}

impl Challenge {
    /// The body to answer with, in an HTTP 200 of the type `application/json`.
    pub fn answer(&self) -> String {
        let answer = BTreeMap::from([(self.field, &self.value)]);
        serde_json::to_string(&answer).expect("parts of JSON are JSON")
    }
}

impl Serialize for UnknownEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl Serialize for Challenge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

// What came with an event nobody knows may be a secret.
impl fmt::Debug for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownEvent")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge").finish_non_exhaustive()
    }
}
