//! Cutting what comes in pieces of any size where a line or a record ends.

use bytes::{Buf as _, BytesMut};
use serde::de::IgnoredAny;

/// What was cut off is longer than it may be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Where something ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// At a carriage return, a line feed, or both (the lines of an event stream).
    AnyLine,
    /// At a line feed.
    LineFeed,
    /// At a record separator; at the first line feed too, where a JSON value is whole there, so that a record need not
    /// wait for the next one (RFC 7464 section 2.2).
    Record,
}

const RECORD_SEPARATOR: u8 = 0x1E;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What came and is not cut off yet. Where it is cut does not depend on the pieces in which it came.
#[derive(Debug)]
pub(super) struct Lines {
    ends: Ends,
    waiting: BytesMut,
    /// So many of those bytes are known to hold no end.
    searched: usize,
    /// Whether a byte order mark may stand here.
    at_start: bool,
    /// Whether a line feed that comes now belongs to the end of the line before.
    after_return: bool,
    /// Whether a line feed of this record was looked at.
    past_line: bool,
}

impl Lines {
    pub(super) fn new(ends: Ends) -> Self {
        Self {
            ends,
            waiting: BytesMut::new(),
            searched: 0,
            at_start: true,
            after_return: false,
            past_line: false,
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.waiting.extend_from_slice(piece);
    }

    /// The next line, without its end; `None` where more has to come first.
    pub(super) fn next(&mut self, longest: usize) -> Result<Option<BytesMut>, TooLong> {
        if self.after_return && !self.waiting.is_empty() {
            self.after_return = false;
            if self.waiting[0] == b'\n' {
                self.waiting.advance(1);
            }
        }
        let Some(end) = self.find_end() else {
            return match self.waiting.len() > longest {
                true => Err(TooLong),
                false => Ok(None),
            };
        };
        let line = self.waiting.split_to(end);
        self.after_return = self.ends == Ends::AnyLine && self.waiting[0] == b'\r';
        self.waiting.advance(1);
        self.searched = 0;
        self.past_line = false;
        if line.len() > longest {
            return Err(TooLong);
        }
        Ok(Some(self.unmarked(line)))
    }

    /// What stands behind the last end, when nothing more will come.
    pub(super) fn rest(&mut self) -> BytesMut {
        self.searched = 0;
        let rest = self.waiting.split();
        self.unmarked(rest)
    }

    fn find_end(&mut self) -> Option<usize> {
        let mut new = self.waiting[self.searched..].iter();
        let found = match self.ends {
            Ends::AnyLine => new.position(|byte| matches!(byte, b'\r' | b'\n')),
            Ends::LineFeed => new.position(|byte| *byte == b'\n'),
            Ends::Record => new.enumerate().position(|(at, byte)| match byte {
                &RECORD_SEPARATOR => true,
                b'\n' if !self.past_line => {
                    self.past_line = true;
                    let line = &self.waiting[..self.searched + at];
                    serde_json::from_slice::<IgnoredAny>(line).is_ok()
                }
                _ => false,
            }),
        };
        let end = found.map(|at| self.searched + at);
        self.searched = self.waiting.len();
        end
    }

    fn unmarked(&mut self, mut line: BytesMut) -> BytesMut {
        if std::mem::take(&mut self.at_start) && line.starts_with(BYTE_ORDER_MARK) {
            line.advance(BYTE_ORDER_MARK.len());
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(ends: Ends, text: &str) -> Vec<String> {
        let mut lines = Lines::new(ends);
        let mut found = Vec::new();
        for byte in text.as_bytes() {
            lines.push(&[*byte]);
            while let Some(line) = lines.next(100).expect("short") {
                found.push(String::from_utf8_lossy(&line).into_owned());
            }
        }
        found.push(String::from_utf8_lossy(&lines.rest()).into_owned());
        found
    }

    #[test]
    fn each_kind_of_line_ends_where_it_says() {
        assert_eq!(
            cut(Ends::AnyLine, "a\r\nb\rc\n\n\rd"),
            ["a", "b", "c", "", "", "d"]
        );
        assert_eq!(cut(Ends::LineFeed, "a\rb\nc"), ["a\rb", "c"]);
    }

    #[test]
    fn a_record_of_one_line_does_not_wait_for_the_next_one_and_one_of_several_does() {
        assert_eq!(
            cut(
                Ends::Record,
                "\u{1e}{\"a\":1}\n\u{1e}{\n\"b\":2\n}\n\u{1e}3\n"
            ),
            ["", "{\"a\":1}", "", "{\n\"b\":2\n}\n", "3", ""]
        );
    }

    #[test]
    fn only_the_first_byte_order_mark_is_none_of_the_text() {
        assert_eq!(
            cut(Ends::LineFeed, "\u{feff}a\n\u{feff}b"),
            ["a", "\u{feff}b"]
        );
        assert_eq!(cut(Ends::AnyLine, "\u{feff}"), [""]);
    }

    /// What is cut off of these pieces, and whether that ended with something too long.
    fn cut_all<'a>(
        ends: Ends,
        longest: usize,
        pieces: impl IntoIterator<Item = &'a [u8]>,
    ) -> (Vec<BytesMut>, bool) {
        let mut lines = Lines::new(ends);
        let mut found = Vec::new();
        for piece in pieces {
            lines.push(piece);
            loop {
                match lines.next(longest) {
                    Ok(Some(line)) => found.push(line),
                    Ok(None) => break,
                    Err(TooLong) => return (found, true),
                }
            }
        }
        found.push(lines.rest());
        (found, false)
    }

    proptest! {
        #[test]
        fn the_pieces_in_which_a_text_comes_change_nothing(
            text in proptest::collection::vec(
                prop::sample::select(&b"\r\n\x1e1{}\"a: \xEF\xBB\xBF"[..]), 0..60,
            ),
            ends in prop::sample::select(&[Ends::AnyLine, Ends::LineFeed, Ends::Record][..]),
            longest in 0_usize..30,
            size in 1_usize..7,
        ) {
            let whole = cut_all(ends, longest, [&text[..]]);
            prop_assert_eq!(cut_all(ends, longest, text.chunks(size)), whole);
        }
    }

    #[test]
    fn what_is_too_long_is_refused_whether_its_end_came_or_not() {
        for text in ["abcd", "abcd\n"] {
            let mut lines = Lines::new(Ends::LineFeed);
            lines.push(b"abc\n");
            lines.push(text.as_bytes());
            assert_eq!(lines.next(3).expect("short").as_deref(), Some(&b"abc"[..]));
            assert_eq!(lines.next(3), Err(TooLong), "{text:?}");
        }
    }
}
