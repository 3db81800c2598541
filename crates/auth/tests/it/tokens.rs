//! The token source, by a clock and a service that the test holds in its hands.

use std::time::Duration;

use bindery_auth::{AuthError, Issued, Lifetime};

use crate::{
    script::{Script, Turn, outage, pair},
    stage::{HOUR, Stage, settle},
};

#[tokio::test]
async fn nothing_is_asked_before_a_token_is_wanted() {
    let stage = Stage::new(Script::new([]));
    settle().await;
    assert_eq!(stage.calls(), 0);
}

#[tokio::test]
async fn a_fresh_token_causes_no_request() {
    let stage = Stage::new(Script::new([]));
    assert_eq!(stage.ready().await.expect("a token"), 1);
    stage.clock.advance(HOUR - Duration::from_secs(340));
    assert_eq!(stage.ready().await.expect("a token"), 1);
    settle().await;
    assert_eq!(stage.calls(), 1);
}

#[tokio::test]
async fn while_it_backs_off_it_says_so_and_why() {
    let stage = Stage::new(Script::new([outage()]));
    stage.ready().await.expect_err("an outage");
    let error = stage.ready().await.expect_err("too early");
    let AuthError::BackingOff { retry_after, last } = &error else {
        panic!("{error:?}")
    };
    assert!(*retry_after >= Duration::from_secs(1) && *retry_after <= Duration::from_millis(1250));
    assert!(matches!(**last, AuthError::Unavailable { .. }));
    assert_eq!(error.retry_after(), Some(*retry_after));
    assert_eq!(error.advice(), bindery_runtime::Advice::Retry);
}

#[tokio::test]
async fn a_refresh_token_is_used_and_its_successor_adopted() {
    let stage = Stage::new(Script::new([
        pair("a", "refresh-1"),
        pair("b", "refresh-2"),
        pair("c", "refresh-3"),
    ]));
    for generation in 1..=3 {
        assert_eq!(stage.ready().await.expect("a token"), generation);
        stage.clock.advance(HOUR);
    }
    assert_eq!(
        stage.script.calls(),
        ["sign in", "refresh refresh-1", "refresh refresh-2"]
    );
}

#[tokio::test]
async fn a_refresh_token_that_has_lapsed_is_not_shown() {
    let issued = Issued::new("a", Lifetime::Seconds(3600))
        .refresh_token(Some("refresh-1".into()), Lifetime::Seconds(7200));
    let stage = Stage::new(Script::new([Turn::Issue(issued)]));
    stage.ready().await.expect("a token");
    stage.clock.advance(2 * HOUR);
    stage.ready().await.expect("a token");
    assert_eq!(stage.script.calls(), ["sign in", "sign in"]);
}

#[tokio::test]
async fn a_401_gets_a_new_token() {
    let stage = Stage::new(Script::new([]));
    stage.ready().await.expect("a token");
    assert!(stage.rejected(1).await);
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-2"));
}

#[tokio::test]
async fn a_service_that_refuses_whatever_it_issues_is_not_stormed() {
    let stage = Stage::new(Script::new([]));
    for _ in 0..1000 {
        let generation = stage.ready().await.expect("a token");
        stage.rejected(generation).await;
    }
    assert_eq!(stage.calls(), 11, "ten replacements at once");
    stage.clock.advance(Duration::from_secs(3));
    for _ in 0..1000 {
        let generation = stage.ready().await.expect("a token");
        stage.rejected(generation).await;
    }
    assert_eq!(stage.calls(), 14, "and one a second after that");
}

#[tokio::test]
async fn a_token_that_no_header_takes_is_an_error() {
    for text in ["", "to\nken", "to\u{7f}ken"] {
        let stage = Stage::new(Script::new([Turn::Issue(Issued::new(
            text,
            Lifetime::Unknown,
        ))]));
        let error = stage.ready().await.expect_err("unfit");
        assert_eq!(
            error.to_string(),
            "test: failed to read the tokens in the answer: the access token is empty, or not fit for a header"
        );
    }
}
