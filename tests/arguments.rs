//! The arguments of a call, as JSON.

use bindery_runtime::FilePart;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The arguments of one call: parameters by their name on the wire, and the body where there is one.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// Path, query and header parameters, and the parts of a multipart body.
    pub parameters: Map<String, Value>,
    /// The body.
    pub body: Option<Value>,
}

impl Arguments {
    /// A parameter that the call cannot be made without.
    ///
    /// # Panics
    ///
    /// When there is none, or it does not fit the type that the generated call takes.
    #[track_caller]
    pub fn required<T: DeserializeOwned>(&self, name: &str) -> T {
        self.optional(name)
            .unwrap_or_else(|| panic!("the spec has no example of the parameter `{name}`"))
    }

    /// A parameter that may be left out.
    ///
    /// # Panics
    ///
    /// When it does not fit the type that the generated call takes.
    #[track_caller]
    pub fn optional<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let value = self.parameters.get(name)?.clone();
        let read = serde_json::from_value(value);
        Some(read.unwrap_or_else(|error| panic!("the example of `{name}` does not fit: {error}")))
    }

    /// The body.
    ///
    /// # Panics
    ///
    /// When there is none, or it does not fit the type that the generated call takes.
    #[track_caller]
    pub fn body<T: DeserializeOwned>(&self) -> T {
        let body = self
            .body
            .clone()
            .unwrap_or_else(|| panic!("the spec has no example of the body"));
        serde_json::from_value(body)
            .unwrap_or_else(|error| panic!("the example of the body does not fit: {error}"))
    }

    /// Whether there is a body.
    pub fn has_body(&self) -> bool {
        self.body.is_some()
    }

    /// A file, whose bytes are the text of the example.
    ///
    /// # Panics
    ///
    /// When there is no example, or it is no text.
    #[track_caller]
    pub fn file(&self, name: &str) -> FilePart {
        FilePart::from(self.required::<String>(name).into_bytes())
    }
}
