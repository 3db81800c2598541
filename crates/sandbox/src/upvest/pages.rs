//! Lists in pages, each told by a cursor.
//!
//! The service's cursors are those of Django REST framework: base64 of a query such as
//! `p=2019-02-12+13%3A41%3A44.431609%2B00%3A00`, with `r=1` when the page is to be read backwards.
//! The position is a time of creation, so a page stays what it is while new things come in. Lists
//! begin with the oldest. A `page_size` that is no positive integer counts as left out and one above
//! the maximum as the maximum; a cursor that cannot be read is a 404, all as in that framework.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::Json;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::call::Call;
use super::errors::{Detail, Refusal};

const DEFAULT_SIZE: usize = 10;
const LARGEST_SIZE: usize = 100;
const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S%.6f%:z";

/// When something was created, in microseconds since the epoch; no two things share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp(i64);

/// Hands out stamps.
#[derive(Debug, Default)]
pub(super) struct Stamps(AtomicI64);

impl Stamps {
    /// The stamp of something created `now`.
    pub(super) fn next(&self, now: DateTime<Utc>) -> Stamp {
        let now = now.timestamp_micros();
        let later = |last: i64| Some(now.max(last + 1));
        let last = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, later)
            .expect("the update never declines");
        Stamp(now.max(last + 1))
    }
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cursor {
    position: Option<Stamp>,
    backwards: bool,
}

/// The page that a request asks for.
#[derive(Debug)]
pub(super) struct PageRequest {
    cursor: Cursor,
    size: usize,
    url: String,
}

impl PageRequest {
    /// Reads `cursor` and `page_size` off the query.
    pub(super) fn read(call: &Call) -> Result<Self, Refusal> {
        let cursor = call.query("cursor").unwrap_or_default();
        let cursor = Cursor::decode(&cursor).ok_or_else(|| {
            let detail = Detail::parameter("common", "cursor", "invalidCursor", "Invalid cursor");
            Refusal::new(StatusCode::NOT_FOUND, "Invalid cursor", vec![detail])
        })?;
        let size = call
            .query("page_size")
            .and_then(|size| size.parse().ok())
            .filter(|size| *size > 0)
            .map_or(DEFAULT_SIZE, |size: usize| size.min(LARGEST_SIZE));
        Ok(Self {
            cursor,
            size,
            url: call.url(),
        })
    }

    /// The page of `all`, which stand in the order of their stamps, each written by `write`.
    pub(super) fn of<T>(
        &self,
        all: &[T],
        stamp: impl Fn(&T) -> Stamp,
        write: impl Fn(&T) -> Value,
    ) -> Json<Value> {
        let range = match (self.cursor.position, self.cursor.backwards) {
            (Some(position), false) => {
                let start = all.partition_point(|item| stamp(item) <= position);
                start..all.len().min(start + self.size)
            }
            (position, true) => {
                let before = |item: &T| position.is_none_or(|position| stamp(item) < position);
                let end = all.partition_point(before);
                end.saturating_sub(self.size)..end
            }
            (None, false) => 0..all.len().min(self.size),
        };
        let page = &all[range.clone()];
        let link = |item: Option<&T>, exists: bool, backwards: bool| {
            let position = Some(stamp(item.filter(|_| exists)?));
            Some(self.link(Cursor {
                position,
                backwards,
            }))
        };
        Json(json!({
            "previous": link(page.first(), range.start > 0, true),
            "next": link(page.last(), range.end < all.len(), false),
            "results": page.iter().map(write).collect::<Vec<_>>(),
        }))
    }

    fn link(&self, cursor: Cursor) -> String {
        let Ok(mut url) = Url::parse(&self.url) else {
            // A Host header that makes no URL; the cursor is what clients take from the link.
            return format!("?cursor={}", cursor.encode());
        };
        let others: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name != "cursor")
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        url.query_pairs_mut()
            .clear()
            .append_pair("cursor", &cursor.encode())
            .extend_pairs(others);
        url.into()
    }
}

impl Cursor {
    fn encode(self) -> String {
        let mut pairs = Vec::new();
        if self.backwards {
            pairs.push(("r", "1".to_owned()));
        }
        let time = self
            .position
            .and_then(|at| DateTime::from_timestamp_micros(at.0));
        if let Some(time) = time {
            pairs.push(("p", time.format(TIME_FORMAT).to_string()));
        }
        let query = serde_urlencoded::to_string(pairs).expect("pairs of text are a query");
        STANDARD.encode(query)
    }

    fn decode(text: &str) -> Option<Self> {
        let query = STANDARD.decode(text).ok()?;
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&query).ok()?;
        let value = |name: &str| {
            pairs
                .iter()
                .find_map(|(key, value)| (key == name).then_some(value.as_str()))
        };
        let position = match value("p") {
            None if pairs.is_empty() || value("r").is_some() => None,
            None => return None,
            Some(time) => {
                let time = DateTime::parse_from_str(time, TIME_FORMAT).ok()?;
                Some(Stamp(time.timestamp_micros()))
            }
        };
        let backwards = value("r") == Some("1");
        Some(Self {
            position,
            backwards,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clock;

    const PUBLISHED: &str = "cD0yMDE5LTAyLTEyKzEzJTNBNDElM0E0NC40MzE2MDklMkIwMCUzQTAw";

    #[test]
    fn the_published_cursor_is_read_and_written_alike() {
        let cursor = Cursor::decode(PUBLISHED).expect("it is a cursor");
        let time = "2019-02-12T13:41:44.431609Z".parse::<DateTime<Utc>>();
        assert_eq!(
            cursor.position,
            time.ok().map(|time| Stamp(time.timestamp_micros()))
        );
        assert_eq!(cursor.encode(), PUBLISHED);
    }

    #[test]
    fn what_is_no_cursor_is_refused_and_an_empty_one_is_the_start() {
        for text in ["-1", "0", "10", "wrong", "cD13cm9uZw=="] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
        let start = Cursor {
            position: None,
            backwards: false,
        };
        assert_eq!(Cursor::decode(""), Some(start));
    }

    #[test]
    fn no_two_things_share_a_stamp() {
        let stamps = Stamps::default();
        let now = Clock::new().now();
        assert!(stamps.next(now) < stamps.next(now));
        assert!(stamps.next(now) < stamps.next(now - chrono::Duration::days(1)));
    }
}
