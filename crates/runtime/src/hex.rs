//! Bytes that travel as hexadecimal digits.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Bytes as hexadecimal digits, two for each, in the text they came in: with or without `0x`, in either case.
///
/// A text is checked where it is made into one. What a provider answers with is taken as it is, and written back
/// unchanged even where it is not hexadecimal at all: [`to_bytes`](Self::to_bytes) tells. Equal are two with the same
/// text; where one provider writes `0x` and another does not, compare the bytes.
///
/// ```
/// # use bindery_runtime::Hex;
/// let hash: Hex = "0xC0ffee".parse()?;
/// assert_eq!(hash.as_str(), "0xC0ffee");
/// assert_eq!(hash.to_bytes()?, [0xc0, 0xff, 0xee]);
/// assert!("0xC0ffe".parse::<Hex>().is_err());
/// # Ok::<_, bindery_runtime::InvalidHex>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schemars", schemars(inline))]
#[serde(transparent)]
pub struct Hex(#[cfg_attr(feature = "schemars", schemars(extend("format" = "hex")))] String);

impl Hex {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes.
    ///
    /// # Errors
    ///
    /// When the text is not hexadecimal, which only one that was read can be.
    pub fn to_bytes(&self) -> Result<Vec<u8>, InvalidHex> {
        decode(&self.0)
    }
}

impl FromStr for Hex {
    type Err = InvalidHex;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        decode(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Hex {
    type Error = InvalidHex;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        decode(&text)?;
        Ok(Self(text))
    }
}

impl AsRef<str> for Hex {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hex({:?})", self.0)
    }
}

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn decode(text: &str) -> Result<Vec<u8>, InvalidHex> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let prefix = text.len() - digits.len();
    if let Some((place, character)) = digits
        .char_indices()
        .find(|(_, character)| !character.is_ascii_hexdigit())
    {
        return Err(InvalidHex::Digit(character, prefix + place));
    }
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(InvalidHex::Odd(digits.len()));
    }
    Ok(pairs
        .iter()
        .map(|[high, low]| value(*high) << 4 | value(*low))
        .collect())
}

/// What a hexadecimal digit is worth.
fn value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

/// Why a text is no [`Hex`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHex {
    /// This stands where a digit should, so many bytes from the start.
    #[error("failed to read hexadecimal digits: {0:?} at byte {1} is none")]
    Digit(char, usize),
    /// There are so many digits, and two make a byte.
    #[error("failed to read hexadecimal digits: {0} digits are no whole number of bytes")]
    Odd(usize),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_wrong_text_is_refused_with_the_place() {
        for (text, error) in [
            ("0xabc", InvalidHex::Odd(3)),
            ("0xag", InvalidHex::Digit('g', 3)),
            ("0Xab", InvalidHex::Digit('X', 1)),
            ("ab ", InvalidHex::Digit(' ', 2)),
            ("é", InvalidHex::Digit('é', 0)),
        ] {
            assert_eq!(text.parse::<Hex>(), Err(error), "{text}");
            assert_eq!(Hex::try_from(text.to_owned()), Err(error), "{text}");
        }
    }

    #[test]
    fn an_answer_is_kept_whatever_it_is() {
        let text = r#""AX7fqNywVSYFBjqMiAApi1KOjAz-7JvMoFXAewyabWD1""#;
        let hash: Hex = serde_json::from_str(text).expect("a string");
        assert_eq!(serde_json::to_string(&hash).expect("a string"), text);
        assert_eq!(hash.to_bytes(), Err(InvalidHex::Digit('X', 1)));
    }

    proptest! {
        #[test]
        fn bytes_come_out_and_the_text_stays(
            bytes in proptest::collection::vec(any::<u8>(), 0..80), prefix: bool, upper: bool,
        ) {
            let digits: String = bytes
                .iter()
                .map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") })
                .collect();
            let text = if prefix { format!("0x{digits}") } else { digits };
            let hex: Hex = text.parse().expect("hexadecimal");
            prop_assert_eq!(hex.to_bytes().expect("hexadecimal"), bytes);
            let json = serde_json::to_string(&hex).expect("a string");
            prop_assert_eq!(&json, &format!("\"{text}\""));
            prop_assert_eq!(serde_json::from_str::<Hex>(&json).expect("a string"), hex);
        }
    }
}
