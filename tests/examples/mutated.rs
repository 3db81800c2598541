//! Messages as a later release of the provider may send them: with fields and values that nobody described, with keys in
//! another order, and with everything spelled as other libraries spell it. They come in, and are written back to the
//! byte.

use std::{collections::BTreeMap, fmt::Write as _};

use bindery_upvest::webhooks::Delivery;
use serde_json::{Value, json, value::RawValue};
use xtask::api::{entries, items};

use super::{Faults, arguments_of};
use crate::{
    exercise::for_each_provider,
    http,
    provider::{self, Provider},
    samples,
    specs::{self, AnswerExample},
    stub::Stub,
};

/// So many variations of each message.
const VARIATIONS: u64 = 24;

/// JSON in spellings that Rust's libraries do not write.
const ODD: [&str; 8] = [
    "null",
    "1.50",
    "1e3",
    "-0.0",
    "10000000000000000000000",
    "\"\\u00e4\\/\"",
    "{\"z\":[],\"a\":{\"new\":1.0}}",
    "[{\"b\":1E+2,\"a\":null}]",
];

/// Chance, the same in every run.
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % end
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

struct Mutation<'a> {
    document: &'a Value,
    chance: Chance,
    /// The places that say whether the answer is a success.
    kept: Vec<&'a str>,
    /// The part that the caller wants.
    wanted: &'a str,
}

impl Mutation<'_> {
    /// `value` of this schema, as the provider might send it one day.
    fn of(&mut self, at: &str, schema: &Value, value: &Value) -> String {
        let schema = xtask::api::resolve(self.document, schema);
        if self.kept.contains(&at) {
            return value.to_string();
        }
        if let Some(only) = schema["allOf"].get(0) {
            if schema["nullable"] == true && self.chance.once_in(4) {
                return "null".to_owned();
            }
            return self.of(at, only, value);
        }
        if schema["nullable"] == true && self.chance.once_in(4) {
            return "null".to_owned();
        }
        if let Some(discriminator) = schema.get("discriminator") {
            let tag = discriminator["propertyName"].as_str().unwrap_or_default();
            let kind = value[tag].as_str().unwrap_or_default();
            let target = json!({"$ref": discriminator["mapping"][kind]});
            let mut kind = xtask::api::resolve(self.document, &target).clone();
            // The tag stays: a message with another is of another kind.
            kind["properties"][tag] = json!({"type": "integer"});
            return self.object(at, &kind, value);
        }
        if let Some(shapes) = schema.get("oneOf") {
            let object = items(shapes)
                .map(|shape| xtask::api::resolve(self.document, shape))
                .find(|shape| shape["type"] == "object" && value.is_object());
            return match object {
                Some(object) => self.of(at, object, value),
                None => value.to_string(),
            };
        }
        match (schema["type"].as_str(), value) {
            (None, _) if schema.get("properties").is_none() => self.odd(),
            (_, Value::Object(_)) => self.object(at, schema, value),
            (_, Value::Array(list)) => {
                let list: Vec<String> = (list.iter())
                    .map(|item| self.of(at, &schema["items"], item))
                    .collect();
                format!("[{}]", list.join(","))
            }
            (Some("string"), Value::String(text)) => self.text(schema, text),
            (Some("number"), Value::Number(number)) => match self.chance.below(3) {
                0 => format!("{:.3}", number.as_f64().unwrap_or_default()),
                1 => "15e-1".to_owned(),
                _ => number.to_string(),
            },
            _ => value.to_string(),
        }
    }

    fn odd(&mut self) -> String {
        ODD[self.chance.below(ODD.len())].to_owned()
    }

    fn text(&mut self, schema: &Value, text: &str) -> String {
        if schema.get("enum").is_some() && self.chance.once_in(3) {
            return "\"a value of tomorrow\"".to_owned();
        }
        match schema["format"].as_str() {
            Some("uuid") if self.chance.once_in(2) => format!("\"{}\"", text.to_uppercase()),
            Some("date-time") if self.chance.once_in(2) => {
                format!("\"{}\"", text.replace('Z', "+00:00"))
            }
            Some("hex" | "address") if self.chance.once_in(4) => "\"neither 0x nor 1\"".to_owned(),
            None | Some("byte" | "hex" | "address") if self.chance.once_in(3) => self.escaped(text),
            _ => Value::from(text).to_string(),
        }
    }

    fn escaped(&mut self, text: &str) -> String {
        let mut escaped = "\"".to_owned();
        for unit in text.encode_utf16() {
            let plain = u8::try_from(unit).ok().filter(|byte| {
                byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\') && !self.chance.once_in(8)
            });
            // Writing to a String cannot fail.
            let _ = match plain {
                Some(b'/') => write!(escaped, "\\/"),
                Some(byte) => write!(escaped, "{}", char::from(byte)),
                None => write!(escaped, "\\u{unit:04x}"),
            };
        }
        escaped.push('"');
        escaped
    }

    fn object(&mut self, at: &str, schema: &Value, value: &Value) -> String {
        let properties = &schema["properties"];
        let typed = schema
            .get("additionalProperties")
            .filter(|of| of.is_object());
        let required: Vec<&str> = items(&schema["required"])
            .filter_map(Value::as_str)
            .collect();
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in entries(value) {
            let place = format!("{at}/{name}");
            let text = match properties.get(name).or(typed) {
                Some(property) => {
                    let may_go = properties.get(name).is_some()
                        && !required.contains(&name.as_str())
                        && !self.wanted.starts_with(&place)
                        && !self.kept.iter().any(|kept| kept.starts_with(&place));
                    if may_go && self.chance.once_in(6) {
                        "null".to_owned()
                    } else {
                        self.of(&place, property, value)
                    }
                }
                None => self.odd(),
            };
            fields.push((name.clone(), text));
        }
        for place in 0..self.chance.below(3) {
            if typed.is_none() {
                let new = (format!("new_{place}"), self.odd());
                fields.insert(self.chance.below(fields.len() + 1), new);
            }
        }
        if self.chance.once_in(2) {
            for place in 1..fields.len() {
                let other = self.chance.below(place + 1);
                fields.swap(place, other);
            }
        }
        let fields: Vec<String> = (fields.iter())
            .map(|(name, text)| format!("{}:{text}", Value::from(name.as_str())))
            .collect();
        format!("{{{}}}", fields.join(","))
    }
}

fn variations<'a>(
    document: &'a Value,
    schema: &'a Value,
    value: &'a Value,
) -> impl Iterator<Item = String> + 'a {
    let envelope = &xtask::api::resolve(document, schema)["x-envelope"];
    (0..VARIATIONS).map(move |seed| {
        let mut mutation = Mutation {
            document,
            chance: Chance::new(seed + 1),
            kept: items(&envelope["success"])
                .filter_map(|check| check["at"].as_str())
                .collect(),
            wanted: envelope["value"].as_str().unwrap_or_default(),
        };
        mutation.of("", schema, value)
    })
}

fn compare(
    place: &str,
    came: &str,
    written: Result<String, impl std::fmt::Display>,
    faults: &mut Faults,
) {
    match written {
        Ok(written) if written == came => {}
        Ok(written) => faults.add(place, format!("\n{came}\nbecame\n{written}")),
        Err(error) => faults.add(place, format!("{error}\n{came}")),
    }
}

/// The text at a JSON Pointer.
fn part<'a>(text: &'a str, pointer: &str) -> &'a str {
    let mut part = text;
    for token in pointer.split('/').skip(1) {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(part).expect("an object");
        part = fields.get(token).map_or("null", |raw| raw.get());
    }
    part
}

fn types_keep_every_byte(provider: Provider) {
    let api = provider.api();
    let mut faults = Faults::default();
    let mut messages = specs::named_examples(&api);
    for (name, message) in samples::of(provider.name).unwrap_or_default() {
        if name.starts_with("event_") {
            messages.push((name, "Event".to_owned(), message));
        }
    }
    // A text or a number alone is no message.
    messages.retain(|(_, name, example)| {
        example.is_object() && provider.through(name, example).is_some()
    });
    let mut count = 0;
    for (place, name, example) in &messages {
        let schema = &api.document["components"]["schemas"][name];
        for text in variations(&api.document, schema, example) {
            if let Some(written) = provider.text_through(name, &text) {
                compare(&format!("{name}, {place}"), &text, written, &mut faults);
                count += 1;
            }
        }
    }
    faults.none();
    assert_eq!(count == 0, messages.is_empty(), "{count} messages");
}

async fn calls_keep_every_byte(provider: Provider) {
    let api = provider.api();
    let stub = Stub::start().await;
    let session = provider.session_with_everything(&stub);
    let mut faults = Faults::default();
    for example in specs::successes(&api) {
        let AnswerExample {
            operation,
            status,
            name,
            schema,
            envelope,
            body,
        } = &example;
        let place = format!("{operation} {name}");
        let arguments = arguments_of(&api.operations, operation);
        let schema = &api.document["components"]["schemas"][schema];
        for text in variations(&api.document, schema, body) {
            stub.will_answer(http::answer(*status, "application/json", &text));
            let written = provider
                .call_for_text(&session, operation, &arguments)
                .await;
            let value = envelope["value"].as_str().unwrap_or_default();
            compare(&place, part(&text, value), written, &mut faults);
        }
    }
    faults.none();
}

#[test]
fn a_webhook_of_tomorrow_is_written_back_to_the_byte() {
    let api = provider::UPVEST.api();
    let webhooks = api.webhooks.as_ref().expect("webhooks");
    let mut faults = Faults::default();
    for event in &webhooks.events {
        for (name, example) in &event.examples {
            for data in variations(&api.document, &event.schema, example) {
                for kind in [event.kind.as_str(), "of.tomorrow"] {
                    let place = format!("{kind}, {name}");
                    let body = format!(
                        r#"{{"retry":1.50,"data":{data},"action":"{kind}","webhook_id":null,"new":"\u00e4"}}"#
                    );
                    let delivery = match Delivery::read(&body) {
                        Ok(delivery) => delivery,
                        Err(error) => {
                            faults.add(&place, format!("{error}\n{body}"));
                            continue;
                        }
                    };
                    let event = serde_json::to_string(&delivery.event);
                    compare(&place, &data, event, &mut faults);
                    let beside = r#"{"retry":1.50,"webhook_id":null,"new":"\u00e4"}"#;
                    let envelope = serde_json::to_string(&delivery.envelope);
                    compare(&place, beside, envelope, &mut faults);
                }
            }
        }
    }
    faults.none();
}

macro_rules! tests {
    ($($provider:ident)*) => {
        /// A module for each provider.
        mod of {$(
            mod $provider {
                use crate::exercise::$provider::PROVIDER;

                #[test]
                fn a_message_of_tomorrow_is_written_back_to_the_byte() {
                    super::super::types_keep_every_byte(PROVIDER);
                }

                #[tokio::test]
                async fn an_answer_of_tomorrow_is_written_back_to_the_byte() {
                    super::super::calls_keep_every_byte(PROVIDER).await;
                }
            }
        )*}
    };
}

for_each_provider!(tests);
