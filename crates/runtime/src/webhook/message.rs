//! What a webhook says: its kind, and the value that belongs to it.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned},
};
use serde_json::{Value, value::RawValue};

use super::Webhooks;
use crate::error::what_does_not_fit;

/// Why a message is not what the spec says: which part of it, and what does not fit there.
///
/// It names places, and shows no value: that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("failed to read the webhook: {part}{what} at {position}")]
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
    fields: Fields<'a>,
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
        let fields: Fields<'_> = read(text, text)?;
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
            Some(value) => value.to_owned(),
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
        let rest = self.fields.0.iter();
        let rest = rest.filter(|(name, _)| !taken.contains(&Some(name.as_str())));
        let mut text = String::from("{");
        let mut places = Vec::new();
        for (name, value) in rest {
            if !places.is_empty() {
                text.push(',');
            }
            text.push_str(&Value::from(name.as_str()).to_string());
            text.push(':');
            let start = text.len();
            text.push_str(value.get());
            places.push((start..=text.len(), name, *value));
        }
        text.push('}');
        serde_json::from_str(&text).map_err(|error| {
            let end = offset(&text, error.line(), error.column());
            let guilty = places.iter().find(|(place, ..)| place.contains(&end));
            match guilty {
                Some((place, name, value)) => {
                    let end = start_of(self.text, value.get()) + end - place.start();
                    let position = Position::of(&self.text.as_bytes()[..end]);
                    InvalidMessage::new(&error, position).in_part(format!("`/{name}`: "))
                }
                None => InvalidMessage::new(&error, Position::of(self.text.trim_end().as_bytes())),
            }
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
    fn new(error: &serde_json::Error, position: Position) -> Self {
        let what = what_does_not_fit(error);
        let what = what
            .rsplit_once(" at line ")
            .map_or(&*what, |(what, _)| what);
        Self {
            part: String::new(),
            what: what.to_owned(),
            position,
        }
    }

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
fn read<'a, T: Deserialize<'a>>(text: &str, part: &'a str) -> Result<T, InvalidMessage> {
    serde_json::from_str(part).map_err(|error| {
        let end = start_of(text, part) + offset(part, error.line(), error.column());
        let end = end.min(text.len());
        InvalidMessage::new(&error, Position::of(&text.as_bytes()[..end]))
    })
}

/// Where in `text` its `part` begins.
fn start_of(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// How many bytes of `text` there are up to a line and a column as `serde_json` counts them.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let before: usize = before.map(str::len).sum();
    (before + column).min(text.len())
}

/// The fields of an object, as the text of each and in their order.
#[derive(Debug)]
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// Where a field comes twice, the last one counts.
    fn get(&self, name: &str) -> Option<&'a RawValue> {
        let mut fields = self.0.iter().rev();
        fields
            .find(|(other, _)| other == name)
            .map(|(_, value)| *value)
    }
}

impl<'a> Deserialize<'a> for Fields<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'a> de::Visitor<'a> for Object {
            type Value = Fields<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'a>>(self, mut map: A) -> Result<Fields<'a>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A place in a text: its line, counted from 1, and how many bytes of that line lead there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
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

#[cfg(test)]
mod tests {
    use http::HeaderName;
    use serde_json::json;

    use super::*;
    use crate::{SignatureAlgorithm, SignatureEncoding, Signing};

    /// A provider whose events are whole messages.
    static FLAT: Webhooks = Webhooks {
        signing: Signing {
            header: HeaderName::from_static("x-signature"),
            prefix: "",
            algorithm: SignatureAlgorithm::HmacSha512,
            encoding: SignatureEncoding::Base64,
        },
        kind: "type",
        value: None,
        challenge: None,
    };

    #[derive(Debug, Deserialize)]
    struct Event {
        amount: u32,
    }

    #[test]
    fn an_event_may_be_the_whole_message() {
        let opened = FLAT
            .open(br#"{"type":"paid","amount":7}"#)
            .expect("a message");
        assert_eq!(opened.kind(), "paid");
        assert_eq!(opened.value::<Event>().expect("an event").amount, 7);
        assert_eq!(opened.unknown().json(), r#"{"type":"paid","amount":7}"#);
        let opened = FLAT
            .open(br#"{"type":"paid","amount":"hunter2"}"#)
            .expect("a message");
        assert_eq!(
            opened.value::<Event>().expect_err("no number").to_string(),
            "failed to read the webhook: `paid`: expected u32 at line 1 column 33"
        );
    }

    #[test]
    fn what_stands_beside_an_event_keeps_its_order_and_its_errors_their_place() {
        let body = "{\n\"z\": 1.50,\n\"type\": \"paid\",\n\"a\": {\"b\":\n\"hunter2\"}}";
        let opened = FLAT.open(body.as_bytes()).expect("a message");
        let rest: Value = opened.envelope().expect("JSON");
        assert_eq!(rest, json!({"z": 1.5, "a": {"b": "hunter2"}}));
        #[derive(Debug, Deserialize)]
        struct Numbers {
            #[expect(dead_code, reason = "only read for its error")]
            a: BTreeMap<String, u32>,
        }
        assert_eq!(
            opened
                .envelope::<Numbers>()
                .expect_err("no numbers")
                .to_string(),
            "failed to read the webhook: `/a`: expected u32 at line 5 column 9"
        );
    }

    #[test]
    fn of_a_field_that_comes_twice_the_last_counts() {
        let opened = FLAT
            .open(br#"{"type":"first","type":"last"}"#)
            .expect("a message");
        assert_eq!(opened.kind(), "last");
    }

    #[test]
    fn a_provider_without_a_challenge_has_none() {
        let challenge = FLAT.unsigned_challenge(&http::HeaderMap::new(), br#"{"type":"paid"}"#);
        assert!(challenge.is_none());
    }
}
