//! Reading the JSON body of a request, field by field, so that all faults are told at once.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::errors::{Detail, Refusal};
use crate::encoding::unhex;

/// The fields of a JSON object, and what is wrong with them so far.
///
/// A field that is missing or unreadable is noted and its type's default returned; [`Fields::check`]
/// tells of all of them. Nothing may be done with the values before it has been called.
#[derive(Debug)]
pub(super) struct Fields {
    domain: &'static str,
    values: BTreeMap<String, Box<RawValue>>,
    faults: Vec<Detail>,
}

impl Fields {
    /// Reads `body`, which must be a JSON object.
    pub(super) fn read(domain: &'static str, body: &[u8]) -> Result<Self, Refusal> {
        let values = serde_json::from_slice(body).map_err(|error| {
            let detail = Detail {
                location_type: "body",
                ..Detail::parameter(domain, "body", "parseError", error.to_string())
            };
            Refusal::new(
                StatusCode::BAD_REQUEST,
                "The body is not a JSON object",
                vec![detail],
            )
        })?;
        Ok(Self {
            domain,
            values,
            faults: Vec::new(),
        })
    }

    /// The field `name`, which has to be there.
    pub(super) fn required<T: DeserializeOwned + Default>(&mut self, name: &str) -> T {
        match self.optional(name) {
            Some(value) => value,
            None => {
                if !self.faults.iter().any(|fault| fault.location == name) {
                    self.fault(name, "required", "This field is required");
                }
                T::default()
            }
        }
    }

    /// The text field `name`, which has to be there and must not be empty.
    pub(super) fn text(&mut self, name: &str) -> String {
        let text: String = self.required(name);
        if text.is_empty() && !self.faults.iter().any(|fault| fault.location == name) {
            self.fault(name, "invalid", "This field may not be blank");
        }
        text
    }

    /// The field `name`, unless it is left out or `null`.
    pub(super) fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let raw = self.values.get(name)?;
        if raw.get() == "null" {
            return None;
        }
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(error) => {
                // serde's message ends in a position inside the field, which helps nobody.
                let error = error.to_string();
                let message = error
                    .split(" at line ")
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                self.fault(name, "invalid", &message);
                None
            }
        }
    }

    /// The bytes that the text field `name` writes as the field `input_format` says, which is base64
    /// if nothing. Where they are none, that is not noted here but left to the caller.
    pub(super) fn bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        let text = self.text(name);
        let format: Option<String> = self.optional("input_format");
        match format.as_deref() {
            None | Some("base64") => STANDARD.decode(&text).ok(),
            Some("hex") => unhex(text.strip_prefix("0x").unwrap_or(&text)),
            Some(_) => {
                self.fault("input_format", "invalid", "The formats are base64 and hex");
                None
            }
        }
    }

    /// Notes that the field `name` will not do.
    pub(super) fn fault(&mut self, name: &str, reason: &'static str, message: &str) {
        self.faults
            .push(Detail::parameter(self.domain, name, reason, message));
    }

    /// Ends the reading: 400 with every fault, if there is one.
    pub(super) fn check(self) -> Result<(), Refusal> {
        if self.faults.is_empty() {
            return Ok(());
        }
        Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "Invalid request",
            self.faults,
        ))
    }
}
