//! What an event stream delivers.

use crate::Error;

/// What an event stream delivers: events, and what a caller who counts on their being complete has to know.
#[derive(Debug)]
#[non_exhaustive]
pub enum Delivery<T> {
    /// An event.
    Event(T),
    /// The connection was lost and is back. The events that were missed follow.
    Reconnected(Reconnected),
    /// Something happened whose event cannot be delivered.
    Missing(Missing),
}

impl<T> Delivery<T> {
    /// The event, where it is one.
    pub fn event(self) -> Option<T> {
        match self {
            Self::Event(event) => Some(event),
            _ => None,
        }
    }
}

/// The connection was lost and is back.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reconnected {
    /// Why it was lost.
    pub cause: Error,
    /// How often it took to open it again.
    pub attempts: u32,
    /// The first block of which not everything had been delivered; what follows begins there. `None` where that is not
    /// known: then nobody can tell what was missed.
    pub from: Option<u64>,
}

/// Something happened whose event cannot be delivered: REST does not tell it, or the caller gave it up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missing {
    /// The number of the block it stands in. `None`: everything between the loss of a connection and its return, since
    /// the newest block could not be read.
    pub height: Option<u64>,
    /// What kind of event it is; `None`: all that is left of the block.
    pub kind: Option<&'static str>,
    /// What the event is known by.
    pub id: Option<String>,
}
