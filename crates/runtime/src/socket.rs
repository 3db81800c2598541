//! Event streams over a web socket (the spec's `x-websocket`).

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{
    HeaderValue, StatusCode,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
};
use serde::de::DeserializeOwned;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};

use crate::{
    Advice, Error, Kind, Operation, Session, answer,
    draft::Draft,
    error::what_does_not_fit,
    object::from_slice,
    send::{self, Exchange},
    session::Inner,
};

/// The messages of a web socket, each read as a `T`. A message that does not fit is an error and the stream goes on; it
/// ends when the socket does.
#[must_use = "a stream does nothing until it is polled"]
pub struct Events<T> {
    operation: &'static Operation,
    socket: WebSocketStream<reqwest::Upgraded>,
    messages: PhantomData<fn() -> T>,
}

pub(crate) async fn open<T>(
    session: &Session,
    operation: &'static Operation,
    draft: &Draft,
) -> Result<Events<T>, Error> {
    let inner = session.inner();
    let opening = async {
        let prepared = draft.prepare(session, operation)?;
        let options = draft.options();
        let limit = options.longest_body.unwrap_or(inner.longest_body);
        let applied = send::applied(options, operation);
        let exchange = Upgrade {
            session: inner,
            operation: &applied,
            limit,
        };
        let delivered = send::deliver(inner, &applied, &prepared, options, exchange).await?;
        Ok((delivered.value, delivered.attempts, limit))
    };
    let told = |(_, attempts, _): &(_, u32, _)| (StatusCode::SWITCHING_PROTOCOLS, *attempts);
    let (upgraded, _, limit) = send::traced(operation, opening, told).await?;
    let limits = WebSocketConfig::default().max_message_size(Some(limit));
    let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(limits)).await;
    Ok(Events {
        operation,
        socket,
        messages: PhantomData,
    })
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

impl<T> Events<T> {
    /// Closes the socket and waits for the service to agree.
    ///
    /// # Errors
    ///
    /// When the connection broke before.
    pub async fn close(mut self) -> Result<(), Error> {
        match self.socket.close(None).await {
            Ok(()) | Err(tungstenite::Error::ConnectionClosed) => {}
            Err(error) => return Err(broken(self.operation, error)),
        }
        while let Some(Ok(_)) = self.socket.next().await {}
        Ok(())
    }
}

impl<T: DeserializeOwned> Stream for Events<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let message = match ready!(self.socket.poll_next_unpin(context)) {
                None | Some(Ok(Message::Close(_)) | Err(tungstenite::Error::ConnectionClosed)) => {
                    return Poll::Ready(None);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(broken(self.operation, error)))),
                Some(Ok(message)) => message,
            };
            let bytes = match &message {
                Message::Text(text) => text.as_bytes(),
                Message::Binary(bytes) => bytes.as_ref(),
                Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {
                    // A pong that was queued in answer to a ping goes out with the next flush.
                    let _ = self.socket.poll_flush_unpin(context);
                    continue;
                }
            };
            return Poll::Ready(Some(from_slice(bytes).map_err(|error| {
                let what = format!("failed to read a message: {}", what_does_not_fit(&error));
                Error::new(self.operation, Kind::Decode, what, Advice::Report)
            })));
        }
    }
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("operation", &self.operation.id)
            .finish_non_exhaustive()
    }
}

fn broken(operation: &'static Operation, error: tungstenite::Error) -> Error {
    let what = format!("failed to read from the web socket: {error}");
    Error::new(operation, Kind::Connection, what, Advice::Retry).caused_by(error)
}
