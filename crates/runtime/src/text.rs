//! Bytes that travel as base64 text.

use std::fmt;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{error::what_does_not_fit, object};

/// Takes padded and unpadded text, since providers differ; writes padded.
const STANDARD: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes as the base64 text (RFC 4648 section 4) they came in, decoded on request.
///
/// The text is kept, so that what was read is written back unchanged even where it is not base64 at all.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schemars", schemars(inline))]
#[serde(transparent)]
pub struct Base64(#[cfg_attr(feature = "schemars", schemars(extend("format" = "byte")))] String);

impl Base64 {
    /// Encodes `bytes`.
    pub fn from_bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self(STANDARD.encode(bytes))
    }

    /// The base64 text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The decoded bytes.
    ///
    /// # Errors
    ///
    /// When the text is not base64.
    pub fn to_bytes(&self) -> Result<Vec<u8>, InvalidBase64> {
        STANDARD.decode(&self.0).map_err(InvalidBase64::Base64)
    }

    /// The decoded bytes as UTF-8 text.
    ///
    /// # Errors
    ///
    /// When the text is not base64, or the bytes are not UTF-8.
    pub fn to_text(&self) -> Result<String, InvalidBase64> {
        String::from_utf8(self.to_bytes()?).map_err(|error| InvalidBase64::Utf8(error.utf8_error()))
    }

    /// The decoded bytes, read as the JSON of a type of the caller's own; of `Json`, whatever it is.
    ///
    /// ```
    /// # use bindery_runtime::{Base64, InvalidBase64};
    /// #[derive(serde::Deserialize)]
    /// struct Task {
    ///     name: String,
    ///     approved: Option<bool>,
    /// }
    ///
    /// let content = Base64::from_bytes(r#"{"name":"task-1580971842937","approved":null}"#);
    /// let task: Task = content.to_json()?;
    /// assert_eq!(task.name, "task-1580971842937");
    /// assert_eq!(task.approved, None);
    /// # Ok::<_, InvalidBase64>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is not base64, or the bytes are not the JSON of a `T`: the error says at which line and column of
    /// them, and shows no text of theirs.
    pub fn to_json<T: DeserializeOwned>(&self) -> Result<T, InvalidBase64> {
        object::from_slice(&self.to_bytes()?).map_err(InvalidBase64::Json)
    }
}

impl fmt::Debug for Base64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64({:?})", self.0)
    }
}

impl fmt::Display for Base64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Vec<u8>> for Base64 {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from_bytes(bytes)
    }
}

impl From<&[u8]> for Base64 {
    fn from(bytes: &[u8]) -> Self {
        Self::from_bytes(bytes)
    }
}

/// Why the bytes of a [`Base64`] could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBase64 {
    /// The text is not base64.
    #[error("failed to decode base64: {0}")]
    Base64(base64::DecodeError),
    /// The bytes are not UTF-8.
    #[error("failed to read the decoded bytes as text: {0}")]
    Utf8(std::str::Utf8Error),
    /// The bytes are not the JSON that was asked for.
    #[error("failed to read the decoded bytes as JSON: {}", what_does_not_fit(.0))]
    Json(serde_json::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_taken_and_not_demanded() {
        for text in ["MTU4MTkzNDAwOA==", "MTU4MTkzNDAwOA"] {
            let value: Base64 = serde_json::from_value(text.into()).expect("a string");
            assert_eq!(value.to_text().expect("base64 of text"), "1581934008");
        }
    }

    #[test]
    fn json_that_does_not_fit_is_told_with_its_place_and_without_its_text() {
        let content = Base64::from_bytes("{\n  \"amount\": \"a secret\"\n}");
        let error = content
            .to_json::<std::collections::BTreeMap<String, u64>>()
            .expect_err("a text is no number");
        let said = error.to_string();
        assert!(said.ends_with("at line 2 column 22"), "{said}");
        assert!(!said.contains("a secret"), "{said}");
    }

    #[test]
    fn text_that_is_not_base64_survives_reading_and_writing() {
        let value: Base64 = serde_json::from_str("\"eyJuY...nIn0=\"").expect("a string");
        assert_eq!(
            serde_json::to_string(&value).expect("a string"),
            "\"eyJuY...nIn0=\""
        );
        assert!(matches!(value.to_bytes(), Err(InvalidBase64::Base64(_))));
    }
}
