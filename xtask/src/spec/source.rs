//! From a file to its text.

use std::path::Path;

use super::{Finding, Position};

/// Reads the text of the document at `path`, which is called `shown` in messages.
///
/// # Errors
///
/// One finding if there is no such file, it cannot be read, or it is not UTF-8.
pub(super) fn read(path: &Path, shown: &Path) -> Result<String, Finding> {
    let bytes = std::fs::read(path).map_err(|error| {
        Finding::unreadable(
            shown,
            Position::START,
            "unreadable-file",
            format!("the document cannot be read: {error}"),
            "check the path and the rights on it",
        )
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Finding::unreadable(
            shown,
            Position::of_byte(error.as_bytes(), offset),
            "not-utf-8",
            "the document is not UTF-8 from here on",
            "save it as UTF-8",
        )
    })
}
