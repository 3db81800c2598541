//! What every store promises, whatever it is made of.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bindery_auth::{
    Commit, FileStore, MemoryStore, Scopes, Shown, StoreError, Stored, StoredAccess, TokenKey,
    TokenStore,
};

const LIFE: Duration = Duration::from_secs(60);

pub(crate) fn key(principal: &str) -> TokenKey {
    TokenKey::new("test", "https://example.com", principal, &Scopes::default())
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A record in which everything is set.
pub(crate) fn full(generation: u64) -> Stored {
    let mut stored = Stored::new(generation);
    stored.refresh_token = Some(format!("refresh-{generation}").into());
    stored.refresh_token_ends = Some(time(3_000_000_000));
    stored.access_token = Some(StoredAccess::new(
        format!("access-{generation}"),
        time(1_700_000_000),
        Some(time(1_700_003_600)),
    ));
    stored.shown = Some(Shown::new(time(1_700_000_001), true));
    stored
}

/// Every store passes this with a `store` that is empty and `other`, which is at the same place.
pub(crate) async fn hold(store: &dyn TokenStore, other: &dyn TokenStore) {
    let (jane, john) = (key("jane"), key("john"));
    assert_eq!(store.load(&jane).await.expect("it works"), None);

    // A lease is one's own until it is dropped, and there is one for each key.
    let lease = store
        .lease(&jane, LIFE)
        .await
        .expect("it works")
        .expect("free");
    for store in [store, other] {
        assert!(store.lease(&jane, LIFE).await.expect("it works").is_none());
    }
    let johns = other
        .lease(&john, LIFE)
        .await
        .expect("it works")
        .expect("free");

    // A commit counts if it names what it replaces, and for everyone.
    let commit = store
        .commit(&jane, &lease, 0, &full(1))
        .await
        .expect("it works");
    assert_eq!(commit, Commit::Done);
    for store in [store, other] {
        assert_eq!(store.load(&jane).await.expect("it works"), Some(full(1)));
        assert_eq!(store.load(&john).await.expect("it works"), None);
    }
    for expected in [0, 2, 7] {
        let commit = store
            .commit(&jane, &lease, expected, &full(8))
            .await
            .expect("it works");
        assert_eq!(commit, Commit::Conflict(Some(full(1))));
    }
    let commit = other
        .commit(&john, &johns, 1, &full(2))
        .await
        .expect("it works");
    assert_eq!(commit, Commit::Conflict(None));
    assert_eq!(other.load(&john).await.expect("it works"), None);

    // The same once more is no conflict, and numbers may be left out.
    for _ in 0..2 {
        let commit = store
            .commit(&jane, &lease, 1, &full(5))
            .await
            .expect("it works");
        assert_eq!(commit, Commit::Done);
    }
    assert_eq!(other.load(&jane).await.expect("it works"), Some(full(5)));

    // Whatever times it has.
    let mut precise = full(9);
    precise.refresh_token_ends = Some(time(3_000_000_000) + Duration::from_nanos(1));
    for _ in 0..2 {
        let commit = store
            .commit(&jane, &lease, 5, &precise)
            .await
            .expect("it works");
        assert_eq!(commit, Commit::Done);
    }

    // What is left out of a record is gone.
    let bare = Stored::new(10);
    let commit = store
        .commit(&jane, &lease, 9, &bare)
        .await
        .expect("it works");
    assert_eq!(commit, Commit::Done);
    assert_eq!(other.load(&jane).await.expect("it works"), Some(bare));

    // A lease that was dropped is free, at once or very soon.
    drop(lease);
    let free = async {
        loop {
            if let Some(lease) = other.lease(&jane, LIFE).await.expect("it works") {
                return lease;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let _again = tokio::time::timeout(LIFE, free).await.expect("free again");

    // The lease of another store is none.
    let foreign = bindery_auth::Lease::new(());
    let error = store
        .commit(&jane, &foreign, 6, &full(7))
        .await
        .expect_err("foreign");
    assert!(
        matches!(error, StoreError::ForeignLease { .. }),
        "{error:?}"
    );
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_the_memory_store_keeps_the_contract() {
    let store = MemoryStore::new();
    hold(&store, &store.clone()).await;
}

/// I21: of all who share a store, none shows a spent refresh token, and the store never goes back.
#[tokio::test]
async fn i21_the_file_store_keeps_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made/when/needed");
    hold(&FileStore::new(&path), &FileStore::new(&path)).await;
}
