//! The items of a list, one by one.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::{PagePosition, Pages, Place};
use crate::Error;

/// The items of all pages of a list. A page is got when its first item is asked for. Ends after the last item, or after
/// the first error: then [`Items::position`] is behind the last item that was had, and [`Items::go_on`] asks again.
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<P, T> {
    pages: Pages<P>,
    take: fn(P) -> Vec<T>,
    left: vec::IntoIter<T>,
    /// Where the page in hand began, and how many of its items were had.
    start: Place,
    had: u64,
    /// How many more items were had before the position that this began at.
    skip: u64,
}

impl<P: DeserializeOwned + Send + 'static, T> Items<P, T> {
    pub(super) fn new(pages: Pages<P>, take: fn(P) -> Vec<T>) -> Self {
        Self {
            start: pages.place.clone(),
            pages,
            take,
            left: Vec::new().into_iter(),
            had: 0,
            skip: 0,
        }
    }

    /// The items from a saved position on.
    ///
    /// # Errors
    ///
    /// [`Kind::Request`](crate::Kind::Request) when the position is one of another list.
    pub fn at(self, position: PagePosition) -> Result<Self, Error> {
        let skip = position.items();
        let mut items = Self::new(self.pages.at(position)?, self.take);
        items.skip = skip;
        Ok(items)
    }

    /// Behind the last item that was had: to be saved, and given to `items_from` of the same call later, in another
    /// process if need be. As long as the list in front of it stays as it is, no item is left out or had twice.
    pub fn position(&self) -> PagePosition {
        let begun = self.left.len() > 0 || matches!(self.pages.place, Place::End);
        if begun {
            // At the end too: what is added to the last page is found there later.
            PagePosition::new(&self.pages.call, &self.start).behind(self.had + self.skip)
        } else {
            self.pages.position().behind(self.skip)
        }
    }

    /// The next item, as the stream gives it.
    pub async fn next(&mut self) -> Option<Result<T, Error>>
    where
        T: Unpin,
    {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// After an error: asks for the same page once more.
    pub fn go_on(&mut self) {
        self.pages.go_on();
    }
}

impl<P: DeserializeOwned + Send + 'static, T: Unpin> Stream for Items<P, T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(item) = this.left.next() {
                this.had += 1;
                return Poll::Ready(Some(Ok(item)));
            }
            let start = this.pages.place.clone();
            match ready!(Pin::new(&mut this.pages).poll_next(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => {
                    let mut items = (this.take)(page.into_inner());
                    let had = this.skip.min(items.len() as u64);
                    items.drain(..had as usize);
                    this.skip -= had;
                    this.had = had;
                    this.start = start;
                    this.left = items.into_iter();
                }
            }
        }
    }
}

impl<P, T> fmt::Debug for Items<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("call", &self.pages.call)
            .finish_non_exhaustive()
    }
}
