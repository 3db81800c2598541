//! What a crash leaves behind: I19.

use std::{sync::Arc, time::Duration};

use bindery_auth::{Commit, Lease, MemoryStore, Root, Stored, Storing, TokenKey, TokenStore};
use tokio::sync::Semaphore;

use crate::{
    contract::key,
    fleet,
    fleet::Fleet,
    script::{Script, pair},
    stage::{HOUR, SECOND, Stage, settle},
};

/// I19: killed at any step, the refresh token before is unspent or the new one is saved.
#[tokio::test]
async fn i19_after_a_restart_the_last_refresh_token_is_used() {
    let fleet = Fleet::new(Script::rotating(
        Root::RefreshToken("root".into()),
        None,
        [pair("a", "refresh-1"), pair("b", "refresh-2")],
    ));
    fleet.source().ready().await.expect("a token");
    fleet.clock.advance(HOUR);
    fleet.source().ready().await.expect("a token");
    fleet.clock.advance(HOUR);
    fleet.source().ready().await.expect("a token");
    assert_eq!(
        fleet.calls(),
        ["refresh root", "refresh refresh-1", "refresh refresh-2"]
    );
}

/// A store whose commits wait until the test lets them go on.
#[derive(Debug)]
struct Slow {
    memory: MemoryStore,
    begun: Arc<Semaphore>,
    gate: Arc<Semaphore>,
}

impl TokenStore for Slow {
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>> {
        self.memory.load(key)
    }

    fn lease<'a>(&'a self, key: &'a TokenKey, life: Duration) -> Storing<'a, Option<Lease>> {
        self.memory.lease(key, life)
    }

    fn commit<'a>(
        &'a self,
        key: &'a TokenKey,
        lease: &'a Lease,
        expected: u64,
        new: &'a Stored,
    ) -> Storing<'a, Commit> {
        Box::pin(async move {
            self.begun.add_permits(1);
            self.gate.acquire().await.expect("never closed").forget();
            self.memory.commit(key, lease, expected, new).await
        })
    }
}

/// I19: killed at any step, the refresh token before is unspent or the new one is saved.
#[tokio::test]
async fn i19_nobody_is_served_a_token_before_it_is_saved_even_if_the_caller_is_gone() {
    let fleet = Fleet::new(Script::new([pair("a", "refresh-1")]));
    let (begun, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let memory = MemoryStore::new();
    let source = fleet.source_over(Slow {
        memory: memory.clone(),
        begun: Arc::clone(&begun),
        gate: Arc::clone(&gate),
    });
    let caller = tokio::spawn({
        let source = source.clone();
        async move { source.ready().await }
    });
    begun.acquire().await.expect("never closed").forget();
    settle().await;
    assert_eq!(fleet::bearer(&source), None);
    caller.abort();
    gate.add_permits(1);
    settle().await;
    assert_eq!(fleet::bearer(&source).as_deref(), Some("Bearer a"));
    let stored = memory
        .load(&key("jane"))
        .await
        .expect("it works")
        .expect("a record");
    assert_eq!(
        stored.refresh_token.expect("a token").expose_secret(),
        "refresh-1"
    );
}

/// I19: killed at any step, the refresh token before is unspent or the new one is saved.
#[tokio::test(start_paused = true)]
async fn i19_a_token_that_cannot_be_saved_is_used_and_saved_when_the_store_is_back() {
    let fleet = Fleet::new(Script::new([pair("a", "refresh-1")]));
    fleet.store.takes_no_commits(true);
    let source = fleet.source();
    source.ready().await.expect("the token is not lost");
    tokio::time::sleep(10 * SECOND).await;
    assert_eq!(
        fleet
            .store
            .memory
            .load(&key("jane"))
            .await
            .expect("it works"),
        None
    );
    fleet.store.takes_no_commits(false);
    // Even if nobody has the source any more.
    drop(source);
    tokio::time::sleep(100 * SECOND).await;
    assert_eq!(
        fleet.store.refresh_token().await.as_deref(),
        Some("refresh-1")
    );
    assert_eq!(fleet.calls(), ["sign in"]);
}

/// I19: killed at any step, the refresh token before is unspent or the new one is saved.
#[tokio::test]
async fn i19_a_new_refresh_token_is_kept_even_if_the_access_token_is_no_good() {
    let stage = Stage::new(Script::new([pair("a", "refresh-1"), pair("", "refresh-2")]));
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR);
    stage.ready().await.expect_err("an empty token");
    stage.clock.advance(Duration::from_secs(2));
    stage.ready().await.expect("a token");
    assert_eq!(
        stage.script.calls(),
        ["sign in", "refresh refresh-1", "refresh refresh-2"]
    );
}
