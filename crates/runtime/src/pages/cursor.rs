//! What leads from one page to the next, and whether it leads in a circle.

use std::{
    collections::VecDeque,
    hash::{BuildHasher as _, RandomState},
};

/// The cursor that `next` is, or that stands in its query; `None` after the last page. Nothing else of a link is used: it
/// must not be able to send a credential to another host. Fails with what is wrong.
pub(crate) fn cursor_of(next: &str, parameter: &str) -> Result<Option<String>, &'static str> {
    if next.is_empty() {
        return Ok(None);
    }
    let Some(query) = query_of(next) else {
        return Ok(Some(next.to_owned()));
    };
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name == parameter && !value.is_empty())
        .map(|(_, value)| Some(value.into_owned()))
        .ok_or("the link to it has no cursor")
}

/// The query of a link, with or without a host; `None` where `next` is no link but a cursor.
fn query_of(next: &str) -> Option<&str> {
    let is_url = url::Url::parse(next).is_ok_and(|url| url.has_host());
    let is_path = next.starts_with(['/', '?', '.']) && next.contains('?');
    (is_url || is_path).then(|| {
        let link = next.split('#').next().unwrap_or(next);
        link.split_once('?').map_or("", |(_, query)| query)
    })
}

/// The cursors that were followed. It takes the same memory for ten pages and for a million: of the last ones each is
/// known, and of those before one, which moves on ever more slowly, so that the longest circle comes by it at last (Brent's
/// algorithm).
#[derive(Default)]
pub(super) struct Trail {
    keys: RandomState,
    last: VecDeque<u64>,
    milestone: Option<u64>,
    /// Cursors since the milestone, and how many there will be until the next.
    since: u64,
    until: u64,
}

impl Trail {
    const LAST: usize = 1024;

    pub(super) fn add(&mut self, cursor: &str) {
        let mark = self.keys.hash_one(cursor);
        if self.last.len() == Self::LAST {
            self.last.pop_front();
        }
        self.last.push_back(mark);
        self.since += 1;
        if self.since >= self.until {
            self.milestone = Some(mark);
            self.since = 0;
            self.until = self.until.max(1) * 2;
        }
    }

    pub(super) fn has(&self, cursor: &str) -> bool {
        let mark = self.keys.hash_one(cursor);
        self.milestone == Some(mark) || self.last.contains(&mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(next: &str) -> Option<String> {
        cursor_of(next, "cursor").expect("a cursor or the end")
    }

    #[test]
    fn of_a_link_only_the_cursor_is_taken() {
        for link in [
            "http://evil.example/?cursor=cD0y%3D&page_size=1",
            "/1.0/users/?page_size=1&cursor=cD0y%3D#top",
            "?cursor=cD0y%3D",
        ] {
            assert_eq!(taken(link).as_deref(), Some("cD0y="), "{link}");
        }
    }

    #[test]
    fn a_bare_cursor_is_the_cursor() {
        for cursor in ["cD0y==", "/Uc+2", "a:b", "7"] {
            assert_eq!(taken(cursor).as_deref(), Some(cursor));
        }
        assert_eq!(taken(""), None);
    }

    #[test]
    fn a_link_without_a_cursor_is_an_error_and_not_the_end() {
        for link in [
            "https://evil.example/",
            "https://evil.example/?curser=a",
            "https://evil.example/?cursor=",
            "/users?page=2",
        ] {
            assert!(cursor_of(link, "cursor").is_err(), "{link}");
        }
    }

    #[test]
    fn a_circle_of_any_length_is_found_and_memory_stays_flat() {
        for (before, length) in [(0, 1), (3, 2), (700, 1000), (5, 3000), (10_000, 2500)] {
            let cursor = |number: usize| match number.checked_sub(before) {
                Some(inside) => format!("c{}", inside % length),
                None => format!("b{number}"),
            };
            let mut trail = Trail::default();
            let found = (0..).take_while(|number| {
                let cursor = cursor(*number);
                let new = !trail.has(&cursor);
                trail.add(&cursor);
                new
            });
            let found = found.count();
            assert!(found >= before + length, "{before} {length}: {found}");
            assert!(
                found <= 4 * (before + length) + 2,
                "{before} {length}: {found}"
            );
            if length < Trail::LAST {
                assert_eq!(found, before + length, "at the first repetition");
            }
            assert!(trail.last.len() <= Trail::LAST);
        }
    }
}
