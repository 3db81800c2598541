//! What a crash leaves behind: I19.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bindery_auth::{
    AuthError, Commit, Exchange, FileStore, Grant, Issued, Lease, Lifetime, MemoryStore, Root,
    Rotation, Stored, Storing, TokenKey, TokenSource, TokenStore,
};
use bindery_runtime::Secret;
use tokio::sync::Semaphore;

use crate::{
    clock::TestClock,
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

/// Where the process ends: at the so-manieth step, of which nothing comes back.
#[derive(Clone, Debug)]
struct End {
    at: usize,
    steps: Arc<AtomicUsize>,
    come: Arc<Semaphore>,
}

impl End {
    fn at(at: usize) -> Self {
        Self {
            at,
            steps: Arc::default(),
            come: Arc::new(Semaphore::new(0)),
        }
    }

    async fn step(&self) {
        if self.steps.fetch_add(1, SeqCst) == self.at {
            self.come.add_permits(1);
            std::future::pending::<()>().await;
        }
    }
}

/// A store, with a step before and after each visit.
#[derive(Debug)]
struct Mortal {
    store: FileStore,
    end: End,
}

impl TokenStore for Mortal {
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>> {
        Box::pin(async {
            self.end.step().await;
            let stored = self.store.load(key).await;
            self.end.step().await;
            stored
        })
    }

    fn lease<'a>(&'a self, key: &'a TokenKey, life: Duration) -> Storing<'a, Option<Lease>> {
        Box::pin(async move {
            self.end.step().await;
            let lease = self.store.lease(key, life).await;
            self.end.step().await;
            lease
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
            self.end.step().await;
            let commit = self.store.commit(key, lease, expected, new).await;
            self.end.step().await;
            commit
        })
    }
}

/// The refresh tokens of a service that ends the whole sign-in when a spent one is shown.
#[derive(Debug, Default)]
struct Books {
    issued: usize,
    good: Option<String>,
    spent: HashSet<String>,
    spent_shown: usize,
}

/// That service, with a step before and after each exchange.
#[derive(Clone, Debug)]
struct Rotating {
    root: Root,
    books: Arc<Mutex<Books>>,
    end: End,
}

impl Rotating {
    fn new(root: Root) -> Self {
        let mut books = Books::default();
        if let Root::RefreshToken(token) = &root {
            books.good = Some(token.expose_secret().to_owned());
        }
        Self {
            root,
            books: Arc::new(Mutex::new(books)),
            end: End::at(usize::MAX),
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no panic under the lock")
    }

    async fn exchange(&self, shown: Option<&str>) -> Result<Issued, AuthError> {
        self.end.step().await;
        let answer = {
            let mut books = self.books();
            if let Some(shown) = shown {
                let is_spent = !books.spent.insert(shown.to_owned());
                books.spent_shown += usize::from(is_spent);
            }
            books.issued += 1;
            let refresh = format!("refresh-{}", books.issued);
            books.good = Some(refresh.clone());
            Issued::new(format!("token-{}", books.issued), Lifetime::Seconds(3600))
                .refresh_token(Some(refresh.into()), Lifetime::Unknown)
        };
        self.end.step().await;
        Ok(answer)
    }
}

impl Grant for Rotating {
    fn provider(&self) -> &'static str {
        "test"
    }

    fn root(&self) -> Root {
        self.root.clone()
    }

    fn rotation(&self) -> Rotation {
        Rotation::OnUse { grace: None }
    }

    fn sign_in(&self) -> Exchange<'_> {
        Box::pin(self.exchange(None))
    }

    fn refresh<'a>(&'a self, refresh_token: &'a Secret) -> Exchange<'a> {
        Box::pin(self.exchange(Some(refresh_token.expose_secret())))
    }
}

/// Runs `process` until it has ended, or the end has come. Whatever it has not done by then is never done.
fn live<T>(end: &End, process: impl Future<Output = T>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        tokio::select! {
            biased;
            outcome = process => Some(outcome),
            _ = end.come.acquire() => None,
        }
    })
}

/// I19: killed at any step, the refresh token before is unspent or the new one is saved.
#[test]
fn i19_a_process_that_is_killed_at_any_step_of_a_flight_loses_no_refresh_token() {
    for root in [Root::Credentials, Root::RefreshToken("root".into())] {
        let signs_in = matches!(root, Root::Credentials);
        for at in 0.. {
            let folder = tempfile::tempdir().expect("a folder");
            let files = FileStore::new(folder.path());
            let (clock, service) = (TestClock::new(), Rotating::new(root.clone()));
            let source = |end: &End| {
                let mut service = service.clone();
                service.end = end.clone();
                let store = Mortal {
                    store: files.clone(),
                    end: end.clone(),
                };
                TokenSource::with_store(
                    service,
                    Arc::new(clock.clone()),
                    key("jane"),
                    Arc::new(store),
                )
            };
            let never = End::at(usize::MAX);
            live(&never, source(&never).ready())
                .expect("it lives")
                .expect("a token");
            clock.advance(HOUR);
            let before = service.books().good.clone().expect("a token");

            let end = End::at(at);
            let lived = live(&end, source(&end).ready());
            let stored = live(&never, files.load(&key("jane"))).expect("it lives");
            let stored = stored.expect("whole").expect("a record");
            let saved = stored
                .refresh_token
                .map(|token| token.expose_secret().to_owned());
            let is_spent = service.books().spent.contains(&before);
            let is_saved = saved == service.books().good;
            if let Some(outcome) = lived {
                outcome.expect("a token");
                assert!(
                    is_spent && is_saved,
                    "it was served a token that is not saved"
                );
                assert!(
                    at == 10,
                    "a lease, a look, a note, a refresh and a commit: {at} steps"
                );
                break;
            }
            // Between the two nobody can tell, but that it is so.
            assert!(!is_spent || is_saved || stored.shown.is_some(), "step {at}");

            let outcome = live(&never, source(&never).ready()).expect("it lives");
            // A note without an end: the token may be spent, as far as anyone can tell.
            let lost = stored.shown.is_some();
            match outcome {
                Ok(_) => {}
                Err(AuthError::MaybeSpent { .. }) if lost && !signs_in => {}
                Err(error) => panic!("step {at}: {error:?}"),
            }
            assert_eq!(
                service.books().spent_shown,
                0,
                "step {at}: a spent refresh token was shown"
            );
        }
    }
}

/// I19: killed at any step, the refresh token before is unspent or the new one is saved.
#[tokio::test(start_paused = true)]
async fn i19_saving_is_tried_until_it_works_and_every_token_meanwhile_is_used() {
    let fleet = Fleet::new(Script::rotating(
        Root::Credentials,
        None,
        [pair("a", "refresh-1")],
    ));
    let source = fleet.source();
    fleet.store.takes_no_commits(true);
    source.ready().await.expect("a token");
    assert_eq!(fleet::bearer(&source).as_deref(), Some("Bearer a"));
    for _ in 0..60 {
        tokio::time::sleep(60 * SECOND).await;
        assert_eq!(fleet::bearer(&source).as_deref(), Some("Bearer a"));
    }
    fleet.store.takes_no_commits(false);
    tokio::time::sleep(100 * SECOND).await;
    assert_eq!(
        fleet.store.refresh_token().await.as_deref(),
        Some("refresh-1")
    );
}
