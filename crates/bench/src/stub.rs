//! A service on a port of its own that answers at once and does nothing else.

use std::{io, sync::Arc};

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

/// A status and a JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Reply {
    /// The status, with its reason.
    pub status: &'static str,
    /// The body.
    pub body: &'static str,
}

impl Reply {
    /// A success.
    pub const fn ok(body: &'static str) -> Self {
        Self {
            status: "200 OK",
            body,
        }
    }
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
        let Reply { status, body } = reply;
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
