//! Processes that share a store: I21.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use bindery_auth::{
    AuthError, Commit, Lease, Root, Stored, Storing, TokenKey, TokenSource, TokenStore,
};

use crate::{
    contract::key,
    fleet,
    fleet::{Fleet, Moody},
    script::{Script, pair},
    stage::{HOUR, SECOND},
};

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_of_two_who_got_tokens_at_once_the_second_adopts_those_of_the_first() {
    let fleet = Fleet::new(Script::gated([pair("ours", "refresh-ours")]));
    let source = fleet.source();
    let caller = tokio::spawn({
        let source = source.clone();
        async move { source.ready().await }
    });
    fleet.script.begun().await;
    fleet
        .store
        .put(fleet.record(1, "theirs", "refresh-theirs"))
        .await;
    fleet.script.let_go_on();
    caller.await.expect("no panic").expect("a token");
    assert_eq!(fleet::bearer(&source).as_deref(), Some("Bearer theirs"));
    assert_eq!(
        fleet.store.refresh_token().await.as_deref(),
        Some("refresh-theirs")
    );
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_while_the_store_is_away_a_root_that_each_use_spends_is_not_shown() {
    let fleet = Fleet::new(Script::rotating(
        Root::RefreshToken("root".into()),
        None,
        [],
    ));
    fleet.store.away(true);
    let source = fleet.source();
    for _ in 0..50 {
        let error = source.ready().await.expect_err("it fails closed");
        assert!(!error.is_final(), "{error:?}");
        fleet.clock.advance(80 * SECOND);
    }
    assert_eq!(fleet.calls(), [""; 0]);
    fleet.store.away(false);
    source.ready().await.expect("a token");
    assert_eq!(fleet.calls(), ["refresh root"]);
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_a_token_that_each_use_spends_is_not_shown_where_that_cannot_be_noted() {
    let fleet = Fleet::new(Script::rotating(
        Root::RefreshToken("root".into()),
        None,
        [],
    ));
    fleet.store.takes_no_commits(true);
    let source = fleet.source();
    let error = source.ready().await.expect_err("it fails closed");
    assert!(matches!(error, AuthError::Store { .. }), "{error:?}");
    assert_eq!(fleet.calls(), [""; 0]);
    fleet.store.takes_no_commits(false);
    fleet.clock.advance(2 * SECOND);
    source.ready().await.expect("a token");
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_a_note_that_could_not_be_saved_does_not_undo_that_of_another() {
    let root = Root::RefreshToken("root".into());
    let fleet = Fleet::new(Script::rotating(root, None, [fleet::lost()]));
    let (ours, theirs) = (fleet.source(), fleet.source());
    fleet.store.takes_no_commits(true);
    let error = ours.ready().await.expect_err("it fails closed");
    assert!(matches!(error, AuthError::Store { .. }), "{error:?}");
    fleet.store.takes_no_commits(false);
    theirs.ready().await.expect_err("the answer is lost");
    fleet.clock.advance(80 * SECOND);
    let error = ours.ready().await.expect_err("it may be spent");
    assert!(matches!(error, AuthError::MaybeSpent { .. }), "{error:?}");
    assert_eq!(fleet.calls(), ["refresh root"]);
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_a_note_that_was_saved_though_nobody_said_so_is_taken_back() {
    let root = Root::RefreshToken("root".into());
    let fleet = Fleet::new(Script::rotating(root, None, []));
    fleet.store.loses_answers(true);
    let source = fleet.source();
    let error = source.ready().await.expect_err("it fails closed");
    assert!(matches!(error, AuthError::Store { .. }), "{error:?}");
    assert!(fleet.store.stored().await.shown.is_some());
    fleet.store.loses_answers(false);
    fleet.clock.advance(80 * SECOND);
    source.ready().await.expect("a token");
    assert_eq!(fleet.calls(), ["refresh root"]);
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test(start_paused = true)]
async fn i21_whoever_finds_the_lease_taken_waits_and_takes_over_the_result() {
    let fleet = Fleet::new(Script::new([]));
    let _theirs = fleet
        .store
        .lease(&key("jane"), HOUR)
        .await
        .expect("it works")
        .expect("free");
    let source = fleet.source();
    let caller = tokio::spawn({
        let source = source.clone();
        async move { source.ready().await }
    });
    tokio::time::sleep(10 * SECOND).await;
    fleet
        .store
        .put(fleet.record(1, "theirs", "refresh-theirs"))
        .await;
    caller.await.expect("no panic").expect("their token");
    assert_eq!(fleet::bearer(&source).as_deref(), Some("Bearer theirs"));
    assert_eq!(fleet.calls(), [""; 0]);
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test(start_paused = true)]
async fn i21_where_the_lease_never_comes_nothing_is_spent_and_others_go_on() {
    let rotating = Fleet::new(Script::rotating(
        Root::RefreshToken("root".into()),
        None,
        [],
    ));
    let _theirs = rotating
        .store
        .lease(&key("jane"), HOUR)
        .await
        .expect("it works")
        .expect("free");
    let error = rotating.source().ready().await.expect_err("busy");
    assert!(matches!(error, AuthError::Busy { .. }), "{error:?}");
    assert_eq!(rotating.calls(), [""; 0]);

    let lasting = Fleet::new(Script::rooted("root", []));
    let _theirs = lasting
        .store
        .lease(&key("jane"), HOUR)
        .await
        .expect("it works")
        .expect("free");
    let asked = tokio::time::Instant::now();
    lasting.source().ready().await.expect("a token");
    assert!(asked.elapsed() < 23 * SECOND, "{:?}", asked.elapsed());
    assert_eq!(lasting.calls(), ["refresh root"]);
}

/// A store that loses everything after the first look.
#[derive(Debug)]
struct Fleeting {
    first: Moody,
    then: Moody,
    lost: AtomicBool,
}

impl TokenStore for Fleeting {
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>> {
        match self.lost.swap(true, SeqCst) {
            false => self.first.load(key),
            true => self.then.load(key),
        }
    }

    fn lease<'a>(&'a self, key: &'a TokenKey, life: Duration) -> Storing<'a, Option<Lease>> {
        self.then.lease(key, life)
    }

    fn commit<'a>(
        &'a self,
        key: &'a TokenKey,
        lease: &'a Lease,
        expected: u64,
        new: &'a Stored,
    ) -> Storing<'a, Commit> {
        self.then.commit(key, lease, expected, new)
    }
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_a_store_that_lost_its_records_does_not_bring_a_spent_token_back() {
    let turns = [pair("a", "refresh-1"), pair("b", "refresh-2")];
    let fleet = Fleet::new(Script::rotating(Root::Credentials, None, turns));
    let source = fleet.source();
    source.ready().await.expect("a token");
    let emptied = Moody::default();
    let moved = TokenSource::with_store(
        fleet.script.clone(),
        Arc::new(fleet.clock.clone()),
        key("jane"),
        Arc::new(Fleeting {
            first: fleet.store.clone(),
            then: emptied.clone(),
            lost: AtomicBool::new(false),
        }),
    );
    moved.ready().await.expect("the stored token");
    fleet.clock.advance(HOUR);
    moved.ready().await.expect("a token");
    assert_eq!(fleet.calls(), ["sign in", "sign in"]);
    assert!(emptied.stored().await.generation > 1, "the numbers go on");
}
