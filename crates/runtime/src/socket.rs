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
    Advice, Error, Kind, Operation, Session,
    error::what_does_not_fit,
    send::{self, Prepared},
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
    prepared: &Prepared,
) -> Result<Events<T>, Error> {
    let session = session.inner();
    let chosen = send::choose(session, operation)?;
    let mut attempts = 0;
    let opening = async {
        loop {
            let key = generate_key();
            let mut request = prepared.request();
            let headers = request.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            let text =
                HeaderValue::from_str(&key).map_err(|error| Error::invalid(operation, error))?;
            headers.insert(SEC_WEBSOCKET_KEY, text);
            let authorised = send::authorise(operation, &chosen, &mut request).await?;
            attempts += 1;
            let response = session
                .http1
                .execute(request)
                .await
                .map_err(|error| send::unsent(operation, error))?;
            let status = response.status();
            let headers = response.headers().clone();
            if status == StatusCode::SWITCHING_PROTOCOLS {
                let accepted = headers
                    .get(SEC_WEBSOCKET_ACCEPT)
                    .is_some_and(|accept| accept == &derive_accept_key(key.as_bytes()));
                if !accepted {
                    let what = "failed to open the web socket: the service did not prove that it speaks the protocol";
                    return Err(Error::new(operation, Kind::Decode, what, Advice::Report));
                }
                return response
                    .upgrade()
                    .await
                    .map_err(|error| send::unsent(operation, error));
            }
            let body = send::read_within(session.longest_body, response, operation).await?;
            if status == StatusCode::UNAUTHORIZED
                && attempts == 1
                && send::renew(operation, &authorised).await?
            {
                continue;
            }
            if status.is_success() {
                let what = format!(
                    "failed to open the web socket: HTTP {} instead of 101",
                    status.as_u16()
                );
                return Err(Error::new(operation, Kind::Decode, what, Advice::Report));
            }
            return Err(send::refused(operation, status, headers, body));
        }
    };
    let outcome = tokio::time::timeout(session.deadline, opening).await;
    let outcome = outcome.unwrap_or_else(|_| Err(send::timed_out(operation, session.deadline, 0)));
    let upgraded = outcome.map_err(|error| error.attempts_made(attempts))?;
    let limits = WebSocketConfig::default().max_message_size(Some(session.longest_body));
    let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(limits)).await;
    Ok(Events {
        operation,
        socket,
        messages: PhantomData,
    })
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
            return Poll::Ready(Some(serde_json::from_slice(bytes).map_err(|error| {
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
