//! A clock that stands still until a test moves it.

use std::{
    sync::mpsc::{self, Sender},
    time::Duration,
};

use bindery_runtime::RetryPolicy;
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::yield_now,
    time::{self, Instant},
};

use crate::stub::Stub;

/// Tokio's paused clock jumps to the next timer as soon as nothing is ready, which a socket whose bytes are on the way is
/// not either. A blocking task that goes on keeps it where it is.
pub(crate) struct Frozen(#[expect(dead_code, reason = "held until dropped")] Sender<()>);

pub(crate) fn freeze() -> Frozen {
    time::pause();
    let (held, until_dropped) = mpsc::channel();
    tokio::task::spawn_blocking(move || {
        let _ = until_dropped.recv();
    });
    Frozen(held)
}

/// A policy whose waits are whole, and what tells of each wait just before it begins.
pub(crate) fn told_of_waits(first: Duration) -> (RetryPolicy, UnboundedReceiver<()>) {
    let (tell, waits) = unbounded_channel();
    let policy = RetryPolicy::new()
        .backoff(first, Duration::from_secs(3600))
        .jitter(move || {
            let _ = tell.send(());
            1.0
        });
    (policy, waits)
}

/// Timers go off in whole milliseconds.
const SLACK: Duration = Duration::from_millis(2);

/// Runs `call`, whose waits are to be these: before each is over, the stub must not hear of it again.
pub(crate) async fn waiting<T>(
    stub: &Stub,
    mut told: UnboundedReceiver<()>,
    waits: impl IntoIterator<Item = Duration>,
    call: impl Future<Output = T>,
) -> T {
    let mut waits = waits.into_iter();
    tokio::pin!(call);
    loop {
        tokio::select! {
            biased;
            outcome = &mut call => return outcome,
            Some(()) = told.recv() => {
                let wait = waits.next().expect("the call does not wait so often");
                let before = stub.count();
                time::advance(wait - SLACK).await;
                for _ in 0..20 {
                    yield_now().await;
                }
                assert_eq!(stub.count(), before, "asked again before {wait:?} were over");
                time::advance(2 * SLACK).await;
            }
        }
    }
}

/// Runs `call` until the stub has heard `requests` of them, then lets `wait` pass, and so on.
pub(crate) async fn hanging<T>(
    stub: &Stub,
    waits: impl IntoIterator<Item = (u32, Duration)>,
    call: impl Future<Output = T>,
) -> T {
    let mut waits = waits.into_iter().peekable();
    tokio::pin!(call);
    loop {
        tokio::select! {
            biased;
            outcome = &mut call => return outcome,
            () = yield_now() => {
                if let Some((_, wait)) = waits.next_if(|(requests, _)| stub.count() == *requests) {
                    time::advance(wait + SLACK).await;
                }
            }
        }
    }
}

/// When the stub heard each request, in milliseconds since `start`.
pub(crate) fn heard(stub: &Stub, start: Instant) -> Vec<u128> {
    let received = stub.received();
    let after = received.iter().map(|request| request.at - start);
    // What a timer takes longer than it has to, rounded off.
    after.map(|after| after.as_millis() / 100 * 100).collect()
}
