//! A service on a port of its own that answers as a test says and keeps what it was sent.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The method and the target, such as `GET /a?b=c`.
    pub(crate) line: String,
    /// In lower case, as sent.
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A status, further headers, and a JSON body.
pub(crate) struct Reply(pub(crate) u16, pub(crate) &'static str, pub(crate) String);

impl Reply {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self(200, "", body.into())
    }

    pub(crate) fn status(status: u16, body: impl Into<String>) -> Self {
        Self(status, "", body.into())
    }
}

#[derive(Clone)]
pub(crate) struct Stub {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Stub {
    /// Answers each request with what `answer` makes of it and its number, counted from 1.
    pub(crate) async fn start(
        answer: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let stub = Self {
            url,
            received: Arc::default(),
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

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received
            .lock()
            .expect("no panic under the lock")
            .clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.received()
            .into_iter()
            .map(|request| request.line)
            .collect()
    }
}

async fn serve(
    mut connection: TcpStream,
    received: Arc<Mutex<Vec<Received>>>,
    answer: Arc<impl Fn(&Received, usize) -> Reply>,
) {
    while let Some(request) = read(&mut connection).await {
        let number = {
            let mut received = received.lock().expect("no panic under the lock");
            received.push(request.clone());
            received.len()
        };
        let Reply(status, headers, body) = answer(&request, number);
        let text = format!(
            "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        if connection.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(connection: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let length = connection
            .read(&mut chunk)
            .await
            .ok()
            .filter(|length| *length > 0)?;
        bytes.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8(bytes.clone()).ok()?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let mut lines = head.lines();
        let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .map_or("0", |(_, value)| value);
        if body.len() >= length.parse().ok()? {
            return Some(Received {
                line,
                body: body.to_owned(),
                headers,
            });
        }
    }
}
