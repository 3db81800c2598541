//! No text that anyone may print has a secret in it.

use std::sync::Arc;

use bindery_auth::{
    AuthError, FixedToken, Issued, Lifetime, MemoryStore, Reach, RenewedToken, Root, Scopes,
    Stored, StoredAccess, TokenKey, TokenSource, TokenStore,
};
use bindery_runtime::{CredentialError, Session, Target};

use crate::{
    clock::TestClock,
    script::{Script, Turn, pair},
};

pub(crate) const CANARY: &str = "canary-4f9a1c7e";

/// No eight characters in a row of the canary.
#[track_caller]
pub(crate) fn assert_silent(text: &str) {
    for at in 0..=CANARY.len() - 8 {
        assert!(!text.contains(&CANARY[at..at + 8]), "{text}");
    }
}

/// I16: nothing that can be printed has eight characters of a secret in a row.
#[tokio::test]
async fn i16_what_holds_tokens_shows_none() {
    let source = TokenSource::with_clock(
        Script::new([pair(CANARY, CANARY)]),
        Arc::new(TestClock::new()),
    );
    source.ready().await.expect("a token");
    let renewed = RenewedToken::new(source.clone(), Reach::new(&["accessToken"], ""));
    let fixed = FixedToken::new("test", CANARY, Reach::new(&["accessToken"], ""))
        .expect("fit for a header");
    let issued = Issued::new(CANARY, Lifetime::Unknown)
        .refresh_token(Some(CANARY.into()), Lifetime::Unknown);
    assert_silent(&format!(
        "{source:#?} {renewed:#?} {fixed:#?} {issued:#?} {:#?}",
        Root::RefreshToken(CANARY.into())
    ));
    let session = Session::builder(Target::named("test", "live"))
        .credential(renewed)
        .credential(fixed)
        .build();
    assert_silent(&format!("{session:#?}"));
}

/// I16: nothing that can be printed has eight characters of a secret in a row.
#[tokio::test]
async fn i16_an_error_about_a_token_does_not_show_it() {
    let unfit = Turn::Issue(Issued::new(format!("{CANARY}\n"), Lifetime::Unknown));
    let source = TokenSource::new(Script::new([unfit]));
    for _ in 0..2 {
        let error: AuthError = source.ready().await.expect_err("unfit");
        assert_silent(&format!(
            "{error} {error:#?} {:#?}",
            CredentialError::from(error.clone())
        ));
    }
    let unfit = FixedToken::new(
        "test",
        format!("{CANARY}\n"),
        Reach::new(&["accessToken"], ""),
    )
    .expect_err("unfit");
    assert_silent(&format!("{unfit} {unfit:#?}"));
}

/// I16: nothing that can be printed has eight characters of a secret in a row.
#[tokio::test]
async fn i16_what_keeps_tokens_shows_none() {
    let key = TokenKey::new("test", "https://example.com", CANARY, &Scopes::default());
    let mut stored = Stored::new(1);
    stored.refresh_token = Some(CANARY.into());
    stored.access_token = Some(StoredAccess::new(CANARY, std::time::UNIX_EPOCH, None));
    let store = MemoryStore::new();
    let lease = store
        .lease(&key, std::time::Duration::ZERO)
        .await
        .expect("it works")
        .expect("free");
    store
        .commit(&key, &lease, 0, &stored)
        .await
        .expect("it works");
    let conflict = store
        .commit(&key, &lease, 0, &Stored::new(2))
        .await
        .expect("it works");
    assert_silent(&format!(
        "{key:#?} {stored:#?} {store:#?} {lease:#?} {conflict:#?}"
    ));
}
