//! The file store, on a real disk.

use std::time::Duration;

use bindery_auth::{Commit, FileStore, StoreError, TokenStore};

use crate::{
    contract::{full, key},
    secrets::{CANARY, assert_silent},
};

const LIFE: Duration = Duration::from_secs(60);

async fn save(store: &FileStore, generation: u64) -> Result<Commit, StoreError> {
    let lease = store.lease(&key("jane"), LIFE).await?.expect("free");
    store
        .commit(&key("jane"), &lease, generation - 1, &full(generation))
        .await
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_files_and_the_folder() {
    use std::os::unix::fs::PermissionsExt;

    let outer = tempfile::tempdir().expect("a folder");
    let folder = outer.path().join("tokens");
    let store = FileStore::new(&folder);
    for generation in 1..=2 {
        save(&store, generation).await.expect("it works");
        let mode = |path| {
            std::fs::metadata(path)
                .expect("it is there")
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode(folder.clone()), 0o700);
        let files: Vec<_> = std::fs::read_dir(&folder).expect("a folder").collect();
        assert_eq!(
            files.len(),
            2,
            "the record and its lock, and nothing left over"
        );
        for file in files {
            assert_eq!(mode(file.expect("a file").path()), 0o600);
        }
    }
}

#[tokio::test]
async fn no_file_name_tells_whose_tokens_it_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::new(folder.path());
    save(&store, 1).await.expect("it works");
    for file in std::fs::read_dir(folder.path()).expect("a folder") {
        let name = file
            .expect("a file")
            .file_name()
            .into_string()
            .expect("text");
        assert!(
            name.starts_with("test-") && !name.contains("jane"),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_record_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::new(folder.path());
    save(&store, 1).await.expect("it works");
    let path = store.path(&key("jane"));
    let whole = std::fs::read(&path).expect("a file");
    let contents: [&[u8]; 5] = [
        b"",
        CANARY.as_bytes(),
        &whole[..whole.len() / 2],
        br#"{"format":"something else","token":"canary-4f9a1c7e"}"#,
        b"\xff\x00",
    ];
    for content in contents {
        std::fs::write(&path, content).expect("it works");
        let read = store.load(&key("jane")).await.expect_err("no record");
        let written = save(&store, 2).await.expect_err("no record");
        for error in [read, written] {
            assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
            assert!(
                error.to_string().contains(&path.display().to_string()),
                "{error}"
            );
            assert_silent(&format!("{error} {error:?}"));
        }
        assert_eq!(std::fs::read(&path).expect("a file"), content);
    }
}

/// I23: nobody gets the token of another, and what is kept is bounded.
#[tokio::test]
async fn i23_a_record_of_another_identity_is_not_taken_for_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::new(folder.path());
    save(&store, 1).await.expect("it works");
    std::fs::copy(store.path(&key("jane")), store.path(&key("john"))).expect("it works");
    let error = store.load(&key("john")).await.expect_err("jane's");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("it works");
    let store = FileStore::new(file.join("tokens"));
    let error = store
        .lease(&key("jane"), LIFE)
        .await
        .expect_err("no folder");
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.starts_with("failed to lock the tokens in "), "{text}");
    assert!(text.contains(&file.display().to_string()), "{text}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_in_the_place_of_the_new_file_is_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::new(folder.path());
    let elsewhere = folder.path().join("elsewhere");
    std::fs::write(&elsewhere, "untouched").expect("it works");
    let beside = store.path(&key("jane")).with_extension("new");
    std::os::unix::fs::symlink(&elsewhere, beside).expect("it works");
    save(&store, 1).await.expect("it works");
    assert_eq!(
        std::fs::read_to_string(&elsewhere).expect("a file"),
        "untouched"
    );
    assert!(store.load(&key("jane")).await.expect("it works").is_some());
}

/// I3: whoever is dropped, and wherever, the flight goes on to its end, with its result saved and served.
#[tokio::test]
async fn i03_a_commit_that_nobody_waits_for_keeps_the_lock_until_it_has_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::new(folder.path());
    for generation in 1..=20 {
        let (key, new) = (key("jane"), full(generation));
        let lease = loop {
            match store.lease(&key, LIFE).await.expect("it works") {
                Some(lease) => break lease,
                None => tokio::task::yield_now().await,
            }
        };
        let before = store.load(&key).await.expect("whole");
        let expected = before.map_or(0, |stored| stored.generation);
        let commit = store.commit(&key, &lease, expected, &new);
        let _ = tokio::time::timeout(Duration::ZERO, commit).await;
        drop(lease);
        let after = store
            .load(&key)
            .await
            .expect("whole")
            .map_or(0, |stored| stored.generation);
        assert!(after == expected || after == generation);
    }
}
