//! Strings that cannot be printed.

use std::{cell::RefCell, fmt};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A password, key or token: its `Debug` shows nothing, it has no `Display`, and its memory is wiped when it is dropped.
///
/// It serializes as the plain string, because that is how it goes over the wire.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The plain text. The name is long so that every use of it can be found.
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether the plain text is the empty string.
    pub fn is_empty(&self) -> bool {
        self.expose_secret().is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(SecretString::from(text))
    }
}

thread_local! {
    static SEEN: RefCell<Option<Vec<Secret>>> = const { RefCell::new(None) };
}

/// Runs `serialize`, and returns with its outcome the secrets it wrote: a body is bytes afterwards, of which nobody could
/// tell what must not be shown.
pub(crate) fn seen_while<T>(serialize: impl FnOnce() -> T) -> (T, Vec<Secret>) {
    let before = SEEN.replace(Some(Vec::new()));
    let outcome = serialize();
    (outcome, SEEN.replace(before).unwrap_or_default())
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SEEN.with_borrow_mut(|seen| {
            if let Some(seen) = seen {
                seen.push(self.clone());
            }
        });
        serializer.serialize_str(self.expose_secret())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "password" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_text() {
        assert_eq!(format!("{:?}", Secret::from("hunter2")), "Secret");
        assert_eq!(
            format!("{:#?}", Some(Secret::from("hunter2"))),
            "Some(\n    Secret,\n)"
        );
    }

    #[test]
    fn the_wire_carries_the_plain_text_both_ways() {
        let secret: Secret = serde_json::from_str("\"hunter2\"").expect("a string");
        assert_eq!(
            serde_json::to_string(&secret).expect("a string"),
            "\"hunter2\""
        );
    }
}
