//! A token that is good is served: I6.

use std::time::Duration;

use bindery_auth::{Rejected, TokenStore};

use crate::{
    contract::key,
    fleet,
    fleet::Fleet,
    script::{Script, living, outage, refusal},
    stage::{HOUR, SECOND, Stage, settle},
};

/// I6: a usable token is served without a wait, whatever the service does.
#[tokio::test]
async fn i06_a_usable_token_is_served_at_once_while_the_next_one_is_got() {
    let stage = Stage::new(Script::gated([]));
    stage.script.let_go_on();
    assert_eq!(stage.ready().await.expect("a token"), 1);
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-1"));
    stage.clock.advance(HOUR - Duration::from_secs(200));
    for _ in 0..50 {
        assert_eq!(stage.at_once().as_deref(), Some("Bearer token-1"));
        settle().await;
    }
    assert_eq!(
        stage.calls(),
        2,
        "one renewal, whatever the number of calls"
    );
    stage.script.let_go_on();
    settle().await;
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-2"));
    assert_eq!(stage.calls(), 2);
}

/// I6: a usable token is served without a wait, whatever the service does.
#[tokio::test]
async fn i06_a_usable_token_survives_a_renewal_that_fails() {
    let stage = Stage::new(Script::new([
        living(3600),
        outage(),
        refusal(Rejected::Credentials),
    ]));
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR - Duration::from_secs(200));
    for _ in 0..50 {
        assert_eq!(stage.at_once().as_deref(), Some("Bearer token"));
        settle().await;
    }
    assert_eq!(stage.calls(), 2, "the failure is not repeated at once");
    stage.clock.advance(Duration::from_secs(2));
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token"));
    settle().await;
    assert_eq!(
        stage.at_once().as_deref(),
        Some("Bearer token"),
        "even credentials that are refused now"
    );
    assert_eq!(stage.calls(), 3);
}

/// I6: a usable token is served without a wait, whatever the service does.
#[tokio::test]
async fn i06_while_a_process_waits_for_the_lease_its_usable_token_is_served() {
    let fleet = Fleet::new(Script::new([living(3600)]));
    let source = fleet.source();
    source.ready().await.expect("a token");
    let _theirs = fleet
        .store
        .lease(&key("jane"), HOUR)
        .await
        .expect("it works")
        .expect("free");
    fleet.clock.advance(HOUR - 200 * SECOND);
    for _ in 0..50 {
        assert_eq!(fleet::bearer(&source).as_deref(), Some("Bearer token"));
        settle().await;
    }
    assert_eq!(fleet.calls(), ["sign in"]);
}
