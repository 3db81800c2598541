//! What is left after a panic: I4 and I5.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bindery_auth::{
    AuthError, Commit, Exchange, Grant, Issued, Lease, Lifetime, MemoryStore, Outage, Root,
    Rotation, Stored, Storing, TokenKey, TokenSource, TokenStore,
};
use bindery_runtime::Secret;

use crate::{
    clock::TestClock,
    contract::key,
    fleet,
    fleet::Fleet,
    script::{Script, Turn, pair},
    stage::{HOUR, SECOND, Stage, settle},
};

/// I4: a panic or the end of the runtime is `Stopped` for those who wait, and the next call works.
#[tokio::test]
async fn i04_a_panic_in_a_request_is_an_error_and_the_next_call_works() {
    let stage = Stage::new(Script::new([Turn::Panic]));
    let error = stage.ready().await.expect_err("it panicked");
    assert!(matches!(error, AuthError::Stopped { .. }), "{error:?}");
    assert_eq!(stage.ready().await.expect("a token"), 1);
}

/// I4: a panic or the end of the runtime is `Stopped` for those who wait, and the next call works.
#[tokio::test]
async fn i04_a_panic_in_the_store_is_an_error_and_the_next_call_works() {
    let fleet = Fleet::new(Script::new([]));
    fleet.store.moods.panics.store(true, SeqCst);
    let source = fleet.source();
    let error = source.ready().await.expect_err("it panicked");
    assert!(matches!(error, AuthError::Stopped { .. }), "{error:?}");
    fleet.store.moods.panics.store(false, SeqCst);
    source.ready().await.expect("a token");
}

/// I4: a panic or the end of the runtime is `Stopped` for those who wait, and the next call works.
#[test]
fn i04_a_runtime_that_shuts_down_takes_no_token_source_with_it() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    };
    let stage = Stage::new(Script::new([Turn::Hang]));
    let first = runtime();
    first.block_on(async {
        let source = stage.source.clone();
        tokio::spawn(async move { source.ready().await });
        stage.script.begun().await;
    });
    drop(first);
    assert_eq!(runtime().block_on(stage.ready()).expect("a token"), 1);
    assert_eq!(stage.calls(), 2);
}

/// I4: a panic or the end of the runtime is `Stopped` for those who wait, and the next call works.
#[test]
fn i04_without_a_runtime_there_is_an_error_and_no_panic() {
    let stage = Stage::new(Script::new([]));
    let mut ready = Box::pin(stage.ready());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let polled = std::future::Future::poll(ready.as_mut(), &mut context);
    assert!(
        matches!(
            polled,
            std::task::Poll::Ready(Err(AuthError::Stopped { .. }))
        ),
        "{polled:?}"
    );
}

/// A store that panics at one of its visits.
#[derive(Debug)]
struct Fragile {
    memory: MemoryStore,
    at: usize,
    visits: AtomicUsize,
}

impl Fragile {
    fn visit(&self) {
        let visit = self.visits.fetch_add(1, SeqCst);
        assert!(visit != self.at, "as the test says");
    }
}

impl TokenStore for Fragile {
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>> {
        self.visit();
        self.memory.load(key)
    }

    fn lease<'a>(&'a self, key: &'a TokenKey, life: Duration) -> Storing<'a, Option<Lease>> {
        self.visit();
        self.memory.lease(key, life)
    }

    fn commit<'a>(
        &'a self,
        key: &'a TokenKey,
        lease: &'a Lease,
        expected: u64,
        new: &'a Stored,
    ) -> Storing<'a, Commit> {
        self.visit();
        self.memory.commit(key, lease, expected, new)
    }
}

/// I4: a panic or the end of the runtime is `Stopped` for those who wait, and the next call works.
#[tokio::test]
async fn i04_a_panic_at_any_visit_to_the_store_reaches_all_who_wait_and_the_next_call_works() {
    for at in 0.. {
        let fleet = Fleet::new(Script::rotating(Root::Credentials, None, []));
        let store = Arc::new(Fragile {
            memory: MemoryStore::new(),
            at,
            visits: AtomicUsize::new(0),
        });
        let source = TokenSource::with_store(
            fleet.script.clone(),
            Arc::new(fleet.clock.clone()),
            key("jane"),
            Arc::clone(&store) as Arc<dyn TokenStore>,
        );
        let callers: Vec<_> = (0..3)
            .map(|_| {
                let source = source.clone();
                tokio::spawn(async move { source.ready().await })
            })
            .collect();
        let mut stopped = 0;
        for caller in callers {
            match caller.await.expect("the panic stays where it is") {
                Ok(_) => {}
                Err(AuthError::Stopped { .. }) => stopped += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
        if store.visits.load(SeqCst) <= at {
            assert!(at >= 3, "a lease, a look and a commit");
            assert_eq!(stopped, 0);
            break;
        }
        assert_eq!(stopped, 3, "visit {at}");
        source.ready().await.expect("a token");
    }
}

/// I4: a panic or the end of the runtime is `Stopped` for those who wait, and the next call works.
#[tokio::test(start_paused = true)]
async fn i04_a_panic_while_saving_is_tried_again_leaves_the_next_try_to_the_next_flight() {
    let fleet = Fleet::new(Script::new([
        pair("a", "refresh-1"),
        pair("b", "refresh-2"),
    ]));
    fleet.store.takes_no_commits(true);
    let source = fleet.source();
    source.ready().await.expect("a token");
    fleet.store.moods.panics.store(true, SeqCst);
    tokio::time::sleep(10 * SECOND).await;
    fleet.store.moods.panics.store(false, SeqCst);
    fleet.clock.advance(HOUR);
    source.ready().await.expect("a token");
    fleet.store.takes_no_commits(false);
    tokio::time::sleep(100 * SECOND).await;
    assert_eq!(
        fleet.store.refresh_token().await.as_deref(),
        Some("refresh-2")
    );
}

/// A grant that calls what it is to get a token for.
#[derive(Clone, Debug, Default)]
struct Reentrant {
    source: Arc<OnceLock<TokenSource>>,
}

impl Grant for Reentrant {
    fn provider(&self) -> &'static str {
        "test"
    }

    fn root(&self) -> Root {
        Root::Credentials
    }

    fn rotation(&self) -> Rotation {
        Rotation::None
    }

    fn sign_in(&self) -> Exchange<'_> {
        Box::pin(async {
            let source = self.source.get().expect("it is set");
            source.ready().await?;
            Ok(Issued::new("token", Lifetime::Unknown))
        })
    }

    fn refresh<'a>(&'a self, _: &'a Secret) -> Exchange<'a> {
        self.sign_in()
    }
}

/// I5: no lock is held across an await, and getting a token never waits for a token.
#[tokio::test(start_paused = true)]
async fn i05_a_grant_that_waits_for_its_own_token_ends_in_an_error_and_stalls_nobody() {
    let grant = Reentrant::default();
    let clock = TestClock::new();
    let source = TokenSource::with_clock(grant.clone(), Arc::new(clock.clone()));
    grant.source.set(source.clone()).expect("once");
    for _ in 0..3 {
        let caller = tokio::spawn({
            let source = source.clone();
            async move { source.ready().await }
        });
        settle().await;
        // None of these waits, while the flight does.
        assert_eq!(fleet::bearer(&source), None);
        assert_eq!(
            format!("{source:?}"),
            r#"TokenSource { provider: "test", generation: None, .. }"#
        );
        let ended = tokio::time::timeout(30 * SECOND, caller).await;
        let error = ended
            .expect("it ends")
            .expect("no panic")
            .expect_err("it waits for itself");
        assert!(
            matches!(
                error,
                AuthError::Unavailable {
                    why: Outage::Timeout,
                    ..
                }
            ),
            "{error:?}"
        );
        clock.advance(100 * SECOND);
    }
}
