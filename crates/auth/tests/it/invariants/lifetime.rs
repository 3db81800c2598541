//! Lives of any length: I17.

use std::time::Duration;

use bindery_auth::{Issued, Lifetime};

use crate::{
    script::{Script, Turn},
    stage::{HOUR, Stage, settle},
};

/// I17: no lifetime makes it panic, ask more than once a second, or give up half of a life.
#[tokio::test]
async fn i17_whatever_life_a_service_gives_there_is_at_most_one_request_a_second() {
    for lifetime in [i64::MIN, -1, 0, 1].map(Lifetime::Seconds) {
        let stage = Stage::new(Script::new(
            (0..100).map(|_| Turn::Issue(Issued::new("token", lifetime))),
        ));
        for _ in 0..100 {
            stage.ready().await.expect("a token");
            settle().await;
            stage.clock.advance(Duration::from_millis(100));
        }
        assert!(
            stage.calls() <= 11,
            "{lifetime:?}: {} requests in ten seconds",
            stage.calls()
        );
    }
    for lifetime in [Lifetime::Seconds(i64::MAX), Lifetime::Unknown] {
        let stage = Stage::new(Script::new([Turn::Issue(Issued::new("token", lifetime))]));
        stage.ready().await.expect("a token");
        stage.clock.advance(HOUR / 2);
        assert_eq!(stage.at_once().as_deref(), Some("Bearer token"));
    }
}
