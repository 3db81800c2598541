//! What a 401 does, and does not: I9 and I10.

use bindery_auth::{Reach, RenewedToken, TokenSource};
use bindery_runtime::{Credential, Generation};

use crate::{
    fleet,
    fleet::Fleet,
    script::{Script, living, outage, pair},
    stage::{HOUR, SECOND, Stage, settle},
};

/// I9: any number of 401s for one token cost one request, and those for a token that was replaced none.
#[tokio::test]
async fn i09_a_late_401_does_not_burn_the_new_token() {
    let stage = Stage::new(Script::new([]));
    stage.ready().await.expect("a token");
    assert!(stage.rejected(1).await);
    for _ in 0..50 {
        assert!(
            stage.rejected(1).await,
            "it is worth another try, with the new token"
        );
    }
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-2"));
    assert_eq!(stage.calls(), 2);
}

/// I9: any number of 401s for one token cost one request, and those for a token that was replaced none.
#[tokio::test]
async fn i09_a_hundred_401s_for_one_token_cost_one_request() {
    let stage = Stage::new(Script::gated([]));
    stage.script.let_go_on();
    stage.ready().await.expect("a token");
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let credential = stage.credential.clone();
            tokio::spawn(async move { credential.rejected(Generation(1)).await })
        })
        .collect();
    settle().await;
    stage.script.let_go_on();
    for caller in callers {
        assert!(caller.await.expect("no panic").expect("a newer token"));
    }
    assert_eq!(stage.calls(), 2);
}

/// I9: any number of 401s for one token cost one request, and those for a token that was replaced none.
#[tokio::test]
async fn i09_a_401_for_a_token_that_another_has_replaced_costs_no_request() {
    let fleet = Fleet::new(Script::new([
        pair("a", "refresh-1"),
        pair("b", "refresh-2"),
    ]));
    let (one, two) = (fleet.source(), fleet.source());
    one.ready().await.expect("a token");
    two.ready().await.expect("a token");
    let credential =
        |source: &TokenSource| RenewedToken::new(source.clone(), Reach::new(&["token"], ""));
    assert!(
        credential(&one)
            .rejected(Generation(1))
            .await
            .expect("a token")
    );
    assert!(
        credential(&two)
            .rejected(Generation(1))
            .await
            .expect("a token")
    );
    assert_eq!(fleet::bearer(&two).as_deref(), Some("Bearer b"));
    assert_eq!(fleet.calls().len(), 2);
}

/// I10: a token that was refused is not served again, and no refresh token is lost over it.
#[tokio::test]
async fn i10_a_refused_token_is_not_served_again() {
    let stage = Stage::new(Script::new([living(3600), outage()]));
    stage.ready().await.expect("a token");
    stage
        .credential
        .rejected(Generation(1))
        .await
        .expect_err("an outage");
    assert_eq!(stage.at_once(), None);
    stage.ready().await.expect_err("it backs off");
    assert_eq!(stage.calls(), 2);
}

/// I10: a token that was refused is not served again, and no refresh token is lost over it.
#[tokio::test]
async fn i10_a_401_during_a_renewal_takes_the_token_out_of_service_and_loses_nothing() {
    let stage = Stage::new(Script::gated([
        pair("a", "refresh-1"),
        pair("b", "refresh-2"),
    ]));
    stage.script.let_go_on();
    stage.ready().await.expect("a token");
    stage.script.begun().await;
    stage.clock.advance(HOUR - 200 * SECOND);
    assert_eq!(stage.at_once().as_deref(), Some("Bearer a"));
    let begun = tokio::time::timeout(20 * SECOND, stage.script.begun());
    begun.await.expect("it is renewed early");
    let rejected = tokio::spawn({
        let credential = stage.credential.clone();
        async move { credential.rejected(Generation(1)).await }
    });
    settle().await;
    assert_eq!(stage.at_once(), None, "it was refused");
    stage.script.let_go_on();
    assert!(rejected.await.expect("no panic").expect("a newer token"));
    assert_eq!(stage.at_once().as_deref(), Some("Bearer b"));
    stage.clock.advance(HOUR);
    stage.script.let_go_on();
    stage.ready().await.expect("a token");
    assert_eq!(
        stage.script.calls(),
        ["sign in", "refresh refresh-1", "refresh refresh-2"]
    );
}

/// I10: a token that was refused is not served again, and no refresh token is lost over it.
#[tokio::test]
async fn i10_a_token_that_was_refused_is_not_taken_over_from_the_store() {
    let fleet = Fleet::new(Script::new([
        pair("a", "refresh-1"),
        outage(),
        pair("b", "refresh-2"),
    ]));
    let source = fleet.source();
    source.ready().await.expect("a token");
    let credential = RenewedToken::new(source.clone(), Reach::new(&["token"], ""));
    credential
        .rejected(Generation(1))
        .await
        .expect_err("an outage");
    assert_eq!(fleet::bearer(&source), None);
    fleet.clock.advance(2 * SECOND);
    source.ready().await.expect("a token");
    assert_eq!(fleet::bearer(&source).as_deref(), Some("Bearer b"));
}
