//! What a caller asks a chaincode to do.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::chaincode::{Stub, installed};

/// The body of an invoke or a query. Unknown keys are ignored: all published samples send one,
/// `transients`.
#[derive(Deserialize)]
struct Body {
    chaincode: String,
    #[serde(default)]
    args: Option<Vec<String>>,
    #[serde(default)]
    function: Option<String>,
    #[serde(default)]
    byte_args: Option<Vec<String>>,
    #[serde(default, rename = "transient")]
    _transient: Option<HashMap<String, String>>,
    #[serde(default)]
    byte_transient: Option<HashMap<String, String>>,
    #[serde(default)]
    invoke_chain: Option<Vec<ChaincodeCall>>,
}

#[derive(Deserialize)]
struct ChaincodeCall {
    chaincode: String,
    #[serde(default, rename = "collections")]
    _collections: Option<Vec<String>>,
}

/// A call of an installed chaincode.
pub(super) struct Invocation {
    pub(super) chaincode: String,
    /// The function's name, then its arguments.
    pub(super) args: Vec<Vec<u8>>,
}

/// Why a body is no invocation.
pub(super) enum Invalid {
    /// The body itself is wrong.
    Body(String),
    /// It names a chaincode that is not installed.
    Chaincode(String),
}

impl Invocation {
    /// Reads a body, whatever content type it came with.
    pub(super) fn read(body: &[u8]) -> Result<Self, Invalid> {
        let body: Body = serde_json::from_slice(body)
            .map_err(|error| Invalid::Body(format!("the body is not as documented: {error}")))?;
        let called = body.invoke_chain.iter().flatten();
        for name in called.map(|call| &call.chaincode).chain([&body.chaincode]) {
            if installed(name).is_none() {
                return Err(Invalid::Chaincode(name.clone()));
            }
        }
        for value in body.byte_transient.iter().flat_map(HashMap::values) {
            decode(value, "byte_transient")?;
        }
        let args = match body.args {
            Some(args) if !args.is_empty() => args.into_iter().map(String::into_bytes).collect(),
            _ => {
                let byte_args = body.byte_args.iter().flatten();
                let byte_args = byte_args.map(|arg| decode(arg, "byte_args"));
                [Ok(body.function.unwrap_or_default().into_bytes())]
                    .into_iter()
                    .chain(byte_args)
                    .collect::<Result<_, _>>()?
            }
        };
        Ok(Self {
            chaincode: body.chaincode,
            args,
        })
    }

    /// The function's name and its arguments as text.
    pub(super) fn texts(&self) -> Vec<Cow<'_, str>> {
        let args = self.args.iter();
        args.map(|arg| String::from_utf8_lossy(arg)).collect()
    }

    /// Runs the chaincode.
    pub(super) fn run(&self, stub: &mut Stub<'_>) -> Result<Vec<u8>, String> {
        let contract = installed(&self.chaincode).expect("checked when it was read");
        let mut texts = self.texts().into_iter().map(Cow::into_owned);
        let function = texts.next().unwrap_or_default();
        contract(stub, &function, &texts.collect::<Vec<_>>())
    }
}

fn decode(value: &str, key: &str) -> Result<Vec<u8>, Invalid> {
    STANDARD
        .decode(value)
        .map_err(|error| Invalid::Body(format!("{key} is not base64: {error}")))
}
