//! An end to every request: I24.

use std::time::Duration;

use bindery_auth::{AuthError, Commit, Lease, Stored, Storing, TokenKey, TokenStore};

use crate::{
    fleet::Fleet,
    script::{Script, Turn},
    stage::{SECOND, Stage},
};

/// I24: every token request ends in time and reads no more than its cap, and no caller shortens it.
#[tokio::test(start_paused = true)]
async fn i24_a_request_that_never_ends_is_given_up() {
    let stage = Stage::new(Script::new([Turn::Hang]));
    let asked = tokio::time::Instant::now();
    let error = stage.ready().await.expect_err("no answer");
    assert!(
        matches!(
            error,
            AuthError::Unavailable {
                why: bindery_auth::Outage::Timeout,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(asked.elapsed(), Duration::from_secs(20));
}

/// I24: every token request ends in time and reads no more than its cap, and no caller shortens it.
#[tokio::test]
async fn i24_a_callers_own_time_out_does_not_shorten_the_request() {
    let stage = Stage::new(Script::gated([]));
    tokio::time::timeout(Duration::ZERO, stage.ready())
        .await
        .expect_err("too short");
    stage.script.begun().await;
    stage.script.let_go_on();
    assert_eq!(stage.ready().await.expect("a token"), 1);
    assert_eq!(stage.calls(), 1);
}

/// I24: every token request ends in time and reads no more than its cap, and no caller shortens it.
#[tokio::test(start_paused = true)]
async fn i24_a_store_that_never_answers_is_taken_for_away() {
    #[derive(Debug)]
    struct Silent;
    impl TokenStore for Silent {
        fn load<'a>(&'a self, _: &'a TokenKey) -> Storing<'a, Option<Stored>> {
            Box::pin(std::future::pending())
        }
        fn lease<'a>(&'a self, _: &'a TokenKey, _: Duration) -> Storing<'a, Option<Lease>> {
            Box::pin(std::future::pending())
        }
        fn commit<'a>(
            &'a self,
            _: &'a TokenKey,
            _: &'a Lease,
            _: u64,
            _: &'a Stored,
        ) -> Storing<'a, Commit> {
            Box::pin(std::future::pending())
        }
    }
    let fleet = Fleet::new(Script::new([]));
    let asked = tokio::time::Instant::now();
    fleet.source_over(Silent).ready().await.expect("a token");
    assert!(asked.elapsed() <= 5 * SECOND, "{:?}", asked.elapsed());
}
