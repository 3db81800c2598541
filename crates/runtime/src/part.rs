//! The parts of a `multipart/form-data` body (RFC 7578).

use bytes::{BufMut, Bytes, BytesMut};

/// A file to upload: its bytes, and optionally the name and media type that go with it.
#[derive(Clone, Debug)]
pub struct FilePart {
    bytes: Bytes,
    file_name: String,
    content_type: Option<String>,
}

impl FilePart {
    /// A file of these bytes, called `file` unless [`FilePart::named`] says otherwise.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            file_name: "file".to_owned(),
            content_type: None,
        }
    }

    /// With this file name.
    pub fn named(mut self, file_name: impl Into<String>) -> Self {
        self.file_name = file_name.into();
        self
    }

    /// With this media type, instead of `application/octet-stream`.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }
}

impl From<Vec<u8>> for FilePart {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl From<Bytes> for FilePart {
    fn from(bytes: Bytes) -> Self {
        Self::new(bytes)
    }
}

impl From<&'static [u8]> for FilePart {
    fn from(bytes: &'static [u8]) -> Self {
        Self::new(bytes)
    }
}

/// A multipart body in the making. It is built as bytes, not as a stream, so that a replay carries the same ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Multipart(Vec<(&'static str, FilePart)>);

impl Multipart {
    pub(crate) fn text(&mut self, name: &'static str, text: String) {
        let part = FilePart {
            bytes: text.into(),
            file_name: String::new(),
            content_type: None,
        };
        self.0.push((name, part));
    }

    pub(crate) fn json(&mut self, name: &'static str, text: String) {
        let part = FilePart {
            bytes: text.into(),
            file_name: String::new(),
            content_type: Some("application/json".to_owned()),
        };
        self.0.push((name, part));
    }

    pub(crate) fn file(&mut self, name: &'static str, file: FilePart) {
        self.0.push((name, file));
    }

    /// The body and its `Content-Type`.
    pub(crate) fn encode(&self) -> (Bytes, String) {
        let boundary = self.boundary();
        let mut body = BytesMut::new();
        for (name, part) in &self.0 {
            body.put_slice(
                format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
                    quoted(name)
                )
                .as_bytes(),
            );
            if !part.file_name.is_empty() {
                let content_type = part
                    .content_type
                    .as_deref()
                    .unwrap_or("application/octet-stream");
                let content_type: String =
                    content_type.chars().filter(|c| !c.is_control()).collect();
                body.put_slice(format!("; filename=\"{}\"", quoted(&part.file_name)).as_bytes());
                body.put_slice(format!("\r\nContent-Type: {content_type}").as_bytes());
            } else if let Some(content_type) = &part.content_type {
                body.put_slice(format!("\r\nContent-Type: {content_type}").as_bytes());
            }
            body.put_slice(b"\r\n\r\n");
            body.put_slice(&part.bytes);
            body.put_slice(b"\r\n");
        }
        body.put_slice(format!("--{boundary}--\r\n").as_bytes());
        (
            body.freeze(),
            format!("multipart/form-data; boundary={boundary}"),
        )
    }

    /// A boundary that no part contains. It depends on the parts alone, so that the same parts give the same bytes.
    fn boundary(&self) -> String {
        (0_u32..)
            .map(|number| format!("bindery-{number:08x}"))
            .find(|boundary| {
                let needle = boundary.as_bytes();
                !self.0.iter().any(|(_, part)| {
                    part.bytes
                        .windows(needle.len())
                        .any(|window| window == needle)
                })
            })
            .unwrap_or_default()
    }
}

/// The parts of a body that [`Multipart::encode`] made: their names and what they hold. None of another one.
#[cfg(feature = "mock")]
pub(crate) fn decode(body: &Bytes, content_type: &str) -> Vec<(String, Bytes)> {
    let Some((_, boundary)) = content_type.split_once("boundary=") else {
        return Vec::new();
    };
    let (line, blank) = (format!("--{boundary}\r\n"), b"\r\n\r\n");
    let end = format!("\r\n--{boundary}");
    let find = |from: usize, needle: &[u8]| {
        let mut windows = body.get(from..)?.windows(needle.len());
        windows
            .position(|window| window == needle)
            .map(|at| from + at)
    };
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some(start) = find(from, line.as_bytes()) {
        let Some(head_end) = find(start, blank) else {
            break;
        };
        let content = head_end + blank.len();
        let Some(stop) = find(content, end.as_bytes()) else {
            break;
        };
        let head = String::from_utf8_lossy(&body[start..head_end]);
        let name = head.split_once(" name=\"");
        let name = name.and_then(|(_, rest)| Some(rest.split_once('"')?.0));
        let name = name.unwrap_or_default().replace("%22", "\"");
        parts.push((name, body.slice(content..stop)));
        from = stop + 2;
    }
    parts
}

/// A name inside quotes, escaped as the WHATWG form encoding does, which is what servers expect.
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_files_stand_apart() {
        let mut multipart = Multipart::default();
        multipart.text("from", "0xD6".to_owned());
        multipart.file("asset", FilePart::new(&b"code"[..]).named("cw\"20.code"));
        let (body, content_type) = multipart.encode();
        assert_eq!(
            content_type,
            "multipart/form-data; boundary=bindery-00000000"
        );
        assert_eq!(
            String::from_utf8_lossy(&body).replace("\r\n", "\n"),
            "--bindery-00000000\nContent-Disposition: form-data; name=\"from\"\n\n0xD6\n--bindery-00000000\n\
             Content-Disposition: form-data; name=\"asset\"; filename=\"cw%2220.code\"\nContent-Type: \
             application/octet-stream\n\ncode\n--bindery-00000000--\n"
        );
    }

    #[test]
    fn a_part_that_holds_the_boundary_gets_another() {
        let mut multipart = Multipart::default();
        multipart.file("asset", FilePart::new(&b"--bindery-00000000"[..]));
        assert_eq!(
            multipart.encode().1,
            "multipart/form-data; boundary=bindery-00000001"
        );
    }

    #[test]
    fn a_name_cannot_add_a_header() {
        let mut multipart = Multipart::default();
        multipart.file(
            "asset",
            FilePart::new(&b""[..])
                .named("a\r\nX-Evil: 1")
                .content_type("a/b\r\nX-Evil: 1"),
        );
        assert!(!String::from_utf8_lossy(&multipart.encode().0).contains("\nX-Evil"));
    }
}
