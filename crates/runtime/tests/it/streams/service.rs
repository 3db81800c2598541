//! The other end: a listener whose connections the test plays itself.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

pub(super) struct Service {
    listener: TcpListener,
    pub(super) url: String,
}

/// One request, and what is said to it.
pub(super) struct Asked {
    stream: TcpStream,
    pub(super) head: String,
}

impl Service {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        Self { listener, url }
    }

    /// The next connection, and the request on it.
    pub(super) async fn asked(&self) -> Asked {
        let (stream, _) = self.listener.accept().await.expect("a connection");
        let mut asked = Asked {
            stream,
            head: String::new(),
        };
        asked.read_head().await;
        asked
    }

    /// Answers the next request with a head.
    pub(super) async fn answers(&self, head: &str) -> Asked {
        let mut asked = self.asked().await;
        asked.answers(head).await;
        asked
    }

    /// Answers the next request with a whole answer, and closes the connection.
    pub(super) async fn refuses(&self, status: u16, body: &str) -> Asked {
        let mut asked = self.asked().await;
        let length = body.len();
        let text = format!(
            "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        asked.write(text.as_bytes()).await;
        asked
    }
}

impl Asked {
    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    async fn read_head(&mut self) {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            bytes.push(self.stream.read_u8().await.expect("a whole head"));
        }
        self.head = String::from_utf8(bytes).expect("a head is a text");
    }

    async fn answers(&mut self, head: &str) {
        self.write(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes())
            .await;
    }

    pub(super) async fn says(&mut self, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        let mut chunk = format!("{:x}\r\n", text.len()).into_bytes();
        chunk.extend_from_slice(text);
        chunk.extend_from_slice(b"\r\n");
        self.write(&chunk).await;
    }

    /// Ends the answer as HTTP says, and the connection with it. Dropping breaks the answer off.
    pub(super) async fn ends(mut self) {
        self.write(b"0\r\n\r\n").await;
    }

    /// Answers 204, and closes the connection.
    pub(super) async fn says_nothing(mut self) {
        self.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
            .await;
    }

    /// Waits until the client has hung up.
    pub(super) async fn hears_the_end(mut self) {
        let mut rest = Vec::new();
        // A reset says so too.
        let _ = self.stream.read_to_end(&mut rest).await;
        assert!(rest.is_empty(), "nothing more was sent");
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("a client");
    }
}
