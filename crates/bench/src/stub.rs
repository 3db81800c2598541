//! A service on a port of its own that answers at once and does nothing else.

use std::{borrow::Cow, io, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What is asked of the service.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The method and the target, such as `GET /a?b=c`.
    pub line: &'a str,
    /// The whole request as it came over the wire.
    pub text: &'a str,
}

/// What the service says to a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status and a JSON body.
    Json {
        /// The status, with its reason.
        status: &'static str,
        /// The body.
        body: Cow<'static, str>,
    },
    /// Another protocol, in which the service says something for as long as the other end is there.
    Endless {
        /// The head of the answer, to the empty line.
        head: String,
        /// Each piece of what is said, by its number, from 0.
        piece: fn(u64) -> Vec<u8>,
    },
}

impl Reply {
    /// A success.
    pub const fn ok(body: &'static str) -> Self {
        Self::Json {
            status: "200 OK",
            body: Cow::Borrowed(body),
        }
    }

    /// What is said of all that is not there.
    pub const UNKNOWN: Self = Self::Json {
        status: "404 Not Found",
        body: Cow::Borrowed("{}"),
    };
}

/// Starts a service that answers each request with what `answer` makes of it, and tells its URL. It runs for as long as
/// the runtime does.
///
/// # Errors
///
/// When no port is free.
pub async fn start<F: Future<Output = Reply> + Send>(
    answer: impl Fn(Asked<'_>) -> F + Send + Sync + 'static,
) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                // A caller that goes away ends its connection, and nothing else.
                let _ = serve(connection, &*answer).await;
            });
        }
    });
    Ok(url)
}

async fn serve<F: Future<Output = Reply>>(
    mut connection: TcpStream,
    answer: &impl Fn(Asked<'_>) -> F,
) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut received = Vec::new();
    loop {
        let Some(length) = length(&received) else {
            if connection.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
            continue;
        };
        let text = std::str::from_utf8(&received[..length]).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let line = line.trim_end_matches(" HTTP/1.1");
        let reply = answer(Asked { line, text }).await;
        received.drain(..length);
        let (status, body) = match reply {
            Reply::Json { status, body } => (status, body),
            Reply::Endless { head, piece } => {
                connection.write_all(head.as_bytes()).await?;
                for number in 0.. {
                    connection.write_all(&piece(number)).await?;
                }
                return Ok(());
            }
        };
        let text = format!(
            "HTTP/1.1 {status}\r\ndate: Sun, 01 Nov 2026 12:00:00 GMT\r\ncontent-type: application/json\r\n\
             x-request-id: 313f10a5-bf79-48e1-9cdc-4345c9064a9c\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(text.as_bytes()).await?;
    }
}

/// The length of the first request in `received`, once it is all there.
fn length(received: &[u8]) -> Option<usize> {
    let head = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&received[..head]).ok()?;
    let body = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let length = head + body.unwrap_or(0);
    (received.len() >= length).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_whole_once_its_body_is_there() {
        assert_eq!(length(b"GET / HTTP/1.1\r\nhost: a\r\n"), None);
        assert_eq!(length(b"GET / HTTP/1.1\r\nhost: a\r\n\r\nGET"), Some(27));
        let request = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(length(request), Some(request.len()));
        assert_eq!(length(&request[..request.len() - 1]), None);
    }
}
