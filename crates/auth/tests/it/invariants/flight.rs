//! One request at a time, shared by all and belonging to none: I1 to I3.

use std::{sync::Arc, time::Duration};

use bindery_auth::{
    AuthError, Commit, Exchange, Grant, Lease, Reach, RenewedToken, Root, Rotation, Stored,
    Storing, TokenKey, TokenSource, TokenStore,
};
use bindery_runtime::{Credential, Generation, Secret};

use crate::{
    contract::key,
    fleet,
    fleet::{Fleet, Moody},
    script::{Script, outage, pair},
    stage::{HOUR, SECOND, Stage, settle},
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
        assert_eq!(error.to_string(), "the service is down");
        assert!(matches!(error, AuthError::Unavailable { .. }), "{error:?}");
    }
    settle().await;
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

/// A service and a store that take a few turns of the scheduler for everything.
#[derive(Debug)]
struct Dawdling<T>(T);

async fn dawdle() {
    for _ in 0..2 {
        tokio::task::yield_now().await;
    }
}

impl Grant for Dawdling<Script> {
    fn provider(&self) -> &'static str {
        self.0.provider()
    }

    fn root(&self) -> Root {
        self.0.root()
    }

    fn rotation(&self) -> Rotation {
        self.0.rotation()
    }

    fn sign_in(&self) -> Exchange<'_> {
        Box::pin(async {
            dawdle().await;
            self.0.sign_in().await
        })
    }

    fn refresh<'a>(&'a self, refresh_token: &'a Secret) -> Exchange<'a> {
        Box::pin(async move {
            dawdle().await;
            self.0.refresh(refresh_token).await
        })
    }
}

impl TokenStore for Dawdling<Moody> {
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>> {
        Box::pin(async {
            dawdle().await;
            self.0.load(key).await
        })
    }

    fn lease<'a>(&'a self, key: &'a TokenKey, life: Duration) -> Storing<'a, Option<Lease>> {
        Box::pin(async move {
            dawdle().await;
            self.0.lease(key, life).await
        })
    }

    fn commit<'a>(
        &'a self,
        key: &'a TokenKey,
        lease: &'a Lease,
        expected: u64,
        new: &'a Stored,
    ) -> Storing<'a, Commit> {
        Box::pin(async move {
            dawdle().await;
            self.0.commit(key, lease, expected, new).await
        })
    }
}

/// More turns than a whole flight takes.
const TURNS: usize = 25;

/// Polls three callers so many times, drops those whose bit is set in `dropped`, and waits for the others.
async fn drop_some<F: Future<Output = bool>>(callers: impl Fn() -> F, turns: usize, dropped: u8) {
    let mut waiting: Vec<_> = (0..3).map(|_| Some(Box::pin(callers()))).collect();
    for _ in 0..turns {
        for caller in &mut waiting {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            let polled = caller
                .as_mut()
                .map(|caller| caller.as_mut().poll(&mut context));
            if let Some(std::task::Poll::Ready(well)) = polled {
                assert!(well, "{turns} turns, {dropped:03b} dropped");
                *caller = None;
            }
        }
        tokio::task::yield_now().await;
    }
    for (number, caller) in waiting.into_iter().enumerate() {
        match caller {
            Some(caller) if dropped & (1 << number) == 0 => {
                assert!(caller.await, "{turns} turns, {dropped:03b} dropped");
            }
            _ => {}
        }
    }
    settle().await;
}

/// I3: whoever is dropped, and wherever, the flight goes on to its end, with its result saved and served.
#[tokio::test]
async fn i03_callers_who_are_dropped_at_any_poll_leave_the_flight_to_its_end() {
    for turns in 0..TURNS {
        for dropped in 0..8 {
            let fleet = Fleet::new(Script::new([
                pair("a", "refresh-1"),
                pair("b", "refresh-2"),
            ]));
            let source = TokenSource::with_store(
                Dawdling(fleet.script.clone()),
                Arc::new(fleet.clock.clone()),
                key("jane"),
                Arc::new(Dawdling(fleet.store.clone())),
            );
            let ready = || {
                let source = source.clone();
                async move { source.ready().await.is_ok() }
            };
            drop_some(ready, turns, dropped).await;
            if turns == 0 && dropped == 0b111 {
                assert_eq!(fleet.calls(), [""; 0], "nobody has asked");
                continue;
            }
            assert_eq!(
                fleet.calls(),
                ["sign in"],
                "{turns} turns, {dropped:03b} dropped"
            );
            assert_eq!(fleet::bearer(&source).as_deref(), Some("Bearer a"));
            assert_eq!(
                fleet.store.refresh_token().await.as_deref(),
                Some("refresh-1")
            );

            // So it is with those who wait for another token after a 401.
            let credential = RenewedToken::new(source.clone(), Reach::new(&["token"], ""));
            let rejected = || {
                let credential = credential.clone();
                async move { credential.rejected(Generation(1)).await.expect("a token") }
            };
            drop_some(rejected, turns, dropped).await;
            if turns > 0 || dropped != 0b111 {
                assert_eq!(fleet.calls(), ["sign in", "refresh refresh-1"]);
                assert_eq!(fleet::bearer(&source).as_deref(), Some("Bearer b"));
                assert_eq!(
                    fleet.store.refresh_token().await.as_deref(),
                    Some("refresh-2")
                );
            }
        }
    }
}

/// I1: for each key there is at most one token request under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i01_callers_who_race_with_a_flight_that_lands_start_no_other() {
    for _ in 0..200 {
        let stage = Stage::new(Script::new([]));
        let callers: Vec<_> = (0..8)
            .map(|_| {
                let source = stage.source.clone();
                tokio::spawn(async move { source.ready().await })
            })
            .collect();
        for caller in callers {
            caller.await.expect("no panic").expect("a token");
        }
        assert_eq!(stage.calls(), 1);
        // Due, so that each call that sees it may renew it.
        stage.clock.advance(HOUR - 200 * SECOND);
        let callers: Vec<_> = (0..8)
            .map(|_| {
                let source = stage.source.clone();
                tokio::spawn(async move { source.ready().await })
            })
            .collect();
        for caller in callers {
            caller.await.expect("no panic").expect("a token");
        }
        let renewed = async {
            while stage.source.ready().await.expect("a token") != Generation(2) {
                tokio::task::yield_now().await;
            }
        };
        let in_time = tokio::time::timeout(60 * SECOND, renewed).await;
        in_time.expect("it is renewed");
        assert_eq!(stage.calls(), 2);
    }
}
