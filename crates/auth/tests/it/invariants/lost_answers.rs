//! A refresh whose answer never came: I20.

use bindery_auth::{AuthError, Clock, Root, Shown};

use crate::{
    clock::TestClock,
    fleet::{Fleet, lost, status},
    script::{Script, Turn, pair},
    stage::{HOUR, SECOND},
};

/// I20: a refresh token whose answer was lost is shown once more at most, and within its grace only.
#[tokio::test]
async fn i20_a_refresh_token_whose_answer_was_lost_is_not_shown_again() {
    for turn in [
        lost,
        || status(500),
        || Turn::Panic,
        || Turn::Fail(AuthError::malformed("test", "no token")),
    ] {
        let turns = [pair("a", "refresh-1"), turn()];
        let fleet = Fleet::new(Script::rotating(Root::Credentials, None, turns));
        let source = fleet.source();
        source.ready().await.expect("a token");
        fleet.clock.advance(HOUR);
        source.ready().await.expect_err("lost");
        fleet.clock.advance(2 * SECOND);
        // By nobody.
        fleet.source().ready().await.expect("a token");
        source.ready().await.expect("a token");
        assert_eq!(fleet.calls(), ["sign in", "refresh refresh-1", "sign in"]);
    }
}

/// I20: a refresh token whose answer was lost is shown once more at most, and within its grace only.
#[tokio::test]
async fn i20_within_its_grace_a_refresh_token_is_shown_once_more_and_after_it_never() {
    let grace = Some(10 * SECOND);
    for (wait, expected) in [
        (
            3,
            [
                "sign in",
                "refresh refresh-1",
                "refresh refresh-1",
                "sign in",
            ],
        ),
        (11, ["sign in", "refresh refresh-1", "sign in", ""]),
    ] {
        let turns = [pair("a", "refresh-1"), lost(), lost()];
        let fleet = Fleet::new(Script::rotating(Root::Credentials, grace, turns));
        let source = fleet.source();
        source.ready().await.expect("a token");
        fleet.clock.advance(HOUR);
        for _ in 0..3 {
            let _ = source.ready().await;
            fleet.clock.advance(wait * SECOND);
        }
        let calls = fleet.calls();
        let expected: Vec<_> = expected
            .into_iter()
            .filter(|call| !call.is_empty())
            .collect();
        assert_eq!(calls[..expected.len()], expected);
        assert!(
            calls[expected.len()..].iter().all(|call| call == "sign in"),
            "{calls:?}"
        );
    }
}

/// I20: a refresh token whose answer was lost is shown once more at most, and within its grace only.
#[tokio::test]
async fn i20_the_grace_goes_by_in_suspend_and_a_clock_that_was_set_back_does_not_renew_it() {
    let grace = Some(10 * SECOND);
    let steps: [fn(&TestClock); 2] = [
        |clock| clock.suspend(HOUR),
        |clock| {
            clock.set_back(2 * HOUR);
            clock.advance(2 * SECOND);
        },
    ];
    for step in steps {
        let turns = [pair("a", "refresh-1"), lost()];
        let fleet = Fleet::new(Script::rotating(Root::Credentials, grace, turns));
        let source = fleet.source();
        source.ready().await.expect("a token");
        fleet.clock.advance(HOUR);
        source.ready().await.expect_err("lost");
        step(&fleet.clock);
        source.ready().await.expect("a token");
        assert_eq!(fleet.calls(), ["sign in", "refresh refresh-1", "sign in"]);
    }
}

/// I20: a refresh token whose answer was lost is shown once more at most, and within its grace only.
#[tokio::test]
async fn i20_a_root_that_may_be_spent_is_not_shown_until_its_successor_turns_up() {
    let fleet = Fleet::new(Script::rotating(
        Root::RefreshToken("root".into()),
        None,
        [lost()],
    ));
    let source = fleet.source();
    source.ready().await.expect_err("lost");
    for _ in 0..10 {
        fleet.clock.advance(80 * SECOND);
        let error = fleet.source().ready().await.expect_err("it may be spent");
        assert!(matches!(error, AuthError::MaybeSpent { .. }), "{error:?}");
        assert_eq!(error.advice(), bindery_runtime::Advice::Reauthenticate);
    }
    source.ready().await.expect_err("it may be spent");
    assert_eq!(fleet.calls(), ["refresh root"]);
    let next = fleet.store.stored().await.generation + 1;
    fleet
        .store
        .put(fleet.record(next, "theirs", "refresh-theirs"))
        .await;
    fleet.clock.advance(80 * SECOND);
    source.ready().await.expect("their token");
    assert_eq!(fleet.calls(), ["refresh root"]);
}

/// I20: a refresh token whose answer was lost is shown once more at most, and within its grace only.
#[tokio::test]
async fn i20_a_token_is_noted_as_shown_before_it_is() {
    let root = Root::RefreshToken("root".into());
    let fleet = Fleet::new(Script::rotating(root, None, [Turn::Hang]));
    let source = fleet.source();
    let caller = tokio::spawn(async move { source.ready().await });
    fleet.script.begun().await;
    let noted = fleet.store.stored().await;
    let noted = noted.shown.expect("a note");
    assert_eq!((noted.since, noted.again), (fleet.clock.wall(), false));
    assert_eq!(fleet.store.refresh_token().await.as_deref(), Some("root"));
    caller.abort();
}

/// I20: a refresh token whose answer was lost is shown once more at most, and within its grace only.
#[tokio::test]
async fn i20_what_a_process_that_died_was_showing_is_not_shown_by_the_next() {
    let fleet = Fleet::new(Script::rotating(Root::Credentials, None, []));
    let mut stored = fleet.record(7, "a", "refresh-1");
    stored.shown = Some(Shown::new(fleet.clock.wall(), false));
    stored.access_token = None;
    fleet.store.put(stored).await;
    fleet.source().ready().await.expect("a token");
    assert_eq!(fleet.calls(), ["sign in"]);
    assert!(fleet.store.stored().await.generation > 7);
}
