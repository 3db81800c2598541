//! Server-sent events: of one answer, or of one after the other.

use std::{
    fmt,
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use http::StatusCode;
use serde::de::DeserializeOwned;
use tokio::time::{Sleep, sleep};

use super::{
    Framing,
    lines::TooLong,
    opening::{self, Opened},
    server_sent::{self, Parser},
};
use crate::{
    Advice, Call, Error, Kind, Operation, Response, Session, answer, draft::Draft, error::Shown,
    message, retry,
};

/// A server-sent event (the HTML standard, section 9.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerEvent<T> {
    /// What the service calls it (`event:`); `None` where it has no name, which is the same as `message`.
    pub name: Option<String>,
    /// The id that stands for everything up to here (`id:`, of this event or of one before it); `None` where the service
    /// gives none.
    pub id: Option<String>,
    /// What it says.
    pub data: T,
}

impl<T> ServerEvent<T> {
    /// An event without a name or an id.
    pub fn new(data: T) -> Self {
        Self {
            name: None,
            id: None,
            data,
        }
    }

    /// With this name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// With this id.
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

impl<T> From<T> for ServerEvent<T> {
    fn from(data: T) -> Self {
        Self::new(data)
    }
}

/// The events of a `text/event-stream`, the data of each as a `T`.
///
/// An event whose data does not fit its type is an error with its number, of which [`Error::body`] has the data, and the
/// stream goes on. Where the connection breaks, nothing comes for
/// [`CallOptions::idle_timeout`](crate::CallOptions::idle_timeout), or an event has more bytes than
/// [`CallOptions::max_response_bytes`](crate::CallOptions::max_response_bytes) allows, it ends with an error. What came of an
/// event that is not whole is dropped.
///
/// One that `stream()` opened ends when the answer does. One that `follow()` opened connects anew: after an error that says
/// how the connection was lost (nobody knows what happened until it is back, unless the events have ids), after the wait
/// that the service asks for (`retry:`) or one that grows, and with the id of the last event (`Last-Event-ID`). It ends
/// where that cannot help, with an error, and where the service answers 204.
///
/// Nothing runs in the background: while nothing is asked for, nothing is read, and the service has to wait. Dropping the
/// stream closes the connection.
#[must_use = "a stream does nothing until it is polled"]
pub struct ServerEvents<T> {
    operation: &'static Operation,
    parser: Parser,
    head: Response<()>,
    state: State,
    /// What opens it anew; `None` where nothing does.
    again: Option<Again>,
    count: u64,
    read: Read<T>,
}

/// What reads the data of an event.
type Read<T> = fn(&'static Operation, &mut server_sent::Event, u64) -> Result<T, Error>;

/// What is going on.
enum State {
    Reading(Box<Opened>),
    Waiting(Pin<Box<Sleep>>),
    Opening(Pin<Box<dyn Future<Output = Result<Opened, Error>> + Send>>),
    Ended,
}

/// What opens the stream anew.
struct Again {
    session: Session,
    draft: Draft,
    /// How often nothing came of it since the last event.
    tries: u32,
}

impl<T: DeserializeOwned> ServerEvents<T> {
    /// Opens a stream of events whose data is JSON.
    pub(crate) async fn open(call: Call, follow: bool) -> Result<Self, Error> {
        Self::with(call, follow, |operation, event, count| {
            message::read(operation, &event.data, || shown(event, count))
        })
        .await
    }
}

impl ServerEvents<String> {
    /// Opens a stream of events whose data is a text.
    pub(crate) async fn open_texts(call: Call, follow: bool) -> Result<Self, Error> {
        Self::with(call, follow, |_, event, _| Ok(mem::take(&mut event.data))).await
    }
}

impl<T> ServerEvents<T> {
    async fn with(call: Call, follow: bool, read: Read<T>) -> Result<Self, Error> {
        let (session, operation, draft) = call.into_parts();
        let opened =
            opening::open(session.clone(), operation, draft.clone(), Framing::Events).await?;
        let mut parser = Parser::new(opened.longest);
        if let Some(id) = draft.last_event_id() {
            parser.set_last_id(id);
        }
        let again = follow.then_some(Again {
            session,
            draft,
            tries: 0,
        });
        Ok(Self {
            operation,
            parser,
            head: opened.head.clone(),
            state: State::Reading(Box::new(opened)),
            again,
            count: 0,
            read,
        })
    }

    /// The next event; `None` where the stream has ended.
    pub async fn next(&mut self) -> Option<Result<ServerEvent<T>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The id of the last event that came, also of one without data: to be saved, and given to `last_event_id` of the same
    /// call later. `None` as long as the service gives none.
    pub fn last_event_id(&self) -> Option<&str> {
        self.parser.last_id()
    }

    /// What the service answered before the first event, or when it was connected to last: status, headers, request id.
    pub fn response(&self) -> &Response<()> {
        &self.head
    }

    /// What an event is to the caller.
    fn receive(&mut self, mut event: server_sent::Event) -> Result<ServerEvent<T>, Error> {
        self.count += 1;
        if let Some(again) = &mut self.again {
            again.tries = 0;
        }
        match (self.read)(self.operation, &mut event, self.count) {
            Ok(data) => Ok(ServerEvent {
                name: event.name,
                id: event.id,
                data,
            }),
            Err(error) => {
                let error = error.answered(answer::part(&self.head, event.data.as_bytes()));
                Err(match &self.state {
                    State::Reading(opened) => error.hide(opened.body.hidden()),
                    _ => error,
                })
            }
        }
    }

    /// After the connection was lost, or did not come about.
    fn lost(&mut self, error: Error) -> Error {
        self.state = match &mut self.again {
            Some(again) if retry::may_heal(&error, self.operation.idempotency) => {
                let policy = &again.session.inner().retry;
                let wait = policy.wait(again.tries, None).unwrap_or_default();
                let asked = error.retry_after().max(self.parser.retry());
                again.tries = again.tries.saturating_add(1);
                tracing::info!(
                    provider = self.operation.provider,
                    operation = self.operation.id,
                    failure = ?error.kind(),
                    "connection lost"
                );
                State::Waiting(Box::pin(sleep(wait.max(asked.unwrap_or_default()))))
            }
            _ => State::Ended,
        };
        error
    }

    /// The answer has come to its end.
    fn ended(&mut self) -> Option<Error> {
        if self.again.is_none() || self.head.status() == StatusCode::NO_CONTENT {
            self.state = State::Ended;
            return None;
        }
        let what = "failed to keep the event stream: the service ended it";
        let error = Error::new(self.operation, Kind::Connection, what, Advice::Retry);
        Some(self.lost(error))
    }
}

impl<T> Stream for ServerEvents<T> {
    type Item = Result<ServerEvent<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            match &mut this.state {
                State::Reading(opened) => {
                    match this.parser.next() {
                        Ok(Some(event)) => return Poll::Ready(Some(this.receive(event))),
                        Ok(None) => {}
                        Err(TooLong) => {
                            let which = format!("event {}", this.count + 1);
                            let longest = opened.longest;
                            this.state = State::Ended;
                            let error = answer::too_long(this.operation, &which, longest);
                            return Poll::Ready(Some(Err(error)));
                        }
                    }
                    match ready!(opened.body.poll(context)) {
                        Some(Ok(piece)) => this.parser.push(&piece),
                        Some(Err(error)) => return Poll::Ready(Some(Err(this.lost(error)))),
                        None => {
                            if let Some(error) = this.ended() {
                                return Poll::Ready(Some(Err(error)));
                            }
                        }
                    }
                }
                State::Waiting(waiting) => {
                    ready!(waiting.as_mut().poll(context));
                    this.state = match &mut this.again {
                        Some(again) => {
                            if let Some(id) = this.parser.last_id() {
                                again.draft.set_last_event_id(id);
                            }
                            let (session, draft) = (again.session.clone(), again.draft.clone());
                            let opening =
                                opening::open(session, this.operation, draft, Framing::Events);
                            State::Opening(Box::pin(opening))
                        }
                        None => State::Ended,
                    };
                }
                State::Opening(opening) => match ready!(opening.as_mut().poll(context)) {
                    Ok(opened) => {
                        this.parser = this.parser.next_stream();
                        this.head = opened.head.clone();
                        this.state = State::Reading(Box::new(opened));
                    }
                    Err(error) => return Poll::Ready(Some(Err(this.lost(error)))),
                },
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

/// How an error names an event.
fn shown(event: &server_sent::Event, count: u64) -> String {
    let mut text = format!("event {count}");
    if let Some(name) = &event.name {
        text.push_str(&format!(" `{}`", Shown(name)));
    }
    if let Some(id) = &event.id {
        text.push_str(&format!(" (id `{}`)", Shown(id)));
    }
    text
}

// Nothing of it is pinned: what has to be is in a box of its own.
impl<T> Unpin for ServerEvents<T> {}

impl<T> fmt::Debug for ServerEvents<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerEvents")
            .field("operation", &self.operation.id)
            .field("count", &self.count)
            .field("connected", &matches!(self.state, State::Reading(_)))
            .finish_non_exhaustive()
    }
}
