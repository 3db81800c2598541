//! One operation of a mock, in the types of the client.

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue, StatusCode, header::RETRY_AFTER};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Received, Request, body,
    reply::{Answer, Maker, Reply, What},
    script::{Role, Script},
};
use crate::Operation;

/// One operation of a mock: what it is to say, and what it was called with. `B` is the body that the client sends, `A` what
/// it gets.
///
/// Each method that says something adds one answer, for one call, behind those that are there; those that begin with
/// `with`, and [`retry_after`](Self::retry_after), [`after`](Self::after), [`times`](Self::times) and
/// [`always`](Self::always), change the one that was added last. A call for which no answer is left is refused with 501,
/// which no session sends again, and a text that says so.
///
/// Cheap to clone: all clones are the same operation.
pub struct Mocked<B, A, K = Once> {
    script: Arc<Script>,
    pub(super) operation: &'static Operation,
    pub(super) kind: K,
    types: PhantomData<fn(A) -> B>,
}

/// A call with one answer.
#[derive(Clone, Copy, Debug)]
pub struct Once;

/// A list of `I` that comes in pages.
pub struct List<I> {
    pub(super) paging: Paging,
    pub(super) item: PhantomData<fn(I)>,
}

/// A web socket.
#[cfg(feature = "websocket")]
#[derive(Clone, Copy, Debug)]
pub struct Socket;

/// A list that comes in pages `A`, with the items `I`.
pub type MockedList<B, A, I> = Mocked<B, A, List<I>>;

/// A web socket whose messages are `M`.
#[cfg(feature = "websocket")]
pub type MockedSocket<M> = Mocked<(), M, Socket>;

/// Where a page has what (the spec's `x-pagination`).
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    /// The query parameter that takes the cursor.
    pub cursor: &'static str,
    /// The JSON Pointer (RFC 6901) of what leads to the next page.
    pub next: &'static str,
    /// The JSON Pointer of the items.
    pub items: &'static str,
    /// The JSON Pointers of what a page has besides, and which is null here.
    pub rest: &'static [&'static str],
}

impl<B, A, K> Mocked<B, A, K> {
    pub(super) fn new(script: Arc<Script>, operation: &'static Operation, kind: K) -> Self {
        Self {
            script,
            operation,
            kind,
            types: PhantomData,
        }
    }

    /// Refuses with this HTTP status, and says no more.
    ///
    /// # Panics
    ///
    /// When `status` is none.
    #[track_caller]
    pub fn refuses(self, status: u16) -> Self {
        self.says(Answer::empty(read(status)))
    }

    /// Refuses with this HTTP status, code and message, in a body like the provider's: the spec says where they stand.
    /// Where the provider tells failures inside of answers with a status of success, `status` is that one.
    ///
    /// A code is a number or a text, whichever the provider has.
    ///
    /// # Panics
    ///
    /// When `status` is none, or the spec does not say where they stand.
    #[track_caller]
    pub fn refuses_with(self, status: u16, code: impl Into<Value>, message: &str) -> Self {
        match body::failure(self.operation, status, &code.into(), message) {
            Ok(body) => self.says(Answer::json(read(status), body.to_string())),
            Err(what) => panic!("failed to tell a mock what to say: {what}"),
        }
    }

    /// Refuses with this HTTP status and this body, such as a failure's type of the client.
    ///
    /// # Panics
    ///
    /// When `status` is none, or the body does not serialize.
    #[track_caller]
    pub fn refuses_as(self, status: u16, body: &impl Serialize) -> Self {
        self.says(Answer::json(read(status), written(body)))
    }

    /// Says these very words: what a gateway puts in the place of an answer, or one of the next version.
    ///
    /// # Panics
    ///
    /// When `status` is none.
    #[track_caller]
    pub fn says_text(self, status: u16, text: impl Into<String>) -> Self {
        self.says(Answer::text(read(status), text.into()))
    }

    /// Reads the request and ends the connection without an answer.
    pub fn breaks_off(self) -> Self {
        self.does(What::BreakOff)
    }

    /// Reads the request and says nothing, until the client gives up.
    pub fn hangs(self) -> Self {
        self.does(What::Hang)
    }

    /// Says in how many seconds the client may come back (`Retry-After`, RFC 9110 section 10.2.3).
    ///
    /// # Panics
    ///
    /// As [`with_header`](Self::with_header).
    #[track_caller]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.with_header(RETRY_AFTER.as_str(), seconds.to_string())
    }

    /// Adds a header.
    ///
    /// # Panics
    ///
    /// When no header can be like this, or what was added last is no answer, or there is none that no call has had yet.
    #[track_caller]
    pub fn with_header(self, name: &str, value: impl AsRef<str>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_str(value.as_ref());
        let (Ok(name), Ok(value)) = (name, value) else {
            panic!("failed to tell a mock what to say: no header can be like this");
        };
        self.changes_answer(|answer| answer.put(name, value))
    }

    /// Puts this HTTP status in the place of 200.
    ///
    /// # Panics
    ///
    /// When `status` is none, or what was added last is no answer, or there is none that no call has had yet.
    #[track_caller]
    pub fn with_status(self, status: u16) -> Self {
        let status = read(status);
        self.changes_answer(|answer| answer.status = status)
    }

    /// Waits for so long first.
    ///
    /// # Panics
    ///
    /// When there is no answer that no call has had yet.
    #[track_caller]
    pub fn after(self, delay: Duration) -> Self {
        self.changes(|role| role.last().map(|reply| reply.delay = delay))
    }

    /// Says it to so many calls.
    ///
    /// # Panics
    ///
    /// When there is no answer that no call has had yet.
    #[track_caller]
    pub fn times(self, times: usize) -> Self {
        self.changes(|role| role.repeat(times))
    }

    /// Says it to every call for which there is no other answer.
    ///
    /// # Panics
    ///
    /// When there is no answer that no call has had yet.
    #[track_caller]
    pub fn always(self) -> Self {
        self.changes(Role::stand)
    }

    /// How often it was called. An attempt to send again is a call too.
    pub fn calls(&self) -> usize {
        let requests = self.script.requests();
        let own = requests.iter().filter(|request| self.is_mine(request));
        own.count()
    }

    fn is_mine(&self, request: &Request) -> bool {
        request.operation() == Some(self.operation.id)
    }

    pub(super) fn says(self, answer: Answer) -> Self {
        self.does(What::Answer(answer))
    }

    fn does(self, what: What) -> Self {
        let change = |role: &mut Role| role.push(Reply::from(what));
        self.script.change(self.operation, change);
        self
    }

    #[track_caller]
    fn changes(self, change: impl FnOnce(&mut Role) -> Option<()>) -> Self {
        let changed = self.script.change(self.operation, change);
        let Some(()) = changed else {
            panic!(
                "failed to tell a mock what to say: there is no such answer of `{}` that no call has had yet; say first what \
                 is said, and then how",
                self.operation.id
            );
        };
        self
    }

    #[track_caller]
    pub(super) fn changes_answer(self, change: impl FnOnce(&mut Answer)) -> Self {
        self.changes(|role| match &mut role.last()?.what {
            What::Answer(answer) => {
                change(answer);
                Some(())
            }
            _ => None,
        })
    }
}

impl<B: DeserializeOwned, A, K> Mocked<B, A, K> {
    /// The calls so far, in the order in which they came. An attempt to send again is a call too.
    ///
    /// # Panics
    ///
    /// When a body does not fit the type that the client sends: something else called.
    #[track_caller]
    pub fn received(&self) -> Vec<Received<B>> {
        let mut requests = self.script.requests();
        requests.retain(|request| self.is_mine(request));
        let typed = requests.into_iter().map(|request| match request.read() {
            Ok(body) => Received { body, request },
            Err(error) => panic!(
                "the body of a call of `{}` is not what the client sends: {error}",
                self.operation.id
            ),
        });
        typed.collect()
    }
}

impl<B, A: Serialize> Mocked<B, A> {
    /// Answers with this value, in the envelope that the provider has.
    ///
    /// # Panics
    ///
    /// When the value does not serialize.
    #[track_caller]
    pub fn answers(self, value: A) -> Self {
        self.says_value(&value)
    }

    /// Answers every call for which there is no other answer with what `make` makes of it: a block for its number, say.
    ///
    /// # Panics
    ///
    /// When a value does not serialize, which ends the connection of that call.
    pub fn answers_by(self, make: impl Fn(&Request) -> A + Send + Sync + 'static) -> Self {
        let operation = self.operation;
        let maker = move |request: &Request| in_envelope(operation, &make(request));
        self.does(What::Made(Maker(Arc::new(maker)))).always()
    }
}

impl<B, A: Serialize + DeserializeOwned, I: Serialize> MockedList<B, A, I> {
    /// Answers with this page.
    ///
    /// # Panics
    ///
    /// When the page does not serialize.
    #[track_caller]
    pub fn answers(self, page: A) -> Self {
        self.says_value(&page)
    }

    /// Has these pages, each with these items, for any number of calls: each page has what leads to the next one. What is
    /// said besides comes first, so that a page may fail once.
    ///
    /// # Panics
    ///
    /// When a page has more than items and what leads to the next, so that [`answers`](Self::answers) has to say it.
    #[track_caller]
    pub fn pages<P: IntoIterator<Item = I>>(self, pages: impl IntoIterator<Item = P>) -> Self {
        let paging = self.kind.paging;
        let pages = pages.into_iter().map(|items| {
            let items: Vec<Value> = items
                .into_iter()
                .map(|item| serde_json::from_str(&written(&item)).unwrap_or_default())
                .collect();
            let page = body::page(self.operation, &paging, items.into());
            if let Err(error) = A::deserialize(&page) {
                panic!(
                    "failed to make a page of `{}`: {error}; say the whole page with `answers`",
                    self.operation.id
                );
            }
            page
        });
        let mut pages: Vec<Value> = pages.collect();
        if pages.is_empty() {
            pages.push(body::page(
                self.operation,
                &paging,
                Vec::<Value>::new().into(),
            ));
        }
        self.does(What::Page(paging, pages)).always()
    }
}

impl<B, A: Serialize, K> Mocked<B, A, K> {
    #[track_caller]
    fn says_value(self, value: &A) -> Self {
        let answer = in_envelope(self.operation, value);
        self.says(answer)
    }
}

#[cfg(feature = "websocket")]
impl<M: Serialize> MockedSocket<M> {
    /// Opens the socket, sends these messages, and leaves it open.
    ///
    /// # Panics
    ///
    /// When a message does not serialize.
    #[track_caller]
    pub fn sends(self, messages: impl IntoIterator<Item = M>) -> Self {
        let messages = messages.into_iter().map(|message| written(&message));
        self.does(What::Socket(super::socket::Script {
            messages: messages.collect(),
            ..Default::default()
        }))
    }

    /// Ends the connection behind the messages, without a word.
    ///
    /// # Panics
    ///
    /// When what was added last opens no socket, or there is none that no call has had yet.
    #[track_caller]
    pub fn and_drops(self) -> Self {
        self.ends(super::socket::End::Drop)
    }

    /// Closes the socket behind the messages (RFC 6455 section 7.1.1).
    ///
    /// # Panics
    ///
    /// As [`and_drops`](Self::and_drops).
    #[track_caller]
    pub fn and_closes(self) -> Self {
        self.ends(super::socket::End::Close)
    }

    /// Leaves the socket open, and gives what sends more over it, whenever the test says so.
    ///
    /// # Panics
    ///
    /// As [`and_drops`](Self::and_drops).
    #[track_caller]
    pub fn and_later(self) -> super::Feed<M> {
        let (feed, later) = super::Feed::new();
        self.ends(super::socket::End::Later(later));
        feed
    }

    #[track_caller]
    fn ends(self, end: super::socket::End) -> Self {
        self.changes(|role| match &mut role.last()?.what {
            What::Socket(script) => {
                script.end = end;
                Some(())
            }
            _ => None,
        })
    }
}

/// An answer with this value; nothing is an answer without a body.
#[track_caller]
fn in_envelope(operation: &Operation, value: &impl Serialize) -> Answer {
    let value = written(value);
    match value == "null" && operation.envelope.is_none() {
        true => Answer::empty(StatusCode::NO_CONTENT),
        false => Answer::json(StatusCode::OK, body::success(operation, &value)),
    }
}

#[track_caller]
fn read(status: u16) -> StatusCode {
    let status = StatusCode::from_u16(status);
    status.unwrap_or_else(|error| panic!("failed to tell a mock what to say: {error}"))
}

#[track_caller]
pub(super) fn written(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value);
    text.unwrap_or_else(|error| panic!("failed to tell a mock what to say: {error}"))
}

impl<B, A, K: Clone> Clone for Mocked<B, A, K> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.script), self.operation, self.kind.clone())
    }
}

impl<B, A, K> fmt::Debug for Mocked<B, A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mocked")
            .field("operation", &self.operation.id)
            .finish_non_exhaustive()
    }
}

impl<I> Clone for List<I> {
    fn clone(&self) -> Self {
        Self {
            paging: self.paging,
            item: PhantomData,
        }
    }
}

impl<I> fmt::Debug for List<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("paging", &self.paging)
            .finish()
    }
}
