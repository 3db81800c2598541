//! An operation of a mock whose answer comes bit by bit.

use std::fmt;

use http::StatusCode;
use serde::Serialize;

use super::{
    Mocked,
    mocked::written,
    reply::Answer,
    stream::{self, End},
};
use crate::ServerEvent;

/// Server-sent events with the data `M`.
pub struct EventStream<M>(fn(&M) -> String);

/// JSON values that come one behind another.
#[derive(Clone, Copy, Debug)]
pub struct RecordStream;

/// A call with the body `B` whose answer is server-sent events with the data `M`.
pub type MockedEvents<B, M> = Mocked<B, M, EventStream<M>>;

/// A call with the body `B` whose answer is JSON values `M`, one behind another.
pub type MockedRecords<B, M> = Mocked<B, M, RecordStream>;

impl<B, M> MockedEvents<B, M> {
    /// Sends these events, each of them data or a whole [`ServerEvent`], and ends.
    ///
    /// # Panics
    ///
    /// When the data of an event does not serialize.
    #[track_caller]
    pub fn sends<E: Into<ServerEvent<M>>>(self, events: impl IntoIterator<Item = E>) -> Self {
        let EventStream(write) = self.kind;
        let text: String = events
            .into_iter()
            .map(|event| stream::event(&event.into(), write))
            .collect();
        self.says_bits(text)
    }

    /// Goes on behind the events, and says nothing any more.
    ///
    /// # Panics
    ///
    /// When there is no answer that no call has had yet.
    #[track_caller]
    pub fn and_hangs(self) -> Self {
        self.changes_answer(|answer| answer.end = End::Stay)
    }

    /// Ends the connection behind the events, without a word.
    ///
    /// # Panics
    ///
    /// When there is no answer that no call has had yet.
    #[track_caller]
    pub fn and_drops(self) -> Self {
        self.changes_answer(|answer| answer.end = End::Drop)
    }
}

impl<B, M: Serialize> MockedRecords<B, M> {
    /// Sends these values, and ends.
    ///
    /// # Panics
    ///
    /// When a value does not serialize.
    #[track_caller]
    pub fn sends(self, values: impl IntoIterator<Item = M>) -> Self {
        let media_type = self.operation.accept.unwrap_or_default();
        let before = match media_type.contains("seq") {
            true => "\u{1e}",
            false => "",
        };
        let values = values.into_iter();
        let text: String = values
            .map(|value| format!("{before}{}\n", written(&value)))
            .collect();
        self.says_bits(text)
    }

    /// Goes on behind the values, and says nothing any more.
    ///
    /// # Panics
    ///
    /// When there is no answer that no call has had yet.
    #[track_caller]
    pub fn and_hangs(self) -> Self {
        self.changes_answer(|answer| answer.end = End::Stay)
    }

    /// Ends the connection behind the values, without a word.
    ///
    /// # Panics
    ///
    /// When there is no answer that no call has had yet.
    #[track_caller]
    pub fn and_drops(self) -> Self {
        self.changes_answer(|answer| answer.end = End::Drop)
    }
}

impl<B, A, K> Mocked<B, A, K> {
    fn says_bits(self, text: String) -> Self {
        let media_type = self.operation.accept.unwrap_or_default();
        self.says(Answer::of(StatusCode::OK, media_type, text))
    }
}

impl<M: Serialize> EventStream<M> {
    pub(super) fn of_json() -> Self {
        Self(written)
    }
}

impl EventStream<String> {
    pub(super) fn of_texts() -> Self {
        Self(String::clone)
    }
}

impl<M> Clone for EventStream<M> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<M> fmt::Debug for EventStream<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventStream")
    }
}
