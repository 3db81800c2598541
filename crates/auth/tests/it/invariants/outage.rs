//! What an outage costs, and a wrong password: I7 and I8.

use std::time::Duration;

use bindery_auth::{AuthError, Outage, Rejected};
use proptest::{prelude::*, test_runner::Config};

use crate::{
    script::{Script, Turn, living, outage, refusal},
    stage::{HOUR, SECOND, Stage, YEAR},
};

/// I7: no failure that may pass lasts: once the service is well and the back-off over, the next call succeeds.
#[tokio::test]
async fn i07_after_any_number_of_failures_a_healthy_service_serves_again() {
    let malformed = || Turn::Fail(AuthError::malformed("test", "no token"));
    let failures = [
        outage(),
        malformed(),
        Turn::Panic,
        living(0),
        outage(),
        refusal(Rejected::Request),
        outage(),
    ];
    let stage = Stage::new(Script::new(failures));
    for _ in 0..7 {
        let _ = stage.ready().await;
        stage.clock.advance(Duration::from_secs(80));
    }
    stage.ready().await.expect("a token");
    assert_eq!(stage.calls(), 8);
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-8"));
}

/// I8: an outage costs the requests of its schedule whatever the number of callers, and a refusal of the credentials one.
#[tokio::test]
async fn i08_an_outage_costs_the_requests_of_its_schedule_whatever_the_number_of_callers() {
    for callers in [1, 50] {
        let stage = Stage::new(Script::new((0..100).map(|_| outage())));
        for _ in 0..600 {
            for _ in 0..callers {
                stage.ready().await.expect_err("an outage");
            }
            stage.clock.advance(Duration::from_secs(1));
        }
        // 1 + 2 + 4 + 8 + 16 + 32 s, then one a minute; up to a quarter slower, and counted in whole seconds.
        let calls = stage.calls();
        assert!(
            (12..=15).contains(&calls),
            "{calls} requests in ten minutes"
        );
    }
}

/// I8: an outage costs the requests of its schedule whatever the number of callers, and a refusal of the credentials one.
#[tokio::test]
async fn i08_a_success_starts_the_schedule_anew() {
    let turns = [outage(), outage(), outage(), living(3600), outage()];
    let stage = Stage::new(Script::new(turns));
    for _ in 0..3 {
        stage.ready().await.expect_err("an outage");
        stage.clock.advance(Duration::from_secs(10));
    }
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR);
    stage.ready().await.expect_err("an outage");
    stage.clock.advance(Duration::from_secs(2));
    stage.ready().await.expect("a token, two seconds later");
}

/// I8: an outage costs the requests of its schedule whatever the number of callers, and a refusal of the credentials one.
#[tokio::test]
async fn i08_a_wrong_password_is_sent_once() {
    for what in [Rejected::Credentials, Rejected::Client, Rejected::Scopes] {
        let stage = Stage::new(Script::new([refusal(what)]));
        for _ in 0..50 {
            let error = stage.ready().await.expect_err("refused");
            assert!(error.is_final(), "{error:?}");
            assert_eq!(error.advice(), bindery_runtime::Advice::Reauthenticate);
            stage.clock.advance(YEAR / 10);
        }
        assert_eq!(stage.calls(), 1);
    }
}

/// I8: an outage costs the requests of its schedule whatever the number of callers, and a refusal of the credentials one.
#[tokio::test]
async fn i08_where_a_refresh_token_is_all_there_is_its_refusal_is_final() {
    let stage = Stage::new(Script::rooted(
        "root",
        [living(3600), refusal(Rejected::RefreshToken)],
    ));
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR);
    for _ in 0..50 {
        assert!(stage.ready().await.expect_err("refused").is_final());
        stage.clock.advance(YEAR / 10);
    }
    assert_eq!(stage.script.calls(), ["refresh root", "refresh root"]);
}

/// I7: no failure that may pass lasts: once the service is well and the back-off over, the next call succeeds.
#[tokio::test]
async fn i07_each_kind_of_failure_passes() {
    let unavailable = |why| {
        Turn::Fail(AuthError::Unavailable {
            what: "the service is down".to_owned(),
            why,
            retry_after: None,
        })
    };
    let kinds = || {
        [
            unavailable(Outage::Connect),
            unavailable(Outage::Timeout),
            unavailable(Outage::Lost),
            unavailable(Outage::Status(408)),
            unavailable(Outage::Status(429)),
            unavailable(Outage::Status(500)),
            unavailable(Outage::Status(503)),
            Turn::Fail(AuthError::malformed("test", "no token")),
            refusal(Rejected::Request),
            Turn::Panic,
        ]
    };
    for number in 0..kinds().len() {
        let turns = (0..20).filter_map(|_| kinds().into_iter().nth(number));
        let stage = Stage::new(Script::new(turns));
        for _ in 0..20 {
            stage.ready().await.expect_err("it fails");
            stage.clock.advance(80 * SECOND);
        }
        stage
            .ready()
            .await
            .unwrap_or_else(|error| panic!("failure {number} lasts: {error:?}"));
    }
}

proptest! {
    #![proptest_config(Config { cases: 4, failure_persistence: None, ..Config::default() })]

    /// I8: an outage costs the requests of its schedule whatever the number of callers, and a refusal of the credentials one.
    #[test]
    fn i08_any_number_of_callers_at_once_cost_what_one_costs(
        callers in 1_usize..1000,
        retry_after in prop::option::of(1_u64..300),
    ) {
        let outage = || Turn::Fail(AuthError::Unavailable {
            what: "the service is down".to_owned(),
            why: Outage::Status(503),
            retry_after: retry_after.map(Duration::from_secs),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let stage = Stage::new(Script::new((0..1000).map(|_| outage())));
            let mut expected = 0;
            let (mut next, mut wait) = (0, 1);
            for second in 0..130_u64 {
                let waiting: Vec<_> = (0..callers)
                    .map(|_| {
                        let source = stage.source.clone();
                        tokio::spawn(async move { source.ready().await })
                    })
                    .collect();
                for caller in waiting {
                    caller.await.expect("no panic").expect_err("an outage");
                }
                // The schedule at its fastest: no time is added to set the instances of a fleet apart.
                if second >= next {
                    expected += 1;
                    next = second + wait.max(retry_after.unwrap_or(0));
                    wait = (2 * wait).min(60);
                }
                prop_assert!(stage.calls() <= expected, "{} in {second} s, not {expected}", stage.calls());
                stage.clock.advance(SECOND);
            }
            prop_assert!(stage.calls() >= 1);
            Ok(())
        })?;
    }
}
