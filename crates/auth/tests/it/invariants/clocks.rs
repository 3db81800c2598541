//! Clocks that step and stand still: I18.

use std::time::Duration;

use crate::{
    fleet::Fleet,
    script::{Script, living, outage},
    stage::{HOUR, SECOND, Stage, YEAR},
};

/// I18: a token past either deadline is not served, and no clock that steps stalls a call.
#[tokio::test]
async fn i18_a_token_ends_by_the_clock_that_is_ahead() {
    let slept = Stage::new(Script::new([]));
    slept.ready().await.expect("a token");
    slept.clock.suspend(HOUR);
    assert_eq!(slept.at_once(), None, "it ended while the machine slept");
    assert_eq!(slept.ready().await.expect("a token"), 2);

    let set_back = Stage::new(Script::new([]));
    set_back.ready().await.expect("a token");
    set_back.clock.set_back(YEAR);
    set_back.clock.advance(HOUR);
    assert_eq!(
        set_back.at_once(),
        None,
        "it ended although the clock was set back"
    );
    assert_eq!(set_back.ready().await.expect("a token"), 2);
}

/// I18: a token past either deadline is not served, and no clock that steps stalls a call.
#[tokio::test]
async fn i18_a_clock_that_steps_stalls_nothing() {
    let stage = Stage::new(Script::new([outage(), living(3600)]));
    stage.clock.suspend(YEAR);
    stage.ready().await.expect_err("an outage");
    stage.clock.set_back(YEAR);
    stage.clock.advance(Duration::from_secs(2));
    stage
        .ready()
        .await
        .expect("it does not back off for a year");
    stage.clock.suspend(YEAR);
    stage.ready().await.expect("another token");
    stage.clock.set_back(YEAR);
    stage.clock.advance(HOUR);
    stage.ready().await.expect("and another");
    assert_eq!(stage.calls(), 4);
}

/// I18: a token past either deadline is not served, and no clock that steps stalls a call.
#[tokio::test]
async fn i18_a_stored_token_whose_age_a_step_of_the_clock_hides_is_not_served() {
    for (step, requests) in [(30 * SECOND, 1), (90 * SECOND, 2), (YEAR, 2)] {
        let fleet = Fleet::new(Script::new([]));
        fleet.source().ready().await.expect("a token");
        fleet.clock.set_back(step);
        fleet.source().ready().await.expect("a token");
        assert_eq!(fleet.calls().len(), requests, "{step:?}");
    }
}
