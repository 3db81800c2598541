//! Amounts in the smallest unit of a chain: too large for any machine integer, and never a float.

use std::{fmt, str::FromStr};

use ruint::aliases::U256;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Unexpected},
    ser,
};
use serde_json::value::RawValue;

/// An unsigned integer of 256 bits, a decimal string on the wire.
///
/// Providers send some of these as JSON numbers on one day and as strings on the next: both are read, numbers of any
/// length digit by digit, and what came as a number is written back as one. A fraction or an exponent is refused, since
/// it may have lost digits on its way.
///
/// Two things that are not this type's own keep to 64 bits: a [`serde_json::Value`], which holds larger numbers as
/// floats, and what serde parses before it knows the type, as behind `flatten`. A larger number from there is refused.
#[derive(Clone, Copy)]
pub struct Uint256 {
    value: U256,
    as_number: bool,
}

impl Uint256 {
    /// Zero.
    pub const ZERO: Self = Self {
        value: U256::ZERO,
        as_number: false,
    };

    /// The integer, for arithmetic.
    pub fn get(self) -> U256 {
        self.value
    }
}

impl fmt::Debug for Uint256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)
    }
}

impl fmt::Display for Uint256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value, f)
    }
}

// How it came over the wire is no part of what it is worth.
impl PartialEq for Uint256 {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Uint256 {}

impl PartialOrd for Uint256 {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Uint256 {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl std::hash::Hash for Uint256 {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl From<U256> for Uint256 {
    fn from(value: U256) -> Self {
        Self {
            value,
            as_number: false,
        }
    }
}

impl From<u128> for Uint256 {
    fn from(value: u128) -> Self {
        U256::from(value).into()
    }
}

impl From<u64> for Uint256 {
    fn from(value: u64) -> Self {
        U256::from(value).into()
    }
}

impl From<u32> for Uint256 {
    fn from(value: u32) -> Self {
        U256::from(value).into()
    }
}

impl FromStr for Uint256 {
    type Err = InvalidUint256;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidUint256::NotDecimal);
        }
        U256::from_str_radix(text, 10)
            .map(Self::from)
            .map_err(|_| InvalidUint256::TooLarge)
    }
}

/// Why a text is no [`Uint256`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidUint256 {
    /// It has something other than decimal digits in it.
    #[error("failed to read an unsigned integer: expected decimal digits only")]
    NotDecimal,
    /// It does not fit 256 bits.
    #[error("failed to read an unsigned integer: it is larger than 256 bits")]
    TooLarge,
}

impl Serialize for Uint256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match u64::try_from(self.value) {
            Ok(number) if self.as_number => serializer.serialize_u64(number),
            // A larger number goes through `serde_json` as text: no other way is exact.
            Err(_) if self.as_number => RawValue::from_string(self.to_string())
                .map_err(ser::Error::custom)?
                .serialize(serializer),
            _ => serializer.collect_str(&self.value),
        }
    }
}

impl<'de> Deserialize<'de> for Uint256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut parsed = None;
        let text = Box::<RawValue>::deserialize(TextOrParsed {
            deserializer,
            parsed: &mut parsed,
        });
        match parsed {
            Some(value) => Ok(value),
            None => {
                let text = text?;
                read(text.get())
                    .ok_or_else(|| de::Error::invalid_value(Unexpected::Other("JSON"), &EXPECTED))
            }
        }
    }
}

const EXPECTED: &str = "an unsigned integer of at most 256 bits, as a decimal string or a number";

/// Reads JSON text: `serde_json` would make a float of a number beyond 64 bits.
fn read(json: &str) -> Option<Uint256> {
    if json.starts_with('"') {
        return serde_json::from_str::<String>(json).ok()?.parse().ok();
    }
    let value: Uint256 = json.parse().ok()?;
    Some(Uint256 {
        as_number: true,
        ..value
    })
}

/// Asks `serde_json` for text. Where a value was parsed before, as behind `flatten` and in untagged enums, other
/// deserializers know nothing of such a request and call back: then the value is taken as it was parsed.
struct TextOrParsed<'a, T> {
    deserializer: T,
    parsed: &'a mut Option<Uint256>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for TextOrParsed<'_, D> {
    type Error = D::Error;

    fn deserialize_newtype_struct<V: de::Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let Self {
            deserializer,
            parsed,
        } = self;
        let visitor = TextOrParsed {
            deserializer: visitor,
            parsed,
        };
        deserializer.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.deserializer.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, V: de::Visitor<'de>> de::Visitor<'de> for TextOrParsed<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, text: A) -> Result<V::Value, A::Error> {
        self.deserializer.visit_map(text)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        *self.parsed = Some(value.deserialize_any(Parsed)?);
        // Never seen: whoever asked looks for what was parsed first.
        Err(de::Error::custom("the value was parsed before"))
    }
}

/// Takes a value that was parsed before.
struct Parsed;

impl de::Visitor<'_> for Parsed {
    type Value = Uint256;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Uint256, E> {
        text.parse()
            .map_err(|_| E::invalid_value(Unexpected::Other("text"), &self))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Uint256, E> {
        Ok(Uint256 {
            value: U256::from(number),
            as_number: true,
        })
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Uint256 {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Uint256".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "integer"], "format": "uint256" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAX: &str =
        "115792089237316195423570985008687907853269984665640564039457584007913129639935";

    #[test]
    fn every_digit_of_the_largest_amount_survives() {
        let amount: Uint256 = serde_json::from_value(MAX.into()).expect("fits 256 bits");
        assert_eq!(serde_json::to_value(amount).expect("serializes"), MAX);
        assert_eq!(amount.to_string(), MAX);
    }

    #[test]
    fn a_number_is_written_back_as_a_number() {
        let amount: Uint256 = serde_json::from_str("9007199254740993").expect("a number");
        assert_eq!(
            serde_json::to_string(&amount).expect("serializes"),
            "9007199254740993"
        );
        assert_eq!(amount, "9007199254740993".parse().expect("digits"));
    }

    #[test]
    fn what_would_lose_a_digit_is_refused() {
        for text in [
            "1.5", "1e30", "-1", "-0", "\"\"", "\"1.5\"", "\"-1\"", "\"0x10\"", "\"+1\"", "true",
            "null", "[1]", "{}",
        ] {
            assert!(serde_json::from_str::<Uint256>(text).is_err(), "{text}");
        }
        assert_eq!(
            format!("{MAX}0").parse::<Uint256>(),
            Err(InvalidUint256::TooLarge)
        );
        // A `Value` has made a float of it.
        let value: serde_json::Value = serde_json::from_str(MAX).expect("JSON");
        assert!(serde_json::from_value::<Uint256>(value).is_err());
    }

    #[test]
    fn an_error_names_the_place_and_shows_no_value() {
        #[derive(Debug, Deserialize)]
        struct Balance {
            #[expect(dead_code, reason = "only read for its error")]
            amount: Uint256,
        }
        let error =
            serde_json::from_str::<Balance>("{\n\"amount\": 12.75}").expect_err("a fraction");
        assert_eq!(
            error.to_string(),
            "invalid value: JSON, expected an unsigned integer of at most 256 bits, as a decimal string or a number at \
             line 2 column 16"
        );
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flattened {
        #[serde(flatten)]
        inner: Inner,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        amount: Uint256,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Amount(Uint256),
        Other(bool),
    }

    #[test]
    fn what_serde_parses_first_is_read_within_64_bits_and_refused_beyond() {
        for json in [
            r#"{"amount":18446744073709551615}"#,
            &format!(r#"{{"amount":"{MAX}"}}"#),
        ] {
            let read: Flattened = serde_json::from_str(json).expect("an amount");
            assert_eq!(serde_json::to_string(&read).expect("JSON"), json);
        }
        assert!(serde_json::from_str::<Flattened>(&format!(r#"{{"amount":{MAX}}}"#)).is_err());
        for json in ["7", "\"7\"", "true"] {
            let read: Untagged = serde_json::from_str(json).expect("one of both");
            assert_eq!(serde_json::to_string(&read).expect("JSON"), json);
        }
    }

    proptest! {
        #[test]
        fn an_amount_of_any_size_comes_back_as_it_came(limbs in any::<[u64; 4]>(), bits in 0_usize..=256) {
            let value = U256::from_limbs(limbs).checked_shr(256 - bits).unwrap_or_default();
            for json in [value.to_string(), format!("\"{value}\"")] {
                let read: Uint256 = serde_json::from_str(&json).expect("an amount");
                prop_assert_eq!(read.get(), value);
                prop_assert_eq!(serde_json::to_string(&read).expect("JSON"), json.clone());
                let read: Uint256 = serde_json::from_reader(json.as_bytes()).expect("an amount");
                prop_assert_eq!(serde_json::to_vec(&read).expect("JSON"), json.into_bytes());
            }
        }

        #[test]
        fn no_json_becomes_an_amount_that_it_is_not(json in r#"[-+0-9.eE"]{1,40}"#) {
            if let Ok(read) = serde_json::from_str::<Uint256>(&json) {
                let digits = json.trim_matches('"').trim_start_matches('0');
                let digits = if digits.is_empty() { "0" } else { digits };
                prop_assert_eq!(read.to_string(), digits);
            }
        }
    }
}
