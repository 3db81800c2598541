//! Many writes at a service that breaks, and its ledger counted afterwards.

use std::{collections::BTreeSet, time::Duration};

use bindery_alibaba_baas::{
    Client, Environment, Kind, RetryPolicy,
    types::{InvokeRequest, QueryRequest},
};
use bindery_auth::alibaba_baas::{Credentials, connect_with};
use bindery_sandbox::{
    Sandbox,
    faults::{Fault, Provider, Rule},
};
use futures_util::{StreamExt as _, stream};

const WRITES: usize = 1_000;
const AT_ONCE: usize = 16;

/// About three requests in ten fail, each in one of the ways that differ for a writer: the service is down, it breaks off
/// before the write, and it breaks off after the write.
fn faults() -> Vec<Rule> {
    let everywhere = |fault, seed| {
        Rule::new(fault)
            .at(Provider::AlibabaBaas)
            .path("/api/v1/networks/*")
            .probability(0.1, seed)
    };
    vec![
        everywhere(Fault::status(503), 1),
        everywhere(Fault::close(), 2).before(),
        everywhere(Fault::reset(), 3).after(),
    ]
}

fn client(sandbox: &Sandbox) -> Client {
    let access = sandbox.alibaba_baas();
    let environment = Environment::custom_over_plain_http(&access.url).expect("the sandbox's URL");
    let credentials = Credentials::refresh_token(access.refresh_token.as_str());
    let quick = RetryPolicy::new()
        .max_retries(10)
        .budget(100_000)
        .backoff(Duration::from_millis(1), Duration::from_millis(5));
    connect_with(environment, credentials, |session| session.retry(quick))
        .expect("credentials of the sandbox")
}

#[tokio::test]
async fn no_write_that_was_reported_done_is_lost_and_none_is_doubled() {
    let sandbox = Sandbox::builder().start().await.expect("free ports");
    let client = client(&sandbox);
    let (network, contract) = ("channel3", "notary");
    // The token is got while the weather is fair: its endpoint has back-offs of its own.
    client.get_block(network, "1").send().await.expect("block");
    sandbox.faults().replace(faults()).expect("these are rules");

    let outcomes: Vec<_> = stream::iter(0..WRITES)
        .map(|number| {
            let client = &client;
            async move {
                let key = format!("key {number}");
                let set = InvokeRequest::new(contract).args(["set", &key, &key]);
                (key, client.invoke(network, set).send().await)
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let (mut done, mut unknown, mut refused) = (BTreeSet::new(), 0, 0);
    for (key, outcome) in outcomes {
        match outcome {
            Ok(written) => {
                assert_eq!(written.attempts(), 1, "`invoke` is sent once");
                done.insert(key);
            }
            Err(error) => match error.kind() {
                Kind::Connection => unknown += 1,
                Kind::Refused => refused += 1,
                kind => panic!("{kind:?}: {error}"),
            },
        }
    }
    assert!(unknown > WRITES / 20, "the faults struck: {unknown}");
    assert!(refused > WRITES / 40, "the faults struck: {refused}");

    // What is safe to send again gets through the same weather.
    for key in done.iter().take(100) {
        let get = QueryRequest::new(contract).args(["get", key.as_str()]);
        let read = client.query(network, get).send().await.expect("an answer");
        assert_eq!(read.data.to_text().expect("text"), *key);
    }

    let operator = sandbox.alibaba_baas_operator();
    let writes = operator.writes(network, contract).expect("the network");
    for key in &done {
        assert!(writes.contains_key(key), "`{key}` was reported done");
    }
    for (key, writes) in &writes {
        assert_eq!(writes.len(), 1, "`{key}` was written once");
    }
    sandbox.shutdown().await;
}
