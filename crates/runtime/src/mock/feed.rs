//! What a test says over a socket that is open already.

use std::{fmt, marker::PhantomData};

use serde::Serialize;
use tokio::sync::watch;

use super::{
    mocked::written,
    socket::{End, Script},
};

/// What more a socket of a mock sends, and how it ends; [`MockedSocket::and_later`](super::MockedSocket::and_later) gives
/// it. What is said before the socket is open is sent as soon as it is. Dropped, it leaves the socket open.
pub struct Feed<M> {
    told: watch::Sender<Script>,
    messages: PhantomData<fn(M)>,
}

impl<M> Feed<M> {
    /// What says, and what it says.
    pub(super) fn new() -> (Self, watch::Receiver<Script>) {
        let (told, later) = watch::channel(Script::default());
        let feed = Self {
            told,
            messages: PhantomData,
        };
        (feed, later)
    }

    /// Ends the connection behind the messages, without a word.
    pub fn drops(self) {
        self.ends(End::Drop);
    }

    /// Closes the socket behind the messages (RFC 6455 section 7.1.1).
    pub fn closes(self) {
        self.ends(End::Close);
    }

    fn ends(self, end: End) {
        self.told.send_modify(|script| script.end = end);
    }
}

impl<M: Serialize> Feed<M> {
    /// Sends these messages.
    ///
    /// # Panics
    ///
    /// When a message does not serialize.
    #[track_caller]
    pub fn sends(&self, messages: impl IntoIterator<Item = M>) {
        let messages: Vec<String> = messages.into_iter().map(|it| written(&it)).collect();
        self.told
            .send_modify(|script| script.messages.extend(messages));
    }
}

impl<M> fmt::Debug for Feed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Feed")
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use crate::{
        Call, Delivery, Events, Evidence, Idempotency, Operation, Server, Socket,
        mock::{MockedSocket, Service},
    };

    static SERVER: Server = Server::new(&[], None);
    static WATCH: Operation = Operation::new(
        "test",
        "watch",
        Method::GET,
        "/watch",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    );
    static OPERATIONS: &[&Operation] = &[&WATCH];
    static SOCKET: Socket = Socket {
        select: None,
        replay: None,
    };

    async fn opened(service: &Service) -> Events<u32> {
        let call = Call::new(&service.open(), &WATCH);
        call.subscribe(&SOCKET, |_| None).await.expect("a socket")
    }

    /// The next of what is delivered; 0 for a connection that was lost and is back.
    async fn heard(events: &mut Events<u32>) -> u32 {
        match events.next().await.expect("more").expect("no error") {
            Delivery::Event(event) => event,
            Delivery::Reconnected(_) => 0,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_test_sends_more_over_a_socket_that_is_open_and_ends_it_when_it_likes() {
        let service = Service::start(OPERATIONS).await;
        let mocked: MockedSocket<u32> = service.socket(&WATCH);
        let first = mocked.clone().sends([1]).and_later();
        let second = mocked.clone().sends([]).and_later();
        let third = mocked.clone().sends([8]).and_later();
        first.sends([2]); // Before there is a socket.
        let mut events = opened(&service).await;
        assert_eq!([heard(&mut events).await, heard(&mut events).await], [1, 2]);
        first.sends([3, 4]);
        assert_eq!([heard(&mut events).await, heard(&mut events).await], [3, 4]);
        first.sends([5]);
        first.drops();
        assert_eq!([heard(&mut events).await, heard(&mut events).await], [5, 0]);
        second.sends([6]);
        assert_eq!(heard(&mut events).await, 6);
        second.sends([7]);
        second.closes();
        let next = [heard(&mut events).await, heard(&mut events).await];
        assert_eq!((next, heard(&mut events).await), ([7, 0], 8));
        // The test is done with it, and the client may go on.
        drop(third);
        events.close().await.expect("the mock agrees");
        assert_eq!(mocked.calls(), 3);
    }
}
