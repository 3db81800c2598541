//! Messages of several kinds, told apart by one of their fields (OpenAPI's `discriminator`).

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess, Visitor,
        value::MapAccessDeserializer,
    },
};

use crate::{Fields, Json};

/// A type of several kinds, told apart by the field `TAG`.
pub trait Tagged: Sized {
    /// The field.
    const TAG: &'static str;

    /// Reads the kind that `tag` stands for out of the `whole` message. A number counts as its digits.
    ///
    /// # Errors
    ///
    /// When the message does not fit that kind.
    fn of<'de, D: Deserializer<'de>>(tag: &str, whole: D) -> Result<Self, D::Error>;
}

/// Reads a message of several kinds. Where the tag comes first, as it mostly does, the rest is read straight into its
/// type; otherwise the message is gone through twice.
///
/// # Errors
///
/// When the message is no object, has no tag, or does not fit the kind that it is of.
pub fn deserialize<'de, T: Tagged, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Kinds(PhantomData))
}

struct Kinds<T>(PhantomData<fn() -> T>);

impl<'de, T: Tagged> Visitor<'de> for Kinds<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", T::TAG)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let Some(name) = map.next_key_seed(Other(T::TAG))? else {
            return Err(A::Error::missing_field(T::TAG));
        };
        let value: Json = map.next_value()?;
        if name.is_none()
            && let Some(tag) = Tag::plain(&value)
        {
            let whole = TagFirst {
                name: T::TAG,
                names: true,
                tag: Some(tag),
                rest: map,
            };
            return T::of(tag.text(), MapAccessDeserializer::new(whole));
        }
        let mut fields = Fields::new();
        fields.came(name.as_deref().unwrap_or(T::TAG), value);
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            fields.came(&name, value);
        }
        let tag = fields
            .get(T::TAG)
            .ok_or_else(|| A::Error::missing_field(T::TAG))?;
        let tag = match tag.to_value() {
            serde_json::Value::String(tag) => tag,
            serde_json::Value::Number(number) => number.to_string(),
            _ => {
                let what = "invalid type, expected a string or a number";
                return Err(A::Error::custom(what));
            }
        };
        let whole = serde_json::to_string(&fields).map_err(A::Error::custom)?;
        T::of(&tag, &mut serde_json::Deserializer::from_str(&whole)).map_err(A::Error::custom)
    }
}

/// Reads a key: nothing where it is this one.
struct Other(&'static str);

impl<'de> DeserializeSeed<'de> for Other {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Other {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok((name != self.0).then(|| name.to_owned()))
    }
}

/// A tag of which there is one way to write it.
#[derive(Clone, Copy)]
enum Tag<'a> {
    Text(&'a str),
    Number(&'a str, u64),
}

impl<'a> Tag<'a> {
    fn plain(value: &'a Json) -> Option<Self> {
        let json = value.as_str();
        if let Some(text) = json
            .strip_prefix('"')?
            .strip_suffix('"')
            .filter(|text| !text.contains('\\'))
        {
            return Some(Self::Text(text));
        }
        json.parse().ok().map(|number| Self::Number(json, number))
    }

    fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Number(text, _) => text,
        }
    }
}

/// The tag, and then the other fields.
struct TagFirst<'a, A> {
    name: &'static str,
    /// Whether the name of the tag is still to be told.
    names: bool,
    tag: Option<Tag<'a>>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for TagFirst<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        if std::mem::take(&mut self.names) {
            return seed.deserialize(self.name.into_deserializer()).map(Some);
        }
        self.rest.next_key_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.tag.take() {
            None => self.rest.next_value_seed(seed),
            Some(Tag::Text(text)) => seed.deserialize(text.into_deserializer()),
            Some(Tag::Number(_, number)) => seed.deserialize(number.into_deserializer()),
        }
    }
}

/// Implements `Serialize` and `Deserialize` for an enum of kinds that a field tells apart. It has a variant `Unknown` for
/// all others.
#[doc(hidden)]
#[macro_export]
macro_rules! tagged {
    ($name:ident by $tag:literal { $($kind:ident: $($value:literal)|+;)* }) => {
        const _: () = {
            use $crate::generated::{Tagged, of_kinds, serde};

            impl Tagged for $name {
                const TAG: &'static str = $tag;

                fn of<'de, D: serde::Deserializer<'de>>(tag: &str, whole: D) -> Result<Self, D::Error> {
                    Ok(match tag {
                        $($($value)|+ => Self::$kind(serde::Deserialize::deserialize(whole)?),)*
                        _ => Self::Unknown(serde::Deserialize::deserialize(whole)?),
                    })
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    of_kinds(deserializer)
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        $(Self::$kind(value) => serde::Serialize::serialize(value, serializer),)*
                        Self::Unknown(value) => serde::Serialize::serialize(value, serializer),
                    }
                }
            }
        };
    };
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Block {
        kind: Json,
        number: u64,
        extra: Fields,
    }

    crate::object! { Block with extra { kind: required plain "kind"; number: required plain "number"; } }

    #[derive(Debug, PartialEq)]
    enum Event {
        Block(Block),
        Unknown(Fields),
    }

    crate::tagged! { Event by "kind" { Block: "Block" | "8"; } }

    fn read(json: &str) -> Result<Event, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn the_tag_tells_the_kind_wherever_it_stands() {
        for json in [
            r#"{"kind":"Block","number":3}"#,
            r#"{"number":3,"kind":"Block"}"#,
            r#"{"more":[1.50],"kind":"Block","x":{},"number":3}"#,
            r#"{"number":3,"kind":8}"#,
            r#"{"kind":8,"number":3}"#,
            r#"{"kind":"Bl\u006fck","number":3}"#,
        ] {
            let event = read(json).expect("an event");
            let Event::Block(block) = &event else {
                panic!("{event:?}");
            };
            assert_eq!(block.number, 3);
            let written = serde_json::to_string(&event).expect("it can be written");
            assert_eq!(written, json);
        }
    }

    #[test]
    fn a_kind_that_nobody_knows_is_kept_whole() {
        let json = r#"{"a":1.0,"kind":"Fork","b":[{}]}"#;
        let event = read(json).expect("an event");
        assert!(matches!(event, Event::Unknown(_)), "{event:?}");
        assert_eq!(serde_json::to_string(&event).expect("written"), json);
        let value: Value = json!({"a": 1.0, "kind": "Fork", "b": [{}]});
        assert_eq!(serde_json::to_value(&event).expect("written"), value);
    }

    #[test]
    fn what_does_not_fit_is_an_error_with_its_place() {
        for (json, place) in [
            (r#"{"kind":"Block","number":"3"}"#, "at line 1 column 28"),
            (r#"{"kind":"Block"}"#, "missing field `number`"),
            (r#"{"number":3}"#, "missing field `kind`"),
            (r#"{"kind":{},"number":3}"#, "expected a string or a number"),
            ("{}", "missing field `kind`"),
            ("[1]", "expected an object with `kind`"),
        ] {
            let error = read(json).expect_err("does not fit").to_string();
            assert!(error.contains(place), "{json}: {error}");
        }
    }
}
