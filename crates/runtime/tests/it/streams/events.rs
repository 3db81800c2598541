//! Server-sent events of one answer.

use std::time::Duration;

use bindery_runtime::{Advice, CallOptions, Error, Kind, Secret, ServerEvent, ServerEvents};
use serde::Serialize;
use tokio::{join, time};

use super::{
    ASK, Block, EVENTS, WATCH, builder, call,
    service::{Asked, Service},
};

async fn opened() -> (ServerEvents<Block>, Asked) {
    let service = Service::start().await;
    let (events, asked) = join!(
        call(&service, &WATCH).stream_events(),
        service.answers(EVENTS)
    );
    (events.expect("a stream"), asked)
}

async fn error(events: &mut ServerEvents<Block>) -> Error {
    events.next().await.expect("more").expect_err("an error")
}

#[tokio::test]
async fn each_event_comes_when_it_is_said_and_not_when_all_are() {
    let (mut events, mut asked) = opened().await;
    assert_eq!(asked.header("accept"), Some("text/event-stream"));
    assert_eq!(asked.header("authorization"), Some("Bearer token-1"));
    assert_eq!(events.response().request_id(), Some("r-1"));
    for height in 1..4 {
        let text = format!(
            ": here\nevent: block\nid: {height}\ndata: {{\"height\":\ndata: {height}}}\n\n"
        );
        asked.says(text).await;
        let event = events.next().await.expect("more").expect("an event");
        let expected = ServerEvent::new(Block { height })
            .named("block")
            .with_id(height.to_string());
        assert_eq!(event, expected);
    }
    asked.says("id: 4\n\n").await;
    asked.says("data: {\"height\": 5}\n").await;
    asked.ends().await;
    assert!(events.next().await.is_none(), "the last one is not whole");
    assert_eq!(events.last_event_id(), Some("4"));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn the_deadline_of_a_call_is_over_with_the_head_of_its_answer() {
    let service = Service::start().await;
    let options = CallOptions::new()
        .deadline(Duration::from_secs(30))
        .attempt_timeout(Duration::from_secs(20));
    let streaming = call(&service, &WATCH).with_options(options.clone());
    let (events, mut asked) = join!(streaming.stream_events::<Block>(), service.answers(EVENTS));
    let mut events = events.expect("a stream");
    time::pause();
    time::advance(Duration::from_secs(3600)).await;
    time::resume();
    asked.says("data: {\"height\": 1}\n\n").await;
    let event = events.next().await.expect("more").expect("an event");
    assert_eq!(event.data.height, 1);

    let streaming = call(&service, &WATCH).with_options(options.max_retries(0));
    let opening = async {
        let _silent = service.asked().await;
        time::pause();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        events = streaming.stream_events::<Block>() => {
            assert_eq!(events.expect_err("no head").kind(), Kind::Timeout);
        }
        () = opening => {}
    }
}

#[tokio::test]
async fn a_stream_in_which_nothing_comes_for_too_long_is_given_up() {
    let service = Service::start().await;
    let options = CallOptions::new().idle_timeout(Duration::from_secs(30));
    let streaming = call(&service, &WATCH).with_options(options);
    let (events, mut asked) = join!(streaming.stream_events::<Block>(), service.answers(EVENTS));
    let mut events = events.expect("a stream");
    asked.says("data: {\"height\": 1}\n\n").await;
    events.next().await.expect("more").expect("an event");
    let before = time::Instant::now();
    time::pause();
    let error = error(&mut events).await;
    assert!(before.elapsed() >= Duration::from_secs(30));
    assert_eq!(
        (error.kind(), error.advice()),
        (Kind::Timeout, Advice::Retry)
    );
    assert_eq!(
        error.to_string(),
        "test watch: failed to hear from the service: nothing came for 30s; try again later"
    );
    assert!(events.next().await.is_none());
    asked.hears_the_end().await;
}

#[tokio::test]
async fn until_the_head_it_is_a_call_like_any_other() {
    let service = Service::start().await;
    let serving = async {
        service.refuses(503, "{}").await;
        service.refuses(401, "{}").await;
        let mut asked = service.answers(EVENTS).await;
        asked.says("data: {\"height\": 1}\n\n").await;
        asked
    };
    let (events, asked) = join!(call(&service, &WATCH).stream_events::<Block>(), serving);
    let mut events = events.expect("a stream");
    assert_eq!(events.response().attempts(), 3);
    assert_eq!(asked.header("authorization"), Some("Bearer token-2"));
    events.next().await.expect("more").expect("an event");

    let (events, _) = join!(
        call(&service, &WATCH).stream_events::<Block>(),
        service.refuses(404, "{\"why\":\"no such chain\"}")
    );
    let error = events.expect_err("a refusal");
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.body(), Some(&b"{\"why\":\"no such chain\"}"[..]));
}

#[tokio::test]
async fn a_success_that_is_no_event_stream_is_an_error_and_not_silence() {
    let service = Service::start().await;
    let (events, _) = join!(
        call(&service, &WATCH).stream_events::<Block>(),
        service.refuses(200, "{\"error\":\"busy\"}")
    );
    let error = events.expect_err("no stream");
    assert_eq!(
        error.to_string(),
        "test watch: failed to read the answer (HTTP 200): it is `application/json`, not `text/event-stream` (request id \
         r-1); the spec and the service disagree, so report it".replace(" (request id r-1)", "")
    );
    assert_eq!(error.body(), Some(&b"{\"error\":\"busy\"}"[..]));
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error_and_what_is_not_whole_is_dropped() {
    let (mut events, mut asked) = opened().await;
    asked
        .says("data: {\"height\": 1}\n\ndata: {\"height\": 2}\n")
        .await;
    events.next().await.expect("more").expect("an event");
    drop(asked);
    let error = error(&mut events).await;
    assert_eq!(
        (error.kind(), error.advice()),
        (Kind::Connection, Advice::Retry)
    );
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn dropping_the_stream_hangs_up() {
    let (events, mut asked) = opened().await;
    asked.says("data: {\"height\": 1}\n\n").await;
    drop(events);
    asked.hears_the_end().await;
}

#[tokio::test]
async fn data_that_does_not_fit_names_its_event_and_the_stream_goes_on() {
    let (mut events, mut asked) = opened().await;
    asked
        .says("data: {\"height\": 1}\n\nevent: block\nid: 7\ndata: {\"height\": \"x\"}\n\ndata: {\"height\": 3}\n\n")
        .await;
    assert_eq!(
        events.next().await.expect("more").expect("one").data.height,
        1
    );
    let error = error(&mut events).await;
    assert_eq!(
        error.to_string(),
        "test watch: failed to read event 2 `block` (id `7`): expected u64 at line 1 column 14, in `/height` (request id \
         r-1); the spec and the service disagree, so report it"
    );
    assert_eq!(error.body(), Some(&b"{\"height\": \"x\"}"[..]));
    assert_eq!(
        events.next().await.expect("more").expect("one").data.height,
        3
    );
}

#[tokio::test]
async fn an_event_that_is_too_large_ends_the_stream_and_many_small_ones_do_not() {
    let service = Service::start().await;
    let session = builder(&service).max_response_bytes(100).build();
    let streaming = bindery_runtime::Call::new(&session.expect("a session"), &WATCH);
    let (events, mut asked) = join!(streaming.stream_events::<Block>(), service.answers(EVENTS));
    let mut events = events.expect("a stream");
    asked.says("data: {\"height\": 1}\n\n".repeat(100)).await;
    for _ in 0..100 {
        events.next().await.expect("more").expect("an event");
    }
    asked.says(format!("data: {}", "1".repeat(200))).await;
    let error = error(&mut events).await;
    assert_eq!(error.kind(), Kind::TooLarge);
    assert!(events.next().await.is_none());
    asked.hears_the_end().await;
}

#[tokio::test]
async fn data_that_is_a_text_is_left_as_it_is() {
    let service = Service::start().await;
    let (events, mut asked) = join!(
        call(&service, &WATCH).stream_text_events(),
        service.answers("HTTP/1.1 200 OK\r\n")
    );
    let mut events = events.expect("a stream without a content type");
    asked.says("data:  {\"a\"\ndata:: 1\n\n").await;
    let event = events.next().await.expect("more").expect("an event");
    assert_eq!(event.data, " {\"a\"\n: 1");
}

#[derive(Serialize)]
struct Question {
    key: Secret,
}

#[tokio::test]
async fn no_error_of_a_stream_repeats_a_secret_that_was_sent() {
    let service = Service::start().await;
    let question = Question {
        key: Secret::from("hunter2-hunter2"),
    };
    let asking = call(&service, &ASK).json(&question);
    let (events, mut asked) = join!(asking.stream_events::<Block>(), service.answers(EVENTS));
    let mut events = events.expect("a stream");
    asked
        .says("event: hunter2-hunter2\nid: token-1 Bearer token-1\ndata: 0\n\n")
        .await;
    let error = error(&mut events).await;
    let text = format!("{error} {error:?}");
    assert!(text.contains("event 1"), "{text}");
    assert!(
        !text.contains("hunter2") && !text.contains("token-1"),
        "{text}"
    );
    drop(asked);
    let error = self::error(&mut events).await;
    assert_eq!(
        error.advice(),
        Advice::Look,
        "a write may have been carried out"
    );
}
