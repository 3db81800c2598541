//! What a token source makes of its store.

use std::time::Duration;

use bindery_auth::{AuthError, FileStore, Issued, Lifetime, Root, StoreError};

use crate::{
    contract::key,
    fleet,
    fleet::Fleet,
    script::{Script, Turn, pair},
    stage::{HOUR, SECOND},
};

#[tokio::test]
async fn sources_that_share_a_store_share_the_tokens() {
    let fleet = Fleet::new(Script::new([
        pair("a", "refresh-1"),
        pair("b", "refresh-2"),
    ]));
    let (one, two) = (fleet.source(), fleet.source());
    one.ready().await.expect("a token");
    two.ready().await.expect("a token");
    assert_eq!(fleet::bearer(&two).as_deref(), Some("Bearer a"));
    fleet.clock.advance(HOUR);
    two.ready().await.expect("a token");
    one.ready().await.expect("a token");
    assert_eq!(fleet::bearer(&one).as_deref(), Some("Bearer b"));
    assert_eq!(fleet.calls(), ["sign in", "refresh refresh-1"]);
}

/// I18: a token past either deadline is not served, and no clock that steps stalls a call.
#[tokio::test]
async fn i18_a_stored_token_lives_no_longer_than_it_would_have() {
    let fleet = Fleet::new(Script::new([pair("a", "refresh-1")]));
    fleet.source().ready().await.expect("a token");
    fleet.clock.advance(HOUR / 2);
    let restarted = fleet.source();
    restarted.ready().await.expect("the stored token");
    assert_eq!(fleet.calls().len(), 1);
    fleet.clock.advance(HOUR / 2 - Duration::from_secs(20));
    assert_eq!(
        fleet::bearer(&restarted),
        None,
        "it ends with the one that was stored"
    );
    restarted.ready().await.expect("another");
    assert_eq!(fleet.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_could_not_be_saved_gives_way_to_what_another_saved_since() {
    let fleet = Fleet::new(Script::new([pair("a", "refresh-1")]));
    fleet.store.takes_no_commits(true);
    let source = fleet.source();
    source.ready().await.expect("a token");
    fleet
        .store
        .put(fleet.record(1, "theirs", "refresh-theirs"))
        .await;
    fleet.store.takes_no_commits(false);
    tokio::time::sleep(100 * SECOND).await;
    assert_eq!(
        fleet.store.refresh_token().await.as_deref(),
        Some("refresh-theirs")
    );
    fleet.clock.advance(HOUR);
    source.ready().await.expect("a token");
    assert_eq!(fleet.calls(), ["sign in", "refresh refresh-theirs"]);
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_away_those_who_can_sign_in_or_spend_nothing_go_on() {
    let rotating = Fleet::new(Script::rotating(
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

    let lasting = Fleet::new(Script::rooted("root", []));
    lasting.store.away(true);
    lasting.source().ready().await.expect("a token");
    assert_eq!(lasting.calls(), ["refresh root"]);
}

#[tokio::test]
async fn a_corrupt_file_is_not_overwritten_and_keeps_nobody_from_signing_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::new(folder.path());
    let path = store.path(&key("jane"));
    std::fs::write(&path, "half a rec").expect("it works");
    let fleet = Fleet::new(Script::new([pair("a", "refresh-1")]));
    fleet
        .source_over(store.clone())
        .ready()
        .await
        .expect("a token");
    let rotating = Fleet::new(Script::rotating(
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
async fn a_sign_in_without_a_refresh_token_leaves_no_old_one_behind() {
    let issued = Issued::new("a", Lifetime::Seconds(3600))
        .refresh_token(Some("refresh-1".into()), Lifetime::Seconds(7200));
    let fleet = Fleet::new(Script::new([Turn::Issue(issued)]));
    let source = fleet.source();
    source.ready().await.expect("a token");
    fleet.clock.advance(2 * HOUR);
    source.ready().await.expect("a token");
    assert_eq!(fleet.store.refresh_token().await, None);
}
