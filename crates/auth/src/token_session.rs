//! The session that token operations are called on, and the source of the tokens they get.

use std::{sync::Arc, time::Duration};

use bindery_runtime::{RetryPolicy, SessionBuilder, Target};

use crate::{Clock, Grant, MemoryStore, TokenKey, TokenSource, TokenStore};

/// A session apart from the one that the tokens are for: it holds none of their credentials, so that getting a token can
/// never wait for a token, and a deadline that a caller chose for its calls does not cut a sign-in short. It goes through
/// the same proxy, and trusts the same certificates.
#[cfg(any(feature = "alibaba-baas", feature = "hive", feature = "upvest"))]
pub(crate) fn beside(session: &SessionBuilder) -> SessionBuilder {
    limited(session.beside())
}

/// As [`beside`], to another target.
pub(crate) fn beside_at(session: &SessionBuilder, target: Target) -> SessionBuilder {
    limited(session.beside_at(target))
}

fn limited(session: SessionBuilder) -> SessionBuilder {
    session
        .deadline(Duration::from_secs(15))
        .connect_timeout(Duration::from_secs(5))
        .max_response_bytes(64 << 10)
        // The token source spaces its requests itself, for all who wait.
        .retry(RetryPolicy::never())
}

/// A source with the store that was chosen, or one of its own in memory.
pub(crate) fn source(
    grant: impl Grant,
    clock: Arc<dyn Clock>,
    key: TokenKey,
    store: Option<Arc<dyn TokenStore>>,
) -> TokenSource {
    let store = store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
    TokenSource::with_store(grant, clock, key, store)
}
