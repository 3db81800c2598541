//! What can be counted afterwards.

use bindery_sandbox::alibaba_baas::NETWORKS;
use bindery_sandbox::faults::{Fault, Provider, Rule};
use futures_util::future::join_all;
use reqwest::Method;

use crate::scene::{BLOCK, INVOKE, Scene, hear};

#[tokio::test]
async fn the_journal_counts_every_attempt_and_what_it_was_answered() {
    let scene = Scene::start().await;
    scene.add(Rule::new(Fault::status(503)).times(2));
    for _ in 0..3 {
        scene.block().await;
    }
    scene.add(Rule::new(Fault::reset()));
    hear(&mut scene.send(&scene.set("k")).await).await;
    let faults = scene.sandbox.faults();
    let lines = faults.journal();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| {
            let answered: Vec<_> = line.answered.iter().map(|(a, b)| (*a, *b)).collect();
            (
                line.method.as_str(),
                line.path.as_str(),
                line.seen,
                answered,
            )
        })
        .collect();
    let expected = [
        ("GET", BLOCK, 3, vec![(200, 1), (503, 2)]),
        ("POST", INVOKE, 1, vec![]),
    ];
    assert_eq!(lines, expected);
    assert_eq!(faults.seen(Provider::AlibabaBaas, "GET", "/api/*"), 3);
    assert_eq!(faults.seen(Provider::Upvest, "GET", "/api/*"), 0);
    faults.clear_journal();
    assert!(faults.journal().is_empty());
}

#[tokio::test]
async fn the_journal_holds_no_secret() {
    let scene = Scene::start().await;
    let access = scene.sandbox.alibaba_baas().clone();
    let path = format!("{BLOCK}?access_token={}", access.access_token);
    scene.request(Method::GET, &path).send().await.unwrap();
    scene.refresh().await;
    let admin = format!("{}/journal", scene.sandbox.admin_url().unwrap());
    let journal = scene.client.get(admin).send().await.unwrap();
    let journal = journal.text().await.unwrap();
    assert!(journal.contains(BLOCK));
    assert!(!journal.contains(&access.access_token[..8]));
    assert!(!journal.contains(&access.refresh_token[..8]));
    assert!(!journal.contains('?'));
}

#[tokio::test]
async fn after_many_calls_under_faults_the_ledger_tells_what_was_really_written() {
    let scene = Scene::start().await;
    for (seed, rule) in [
        Rule::new(Fault::status(503)),
        Rule::new(Fault::reset()),
        Rule::new(Fault::reset()).after(),
        Rule::new(Fault::Close {
            after_bytes: Some(5),
        }),
        Rule::new(Fault::status(502)).after(),
    ]
    .into_iter()
    .enumerate()
    {
        scene.add(rule.probability(0.1, seed as u64).path(INVOKE));
    }
    let call = async |key: usize| {
        let request = scene.set(&key.to_string());
        let request = request.replace("host: sandbox", "host: sandbox\r\nconnection: close");
        let heard = hear(&mut scene.send(&request).await).await;
        heard.bytes.starts_with(b"HTTP/1.1 200 OK")
    };
    let mut reported = Vec::new();
    for keys in (0..200).collect::<Vec<_>>().chunks(20) {
        reported.extend(join_all(keys.iter().map(|key| call(*key))).await);
    }
    let faults = scene.sandbox.faults();
    let before: u64 = faults.rules()[..2].iter().map(|rule| rule.struck).sum();
    let after: u64 = faults.rules()[2..].iter().map(|rule| rule.struck).sum();
    assert!(before > 0 && after > 0);
    let operator = scene.sandbox.alibaba_baas_operator();
    let writes = operator.writes(NETWORKS[0], "notary").unwrap();
    assert_eq!(writes.len() as u64, 200 - before);
    assert_eq!(operator.transactions(NETWORKS[0]), Some(writes.len()));
    for (key, done) in reported.into_iter().enumerate() {
        let written = writes.get(&key.to_string()).map_or(0, Vec::len);
        assert!(written <= 1);
        assert!(written == 1 || !done, "{key} was reported done");
    }
    assert_eq!(scene.invocations(), 200);
    assert!(operator.writes("none", "notary").is_none());
}
