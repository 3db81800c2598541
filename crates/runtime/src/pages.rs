//! Lists that come in pages (the spec's `x-pagination`).

mod cursor;
mod items;
mod position;

use std::{
    borrow::Cow,
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use serde::de::DeserializeOwned;

pub use items::Items;
pub use position::PagePosition;

pub(crate) use self::cursor::cursor_of;

use self::cursor::Trail;
use crate::{Advice, Call, Error, Kind, Response};

type Getting<P> = Pin<Box<dyn Future<Output = Result<Response<P>, Error>> + Send>>;

/// The pages of a list, each got when it is asked for and not before. Ends after the last page, or after the first error:
/// then [`Pages::position`] is the page that failed, and [`Pages::go_on`] asks for it again.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<P> {
    call: Call,
    /// The query parameter that takes the cursor.
    parameter: &'static str,
    next: fn(&P) -> Option<&str>,
    place: Place,
    trail: Trail,
    getting: Option<Getting<P>>,
    failed: bool,
}

/// Which page comes next.
#[derive(Clone, Debug)]
enum Place {
    /// The one that this cursor leads to; without a cursor the first.
    Page(Option<String>),
    /// None.
    End,
}

impl<P: DeserializeOwned + Send + 'static> Pages<P> {
    /// The pages of `call`. `next` reads from a page what leads to the next one: a cursor, or a URL with the cursor in
    /// its query. `cursor` is the query parameter that takes it.
    pub fn new(call: Call, cursor: &'static str, next: fn(&P) -> Option<&str>) -> Self {
        let place = Place::Page(call.get_query(cursor).map(Cow::into_owned));
        Self {
            call,
            parameter: cursor,
            next,
            place,
            trail: Trail::default(),
            getting: None,
            failed: false,
        }
    }

    /// The pages from a saved position on.
    ///
    /// # Errors
    ///
    /// [`Kind::Request`] when the position is one of another list.
    pub fn at(mut self, position: PagePosition) -> Result<Self, Error> {
        position.check(&self.call)?;
        self.place = position.into_place();
        Ok(self)
    }

    /// Where the next page begins: to be saved, and given to `pages_from` of the same call later, in another process if
    /// need be. After an error it is where the page begins that was not got.
    pub fn position(&self) -> PagePosition {
        PagePosition::new(&self.call, &self.place)
    }

    /// After an error: asks for the same page once more, so that what was got before need not be got again.
    pub fn go_on(&mut self) {
        self.failed = false;
    }

    /// The next page, as the stream gives it.
    pub async fn next(&mut self) -> Option<Result<Response<P>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The items of all pages, one by one.
    pub fn items<T>(self, take: fn(P) -> Vec<T>) -> Items<P, T> {
        Items::new(self, take)
    }

    fn get(&self, cursor: Option<&str>) -> Getting<P> {
        let mut call = self.call.clone();
        if let Some(cursor) = cursor {
            call.set_query(self.parameter, cursor.to_owned());
        }
        Box::pin(call.send())
    }

    /// Where the page behind `page` begins.
    fn behind(&mut self, page: &P) -> Result<Place, Error> {
        let unfit = |what: &str| {
            let what = format!("failed to go on to the next page: {what}");
            Error::new(self.call.operation(), Kind::Decode, what, Advice::Report)
        };
        let cursor = (self.next)(page)
            .map(|next| cursor_of(next, self.parameter))
            .transpose()
            .map_err(unfit)?
            .flatten();
        match cursor {
            None => Ok(Place::End),
            Some(cursor) if self.trail.has(&cursor) => {
                Err(unfit("the service gave the same cursor twice"))
            }
            Some(cursor) => Ok(Place::Page(Some(cursor))),
        }
    }
}

impl<P: DeserializeOwned + Send + 'static> Stream for Pages<P> {
    type Item = Result<Response<P>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let cursor = match &this.place {
            Place::Page(cursor) if !this.failed => cursor.clone(),
            _ => return Poll::Ready(None),
        };
        let getting = match &mut this.getting {
            Some(getting) => getting,
            None => {
                let getting = this.get(cursor.as_deref());
                this.getting.insert(getting)
            }
        };
        let got = ready!(getting.as_mut().poll(context));
        this.getting = None;
        let page = got.and_then(|page| {
            if let Some(cursor) = &cursor {
                this.trail.add(cursor);
            }
            let place = this.behind(&page);
            place.map(|place| (page, place))
        });
        Poll::Ready(Some(match page {
            Ok((page, place)) => {
                this.place = place;
                Ok(page)
            }
            Err(error) => {
                this.failed = true;
                Err(error)
            }
        }))
    }
}

impl<P> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}
