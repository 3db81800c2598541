//! One web socket: opened like any other call, and kept alive as long as it is read.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{SinkExt as _, StreamExt as _};
use http::{
    HeaderValue, StatusCode,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
};
use tokio::time::{Instant, Sleep, sleep, timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{CloseFrame, Role, WebSocketConfig},
    },
};

use super::message::Message;
use crate::{
    Advice, Error, Kind, Operation, Session, answer,
    draft::Draft,
    error::Shown,
    hidden::Hidden,
    send::{self, Exchange},
    session::Inner,
};

/// How a socket is kept alive.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeepAlive {
    /// So long may nothing come before a ping is sent.
    pub(super) interval: Duration,
    /// So many pings in a row may go without anything coming.
    pub(super) unanswered: u32,
}

/// An open web socket.
pub(super) struct Connection {
    operation: &'static Operation,
    socket: WebSocketStream<reqwest::Upgraded>,
    hidden: Hidden<'static>,
    keep_alive: KeepAlive,
    tick: Pin<Box<Sleep>>,
    /// Whether anything came since the last tick. A flag, because a timer set anew for each message costs more than the
    /// message.
    heard: bool,
    pings: u32,
}

impl Connection {
    pub(super) async fn open(
        session: Session,
        operation: &'static Operation,
        draft: Draft,
        keep_alive: KeepAlive,
    ) -> Result<Self, Error> {
        let inner = session.inner();
        let opening = async {
            let prepared = draft.prepare(&session, operation)?;
            let options = draft.options();
            let limit = options.longest_body.unwrap_or(inner.longest_body);
            let applied = send::applied(options, operation);
            let exchange = Upgrade {
                session: inner,
                operation: &applied,
                limit,
            };
            let delivered = send::deliver(inner, &applied, &prepared, options, exchange).await?;
            let hidden = delivered.hidden.kept();
            Ok((delivered.value, delivered.attempts, hidden, limit))
        };
        let told =
            |(_, attempts, ..): &(_, u32, _, _)| (StatusCode::SWITCHING_PROTOCOLS, *attempts);
        let (upgraded, _, hidden, limit) = send::traced(operation, opening, told).await?;
        let limits = WebSocketConfig::default().max_message_size(Some(limit));
        let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(limits)).await;
        Ok(Self {
            operation,
            socket,
            hidden,
            keep_alive,
            tick: Box::pin(sleep(keep_alive.interval)),
            heard: false,
            pings: 0,
        })
    }

    pub(super) fn keep_alive(&mut self, keep_alive: KeepAlive) {
        self.keep_alive = keep_alive;
        self.tick
            .as_mut()
            .reset(Instant::now() + keep_alive.interval);
    }

    /// The next message, or why there will be none.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Message, Error>> {
        loop {
            match self.socket.poll_next_unpin(context) {
                Poll::Ready(Some(Ok(tungstenite::Message::Text(text)))) => {
                    self.heard = true;
                    return Poll::Ready(Ok(Message::Text(text)));
                }
                Poll::Ready(Some(Ok(tungstenite::Message::Binary(bytes)))) => {
                    self.heard = true;
                    return Poll::Ready(Ok(Message::Binary(bytes)));
                }
                Poll::Ready(Some(Ok(tungstenite::Message::Close(frame)))) => {
                    return Poll::Ready(Err(self.closed(frame.as_ref())));
                }
                Poll::Ready(Some(Ok(_))) => {
                    self.heard = true;
                    // A pong that was queued in answer to a ping goes out with the next flush.
                    let _ = self.socket.poll_flush_unpin(context);
                }
                Poll::Ready(None | Some(Err(tungstenite::Error::ConnectionClosed))) => {
                    return Poll::Ready(Err(self.closed(None)));
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Err(broken(self.operation, error).hide(&self.hidden)));
                }
                Poll::Pending => {
                    ready!(self.tick.as_mut().poll(context));
                    if let Err(error) = self.tick(context) {
                        return Poll::Ready(Err(error));
                    }
                }
            }
        }
    }

    /// An interval is over.
    fn tick(&mut self, context: &mut Context<'_>) -> Result<(), Error> {
        let KeepAlive {
            interval,
            unanswered,
        } = self.keep_alive;
        if std::mem::take(&mut self.heard) {
            self.pings = 0;
        } else if self.pings >= unanswered {
            let what = format!(
                "failed to keep the web socket: nothing came for {:?}, and {} pings went unanswered",
                interval.saturating_mul(self.pings + 1),
                self.pings
            );
            return Err(lost(self.operation, what));
        } else {
            self.pings += 1;
            if self.socket.poll_ready_unpin(context).is_ready() {
                // What goes wrong here is what the next read tells.
                let ping = tungstenite::Message::Ping(bytes::Bytes::new());
                let _ = self.socket.start_send_unpin(ping);
                let _ = self.socket.poll_flush_unpin(context);
            }
        }
        self.tick.as_mut().reset(Instant::now() + interval);
        Ok(())
    }

    /// Says goodbye, and waits a while for the service to agree.
    pub(super) async fn close(mut self) -> Result<(), Error> {
        const PATIENCE: Duration = Duration::from_secs(10);
        let closing = async {
            match self.socket.close(None).await {
                Ok(()) | Err(tungstenite::Error::ConnectionClosed) => {}
                Err(error) => return Err(broken(self.operation, error)),
            }
            while let Some(Ok(_)) = self.socket.next().await {}
            Ok(())
        };
        timeout(PATIENCE, closing).await.unwrap_or_else(|_| {
            let what = "failed to close the web socket: the service did not answer";
            Err(lost(self.operation, what))
        })
    }

    fn closed(&self, frame: Option<&CloseFrame>) -> Error {
        let why = match frame {
            Some(frame) if frame.reason.is_empty() => format!(" with the code {}", frame.code),
            Some(frame) => format!(
                " with the code {}: {}",
                frame.code,
                Shown(frame.reason.as_str())
            ),
            None => String::new(),
        };
        let what = format!("failed to keep the web socket: the service closed it{why}");
        lost(self.operation, what).hide(&self.hidden)
    }
}

fn broken(operation: &Operation, error: tungstenite::Error) -> Error {
    let what = format!("failed to read from the web socket: {error}");
    lost(operation, what).caused_by(error)
}

/// There is no socket where there should be one.
pub(super) fn gone(operation: &Operation) -> Error {
    lost(operation, "failed to keep the web socket: it is gone")
}

fn lost(operation: &Operation, what: impl Into<String>) -> Error {
    Error::new(operation, Kind::Connection, what, Advice::Retry)
}

/// A request for a web socket.
struct Upgrade<'a> {
    session: &'a Inner,
    operation: &'a Operation,
    limit: usize,
}

impl Exchange for Upgrade<'_> {
    type Answer = reqwest::Upgraded;

    async fn exchange(&self, mut request: reqwest::Request) -> Result<reqwest::Upgraded, Error> {
        let operation = self.operation;
        // Every attempt has a key of its own (RFC 6455 section 4.1).
        let key = generate_key();
        let text = HeaderValue::from_str(&key).map_err(|error| Error::invalid(operation, error))?;
        let headers = request.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        headers.insert(SEC_WEBSOCKET_KEY, text);
        let response = answer::got(operation, self.session.http1.execute(request).await)?;
        let status = response.status();
        if status == StatusCode::SWITCHING_PROTOCOLS {
            let proof = response.headers().get(SEC_WEBSOCKET_ACCEPT);
            if proof.is_none_or(|proof| proof != &derive_accept_key(key.as_bytes())) {
                let what = "failed to open the web socket: the service did not prove that it speaks the protocol";
                return Err(Error::new(operation, Kind::Decode, what, Advice::Report));
            }
            let upgraded = response.upgrade().await;
            return upgraded.map_err(|error| answer::unanswered(operation, error));
        }
        answer::whole(operation, self.limit, response).await?;
        let what = format!(
            "failed to open the web socket: HTTP {} instead of 101",
            status.as_u16()
        );
        Err(Error::new(operation, Kind::Decode, what, Advice::Report))
    }
}
