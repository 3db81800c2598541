//! Reading requests off the wire, and writing answers to it.

use serde_json::Value;
use xtask::api::{Encoding, Framing, Success};

use crate::stub::Answer;

/// One request, as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    head: String,
    body: Vec<u8>,
}

impl Received {
    /// The request that `bytes` hold, or nothing if more has to come.
    pub(crate) fn complete(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8(bytes[..end].to_vec()).expect("a head is text");
        let body = bytes[end + 4..].to_vec();
        let request = Self { head, body };
        assert!(
            request.header("transfer-encoding").is_none(),
            "a body that is there as a whole is sent with its length"
        );
        let length = request.header("content-length").map_or(0, |length| {
            length.parse::<usize>().expect("a length is a number")
        });
        (request.body.len() >= length).then_some(request)
    }

    /// The line and the headers, without the empty line that ends them.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The method and the target.
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The headers in the order in which they were sent.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.head
            .split("\r\n")
            .skip(1)
            .filter_map(|line| line.split_once(": "))
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers();
        headers
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    /// The parts of a multipart body (RFC 7578) by their names.
    pub fn parts(&self) -> Vec<(String, String)> {
        let Some((_, boundary)) = self
            .header("content-type")
            .and_then(|value| value.split_once("boundary="))
        else {
            return Vec::new();
        };
        let body = format!("\r\n{}", self.text());
        let parts = body
            .split(&format!("\r\n--{boundary}"))
            .map(str::to_owned)
            .collect::<Vec<_>>();
        let read = |part: &String| {
            let (head, content) = part.split_once("\r\n\r\n")?;
            let (_, name) = head.split_once(" name=\"")?;
            Some((name.split_once('"')?.0.to_owned(), content.to_owned()))
        };
        parts.iter().filter_map(read).collect()
    }
}

/// An answer with a JSON body.
pub fn json(status: u16, body: &Value) -> Answer {
    answer(status, "application/json", &body.to_string())
}

/// An answer with a body; one without a content type has none.
pub fn answer(status: u16, content_type: &str, body: &str) -> Answer {
    let mut text = format!("HTTP/1.1 {status} Answer\r\nconnection: close\r\n");
    if !content_type.is_empty() {
        text.push_str(&format!(
            "content-type: {content_type}\r\ncontent-length: {}\r\n",
            body.len()
        ));
    } else if status != 204 {
        text.push_str("content-length: 0\r\n");
    }
    Answer::Bytes(format!("{text}\r\n{body}").into_bytes())
}

/// An answer that comes bit by bit, with one part.
pub fn stream(success: &Success, framing: Framing, part: &Value) -> Answer {
    let text = match (success.encoding, part) {
        (Encoding::Text, Value::String(text)) => text.clone(),
        _ => part.to_string(),
    };
    let body = match framing {
        Framing::Events => format!("data: {}\n\n", text.replace('\n', "\ndata: ")),
        Framing::Lines => format!("{text}\n"),
        Framing::Sequence => format!("\u{1e}{text}\n"),
    };
    answer(200, &success.media_type, &body)
}
