//! A web socket, as the test wants it.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{SinkExt as _, StreamExt as _};
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE},
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::sync::watch;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error, Message, handshake::derive_accept_key, protocol::Role},
};

use super::{reply::Answer, stream::Body};

/// What goes over a socket.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    pub(super) messages: Vec<String>,
    pub(super) end: End,
}

/// What becomes of a socket behind its last message.
#[derive(Clone, Debug, Default)]
pub(super) enum End {
    /// It stays open until the client closes it.
    #[default]
    Stay,
    /// It is closed.
    Close,
    /// The connection ends without a word.
    Drop,
    /// The test says it later, and what is sent until then.
    Later(watch::Receiver<Script>),
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
    ) -> Response<Body> {
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
        // A client that is gone is one that had enough.
        let _ = act(&mut socket, script).await;
    }
}

type Stream = WebSocketStream<TokioIo<Upgraded>>;

/// Sends what there is to send, and answers pings and a close for as long as the socket stays.
async fn act(socket: &mut Stream, script: Script) -> Result<(), Error> {
    send(socket, script.messages).await?;
    let mut end = script.end;
    let mut sent = 0;
    loop {
        match &mut end {
            End::Drop => return Ok(()),
            End::Close => {
                socket.close(None).await?;
                end = End::Stay;
            }
            End::Stay => match socket.next().await {
                Some(heard) => drop(heard?),
                None => return Ok(()),
            },
            End::Later(later) => {
                let told = later.borrow_and_update().clone();
                let all = told.messages.len();
                send(socket, told.messages.into_iter().skip(sent)).await?;
                sent = all;
                if !matches!(told.end, End::Stay) {
                    end = told.end;
                    continue;
                }
                tokio::select! {
                    told = later.changed() => if told.is_err() {
                        end = End::Stay;
                    },
                    heard = socket.next() => match heard {
                        Some(heard) => drop(heard?),
                        None => return Ok(()),
                    },
                }
            }
        }
    }
}

async fn send(
    socket: &mut Stream,
    messages: impl IntoIterator<Item = String>,
) -> Result<(), Error> {
    for message in messages {
        socket.feed(Message::from(message)).await?;
    }
    socket.flush().await
}
