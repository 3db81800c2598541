//! Where tokens are kept, so that they outlive a process or serve several.
//!
//! A store is asked three things: what it has, for a *lease* (the right to renew, held by one at a time), and to put a
//! new record in the place of the one it was made from. The lease saves requests; what keeps two from undoing each
//! other's work is that a commit names the generation it replaces.

mod file;
mod key;
mod memory;
mod record;
#[cfg(feature = "redis")]
mod redis;

use std::{any::Any, fmt, future::Future, pin::Pin, time::Duration, time::SystemTime};

use bindery_runtime::Secret;

pub(crate) use self::key::fingerprint;
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use self::redis::RedisStore;
pub use self::{file::FileStore, key::TokenKey, memory::MemoryStore};

/// A place for the tokens of any number of identities.
///
/// An implementation never waits long: a lease that another holds is `None` at once, and a store that is out of reach is
/// an error. A call that is dropped half-way leaves the old record or the new one.
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// The record of `key`, where there is one.
    ///
    /// # Errors
    ///
    /// When the store is out of reach, or what it has is no record of `key`.
    fn load<'a>(&'a self, key: &'a TokenKey) -> Storing<'a, Option<Stored>>;

    /// The right to renew the tokens of `key`; `None` while another holds it. It ends when it is dropped, when its
    /// process ends, and in a store that cannot see a process end, after `life` at the latest.
    ///
    /// # Errors
    ///
    /// When the store is out of reach.
    fn lease<'a>(&'a self, key: &'a TokenKey, life: Duration) -> Storing<'a, Option<Lease>>;

    /// Puts `new` in the place of the record of generation `expected`, which is 0 where there is none, or answers the
    /// record that is there instead. The record is safe when this is done. Committing the same record twice is no
    /// conflict: an answer may be lost.
    ///
    /// # Errors
    ///
    /// When the store is out of reach, or what it has is no record of `key`. The new record may be in its place even so.
    fn commit<'a>(
        &'a self,
        key: &'a TokenKey,
        lease: &'a Lease,
        expected: u64,
        new: &'a Stored,
    ) -> Storing<'a, Commit>;
}

/// A call of a [`TokenStore`] under way.
pub type Storing<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// What came of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commit {
    /// The record is in its place.
    Done,
    /// It is not, since another generation than the expected one is there.
    Conflict(Option<Stored>),
}

/// The tokens of one identity, as a store keeps them. Times are by the wall clock, since no other outlives a process.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Stored {
    /// The number of the record: 1 for the first, and never one that was there before.
    pub generation: u64,
    /// The refresh token.
    pub refresh_token: Option<Secret>,
    /// When the refresh token ends, where the service says so.
    pub refresh_token_ends: Option<SystemTime>,
    /// The access token.
    pub access_token: Option<StoredAccess>,
    /// Set while the refresh token may be spent: it is being shown to the service, or was and no answer came.
    pub shown: Option<Shown>,
}

/// An access token as a store keeps it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredAccess {
    /// The access token.
    pub token: Secret,
    /// When it was asked for.
    pub asked: SystemTime,
    /// When it ends, where the service says so.
    pub ends: Option<SystemTime>,
}

/// When a refresh token that each refresh replaces was shown to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shown {
    /// The first time.
    pub since: SystemTime,
    /// Whether it was shown once more.
    pub again: bool,
    /// Who noted it: a number that no other note has, or 0. A source whose note may not have come to the store finds by
    /// it whether it has.
    pub by: u64,
}

impl Stored {
    /// A record of this number, with nothing in it.
    pub fn new(generation: u64) -> Self {
        Self {
            generation,
            ..Self::default()
        }
    }
}

impl StoredAccess {
    /// A token that was asked for at `asked` and ends at `ends`.
    pub fn new(token: impl Into<Secret>, asked: SystemTime, ends: Option<SystemTime>) -> Self {
        Self {
            token: token.into(),
            asked,
            ends,
        }
    }
}

impl Shown {
    /// Shown first at `since`, and perhaps once more.
    pub fn new(since: SystemTime, again: bool) -> Self {
        Self {
            since,
            again,
            by: 0,
        }
    }

    /// Noted under this number.
    #[must_use]
    pub fn by(mut self, number: u64) -> Self {
        self.by = number;
        self
    }
}

impl PartialEq for Stored {
    fn eq(&self, other: &Self) -> bool {
        self.generation == other.generation
            && self.refresh_token.as_ref().map(Secret::expose_secret)
                == other.refresh_token.as_ref().map(Secret::expose_secret)
            && self.refresh_token_ends == other.refresh_token_ends
            && self.access_token == other.access_token
            && self.shown == other.shown
    }
}

impl Eq for Stored {}

impl PartialEq for StoredAccess {
    fn eq(&self, other: &Self) -> bool {
        self.token.expose_secret() == other.token.expose_secret()
            && self.asked == other.asked
            && self.ends == other.ends
    }
}

impl Eq for StoredAccess {}

/// The right to renew the tokens of one identity. It ends when this is dropped.
pub struct Lease(Box<dyn Any + Send + Sync>);

impl Lease {
    /// A lease that lasts as long as `holder` is not dropped.
    pub fn new(holder: impl Any + Send + Sync) -> Self {
        Self(Box::new(holder))
    }

    /// The holder, if it is of this type.
    pub fn holder<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lease")
    }
}

/// Why a store did not do as it was told. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It is out of reach, or could not do it.
    #[error("failed to {doing} {place}: {cause}")]
    Unavailable {
        /// What it was about to do.
        doing: &'static str,
        /// Where: a path, an address.
        place: String,
        /// Why not.
        cause: String,
    },
    /// What is there cannot be read. It was left as it is.
    #[error(
        "failed to read the tokens in {place}: {what}; look at it, and delete it if nobody needs it"
    )]
    Corrupt {
        /// Where: a path, a key.
        place: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The lease is not one of this store.
    #[error("failed to commit the tokens to {place}: the lease was given by another store")]
    ForeignLease {
        /// Where: a path, an address.
        place: String,
    },
    /// The address of the store is not valid.
    #[error("failed to read the address of the store: {what}")]
    Address {
        /// What is wrong with it.
        what: &'static str,
    },
}

/// Puts `new` in the place of `stored`, if that is of generation `expected`.
fn replace(stored: &mut Option<Stored>, expected: u64, new: &Stored) -> Commit {
    if stored.as_ref() == Some(new) {
        return Commit::Done;
    }
    if stored.as_ref().map_or(0, |stored| stored.generation) != expected {
        return Commit::Conflict(stored.clone());
    }
    *stored = Some(new.clone());
    Commit::Done
}
