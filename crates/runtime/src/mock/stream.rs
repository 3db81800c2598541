//! Answers that come bit by bit, as they stand on the wire.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http_body_util::Full;
use hyper::body::{Bytes, Frame, SizeHint};

use super::server::BrokenOff;
#[cfg(feature = "streams")]
use crate::ServerEvent;

/// What becomes of an answer behind what it says.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(feature = "streams"),
    expect(dead_code, reason = "what comes bit by bit may do more than end")
)]
pub(super) enum End {
    /// It ends, as HTTP says.
    Whole,
    /// It goes on, and nothing comes any more.
    Stay,
    /// The connection ends without a word.
    Drop,
}

/// The body of an answer.
pub(super) struct Body {
    text: Full<Bytes>,
    end: End,
    /// Whether there was time to send the text.
    sent: bool,
}

impl Body {
    pub(super) fn new(text: Bytes, end: End) -> Self {
        Self {
            text: Full::new(text),
            end,
            sent: false,
        }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let Ok(piece) = ready!(Pin::new(&mut self.text).poll_frame(context)).transpose();
        match (piece, self.end) {
            (Some(piece), _) => Poll::Ready(Some(Ok(piece))),
            (None, End::Whole) => Poll::Ready(None),
            (None, End::Stay) => Poll::Pending,
            (None, End::Drop) if self.sent => Poll::Ready(Some(Err(BrokenOff))),
            (None, End::Drop) => {
                // What was said is sent while nothing more comes.
                self.sent = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.end, End::Whole) && self.text.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.end {
            End::Whole => self.text.size_hint(),
            End::Stay | End::Drop => SizeHint::default(),
        }
    }
}

/// An event as it stands in `text/event-stream`; `write` makes a text of its data.
#[cfg(feature = "streams")]
pub(super) fn event<M>(event: &ServerEvent<M>, write: fn(&M) -> String) -> String {
    let mut text = String::new();
    for (field, value) in [("event", &event.name), ("id", &event.id)] {
        if let Some(value) = value {
            text.push_str(&format!("{field}: {value}\n"));
        }
    }
    for line in write(&event.data).split(['\n', '\r']) {
        text.push_str(&format!("data: {line}\n"));
    }
    text.push('\n');
    text
}
