//! A service on a port of its own that answers, byte for byte, as a test says, and keeps what it was sent.

use std::{
    future::pending,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::Instant,
};

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) at: Instant,
    /// The request line and the headers, as sent.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// The method and the target, such as `GET /a?b=c`.
    pub(crate) fn line(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.trim_end_matches(" HTTP/1.1")
    }

    /// All values of a header.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }
}

/// What the service does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers and goes on listening.
    Bytes(Vec<u8>),
    /// Answers and closes the connection.
    Last(Vec<u8>),
    /// Keeps the connection open and says nothing.
    Silence,
}

impl Reply {
    /// A status, further header lines (each with its line break), and a JSON body.
    pub(crate) fn new(status: u16, headers: &str, body: &str) -> Self {
        let headers = format!("content-type: application/json\r\n{headers}");
        Self::plain(status, &headers, body)
    }

    /// As [`Reply::new`], without a content type of its own.
    pub(crate) fn plain(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Bytes(
            format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
                .into_bytes(),
        )
    }

    pub(crate) fn ok() -> Self {
        Self::new(200, "", "\"done\"")
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::new(status, "", r#"{"message":"said by the service"}"#)
    }

    /// Closes the connection without an answer.
    pub(crate) fn nothing() -> Self {
        Self::Last(Vec::new())
    }

    /// Promises more than it sends.
    pub(crate) fn cut_off() -> Self {
        Self::Last(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n\"do".to_vec())
    }
}

pub(crate) struct Stub {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    script: Arc<Mutex<Vec<Reply>>>,
}

impl Stub {
    /// Answers each request with what `answer` makes of its number, counted from 1.
    pub(crate) async fn start(answer: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self::on(listener, answer)
    }

    /// Answers each request with what `answer` makes of it.
    pub(crate) async fn reading(
        answer: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self::serving(listener, move |_, received| answer(received))
    }

    /// The same as [`Stub::start`], listening there.
    pub(crate) fn on(
        listener: TcpListener,
        answer: impl Fn(usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serving(listener, move |number, _| answer(number))
    }

    fn serving(
        listener: TcpListener,
        answer: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let stub = Self {
            url: format!("http://{}", listener.local_addr().expect("an address")),
            received: Arc::default(),
            script: Arc::default(),
        };
        let (received, answer) = (Arc::clone(&stub.received), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(
                    connection,
                    Arc::clone(&received),
                    Arc::clone(&answer),
                ));
            }
        });
        stub
    }

    /// Answers the first request with the first of these, and so on; the last one over and over.
    pub(crate) async fn script(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script: Arc<Mutex<Vec<Reply>>> = Arc::default();
        let played = Arc::clone(&script);
        let mut stub = Self::start(move |number| {
            let replies = played.lock().expect("no panic under the lock");
            replies[(number - 1).min(replies.len() - 1)].clone()
        })
        .await;
        stub.script = script;
        stub.play(replies);
        stub
    }

    /// Forgets what was received, and answers from now on with these.
    pub(crate) fn play(&self, replies: impl IntoIterator<Item = Reply>) {
        let mut script = self.script.lock().expect("no panic under the lock");
        *script = replies.into_iter().collect();
        let mut received = self.received.lock().expect("no panic under the lock");
        received.clear();
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received
            .lock()
            .expect("no panic under the lock")
            .clone()
    }

    pub(crate) fn count(&self) -> u32 {
        self.received().len() as u32
    }
}

async fn serve(
    mut connection: TcpStream,
    received: Arc<Mutex<Vec<Received>>>,
    answer: Arc<impl Fn(usize, &Received) -> Reply>,
) {
    while let Some(request) = read(&mut connection).await {
        let number = {
            let mut received = received.lock().expect("no panic under the lock");
            received.push(request.clone());
            received.len()
        };
        match answer(number, &request) {
            Reply::Bytes(bytes) => {
                if connection.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Last(bytes) => {
                // Whoever closes with bytes in flight may find them lost: the client may be gone already, too.
                let _ = connection.write_all(&bytes).await;
                let _ = connection.shutdown().await;
                return;
            }
            Reply::Silence => pending().await,
        }
    }
}

async fn read(connection: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let length = connection.read(&mut chunk).await.ok()?;
        if length == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..length]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let received = Received {
            at: Instant::now(),
            head: String::from_utf8_lossy(&bytes[..end]).into_owned(),
            body: bytes[end + 4..].to_vec(),
        };
        let length = received.all("content-length");
        let length: usize = length.first().map_or(Ok(0), |text| text.parse()).ok()?;
        if received.body.len() >= length {
            return Some(received);
        }
    }
}
