//! A value of any shape, as the text it came in.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned, Visitor, value::MapDeserializer},
    forward_to_deserialize_any,
};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

/// JSON of any shape. It keeps the text it was read from, so that it is written back to the byte: with the order of its
/// keys, and with every digit of its numbers.
///
/// ```
/// # use bindery_runtime::Json;
/// let json: Json = r#"{"b":1.50,"a":[10000000000000000000000]}"#.parse()?;
/// assert_eq!(json.as_str(), r#"{"b":1.50,"a":[10000000000000000000000]}"#);
/// assert_eq!(json.to_value()["b"], 1.5);
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The JSON of `value`.
    ///
    /// # Errors
    ///
    /// When `value` has no JSON, such as a map whose keys are no texts.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        to_raw_value(value).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Reads it as a `T`.
    ///
    /// # Errors
    ///
    /// When it is no `T`; line and column count from the start of this value.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.as_str())
    }

    /// The same as a tree, in which keys have no order and a number no more digits than an `f64` holds. What has a
    /// number that is larger than any `f64` is a string of this text.
    pub fn to_value(&self) -> Value {
        self.parse().unwrap_or_else(|_| self.as_str().into())
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.as_str() == "null"
    }

    /// Reads it as a `T` on behalf of a message it is a part of, whose reader knows the place.
    pub(crate) fn read<T: DeserializeOwned, E: de::Error>(&self) -> Result<T, E> {
        self.parse().map_err(|error: serde_json::Error| {
            let place = format!(" at line {} column {}", error.line(), error.column());
            let what = error.to_string();
            E::custom(what.strip_suffix(&place).unwrap_or(&what))
        })
    }
}

impl Default for Json {
    /// `null`.
    fn default() -> Self {
        Self(RawValue::NULL.to_owned())
    }
}

impl FromStr for Json {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text).map(Self)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({})", self.0)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self::new(&value).unwrap_or_default()
    }
}

macro_rules! from_scalar {
    ($($scalar:ty),*) => {$(
        impl From<$scalar> for Json {
            fn from(value: $scalar) -> Self {
                Value::from(value).into()
            }
        }
    )*};
}

from_scalar!(&str, String, bool, i32, u32, i64, u64);

/// Two are equal when they say the same: whatever the order of their keys and the spelling of their texts.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl PartialEq<Value> for Json {
    fn eq(&self, other: &Value) -> bool {
        same(&self.0, &Self::from(other.clone()).0)
    }
}

fn same(one: &RawValue, other: &RawValue) -> bool {
    fn both<'a, T: Deserialize<'a>>(one: &'a RawValue, other: &'a RawValue) -> Option<(T, T)> {
        let read = |raw: &'a RawValue| serde_json::from_str(raw.get()).ok();
        read(one).zip(read(other))
    }

    if one.get() == other.get() {
        return true;
    }
    let whole = |raw: &RawValue| !raw.get().contains(['.', 'e', 'E']);
    match (one.get().as_bytes().first(), other.get().as_bytes().first()) {
        (Some(b'{'), Some(b'{')) => {
            both::<BTreeMap<String, &RawValue>>(one, other).is_some_and(|(ones, others)| {
                ones.len() == others.len()
                    && (ones.iter().zip(&others)).all(|((name, one), (other_name, other))| {
                        name == other_name && same(one, other)
                    })
            })
        }
        (Some(b'['), Some(b'[')) => {
            both::<Vec<&RawValue>>(one, other).is_some_and(|(ones, others)| {
                ones.len() == others.len()
                    && ones
                        .iter()
                        .zip(&others)
                        .all(|(one, other)| same(one, other))
            })
        }
        (Some(b'"'), Some(b'"')) => {
            both::<String>(one, other).is_some_and(|(one, other)| one == other)
        }
        // Of whole numbers every digit counts, and an `f64` does not have them all.
        (Some(b'-' | b'0'..=b'9'), Some(b'-' | b'0'..=b'9')) if !(whole(one) && whole(other)) => {
            both::<f64>(one, other).is_some_and(|(one, other)| one == other)
        }
        _ => false,
    }
}

/// Whether what `S` writes is the text of JSON. Where that cannot be told, the exact spelling is given up, and no more.
pub(crate) fn writes_text<S>() -> bool {
    std::any::type_name::<S>().contains("serde_json::ser::Serializer<")
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if writes_text::<S>() {
            self.0.serialize(serializer)
        } else {
            self.to_value().serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(AnyFormat(deserializer)).map(Self)
    }
}

/// `RawValue` can be read from `serde_json` alone, and not even from there once serde has buffered the value (inside an
/// untagged enum of the caller's, say). This reads it from anything that tells what it holds.
struct AnyFormat<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for AnyFormat<D> {
    type Error = D::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0
            .deserialize_newtype_struct(name, RawOrBuffered { name, visitor })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct RawOrBuffered<V> {
    name: &'static str,
    visitor: V,
}

impl<'de, V: Visitor<'de>> RawOrBuffered<V> {
    /// `serde_json` shows its raw values as a map of one entry.
    fn raw<E: de::Error>(self, value: &Value) -> Result<V::Value, E> {
        let entry = (self.name, value.to_string());
        self.visitor
            .visit_map(MapDeserializer::new([entry].into_iter()))
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for RawOrBuffered<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    /// From `serde_json`.
    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(map)
    }

    /// From anything else.
    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        self.raw(&Value::deserialize(deserializer)?)
    }

    // From a value that stands alone, such as the tag of a message.

    fn visit_str<E: de::Error>(self, text: &str) -> Result<V::Value, E> {
        self.raw(&Value::from(text))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<V::Value, E> {
        self.raw(&Value::from(number))
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Json {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::Schema::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = r#"{"z":1.50,"a":[1e3,-0,10000000000000000000000,"\u00e4\/",null],"m":{}}"#;

    #[test]
    fn every_byte_survives_reading_and_writing() {
        for text in [TEXT, "null", "\"\"", "[ 1 , 2 ]"] {
            let json: Json = serde_json::from_str(text).expect("JSON");
            assert_eq!(serde_json::to_string(&json).expect("JSON"), text);
            let json: Json = serde_json::from_reader(text.as_bytes()).expect("JSON");
            assert_eq!(serde_json::to_vec(&json).expect("JSON"), text.as_bytes());
        }
    }

    #[test]
    fn trees_go_in_and_out() {
        let tree = json!({"a": [1, null, {"b": "c"}]});
        let json: Json = serde_json::from_value(tree.clone()).expect("JSON");
        assert_eq!(serde_json::to_value(&json).expect("JSON"), tree);
        assert_eq!((json.to_value(), json), (tree.clone(), tree.into()));
    }

    #[test]
    fn what_serde_has_buffered_is_read_all_the_same() {
        #[derive(Debug, PartialEq, Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(i64),
            Other { known: Json },
        }
        let read: Either = serde_json::from_str(r#"{"known":{"a":1}}"#).expect("the second");
        assert_eq!(
            read,
            Either::Other {
                known: json!({"a": 1}).into()
            }
        );
        assert_eq!(
            serde_json::from_str::<Either>("1").expect("the first"),
            Either::Number(1)
        );
    }

    #[test]
    fn equal_is_what_says_the_same() {
        let read = |text: &str| text.parse::<Json>().expect("JSON");
        assert_eq!(
            read(r#"{"a":1.50,"b":["\u0041"]}"#),
            read(r#"{"b":["A"],"a":1.5}"#)
        );
        for (one, other) in [
            ("10000000000000000000000", "10000000000000000000001"),
            ("1", "\"1\""),
            ("[1]", "[1,2]"),
            (r#"{"a":1}"#, r#"{"a":2}"#),
            (r#"{"a":1}"#, r#"{"b":1}"#),
            ("null", "false"),
        ] {
            assert_ne!(read(one), read(other));
        }
    }
}
