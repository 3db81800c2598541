//! Whether a value fits a schema of the document as it was written, by its own draft of JSON Schema.
//!
//! Formats are no part of it: what a vendor shows counts for more than the format he names.

use std::{cell::RefCell, collections::HashMap};

use jsonschema::{Registry, Validator};
use serde_json::Value;

use super::original::{Original, reference};

const BASE: &str = "spec:///document";

/// The schemas of a document, each compiled once.
pub(super) struct Checking<'a> {
    original: &'a Original,
    registry: Result<Registry<'static>, String>,
    compiled: RefCell<HashMap<String, Result<Validator, String>>>,
}

impl<'a> Checking<'a> {
    pub(super) fn of(original: &'a Original) -> Self {
        let registry = Registry::new()
            .draft(original.dialect.draft())
            .add(BASE, original.document().clone())
            .and_then(|builder| builder.prepare())
            .map_err(|error| error.to_string());
        Self {
            original,
            registry,
            compiled: RefCell::default(),
        }
    }

    /// What is wrong with the value as one of the schema that the pointer leads to.
    pub(super) fn fault(&self, pointer: &str, value: &Value) -> Option<String> {
        let mut compiled = self.compiled.borrow_mut();
        let validator = compiled
            .entry(pointer.to_owned())
            .or_insert_with(|| self.compile(pointer));
        match validator {
            Ok(validator) => validator
                .iter_errors(value)
                .next()
                .map(|error| format!("{}: {error}", error.instance_path())),
            Err(error) => Some(error.clone()),
        }
    }

    fn compile(&self, pointer: &str) -> Result<Validator, String> {
        let registry = self.registry.as_ref().map_err(Clone::clone)?;
        jsonschema::options()
            .with_draft(self.original.dialect.draft())
            .with_registry(registry)
            .should_validate_formats(false)
            .build(&reference(BASE, pointer))
            .map_err(|error| error.to_string())
    }
}
