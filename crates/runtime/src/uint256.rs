//! Amounts in the smallest unit of a chain: too large for any machine integer, and never a float.

use std::{fmt, str::FromStr};

use ruint::aliases::U256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An unsigned integer of 256 bits, a decimal string on the wire.
///
/// Providers send some of these as JSON numbers on one day and as strings on the next: both are read, and what came as
/// a number is written back as one.
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
            _ => serializer.collect_str(&self.value),
        }
    }
}

impl<'de> Deserialize<'de> for Uint256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Uint256;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "an unsigned integer of at most 256 bits, as a decimal string or a number",
                )
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Uint256, E> {
                text.parse()
                    .map_err(|_| E::invalid_value(de::Unexpected::Other("text"), &self))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Uint256, E> {
                Ok(Uint256 {
                    value: U256::from(number),
                    as_number: true,
                })
            }
        }

        deserializer.deserialize_any(Visitor)
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
        schemars::json_schema!({ "type": "string", "format": "uint256" })
    }
}

#[cfg(test)]
mod tests {
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
            "1.5", "1e30", "-1", "\"\"", "\"1.5\"", "\"-1\"", "\"0x10\"", "\"+1\"",
        ] {
            assert!(serde_json::from_str::<Uint256>(text).is_err(), "{text}");
        }
        assert_eq!(
            format!("{MAX}0").parse::<Uint256>(),
            Err(InvalidUint256::TooLarge)
        );
    }
}
