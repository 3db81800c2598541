//! What came.

use std::{borrow::Cow, fmt, ops::Deref};

use bytes::Bytes;
use http::{HeaderMap, Method, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Operation, object, part};

/// A request as it came.
#[derive(Clone)]
pub struct Request {
    pub(super) operation: Option<&'static Operation>,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Request {
    /// The `operationId` of the operation that it is, where it is one.
    pub fn operation(&self) -> Option<&'static str> {
        self.operation.map(|operation| operation.id)
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, as it came, without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The parameter of this name, in the path, the query or a header: its text, or the first where there are several.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut own = self.parameters.iter().chain(&self.query);
        if let Some((_, value)) = own.find(|(other, _)| other == name) {
            return Some(value);
        }
        self.headers.get(name)?.to_str().ok()
    }

    /// All values of a query parameter.
    pub fn query(&self, name: &str) -> Vec<&str> {
        let named = self.query.iter().filter(|(other, _)| other == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The HTTP headers, those of the credential among them.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, as it came.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// What a part of a multipart body holds.
    pub fn part(&self, name: &str) -> Option<Bytes> {
        let parts = part::decode(&self.body, self.content_type());
        let found = parts.into_iter().find(|(other, _)| other == name);
        found.map(|(_, bytes)| bytes)
    }

    fn content_type(&self) -> &str {
        let value = self.headers.get(CONTENT_TYPE);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as a `B`; one that consists of parts, or is not there, is `null`.
    pub(super) fn read<B: DeserializeOwned>(&self) -> Result<B, serde_json::Error> {
        let kind = self.content_type();
        if kind.starts_with("application/x-www-form-urlencoded") {
            return self.read_form();
        }
        let text: Cow<'_, [u8]> = match self.body.is_empty() || kind.starts_with("multipart/") {
            true => Cow::Borrowed(b"null"),
            false => Cow::Borrowed(&self.body),
        };
        object::from_slice(&text)
    }

    /// A form is all text, and so is what its type reads, unless that is a number or a boolean.
    fn read_form<B: DeserializeOwned>(&self) -> Result<B, serde_json::Error> {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&self.body)
            .into_owned()
            .collect();
        let object = |value: fn(String) -> Value| {
            let fields = pairs.iter().cloned();
            let fields: Map<String, Value> =
                fields.map(|(name, text)| (name, value(text))).collect();
            Value::Object(fields).to_string()
        };
        let texts = object(Value::String);
        object::from_slice(texts.as_bytes()).or_else(|error| {
            let scalars = object(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
            object::from_slice(scalars.as_bytes()).map_err(|_| error)
        })
    }
}

// Headers and body hold credentials.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation())
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A call of an operation, with its body as the type that the client takes. Dereferences to the [`Request`].
#[derive(Clone, Debug)]
pub struct Received<B> {
    /// The body; `()` where the call has none, or one of parts, which [`Request::part`] gives.
    pub body: B,
    pub(super) request: Request,
}

impl<B> Deref for Received<B> {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.request
    }
}
