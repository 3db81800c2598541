//! Many calls to three providers while they break, and their ledgers counted afterwards.
//!
//! `cargo xtask soak [--calls N] [--seed S]`. The providers are those of the sandbox, in a process of their own; about
//! three requests in ten meet a fault, of every kind that the sandbox has, and sign-ins do too, while tokens end all the
//! time. Of each write the caller is told that it is done, that it failed, or that nobody knows. Afterwards each must
//! hold: what was reported done is in the ledger, nothing is in it twice, and nothing is in it that was reported failed.
//! No request may have followed a redirect, and the memory of the process must not have grown.

mod alibaba_baas;
mod chance;
mod clock;
mod hive;
mod memory;
mod service;
mod tally;
mod upvest;
mod weather;

use std::{
    collections::BTreeMap,
    error::Error,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bindery_runtime::{RetryPolicy, SessionBuilder};
use clap::Parser;
use futures_util::{StreamExt as _, stream};
use tokio::net::TcpListener;

use crate::{
    alibaba_baas::AlibabaBaas, chance::Chance, clock::FastClock, hive::Hive, service::Service,
    tally::Tally, upvest::Upvest,
};

#[derive(Debug, Parser)]
#[command(about)]
struct Options {
    /// How many calls to make.
    #[arg(long, default_value_t = 100_000)]
    calls: u32,
    /// What decides the calls and the faults; chosen anew unless given here or in `BINDERY_SOAK_SEED`.
    #[arg(long)]
    seed: Option<u64>,
    /// Be the sandbox.
    #[arg(long, hide = true)]
    serve: bool,
}

/// Calls under way at the same time.
const AT_ONCE: usize = 64;
/// How long an attempt may take. The cryptography of the sandbox takes a hundred times as long where nothing is optimised.
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 5_000 } else { 500 });
/// After so many calls, all access tokens end.
const CALLS_OF_A_TOKEN: u32 = 2_000;
/// What the process may grow by between a tenth of the way and its end: the numbers of the writes, and chance.
const GROWTH_KIB: u64 = 24 << 10;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(chosen_seed);
    let outcome = if options.serve {
        service::serve().await
    } else {
        soak(options.calls, seed).await
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            eprintln!(
                "once more: cargo xtask soak --calls {} --seed {seed}",
                options.calls
            );
            ExitCode::FAILURE
        }
    }
}

fn chosen_seed() -> u64 {
    let given = std::env::var("BINDERY_SOAK_SEED");
    given
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| {
            use std::hash::{BuildHasher as _, RandomState};
            // Short enough to be typed again.
            RandomState::new().hash_one(()) % 1_000_000
        })
}

/// What differs from a session as it is made by default: waits are short, and so is the patience with an answer that
/// does not come.
fn settings(session: SessionBuilder) -> SessionBuilder {
    let quick = RetryPolicy::new()
        .budget(u32::MAX)
        .backoff(Duration::from_millis(1), Duration::from_millis(8));
    session
        .retry(quick)
        .attempt_timeout(PATIENCE)
        .deadline(10 * PATIENCE)
        .max_response_bytes(256 << 10)
}

async fn soak(calls: u32, seed: u64) -> Result<(), Box<dyn Error>> {
    println!("{calls} calls, seed {seed}");
    let service = Service::start().await?;
    let clock = FastClock::new();
    let alibaba = AlibabaBaas::new(&service.access, clock, settings)?;
    let hive = Hive::new(&service.access, clock, settings)?;
    let upvest = Upvest::new(&service.access, clock, settings).await?;
    let (elsewhere, strayed) = elsewhere().await?;
    service.weather(&weather::rules(seed, &elsewhere)).await?;

    let started = Instant::now();
    let (alibaba, hive, upvest) = (&alibaba, &hive, &upvest);
    let mut under_way = stream::iter(0..calls)
        .map(|number| async move {
            let mut chance = Chance::of(seed, number.into());
            match chance.below(3) {
                0 => alibaba.call(number, &mut chance).await,
                1 => hive.call(number, &mut chance).await,
                _ => upvest.call(number, &mut chance).await,
            }
        })
        .buffer_unordered(AT_ONCE);
    let (mut made, mut early) = (0, None);
    while under_way.next().await.is_some() {
        made += 1;
        if made % CALLS_OF_A_TOKEN == 0 {
            service.step_clock().await?;
        }
        if made == calls / 10 {
            early = memory::resident_kib();
        }
    }
    let (late, took) = (memory::resident_kib(), started.elapsed());
    let rules = service.told("rules").await?;
    service.weather(&[]).await?;

    let told = service.told("ledger").await?;
    let mut broken = Vec::new();
    for (name, tally, ledger) in [
        ("alibaba-baas", &alibaba.tally, alibaba.ledger(&told)?),
        ("hive", &hive.tally, hive.ledger(&told)?),
        ("upvest", &upvest.tally, upvest.ledger(&told)?),
    ] {
        broken.extend(judge(name, tally, &ledger));
    }
    broken.extend(upvest.broken_promises(&told)?);
    let strayed = strayed.load(Ordering::SeqCst);
    if strayed > 0 {
        broken.push(format!("{strayed} connection(s) followed a redirect"));
    }
    tell_of_weather(&service, &rules).await?;
    println!(
        "{:.0} calls/s, {:.1} s in all",
        f64::from(calls) / took.as_secs_f64(),
        took.as_secs_f64()
    );
    if let (Some(early), Some(late)) = (early, late) {
        println!("resident: {early} KiB after a tenth, {late} KiB at the end");
        if late.saturating_sub(early) > GROWTH_KIB {
            broken.push(format!("the process grew from {early} to {late} KiB"));
        }
    }
    match broken.as_slice() {
        [] => Ok(()),
        broken => {
            let shown: Vec<_> = broken.iter().take(20).map(String::as_str).collect();
            Err(format!(
                "{} broken promise(s):\n  {}",
                broken.len(),
                shown.join("\n  ")
            )
            .into())
        }
    }
}

/// Prints what became of the calls to a provider, and finds what should not have.
fn judge(name: &str, tally: &Tally, ledger: &BTreeMap<u32, usize>) -> Vec<String> {
    let counts = tally.counts();
    println!(
        "{name}: {} writes, {} done, {} failed, {} unknown, {} in the ledger; {} reads, {} failed",
        counts.writes(),
        counts.done.len(),
        counts.failed.len(),
        counts.unknown.len(),
        ledger.values().sum::<usize>(),
        counts.read + counts.not_read,
        counts.not_read,
    );
    let kinds = counts
        .kinds
        .iter()
        .map(|(kind, times)| format!("{kind} {times}"));
    println!("  {}", kinds.collect::<Vec<_>>().join(", "));
    let mut broken = counts.broken_promises(ledger);
    if counts.done.is_empty() || counts.unknown.is_empty() || counts.failed.is_empty() {
        broken.push(format!(
            "{name}: of done, failed and unknown, one never came up"
        ));
    }
    broken
        .into_iter()
        .map(|what| format!("{name}: {what}"))
        .collect()
}

async fn tell_of_weather(
    service: &Service,
    rules: &serde_json::Value,
) -> Result<(), Box<dyn Error>> {
    let struck: u64 = rules
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|rule| rule["struck"].as_u64())
        .sum();
    let journal = service.told("journal").await?;
    let seen: u64 = journal["requests"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|line| line["seen"].as_u64())
        .sum();
    println!(
        "{seen} requests, {struck} faults ({:.0} %)",
        100.0 * struck as f64 / seen as f64
    );
    Ok(())
}

/// An address to which redirects lead, and how many connections it has seen: to be none.
async fn elsewhere() -> Result<(String, Arc<AtomicU64>), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let strayed: Arc<AtomicU64> = Arc::default();
    let counted = Arc::clone(&strayed);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    Ok((url, strayed))
}
