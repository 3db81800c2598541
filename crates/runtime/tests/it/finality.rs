//! Waiting until something is final.

use std::time::Duration;

use bindery_runtime::{Error, Finality, Kind, Patience, Refusal, Session, Wait, WaitError};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::{self, Instant};

use crate::{
    api::{Renews, SAFE, Token, call, session},
    frozen::{freeze, hanging, heard, told_of_waits, waiting},
    stub::{Reply, Stub},
};

const SECOND: Duration = Duration::from_secs(1);

static WALLET: Finality = Finality {
    state: "/status",
    done: &["ACTIVE"],
    failed: &["REJECTED"],
    absent: &[Refusal::Status(404), Refusal::Code("no-wallet")],
    requires: &["/address"],
};

fn wallet(status: &str, address: Value) -> Reply {
    Reply::new(
        200,
        "",
        &json!({"status": status, "address": address}).to_string(),
    )
}

fn pending() -> Reply {
    wallet("PENDING", Value::Null)
}

fn active() -> Reply {
    wallet("ACTIVE", json!("0x1"))
}

/// A session that leaves it to the wait to ask again.
fn with(stub: &Stub, policy: bindery_runtime::RetryPolicy) -> Session {
    session(stub, &Token::new(Renews::Always))
        .retry(policy.max_retries(0))
        .build()
        .expect("a session")
}

fn wait(session: &Session) -> Wait<Value> {
    call(session, &SAFE).wait(&WALLET)
}

#[tokio::test]
async fn it_looks_again_after_growing_delays_until_all_is_there() {
    let _frozen = freeze();
    let stub = Stub::script([
        Reply::status(404),
        Reply::new(400, "", r#"{"code":"no-wallet"}"#),
        pending(),
        wallet("SOMETHING_NEW", Value::Null),
        wallet("ACTIVE", Value::Null),
        active(),
    ])
    .await;
    let (policy, told) = told_of_waits(SECOND);
    let session = with(&stub, policy);
    let start = Instant::now();
    let delays = [1, 2, 4, 8, 16].map(|seconds| seconds * SECOND);
    let done = waiting(&stub, told, delays, wait(&session).into_future()).await;
    assert_eq!(done.expect("it became active")["address"], "0x1");
    assert_eq!(heard(&stub, start), [0, 1000, 3000, 7000, 15_000, 31_000]);
}

#[tokio::test]
async fn what_heals_by_itself_is_waited_out() {
    let _frozen = freeze();
    let stub = Stub::script([
        Reply::status(503),
        Reply::nothing(),
        Reply::cut_off(),
        Reply::status(500),
        Reply::new(429, "retry-after: 60\r\n", ""),
        active(),
    ])
    .await;
    let (policy, told) = told_of_waits(SECOND);
    let session = with(&stub, policy);
    let start = Instant::now();
    let delays = [1, 2, 4, 8, 76].map(|seconds| seconds * SECOND);
    let done = waiting(&stub, told, delays, wait(&session).into_future()).await;
    done.expect("the outage ended");
    assert_eq!(heard(&stub, start), [0, 1000, 3000, 7000, 15_000, 91_000]);
}

#[tokio::test]
async fn what_does_not_heal_ends_the_wait_at_once() {
    for status in [400, 403, 409] {
        let stub = Stub::script([Reply::status(status)]).await;
        let session = with(&stub, crate::api::at_once());
        let error = wait(&session).await.expect_err("a refusal");
        let WaitError::Call(error) = error else {
            panic!("{error}");
        };
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(stub.count(), 1);
    }
}

#[tokio::test]
async fn a_state_that_will_never_be_done_is_an_error_with_the_value() {
    let rejected = json!({"status": "REJECTED", "why": "no funds"}).to_string();
    let stub = Stub::script([Reply::new(200, "", &rejected)]).await;
    let session = with(&stub, crate::api::at_once());
    let error = wait(&session).await.expect_err("it was rejected");
    assert_eq!(
        error.to_string(),
        "test safe: failed because it ended as `REJECTED`"
    );
    let WaitError::Failed(failed) = error else {
        panic!("{error}");
    };
    assert_eq!(failed.state(), "REJECTED");
    assert_eq!(failed.into_value()["why"], "no funds");
    assert_eq!(stub.count(), 1);
}

#[tokio::test]
async fn the_deadline_is_kept_and_the_last_look_is_not_long_before_it() {
    let _frozen = freeze();
    let stub = Stub::script([pending()]).await;
    let (policy, told) = told_of_waits(SECOND);
    let session = with(&stub, policy);
    let start = Instant::now();
    let delays = [1000, 2000, 4000, 6500, 3250, 1625, 812, 813].map(Duration::from_millis);
    let waited = wait(&session).deadline(20 * SECOND).into_future();
    let error = waiting(&stub, told, delays, waited).await;
    let error = error.expect_err("it stays pending");
    assert_eq!(start.elapsed().as_secs(), 20);
    assert_eq!(
        error.to_string(),
        "test safe: failed to see it done within 20s, it was still `PENDING`; wait longer"
    );
    let WaitError::Overdue(overdue) = &error else {
        panic!("{error}");
    };
    assert_eq!(
        (overdue.state(), overdue.looks()),
        (Some("PENDING"), stub.count())
    );
    let as_one_of_all: Error = error.into();
    assert_eq!(as_one_of_all.kind(), Kind::Timeout);
}

#[tokio::test]
async fn a_look_under_way_is_given_up_at_the_deadline() {
    let _frozen = freeze();
    let stub = Stub::script([Reply::Silence]).await;
    let session = with(&stub, crate::api::at_once());
    let start = Instant::now();
    let waited = wait(&session).deadline(20 * SECOND).into_future();
    let error = hanging(&stub, [(1, 20 * SECOND)], waited).await;
    let error = error.expect_err("a silent service");
    assert_eq!(start.elapsed().as_secs(), 20);
    assert!(matches!(error, WaitError::Overdue(overdue) if overdue.state().is_none()));
}

#[tokio::test]
async fn a_service_that_wants_to_be_left_alone_for_longer_ends_the_wait() {
    let _frozen = freeze();
    let stub = Stub::script([Reply::new(503, "retry-after: 60\r\n", "")]).await;
    let session = with(&stub, crate::api::at_once());
    let start = Instant::now();
    let error = wait(&session).deadline(59 * SECOND).await;
    let error = error.expect_err("an outage");
    assert_eq!((stub.count(), start.elapsed()), (1, Duration::ZERO));
    let WaitError::Overdue(overdue) = error else {
        panic!("{error}");
    };
    let trouble = overdue.trouble().expect("how the last look failed");
    assert_eq!(trouble.retry_after(), Some(60 * SECOND));
}

#[tokio::test]
async fn states_come_once_each_and_end_with_the_final_one() {
    let stub = Stub::script([
        pending(),
        pending(),
        Reply::status(503),
        pending(),
        wallet("ACTIVE", Value::Null),
        wallet("ACTIVE", Value::Null),
        active(),
    ])
    .await;
    let session = with(&stub, crate::api::at_once());
    let eager = Patience::new().delays(Duration::ZERO, 1, Duration::ZERO);
    let states = wait(&session).patience(eager).states();
    let states: Vec<_> = states
        .map(|value| {
            let value = value.expect("no failure");
            (value["status"].clone(), value["address"].clone())
        })
        .collect()
        .await;
    assert_eq!(
        states,
        [
            (json!("PENDING"), Value::Null),
            (json!("ACTIVE"), Value::Null),
            (json!("ACTIVE"), json!("0x1")),
        ]
    );
    assert_eq!(stub.count(), 7);
}

#[tokio::test]
async fn the_stream_ends_after_its_error() {
    let stub = Stub::script([pending(), wallet("REJECTED", Value::Null)]).await;
    let session = with(&stub, crate::api::at_once());
    let eager = Patience::new().delays(Duration::ZERO, 1, Duration::ZERO);
    let states = wait(&session).patience(eager).states();
    let ends: Vec<_> = states.map(|value| value.is_ok()).collect().await;
    assert_eq!(ends, [true, false]);
}

#[tokio::test]
async fn dropped_it_asks_no_more() {
    let _frozen = freeze();
    let stub = Stub::script([pending()]).await;
    let session = with(&stub, crate::api::at_once());
    let mut states = wait(&session).states();
    states.next().await.expect("a state").expect("no failure");
    // It is waiting to look again when it is dropped.
    tokio::select! {
        biased;
        state = states.next() => panic!("{state:?}"),
        () = tokio::task::yield_now() => {}
    }
    drop(states);
    time::advance(Duration::from_secs(86_400)).await;
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stub.count(), 1);
}

#[tokio::test]
async fn a_session_says_how_its_waits_wait() {
    let _frozen = freeze();
    let stub = Stub::script([pending()]).await;
    let (policy, told) = told_of_waits(SECOND);
    let steady = Patience::new()
        .delays(5 * SECOND, 1, 5 * SECOND)
        .deadline(15 * SECOND);
    let session = session(&stub, &Token::new(Renews::Always))
        .retry(policy.max_retries(0))
        .patience(steady)
        .build()
        .expect("a session");
    let start = Instant::now();
    let delays = [5 * SECOND, 5 * SECOND, 5 * SECOND];
    let error = waiting(&stub, told, delays, wait(&session).into_future()).await;
    assert!(matches!(error, Err(WaitError::Overdue(_))));
    assert_eq!(heard(&stub, start), [0, 5000, 10_000]);
}
