//! Server-sent events, by the rules of the HTML standard (section 9.2.6, "Interpreting an event stream").

use std::time::Duration;

use super::lines::{Ends, Lines, TooLong};

/// An event, its data not yet read as a type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: Option<String>,
    pub(super) id: Option<String>,
    pub(super) data: String,
}

/// The events of a stream that comes in pieces.
#[derive(Debug)]
pub(super) struct Parser {
    lines: Lines,
    /// The most bytes that an event may have.
    longest: usize,
    name: String,
    /// Each line of it, with a line feed behind it.
    data: String,
    id: String,
    /// The id of the last event that was whole.
    last_id: String,
    retry: Option<Duration>,
}

impl Parser {
    pub(super) fn new(longest: usize) -> Self {
        Self {
            lines: Lines::new(Ends::AnyLine),
            longest,
            name: String::new(),
            data: String::new(),
            id: String::new(),
            last_id: String::new(),
            retry: None,
        }
    }

    /// A parser of the stream that goes on where this one was.
    pub(super) fn next_stream(&self) -> Self {
        Self {
            id: self.last_id.clone(),
            last_id: self.last_id.clone(),
            retry: self.retry,
            ..Self::new(self.longest)
        }
    }

    /// The id of the last event that was whole.
    pub(super) fn last_id(&self) -> Option<&str> {
        (!self.last_id.is_empty()).then_some(&self.last_id)
    }

    /// As if the event with this id had been the last one.
    pub(super) fn set_last_id(&mut self, id: String) {
        self.id.clone_from(&id);
        self.last_id = id;
    }

    /// How long to wait before connecting anew, where the service said so.
    pub(super) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.lines.push(piece);
    }

    /// The next event; `None` where more has to come first. One that the stream ends within never comes.
    pub(super) fn next(&mut self) -> Result<Option<Event>, TooLong> {
        loop {
            let held = self.data.len() + self.name.len() + self.id.len();
            let left = self.longest.checked_sub(held).ok_or(TooLong)?;
            let Some(line) = self.lines.next(left)? else {
                return Ok(None);
            };
            let line = String::from_utf8_lossy(&line);
            if !line.is_empty() {
                self.field(&line);
            } else if let Some(event) = self.event() {
                return Ok(Some(event));
            }
        }
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                const A_DAY: Duration = Duration::from_secs(86_400);
                let asked = value.parse().map(Duration::from_millis);
                self.retry = asked.ok().map(|asked| asked.min(A_DAY)).or(self.retry);
            }
            // A comment begins with the colon; any other field means nothing.
            _ => {}
        }
    }

    /// The event that an empty line ends. One without data only sets the id.
    fn event(&mut self) -> Option<Event> {
        self.last_id.clone_from(&self.id);
        let name = std::mem::take(&mut self.name);
        let mut data = std::mem::take(&mut self.data);
        data.pop()?;
        Some(Event {
            name: (!name.is_empty()).then_some(name),
            id: self.last_id().map(str::to_owned),
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The events of a stream that comes in these pieces, as `name|id|data`, and what it ended with.
    fn events<'a>(
        longest: usize,
        pieces: impl IntoIterator<Item = &'a [u8]>,
    ) -> (Vec<String>, Option<TooLong>, Option<Duration>) {
        let mut parser = Parser::new(longest);
        let mut found = Vec::new();
        for piece in pieces {
            parser.push(piece);
            loop {
                match parser.next() {
                    Ok(Some(Event { name, id, data })) => found.push(format!(
                        "{}|{}|{data}",
                        name.unwrap_or_default(),
                        id.unwrap_or_default()
                    )),
                    Ok(None) => break,
                    Err(error) => return (found, Some(error), parser.retry()),
                }
            }
        }
        (found, None, parser.retry())
    }

    fn whole(text: &str) -> Vec<String> {
        events(1000, [text.as_bytes()]).0
    }

    #[test]
    fn the_examples_of_the_standard_are_read_as_it_says() {
        assert_eq!(
            whole("data: YHOO\ndata: +2\ndata: 10\n\n"),
            ["||YHOO\n+2\n10"]
        );
        assert_eq!(
            whole(
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
            ),
            ["|1|first event", "||second event", "|| third event"]
        );
        assert_eq!(whole("data\n\ndata\ndata\n\ndata:"), ["||", "||\n"]);
        assert_eq!(whole("data:test\n\ndata: test\n\n"), ["||test", "||test"]);
    }

    #[test]
    fn names_ids_and_waits_are_what_the_standard_takes_for_them() {
        assert_eq!(
            whole("event: head\ndata: 1\n\ndata: 2\n\nevent: a\nevent:\ndata: 3\n\n"),
            ["head||1", "||2", "||3"]
        );
        // An id holds until the next one, also one of an event without data; one with a null is none.
        assert_eq!(
            whole("id: 7\n\ndata: 1\n\nid: a\0b\ndata: 2\n\nid: 8\ndata: 3"),
            ["|7|1", "|7|2"]
        );
        for (written, milliseconds) in [
            ("retry: 30\n", Some(30)),
            ("retry: 30\nretry: 1x\n", Some(30)),
            ("retry: -1\n", None),
            ("retry:\n", None),
            ("retry: 99999999999999999999999\n", None),
            ("retry: 999999999999\n", Some(86_400_000)),
        ] {
            let (_, _, retry) = events(1000, [written.as_bytes()]);
            assert_eq!(retry, milliseconds.map(Duration::from_millis), "{written}");
        }
    }

    #[test]
    fn every_end_of_a_line_is_one() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("\u{feff}event: a{end}data: 1{end}{end}:{end}data: 2{end}{end}");
            assert_eq!(whole(&text), ["a||1", "||2"], "{end:?}");
        }
    }

    #[test]
    fn an_event_has_a_size_and_a_stream_has_none() {
        let small = "data: 12\n\n".repeat(1000);
        let (found, error, _) = events(20, [small.as_bytes()]);
        assert_eq!((found.len(), error), (1000, None));
        for large in [
            "data: 123456789012345678901234567890",
            "data: 1234567\ndata: 1234567\n",
        ] {
            assert_eq!(events(20, [large.as_bytes()]).1, Some(TooLong), "{large}");
        }
    }

    /// Texts that are likely to be streams: every piece means something to the parser.
    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let parts: Vec<&[u8]> = vec![
            b"data",
            b"event",
            b"id",
            b"retry",
            b":",
            b": ",
            b"\n",
            b"\r",
            b"\r\n",
            b"\n\n",
            b"12",
            b"\0",
            b"\xEF\xBB\xBF",
            b"\xC3\xA4",
            b"\xFF",
            b"a longer text",
        ];
        let part = prop::sample::select(parts);
        proptest::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn the_pieces_in_which_a_stream_comes_change_nothing(
            text in stream(),
            longest in 0_usize..40,
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([text.len()]) {
                pieces.push(&text[from..cut]);
                from = cut;
            }
            prop_assert_eq!(events(longest, pieces), events(longest, [&text[..]]));
            prop_assert_eq!(events(longest, text.chunks(1)), events(longest, [&text[..]]));
        }

        #[test]
        fn no_bytes_break_the_parser(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            events(64, text.chunks(3));
        }
    }
}
