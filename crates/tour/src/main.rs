//! A tour of the three providers, through their typed clients.
//!
//! It starts the sandbox within its own process and talks to that, unless the environment variables of a provider are
//! set: then it talks to the real service.

mod alibaba_baas;
mod guide;
mod hive;
mod place;
mod receiver;
mod upvest;
mod webhooks;

use std::{error::Error, process::ExitCode, time::Instant};

use bindery_sandbox::Sandbox;

use crate::{guide::Guide, place::Place};

/// What a stop of the tour fails with.
type Stop = Result<(), Box<dyn Error>>;

const STOPS: [&str; 3] = ["alibaba-baas", "hive", "upvest"];

#[tokio::main]
async fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = asked.iter().find(|name| !STOPS.contains(&name.as_str())) {
        eprintln!(
            "error: the tour does not visit `{unknown}`; it visits {}",
            STOPS.join(", ")
        );
        return ExitCode::FAILURE;
    }
    let started = Instant::now();
    let sandbox = match Sandbox::builder().start().await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            eprintln!("error: failed to start the sandbox: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut failed = Vec::new();
    for name in STOPS
        .into_iter()
        .filter(|name| asked.is_empty() || asked.iter().any(|asked| asked == name))
    {
        let place = Place::of(name, &sandbox);
        let mut guide = Guide::new(name, &place);
        let stop = match name {
            "alibaba-baas" => alibaba_baas::visit(&place, &mut guide).await,
            "hive" => hive::visit(&place, &mut guide).await,
            _ => upvest::visit(&place, &mut guide).await,
        };
        if let Err(error) = stop {
            guide.stumble(error.as_ref());
            failed.push(name);
        }
    }
    sandbox.shutdown().await;
    if failed.is_empty() {
        println!(
            "\nThe tour is through, in {:.1} s.",
            started.elapsed().as_secs_f64()
        );
        ExitCode::SUCCESS
    } else {
        eprintln!("\nerror: the tour failed at {}", failed.join(", "));
        ExitCode::FAILURE
    }
}
