//! Events and lists through the clients of the providers, against the sandbox.

use std::{collections::BTreeSet, time::Duration};

use bindery_alibaba_baas::{
    Client, Delivery, Environment, EventPosition, Events, RetryPolicy,
    types::{Event, EventKind, InvokeRequest},
};
use bindery_auth::{
    alibaba_baas::{Credentials, connect_with},
    upvest::{ApiKey, OAuthClient, Tenant},
};
use bindery_sandbox::{Sandbox, alibaba_baas::NETWORKS};
use bindery_upvest::types::UserCreateRequest;

use crate::provider;

const NETWORK: &str = NETWORKS[0];

fn client(sandbox: &Sandbox) -> Client {
    let access = sandbox.alibaba_baas();
    let environment = Environment::custom_over_plain_http(&access.url).expect("the sandbox's URL");
    let credentials = Credentials::refresh_token(access.refresh_token.as_str());
    let quick = RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO);
    connect_with(environment, credentials, |session| session.retry(quick))
        .expect("credentials of the sandbox")
}

async fn write(client: &Client, number: usize) -> String {
    let (chaincode, args) = if number.is_multiple_of(3) {
        let task = r#"{"requires":[],"description":"d"}"#.to_owned();
        ("taskmgr", ["create".to_owned(), format!("t{number}"), task])
    } else {
        (
            "notary",
            ["put".to_owned(), format!("k{number}"), "v".to_owned()],
        )
    };
    let request = InvokeRequest::new(chaincode).args(args);
    let written = client.invoke(NETWORK, request).send().await;
    written.expect("written").into_inner().id.to_string()
}

async fn next(events: &mut Events<Event>) -> Delivery<Event> {
    events
        .next()
        .await
        .expect("it never ends")
        .expect("no error")
}

#[tokio::test]
async fn every_event_of_a_ledger_comes_once_and_in_order_however_often_the_gateway_hangs_up() {
    let sandbox = Sandbox::builder().start().await.expect("free ports");
    let operator = sandbox.alibaba_baas_operator();
    let client = client(&sandbox);
    let mut events = client
        .subscribe_events(NETWORK)
        .subscribe()
        .await
        .expect("a socket");
    let mut expected = Vec::new();
    let mut heard = Vec::new();
    let (mut reconnected, mut missing) = (0, Vec::new());
    for number in 0..40 {
        // Sometimes with nobody listening, sometimes in the middle of a block.
        if number % 4 == 0 {
            operator.hang_up(NETWORK);
        }
        let id = write(&client, number).await;
        let height = number + 2;
        expected.extend([format!("block-{height}"), format!("tx-{height}-{id}")]);
        if number.is_multiple_of(3) {
            expected.push(format!("contract-{height}-{id}"));
        }
        if number % 4 == 1 {
            operator.hang_up(NETWORK);
        }
        while number % 4 > 1 && heard.len() < expected.len() - usize::from(number % 4 == 2) {
            match next(&mut events).await {
                Delivery::Event(event) => heard.push(event.id().expect("an id").to_owned()),
                Delivery::Reconnected(_) => reconnected += 1,
                Delivery::Missing(lost) => missing.push(lost),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(heard, expected[..heard.len()]);
    assert_eq!(heard.len(), expected.len());
    assert!(reconnected > 0);
    assert_eq!(missing, []);
}

#[tokio::test]
async fn what_was_told_over_rest_is_what_the_socket_would_have_said() {
    let sandbox = Sandbox::builder().start().await.expect("free ports");
    let operator = sandbox.alibaba_baas_operator();
    let client = client(&sandbox);
    let mut live = client
        .subscribe_events(NETWORK)
        .subscribe()
        .await
        .expect("a socket");
    write(&client, 0).await;
    let first = next(&mut live).await.event().expect("an event");
    assert!(
        matches!(&first, Event::Block(block) if block.content.number == 2),
        "{first:?}"
    );
    let saved = live.position().expect("a position");
    operator.reconfigure(NETWORK, 77);
    write(&client, 3).await;
    let mut said = Vec::new();
    // Tx, Contract; Block, Config; Block, Tx, Contract.
    for _ in 0..7 {
        said.push(next(&mut live).await.event().expect("an event"));
    }

    let saved = serde_json::to_string(&saved).expect("a position serializes");
    let saved: EventPosition = serde_json::from_str(&saved).expect("a position");
    let again = client.subscribe_events(NETWORK).subscribe_from(saved).await;
    let mut again = again.expect("a socket");
    let mut kinds = BTreeSet::new();
    for event in said {
        match next(&mut again).await {
            Delivery::Event(told) => {
                kinds.insert(
                    told.id()
                        .expect("an id")
                        .split('-')
                        .next()
                        .map(str::to_owned),
                );
                assert_eq!(told, event);
            }
            Delivery::Missing(missing) => {
                assert_eq!(missing.id.as_deref(), event.id());
                assert_eq!((missing.height, missing.kind), (Some(3), Some("Config")));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(kinds.len(), 3, "{kinds:?}");
}

#[tokio::test]
async fn a_token_that_expires_under_an_open_socket_is_replaced() {
    let sandbox = Sandbox::builder().start().await.expect("free ports");
    let client = client(&sandbox);
    let call = client.subscribe_events(NETWORK).source([EventKind::Block]);
    let mut events = call.subscribe().await.expect("a socket");
    write(&client, 1).await;
    next(&mut events).await.event().expect("an event");
    sandbox.clock().advance(Duration::from_secs(13 * 60 * 60));
    sandbox.alibaba_baas_operator().hang_up(NETWORK);
    assert!(matches!(next(&mut events).await, Delivery::Reconnected(_)));
    write(&client, 2).await;
    let event = next(&mut events).await.event().expect("an event");
    assert_eq!(event.id(), Some("block-3"));
}

#[tokio::test]
async fn a_list_of_upvest_goes_on_where_another_process_stopped() {
    let sandbox = Sandbox::builder().start().await.expect("free ports");
    let access = sandbox.upvest();
    let environment = bindery_upvest::Environment::custom_over_plain_http(&access.url);
    let tenant = Tenant::new(
        environment.expect("the sandbox's URL"),
        ApiKey::new(
            &*access.api_key,
            &*access.api_secret,
            &*access.api_passphrase,
        ),
        OAuthClient::new(&*access.client_id, &*access.client_secret),
    )
    .expect("credentials of the sandbox");
    let client = tenant.client();
    for number in 0..12 {
        let user = UserCreateRequest::new(format!("user {number}"), "correct horse battery");
        client
            .tenancy_user_create(user)
            .send()
            .await
            .expect("a user");
    }
    let list = || client.tenancy_user_list().page_size(5);
    let mut all = Vec::new();
    let mut users = list().items();
    while let Some(user) = users.next().await {
        all.push(user.expect("no error").username);
    }
    assert_eq!(all.len(), 12);
    let mut first = list().items();
    let mut had = Vec::new();
    for _ in 0..7 {
        had.push(
            first
                .next()
                .await
                .expect("a user")
                .expect("no error")
                .username,
        );
    }
    let saved = serde_json::to_string(&first.position()).expect("a position serializes");
    let saved = serde_json::from_str(&saved).expect("a position");
    let mut second = list().items_from(saved).expect("the same list");
    while let Some(user) = second.next().await {
        had.push(user.expect("no error").username);
    }
    assert_eq!(had, all);
}

#[test]
fn every_list_that_takes_a_cursor_is_a_stream() {
    let mut streams = 0;
    for provider in provider::OURS {
        for operation in provider.api().operations {
            let turns = operation.parameters.iter().any(|parameter| {
                ["cursor", "offset", "page", "page_size", "limit"].contains(&&*parameter.name)
            });
            assert_eq!(turns, operation.pagination.is_some(), "{}", operation.id);
            streams += usize::from(turns);
        }
    }
    assert_eq!(streams, 6);
}
