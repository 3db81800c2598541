//! When a refresh token is given up: I22.

use std::time::Duration;

use bindery_auth::{AuthError, Outage, Rejected, Root};

use crate::{
    fleet,
    fleet::{Fleet, status},
    script::{Script, Turn, outage, pair, refusal},
    stage::{HOUR, SECOND, Stage},
};

/// I22: a refresh token is dropped after a verdict on that very token, and for nothing else.
#[tokio::test]
async fn i22_a_refused_refresh_token_leads_to_one_sign_in_and_is_never_shown_again() {
    let stage = Stage::new(Script::new([
        pair("a", "refresh-1"),
        refusal(Rejected::RefreshToken),
        outage(),
    ]));
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR);
    stage.ready().await.expect_err("the outage of the sign-in");
    stage.clock.advance(Duration::from_secs(2));
    stage.ready().await.expect("a token");
    assert_eq!(
        stage.script.calls(),
        ["sign in", "refresh refresh-1", "sign in", "sign in"]
    );
}

/// I22: a refresh token is dropped after a verdict on that very token, and for nothing else.
#[tokio::test]
async fn i22_a_refresh_token_survives_everything_but_its_own_refusal() {
    let malformed = Turn::Fail(AuthError::malformed("test", "no token"));
    let turns = [
        pair("a", "refresh-1"),
        outage(),
        refusal(Rejected::Request),
        malformed,
        Turn::Panic,
    ];
    let stage = Stage::new(Script::new(turns));
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR);
    for _ in 0..4 {
        stage.ready().await.expect_err("it fails");
        stage.clock.advance(Duration::from_secs(80));
    }
    stage.ready().await.expect("a token");
    assert_eq!(stage.script.calls()[1..], ["refresh refresh-1"; 5]);
}

/// I22: a refresh token is dropped after a verdict on that very token, and for nothing else.
#[tokio::test]
async fn i22_a_refusal_of_a_token_that_was_replaced_meanwhile_is_no_verdict() {
    let fleet = Fleet::new(Script::gated([
        pair("a", "refresh-1"),
        refusal(Rejected::RefreshToken),
    ]));
    fleet.script.let_go_on();
    let source = fleet.source();
    source.ready().await.expect("a token");
    fleet.script.begun().await;
    fleet.clock.advance(HOUR);
    let caller = tokio::spawn({
        let source = source.clone();
        async move { source.ready().await }
    });
    fleet.script.begun().await;
    fleet
        .store
        .put(fleet.record(2, "theirs", "refresh-theirs"))
        .await;
    fleet.script.let_go_on();
    caller.await.expect("no panic").expect("their token");
    assert_eq!(fleet::bearer(&source).as_deref(), Some("Bearer theirs"));
    assert_eq!(fleet.calls(), ["sign in", "refresh refresh-1"]);
}

/// I22: a refresh token is dropped after a verdict on that very token, and for nothing else.
#[tokio::test]
async fn i22_a_refresh_token_that_the_service_surely_did_not_take_is_shown_again() {
    let turns = [
        pair("a", "refresh-1"),
        outage(),
        status(429),
        status(503),
        status(408),
        refusal(Rejected::Request),
        pair("b", "refresh-2"),
    ];
    let fleet = Fleet::new(Script::rotating(Root::Credentials, None, turns));
    fleet.source().ready().await.expect("a token");
    fleet.clock.advance(HOUR);
    let source = fleet.source();
    for _ in 0..5 {
        source.ready().await.expect_err("not taken");
        fleet.clock.advance(80 * SECOND);
    }
    source.ready().await.expect("a token");
    assert_eq!(fleet.calls()[1..], ["refresh refresh-1"; 6]);
    assert_eq!(fleet.store.stored().await.shown, None);
}

/// I22: a refresh token is dropped after a verdict on that very token, and for nothing else.
#[tokio::test]
async fn i22_where_the_root_stays_good_a_refused_successor_goes_back_to_it() {
    let turns = [pair("a", "refresh-1"), refusal(Rejected::RefreshToken)];
    let fleet = Fleet::new(Script::rooted("root", turns));
    let source = fleet.source();
    source.ready().await.expect("a token");
    fleet.clock.advance(HOUR);
    source.ready().await.expect("a token");
    assert_eq!(
        fleet.calls(),
        ["refresh root", "refresh refresh-1", "refresh root"]
    );
}

/// I22: a refresh token is dropped after a verdict on that very token, and for nothing else.
#[tokio::test]
async fn i22_of_all_answers_to_a_refresh_only_its_own_refusal_ends_a_refresh_token() {
    let unavailable = |why| {
        Turn::Fail(AuthError::Unavailable {
            what: "the service is down".to_owned(),
            why,
            retry_after: None,
        })
    };
    let statuses = [408, 429, 500, 501, 502, 503, 504, 599];
    let mut kept: Vec<Turn> = statuses
        .map(|status| unavailable(Outage::Status(status)))
        .into();
    kept.extend([
        unavailable(Outage::Connect),
        unavailable(Outage::Timeout),
        unavailable(Outage::Lost),
        Turn::Fail(AuthError::malformed("test", "no token")),
        Turn::Fail(AuthError::Stopped { provider: "test" }),
        Turn::Fail(AuthError::Busy { provider: "test" }),
        Turn::Panic,
        refusal(Rejected::Request),
    ]);
    for turn in kept {
        let stage = Stage::new(Script::new([pair("a", "refresh-1"), turn]));
        stage.ready().await.expect("a token");
        stage.clock.advance(HOUR);
        stage.ready().await.expect_err("it fails");
        stage.clock.advance(80 * SECOND);
        stage.ready().await.expect("a token");
        let calls = stage.script.calls();
        assert_eq!(calls, ["sign in", "refresh refresh-1", "refresh refresh-1"]);
    }
    // A refusal of something else is one of the credentials: nothing more is sent.
    for what in [Rejected::Credentials, Rejected::Client, Rejected::Scopes] {
        let stage = Stage::new(Script::new([pair("a", "refresh-1"), refusal(what)]));
        stage.ready().await.expect("a token");
        stage.clock.advance(HOUR);
        for _ in 0..3 {
            assert!(stage.ready().await.expect_err("refused").is_final());
            stage.clock.advance(80 * SECOND);
        }
        assert_eq!(stage.script.calls(), ["sign in", "refresh refresh-1"]);
    }
    // Its own refusal leads to one sign-in of the same flight, whose failure ends the flight.
    let turns = [
        pair("a", "refresh-1"),
        refusal(Rejected::RefreshToken),
        refusal(Rejected::Request),
    ];
    let stage = Stage::new(Script::new(turns));
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR);
    stage.ready().await.expect_err("the sign-in fails");
    assert_eq!(
        stage.script.calls(),
        ["sign in", "refresh refresh-1", "sign in"]
    );
    stage.clock.advance(80 * SECOND);
    stage.ready().await.expect("a token");
    assert_eq!(stage.script.calls()[3..], ["sign in"]);
}
