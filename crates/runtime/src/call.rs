//! One call in the making. Generated code fills it in; [`crate::send`] sends it.

use std::fmt::{self, Display, Write as _};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use crate::{
    Error, FilePart, Operation, Response, Session,
    part::Multipart,
    send::{self, Prepared},
};

/// Everything but the unreserved characters of RFC 3986 section 2.3: what is encoded like this means the same to every
/// server, and a signature over it is a signature over what is sent.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A call in the making: an operation with its parameters.
#[derive(Clone)]
#[must_use = "a call does nothing until it is sent"]
pub struct Call {
    session: Session,
    operation: &'static Operation,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: HeaderMap,
    body: Body,
    /// The first thing that went wrong; told when the call is sent, so that setters need not fail.
    fault: Option<String>,
}

#[derive(Clone)]
enum Body {
    None,
    Bytes(Bytes, HeaderValue),
    Multipart(Multipart),
}

impl Call {
    /// A call of `operation` without parameters.
    pub fn new(session: &Session, operation: &'static Operation) -> Self {
        let fault = (session.target().provider() != operation.provider).then(|| {
            format!(
                "the session is for {}; use one for {}",
                session.target().provider(),
                operation.provider
            )
        });
        Self {
            session: session.clone(),
            operation,
            path: operation.path.to_owned(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Body::None,
            fault,
        }
    }

    /// Puts `value` in the place of `{name}`.
    pub fn path(mut self, name: &'static str, value: impl Display) -> Self {
        let value = value.to_string();
        // A URL drops such segments, even when they are encoded: the request would go to another path.
        if matches!(value.as_str(), "" | "." | "..") {
            self.fail(format!(
                "`{name}` is `{value}`, which cannot stand in a path; give another value"
            ));
        }
        let encoded = utf8_percent_encode(&value, RESERVED).to_string();
        self.path = self.path.replace(&format!("{{{name}}}"), &encoded);
        self
    }

    /// Sets a query parameter.
    pub fn query(self, name: &'static str, value: impl Display) -> Self {
        self.query_all(name, [value])
    }

    /// Sets a query parameter that is repeated for each value (`style: form`, `explode: true`).
    pub fn query_all<V: Display>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.query.retain(|(other, _)| *other != name);
        self.query
            .extend(values.into_iter().map(|value| (name, value.to_string())));
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        match (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(&value.to_string()),
        ) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            _ => self.fail(format!(
                "the header `{name}` cannot carry this value; remove control characters"
            )),
        }
        self
    }

    /// Sets a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => {
                self.body = Body::Bytes(bytes.into(), HeaderValue::from_static("application/json"))
            }
            Err(error) => self.fail(format!("the body does not serialize as JSON: {error}")),
        }
        self
    }

    /// Sets an `application/x-www-form-urlencoded` body.
    pub fn form(mut self, body: &impl Serialize) -> Self {
        const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
        match serde_urlencoded::to_string(body) {
            Ok(text) => self.body = Body::Bytes(text.into(), FORM),
            Err(error) => self.fail(format!("the body does not serialize as a form: {error}")),
        }
        self
    }

    /// Adds a text part to a multipart body.
    pub fn part(mut self, name: &'static str, value: impl Display) -> Self {
        self.multipart().text(name, value.to_string());
        self
    }

    /// Adds a file part to a multipart body.
    pub fn file(mut self, name: &'static str, file: FilePart) -> Self {
        self.multipart().file(name, file);
        self
    }

    /// Replaces the value of a query parameter, where a page asks for the next one.
    pub(crate) fn set_query(&mut self, name: &'static str, value: String) {
        self.query.retain(|(other, _)| *other != name);
        self.query.push((name, value));
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Sends the call and reads its answer as a `T`.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells.
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let prepared = self.prepare()?;
        send::send(&self.session, self.operation, &prepared)
            .await?
            .decode(self.operation)
    }

    /// Sends the call, whose success has no body to read.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells.
    pub async fn send_for_nothing(self) -> Result<Response<()>, Error> {
        let prepared = self.prepare()?;
        Ok(send::send(&self.session, self.operation, &prepared)
            .await?
            .without_body())
    }

    /// Opens the web socket and reads every message as a `T`.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, when the socket does not open.
    #[cfg(feature = "websocket")]
    pub async fn subscribe<T: DeserializeOwned>(self) -> Result<crate::Events<T>, Error> {
        let prepared = self.prepare()?;
        crate::socket::open(&self.session, self.operation, &prepared).await
    }

    /// The request as it will be sent, but for the credential.
    pub(crate) fn prepare(&self) -> Result<Prepared, Error> {
        let invalid = |what: &str| Error::invalid(self.operation, what);
        if let Some(fault) = &self.fault {
            return Err(invalid(fault));
        }
        let base = self
            .operation
            .server
            .resolve(self.operation, self.session.target())?;
        let mut url = Url::parse(&format!("{base}{}", self.path))
            .map_err(|error| invalid(&error.to_string()))?;
        if !self.query.is_empty() {
            url.set_query(Some(&encode_query(&self.query)));
        }
        let mut headers = self.headers.clone();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let body = match &self.body {
            Body::None => {
                // A method that may have a body says so when it has none (RFC 9110 section 8.6): some servers refuse
                // it otherwise.
                if matches!(
                    self.operation.method,
                    Method::POST | Method::PUT | Method::PATCH
                ) {
                    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
                }
                Bytes::new()
            }
            Body::Bytes(bytes, content_type) => {
                headers.insert(CONTENT_TYPE, content_type.clone());
                bytes.clone()
            }
            Body::Multipart(parts) => {
                let (bytes, content_type) = parts.encode();
                let content_type = HeaderValue::from_str(&content_type)
                    .map_err(|_| invalid("the parts have no boundary"))?;
                headers.insert(CONTENT_TYPE, content_type);
                bytes
            }
        };
        Ok(Prepared {
            method: self.operation.method.clone(),
            url,
            headers,
            body,
        })
    }

    fn multipart(&mut self) -> &mut Multipart {
        if !matches!(self.body, Body::Multipart(_)) {
            self.body = Body::Multipart(Multipart::default());
        }
        match &mut self.body {
            Body::Multipart(parts) => parts,
            Body::None | Body::Bytes(..) => unreachable!("it was made a multipart body just now"),
        }
    }

    fn fail(&mut self, what: String) {
        self.fault.get_or_insert(what);
    }
}

// Parameters and bodies may hold secrets.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("provider", &self.operation.provider)
            .field("operation", &self.operation.id)
            .finish_non_exhaustive()
    }
}

fn encode_query(query: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (name, value) in query {
        let separator = if text.is_empty() { "" } else { "&" };
        let name = utf8_percent_encode(name, RESERVED);
        let value = utf8_percent_encode(value, RESERVED);
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}{name}={value}");
    }
    text
}
