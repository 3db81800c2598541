//! Sending a call whose answer comes bit by bit, and judging the head of that.

use http::header::CONTENT_TYPE;

use super::{Framing, body::Body};
use crate::{
    Error, Operation, Response, Session, answer,
    draft::Draft,
    send::{self, Exchange},
    session::Inner,
};

/// An answer whose head has come.
pub(super) struct Opened {
    pub(super) head: Response<()>,
    pub(super) body: Body,
    /// The most bytes that one part of it may have.
    pub(super) longest: usize,
}

/// Sends the call. Until the head of a success has come it is a call like any other: its deadline, its retries, the
/// renewal of its token. Behind that, only the time between two pieces counts.
pub(super) async fn open(
    session: Session,
    operation: &'static Operation,
    draft: Draft,
    framing: Framing,
) -> Result<Opened, Error> {
    let inner = session.inner();
    let opening = async {
        let prepared = draft.prepare(&session, operation)?;
        let options = draft.options();
        let longest = options.longest_body.unwrap_or(inner.longest_body);
        let applied = send::applied(options, operation);
        let exchange = Head {
            session: inner,
            operation: &applied,
            framing,
            limit: longest,
        };
        let delivered = send::deliver(inner, &applied, &prepared, options, exchange).await?;
        let mut response = delivered.value;
        let head = answer::head(&mut response, delivered.attempts);
        let hidden = delivered.hidden.kept();
        Ok(Opened {
            head,
            body: Body::new(operation, response, options.idle_timeout, hidden),
            longest,
        })
    };
    let told = |opened: &Opened| (opened.head.status(), opened.head.attempts());
    send::traced(operation, opening, told).await
}

/// A request for an answer that comes bit by bit.
struct Head<'a> {
    session: &'a Inner,
    operation: &'a Operation,
    framing: Framing,
    limit: usize,
}

impl Exchange for Head<'_> {
    type Answer = reqwest::Response;

    async fn exchange(&self, request: reqwest::Request) -> Result<reqwest::Response, Error> {
        let operation = self.operation;
        let response = answer::got(operation, self.session.http.execute(request).await)?;
        if response.status().is_success() && self.framing.is_in(&response) {
            return Ok(response);
        }
        let success = answer::whole(operation, self.limit, response).await?;
        Err(success.of_another_kind(operation))
    }
}

impl Framing {
    /// Whether the answer may be framed like this. JSON values tell by themselves what they are, and go by many names; of
    /// what is no event stream nothing would be an event, and nobody would hear of it.
    fn is_in(self, response: &reqwest::Response) -> bool {
        let Some(content_type) = response.headers().get(CONTENT_TYPE) else {
            return true;
        };
        let essence = content_type.to_str().unwrap_or_default().split(';').next();
        let essence = essence.unwrap_or_default().trim();
        self != Self::Events || essence.eq_ignore_ascii_case("text/event-stream")
    }
}
