//! Exact amounts: 256 bits, written in base 10, in the asset's smallest unit.

use ruint::aliases::U256;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// An amount as clients write it: a string of digits, or a JSON integer of any length.
///
/// Read from the document's own text, so that no `f64` and no `u64` stands in between.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Amount(pub(super) U256);

/// The text of a JSON string or number, without its quotes.
pub(super) fn text_of(raw: &RawValue) -> Option<String> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str(text).ok(),
        b'0'..=b'9' => Some(text.to_owned()),
        _ => None,
    }
}

/// The number that `digits` write in base 10, unless it is none or exceeds 256 bits.
pub(super) fn parse(digits: &str) -> Option<U256> {
    let written = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !written {
        return None;
    }
    U256::from_str_radix(digits, 10).ok()
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        text_of(&raw)
            .and_then(|text| parse(&text))
            .map(Self)
            .ok_or_else(|| D::Error::custom("expected an integer of at most 256 bits in base 10"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<String> {
        serde_json::from_str::<Amount>(json)
            .ok()
            .map(|amount| amount.0.to_string())
    }

    #[test]
    fn strings_and_integers_of_any_length_are_read_exactly() {
        let beyond_u64 = "123456789012345678901234567890";
        assert_eq!(
            read(&format!("\"{beyond_u64}\"")).as_deref(),
            Some(beyond_u64)
        );
        assert_eq!(read(beyond_u64).as_deref(), Some(beyond_u64));
        assert_eq!(
            read(&format!("\"{}\"", U256::MAX)),
            Some(U256::MAX.to_string())
        );
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        let too_long = format!("\"{}0\"", U256::MAX);
        for json in [
            "\"\"", "\"-1\"", "-1", "1.5", "1e3", "\"0x10\"", "\"1_0\"", "null", &too_long,
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
