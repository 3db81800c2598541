//! Server-sent events of one answer after the other.

use std::time::Duration;

use bindery_runtime::{CallOptions, Kind, ServerEvents};
use tokio::{join, time};

use super::{
    Block, EVENTS, WATCH, call,
    service::{Asked, Service},
};

async fn followed(service: &Service) -> (ServerEvents<Block>, Asked) {
    let (events, asked) = join!(
        call(service, &WATCH).follow_events(),
        service.answers(EVENTS)
    );
    (events.expect("a stream"), asked)
}

async fn height(events: &mut ServerEvents<Block>) -> u64 {
    let event = events.next().await.expect("more").expect("an event");
    event.data.height
}

async fn kind(events: &mut ServerEvents<Block>) -> Kind {
    let event = events.next().await.expect("more");
    event.expect_err("an error").kind()
}

#[tokio::test]
async fn a_lost_connection_is_told_and_the_stream_goes_on_behind_the_last_event() {
    let service = Service::start().await;
    let (mut events, mut asked) = followed(&service).await;
    assert_eq!(asked.header("last-event-id"), None);
    asked
        .says("id: a-1\ndata: {\"height\": 1}\n\nid: a-2\ndata: {\"hei")
        .await;
    assert_eq!(height(&mut events).await, 1);
    drop(asked);
    assert_eq!(kind(&mut events).await, Kind::Connection);
    let serving = async {
        // The token has run out meanwhile.
        service.refuses(401, "{}").await;
        let mut asked = service.answers(EVENTS).await;
        asked.says("data: {\"height\": 2}\n\n").await;
        asked
    };
    let (two, asked) = join!(height(&mut events), serving);
    assert_eq!(two, 2);
    assert_eq!(asked.header("last-event-id"), Some("a-1"));
    assert_eq!(asked.header("authorization"), Some("Bearer token-2"));
    // An answer that ends as HTTP says is no end of the stream; only 204 is.
    asked.ends().await;
    assert_eq!(kind(&mut events).await, Kind::Connection);
    let serving = async {
        let asked = service.asked().await;
        assert_eq!(asked.header("last-event-id"), Some("a-1"));
        asked.says_nothing().await;
    };
    let (end, ()) = join!(events.next(), serving);
    assert!(end.is_none());
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn the_service_says_how_long_to_wait_before_connecting_anew() {
    let service = Service::start().await;
    let (mut events, mut asked) = followed(&service).await;
    asked.says("retry: 60000\n\n").await;
    drop(asked);
    assert_eq!(kind(&mut events).await, Kind::Connection);
    let before = time::Instant::now();
    time::pause();
    let reconnecting = async {
        let mut asked = service.answers(EVENTS).await;
        asked.says("data: {\"height\": 1}\n\n").await;
        before.elapsed()
    };
    let (one, waited) = join!(height(&mut events), reconnecting);
    assert_eq!(one, 1);
    assert!(waited >= Duration::from_secs(60), "{waited:?}");
}

#[tokio::test]
async fn what_cannot_heal_ends_the_stream() {
    let service = Service::start().await;
    let (mut events, asked) = followed(&service).await;
    drop(asked);
    assert_eq!(kind(&mut events).await, Kind::Connection);
    let (error, _) = join!(events.next(), service.refuses(410, "{}"));
    let error = error.expect("more").expect_err("a refusal");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(410));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn an_outage_is_told_and_waited_out() {
    let service = Service::start().await;
    let options = CallOptions::new().max_retries(0);
    let following = call(&service, &WATCH).with_options(options);
    let (events, asked) = join!(following.follow_events(), service.answers(EVENTS));
    let mut events: ServerEvents<Block> = events.expect("a stream");
    drop(asked);
    assert_eq!(kind(&mut events).await, Kind::Connection);
    for _ in 0..3 {
        let (kind, _) = join!(kind(&mut events), service.refuses(503, "{}"));
        assert_eq!(kind, Kind::Refused);
    }
    let serving = async {
        let mut asked = service.answers(EVENTS).await;
        asked.says("data: {\"height\": 1}\n\n").await;
        asked
    };
    let (one, _asked) = join!(height(&mut events), serving);
    assert_eq!(one, 1);
}

#[tokio::test]
async fn a_caller_goes_on_behind_an_event_that_was_saved() {
    let service = Service::start().await;
    let streaming = call(&service, &WATCH).last_event_id("block 7 \u{e4}");
    let (_, asked) = join!(
        streaming.stream_events::<Block>(),
        service.refuses(404, "{}")
    );
    assert_eq!(asked.header("last-event-id"), Some("block 7 \u{e4}"));
    let streaming = call(&service, &WATCH).last_event_id("7");
    let (events, mut asked) = join!(streaming.stream_events::<Block>(), service.answers(EVENTS));
    assert_eq!(asked.header("last-event-id"), Some("7"));
    let mut events = events.expect("a stream");
    assert_eq!(events.last_event_id(), Some("7"), "as long as nothing came");
    asked.says("data: {\"height\": 8}\n\n").await;
    let event = events.next().await.expect("more").expect("an event");
    assert_eq!(event.id.as_deref(), Some("7"));

    let streaming = call(&service, &WATCH).last_event_id("7\n8");
    let error = streaming.stream_events::<Block>().await;
    assert_eq!(error.expect_err("no header").kind(), Kind::Request);
}
