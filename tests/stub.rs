//! The other end of the wire: a socket that records what arrives and sends back what the test says.
//!
//! It has no HTTP library, so that a test sees the very bytes.

use std::{
    collections::VecDeque,
    future::pending,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::http::Received;

/// What the service does once it has read a request.
#[derive(Debug)]
pub enum Answer {
    /// Sends these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// Opens a web socket, sends each of these messages, and closes it.
    Messages(Vec<String>),
    /// Keeps the connection open and says nothing.
    Silence,
}

/// A service on a port of its own. It stops when dropped.
#[derive(Debug)]
pub struct Stub {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    answers: Mutex<VecDeque<Answer>>,
    requests: Mutex<Vec<Received>>,
    count: watch::Sender<usize>,
}

impl Stub {
    /// Listens. A connection for which no answer is left is closed once its request is read.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            answers: Mutex::default(),
            requests: Mutex::default(),
            count: watch::Sender::new(0),
        });
        let serving = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            // Each is served by itself: a web socket is open while other calls are made. All end with the stub.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let serving = Arc::clone(&serving);
                connections.spawn(async move {
                    // A client that goes away early is the client's affair.
                    if let Ok(Some(_silent)) = serve(stream, &serving).await {
                        pending::<()>().await;
                    }
                });
            }
        });
        Self {
            address,
            shared,
            task,
        }
    }

    /// Listens, and gives these answers, one per connection.
    pub async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let stub = Self::start().await;
        for answer in answers {
            stub.will_answer(answer);
        }
        stub
    }

    /// One answer more.
    pub fn will_answer(&self, answer: Answer) {
        locked(&self.shared.answers).push_back(answer);
    }

    /// The address, as `127.0.0.1:PORT`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests since this was last asked, in the order in which they arrived.
    pub fn take_requests(&self) -> Vec<Received> {
        std::mem::take(&mut locked(&self.shared.requests))
    }

    /// Waits until this many requests have arrived since the start.
    ///
    /// # Panics
    ///
    /// When the service is gone.
    pub async fn received(&self, count: usize) {
        let mut counted = self.shared.count.subscribe();
        counted
            .wait_for(|seen| *seen >= count)
            .await
            .expect("the sender lives in this stub");
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads one request and answers it. Gives the connection back where it is to stay open.
async fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<Option<TcpStream>> {
    let mut bytes = Vec::new();
    let request = loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        if let Some(request) = Received::complete(&bytes) {
            break request;
        }
    };
    let key = request
        .header("sec-websocket-key")
        .unwrap_or_default()
        .to_owned();
    locked(&shared.requests).push(request);
    let answer = locked(&shared.answers).pop_front();
    shared.count.send_modify(|count| *count += 1);
    match answer {
        None => {}
        Some(Answer::Silence) => return Ok(Some(stream)),
        Some(Answer::Bytes(bytes)) => stream.write_all(&bytes).await?,
        Some(Answer::Messages(messages)) => {
            stream.write_all(&web_socket(&key, &messages)).await?;
            // The client answers the closing frame before it goes.
            while stream.read_buf(&mut bytes).await? > 0 {}
            return Ok(None);
        }
    }
    stream.shutdown().await?;
    Ok(None)
}

/// The upgrade of RFC 6455 section 4.2.2, a text frame for each message (section 5.2), and the closing frame.
fn web_socket(key: &str, messages: &[String]) -> Vec<u8> {
    const TEXT: u8 = 0x81;
    const CLOSE: [u8; 4] = [0x88, 2, 3, 232];
    let accept = derive_accept_key(key.as_bytes());
    let mut bytes = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
    .into_bytes();
    for message in messages {
        bytes.push(TEXT);
        match (u8::try_from(message.len()), u16::try_from(message.len())) {
            (Ok(length @ ..126), _) => bytes.push(length),
            (_, Ok(length)) => {
                bytes.push(126);
                bytes.extend(length.to_be_bytes());
            }
            _ => {
                bytes.push(127);
                bytes.extend((message.len() as u64).to_be_bytes());
            }
        }
        bytes.extend(message.as_bytes());
    }
    bytes.extend(CLOSE);
    bytes
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
