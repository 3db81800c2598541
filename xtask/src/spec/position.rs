//! A place in a text.

use std::fmt;

/// A place in a text: where a message sends the reader's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// The file, where a document consists of several: 0 is the document itself.
    pub file: u16,
}

impl Position {
    /// The first character of a text.
    pub const START: Self = Self {
        line: 1,
        column: 1,
        file: 0,
    };

    /// The place of the byte at `offset`; an offset past the end is the end.
    pub(crate) fn of_byte(text: &[u8], offset: usize) -> Self {
        let before = &text[..offset.min(text.len())];
        let line_start = before
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1);
        Self {
            line: 1 + before.iter().filter(|&&b| b == b'\n').count(),
            column: 1 + String::from_utf8_lossy(&before[line_start..])
                .chars()
                .count(),
            file: 0,
        }
    }
}

impl Ord for Position {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let place = |position: &Self| (position.file, position.line, position.column);
        place(self).cmp(&place(other))
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
