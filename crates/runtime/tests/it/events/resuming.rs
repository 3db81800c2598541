//! Going on from a saved position, and past what cannot be read.

use std::time::Duration;

use bindery_runtime::{BaseUrl, Call, Delivery, EventPosition, Kind, Session, Target};
use serde_json::json;
use tokio::time::timeout;

use super::{
    SOCKET, WATCH,
    chain::{Chain, Mischief, Script, Service},
    id, open, session,
};

const PATIENCE: Duration = Duration::from_secs(60);

async fn heard(events: &mut bindery_runtime::Events<super::Told>) -> String {
    let next = timeout(PATIENCE, events.next())
        .await
        .expect("not for ever");
    match next.expect("more") {
        Ok(Delivery::Event(event)) => event.id,
        other => format!("{other:?}"),
    }
}

fn saved(next: u64) -> EventPosition {
    let saved = json!({"provider": "test", "operation": "watch", "path": "/chains/main/watch", "next": next});
    serde_json::from_value(saved).expect("a position")
}

#[tokio::test]
async fn a_process_goes_on_where_the_one_before_stopped() {
    let service = Service::start(Chain(1), 3, Mischief::default()).await;
    let session = session(&service);
    let mut events = open(&session, "Block", None).await.expect("a socket");
    assert_eq!(events.position().map(|position| position.height()), Some(3));
    service.commit();
    assert_eq!(heard(&mut events).await, "block-3");
    let position = events.position().expect("a position");
    drop(events);
    (0..200).for_each(|_| service.commit());
    let mut events = open(&session, "Block", Some(position))
        .await
        .expect("a socket");
    for height in 4..204 {
        assert_eq!(heard(&mut events).await, format!("block-{height}"));
    }
    service.commit();
    assert_eq!(heard(&mut events).await, "block-204");
}

#[tokio::test]
async fn what_happens_before_the_first_event_is_asked_for_is_owed_too() {
    let service = Service::start(Chain(1), 3, Mischief::default()).await;
    service.script(Script::Only(vec![]));
    let mut events = open(&session(&service), "Block", None)
        .await
        .expect("a socket");
    service.commit();
    let told = heard(&mut events).await;
    assert!(told.contains("Reconnected"), "{told}");
    assert_eq!(heard(&mut events).await, "block-3");
}

#[tokio::test]
async fn what_was_said_to_be_missing_and_comes_after_all_is_delivered_once() {
    let chain = Chain(1);
    let height = (3..)
        .find(|height| !chain.block(*height)["change"].is_null())
        .expect("a change");
    let service = Service::start(chain, height + 1, Mischief::default()).await;
    let change =
        json!({"kind": "Change", "id": format!("change-{height}-"), "node": "", "content": 1});
    service.script(Script::First(vec![change.to_string(), change.to_string()]));
    let events = open(&session(&service), "Block,Change", Some(saved(height))).await;
    let mut events = events.expect("a socket");
    assert_eq!(heard(&mut events).await, format!("block-{height}"));
    let missing = heard(&mut events).await;
    assert_eq!(
        missing,
        format!(
            "Ok(Missing(Missing {{ height: Some({height}), kind: Some(\"Change\"), id: Some(\"change-{height}-\") }}))"
        )
    );
    assert_eq!(heard(&mut events).await, format!("change-{height}-"));
    service.commit();
    assert_eq!(heard(&mut events).await, format!("block-{}", height + 1));
}

#[tokio::test]
async fn a_position_of_another_subscription_is_refused() {
    let service = Service::start(Chain(1), 3, Mischief::default()).await;
    let call = Call::new(&session(&service), &WATCH).path("chain", "other");
    let error = call
        .subscribe_from(&SOCKET, id, saved(1))
        .await
        .expect_err("another chain");
    assert_eq!(error.kind(), Kind::Request);
    assert_eq!(
        error.to_string(),
        "test watch: failed to make the request: the position is one of test watch at `/chains/main/watch`, the call is \
         for `/chains/other/watch`; take the position of the same subscription"
    );
    assert!(service.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_chain_that_begins_again_is_an_error_and_not_silence() {
    let service = Service::start(Chain(1), 3, Mischief::default()).await;
    let events = open(&session(&service), "Block", Some(saved(1000))).await;
    let error = heard(&mut events.expect("a socket")).await;
    assert!(
        error.contains("the newest block is 2, and events of block 999 were delivered"),
        "{error}"
    );
}

#[tokio::test]
async fn an_event_far_behind_is_an_error_and_not_silence() {
    let service = Service::start(Chain(1), 8, Mischief::default()).await;
    let event = |height: u64| {
        let id = format!("block-{height}");
        json!({"kind": "Block", "id": id, "node": "", "content": 1}).to_string()
    };
    service.script(Script::First(vec![event(8), event(9), event(2), event(10)]));
    let mut events = open(&session(&service), "Block", None)
        .await
        .expect("a socket");
    assert_eq!(heard(&mut events).await, "block-8");
    assert_eq!(heard(&mut events).await, "block-9");
    let error = heard(&mut events).await;
    assert!(
        error.contains("it is of block 2, and block 7 was complete"),
        "{error}"
    );
    assert_eq!(heard(&mut events).await, "block-10");
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_until_it_is_given_up() {
    // No call ever succeeds but that for the newest block.
    let service = Service::start(Chain(1), 5, Mischief::default()).await;
    let session = session(&service);
    let mut events = open(&session, "Block", Some(saved(4)))
        .await
        .expect("a socket");
    assert_eq!(heard(&mut events).await, "block-4");
    // A block that the service tells of and REST never has.
    drop(events);
    let ahead = json!({"kind": "Block", "id": "block-9", "node": "", "content": 1}).to_string();
    service.script(Script::First(vec![ahead]));
    let mut events = open(&session, "Block", Some(saved(5)))
        .await
        .expect("a socket");
    for _ in 0..2 {
        let error = heard(&mut events).await;
        assert!(error.contains("HTTP 404"), "{error}");
    }
    for height in 5..=9 {
        events.give_up();
        let missing = heard(&mut events).await;
        assert!(
            missing.contains(&format!("Missing {{ height: Some({height})")),
            "{missing}"
        );
        if height < 9 {
            let error = heard(&mut events).await;
            assert!(error.contains("HTTP 404"), "{error}");
        }
    }
    // What came over the socket is not lost with what did not.
    assert_eq!(heard(&mut events).await, "block-9");
}

#[tokio::test]
async fn without_rest_the_socket_serves_and_the_caller_knows() {
    let service = Service::start(
        Chain(1),
        3,
        Mischief {
            fails: 1000,
            ..Mischief::default()
        },
    )
    .await;
    let mut events = open(&session(&service), "Block", None)
        .await
        .expect("a socket");
    let error = heard(&mut events).await;
    assert!(error.contains("get_block"), "{error}");
    service.commit();
    assert_eq!(heard(&mut events).await, "block-3");
}

#[tokio::test]
async fn a_socket_that_cannot_be_replayed_reconnects_and_says_so() {
    let service = Service::start(Chain(1), 3, Mischief::default()).await;
    service.script(Script::Only(vec![]));
    let base = BaseUrl::plain_http(&service.url).expect("a URL");
    let session = Session::builder(Target::custom("test", base))
        .shared_credential(crate::api::Token::new(crate::api::Renews::Always))
        .retry(crate::api::at_once())
        .build()
        .expect("a session");
    let call = super::watch(&session, "*");
    let mut events = call
        .subscribe(&crate::api::SOCKET, id)
        .await
        .expect("a socket");
    let told = heard(&mut events).await;
    assert!(
        told.contains("Reconnected") && told.contains("from: None"),
        "{told}"
    );
    assert_eq!(events.position(), None);
    service.commit();
    assert_eq!(heard(&mut events).await, "block-3");
}
