//! Lists that come in pages (the spec's `x-pagination`).

use std::{
    collections::HashSet,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::de::DeserializeOwned;

use crate::{Advice, Call, Error, Kind, Response};

/// The pages of a list, got one by one as they are asked for. Ends after the last page or the first error.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<P>(Pin<Box<dyn Stream<Item = Result<Response<P>, Error>> + Send>>);

impl<P: DeserializeOwned + Send + 'static> Pages<P> {
    /// The pages of `call`. `next` reads from a page what leads to the next one: a cursor, or a URL with the cursor in
    /// its query. `cursor` is the query parameter that takes it.
    pub fn new(call: Call, cursor: &'static str, next: fn(&P) -> Option<&str>) -> Self {
        let start = Some((call, HashSet::new()));
        Self(Box::pin(stream::try_unfold(
            start,
            move |position| async move {
                let Some((mut call, mut seen)) = position else {
                    return Ok(None);
                };
                let page: Response<P> = call.clone().send().await?;
                let following = match next(&page).and_then(|next| cursor_of(next, cursor)) {
                    None => None,
                    Some(next) if seen.insert(next.clone()) => {
                        call.set_query(cursor, next);
                        Some((call, seen))
                    }
                    Some(_) => {
                        let what = "failed to go on to the next page: the service gave the same cursor twice";
                        return Err(Error::new(
                            call.operation(),
                            Kind::Decode,
                            what,
                            Advice::Report,
                        ));
                    }
                };
                Ok(Some((page, following)))
            },
        )))
    }

    /// The items of all pages, one by one.
    pub fn items<T: Send + 'static>(
        self,
        items: fn(P) -> Vec<T>,
    ) -> impl Stream<Item = Result<T, Error>> + Send + Unpin + 'static {
        let pages = self.map(move |page| {
            page.map(|page| stream::iter(items(page.into_inner()).into_iter().map(Ok)))
        });
        Box::pin(pages.try_flatten())
    }
}

impl<P> Stream for Pages<P> {
    type Item = Result<Response<P>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<P> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pages")
    }
}

/// The cursor that `next` is, or that stands in its query. Nothing else of a URL is used: a link must not be able to
/// send a credential to another host.
pub(crate) fn cursor_of(next: &str, parameter: &str) -> Option<String> {
    match url::Url::parse(next) {
        Ok(url) if url.has_host() => url
            .query_pairs()
            .find(|(name, _)| name == parameter)
            .map(|(_, value)| value.into_owned()),
        _ => (!next.is_empty()).then(|| next.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_link_only_the_cursor_is_taken() {
        assert_eq!(
            cursor_of("http://evil.example/?cursor=cD0y%3D&page_size=1", "cursor").as_deref(),
            Some("cD0y=")
        );
        assert_eq!(cursor_of("https://evil.example/", "cursor"), None);
    }

    #[test]
    fn a_bare_cursor_is_the_cursor() {
        assert_eq!(cursor_of("cD0y==", "cursor").as_deref(), Some("cD0y=="));
        assert_eq!(cursor_of("", "cursor"), None);
    }
}
