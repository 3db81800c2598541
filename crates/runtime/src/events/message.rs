//! A message of a web socket, read as its type.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Advice, Error, Kind, Operation,
    error::what_does_not_fit,
    message::{self, within},
};

/// A message as it came.
#[derive(Debug)]
pub(super) enum Message {
    Text(tokio_tungstenite::tungstenite::Utf8Bytes),
    Binary(bytes::Bytes),
}

impl Message {
    pub(super) fn read<T: DeserializeOwned>(&self, operation: &Operation) -> Result<T, Error> {
        let which = || "a message".to_owned();
        match self {
            Self::Text(text) => message::read(operation, text, which),
            Self::Binary(bytes) => message::read_bytes(operation, bytes, which),
        }
    }

    pub(super) fn value(&self) -> Option<Value> {
        serde_json::from_slice(self.bytes()).ok()
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

/// Reads an event that was made of what REST said of a block.
pub(super) fn rebuilt<T: DeserializeOwned>(
    operation: &Operation,
    height: u64,
    event: Value,
) -> Result<T, Error> {
    serde_path_to_error::deserialize(event).map_err(|error| {
        let what = format!(
            "failed to make an event of what block {height} says: {}{}",
            what_does_not_fit(error.inner()),
            within(error.path())
        );
        Error::new(operation, Kind::Decode, what, Advice::Report)
    })
}
