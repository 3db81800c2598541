//! Event streams over a web socket (the spec's `x-websocket`), complete across lost connections.
//!
//! `machine` decides what is done next and `ledger` remembers what was delivered; `connection` is the socket, and
//! `rebuild` makes events of blocks that were read over REST, as `socket` says.

mod connection;
mod delivery;
mod ledger;
mod machine;
mod message;
mod position;
mod rebuild;
mod socket;

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Sleep, sleep};

pub use self::{
    delivery::{Delivery, Missing, Reconnected},
    position::EventPosition,
    socket::{BlockCall, Replay, Socket, Step},
};

use self::{
    connection::{Connection, KeepAlive},
    machine::{Do, Machine, Take},
    message::Message,
    socket::Chosen,
};
use crate::{Call, Error, Operation, Session, draft::Draft};

/// The events of a subscription, in order, without a gap and without a repetition, for as long as the caller asks for more.
///
/// When the connection is lost, it is opened again, with waits between the attempts and with a fresh token; what was
/// missed is read over REST and comes in its place. [`Delivery`] tells of that. A message that does not fit its type is an
/// error, and the stream goes on. So it does after any other error: asked for more, it tries again what failed, after a
/// wait that grows. It never ends by itself.
///
/// What has to be read after a lost connection begins with the last block that an event told of, or that was read. Whoever
/// follows a kind of event that seldom comes does well to follow one that every block has beside it, so that this is not far
/// back.
///
/// Nothing runs in the background: while nothing is asked for, nothing is read, and the service has to wait. Dropping the
/// stream closes the socket.
#[must_use = "a stream does nothing until it is polled"]
pub struct Events<T> {
    session: Session,
    operation: &'static Operation,
    draft: Draft,
    id: fn(&T) -> Option<&str>,
    keep_alive: KeepAlive,
    machine: Machine,
    connection: Option<Connection>,
    doing: Doing,
    /// An event that came over the socket, and whose turn it is not yet.
    kept: Option<T>,
    /// What went wrong while the stream was made, and did not keep it from being made.
    unsaid: Option<Error>,
}

type Coming<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// What is going on, other than listening.
enum Doing {
    Nothing,
    Waiting(Pin<Box<Sleep>>),
    Opening(Coming<Connection>),
    Reading(Coming<Value>),
}

impl<T: DeserializeOwned> Events<T> {
    pub(crate) async fn open(
        call: Call,
        socket: &'static Socket,
        id: fn(&T) -> Option<&str>,
        position: Option<EventPosition>,
    ) -> Result<Self, Error> {
        let (session, operation, mut draft) = call.into_parts();
        let chosen = match socket.select {
            Some((parameter, all)) => {
                let chosen = Chosen::of(draft.get_query(parameter).as_deref(), all);
                if draft.get_query(parameter).is_none() {
                    draft.query(parameter, [all]);
                }
                chosen
            }
            None => Chosen::All,
        };
        let mut machine = Machine::new(
            operation,
            draft.path_text(),
            draft.parameters(),
            socket.replay,
            chosen,
            session.inner().retry.clone(),
        );
        let begins = position.is_none();
        if let Some(position) = position {
            position.check(operation, draft.path_text())?;
            machine.resume(position);
        }
        let keep_alive = KeepAlive {
            interval: Duration::from_secs(30),
            unanswered: 2,
        };
        let connection =
            Connection::open(session.clone(), operation, draft.clone(), keep_alive).await?;
        let mut events = Self {
            session,
            operation,
            draft,
            id,
            keep_alive,
            machine,
            connection: Some(connection),
            doing: Doing::Nothing,
            kept: None,
            unsaid: None,
        };
        // From here on everything is owed, also what happens before the caller asks for it.
        if begins && let Do::Read(operation, with) = events.machine.next() {
            let newest = events.reading(operation, with).await;
            events.unsaid = events.machine.read(newest);
        }
        Ok(events)
    }
}

impl<T> Events<T> {
    /// Sends a ping after each `interval` in which nothing came, and takes the connection for lost when so many pings in a
    /// row went `unanswered`. Unless set, 30 seconds and 2.
    pub fn keep_alive(mut self, interval: Duration, unanswered: u32) -> Self {
        self.keep_alive = KeepAlive {
            interval: interval.max(Duration::from_millis(1)),
            unanswered,
        };
        if let Some(connection) = &mut self.connection {
            connection.keep_alive(self.keep_alive);
        }
        self
    }

    /// Behind the last event that was delivered: to be saved, and given to `subscribe_from` of the same call later, in
    /// another process if need be. `None` as long as no block is known, and where the spec does not say how to read what was
    /// missed.
    pub fn position(&self) -> Option<EventPosition> {
        self.machine.position()
    }

    /// After an error about a block that cannot be read: goes on behind it. What is left out thereby comes as
    /// [`Delivery::Missing`].
    pub fn give_up(&mut self) {
        self.doing = Doing::Nothing;
        self.machine.give_up();
    }

    /// Closes the socket and waits up to ten seconds for the service to agree.
    ///
    /// # Errors
    ///
    /// When the connection broke before.
    pub async fn close(self) -> Result<(), Error> {
        match self.connection {
            Some(connection) => connection.close().await,
            None => Ok(()),
        }
    }

    fn opening(&self) -> Coming<Connection> {
        let (session, draft) = (self.session.clone(), self.draft.clone());
        let (operation, keep_alive) = (self.operation, self.keep_alive);
        Box::pin(Connection::open(session, operation, draft, keep_alive))
    }

    fn reading(
        &self,
        operation: &'static Operation,
        with: Vec<(&'static str, String)>,
    ) -> Coming<Value> {
        let call = Call::new(&self.session, operation);
        let call = with
            .into_iter()
            .fold(call, |call, (name, value)| call.path(name, value));
        Box::pin(async { Ok(call.send::<Value>().await?.into_inner()) })
    }

    /// Gets done what is going on, and returns what the caller has to know of it.
    fn get_done(&mut self, context: &mut Context<'_>) -> Poll<Option<Error>> {
        let error = match &mut self.doing {
            Doing::Nothing => None,
            Doing::Waiting(waiting) => {
                ready!(waiting.as_mut().poll(context));
                self.machine.waited();
                None
            }
            Doing::Opening(opening) => {
                let opened = ready!(opening.as_mut().poll(context));
                let outcome = opened.map(|connection| self.connection = Some(connection));
                self.machine.opened(outcome)
            }
            Doing::Reading(reading) => {
                let read = ready!(reading.as_mut().poll(context));
                self.machine.read(read)
            }
        };
        self.doing = Doing::Nothing;
        Poll::Ready(error)
    }
}

impl<T: DeserializeOwned> Events<T> {
    /// The next of what the stream delivers, as the stream itself gives it; there always is one.
    pub async fn next(&mut self) -> Option<Result<Delivery<T>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// What a message is to the caller; nothing where it was delivered before, or is kept back.
    fn receive(&mut self, message: &Message) -> Option<Result<Delivery<T>, Error>> {
        let event: T = match message.read(self.operation) {
            Ok(event) => event,
            Err(error) => return Some(Err(error)),
        };
        if self.machine.wants_alike()
            && let Some(message) = message.value()
        {
            self.machine.learn(&message);
        }
        match self.machine.message((self.id)(&event)) {
            Take::Deliver => Some(Ok(Delivery::Event(event))),
            Take::Drop => None,
            Take::Keep => {
                self.kept = Some(event);
                None
            }
            Take::Refuse(error) => Some(Err(error)),
        }
    }
}

impl<T: DeserializeOwned> Stream for Events<T> {
    type Item = Result<Delivery<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(error) = this.unsaid.take() {
            return Poll::Ready(Some(Err(error)));
        }
        loop {
            if !matches!(this.doing, Doing::Nothing)
                && let Some(error) = ready!(this.get_done(context))
            {
                return Poll::Ready(Some(Err(error)));
            }
            let delivered = match this.machine.next() {
                Do::Listen => match this.connection.as_mut() {
                    Some(connection) => match ready!(connection.poll(context)) {
                        Ok(message) => this.receive(&message),
                        Err(cause) => {
                            this.connection = None;
                            this.machine.lost(cause);
                            None
                        }
                    },
                    None => {
                        this.machine.lost(connection::gone(this.operation));
                        None
                    }
                },
                Do::Wait(wait) => {
                    this.doing = Doing::Waiting(Box::pin(sleep(wait)));
                    None
                }
                Do::Open => {
                    this.doing = Doing::Opening(this.opening());
                    None
                }
                Do::HangUp => {
                    this.connection = None;
                    None
                }
                Do::Read(operation, with) => {
                    this.doing = Doing::Reading(this.reading(operation, with));
                    None
                }
                Do::Rebuilt(height, event) => {
                    let event = message::rebuilt(this.operation, height, event);
                    Some(event.map(Delivery::Event))
                }
                Do::Kept => this.kept.take().map(|event| Ok(Delivery::Event(event))),
                Do::Forget => {
                    this.kept = None;
                    None
                }
                Do::Reconnected(reconnected) => Some(Ok(Delivery::Reconnected(reconnected))),
                Do::Missing(missing) => Some(Ok(Delivery::Missing(missing))),
            };
            if delivered.is_some() {
                return Poll::Ready(delivered);
            }
        }
    }
}

// Nothing of it is pinned: what has to be is in a box of its own.
impl<T> Unpin for Events<T> {}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("operation", &self.operation.id)
            .field("connected", &self.connection.is_some())
            .finish_non_exhaustive()
    }
}
