//! One message of many, read as its type.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::{Advice, Error, Kind, Operation, error::what_does_not_fit, object};

/// Reads the message; `which` names it where it does not fit.
pub(crate) fn read<T: DeserializeOwned>(
    operation: &Operation,
    message: &str,
    which: impl FnOnce() -> String,
) -> Result<T, Error> {
    judged(
        operation,
        message.as_bytes(),
        object::from_str(message),
        which,
    )
}

/// As [`read`], where the text may not be one.
pub(crate) fn read_bytes<T: DeserializeOwned>(
    operation: &Operation,
    message: &[u8],
    which: impl FnOnce() -> String,
) -> Result<T, Error> {
    judged(operation, message, object::from_slice(message), which)
}

fn judged<T: DeserializeOwned>(
    operation: &Operation,
    message: &[u8],
    read: Result<T, serde_json::Error>,
    which: impl FnOnce() -> String,
) -> Result<T, Error> {
    read.map_err(|error| {
        // Only now is it read once more, to see where it does not fit.
        let json = &mut serde_json::Deserializer::from_slice(message);
        let place = match serde_path_to_error::deserialize::<_, T>(json) {
            Ok(_) => String::new(),
            Err(error) => within(error.path()),
        };
        let what = format!(
            "failed to read {}: {}{place}",
            which(),
            what_does_not_fit(&error)
        );
        Error::new(operation, Kind::Decode, what, Advice::Report)
    })
}

/// The place as a JSON Pointer, as far as it is known.
pub(crate) fn within(path: &Path) -> String {
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
