//! `x-webhooks`: what the provider posts to its callers.

use serde_json::Value;

use super::{Evidence, entries, reading::examples, text};

/// What is posted, and how it is signed.
#[derive(Debug)]
pub struct Webhooks {
    /// The header of the signature.
    pub header: String,
    /// What stands before the signature in the header.
    pub prefix: String,
    /// `hmac-sha256` or `hmac-sha512`.
    pub algorithm: String,
    /// `hex` or `base64`.
    pub encoding: String,
    /// The property that says of which kind an event is.
    pub kind: String,
    /// The property that holds what happened; `None` where it is the whole message.
    pub value: Option<String>,
    /// The schema of what stands beside both.
    pub envelope: Option<Value>,
    /// The events, in the order of the document.
    pub events: Vec<Event>,
    /// What a receiver is challenged with.
    pub challenge: Option<Challenge>,
    /// How sure that is.
    pub evidence: Option<Evidence>,
}

/// A kind of event.
#[derive(Debug)]
pub struct Event {
    /// What it is called on the wire.
    pub kind: String,
    /// What is said of it.
    pub description: String,
    /// The schema of what happened.
    pub schema: Value,
    /// Examples of what happened, by name.
    pub examples: Vec<(String, Value)>,
    /// How sure that is.
    pub evidence: Option<Evidence>,
}

/// A message that is to be answered with a part of itself.
#[derive(Debug)]
pub struct Challenge {
    /// What it is called on the wire.
    pub kind: String,
    /// The property that is to be repeated.
    pub value: String,
    /// Whether it is signed as the events are.
    pub signed: bool,
}

impl Webhooks {
    /// Reads `x-webhooks` of the `components` of `document`.
    pub(super) fn of(document: &Value) -> Option<Self> {
        let webhooks = document["components"].get("x-webhooks")?;
        let signature = &webhooks["signature"];
        let property = |node: &Value, key: &str| {
            let pointer = text(node, key);
            let name = pointer.strip_prefix('/').unwrap_or(&pointer);
            name.replace("~1", "/").replace("~0", "~")
        };
        Some(Self {
            header: text(signature, "header"),
            prefix: text(signature, "prefix"),
            algorithm: text(signature, "algorithm"),
            encoding: text(signature, "encoding"),
            kind: property(webhooks, "kind"),
            value: webhooks.get("value").map(|_| property(webhooks, "value")),
            envelope: webhooks.get("envelope").cloned(),
            events: entries(&webhooks["events"])
                .map(|(kind, event)| Event {
                    kind: kind.clone(),
                    description: text(event, "description"),
                    schema: event["schema"].clone(),
                    examples: examples(document, event),
                    evidence: Evidence::of(event),
                })
                .collect(),
            challenge: webhooks.get("challenge").map(|challenge| Challenge {
                kind: text(challenge, "kind"),
                value: property(challenge, "value"),
                signed: challenge["signed"] == true,
            }),
            evidence: Evidence::of(webhooks),
        })
    }

    /// A whole message with this event in it.
    pub fn message(&self, event: &Event, value: &Value) -> Value {
        let mut message = serde_json::json!({ self.kind.as_str(): event.kind });
        match &self.value {
            Some(name) => message[name] = value.clone(),
            None => {
                for (name, value) in entries(value) {
                    message[name] = value.clone();
                }
            }
        }
        message
    }
}
