//! Tokens in memory.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex as Leases, OwnedMutexGuard};

use super::{Commit, Lease, StoreError, Stored, Storing, TokenKey, TokenStore};

/// Keeps tokens in memory, for as long as it or a clone is there. Clones are the same store.
///
/// This is what is used unless another store is chosen. Choose it yourself to let several clients of one identity share
/// their tokens.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<HashMap<String, Entry>>>);

#[derive(Default)]
struct Entry {
    stored: Option<Stored>,
    lease: Arc<Leases<()>>,
}

impl MemoryStore {
    /// A store with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for MemoryStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>> {
        Box::pin(async {
            Ok(self
                .entries()
                .get(key.name())
                .and_then(|entry| entry.stored.clone()))
        })
    }

    fn lease<'a>(&'a self, key: &'a TokenKey, _: Duration) -> Storing<'a, Option<Lease>> {
        Box::pin(async {
            let lease = Arc::clone(
                &self
                    .entries()
                    .entry(key.name().to_owned())
                    .or_default()
                    .lease,
            );
            Ok(lease.try_lock_owned().ok().map(Lease::new))
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
            if lease.holder::<OwnedMutexGuard<()>>().is_none() {
                let place = "memory".to_owned();
                return Err(StoreError::ForeignLease { place });
            }
            let mut entries = self.entries();
            let entry = entries.entry(key.name().to_owned()).or_default();
            Ok(super::replace(&mut entry.stored, expected, new))
        })
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("identities", &self.entries().len())
            .finish()
    }
}
