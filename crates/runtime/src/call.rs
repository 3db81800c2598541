//! One call in the making. Generated code fills it in; [`crate::send`] sends it.

use std::{
    borrow::Cow,
    fmt::{self, Display},
};

use serde::{Serialize, de::DeserializeOwned};

use bytes::Bytes;

use crate::{
    CallOptions, Error, FilePart, Finality, Operation, Outcome, Response, Session, Style, Wait,
    draft::Draft, lookup::Lookup, outcome, send,
};

/// A call in the making: an operation with its parameters.
#[derive(Clone)]
#[must_use = "a call does nothing until it is sent"]
pub struct Call {
    session: Session,
    operation: &'static Operation,
    draft: Draft,
}

impl Call {
    /// A call of `operation` without parameters.
    pub fn new(session: &Session, operation: &'static Operation) -> Self {
        Self {
            session: session.clone(),
            operation,
            draft: Draft::new(operation.path),
        }
    }

    /// Puts `value` in the place of `{name}`.
    pub fn path(mut self, name: &'static str, value: impl Display) -> Self {
        self.draft.path(name, value);
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
        self.draft.query(name, values);
        self
    }

    /// Puts a list or an object in the place of `{name}`.
    pub fn path_styled(mut self, name: &'static str, style: Style, value: &impl Serialize) -> Self {
        self.draft.path_styled(name, style, value);
        self
    }

    /// Sets a query parameter that is a list or an object.
    pub fn query_styled(
        mut self,
        name: &'static str,
        style: Style,
        value: &impl Serialize,
    ) -> Self {
        self.draft.query_styled(name, style, value);
        self
    }

    /// Sets a header that is a list or an object.
    pub fn header_styled(
        mut self,
        name: &'static str,
        style: Style,
        value: &impl Serialize,
    ) -> Self {
        self.draft.header_styled(name, style, value);
        self
    }

    /// Adds a cookie.
    pub fn cookie(mut self, name: &'static str, style: Style, value: &impl Serialize) -> Self {
        self.draft.cookie(name, style, value);
        self
    }

    /// Sets a query parameter whose values stand behind one another, with commas between them (`style: form`,
    /// `explode: false`).
    pub fn query_joined<V: Display>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values: Vec<_> = values.into_iter().map(|value| value.to_string()).collect();
        self.query(name, values.join(","))
    }

    /// Sets a header.
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        self.draft.header(name, value);
        self
    }

    /// Sets a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.draft.json(body);
        self
    }

    /// Sets a JSON body of another media type than `application/json`.
    pub fn json_as(mut self, media_type: &'static str, body: &impl Serialize) -> Self {
        self.draft.json_as(media_type, body);
        self
    }

    /// Sets a body of this media type that is a text.
    pub fn text(mut self, media_type: &'static str, body: impl Into<String>) -> Self {
        self.draft.raw(media_type, body.into().into());
        self
    }

    /// Sets a body of this media type that is bytes.
    pub fn bytes(mut self, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.draft.raw(media_type, body.into());
        self
    }

    /// Sets an `application/x-www-form-urlencoded` body.
    pub fn form(mut self, body: &impl Serialize) -> Self {
        self.draft.form(body);
        self
    }

    /// Sets an `application/x-www-form-urlencoded` body whose fields are lists and objects, written in these styles.
    pub fn form_styled(mut self, body: &impl Serialize, styles: &[(&str, Style)]) -> Self {
        self.draft.form_styled(body, styles);
        self
    }

    /// Adds a JSON part to a multipart body.
    pub fn part_json(mut self, name: &'static str, value: &impl Serialize) -> Self {
        self.draft.part_json(name, value);
        self
    }

    /// Adds a text part to a multipart body for each value.
    pub fn parts(mut self, name: &'static str, values: &impl Serialize) -> Self {
        self.draft.parts(name, values);
        self
    }

    /// Adds a file part to a multipart body for each file.
    pub fn files(mut self, name: &'static str, files: impl IntoIterator<Item = FilePart>) -> Self {
        for file in files {
            self.draft.file(name, file);
        }
        self
    }

    /// Adds a text part to a multipart body.
    pub fn part(mut self, name: &'static str, value: impl Display) -> Self {
        self.draft.part(name, value);
        self
    }

    /// Adds a file part to a multipart body.
    pub fn file(mut self, name: &'static str, file: FilePart) -> Self {
        self.draft.file(name, file);
        self
    }

    /// Sets what this call does differently from its session.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.draft.with_options(options);
        self
    }

    /// Replaces the value of a query parameter, where a page asks for the next one.
    pub(crate) fn set_query(&mut self, name: &'static str, value: String) {
        self.draft.query(name, [value]);
    }

    pub(crate) fn get_query(&self, name: &str) -> Option<Cow<'_, str>> {
        self.draft.get_query(name)
    }

    pub(crate) fn path_text(&self) -> &str {
        self.draft.path_text()
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) fn draft(&self) -> &Draft {
        &self.draft
    }

    /// Makes the call again and again until its value is final.
    pub fn wait<T>(self, finality: &'static Finality) -> Wait<T>
    where
        T: DeserializeOwned + Serialize + Send + 'static,
    {
        let patience = self.session.inner().patience;
        Wait::new(self, finality, patience)
    }

    /// Sends the call and reads its answer as a `T`, and tells a failure from an outcome that nobody knows; `lookup` says
    /// how one finds out.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, where it is sure that the call was not carried out.
    pub async fn submit<T: DeserializeOwned, C>(
        self,
        lookup: Option<&'static Lookup>,
    ) -> Result<Outcome<T, C>, Error> {
        outcome::submit(self, lookup, Self::send).await
    }

    /// As [`submit`](Self::submit), where a success has no body to read.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, where it is sure that the call was not carried out.
    pub async fn submit_for_nothing<C>(
        self,
        lookup: Option<&'static Lookup>,
    ) -> Result<Outcome<(), C>, Error> {
        outcome::submit(self, lookup, Self::send_for_nothing).await
    }

    /// As [`submit`](Self::submit), where the answer is a text.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, where it is sure that the call was not carried out.
    pub async fn submit_for_text<C>(
        self,
        lookup: Option<&'static Lookup>,
    ) -> Result<Outcome<String, C>, Error> {
        outcome::submit(self, lookup, Self::send_for_text).await
    }

    /// As [`submit`](Self::submit), where the answer is bytes.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, where it is sure that the call was not carried out.
    pub async fn submit_for_bytes<C>(
        self,
        lookup: Option<&'static Lookup>,
    ) -> Result<Outcome<Bytes, C>, Error> {
        outcome::submit(self, lookup, Self::send_for_bytes).await
    }

    /// Sends the call and reads its answer as a `T`.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells.
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        send::send(&self.session, self.operation, &self.draft, |success| {
            success.decode(self.operation)
        })
        .await
    }

    /// Sends the call, whose success has no body to read.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells.
    pub async fn send_for_nothing(self) -> Result<Response<()>, Error> {
        send::send(&self.session, self.operation, &self.draft, |success| {
            Ok(success.without_body())
        })
        .await
    }

    /// Sends the call, whose answer is a text.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells.
    pub async fn send_for_text(self) -> Result<Response<String>, Error> {
        send::send(&self.session, self.operation, &self.draft, |success| {
            Ok(success.text())
        })
        .await
    }

    /// Sends the call, whose answer is bytes.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells.
    pub async fn send_for_bytes(self) -> Result<Response<Bytes>, Error> {
        send::send(&self.session, self.operation, &self.draft, |success| {
            Ok(success.bytes())
        })
        .await
    }

    /// Opens the web socket, whose events `socket` describes. `id` reads what an event is known by.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, when the socket does not open.
    #[cfg(feature = "websocket")]
    pub async fn subscribe<T: DeserializeOwned>(
        self,
        socket: &'static crate::Socket,
        id: fn(&T) -> Option<&str>,
    ) -> Result<crate::Events<T>, Error> {
        crate::Events::open(self, socket, id, None).await
    }

    /// Opens the web socket, and goes on where `position` was saved.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, when the socket does not open, or the position is one of another subscription.
    #[cfg(feature = "websocket")]
    pub async fn subscribe_from<T: DeserializeOwned>(
        self,
        socket: &'static crate::Socket,
        id: fn(&T) -> Option<&str>,
        position: crate::EventPosition,
    ) -> Result<crate::Events<T>, Error> {
        crate::Events::open(self, socket, id, Some(position)).await
    }

    /// Says which event the caller had last (`Last-Event-ID`), so that the stream goes on behind it where the service can.
    #[cfg(feature = "streams")]
    pub fn last_event_id(mut self, id: impl AsRef<str>) -> Self {
        self.draft.set_last_event_id(id.as_ref());
        self
    }

    /// Sends the call, whose answer is a stream of server-sent events with data that is JSON.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, when the stream does not open.
    #[cfg(feature = "streams")]
    pub async fn stream_events<T: DeserializeOwned>(self) -> Result<crate::ServerEvents<T>, Error> {
        crate::ServerEvents::open(self, false).await
    }

    /// As [`stream_events`](Self::stream_events), of a call that changes nothing: when the connection is lost, it is opened
    /// anew.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, when the stream does not open.
    #[cfg(feature = "streams")]
    pub async fn follow_events<T: DeserializeOwned>(self) -> Result<crate::ServerEvents<T>, Error> {
        crate::ServerEvents::open(self, true).await
    }

    /// As [`stream_events`](Self::stream_events), with data that is a text.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, when the stream does not open.
    #[cfg(feature = "streams")]
    pub async fn stream_text_events(self) -> Result<crate::ServerEvents<String>, Error> {
        crate::ServerEvents::open_texts(self, false).await
    }

    /// As [`follow_events`](Self::follow_events), with data that is a text.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, when the stream does not open.
    #[cfg(feature = "streams")]
    pub async fn follow_text_events(self) -> Result<crate::ServerEvents<String>, Error> {
        crate::ServerEvents::open_texts(self, true).await
    }

    /// Sends the call, whose answer is JSON values, each on a line of its own.
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, when the stream does not open.
    #[cfg(feature = "streams")]
    pub async fn stream_lines<T: DeserializeOwned>(self) -> Result<crate::Records<T>, Error> {
        crate::Records::open(self, crate::streams::Framing::Lines).await
    }

    /// Sends the call, whose answer is JSON values, each behind a record separator (RFC 7464).
    ///
    /// # Errors
    ///
    /// Whatever [`crate::Kind`] tells, when the stream does not open.
    #[cfg(feature = "streams")]
    pub async fn stream_sequence<T: DeserializeOwned>(self) -> Result<crate::Records<T>, Error> {
        crate::Records::open(self, crate::streams::Framing::Sequence).await
    }

    #[cfg(any(feature = "streams", feature = "websocket"))]
    pub(crate) fn into_parts(self) -> (Session, &'static Operation, Draft) {
        (self.session, self.operation, self.draft)
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
