//! Running progenitor on a lowered document.

use std::{
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
};

use ::progenitor::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};
use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use schemars_08::schema::{InstanceType, SchemaObject};
use serde::Deserialize as _;
use serde_json::Value;

use super::skeleton::{self, Skeleton};

/// The formats that have a type of their own.
const FORMATS: [(InstanceType, &str, &str, &[TypeImpl]); 10] = [
    (
        InstanceType::String,
        "password",
        "bindery_runtime::Secret",
        &[],
    ),
    (
        InstanceType::String,
        "byte",
        "bindery_runtime::Base64",
        SHOWN,
    ),
    (
        InstanceType::String,
        "hex",
        "bindery_runtime::Hex",
        READ_AND_SHOWN,
    ),
    (
        InstanceType::String,
        "address",
        "bindery_runtime::Address",
        READ_AND_SHOWN,
    ),
    (InstanceType::String, "uint256", UINT256, READ_AND_SHOWN),
    (InstanceType::Integer, "uint256", UINT256, READ_AND_SHOWN),
    (InstanceType::String, "unixtime", UNIX_TIME, SHOWN),
    (InstanceType::Integer, "unixtime", UNIX_TIME, SHOWN),
    (InstanceType::Number, "unixtime", UNIX_TIME, SHOWN),
    (
        InstanceType::String,
        "binary",
        "bindery_runtime::FilePart",
        &[],
    ),
];

const UINT256: &str = "bindery_runtime::Uint256";
const UNIX_TIME: &str = "bindery_runtime::UnixTime";
const SHOWN: &[TypeImpl] = &[TypeImpl::Display];
const READ_AND_SHOWN: &[TypeImpl] = &[TypeImpl::Display, TypeImpl::FromStr];

/// What progenitor makes of the document: a module of types, and a client whose methods tell which types a call takes and
/// answers.
///
/// The positional style is asked for because only the signatures are used; the builder style says the same in three
/// times as many lines.
///
/// # Errors
///
/// When progenitor refuses the document, or panics: then the message has the operation or schema it was at, found by
/// leaving the others out.
pub(super) fn run(document: &Value) -> Result<Skeleton, String> {
    skeleton::read(styled(document, InterfaceStyle::Positional)?).map_err(no_rust)
}

/// What progenitor's users get of the document: the same types, and a builder for each call.
///
/// # Errors
///
/// As [`run`].
pub(super) fn plain(document: &Value) -> Result<syn::File, String> {
    syn::parse2(styled(document, InterfaceStyle::Builder)?).map_err(no_rust)
}

fn no_rust(error: syn::Error) -> String {
    format!("failed to generate: progenitor's output is no Rust: {error}")
}

fn styled(document: &Value, style: InterfaceStyle) -> Result<TokenStream, String> {
    let settings = settings(style);
    let parsed = OpenAPI::deserialize(document)
        .map_err(|error| format!("failed to read the lowered document: {error}"))?;
    attempt(&parsed, &settings).map_err(|error| match culprit(&parsed, &settings) {
        Some(culprit) => format!("failed to generate {culprit}: {error}"),
        None => format!("failed to generate: {error}"),
    })
}

fn attempt(document: &OpenAPI, settings: &GenerationSettings) -> Result<TokenStream, String> {
    let generated = catch_unwind(AssertUnwindSafe(|| {
        Generator::new(settings).generate_tokens(document)
    }));
    match generated {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => Err(panic_text(panic.as_ref())),
    }
}

/// The operation without which the document would be taken.
fn culprit(document: &OpenAPI, settings: &GenerationSettings) -> Option<String> {
    let mut alone = document.clone();
    for path in document.paths.paths.keys() {
        let item = alone.paths.paths.shift_remove(path)?;
        if attempt(&alone, settings).is_ok() {
            let item = item.as_item()?;
            let mut ids = item
                .iter()
                .filter_map(|(_, operation)| operation.operation_id.as_ref());
            return Some(format!("the operation `{}`", ids.next()?));
        }
        alone.paths.paths.insert(path.clone(), item);
    }
    None
}

fn settings(style: InterfaceStyle) -> GenerationSettings {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(style)
        .with_map_type("::std::collections::BTreeMap");
    for (instance_type, format, path, implements) in FORMATS {
        let schema = SchemaObject {
            instance_type: Some(instance_type.into()),
            format: Some(format.to_owned()),
            ..SchemaObject::default()
        };
        settings.with_conversion(
            schema,
            path,
            implements.iter().copied().chain(iter::empty()),
        );
    }
    settings
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    format!(
        "progenitor panicked: {}",
        text.unwrap_or("without a message")
    )
}
