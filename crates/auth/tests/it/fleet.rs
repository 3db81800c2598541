//! Token sources that share a store, as processes do, and a store that a test can take away.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use bindery_auth::{
    AuthError, Clock, Commit, Lease, MemoryStore, Outage, Reach, RenewedToken, StoreError, Stored,
    StoredAccess, Storing, TokenKey, TokenSource, TokenStore,
};

use crate::{
    clock::TestClock,
    contract::key,
    script::{Script, Turn},
    stage,
    stage::HOUR,
};

/// A store in memory that a test can take away. Clones are the same store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moody {
    pub(crate) memory: MemoryStore,
    pub(crate) moods: Arc<Moods>,
}

#[derive(Debug, Default)]
pub(crate) struct Moods {
    pub(crate) away: AtomicBool,
    pub(crate) takes_no_commits: AtomicBool,
    /// It commits, and no answer comes.
    pub(crate) loses_answers: AtomicBool,
    pub(crate) panics: AtomicBool,
}

impl Moody {
    pub(crate) fn away(&self, away: bool) {
        self.moods.away.store(away, SeqCst);
    }

    pub(crate) fn takes_no_commits(&self, takes_none: bool) {
        self.moods.takes_no_commits.store(takes_none, SeqCst);
    }

    pub(crate) fn loses_answers(&self, loses: bool) {
        self.moods.loses_answers.store(loses, SeqCst);
    }

    pub(crate) fn check(&self, unwilling: &AtomicBool) -> Result<(), StoreError> {
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

    pub(crate) async fn stored(&self) -> Stored {
        self.memory
            .load(&key("jane"))
            .await
            .expect("it works")
            .expect("a record")
    }

    pub(crate) async fn refresh_token(&self) -> Option<String> {
        self.stored()
            .await
            .refresh_token
            .map(|token| token.expose_secret().to_owned())
    }

    /// As another process does, lease or no lease.
    pub(crate) async fn put(&self, stored: Stored) {
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
            let commit = self.memory.commit(key, lease, expected, new).await;
            self.check(&self.moods.loses_answers)?;
            commit
        })
    }
}

/// Processes that share a store, a clock and a service.
pub(crate) struct Fleet {
    pub(crate) script: Script,
    pub(crate) clock: TestClock,
    pub(crate) store: Moody,
}

impl Fleet {
    pub(crate) fn new(script: Script) -> Self {
        Self {
            script,
            clock: TestClock::new(),
            store: Moody::default(),
        }
    }

    /// Another process, which shares the store, the clock and the service.
    pub(crate) fn source(&self) -> TokenSource {
        self.source_over(self.store.clone())
    }

    pub(crate) fn source_over(&self, store: impl TokenStore) -> TokenSource {
        TokenSource::with_store(
            self.script.clone(),
            Arc::new(self.clock.clone()),
            key("jane"),
            Arc::new(store),
        )
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.script.calls()
    }

    /// What another process would save.
    pub(crate) fn record(&self, generation: u64, access: &str, refresh: &str) -> Stored {
        let now = self.clock.wall();
        let mut stored = Stored::new(generation);
        stored.refresh_token = Some(refresh.into());
        stored.access_token = Some(StoredAccess::new(access, now, Some(now + HOUR)));
        stored
    }
}

pub(crate) fn bearer(source: &TokenSource) -> Option<String> {
    stage::bearer(&RenewedToken::new(
        source.clone(),
        Reach::new(&["token"], ""),
    ))
}

pub(crate) fn lost() -> Turn {
    Turn::Fail(AuthError::Unavailable {
        what: "the answer was lost".to_owned(),
        why: Outage::Lost,
        retry_after: None,
    })
}

pub(crate) fn status(status: u16) -> Turn {
    Turn::Fail(AuthError::Unavailable {
        what: "overloaded".to_owned(),
        why: Outage::Status(status),
        retry_after: None,
    })
}
