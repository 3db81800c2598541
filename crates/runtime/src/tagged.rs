//! Messages of several kinds, told apart by one of their fields (OpenAPI's `discriminator`).

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;

/// A type of several kinds, told apart by the field `TAG`.
pub trait Tagged<'de>: Sized {
    /// The field.
    const TAG: &'static str;

    /// Reads the kind that `tag` stands for out of the `whole` message. A number counts as its digits.
    ///
    /// # Errors
    ///
    /// When the message does not fit that kind.
    fn of<D: Deserializer<'de>>(tag: &str, whole: D) -> Result<Self, D::Error>;
}

/// Reads a message of several kinds. Where the tag comes first, as it mostly does, the rest is read straight into its
/// type; what comes before it is kept until then.
///
/// # Errors
///
/// When the message is no object, has no tag, or does not fit the kind that it is of.
pub fn deserialize<'de, T: Tagged<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(Kinds(PhantomData))
}

struct Kinds<T>(PhantomData<fn() -> T>);

impl<'de, T: Tagged<'de>> Visitor<'de> for Kinds<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", T::TAG)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut before = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let value: Value = map.next_value()?;
            if name != T::TAG {
                before.push((name, value));
                continue;
            }
            let tag = match &value {
                Value::String(tag) => tag.clone(),
                Value::Number(number) => number.to_string(),
                _ => {
                    return Err(A::Error::custom(
                        "invalid type, expected a string or a number",
                    ));
                }
            };
            before.push((name, value));
            let whole = Whole {
                before: before.into_iter(),
                value: None,
                rest: map,
            };
            return T::of(&tag, MapAccessDeserializer::new(whole));
        }
        Err(A::Error::missing_field(T::TAG))
    }
}

/// The fields read so far, and then the others.
struct Whole<A> {
    before: std::vec::IntoIter<(String, Value)>,
    value: Option<Value>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Whole<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some((name, value)) = self.before.next() else {
            return self.rest.next_key_seed(seed);
        };
        self.value = Some(value);
        let name = serde::de::value::StringDeserializer::new(name);
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.value.take() {
            None => self.rest.next_value_seed(seed),
            Some(value) => seed.deserialize(value).map_err(A::Error::custom),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.size_hint()? + self.before.len())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Map, json};

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Block {
        kind: Value,
        number: u64,
    }

    #[derive(Debug, PartialEq)]
    enum Event {
        Block(Block),
        Unknown(Map<String, Value>),
    }

    impl<'de> Tagged<'de> for Event {
        const TAG: &'static str = "kind";

        fn of<D: Deserializer<'de>>(tag: &str, whole: D) -> Result<Self, D::Error> {
            Ok(match tag {
                "Block" | "8" => Self::Block(Deserialize::deserialize(whole)?),
                _ => Self::Unknown(Deserialize::deserialize(whole)?),
            })
        }
    }

    fn read(json: &str) -> Result<Event, serde_json::Error> {
        deserialize(&mut serde_json::Deserializer::from_str(json))
    }

    #[test]
    fn the_tag_tells_the_kind_wherever_it_stands() {
        let block = |kind: Value| Event::Block(Block { kind, number: 3 });
        for json in [
            r#"{"kind":"Block","number":3}"#,
            r#"{"number":3,"kind":"Block"}"#,
            r#"{"more":[1],"kind":"Block","x":{},"number":3}"#,
        ] {
            assert_eq!(
                read(json).expect("an event"),
                block(json!("Block")),
                "{json}"
            );
        }
        let legacy = read(r#"{"number":3,"kind":8}"#).expect("an event");
        assert_eq!(legacy, block(json!(8)));
    }

    #[test]
    fn a_kind_that_nobody_knows_is_kept_whole() {
        let event = read(r#"{"a":1,"kind":"Fork","b":[{}]}"#).expect("an event");
        let Event::Unknown(kept) = event else {
            panic!("{event:?}");
        };
        assert_eq!(
            Value::Object(kept),
            json!({"a": 1, "kind": "Fork", "b": [{}]})
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error_with_its_place() {
        for (json, place) in [
            (r#"{"kind":"Block","number":"3"}"#, "at line 1 column 28"),
            (r#"{"kind":"Block"}"#, "missing field `number`"),
            (r#"{"number":3}"#, "missing field `kind`"),
            (r#"{"kind":{},"number":3}"#, "expected a string or a number"),
            ("[1]", "expected an object with `kind`"),
        ] {
            let error = read(json).expect_err("does not fit").to_string();
            assert!(error.contains(place), "{json}: {error}");
        }
    }
}
