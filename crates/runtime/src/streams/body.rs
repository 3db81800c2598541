//! The body of an answer, piece by piece as it comes.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::time::{Instant, Sleep, sleep};
use url::Url;

use crate::{Error, Kind, Operation, answer, hidden::Hidden};

/// The body of an answer. Dropped, it closes the connection, or the stream of HTTP/2 that it is.
pub(super) struct Body {
    operation: &'static Operation,
    url: Url,
    pieces: Pin<Box<dyn Stream<Item = Result<Bytes, reqwest::Error>> + Send>>,
    idle: Option<(Duration, Pin<Box<Sleep>>)>,
    hidden: Hidden<'static>,
}

impl Body {
    pub(super) fn new(
        operation: &'static Operation,
        response: reqwest::Response,
        idle: Option<Duration>,
        hidden: Hidden<'static>,
    ) -> Self {
        Self {
            operation,
            url: response.url().clone(),
            pieces: Box::pin(response.bytes_stream()),
            idle: idle.map(|limit| (limit, Box::pin(sleep(limit)))),
            hidden,
        }
    }

    /// What the request carried that no message may repeat.
    pub(super) fn hidden(&self) -> &Hidden<'static> {
        &self.hidden
    }

    /// The next piece; `None` where the body has ended as HTTP says.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        match self.pieces.as_mut().poll_next(context) {
            Poll::Ready(Some(Ok(piece))) => {
                if let Some((limit, timer)) = &mut self.idle {
                    timer.as_mut().reset(Instant::now() + *limit);
                }
                Poll::Ready(Some(Ok(piece)))
            }
            Poll::Ready(Some(Err(error))) => {
                let error = error.with_url(self.url.clone());
                let error = answer::unanswered(self.operation, error).hide(&self.hidden);
                Poll::Ready(Some(Err(error)))
            }
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                let Some((limit, timer)) = &mut self.idle else {
                    return Poll::Pending;
                };
                ready!(timer.as_mut().poll(context));
                let what = format!("failed to hear from the service: nothing came for {limit:?}");
                let advice = answer::look_or_retry(self.operation);
                let error = Error::new(self.operation, Kind::Timeout, what, advice);
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}
