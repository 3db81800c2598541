//! The token source, by a clock and a service that the test holds in its hands.

use std::{sync::Arc, time::Duration};

use bindery_auth::{
    AuthError, Issued, Lifetime, Reach, Rejected, RenewedToken, Scopes, TokenSource,
};
use bindery_runtime::{Authorizing, Credential, Generation, Placement, Requirement, Scheme};

use crate::{
    clock::TestClock,
    script::{Script, Turn, living, outage, pair, refusal},
};

const HOUR: Duration = Duration::from_secs(3600);
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
static SCHEME: Scheme = Scheme {
    name: "token",
    placement: Placement::Bearer,
};
static REQUIREMENT: Requirement = Requirement {
    scheme: &SCHEME,
    scopes: &[],
};

struct Stage {
    script: Script,
    clock: TestClock,
    source: TokenSource,
    credential: RenewedToken,
}

impl Stage {
    fn new(script: Script) -> Self {
        let clock = TestClock::new();
        let source = TokenSource::with_clock(script.clone(), Arc::new(clock.clone()));
        let credential =
            RenewedToken::new(source.clone(), Reach::new(&["token"], Scopes::default()));
        Self {
            script,
            clock,
            source,
            credential,
        }
    }

    async fn ready(&self) -> Result<u64, AuthError> {
        Ok(self.source.ready().await?.0)
    }

    /// The token that is on a request without a wait.
    fn at_once(&self) -> Option<String> {
        bearer(&self.credential)
    }

    async fn rejected(&self, generation: u64) -> bool {
        self.credential
            .rejected(Generation(generation))
            .await
            .expect("a newer token, or none")
    }

    fn calls(&self) -> usize {
        self.script.calls().len()
    }
}

/// The token that `credential` puts on a request without a wait.
pub(crate) fn bearer(credential: &RenewedToken) -> Option<String> {
    let mut request = request();
    let outcome = match credential.authorize(&REQUIREMENT, &mut request) {
        Authorizing::Done(outcome) => outcome,
        Authorizing::Waiting(_) => return None,
    };
    outcome.expect("a token that fits");
    let header = request.headers()["authorization"].to_str();
    Some(header.expect("text").to_owned())
}

fn request() -> reqwest::Request {
    reqwest::Request::new(
        reqwest::Method::GET,
        "https://example.com/".parse().expect("a URL"),
    )
}

/// Lets tasks that can go on do so.
pub(crate) async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn nothing_is_asked_before_a_token_is_wanted() {
    let stage = Stage::new(Script::new([]));
    settle().await;
    assert_eq!(stage.calls(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_callers_cost_one_request() {
    let stage = Stage::new(Script::gated([]));
    let callers: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn({
                let source = stage.source.clone();
                async move { source.ready().await }
            })
        })
        .collect();
    stage.script.begun().await;
    stage.script.let_go_on();
    for caller in callers {
        assert_eq!(
            caller.await.expect("no panic").expect("a token"),
            Generation(1)
        );
    }
    assert_eq!(stage.script.calls(), ["sign in"]);
}

#[tokio::test]
async fn a_failure_is_shared_by_all_who_wait() {
    let stage = Stage::new(Script::gated([outage()]));
    let callers: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn({
                let source = stage.source.clone();
                async move { source.ready().await }
            })
        })
        .collect();
    settle().await;
    stage.script.let_go_on();
    for caller in callers {
        let error = caller.await.expect("no panic").expect_err("an outage");
        assert!(matches!(error, AuthError::Unavailable { .. }), "{error:?}");
    }
    assert_eq!(stage.calls(), 1);
}

#[tokio::test]
async fn a_request_outlives_the_caller_who_started_it() {
    let stage = Stage::new(Script::gated([]));
    let caller = tokio::spawn({
        let source = stage.source.clone();
        async move { source.ready().await }
    });
    stage.script.begun().await;
    caller.abort();
    assert!(caller.await.expect_err("aborted").is_cancelled());
    stage.script.let_go_on();
    settle().await;
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-1"));
    assert_eq!(stage.calls(), 1);
}

#[tokio::test]
async fn a_caller_who_comes_late_waits_for_the_request_under_way() {
    let stage = Stage::new(Script::gated([]));
    let first = tokio::spawn({
        let source = stage.source.clone();
        async move { source.ready().await }
    });
    stage.script.begun().await;
    first.abort();
    let second = tokio::spawn({
        let source = stage.source.clone();
        async move { source.ready().await }
    });
    settle().await;
    stage.script.let_go_on();
    assert_eq!(
        second.await.expect("no panic").expect("a token"),
        Generation(1)
    );
    assert_eq!(stage.calls(), 1);
}

#[tokio::test]
async fn a_usable_token_is_served_at_once_while_the_next_one_is_got() {
    let stage = Stage::new(Script::gated([]));
    stage.script.let_go_on();
    assert_eq!(stage.ready().await.expect("a token"), 1);
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-1"));
    stage.clock.advance(HOUR - Duration::from_secs(200));
    for _ in 0..50 {
        assert_eq!(stage.at_once().as_deref(), Some("Bearer token-1"));
        settle().await;
    }
    assert_eq!(
        stage.calls(),
        2,
        "one renewal, whatever the number of calls"
    );
    stage.script.let_go_on();
    settle().await;
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-2"));
    assert_eq!(stage.calls(), 2);
}

#[tokio::test]
async fn a_fresh_token_causes_no_request() {
    let stage = Stage::new(Script::new([]));
    assert_eq!(stage.ready().await.expect("a token"), 1);
    stage.clock.advance(HOUR - Duration::from_secs(340));
    assert_eq!(stage.ready().await.expect("a token"), 1);
    settle().await;
    assert_eq!(stage.calls(), 1);
}

#[tokio::test]
async fn a_usable_token_survives_a_renewal_that_fails() {
    let stage = Stage::new(Script::new([
        living(3600),
        outage(),
        refusal(Rejected::Credentials),
    ]));
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR - Duration::from_secs(200));
    for _ in 0..50 {
        assert_eq!(stage.at_once().as_deref(), Some("Bearer token"));
        settle().await;
    }
    assert_eq!(stage.calls(), 2, "the failure is not repeated at once");
    stage.clock.advance(Duration::from_secs(2));
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token"));
    settle().await;
    assert_eq!(
        stage.at_once().as_deref(),
        Some("Bearer token"),
        "even credentials that are refused now"
    );
    assert_eq!(stage.calls(), 3);
}

#[tokio::test]
async fn an_outage_costs_the_requests_of_its_schedule_whatever_the_number_of_callers() {
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

#[tokio::test]
async fn a_success_starts_the_schedule_anew() {
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

#[tokio::test]
async fn while_it_backs_off_it_says_so_and_why() {
    let stage = Stage::new(Script::new([outage()]));
    stage.ready().await.expect_err("an outage");
    let error = stage.ready().await.expect_err("too early");
    let AuthError::BackingOff { retry_after, last } = &error else {
        panic!("{error:?}")
    };
    assert!(*retry_after >= Duration::from_secs(1) && *retry_after <= Duration::from_millis(1250));
    assert!(matches!(**last, AuthError::Unavailable { .. }));
    assert_eq!(error.retry_after(), Some(*retry_after));
    assert_eq!(error.advice(), bindery_runtime::Advice::Retry);
}

#[tokio::test]
async fn after_any_number_of_failures_a_healthy_service_serves_again() {
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

#[tokio::test]
async fn a_wrong_password_is_sent_once() {
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

#[tokio::test]
async fn a_refresh_token_is_used_and_its_successor_adopted() {
    let stage = Stage::new(Script::new([
        pair("a", "refresh-1"),
        pair("b", "refresh-2"),
        pair("c", "refresh-3"),
    ]));
    for generation in 1..=3 {
        assert_eq!(stage.ready().await.expect("a token"), generation);
        stage.clock.advance(HOUR);
    }
    assert_eq!(
        stage.script.calls(),
        ["sign in", "refresh refresh-1", "refresh refresh-2"]
    );
}

#[tokio::test]
async fn an_empty_or_missing_refresh_token_leaves_the_one_before() {
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

#[tokio::test]
async fn a_refused_refresh_token_leads_to_one_sign_in_and_is_never_shown_again() {
    let stage = Stage::new(Script::new([
        pair("a", "refresh-1"),
        refusal(Rejected::RefreshToken),
        outage(),
    ]));
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR);
    stage.ready().await.expect_err("the outage of the sign-in");
    stage.clock.advance(Duration::from_secs(2));
    stage.ready().await.expect("a token");
    assert_eq!(
        stage.script.calls(),
        ["sign in", "refresh refresh-1", "sign in", "sign in"]
    );
}

#[tokio::test]
async fn a_refresh_token_survives_everything_but_its_own_refusal() {
    let malformed = Turn::Fail(AuthError::malformed("test", "no token"));
    let turns = [
        pair("a", "refresh-1"),
        outage(),
        refusal(Rejected::Request),
        malformed,
        Turn::Panic,
    ];
    let stage = Stage::new(Script::new(turns));
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR);
    for _ in 0..4 {
        stage.ready().await.expect_err("it fails");
        stage.clock.advance(Duration::from_secs(80));
    }
    stage.ready().await.expect("a token");
    assert_eq!(stage.script.calls()[1..], ["refresh refresh-1"; 5]);
}

#[tokio::test]
async fn a_new_refresh_token_is_kept_even_if_the_access_token_is_no_good() {
    let stage = Stage::new(Script::new([pair("a", "refresh-1"), pair("", "refresh-2")]));
    stage.ready().await.expect("a token");
    stage.clock.advance(HOUR);
    stage.ready().await.expect_err("an empty token");
    stage.clock.advance(Duration::from_secs(2));
    stage.ready().await.expect("a token");
    assert_eq!(
        stage.script.calls(),
        ["sign in", "refresh refresh-1", "refresh refresh-2"]
    );
}

#[tokio::test]
async fn a_refresh_token_that_has_lapsed_is_not_shown() {
    let issued = Issued::new("a", Lifetime::Seconds(3600))
        .refresh_token(Some("refresh-1".into()), Lifetime::Seconds(7200));
    let stage = Stage::new(Script::new([Turn::Issue(issued)]));
    stage.ready().await.expect("a token");
    stage.clock.advance(2 * HOUR);
    stage.ready().await.expect("a token");
    assert_eq!(stage.script.calls(), ["sign in", "sign in"]);
}

#[tokio::test]
async fn where_a_refresh_token_is_all_there_is_its_refusal_is_final() {
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

#[tokio::test]
async fn a_401_gets_a_new_token() {
    let stage = Stage::new(Script::new([]));
    stage.ready().await.expect("a token");
    assert!(stage.rejected(1).await);
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-2"));
}

#[tokio::test]
async fn a_refused_token_is_not_served_again() {
    let stage = Stage::new(Script::new([living(3600), outage()]));
    stage.ready().await.expect("a token");
    stage
        .credential
        .rejected(Generation(1))
        .await
        .expect_err("an outage");
    assert_eq!(stage.at_once(), None);
    stage.ready().await.expect_err("it backs off");
    assert_eq!(stage.calls(), 2);
}

#[tokio::test]
async fn a_late_401_does_not_burn_the_new_token() {
    let stage = Stage::new(Script::new([]));
    stage.ready().await.expect("a token");
    assert!(stage.rejected(1).await);
    for _ in 0..50 {
        assert!(
            stage.rejected(1).await,
            "it is worth another try, with the new token"
        );
    }
    assert_eq!(stage.at_once().as_deref(), Some("Bearer token-2"));
    assert_eq!(stage.calls(), 2);
}

#[tokio::test]
async fn a_hundred_401s_for_one_token_cost_one_request() {
    let stage = Stage::new(Script::gated([]));
    stage.script.let_go_on();
    stage.ready().await.expect("a token");
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let credential = stage.credential.clone();
            tokio::spawn(async move { credential.rejected(Generation(1)).await })
        })
        .collect();
    settle().await;
    stage.script.let_go_on();
    for caller in callers {
        assert!(caller.await.expect("no panic").expect("a newer token"));
    }
    assert_eq!(stage.calls(), 2);
}

#[tokio::test]
async fn a_service_that_refuses_whatever_it_issues_is_not_stormed() {
    let stage = Stage::new(Script::new([]));
    for _ in 0..1000 {
        let generation = stage.ready().await.expect("a token");
        stage.rejected(generation).await;
    }
    assert_eq!(stage.calls(), 11, "ten replacements at once");
    stage.clock.advance(Duration::from_secs(3));
    for _ in 0..1000 {
        let generation = stage.ready().await.expect("a token");
        stage.rejected(generation).await;
    }
    assert_eq!(stage.calls(), 14, "and one a second after that");
}

#[tokio::test]
async fn a_panic_in_a_request_is_an_error_and_the_next_call_works() {
    let stage = Stage::new(Script::new([Turn::Panic]));
    let error = stage.ready().await.expect_err("it panicked");
    assert!(matches!(error, AuthError::Stopped { .. }), "{error:?}");
    assert_eq!(stage.ready().await.expect("a token"), 1);
}

#[test]
fn a_runtime_that_shuts_down_takes_no_token_source_with_it() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    };
    let stage = Stage::new(Script::new([Turn::Hang]));
    let first = runtime();
    first.block_on(async {
        let source = stage.source.clone();
        tokio::spawn(async move { source.ready().await });
        stage.script.begun().await;
    });
    drop(first);
    assert_eq!(runtime().block_on(stage.ready()).expect("a token"), 1);
    assert_eq!(stage.calls(), 2);
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let stage = Stage::new(Script::new([]));
    let mut ready = Box::pin(stage.ready());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let polled = std::future::Future::poll(ready.as_mut(), &mut context);
    assert!(
        matches!(
            polled,
            std::task::Poll::Ready(Err(AuthError::Stopped { .. }))
        ),
        "{polled:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_ends_is_given_up() {
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

#[tokio::test]
async fn a_callers_own_time_out_does_not_shorten_the_request() {
    let stage = Stage::new(Script::gated([]));
    tokio::time::timeout(Duration::ZERO, stage.ready())
        .await
        .expect_err("too short");
    stage.script.begun().await;
    stage.script.let_go_on();
    assert_eq!(stage.ready().await.expect("a token"), 1);
    assert_eq!(stage.calls(), 1);
}

#[tokio::test]
async fn a_token_ends_by_the_clock_that_is_ahead() {
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

#[tokio::test]
async fn a_clock_that_steps_stalls_nothing() {
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

#[tokio::test]
async fn whatever_life_a_service_gives_there_is_at_most_one_request_a_second() {
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

#[tokio::test]
async fn a_token_that_no_header_takes_is_an_error() {
    for text in ["", "to\nken", "to\u{7f}ken"] {
        let stage = Stage::new(Script::new([Turn::Issue(Issued::new(
            text,
            Lifetime::Unknown,
        ))]));
        let error = stage.ready().await.expect_err("unfit");
        assert_eq!(
            error.to_string(),
            "test: failed to read the tokens in the answer: the access token is empty, or not fit for a header"
        );
    }
}
