//! The services in process that callers test with.

use std::time::Duration;

use bindery_alibaba_baas::{
    Delivery,
    types::{Block, BlockEvent, ContractResult, Event, EventKind, InvokeRequest},
};
use bindery_hive::types::{Network, TransactionRequest, Wallet, WalletType};
use bindery_runtime::{Address, Class, Error, Hex, Kind, Session};
use bindery_upvest::types::{User, UserCreateRequest};
use serde_json::{Value, json};

use xtask::api::{Encoding, Operation};

use crate::{
    Arguments,
    exercise::for_each_provider,
    provider::{ALIBABA_BAAS, Mocked, Provider},
    specs,
};

type Hive = bindery_hive::mock::Mock;
type Alibaba = bindery_alibaba_baas::mock::Mock;
type Upvest = bindery_upvest::mock::Mock;

/// An address that ends in these digits.
fn address(digits: &str) -> Address {
    format!("0x{digits:0>40}").parse().expect("an address")
}

fn hex(digits: &str) -> Hex {
    digits.parse().expect("hex")
}

fn user(name: &str) -> User {
    User::new(name, [])
}

fn names(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| user.username.as_str()).collect()
}

/// Has every operation answer the first example of the spec, calls it with all the arguments that the spec has examples of,
/// and looks at what came back and what came in.
async fn every_operation_can_be_mocked(provider: &Provider) {
    let mock = provider.mock().await;
    for operation in &provider.api().operations {
        if operation.websocket {
            continue; // It goes on: what it delivers has tests of its own.
        }
        let body = operation.body.as_ref().map(|body| body.encoding);
        let is_stream = operation.success.stream.is_some();
        let success = (!is_stream).then_some(operation.success.encoding);
        if [success, body].iter().any(is_plain) {
            continue; // The mock speaks JSON.
        }
        let mut value = first_answer(operation);
        mock.answer(&operation.id, &value.to_string());
        if is_stream {
            value = json!([value]);
        }
        let answered = answer_of(provider, mock.session(), operation).await;
        assert_eq!(answered, value, "{}", operation.id);
        came_in_once(&*mock, operation);
    }
    mock.assert_all_used();
}

fn is_plain(encoding: &Option<Encoding>) -> bool {
    matches!(encoding, Some(Encoding::Text | Encoding::Bytes))
}

/// What stands where the envelope says in the first example of an answer.
fn first_answer(operation: &Operation) -> Value {
    let example = operation.success.examples.first();
    let example = example.map(|(_, example)| example.clone());
    let envelope = operation.success.envelope.clone().unwrap_or_default();
    let pointer = envelope["value"].as_str().unwrap_or_default();
    let example = example.unwrap_or_default();
    example.pointer(pointer).cloned().unwrap_or_default()
}

async fn answer_of(provider: &Provider, session: Session, operation: &Operation) -> Value {
    let id = operation.id.as_str();
    let answer = provider.call(&session, id, &arguments_of(operation)).await;
    answer.unwrap_or_else(|error| panic!("{id}: {error}"))
}

fn arguments_of(operation: &Operation) -> Arguments {
    specs::everything(operation).unwrap_or_else(|| specs::required(operation, None))
}

#[track_caller]
fn came_in_once(mock: &dyn Mocked, operation: &Operation) {
    let received = mock.received(&operation.id);
    assert_eq!(received.len(), 1, "{}", operation.id);
    let received: Value = serde_json::from_str(&received[0]).expect("JSON");
    let sent = arguments_of(operation).body.unwrap_or_default();
    assert_eq!(received, sent, "{}", operation.id);
}

macro_rules! tests {
    ($($provider:ident)*) => {
        /// A module for each provider.
        mod of {$(
            mod $provider {
                #[tokio::test]
                async fn every_operation_can_be_mocked() {
                    let provider = &crate::exercise::$provider::PROVIDER;
                    super::super::every_operation_can_be_mocked(provider).await;
                }
            }
        )*}
    };
}

for_each_provider!(tests);

#[tokio::test]
async fn a_socket_can_be_mocked_in_the_words_of_the_spec() {
    let mock = Alibaba::start().await;
    let api = ALIBABA_BAAS.api();
    let mut operations = api.operations.iter();
    let socket = operations.find(|operation| operation.websocket);
    let socket = socket.expect("the spec has one");
    let delivered = serde_json::to_value(event(4)).expect("an event");
    Mocked::answer(&mock, &socket.id, &delivered.to_string());
    // It is read until it is opened again.
    mock.subscribe_events().and_closes().sends([]);
    // What a socket reads at its beginning, and after it was closed.
    mock.get_block().answers(block(3)).answers(block(4));
    let session = Mocked::session(&mock);
    let answered = answer_of(&ALIBABA_BAAS, session, socket).await;
    assert_eq!(answered, json!([delivered]));
}

#[tokio::test]
async fn answers_and_failures_come_in_the_order_in_which_they_were_told() {
    let mock = Hive::start().await;
    let wallets = mock
        .get_wallet()
        .answers(Wallet::new(7, WalletType::Single))
        .refuses_with(404, 404, "no such wallet")
        .answers(Wallet::new(8, WalletType::Single));
    let client = mock.client();
    let get = || client.get_wallet(&address("d6"), Network::Polygon).send();
    assert_eq!(get().await.expect("a wallet").nonce, 7);
    let error = get().await.expect_err("no wallet");
    assert!(error.is_not_found(), "{error}");
    assert_eq!(
        (error.code(), error.message()),
        (Some("404"), Some("no such wallet"))
    );
    assert_eq!(get().await.expect("a wallet").nonce, 8);
    let received = wallets.received();
    assert_eq!(received.len(), 3);
    assert_eq!(
        received[0].parameter("address"),
        Some(address("d6").as_str())
    );
    assert_eq!(received[0].parameter("x-network"), Some("polygon"));
    mock.assert_all_used();
}

#[tokio::test]
async fn a_failure_inside_of_a_success_is_told_as_the_provider_tells_it() {
    let mock = Hive::start().await;
    mock.get_wallet()
        .refuses_with(200, 4001, "the wallet is locked");
    let error = mock
        .client()
        .get_wallet(&address("d6"), Network::Polygon)
        .send();
    let error = error.await.expect_err("a failure");
    assert_eq!(error.kind(), Kind::Refused);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert_eq!(
        (error.code(), error.message()),
        (Some("4001"), Some("the wallet is locked"))
    );

    let mock = Alibaba::start().await;
    let invoked = mock
        .invoke()
        .refuses_with(200, 131077, "no such contract")
        .answers(ContractResult::new(hex("70"), Vec::new()).status("500"))
        .answers(ContractResult::new(hex("70"), &b"done"[..]).status("200"));
    let client = mock.client();
    let invoke = || {
        client
            .invoke("channel3", InvokeRequest::new("notary"))
            .send()
    };
    let error = invoke().await.expect_err("a failure");
    assert_eq!(error.code(), Some("131077"));
    assert_eq!(error.class(), Some(Class::InvalidRequest));
    let error = invoke().await.expect_err("a failure of the chaincode");
    assert_eq!(error.code(), Some("500"), "{error}");
    assert_eq!(invoke().await.expect("a result").id, hex("70"));
    assert_eq!(invoked.received()[2].body, InvokeRequest::new("notary"));
}

#[tokio::test]
async fn what_is_refused_for_now_is_sent_again() {
    let mock = Upvest::start().await;
    let users = mock
        .tenancy_user_read()
        .refuses(503)
        .times(2)
        .answers(user("jane"));
    let client = mock.client();
    let jane = client.tenancy_user_read("jane").send().await;
    let jane = jane.expect("a user");
    assert_eq!((jane.username.as_str(), jane.attempts()), ("jane", 3));
    assert_eq!(users.calls(), 3);
    mock.assert_all_used();
}

#[tokio::test(start_paused = true)]
async fn the_client_comes_back_when_the_mock_said_it_may() {
    let mock = Upvest::start().await;
    mock.tenancy_user_read()
        .refuses_with(429, "rate_limit", "too many")
        .retry_after(7)
        .answers(user("jane"));
    let start = tokio::time::Instant::now();
    let client = mock.client();
    client
        .tenancy_user_read("jane")
        .send()
        .await
        .expect("a user");
    assert!(start.elapsed() >= Duration::from_secs(7));
}

#[tokio::test]
async fn a_connection_that_ends_or_stays_silent_is_what_the_client_sees() {
    let mock = Hive::start().await;
    mock.create_transaction().breaks_off().hangs();
    let session = mock.session().deadline(Duration::from_millis(200));
    let client = bindery_hive::Client::new(session.build().expect("a session"));
    let body = || TransactionRequest::new(address("a"), address("b"), "1");
    let send = || client.create_transaction(Network::Polygon, body()).send();
    let error = send().await.expect_err("no answer");
    assert_eq!(error.kind(), Kind::Connection, "{error}");
    let error = send().await.expect_err("no answer");
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
    let received = mock.create_transaction().received();
    assert_eq!(received[1].body, body());
}

#[tokio::test]
async fn a_list_has_the_pages_that_it_was_told_and_one_may_fail() {
    let mock = Upvest::start().await;
    let users =
        mock.tenancy_user_list()
            .pages([vec![user("a"), user("b")], vec![user("c")], vec![]]);
    let client = mock.client();
    let mut items = client.tenancy_user_list().page_size(2).items();
    let mut all = Vec::new();
    while let Some(item) = items.next().await {
        all.push(item.expect("a user"));
        if all.len() == 1 {
            users.clone().refuses(403);
        }
        if all.len() == 2 {
            items.next().await.expect("an item").expect_err("a failure");
            items.go_on();
        }
    }
    assert_eq!(names(&all), ["a", "b", "c"]);
    let cursors: Vec<_> = users.received();
    let cursors: Vec<_> = cursors
        .iter()
        .map(|call| call.parameter("cursor"))
        .collect();
    assert_eq!(
        cursors,
        [None, Some("page-2"), Some("page-2"), Some("page-3")]
    );
    assert_eq!(users.received()[0].query("page_size"), ["2"]);
}

#[tokio::test]
async fn an_unexpected_call_says_what_was_called_and_what_is_mocked() {
    let mock = Upvest::start().await;
    mock.tenancy_user_read().answers(user("jane"));
    let client = mock.client();
    let text = |error: Error| {
        assert_eq!((error.kind(), error.attempts()), (Kind::Refused, 1));
        error.message().expect("a message").to_owned()
    };
    let error = client.tenancy_user_list().send().await;
    assert_eq!(
        text(error.expect_err("nothing is mocked")),
        "the mock has no answer to `tenancy_user_list` (`GET /1.0/tenancy/users/`): it was told none; mocked is \
         `tenancy_user_read`"
    );
    client
        .tenancy_user_read("jane")
        .send()
        .await
        .expect("a user");
    let error = client.tenancy_user_read("jane").send().await;
    assert_eq!(
        text(error.expect_err("one answer")),
        "the mock has no answer to `tenancy_user_read` (`GET /1.0/tenancy/users/jane`): it was told one, and this is call 2"
    );
    mock.tenancy_user_delete().answers(());
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| mock.assert_all_used()));
    let message = checked.expect_err("it is not so");
    insta::assert_snapshot!(message.downcast_ref::<String>().expect("a text"), @"
    the calls are not what the mock was told of:
    - `tenancy_user_list` was called once and had no answer
    - `tenancy_user_read` was called 2 times and had one answer
    - `tenancy_user_delete` was called never and has one answer left
    ");
    assert_eq!(mock.requests().len(), 3);
}

#[tokio::test]
async fn a_secret_that_was_sent_is_there_for_the_test() {
    let mock = Upvest::start().await;
    let created = mock
        .tenancy_user_create()
        .refuses(409)
        .with_header("x-request-id", "r-1");
    let body = UserCreateRequest::new("jane", "her password");
    let error = mock.client().tenancy_user_create(body).send().await;
    assert_eq!(error.expect_err("a conflict").request_id(), Some("r-1"));
    let received = created.received();
    assert_eq!(received[0].body.password.expose_secret(), "her password");
    assert!(!format!("{received:?}").contains("her password"));
}

#[tokio::test]
async fn the_parts_of_an_upload_are_there_for_the_test() {
    let mock = Hive::start().await;
    let uploads = mock.upload_asset().refuses(500);
    let file = b"\r\n--code--\r\n".to_vec();
    let sent = mock.client().upload_asset(file.clone()).send().await;
    sent.expect_err("a failure");
    assert_eq!(uploads.received()[0].part("asset").expect("a part"), file);
    assert_eq!(uploads.received()[0].part("other"), None);
}

fn block(number: i64) -> Block {
    Block::new(number, hex("01"), hex("00"), 0, [])
}

fn event(number: i64) -> Event {
    let id = format!("block-{number}");
    let event = BlockEvent::new(
        EventKind::Block,
        "instance",
        "channel3",
        id,
        number.to_string(),
        block(number),
    );
    Event::Block(event)
}

#[tokio::test(start_paused = true)]
async fn the_events_of_a_socket_come_and_what_a_drop_hides_is_read() {
    let mock = Alibaba::start().await;
    mock.subscribe_events()
        .sends([event(4), event(5)])
        .and_drops()
        .refuses(503)
        .sends([event(7)]);
    // The newest block at the beginning and after the drop, and then whichever is asked for.
    let blocks = mock.get_block().answers(block(3)).answers(block(6));
    blocks.answers_by(|call| {
        let number = call.parameter("num").expect("it is in the path");
        block(number.parse().expect("a number"))
    });
    let client = mock.client();
    let call = client.subscribe_events("channel3");
    let mut events = call.subscribe().await.expect("a socket");
    let mut told = Vec::new();
    while told.len() < 5 {
        match events
            .next()
            .await
            .expect("it never ends")
            .expect("no error")
        {
            Delivery::Event(event) => told.push(event.id().expect("an id").to_owned()),
            Delivery::Reconnected(_) => told.push("reconnected".to_owned()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        told,
        ["block-4", "block-5", "reconnected", "block-6", "block-7"]
    );
    assert_eq!(mock.subscribe_events().calls(), 3);
}

#[tokio::test]
async fn a_test_sends_events_while_the_caller_listens() {
    let mock = Alibaba::start().await;
    let feed = mock.subscribe_events().sends([]).and_later();
    mock.get_block().answers(block(3));
    let client = mock.client();
    let call = client.subscribe_events("channel3");
    let mut events = call.subscribe().await.expect("a socket");
    for number in [4, 5] {
        feed.sends([event(number)]);
        let told = events.next().await.expect("it never ends");
        let told = told.expect("no error").event().expect("an event");
        assert_eq!(told.id(), Some(&*format!("block-{number}")));
    }
    feed.closes();
    mock.assert_all_used();
}
