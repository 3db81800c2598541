//! A service in process that says what a test tells it, bit by bit.

use bindery_runtime::{
    Call, CallOptions, Evidence, Idempotency, Kind, Operation, Records, ServerEvent, ServerEvents,
    mock::{MockedEvents, MockedRecords, Service},
};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use tokio::time;

use super::SERVER;

const fn get(id: &'static str) -> Operation {
    let (safe, evidence) = (Idempotency::Safe, Evidence::Documented);
    Operation::new("test", id, Method::GET, "/blocks", &SERVER, safe, evidence)
}

static LIST: Operation = get("list");
static WATCH: Operation = get("watch").accept("text/event-stream");
static EXPORT: Operation = get("export").accept("application/x-ndjson");
static LOG: Operation = get("log").accept("application/json-seq");
static ALL: &[&Operation] = &[&LIST, &WATCH, &EXPORT, &LOG];

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
struct Block {
    height: u64,
}

const fn block(height: u64) -> Block {
    Block { height }
}

async fn watch(mock: &Service) -> ServerEvents<Block> {
    let watching = Call::new(&mock.open(), &WATCH).stream_events();
    watching.await.expect("a stream")
}

#[tokio::test]
async fn events_are_told_as_data_or_as_a_whole_and_then_the_answer_ends() {
    let mock = Service::start(ALL).await;
    let told: MockedEvents<(), Block> = mock.events(&WATCH);
    let named = ServerEvent::new(block(2)).named("head").with_id("b-2");
    let told = told.sends([block(1)]).sends([named.clone()]);
    let mut events = watch(&mock).await;
    assert_eq!(
        events.next().await.expect("more").expect("one").data,
        block(1)
    );
    assert!(events.next().await.is_none());
    let mut events = watch(&mock).await;
    assert_eq!(events.next().await.expect("more").expect("one"), named);
    assert!(events.next().await.is_none());
    assert_eq!(told.calls(), 2);
    mock.assert_all_used();
}

#[tokio::test]
async fn a_text_comes_through_line_by_line() {
    let mock = Service::start(ALL).await;
    drop(
        mock.text_events::<()>(&WATCH)
            .sends(["one\ntwo\n".to_owned(), String::new()]),
    );
    let watching = Call::new(&mock.open(), &WATCH).stream_text_events();
    let mut events = watching.await.expect("a stream");
    assert_eq!(
        events.next().await.expect("more").expect("one").data,
        "one\ntwo\n"
    );
    assert_eq!(events.next().await.expect("more").expect("one").data, "");
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_stream_that_drops_and_one_that_hangs_say_first_what_they_have() {
    let mock = Service::start(ALL).await;
    let told: MockedEvents<(), Block> = mock.events(&WATCH);
    drop(
        told.sends([block(1)])
            .and_drops()
            .sends([block(2)])
            .and_hangs(),
    );
    let mut events = watch(&mock).await;
    assert_eq!(
        events.next().await.expect("more").expect("one").data,
        block(1)
    );
    let error = events.next().await.expect("more").expect_err("dropped");
    assert_eq!(error.kind(), Kind::Connection);
    let options = CallOptions::new().idle_timeout(Duration::from_secs(60));
    let watching = Call::new(&mock.open(), &WATCH).with_options(options);
    let mut events: ServerEvents<Block> = watching.stream_events().await.expect("a stream");
    assert_eq!(
        events.next().await.expect("more").expect("one").data,
        block(2)
    );
    time::pause();
    let error = events.next().await.expect("more").expect_err("silent");
    assert_eq!(error.kind(), Kind::Timeout);
}

#[tokio::test]
async fn calls_of_one_path_are_told_apart_by_what_they_ask_for() {
    let mock = Service::start(ALL).await;
    let list = mock.once::<(), Block>(&LIST).answers(block(1));
    let lines: MockedRecords<(), Block> = mock.records(&EXPORT).sends([block(2), block(3)]);
    let records: MockedRecords<(), Block> = mock.records(&LOG).sends([block(4), block(5)]);
    let session = mock.open();
    let listed = Call::new(&session, &LIST).send::<Block>().await;
    assert_eq!(*listed.expect("an answer"), block(1));
    for (streaming, expected) in [
        (Call::new(&session, &EXPORT).stream_lines().await, [2, 3]),
        (Call::new(&session, &LOG).stream_sequence().await, [4, 5]),
    ] {
        let mut values: Records<Value> = streaming.expect("a stream");
        for height in expected {
            let value = values.next().await.expect("more").expect("a value");
            assert_eq!(value["height"], height);
        }
        assert!(values.next().await.is_none());
    }
    assert_eq!((list.calls(), lines.calls(), records.calls()), (1, 1, 1));
    mock.assert_all_used();
}

#[tokio::test]
async fn a_stream_that_is_followed_goes_on_with_the_next_answer() {
    let mock = Service::start(ALL).await;
    let told: MockedEvents<(), Block> = mock.events(&WATCH);
    let told = told
        .sends([ServerEvent::new(block(1)).with_id("1")])
        .and_drops()
        .refuses(503)
        .sends([block(2)])
        .sends([block(3)])
        .with_status(204);
    let following = Call::new(&mock.open(), &WATCH).follow_events();
    let mut events: ServerEvents<Block> = following.await.expect("a stream");
    let mut heights = Vec::new();
    let mut losses = 0;
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => heights.push(event.data.height),
            Err(_) => losses += 1,
        }
    }
    assert_eq!((heights, losses), (vec![1, 2], 2));
    let received = told.received();
    let sent = received
        .iter()
        .map(|call| call.headers().get("last-event-id").is_some());
    assert_eq!(sent.collect::<Vec<_>>(), [false, true, true, true]);
}
