//! What a call carries: path, query, headers, body and options, until it is made a request.

use std::{borrow::Cow, fmt::Display};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{
    CallOptions, Error, FilePart, Operation, Session, add_cookie,
    part::Multipart,
    secret::{self, Secret},
    send::Prepared,
    style::{self, Style},
};

/// Everything but the unreserved characters of RFC 3986 section 2.3: what is encoded like this means the same to every
/// server, and a signature over it is a signature over what is sent.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The parts of a request that is not made yet.
#[derive(Clone)]
pub(crate) struct Draft {
    path: Cow<'static, str>,
    /// What was put into the path.
    #[cfg(feature = "websocket")]
    parameters: Vec<(&'static str, String)>,
    /// The values are encoded.
    query: Vec<(Cow<'static, str>, String)>,
    headers: HeaderMap,
    body: Body,
    options: CallOptions,
    /// What of the body must not be shown, wherever it comes back.
    secrets: Vec<Secret>,
    /// The first thing that went wrong; told when the call is sent, so that setters need not fail.
    fault: Option<String>,
}

#[derive(Clone)]
enum Body {
    None,
    Bytes(Bytes, HeaderValue),
    Multipart(Multipart),
}

impl Draft {
    pub(crate) fn new(path: impl Into<Cow<'static, str>>) -> Self {
        Self {
            path: path.into(),
            #[cfg(feature = "websocket")]
            parameters: Vec::new(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Body::None,
            options: CallOptions::new(),
            secrets: Vec::new(),
            fault: None,
        }
    }

    /// Puts `value` in the place of `{name}`.
    pub(crate) fn path(&mut self, name: &'static str, value: impl Display) {
        let value = value.to_string();
        // A URL drops such segments, even when they are encoded: the request would go to another path.
        if matches!(value.as_str(), "" | "." | "..") {
            self.fail(format!(
                "`{name}` is `{value}`, which cannot stand in a path; give another value"
            ));
        }
        let encoded = Cow::from(utf8_percent_encode(&value, RESERVED)).into_owned();
        self.place(name, &encoded, value);
    }

    /// Puts a list or an object in the place of `{name}`.
    pub(crate) fn path_styled(&mut self, name: &'static str, style: Style, value: &impl Serialize) {
        let Some(value) = self.value(name, value) else {
            return;
        };
        let encoded = style::joined(name, &value, style, style::in_url);
        if matches!(encoded.as_str(), "" | "." | "..") {
            self.fail(format!(
                "`{name}` is `{encoded}`, which cannot stand in a path; give another value"
            ));
        }
        let text = style::joined(name, &value, style, str::to_owned);
        self.place(name, &encoded, text);
    }

    /// Puts what is `encoded` in the place of `{name}`; `text` is what it says.
    #[cfg_attr(not(feature = "websocket"), expect(unused_variables))]
    fn place(&mut self, name: &'static str, encoded: &str, text: String) {
        let mut path = String::with_capacity(self.path.len() + encoded.len());
        let mut rest = &*self.path;
        while let Some((before, after)) = rest.split_once('{') {
            path.push_str(before);
            let placed = after.strip_prefix(name);
            if let Some(after) = placed.and_then(|after| after.strip_prefix('}')) {
                path.push_str(encoded);
                rest = after;
            } else {
                path.push('{');
                rest = after;
            }
        }
        path.push_str(rest);
        self.path = path.into();
        #[cfg(feature = "websocket")]
        self.parameters.push((name, text));
    }

    /// The path, as far as its parameters are known.
    pub(crate) fn path_text(&self) -> &str {
        &self.path
    }

    /// What was put into the path, by name.
    #[cfg(feature = "websocket")]
    pub(crate) fn parameters(&self) -> &[(&'static str, String)] {
        &self.parameters
    }

    /// The value of a query parameter, as it was given.
    pub(crate) fn get_query(&self, name: &str) -> Option<Cow<'_, str>> {
        let (_, value) = self.told_query().find(|(other, _)| *other == name)?;
        Some(value)
    }

    /// Replaces all values of a query parameter.
    pub(crate) fn query<V: Display>(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = V>,
    ) {
        let name = name.into();
        self.query.retain(|(other, _)| *other != name);
        for value in values {
            let encoded = Cow::from(utf8_percent_encode(&value.to_string(), RESERVED)).into_owned();
            self.query.push((name.clone(), encoded));
        }
    }

    /// Replaces a query parameter that is a list or an object.
    pub(crate) fn query_styled(
        &mut self,
        name: &'static str,
        style: Style,
        value: &impl Serialize,
    ) {
        let Some(value) = self.value(name, value) else {
            return;
        };
        let pairs = style::pairs(name, &value, style, style::in_url);
        self.query.retain(|(other, _)| {
            let other = &**other;
            other != name && !pairs.iter().any(|(own, _)| own == other)
        });
        let pairs = pairs.into_iter();
        self.query
            .extend(pairs.map(|(name, value)| (name.into(), value)));
    }

    /// The JSON of a parameter, from which it is written in its style.
    fn value(&mut self, name: &str, value: &impl Serialize) -> Option<Value> {
        let (value, secrets) = secret::seen_while(|| serde_json::to_value(value));
        self.secrets.extend(secrets);
        match value {
            Ok(value) => Some(value),
            Err(error) => {
                self.fail(format!("`{name}` cannot be written: {error}"));
                None
            }
        }
    }

    pub(crate) fn header(&mut self, name: &'static str, value: impl Display) {
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
    }

    /// Says which event of a stream the caller had last (`Last-Event-ID`), which may be any text but for line breaks.
    #[cfg(feature = "streams")]
    pub(crate) fn set_last_event_id(&mut self, id: &str) {
        match HeaderValue::from_bytes(id.as_bytes()) {
            Ok(value) => drop(self.headers.insert(LAST_EVENT_ID, value)),
            Err(_) => self.fail(
                "the id of the last event cannot stand in a header; remove control characters"
                    .to_owned(),
            ),
        }
    }

    /// The event that the caller had last, where one was said.
    #[cfg(feature = "streams")]
    pub(crate) fn last_event_id(&self) -> Option<String> {
        let value = self.headers.get(LAST_EVENT_ID)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// Sets a header that is a list or an object.
    pub(crate) fn header_styled(
        &mut self,
        name: &'static str,
        style: Style,
        value: &impl Serialize,
    ) {
        if let Some(value) = self.value(name, value) {
            self.header(name, style::joined(name, &value, style, str::to_owned));
        }
    }

    /// Adds a cookie; the value is encoded, for a cookie cannot hold all characters (RFC 6265 section 4.1.1).
    pub(crate) fn cookie(&mut self, name: &'static str, style: Style, value: &impl Serialize) {
        let Some(value) = self.value(name, value) else {
            return;
        };
        for (name, value) in style::pairs(name, &value, style, style::in_url) {
            match HeaderValue::from_str(&format!("{name}={value}")) {
                Ok(pair) => add_cookie(&mut self.headers, pair),
                Err(_) => self.fail(format!("`{name}` is no name of a cookie")),
            }
        }
    }

    pub(crate) fn json(&mut self, body: &impl Serialize) {
        self.json_as("application/json", body);
    }

    pub(crate) fn json_as(&mut self, media_type: &'static str, body: &impl Serialize) {
        let (bytes, secrets) = secret::seen_while(|| serde_json::to_vec(body));
        match bytes {
            Ok(bytes) => {
                let json = HeaderValue::from_static(media_type);
                self.body = Body::Bytes(held(bytes, &secrets), json);
                self.secrets.extend(secrets);
            }
            Err(error) => self.fail(format!("the body does not serialize as JSON: {error}")),
        }
    }

    pub(crate) fn form(&mut self, body: &impl Serialize) {
        let (text, secrets) = secret::seen_while(|| serde_urlencoded::to_string(body));
        match text {
            Ok(text) => {
                self.body = Body::Bytes(held(text.into_bytes(), &secrets), FORM);
                self.secrets.extend(secrets);
            }
            // It has a list or an object.
            Err(_) => self.form_styled(body, &[]),
        }
    }

    /// A form whose fields are written in these styles; those that are not among them are repeated for each item of a
    /// list, and written `name[key]` for each field of an object.
    pub(crate) fn form_styled(&mut self, body: &impl Serialize, styles: &[(&str, Style)]) {
        let (value, secrets) = secret::seen_while(|| serde_json::to_value(body));
        let fields = match value {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => {
                return self
                    .fail("the body does not serialize as a form: it has no fields".to_owned());
            }
            Err(error) => {
                return self.fail(format!("the body does not serialize as a form: {error}"));
            }
        };
        let mut text = String::new();
        for (name, value) in &fields {
            let style = styles.iter().find(|(styled, _)| styled == name);
            let style = style.map_or(Style::Deep, |(_, style)| *style);
            for (name, value) in style::pairs(name, value, style, style::in_url) {
                if !text.is_empty() {
                    text.push('&');
                }
                text.extend(utf8_percent_encode(&name, RESERVED));
                text.push('=');
                text.push_str(&value);
            }
        }
        self.body = Body::Bytes(held(text.into_bytes(), &secrets), FORM);
        self.secrets.extend(secrets);
    }

    /// A body as it is, of this media type.
    pub(crate) fn raw(&mut self, media_type: &'static str, body: Bytes) {
        self.body = Body::Bytes(body, HeaderValue::from_static(media_type));
    }

    /// A part that is JSON.
    pub(crate) fn part_json(&mut self, name: &'static str, value: &impl Serialize) {
        if let Some(value) = self.value(name, value) {
            self.multipart().json(name, value.to_string());
        }
    }

    pub(crate) fn part(&mut self, name: &'static str, value: impl Display) {
        self.multipart().text(name, value.to_string());
    }

    /// A part for each item of a list; one where it is no list.
    pub(crate) fn parts(&mut self, name: &'static str, values: &impl Serialize) {
        let Some(value) = self.value(name, values) else {
            return;
        };
        for (_, text) in style::pairs(name, &value, Style::Exploded, str::to_owned) {
            self.multipart().text(name, text);
        }
    }

    pub(crate) fn file(&mut self, name: &'static str, file: FilePart) {
        self.multipart().file(name, file);
    }

    /// Adds to the options so far, and where both set the same thing, replaces it.
    pub(crate) fn with_options(&mut self, options: CallOptions) {
        self.options.overlay(options);
    }

    pub(crate) fn options(&self) -> &CallOptions {
        &self.options
    }

    pub(crate) fn told_path(&self) -> &str {
        &self.path
    }

    /// The query parameters, with their values as they were given.
    pub(crate) fn told_query(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let decoded = |value| percent_decode_str(value).decode_utf8_lossy();
        let query = self.query.iter();
        query.map(move |(name, value)| (&**name, decoded(value)))
    }

    pub(crate) fn told_headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as JSON, where it is that, with nothing in it that must not be shown.
    pub(crate) fn told_body(&self) -> Option<Value> {
        let Body::Bytes(bytes, content_type) = &self.body else {
            return None;
        };
        if content_type != "application/json" {
            return None;
        }
        let mut body = serde_json::from_slice(bytes).ok()?;
        blank(&mut body, &self.secrets);
        Some(body)
    }

    pub(crate) fn fail(&mut self, what: String) {
        self.fault.get_or_insert(what);
    }

    /// The request as it will be sent, but for the credential.
    pub(crate) fn prepare(
        &self,
        session: &Session,
        operation: &Operation,
    ) -> Result<Prepared<'_>, Error> {
        let invalid = |what: &str| Error::invalid(operation, what);
        let provider = session.target().provider();
        if provider != operation.provider {
            let what = format!(
                "the session is for {provider}; use one for {}",
                operation.provider
            );
            return Err(invalid(&what));
        }
        if let Some(fault) = &self.fault {
            return Err(invalid(fault));
        }
        if let Some(fault) = self.options.unfit_for(operation) {
            return Err(invalid(&fault));
        }
        let server = operation.server;
        let mut url = server.locate(operation, session.target(), &self.path)?;
        if let Some(query) = self.encode_query() {
            url.set_query(Some(&query));
        }
        let mut headers = self.headers.clone();
        // A map given to `extend` replaces what has the same name, and keeps what is there twice.
        headers.extend(self.options.headers.clone());
        if let Some(accept) = operation.accept
            && !headers.contains_key(ACCEPT)
        {
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
        }
        let body = match &self.body {
            Body::None => {
                // A method that may have a body says so when it has none (RFC 9110 section 8.6): some servers refuse
                // it otherwise.
                if matches!(operation.method, Method::POST | Method::PUT | Method::PATCH) {
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
            method: operation.method.clone(),
            url,
            headers,
            body,
            secrets: &self.secrets,
        })
    }

    fn encode_query(&self) -> Option<String> {
        let mut text = String::new();
        for (name, value) in &self.query {
            start(&mut text, name);
            text.push_str(value);
        }
        for (name, value) in &self.options.query {
            start(&mut text, name);
            text.extend(utf8_percent_encode(value, RESERVED));
        }
        (!text.is_empty()).then_some(text)
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
}

#[cfg(feature = "streams")]
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// Begins the next parameter of a query.
fn start(query: &mut String, name: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.extend(utf8_percent_encode(name, RESERVED));
    query.push('=');
}

/// Puts `null` in the place of every text that is a secret.
fn blank(value: &mut Value, secrets: &[Secret]) {
    match value {
        Value::String(text) => {
            let is_secret = |secret: &Secret| secret.expose_secret() == text;
            if secrets.iter().any(is_secret) {
                let text = std::mem::take(text);
                drop(Zeroizing::new(text));
                *value = Value::Null;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| blank(item, secrets)),
        Value::Object(fields) => fields.values_mut().for_each(|field| blank(field, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A body that is wiped from memory with the last request made of it, where it holds secrets.
fn held(body: Vec<u8>, secrets: &[Secret]) -> Bytes {
    if secrets.is_empty() {
        body.into()
    } else {
        Bytes::from_owner(Zeroizing::new(body))
    }
}
