//! One identity and another: I23.

use crate::{
    script::{Script, living, pair},
    stage::{HOUR, Stage},
};

/// I23: nobody gets the token of another, and what is kept is bounded.
#[tokio::test]
async fn i23_an_empty_or_missing_refresh_token_leaves_the_one_before() {
    let stage = Stage::new(Script::new([
        pair("a", "refresh-1"),
        pair("b", ""),
        living(3600),
    ]));
    for _ in 0..4 {
        stage.ready().await.expect("a token");
        stage.clock.advance(HOUR);
    }
    assert_eq!(
        stage.script.calls(),
        [
            "sign in",
            "refresh refresh-1",
            "refresh refresh-1",
            "refresh refresh-1"
        ]
    );
}
