//! When rules strike.

use std::time::{Duration, Instant};

use bindery_sandbox::faults::{Fault, Provider, Rule};
use reqwest::Method;

use crate::scene::{BLOCK, INVOKE, Scene};

#[tokio::test]
async fn a_run_of_failures_is_as_long_as_asked_and_begins_when_asked() {
    let scene = Scene::start().await;
    let rule = scene.add(Rule::new(Fault::status(503)).skip(1).times(2));
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(scene.block().await.status().as_u16());
    }
    assert_eq!(statuses, [200, 503, 503, 200, 200]);
    assert_eq!(scene.sandbox.faults().struck(rule), Some(2));
}

#[tokio::test]
async fn a_rule_strikes_its_provider_method_and_path_and_no_other() {
    let scene = Scene::start().await;
    let faults = scene.sandbox.faults();
    let strikes = async |rule: Rule| {
        faults.replace(vec![rule]).unwrap();
        scene.block().await.status() == 503
    };
    let rule = || Rule::new(Fault::status(503));
    assert!(strikes(rule()).await);
    assert!(strikes(rule().at(Provider::AlibabaBaas)).await);
    assert!(!strikes(rule().at(Provider::Upvest)).await);
    assert!(strikes(rule().method("GET")).await);
    assert!(!strikes(rule().method("POST")).await);
    assert!(strikes(rule().path(BLOCK)).await);
    assert!(strikes(rule().path("/api/v1/networks/*/blocks/*")).await);
    assert!(!strikes(rule().path(INVOKE)).await);
    assert!(!strikes(rule().path("/api/v1/networks/channel3/blocks")).await);
}

#[tokio::test]
async fn chance_repeats_itself_with_its_seed() {
    let scene = Scene::start().await;
    let run = async |seed| {
        let rule = Rule::new(Fault::status(503)).probability(0.5, seed);
        scene.sandbox.faults().replace(vec![rule]).unwrap();
        let mut struck = Vec::new();
        for _ in 0..32 {
            struck.push(scene.block().await.status() == 503);
        }
        struck
    };
    let first = run(1).await;
    assert!(first.contains(&true) && first.contains(&false));
    assert_eq!(run(1).await, first);
    assert_ne!(run(2).await, first);
}

#[tokio::test]
async fn a_delay_adds_to_the_fault_behind_it() {
    let scene = Scene::start().await;
    let by = Duration::from_millis(60);
    scene.add(Rule::new(Fault::delay(by)));
    scene.add(Rule::new(Fault::delay(by)).after());
    scene.add(Rule::new(Fault::status(502)));
    let start = Instant::now();
    assert_eq!(scene.block().await.status(), 502);
    assert!(start.elapsed() >= 2 * by);
}

#[tokio::test]
async fn an_error_can_be_answered_after_the_write_was_done_or_instead_of_it() {
    let scene = Scene::start().await;
    let body = r#"{"chaincode":"notary","args":["set","k","v"]}"#;
    for (rule, written) in [
        (Rule::new(Fault::status(503)), 0),
        (Rule::new(Fault::status(503)).after(), 1),
        (Rule::new(Fault::redirect("http://127.0.0.1:9")).after(), 2),
    ] {
        scene.sandbox.faults().replace(vec![rule]).unwrap();
        let request = scene.request(Method::POST, INVOKE).body(body);
        let status = request.send().await.unwrap().status();
        assert!(!status.is_success(), "{status}");
        assert_eq!(scene.writes("k"), written);
    }
}

#[tokio::test]
async fn a_rule_that_was_taken_away_strikes_no_more() {
    let scene = Scene::start().await;
    let first = scene.add(Rule::new(Fault::status(503)));
    let second = scene.add(Rule::new(Fault::status(502)));
    assert_eq!(scene.block().await.status(), 503);
    assert!(scene.sandbox.faults().remove(first));
    assert_eq!(scene.block().await.status(), 502);
    assert!(scene.sandbox.faults().remove(second));
    assert_eq!(scene.block().await.status(), 200);
    assert!(!scene.sandbox.faults().remove(second));
}

#[tokio::test]
async fn a_rule_that_contradicts_itself_leaves_the_list_as_it_was() {
    let scene = Scene::start().await;
    let good = Rule::new(Fault::status(503));
    scene.add(good.clone());
    let bad = Rule::new(Fault::status(42));
    let replaced = scene.sandbox.faults().replace(vec![good, bad.clone()]);
    assert!(replaced.is_err());
    assert!(scene.sandbox.faults().add(bad).is_err());
    assert_eq!(scene.sandbox.faults().rules().len(), 1);
    assert_eq!(scene.block().await.status(), 503);
}

#[tokio::test]
async fn the_clock_steps_both_ways_by_itself_or_at_a_request() {
    let scene = Scene::start().await;
    let clock = scene.sandbox.clock();
    assert_eq!(scene.block().await.status(), 200);
    clock.step(13 * 3600);
    assert_eq!(scene.block().await.status(), 401);
    clock.step(-13 * 3600);
    assert_eq!(scene.block().await.status(), 200);

    let hours = |hours: i64| Fault::ClockStep {
        seconds: hours * 3600,
    };
    scene.add(Rule::new(hours(13)).times(1));
    assert_eq!(scene.block().await.status(), 401);
    scene.add(Rule::new(hours(-13)).times(1).after());
    assert_eq!(scene.block().await.status(), 401);
    assert_eq!(scene.block().await.status(), 200);
    // Years back, everything still works.
    clock.step(-20 * 365 * 86_400);
    assert_eq!(scene.block().await.status(), 200);
    assert_eq!(scene.refresh().await["expires_in"], 3600);
}
