//! Answers that come bit by bit (`text/event-stream`, or JSON values one behind another), read while they come.
//!
//! `opening` sends the call and judges the head of its answer; `body` is what comes behind that, piece by piece. `lines`
//! cuts it where a line or a record ends, and `server_sent` makes events of lines. `server_events` and `records` are the
//! streams that callers read.

mod body;
mod lines;
mod opening;
mod records;
mod server_events;
mod server_sent;

pub use records::Records;
pub use server_events::{ServerEvent, ServerEvents};

/// How the parts of an answer are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// The lines of `text/event-stream`.
    Events,
    /// A line feed behind each JSON value (`application/x-ndjson`).
    Lines,
    /// A record separator before each JSON value (`application/json-seq`, RFC 7464).
    Sequence,
}
