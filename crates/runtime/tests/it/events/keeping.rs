//! What keeps a socket, what loses it, and what of it stays unsaid.

use std::{sync::atomic::Ordering, time::Duration};

use bindery_runtime::{Delivery, Kind};
use serde_json::json;
use tokio::time::timeout;

use super::{
    chain::{Chain, Mischief, Script, Service},
    open, session,
};

const PATIENCE: Duration = Duration::from_secs(60);

async fn service() -> Service {
    Service::start(Chain(1), 3, Mischief::default()).await
}

#[tokio::test]
async fn a_peer_that_answers_no_ping_is_taken_for_dead() {
    let service = service().await;
    service.script(Script::Deaf);
    let events = open(&session(&service), "Block", None)
        .await
        .expect("a socket");
    let mut events = events.keep_alive(Duration::from_millis(20), 2);
    let first = timeout(PATIENCE, events.next())
        .await
        .expect("not for ever");
    let Some(Ok(Delivery::Reconnected(reconnected))) = first else {
        panic!("{first:?}");
    };
    assert_eq!(
        reconnected.cause.to_string(),
        "test watch: failed to keep the web socket: nothing came for 60ms, and 2 pings went unanswered; try again later"
    );
    assert_eq!((reconnected.attempts, reconnected.from), (1, Some(3)));
    service.commit();
    let event = timeout(PATIENCE, events.next())
        .await
        .expect("not for ever");
    let event = event
        .expect("more")
        .expect("no error")
        .event()
        .expect("an event");
    assert_eq!(event.id, "block-3");
}

#[tokio::test]
async fn a_peer_that_answers_pings_is_kept_however_little_it_says() {
    let service = service().await;
    let events = open(&session(&service), "Block", None)
        .await
        .expect("a socket");
    let mut events = events.keep_alive(Duration::from_millis(5), 1);
    let quiet = timeout(Duration::from_millis(300), events.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    assert_eq!(service.state.sockets.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_malformed_event_is_an_error_that_names_its_place_and_the_stream_goes_on() {
    let service = service().await;
    let canary = "hunter2-the-canary";
    service.script(Script::First(vec![
        json!({"kind": "Block", "id": 7, "node": canary, "content": 1}).to_string(),
        format!("{{\"kind\": \"{canary}"),
        json!({"kind": "New", "id": "new-1", "node": "", "content": 1}).to_string(),
    ]));
    let mut events = open(&session(&service), "", None).await.expect("a socket");
    let mut said = Vec::new();
    for _ in 0..2 {
        let error = events.next().await.expect("more").expect_err("malformed");
        assert_eq!(error.kind(), Kind::Decode);
        said.push(format!("{error} {error:?}"));
    }
    assert!(
        said[0].contains("expected a string at line 1 column "),
        "{}",
        said[0]
    );
    assert!(said[0].contains(", in `/id`"), "{}", said[0]);
    assert!(said[1].contains("the JSON ends too early"), "{}", said[1]);
    assert!(said.iter().all(|said| !said.contains(canary)), "{said:?}");
    let event = events.next().await.expect("more").expect("it fits");
    assert_eq!(event.event().expect("an event").kind, "New");
}

#[tokio::test]
async fn a_closing_word_that_holds_the_token_is_not_repeated() {
    let service = service().await;
    service.script(Script::Only(vec!["[]".to_owned()]));
    let mut events = open(&session(&service), "", None).await.expect("a socket");
    let error = events.next().await.expect("more").expect_err("malformed");
    assert!(!format!("{error:?}").contains("token-1"));
    let Some(Ok(Delivery::Reconnected(reconnected))) = events.next().await else {
        panic!("it was closed");
    };
    let cause = format!("{0} {0:?}", reconnected.cause);
    assert!(
        cause.contains("with the code 1008: the token … has expired"),
        "{cause}"
    );
    assert!(!cause.contains("token-1"), "{cause}");
    assert!(!format!("{events:?}").contains("token-1"));
}

#[tokio::test]
async fn dropping_the_stream_closes_the_socket() {
    let service = service().await;
    let mut events = open(&session(&service), "", None).await.expect("a socket");
    let closed = service.state.closed.notified();
    service.commit();
    events.next().await.expect("more").expect("an event");
    assert_eq!(service.state.open.load(Ordering::SeqCst), 1);
    drop(events);
    timeout(PATIENCE, closed).await.expect("it is closed");
    assert_eq!(service.state.open.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn only_what_is_asked_for_is_read() {
    let service = service().await;
    let mut events = open(&session(&service), "Block", None)
        .await
        .expect("a socket");
    for _ in 0..5 {
        service.commit();
        events.next().await.expect("more").expect("an event");
    }
    let paths: Vec<String> = service.requests();
    let paths: Vec<&str> = paths
        .iter()
        .map(|target| target.split('?').next().unwrap_or_default())
        .collect();
    assert_eq!(paths, ["/chains/main/watch", "/chains/main/blocks/latest"]);
}
