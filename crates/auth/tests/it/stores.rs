//! What a token source makes of its store.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use bindery_auth::{
    AuthError, Clock, Commit, FileStore, Issued, Lease, Lifetime, MemoryStore, Outage, Reach,
    Rejected, RenewedToken, Root, Shown, StoreError, Stored, StoredAccess, Storing, TokenKey,
    TokenSource, TokenStore,
};
use bindery_runtime::{Credential, Generation};
use tokio::sync::Semaphore;

use crate::{
    clock::TestClock,
    contract::key,
    script::{Script, Turn, living, outage, pair, refusal},
    tokens::settle,
};

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);

/// A store in memory that a test can take away. Clones are the same store.
#[derive(Clone, Debug, Default)]
struct Moody {
    memory: MemoryStore,
    moods: Arc<Moods>,
}

#[derive(Debug, Default)]
struct Moods {
    away: AtomicBool,
    takes_no_commits: AtomicBool,
    panics: AtomicBool,
}

impl Moody {
    fn away(&self, away: bool) {
        self.moods.away.store(away, SeqCst);
    }

    fn takes_no_commits(&self, takes_none: bool) {
        self.moods.takes_no_commits.store(takes_none, SeqCst);
    }

    fn check(&self, unwilling: &AtomicBool) -> Result<(), StoreError> {
        assert!(!self.moods.panics.load(SeqCst), "as the test says");
        if unwilling.load(SeqCst) {
            return Err(StoreError::Unavailable {
                doing: "reach",
                place: "the store".to_owned(),
                cause: "the test says so".to_owned(),
            });
        }
        Ok(())
    }

    async fn stored(&self) -> Stored {
        self.memory
            .load(&key("jane"))
            .await
            .expect("it works")
            .expect("a record")
    }

    async fn refresh_token(&self) -> Option<String> {
        self.stored()
            .await
            .refresh_token
            .map(|token| token.expose_secret().to_owned())
    }

    /// As another process does, lease or no lease.
    async fn put(&self, stored: Stored) {
        let expected = self.memory.load(&key("jane")).await.expect("it works");
        let expected = expected.map_or(0, |stored| stored.generation);
        let lease = self
            .memory
            .lease(&key("another"), HOUR)
            .await
            .expect("it works")
            .expect("free");
        let commit = self
            .memory
            .commit(&key("jane"), &lease, expected, &stored)
            .await;
        assert_eq!(commit.expect("it works"), Commit::Done);
    }
}

impl TokenStore for Moody {
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>> {
        Box::pin(async {
            self.check(&self.moods.away)?;
            self.memory.load(key).await
        })
    }

    fn lease<'a>(&'a self, key: &'a TokenKey, life: Duration) -> Storing<'a, Option<Lease>> {
        Box::pin(async move {
            self.check(&self.moods.away)?;
            self.memory.lease(key, life).await
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
            self.check(&self.moods.away)?;
            self.check(&self.moods.takes_no_commits)?;
            self.memory.commit(key, lease, expected, new).await
        })
    }
}

struct Stage {
    script: Script,
    clock: TestClock,
    store: Moody,
}

impl Stage {
    fn new(script: Script) -> Self {
        Self {
            script,
            clock: TestClock::new(),
            store: Moody::default(),
        }
    }

    /// Another process, which shares the store, the clock and the service.
    fn source(&self) -> TokenSource {
        self.source_over(self.store.clone())
    }

    fn source_over(&self, store: impl TokenStore) -> TokenSource {
        TokenSource::with_store(
            self.script.clone(),
            Arc::new(self.clock.clone()),
            key("jane"),
            Arc::new(store),
        )
    }

    fn calls(&self) -> Vec<String> {
        self.script.calls()
    }

    /// What another process would save.
    fn record(&self, generation: u64, access: &str, refresh: &str) -> Stored {
        let now = self.clock.wall();
        let mut stored = Stored::new(generation);
        stored.refresh_token = Some(refresh.into());
        stored.access_token = Some(StoredAccess::new(access, now, Some(now + HOUR)));
        stored
    }
}

fn bearer(source: &TokenSource) -> Option<String> {
    crate::tokens::bearer(&RenewedToken::new(
        source.clone(),
        Reach::new(&["token"], ""),
    ))
}

fn lost() -> Turn {
    Turn::Fail(AuthError::Unavailable {
        what: "the answer was lost".to_owned(),
        why: Outage::Lost,
        retry_after: None,
    })
}

fn status(status: u16) -> Turn {
    Turn::Fail(AuthError::Unavailable {
        what: "overloaded".to_owned(),
        why: Outage::Status(status),
        retry_after: None,
    })
}

#[tokio::test]
async fn sources_that_share_a_store_share_the_tokens() {
    let stage = Stage::new(Script::new([
        pair("a", "refresh-1"),
        pair("b", "refresh-2"),
    ]));
    let (one, two) = (stage.source(), stage.source());
    one.ready().await.expect("a token");
    two.ready().await.expect("a token");
    assert_eq!(bearer(&two).as_deref(), Some("Bearer a"));
    stage.clock.advance(HOUR);
    two.ready().await.expect("a token");
    one.ready().await.expect("a token");
    assert_eq!(bearer(&one).as_deref(), Some("Bearer b"));
    assert_eq!(stage.calls(), ["sign in", "refresh refresh-1"]);
}

#[tokio::test]
async fn after_a_restart_the_last_refresh_token_is_used() {
    let stage = Stage::new(Script::rotating(
        Root::RefreshToken("root".into()),
        None,
        [pair("a", "refresh-1"), pair("b", "refresh-2")],
    ));
    stage.source().ready().await.expect("a token");
    stage.clock.advance(HOUR);
    stage.source().ready().await.expect("a token");
    stage.clock.advance(HOUR);
    stage.source().ready().await.expect("a token");
    assert_eq!(
        stage.calls(),
        ["refresh root", "refresh refresh-1", "refresh refresh-2"]
    );
}

#[tokio::test]
async fn a_stored_token_lives_no_longer_than_it_would_have() {
    let stage = Stage::new(Script::new([pair("a", "refresh-1")]));
    stage.source().ready().await.expect("a token");
    stage.clock.advance(HOUR / 2);
    let restarted = stage.source();
    restarted.ready().await.expect("the stored token");
    assert_eq!(stage.calls().len(), 1);
    stage.clock.advance(HOUR / 2 - Duration::from_secs(20));
    assert_eq!(
        bearer(&restarted),
        None,
        "it ends with the one that was stored"
    );
    restarted.ready().await.expect("another");
    assert_eq!(stage.calls().len(), 2);
}

#[tokio::test]
async fn a_401_for_a_token_that_another_has_replaced_costs_no_request() {
    let stage = Stage::new(Script::new([
        pair("a", "refresh-1"),
        pair("b", "refresh-2"),
    ]));
    let (one, two) = (stage.source(), stage.source());
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
    assert_eq!(bearer(&two).as_deref(), Some("Bearer b"));
    assert_eq!(stage.calls().len(), 2);
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

#[tokio::test]
async fn nobody_is_served_a_token_before_it_is_saved_even_if_the_caller_is_gone() {
    let stage = Stage::new(Script::new([pair("a", "refresh-1")]));
    let (begun, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let memory = MemoryStore::new();
    let source = stage.source_over(Slow {
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
    assert_eq!(bearer(&source), None);
    caller.abort();
    gate.add_permits(1);
    settle().await;
    assert_eq!(bearer(&source).as_deref(), Some("Bearer a"));
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

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_saved_is_used_and_saved_when_the_store_is_back() {
    let stage = Stage::new(Script::new([pair("a", "refresh-1")]));
    stage.store.takes_no_commits(true);
    let source = stage.source();
    source.ready().await.expect("the token is not lost");
    tokio::time::sleep(10 * SECOND).await;
    assert_eq!(
        stage
            .store
            .memory
            .load(&key("jane"))
            .await
            .expect("it works"),
        None
    );
    stage.store.takes_no_commits(false);
    // Even if nobody has the source any more.
    drop(source);
    tokio::time::sleep(100 * SECOND).await;
    assert_eq!(
        stage.store.refresh_token().await.as_deref(),
        Some("refresh-1")
    );
    assert_eq!(stage.calls(), ["sign in"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_could_not_be_saved_gives_way_to_what_another_saved_since() {
    let stage = Stage::new(Script::new([pair("a", "refresh-1")]));
    stage.store.takes_no_commits(true);
    let source = stage.source();
    source.ready().await.expect("a token");
    stage
        .store
        .put(stage.record(1, "theirs", "refresh-theirs"))
        .await;
    stage.store.takes_no_commits(false);
    tokio::time::sleep(100 * SECOND).await;
    assert_eq!(
        stage.store.refresh_token().await.as_deref(),
        Some("refresh-theirs")
    );
    stage.clock.advance(HOUR);
    source.ready().await.expect("a token");
    assert_eq!(stage.calls(), ["sign in", "refresh refresh-theirs"]);
}

#[tokio::test]
async fn of_two_who_got_tokens_at_once_the_second_adopts_those_of_the_first() {
    let stage = Stage::new(Script::gated([pair("ours", "refresh-ours")]));
    let source = stage.source();
    let caller = tokio::spawn({
        let source = source.clone();
        async move { source.ready().await }
    });
    stage.script.begun().await;
    stage
        .store
        .put(stage.record(1, "theirs", "refresh-theirs"))
        .await;
    stage.script.let_go_on();
    caller.await.expect("no panic").expect("a token");
    assert_eq!(bearer(&source).as_deref(), Some("Bearer theirs"));
    assert_eq!(
        stage.store.refresh_token().await.as_deref(),
        Some("refresh-theirs")
    );
}

#[tokio::test]
async fn a_refusal_of_a_token_that_was_replaced_meanwhile_is_no_verdict() {
    let stage = Stage::new(Script::gated([
        pair("a", "refresh-1"),
        refusal(Rejected::RefreshToken),
    ]));
    stage.script.let_go_on();
    let source = stage.source();
    source.ready().await.expect("a token");
    stage.script.begun().await;
    stage.clock.advance(HOUR);
    let caller = tokio::spawn({
        let source = source.clone();
        async move { source.ready().await }
    });
    stage.script.begun().await;
    stage
        .store
        .put(stage.record(2, "theirs", "refresh-theirs"))
        .await;
    stage.script.let_go_on();
    caller.await.expect("no panic").expect("their token");
    assert_eq!(bearer(&source).as_deref(), Some("Bearer theirs"));
    assert_eq!(stage.calls(), ["sign in", "refresh refresh-1"]);
}

#[tokio::test]
async fn while_the_store_is_away_a_root_that_each_use_spends_is_not_shown() {
    let stage = Stage::new(Script::rotating(
        Root::RefreshToken("root".into()),
        None,
        [],
    ));
    stage.store.away(true);
    let source = stage.source();
    for _ in 0..50 {
        let error = source.ready().await.expect_err("it fails closed");
        assert!(!error.is_final(), "{error:?}");
        stage.clock.advance(80 * SECOND);
    }
    assert_eq!(stage.calls(), [""; 0]);
    stage.store.away(false);
    source.ready().await.expect("a token");
    assert_eq!(stage.calls(), ["refresh root"]);
}

#[tokio::test]
async fn a_token_that_each_use_spends_is_not_shown_where_that_cannot_be_noted() {
    let stage = Stage::new(Script::rotating(
        Root::RefreshToken("root".into()),
        None,
        [],
    ));
    stage.store.takes_no_commits(true);
    let source = stage.source();
    let error = source.ready().await.expect_err("it fails closed");
    assert!(matches!(error, AuthError::Store { .. }), "{error:?}");
    assert_eq!(stage.calls(), [""; 0]);
    stage.store.takes_no_commits(false);
    stage.clock.advance(2 * SECOND);
    source.ready().await.expect("a token");
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_away_those_who_can_sign_in_or_spend_nothing_go_on() {
    let rotating = Stage::new(Script::rotating(
        Root::Credentials,
        None,
        [pair("a", "refresh-1"), pair("b", "refresh-2")],
    ));
    let source = rotating.source();
    source.ready().await.expect("a token");
    rotating.store.away(true);
    rotating.clock.advance(HOUR);
    source.ready().await.expect("a token");
    assert_eq!(rotating.calls(), ["sign in", "sign in"]);

    let lasting = Stage::new(Script::rooted("root", []));
    lasting.store.away(true);
    lasting.source().ready().await.expect("a token");
    assert_eq!(lasting.calls(), ["refresh root"]);
}

#[tokio::test]
async fn a_refresh_token_whose_answer_was_lost_is_not_shown_again() {
    for turn in [
        lost,
        || status(500),
        || Turn::Panic,
        || Turn::Fail(AuthError::malformed("test", "no token")),
    ] {
        let turns = [pair("a", "refresh-1"), turn()];
        let stage = Stage::new(Script::rotating(Root::Credentials, None, turns));
        let source = stage.source();
        source.ready().await.expect("a token");
        stage.clock.advance(HOUR);
        source.ready().await.expect_err("lost");
        stage.clock.advance(2 * SECOND);
        // By nobody.
        stage.source().ready().await.expect("a token");
        source.ready().await.expect("a token");
        assert_eq!(stage.calls(), ["sign in", "refresh refresh-1", "sign in"]);
    }
}

#[tokio::test]
async fn within_its_grace_a_refresh_token_is_shown_once_more_and_after_it_never() {
    let grace = Some(10 * SECOND);
    for (wait, expected) in [
        (
            3,
            [
                "sign in",
                "refresh refresh-1",
                "refresh refresh-1",
                "sign in",
            ],
        ),
        (11, ["sign in", "refresh refresh-1", "sign in", ""]),
    ] {
        let turns = [pair("a", "refresh-1"), lost(), lost()];
        let stage = Stage::new(Script::rotating(Root::Credentials, grace, turns));
        let source = stage.source();
        source.ready().await.expect("a token");
        stage.clock.advance(HOUR);
        for _ in 0..3 {
            let _ = source.ready().await;
            stage.clock.advance(wait * SECOND);
        }
        let calls = stage.calls();
        let expected: Vec<_> = expected
            .into_iter()
            .filter(|call| !call.is_empty())
            .collect();
        assert_eq!(calls[..expected.len()], expected);
        assert!(
            calls[expected.len()..].iter().all(|call| call == "sign in"),
            "{calls:?}"
        );
    }
}

#[tokio::test]
async fn the_grace_goes_by_in_suspend_and_a_clock_that_was_set_back_does_not_renew_it() {
    let grace = Some(10 * SECOND);
    let steps: [fn(&TestClock); 2] = [
        |clock| clock.suspend(HOUR),
        |clock| {
            clock.set_back(2 * HOUR);
            clock.advance(2 * SECOND);
        },
    ];
    for step in steps {
        let turns = [pair("a", "refresh-1"), lost()];
        let stage = Stage::new(Script::rotating(Root::Credentials, grace, turns));
        let source = stage.source();
        source.ready().await.expect("a token");
        stage.clock.advance(HOUR);
        source.ready().await.expect_err("lost");
        step(&stage.clock);
        source.ready().await.expect("a token");
        assert_eq!(stage.calls(), ["sign in", "refresh refresh-1", "sign in"]);
    }
}

#[tokio::test]
async fn a_root_that_may_be_spent_is_not_shown_until_its_successor_turns_up() {
    let stage = Stage::new(Script::rotating(
        Root::RefreshToken("root".into()),
        None,
        [lost()],
    ));
    let source = stage.source();
    source.ready().await.expect_err("lost");
    for _ in 0..10 {
        stage.clock.advance(80 * SECOND);
        let error = stage.source().ready().await.expect_err("it may be spent");
        assert!(matches!(error, AuthError::MaybeSpent { .. }), "{error:?}");
        assert_eq!(error.advice(), bindery_runtime::Advice::Reauthenticate);
    }
    source.ready().await.expect_err("it may be spent");
    assert_eq!(stage.calls(), ["refresh root"]);
    let next = stage.store.stored().await.generation + 1;
    stage
        .store
        .put(stage.record(next, "theirs", "refresh-theirs"))
        .await;
    stage.clock.advance(80 * SECOND);
    source.ready().await.expect("their token");
    assert_eq!(stage.calls(), ["refresh root"]);
}

#[tokio::test]
async fn a_refresh_token_that_the_service_surely_did_not_take_is_shown_again() {
    let turns = [
        pair("a", "refresh-1"),
        outage(),
        status(429),
        status(503),
        status(408),
        refusal(Rejected::Request),
        pair("b", "refresh-2"),
    ];
    let stage = Stage::new(Script::rotating(Root::Credentials, None, turns));
    stage.source().ready().await.expect("a token");
    stage.clock.advance(HOUR);
    let source = stage.source();
    for _ in 0..5 {
        source.ready().await.expect_err("not taken");
        stage.clock.advance(80 * SECOND);
    }
    source.ready().await.expect("a token");
    assert_eq!(stage.calls()[1..], ["refresh refresh-1"; 6]);
    assert_eq!(stage.store.stored().await.shown, None);
}

#[tokio::test]
async fn what_a_process_that_died_was_showing_is_not_shown_by_the_next() {
    let stage = Stage::new(Script::rotating(Root::Credentials, None, []));
    let mut stored = stage.record(7, "a", "refresh-1");
    stored.shown = Some(Shown::new(stage.clock.wall(), false));
    stored.access_token = None;
    stage.store.put(stored).await;
    stage.source().ready().await.expect("a token");
    assert_eq!(stage.calls(), ["sign in"]);
    assert!(stage.store.stored().await.generation > 7);
}

#[tokio::test]
async fn a_token_is_noted_as_shown_before_it_is() {
    let root = Root::RefreshToken("root".into());
    let stage = Stage::new(Script::rotating(root, None, [Turn::Hang]));
    let source = stage.source();
    let caller = tokio::spawn(async move { source.ready().await });
    stage.script.begun().await;
    let noted = stage.store.stored().await;
    assert_eq!(noted.shown, Some(Shown::new(stage.clock.wall(), false)));
    assert_eq!(stage.store.refresh_token().await.as_deref(), Some("root"));
    caller.abort();
}

#[tokio::test]
async fn a_store_that_lost_its_records_does_not_bring_a_spent_token_back() {
    let turns = [pair("a", "refresh-1"), pair("b", "refresh-2")];
    let stage = Stage::new(Script::rotating(Root::Credentials, None, turns));
    let source = stage.source();
    source.ready().await.expect("a token");
    let emptied = Moody::default();
    let moved = TokenSource::with_store(
        stage.script.clone(),
        Arc::new(stage.clock.clone()),
        key("jane"),
        Arc::new(Fleeting {
            first: stage.store.clone(),
            then: emptied.clone(),
            lost: AtomicBool::new(false),
        }),
    );
    moved.ready().await.expect("the stored token");
    stage.clock.advance(HOUR);
    moved.ready().await.expect("a token");
    assert_eq!(stage.calls(), ["sign in", "sign in"]);
    assert!(emptied.stored().await.generation > 1, "the numbers go on");
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

#[tokio::test(start_paused = true)]
async fn whoever_finds_the_lease_taken_waits_and_takes_over_the_result() {
    let stage = Stage::new(Script::new([]));
    let _theirs = stage
        .store
        .lease(&key("jane"), HOUR)
        .await
        .expect("it works")
        .expect("free");
    let source = stage.source();
    let caller = tokio::spawn({
        let source = source.clone();
        async move { source.ready().await }
    });
    tokio::time::sleep(10 * SECOND).await;
    stage
        .store
        .put(stage.record(1, "theirs", "refresh-theirs"))
        .await;
    caller.await.expect("no panic").expect("their token");
    assert_eq!(bearer(&source).as_deref(), Some("Bearer theirs"));
    assert_eq!(stage.calls(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn where_the_lease_never_comes_nothing_is_spent_and_others_go_on() {
    let rotating = Stage::new(Script::rotating(
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

    let lasting = Stage::new(Script::rooted("root", []));
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

#[tokio::test]
async fn while_a_process_waits_for_the_lease_its_usable_token_is_served() {
    let stage = Stage::new(Script::new([living(3600)]));
    let source = stage.source();
    source.ready().await.expect("a token");
    let _theirs = stage
        .store
        .lease(&key("jane"), HOUR)
        .await
        .expect("it works")
        .expect("free");
    stage.clock.advance(HOUR - 200 * SECOND);
    for _ in 0..50 {
        assert_eq!(bearer(&source).as_deref(), Some("Bearer token"));
        settle().await;
    }
    assert_eq!(stage.calls(), ["sign in"]);
}

#[tokio::test]
async fn a_panic_in_the_store_is_an_error_and_the_next_call_works() {
    let stage = Stage::new(Script::new([]));
    stage.store.moods.panics.store(true, SeqCst);
    let source = stage.source();
    let error = source.ready().await.expect_err("it panicked");
    assert!(matches!(error, AuthError::Stopped { .. }), "{error:?}");
    stage.store.moods.panics.store(false, SeqCst);
    source.ready().await.expect("a token");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_never_answers_is_taken_for_away() {
    #[derive(Debug)]
    struct Silent;
    impl TokenStore for Silent {
        fn load<'a>(&'a self, _: &'a TokenKey) -> Storing<'a, Option<Stored>> {
            Box::pin(std::future::pending())
        }
        fn lease<'a>(&'a self, _: &'a TokenKey, _: Duration) -> Storing<'a, Option<Lease>> {
            Box::pin(std::future::pending())
        }
        fn commit<'a>(
            &'a self,
            _: &'a TokenKey,
            _: &'a Lease,
            _: u64,
            _: &'a Stored,
        ) -> Storing<'a, Commit> {
            Box::pin(std::future::pending())
        }
    }
    let stage = Stage::new(Script::new([]));
    let asked = tokio::time::Instant::now();
    stage.source_over(Silent).ready().await.expect("a token");
    assert!(asked.elapsed() <= 5 * SECOND, "{:?}", asked.elapsed());
}

#[tokio::test]
async fn a_corrupt_file_is_not_overwritten_and_keeps_nobody_from_signing_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::new(folder.path());
    let path = store.path(&key("jane"));
    std::fs::write(&path, "half a rec").expect("it works");
    let stage = Stage::new(Script::new([pair("a", "refresh-1")]));
    stage
        .source_over(store.clone())
        .ready()
        .await
        .expect("a token");
    let rotating = Stage::new(Script::rotating(
        Root::RefreshToken("root".into()),
        None,
        [],
    ));
    let error = rotating
        .source_over(store)
        .ready()
        .await
        .expect_err("it fails closed");
    assert!(
        matches!(
            error,
            AuthError::Store {
                error: StoreError::Corrupt { .. },
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(rotating.calls(), [""; 0]);
    assert_eq!(
        std::fs::read_to_string(&path).expect("a file"),
        "half a rec"
    );
}

#[tokio::test]
async fn where_the_root_stays_good_a_refused_successor_goes_back_to_it() {
    let turns = [pair("a", "refresh-1"), refusal(Rejected::RefreshToken)];
    let stage = Stage::new(Script::rooted("root", turns));
    let source = stage.source();
    source.ready().await.expect("a token");
    stage.clock.advance(HOUR);
    source.ready().await.expect("a token");
    assert_eq!(
        stage.calls(),
        ["refresh root", "refresh refresh-1", "refresh root"]
    );
}

#[tokio::test]
async fn a_sign_in_without_a_refresh_token_leaves_no_old_one_behind() {
    let issued = Issued::new("a", Lifetime::Seconds(3600))
        .refresh_token(Some("refresh-1".into()), Lifetime::Seconds(7200));
    let stage = Stage::new(Script::new([Turn::Issue(issued)]));
    let source = stage.source();
    source.ready().await.expect("a token");
    stage.clock.advance(2 * HOUR);
    source.ready().await.expect("a token");
    assert_eq!(stage.store.refresh_token().await, None);
}
