//! Lists: got page by page, to their end or to an error, and from wherever one stopped.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bindery_runtime::{Call, Error, Items, Kind, PagePosition, Pages, Session};
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::{IDEMPOTENT, SAFE, plain},
    stub::{Received, Reply, Stub},
};

#[derive(Debug, Deserialize)]
struct Page {
    items: Vec<u64>,
    next: Option<String>,
}

fn pages(session: &Session, size: u64) -> Pages<Page> {
    let call = Call::new(session, &SAFE).query("size", size);
    Pages::new(call, "cursor", |page| page.next.as_deref())
}

fn items(session: &Session, size: u64) -> Items<Page, u64> {
    pages(session, size).items(|page| page.items)
}

fn parameter(request: &Received, name: &str) -> Option<u64> {
    let query = request.line().split_once('?')?.1;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(other, _)| *other == name)?.1.parse().ok()
}

/// A page of the numbers below `length`; the cursor is the next number, in a link to somebody else's host.
fn page(request: &Received, length: u64) -> Reply {
    let start = parameter(request, "cursor").unwrap_or(0);
    let end = (start + parameter(request, "size").unwrap_or(10)).min(length);
    let next = (end < length).then(|| format!("http://evil.example/elsewhere?cursor={end}"));
    let items: Vec<u64> = (start..end).collect();
    Reply::new(200, "", &json!({"items": items, "next": next}).to_string())
}

async fn list(length: u64) -> Stub {
    Stub::reading(move |request| page(request, length)).await
}

async fn all(mut items: Items<Page, u64>) -> Result<Vec<u64>, Error> {
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        all.push(item?);
    }
    Ok(all)
}

fn through_text(position: &PagePosition) -> PagePosition {
    let saved = serde_json::to_string(position).expect("a position serializes");
    serde_json::from_str(&saved).expect("a position")
}

#[tokio::test]
async fn a_page_is_got_when_it_is_asked_for_and_not_before() {
    let stub = list(25).await;
    let session = plain(&stub);
    let mut pages = pages(&session, 10);
    for number in 1..=3 {
        assert_eq!(stub.count(), number - 1);
        pages.next().await.expect("a page").expect("no error");
        assert_eq!(stub.count(), number);
    }
    assert!(pages.next().await.is_none());
    assert_eq!(stub.count(), 3, "the last page is known to be the last");

    let mut items = items(&session, 10);
    for number in 0..10 {
        assert_eq!(
            items.next().await.expect("an item").expect("no error"),
            number
        );
        assert_eq!(stub.count(), 4);
    }
}

#[tokio::test]
async fn a_hundred_thousand_items_take_no_more_requests_than_pages() {
    let stub = list(100_000).await;
    let mut items = items(&plain(&stub), 1000);
    let mut expected = 0;
    while let Some(item) = items.next().await {
        assert_eq!(item.expect("no error"), expected);
        expected += 1;
    }
    assert_eq!((expected, stub.count()), (100_000, 100));
}

#[tokio::test]
async fn whoever_stops_anywhere_goes_on_there_even_with_another_size_of_pages() {
    let stub = list(23).await;
    let session = plain(&stub);
    for stop in 0..=23 {
        for size in [1, 4, 7, 100] {
            let mut first = items(&session, 5);
            let mut had = Vec::new();
            for _ in 0..stop {
                had.push(first.next().await.expect("an item").expect("no error"));
            }
            let position = through_text(&first.position());
            let second = items(&session, size).at(position).expect("the same list");
            had.extend(all(second).await.expect("no error"));
            assert_eq!(had, (0..23).collect::<Vec<_>>(), "{stop} {size}");
        }
    }
}

#[tokio::test]
async fn pages_go_on_where_the_process_before_stopped() {
    let stub = list(25).await;
    let session = plain(&stub);
    let mut first = pages(&session, 10);
    first.next().await.expect("a page").expect("no error");
    let position = through_text(&first.position());
    assert!(!position.is_at_the_end());
    let mut second = pages(&session, 10).at(position).expect("the same list");
    assert_eq!(
        second
            .next()
            .await
            .expect("a page")
            .expect("no error")
            .items[0],
        10
    );
    second.next().await.expect("a page").expect("no error");
    let position = through_text(&second.position());
    assert!(position.is_at_the_end());
    let mut third = pages(&session, 10).at(position).expect("the same list");
    assert!(third.next().await.is_none());
}

#[tokio::test]
async fn what_is_added_to_the_last_page_is_found_from_the_position_at_the_end() {
    let stub = list(3).await;
    let mut first = items(&plain(&stub), 10);
    while first.next().await.is_some() {}
    let position = through_text(&first.position());
    let longer = list(5).await;
    let second = items(&plain(&longer), 10)
        .at(position)
        .expect("the same list");
    assert_eq!(all(second).await.expect("no error"), [3, 4]);
}

#[tokio::test]
async fn an_error_ends_the_stream_and_costs_no_page_that_was_got() {
    let broken = Arc::new(AtomicBool::new(true));
    let breaks = Arc::clone(&broken);
    let stub = Stub::reading(move |request| {
        let fails = parameter(request, "cursor") == Some(40) && breaks.load(Ordering::SeqCst);
        if fails {
            Reply::status(500)
        } else {
            page(request, 60)
        }
    })
    .await;
    let session = plain(&stub);
    let mut items = items(&session, 10);
    for number in 0..40 {
        assert_eq!(
            items.next().await.expect("an item").expect("no error"),
            number
        );
    }
    let error = items.next().await.expect("an error").expect_err("an error");
    assert_eq!(error.kind(), Kind::Refused);
    assert!(items.next().await.is_none(), "nothing comes by itself");
    let position = items.position();
    broken.store(false, Ordering::SeqCst);
    let before = stub.count();
    items.go_on();
    assert_eq!(items.next().await.expect("an item").expect("no error"), 40);
    assert_eq!(stub.count(), before + 1);

    let resumed = super::pages::items(&session, 10)
        .at(position)
        .expect("the same list");
    assert_eq!(
        all(resumed).await.expect("no error"),
        (40..60).collect::<Vec<_>>()
    );
    assert_eq!(stub.count(), before + 3);
}

#[tokio::test]
async fn a_position_of_another_list_is_refused() {
    let stub = list(3).await;
    let session = plain(&stub);
    let call = Call::new(&session, &IDEMPOTENT);
    let other: Pages<Page> = Pages::new(call, "cursor", |page| page.next.as_deref());
    let error = pages(&session, 10)
        .at(other.position())
        .expect_err("another list");
    assert_eq!(error.kind(), Kind::Request);
    assert_eq!(
        error.to_string(),
        "test safe: failed to make the request: the position is one of test idempotent at `/things`, the call is for \
         `/things`; take the position of the same list"
    );
    assert_eq!(stub.count(), 0);
}

#[tokio::test]
async fn a_list_that_leads_nowhere_or_in_a_circle_is_an_error() {
    for (nexts, good, what) in [
        (
            &["a", "b", "a"][..],
            2,
            "the service gave the same cursor twice",
        ),
        (&["a", "a"], 1, "the service gave the same cursor twice"),
        (
            &["a", "https://api.example/things?page=2"],
            1,
            "the link to it has no cursor",
        ),
    ] {
        let bodies = nexts
            .iter()
            .map(|next| json!({"items": [1], "next": next}).to_string());
        let stub = Stub::script(bodies.map(|body| Reply::new(200, "", &body))).await;
        let mut pages = pages(&plain(&stub), 10);
        for _ in 0..good {
            pages.next().await.expect("a page").expect("no error");
        }
        let error = pages.next().await.expect("an error").expect_err("an error");
        assert_eq!(error.kind(), Kind::Decode);
        assert!(error.to_string().contains(what), "{error}");
        assert!(pages.next().await.is_none());
    }
}
