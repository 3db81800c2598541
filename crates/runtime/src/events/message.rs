//! A message of a web socket, read as its type.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::{Advice, Error, Kind, Operation, error::what_does_not_fit, object};

/// A message as it came.
#[derive(Debug)]
pub(super) enum Message {
    Text(tokio_tungstenite::tungstenite::Utf8Bytes),
    Binary(bytes::Bytes),
}

impl Message {
    pub(super) fn read<T: DeserializeOwned>(&self, operation: &Operation) -> Result<T, Error> {
        object::from_slice(self.bytes()).map_err(|error| self.unfit::<T>(operation, &error))
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

    /// Only now is it read once more, to see where it does not fit.
    fn unfit<T: DeserializeOwned>(
        &self,
        operation: &Operation,
        error: &serde_json::Error,
    ) -> Error {
        let json = &mut serde_json::Deserializer::from_slice(self.bytes());
        let place = match serde_path_to_error::deserialize::<_, T>(json) {
            Ok(_) => String::new(),
            Err(error) => within(error.path()),
        };
        let what = format!(
            "failed to read a message: {}{place}",
            what_does_not_fit(error)
        );
        Error::new(operation, Kind::Decode, what, Advice::Report)
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

/// The place as a JSON Pointer, as far as it is known.
fn within(path: &Path) -> String {
    let pointer: String = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    if pointer.is_empty() {
        pointer
    } else {
        format!(", in `{pointer}`")
    }
}
