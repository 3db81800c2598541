//! What is said to one request.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;

use super::{Paging, Request, body, stream::End};

/// What is said, and after which wait.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) what: What,
    pub(super) delay: Duration,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// An answer.
    Answer(Answer),
    /// The page that the cursor leads to.
    Page(Paging, Vec<Value>),
    /// The answer that the test makes of the request.
    Made(Maker),
    /// The connection ends without an answer.
    BreakOff,
    /// The connection stays open, and no answer comes.
    Hang,
    /// A web socket is opened.
    #[cfg(feature = "websocket")]
    Socket(super::socket::Script),
}

impl From<What> for Reply {
    fn from(what: What) -> Self {
        Self {
            what,
            delay: Duration::ZERO,
        }
    }
}

/// What makes an answer of a request.
#[derive(Clone)]
pub(super) struct Maker(pub(super) Arc<dyn Fn(&Request) -> Answer + Send + Sync>);

impl fmt::Debug for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Maker")
    }
}

impl Reply {
    /// With the answer that is due to `request`, where what is said depends on it.
    pub(super) fn to(mut self, request: &Request) -> Self {
        self.what = match self.what {
            What::Page(paging, pages) => What::Answer(Answer::page(&paging, &pages, request)),
            What::Made(maker) => What::Answer(maker.0(request)),
            what => what,
        };
        self
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) end: End,
}

impl Answer {
    pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::of(status, "application/json", body)
    }

    pub(super) fn text(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::of(status, "text/plain; charset=utf-8", body)
    }

    pub(super) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            end: End::Whole,
        }
    }

    pub(super) fn of(
        status: StatusCode,
        content_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        let mut answer = Self::empty(status);
        answer.put(CONTENT_TYPE, HeaderValue::from_static(content_type));
        answer.body = body.into();
        answer
    }

    pub(super) fn put(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    /// The page of a list that `request` asks for.
    pub(super) fn page(paging: &Paging, pages: &[Value], request: &Request) -> Self {
        let cursor = request.query(paging.cursor);
        let number = match cursor.first() {
            None => Some(0),
            Some(cursor) => cursor
                .strip_prefix("page-")
                .and_then(|number| number.parse::<usize>().ok()?.checked_sub(1)),
        };
        let page = number.and_then(|number| Some((number, pages.get(number)?.clone())));
        let Some((number, mut page)) = page else {
            let text = format!("the mock has no page for the cursor {cursor:?}");
            return Self::text(StatusCode::NOT_IMPLEMENTED, text);
        };
        if number + 1 < pages.len() {
            let link = format!("{}?{}=page-{}", request.path, paging.cursor, number + 2);
            body::lead_on(&mut page, paging, &link);
        }
        Self::json(StatusCode::OK, page.to_string())
    }
}
