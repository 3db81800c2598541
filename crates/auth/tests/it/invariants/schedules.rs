//! Processes that share a store, at any turns of the scheduler: I21.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bindery_auth::{
    AuthError, Commit, Exchange, Grant, Issued, Lease, Lifetime, MemoryStore, Outage, Reach,
    RenewedToken, Root, Rotation, StoreError, Stored, Storing, TokenKey, TokenSource, TokenStore,
};
use bindery_runtime::{Credential, Secret};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError},
};

use crate::{
    clock::TestClock,
    contract,
    stage::{HOUR, SECOND, bearer},
};

const SOURCES: usize = 3;

/// A store whose leases lapse, that is away at times, and takes a few turns for everything.
#[derive(Clone, Debug, Default)]
struct Weary {
    memory: MemoryStore,
    moods: Arc<WearyMoods>,
}

#[derive(Debug, Default)]
struct WearyMoods {
    away: AtomicBool,
    /// The number of the lease that counts, and 0 where none does.
    lease: AtomicUsize,
    leases: AtomicUsize,
}

/// Gives the lease back, unless it has lapsed.
struct Holder {
    moods: Arc<WearyMoods>,
    number: usize,
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self
            .moods
            .lease
            .compare_exchange(self.number, 0, SeqCst, SeqCst);
    }
}

impl Weary {
    async fn visit(&self) -> Result<(), StoreError> {
        tokio::task::yield_now().await;
        if self.moods.away.load(SeqCst) {
            return Err(StoreError::Unavailable {
                doing: "reach",
                place: "the store".to_owned(),
                cause: "the test says so".to_owned(),
            });
        }
        Ok(())
    }
}

impl TokenStore for Weary {
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>> {
        Box::pin(async {
            self.visit().await?;
            self.memory.load(key).await
        })
    }

    fn lease<'a>(&'a self, _: &'a TokenKey, _: Duration) -> Storing<'a, Option<Lease>> {
        Box::pin(async {
            self.visit().await?;
            let number = self.moods.leases.fetch_add(1, SeqCst) + 1;
            let taken = self.moods.lease.compare_exchange(0, number, SeqCst, SeqCst);
            let moods = Arc::clone(&self.moods);
            Ok(taken.is_ok().then(|| Lease::new(Holder { moods, number })))
        })
    }

    /// Whoever holds a lease that has lapsed may commit: what counts is the generation.
    fn commit<'a>(
        &'a self,
        key: &'a TokenKey,
        _: &'a Lease,
        expected: u64,
        new: &'a Stored,
    ) -> Storing<'a, Commit> {
        Box::pin(async move {
            self.visit().await?;
            let commit = {
                let other = contract::key("another");
                let lease = self.memory.lease(&other, HOUR).await?;
                let lease = lease.expect("one at a time");
                self.memory.commit(key, &lease, expected, new).await?
            };
            // Of some the answer is lost.
            self.visit().await?;
            Ok(commit)
        })
    }
}

#[derive(Clone, Debug)]
enum Move {
    /// A process wants a token.
    Call(usize),
    /// A process learns that its token is no good.
    Refuse(usize),
    /// So many turns go by.
    Turns(usize),
    /// Nobody can do anything for so long.
    Wait(u32),
    /// All tokens end.
    End,
    LeaseLapses,
    Away(bool),
    /// The answers to exchanges are lost, or not.
    Lose(bool),
    /// A process is replaced by another; what the one before has begun goes on.
    Restart(usize),
}

fn moves() -> impl Strategy<Value = Move> {
    let source = || 0..SOURCES;
    prop_oneof![
        6 => source().prop_map(Move::Call),
        2 => source().prop_map(Move::Refuse),
        6 => (1_usize..30).prop_map(Move::Turns),
        2 => (0_u32..30).prop_map(Move::Wait),
        3 => Just(Move::End),
        2 => Just(Move::LeaseLapses),
        2 => any::<bool>().prop_map(Move::Away),
        2 => any::<bool>().prop_map(Move::Lose),
        1 => source().prop_map(Move::Restart),
    ]
}

/// A service that ends the whole sign-in when a spent refresh token is shown.
#[derive(Clone, Debug)]
struct Strict {
    root: Root,
    books: Arc<Books>,
}

#[derive(Debug, Default)]
struct Books {
    issued: AtomicUsize,
    spent: Mutex<HashSet<String>>,
    spent_shown: AtomicUsize,
    loses: AtomicBool,
}

impl Strict {
    async fn exchange(&self, shown: Option<&str>) -> Result<Issued, AuthError> {
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        if let Some(shown) = shown {
            let is_spent = !self
                .books
                .spent
                .lock()
                .expect("no panic")
                .insert(shown.to_owned());
            self.books
                .spent_shown
                .fetch_add(usize::from(is_spent), SeqCst);
        }
        let number = self.books.issued.fetch_add(1, SeqCst) + 1;
        let loses = self.books.loses.load(SeqCst);
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        if loses {
            return Err(AuthError::Unavailable {
                what: "the answer was lost".to_owned(),
                why: Outage::Lost,
                retry_after: None,
            });
        }
        let refresh = Some(format!("refresh-{number}").into());
        Ok(
            Issued::new(format!("token-{number}"), Lifetime::Seconds(3600))
                .refresh_token(refresh, Lifetime::Unknown),
        )
    }
}

impl Grant for Strict {
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

async fn hold(root: Root, moves: &[Move]) -> Result<(), TestCaseError> {
    let (store, clock) = (Weary::default(), TestClock::new());
    let service = Strict {
        root: root.clone(),
        books: Arc::default(),
    };
    let connect = || {
        let (store, clock) = (Arc::new(store.clone()), Arc::new(clock.clone()));
        TokenSource::with_store(service.clone(), clock, contract::key("jane"), store)
    };
    let mut sources: Vec<_> = (0..SOURCES).map(|_| connect()).collect();
    let mut generation = 0;
    for step in moves {
        match *step {
            Move::Call(at) => {
                let source = sources[at].clone();
                tokio::spawn(async move { source.ready().await });
            }
            Move::Refuse(at) => {
                let source = sources[at].clone();
                let credential = RenewedToken::new(source.clone(), Reach::new(&["token"], ""));
                if bearer(&credential).is_some() {
                    let current = source.ready().await.expect("it is usable");
                    tokio::spawn(async move { credential.rejected(current).await });
                }
            }
            Move::Turns(turns) => {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            }
            Move::Wait(seconds) => tokio::time::sleep(seconds * SECOND).await,
            Move::End => clock.advance(HOUR),
            Move::LeaseLapses => store.moods.lease.store(0, SeqCst),
            Move::Away(away) => store.moods.away.store(away, SeqCst),
            Move::Lose(loses) => service.books.loses.store(loses, SeqCst),
            Move::Restart(at) => sources[at] = connect(),
        }
        let stored = store
            .memory
            .load(&contract::key("jane"))
            .await
            .expect("it works");
        let there = stored.map_or(0, |stored| stored.generation);
        prop_assert!(
            there >= generation,
            "the store went back from {generation} to {there}"
        );
        generation = there;
        prop_assert_eq!(
            service.books.spent_shown.load(SeqCst),
            0,
            "a spent token was shown"
        );
    }
    // When all is well again, each of them gets a token, unless the last refresh token may be spent.
    store.moods.away.store(false, SeqCst);
    service.books.loses.store(false, SeqCst);
    tokio::time::sleep(Duration::from_secs(200)).await;
    store.moods.lease.store(0, SeqCst);
    clock.advance(HOUR);
    for source in &sources {
        match source.ready().await {
            Ok(_) => {}
            Err(AuthError::MaybeSpent { .. }) if matches!(root, Root::RefreshToken(_)) => {}
            Err(error) => prop_assert!(false, "{error:?}"),
        }
    }
    prop_assert_eq!(
        service.books.spent_shown.load(SeqCst),
        0,
        "a spent token was shown"
    );
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 256, max_shrink_iters: 300, failure_persistence: None, ..Config::default() })]

    /// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
    #[test]
    fn i21_no_schedule_shows_a_spent_refresh_token(
        signs_in in any::<bool>(),
        moves in prop::collection::vec(moves(), 1..60),
    ) {
        let root = if signs_in { Root::Credentials } else { Root::RefreshToken("root".into()) };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(hold(root, &moves))?;
    }
}
