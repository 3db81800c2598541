//! One request at a time, shared by all and belonging to none: I1 to I3.

use bindery_auth::AuthError;
use bindery_runtime::Generation;

use crate::{
    script::{Script, outage},
    stage::{Stage, settle},
};

/// I1: for each key there is at most one token request under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i01_a_hundred_callers_cost_one_request() {
    let stage = Stage::new(Script::gated([]));
    let callers: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn({
                let source = stage.source.clone();
                async move { source.ready().await }
            })
        })
        .collect();
    stage.script.begun().await;
    stage.script.let_go_on();
    for caller in callers {
        assert_eq!(
            caller.await.expect("no panic").expect("a token"),
            Generation(1)
        );
    }
    assert_eq!(stage.script.calls(), ["sign in"]);
}

/// I1: for each key there is at most one token request under way.
#[tokio::test]
async fn i01_a_caller_who_comes_late_waits_for_the_request_under_way() {
    let stage = Stage::new(Script::gated([]));
    let first = tokio::spawn({
        let source = stage.source.clone();
        async move { source.ready().await }
    });
    stage.script.begun().await;
    first.abort();
    let second = tokio::spawn({
        let source = stage.source.clone();
        async move { source.ready().await }
    });
    settle().await;
    stage.script.let_go_on();
    assert_eq!(
        second.await.expect("no panic").expect("a token"),
        Generation(1)
    );
    assert_eq!(stage.calls(), 1);
}

/// I2: a flight that fails gives one error to all who wait for it, for one request.
#[tokio::test]
async fn i02_a_failure_is_shared_by_all_who_wait() {
    let stage = Stage::new(Script::gated([outage()]));
    let callers: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn({
                let source = stage.source.clone();
                async move { source.ready().await }
            })
        })
        .collect();
    settle().await;
    stage.script.let_go_on();
    for caller in callers {
        let error = caller.await.expect("no panic").expect_err("an outage");
        assert!(matches!(error, AuthError::Unavailable { .. }), "{error:?}");
    }
    assert_eq!(stage.calls(), 1);
}

/// I3: whoever is dropped, and wherever, the flight goes on to its end, with its result saved and served.
#[tokio::test]
async fn i03_a_request_outlives_the_caller_who_started_it() {
    let stage = Stage::new(Script::gated([]));
    let caller = tokio::spawn({
        let source = stage.source.clone();
        async move { source.ready().await }
    });
    stage.script.begun().await;
    caller.abort();
    assert!(caller.await.expect_err("aborted").is_cancelled());
    stage.script.let_go_on();
    settle().await;
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-1"));
    assert_eq!(stage.calls(), 1);
}
