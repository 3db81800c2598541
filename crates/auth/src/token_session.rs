//! The session that token operations are called on, and the source of the tokens they get.

use std::{sync::Arc, time::Duration};

use bindery_runtime::{RetryPolicy, SessionBuilder};

use crate::{Clock, Grant, MemoryStore, TokenKey, TokenSource, TokenStore};

/// The session for a sign-in, of one made beside that which the tokens are for: it holds none of their credentials, so that
/// getting a token can never wait for a token, goes through the same proxy, and trusts the same certificates. A deadline
/// that a caller chose for its calls does not cut a sign-in short.
pub(crate) fn for_sign_in(beside: SessionBuilder) -> SessionBuilder {
    beside
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
