//! Callers who go on calling while the token endpoint is out of order.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bindery_alibaba_baas::{Environment, Kind};
use bindery_auth::alibaba_baas::{Credentials, connect};
use futures_util::future::join_all;

use super::clock::StillClock;
use crate::{
    figure::Figure,
    report::Effort,
    sheet::Sheet,
    stub::{self, Reply},
};

const OUT_OF_ORDER: Reply = Reply {
    status: "503 Service Unavailable",
    body: "{}",
};

pub(super) fn report(sheet: &mut Sheet<'_>, effort: Effort) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let seconds = effort.of(130, 10);
    for callers in [1, 100, effort.of(10_000, 1000)] {
        let requests = runtime.block_on(endure(callers, seconds))?;
        let name = format!("auth.outage.{callers}.requests");
        let bar = schedule(seconds) as f64;
        sheet.write(&Figure::at_most(name, requests as f64, "requests", bar))?;
    }
    Ok(())
}

/// How many token requests there may be in so many seconds: one at once, and then the waits that double from one second
/// to sixty.
fn schedule(seconds: u64) -> u64 {
    let waits = std::iter::successors(Some(1), |wait| Some(60.min(wait * 2)));
    let times = waits.scan(0, |at, wait: u64| {
        *at += wait;
        Some(*at)
    });
    1 + times.take_while(|at| *at <= seconds).count() as u64
}

/// How many requests come when so many callers call at once, every second, for so many seconds of an injected clock.
async fn endure(callers: u64, seconds: u64) -> Result<u64, Box<dyn Error>> {
    let requests = Arc::new(AtomicU64::new(0));
    let url = {
        let requests = Arc::clone(&requests);
        stub::start(move |_| {
            requests.fetch_add(1, Ordering::SeqCst);
            std::future::ready(OUT_OF_ORDER)
        })
        .await?
    };
    let clock = StillClock::new();
    let gateway = Environment::custom_over_plain_http(&url)?;
    let credentials = Credentials::refresh_token("token").clock(clock.clone());
    let client = connect(gateway, credentials)?;
    for _ in 0..=seconds {
        let calls = (0..callers).map(|_| client.get_block("channel3", "latest").send());
        for outcome in join_all(calls).await {
            match outcome {
                Err(error) if error.kind() == Kind::Authentication => {}
                Err(error) => return Err(error.into()),
                Ok(_) => return Err("a call went through without a token".into()),
            }
        }
        clock.advance(Duration::from_secs(1));
    }
    Ok(requests.load(Ordering::SeqCst))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_doubles_up_to_a_minute() {
        let counts = [0, 1, 2, 3, 7, 15, 31, 62, 63, 122, 123, 183].map(schedule);
        assert_eq!(counts, [1, 2, 2, 3, 4, 5, 6, 6, 7, 7, 8, 9]);
    }
}
