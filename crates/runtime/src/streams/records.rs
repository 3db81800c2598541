//! JSON values that come one behind another.

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::{
    Framing,
    lines::{Ends, Lines, TooLong},
    opening::{self, Opened},
};
use crate::{Call, Error, Operation, Response, answer, message};

/// The JSON values of an answer that comes bit by bit, each as a `T`: the lines of `application/x-ndjson` and its like, or
/// the records of `application/json-seq` (RFC 7464).
///
/// It ends when the answer does. A value that does not fit its type is an error with its number, of which
/// [`Error::body`] has the text, and the stream goes on. Where the connection breaks, nothing comes for
/// [`CallOptions::idle_timeout`](crate::CallOptions::idle_timeout), or a value has more bytes than
/// [`CallOptions::max_response_bytes`](crate::CallOptions::max_response_bytes) allows, it ends with an error.
///
/// Nothing runs in the background: while nothing is asked for, nothing is read, and the service has to wait. Dropping the
/// stream closes the connection.
#[must_use = "a stream does nothing until it is polled"]
pub struct Records<T> {
    operation: &'static Operation,
    /// `None` once it has ended.
    opened: Option<Opened>,
    head: Response<()>,
    lines: Lines,
    count: u64,
    values: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Records<T> {
    pub(crate) async fn open(call: Call, framing: Framing) -> Result<Self, Error> {
        let (session, operation, draft) = call.into_parts();
        let opened = opening::open(session, operation, draft, framing).await?;
        let ends = match framing {
            Framing::Sequence => Ends::Record,
            Framing::Lines | Framing::Events => Ends::LineFeed,
        };
        Ok(Self {
            operation,
            head: opened.head.clone(),
            opened: Some(opened),
            lines: Lines::new(ends),
            count: 0,
            values: PhantomData,
        })
    }

    /// The next value; `None` where the answer has ended.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn read(&mut self, text: &[u8]) -> Option<Result<T, Error>> {
        // Empty lines keep a connection alive.
        if text.trim_ascii().is_empty() {
            return None;
        }
        self.count += 1;
        let value = message::read_bytes(self.operation, text, || format!("record {}", self.count));
        Some(value.map_err(|error| {
            let answer = answer::part(&self.head, text);
            let error = error.answered(answer);
            match &self.opened {
                Some(opened) => error.hide(opened.body.hidden()),
                None => error,
            }
        }))
    }
}

impl<T> Records<T> {
    /// What the service answered before the first value: status, headers, request id.
    pub fn response(&self) -> &Response<()> {
        &self.head
    }
}

impl<T: DeserializeOwned> Stream for Records<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let Some(opened) = &mut this.opened else {
                return Poll::Ready(None);
            };
            let longest = opened.longest;
            match this.lines.next(longest) {
                Ok(Some(line)) => match this.read(&line) {
                    Some(value) => return Poll::Ready(Some(value)),
                    None => continue,
                },
                Ok(None) => {}
                Err(TooLong) => {
                    this.opened = None;
                    let which = format!("record {}", this.count + 1);
                    let error = answer::too_long(this.operation, &which, longest);
                    return Poll::Ready(Some(Err(error)));
                }
            }
            match ready!(opened.body.poll(context)) {
                Some(Ok(piece)) => this.lines.push(&piece),
                Some(Err(error)) => {
                    this.opened = None;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    // The last line need not have an end.
                    let rest = this.lines.rest();
                    let last = this.read(&rest);
                    this.opened = None;
                    return Poll::Ready(last);
                }
            }
        }
    }
}

// Nothing of it is pinned: what has to be is in a box of its own.
impl<T> Unpin for Records<T> {}

impl<T> fmt::Debug for Records<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("operation", &self.operation.id)
            .field("count", &self.count)
            .field("open", &self.opened.is_some())
            .finish_non_exhaustive()
    }
}
