//! A web socket, as the test wants it.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{SinkExt as _, StreamExt as _};
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE},
};
use http_body_util::Full;
use hyper::{body::Bytes, upgrade::OnUpgrade};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};

use super::reply::Answer;

/// What goes over a socket.
#[derive(Clone, Debug)]
pub(super) struct Script {
    messages: Vec<String>,
    pub(super) end: End,
}

/// What becomes of a socket behind its last message.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// It stays open until the client closes it.
    Stay,
    /// It is closed.
    Close,
    /// The connection ends without a word.
    Drop,
}

impl Script {
    pub(super) fn new(messages: Vec<String>) -> Self {
        Self {
            messages,
            end: End::Stay,
        }
    }
}

/// The proof that the protocol is spoken (RFC 6455 section 4.2.2); `None` where no socket is asked for.
pub(super) fn proof(headers: &HeaderMap) -> Option<HeaderValue> {
    let key = headers.get(SEC_WEBSOCKET_KEY)?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}

/// The socket that a connection becomes, if it does.
#[derive(Clone, Default)]
pub(super) struct Opened(Arc<Mutex<Option<(OnUpgrade, Script)>>>);

impl Opened {
    /// The answer that opens the socket.
    pub(super) fn open(
        &self,
        upgrade: OnUpgrade,
        proof: Option<HeaderValue>,
        script: Script,
    ) -> Response<Full<Bytes>> {
        let Some(proof) = proof else {
            let text = "the mock has a web socket here, and none was asked for";
            return Answer::text(StatusCode::UPGRADE_REQUIRED, text).into();
        };
        let mut answer = Answer::empty(StatusCode::SWITCHING_PROTOCOLS);
        answer.put(CONNECTION, HeaderValue::from_static("Upgrade"));
        answer.put(UPGRADE, HeaderValue::from_static("websocket"));
        answer.put(SEC_WEBSOCKET_ACCEPT, proof);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((upgrade, script));
        answer.into()
    }

    /// Sends what there is to send, once the connection has become a socket.
    pub(super) async fn play(self) {
        let opened = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((upgrade, script)) = opened else {
            return;
        };
        let Ok(upgraded) = upgrade.await else { return };
        let io = TokioIo::new(upgraded);
        let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
        for message in script.messages {
            if socket.feed(Message::from(message)).await.is_err() {
                return;
            }
        }
        // From here on a client that is gone is one that had enough.
        let _ = socket.flush().await;
        match script.end {
            End::Drop => return,
            End::Close => drop(socket.close(None).await),
            End::Stay => {}
        }
        // Answers pings, and a close.
        while let Some(Ok(_)) = socket.next().await {}
    }
}
