//! From the sandbox to the receiver of the example, over real sockets.

#[path = "../../crates/tour/src/receiver.rs"]
mod receiver;

use std::time::Duration;

use bindery_auth::upvest::{ApiKey, OAuthClient, Tenant};
use bindery_sandbox::{Sandbox, upvest::Settings};
use bindery_upvest::{
    Client, Environment, Secret, Uint256,
    types::{
        Echo, EventFilter, TransactionCreateRequest, UserCreateRequest, WebhookCreateRequest,
        WebhookStatus, WebhookVerifyRequest,
    },
    webhooks::{Event, sign},
};
use futures_util::TryStreamExt as _;
use uuid::Uuid;

use super::SECRET;
use receiver::Receiver;

/// More than a machine word holds, which the sandbox posts as a JSON number.
const AMOUNT: u128 = 123_456_789_012_345_678_901_234;
const PATIENCE: Duration = Duration::from_secs(60);

async fn sandbox() -> Sandbox {
    let settings = Settings {
        activation_delay: Duration::from_millis(1),
        queue_delay: Duration::from_millis(1),
        inclusion_delay: Duration::from_millis(1),
        confirmation_delay: Duration::from_millis(1),
        starting_balance: AMOUNT * 2,
        ..Settings::default()
    };
    let sandbox = Sandbox::builder().upvest(settings).start().await;
    sandbox.expect("free ports")
}

fn tenant(sandbox: &Sandbox) -> Tenant {
    let access = sandbox.upvest();
    let environment = Environment::custom_over_plain_http(&access.url).expect("the sandbox's URL");
    let key = ApiKey::new(
        access.api_key.as_str(),
        access.api_secret.as_str(),
        access.api_passphrase.as_str(),
    );
    let oauth = OAuthClient::new(access.client_id.as_str(), access.client_secret.as_str());
    Tenant::new(environment, key, oauth).expect("a tenant")
}

async fn subscribe(client: &Client, receiver: &Receiver, filters: &[&str]) -> Uuid {
    let filters = filters
        .iter()
        .map(|filter| EventFilter::Pattern((*filter).to_owned()));
    let webhook = WebhookCreateRequest::new(
        &receiver.url,
        "test",
        SECRET,
        "1.2",
        WebhookStatus::Active,
        filters,
    );
    let created = client.tenancy_webhook_create(webhook).send().await;
    created.expect("a webhook").id
}

async fn next(receiver: &mut Receiver) -> bindery_upvest::webhooks::Delivery {
    let next = tokio::time::timeout(PATIENCE, receiver.next()).await;
    next.expect("a delivery comes in time")
        .expect("the receiver runs")
}

#[tokio::test]
async fn what_happens_at_the_service_arrives_typed_and_whole() {
    let sandbox = sandbox().await;
    let tenant = tenant(&sandbox);
    let client = tenant.client();
    // The secret is being replaced: the webhook signs with the old one still.
    let secrets = ["the next one", SECRET].map(Secret::from);
    let mut receiver = Receiver::start(secrets).await.expect("a port");
    let verify = WebhookVerifyRequest::new(&receiver.url);
    client
        .tenancy_webhook_verify(verify)
        .send()
        .await
        .expect("the challenge is answered");
    let webhook = subscribe(
        &client,
        &receiver,
        &["upvest.*.*", "ropsten.transfer.observed"],
    )
    .await;

    client
        .tenancy_echo_post(Echo::new("陳大文"))
        .send()
        .await
        .expect("an echo");
    let delivery = next(&mut receiver).await;
    assert_eq!(delivery.envelope.webhook_id, Some(webhook));
    assert!(matches!(delivery.event, Event::EchoPost(echo) if echo.echo == "陳大文"));

    let assets: Vec<_> = client
        .assets_list()
        .items()
        .try_collect()
        .await
        .expect("assets");
    let ether = assets
        .iter()
        .find(|asset| asset.protocol.as_str() == "ethereum_ropsten")
        .expect("Ether");
    let jane = UserCreateRequest::new("Jane", "her password").asset_ids([ether.id]);
    client
        .tenancy_user_create(jane)
        .send()
        .await
        .expect("a user");
    let (mut wallet, mut user) = (None, None);
    for _ in 0..2 {
        match next(&mut receiver).await.event {
            Event::WalletCreated(created) => wallet = Some(created),
            Event::UserCreated(created) => user = Some(created),
            other => panic!("{other:?}"),
        }
    }
    let (wallet, user) = (wallet.expect("a wallet"), user.expect("a user"));
    assert_eq!(
        (wallet.username.as_str(), user.username.as_str()),
        ("Jane", "Jane")
    );
    assert!(user.recoverykit.expose_secret().contains("<svg"));

    let jane = tenant
        .user("Jane", "her password", ["transaction"])
        .expect("a user");
    let payment = TransactionCreateRequest::new("her password", &wallet.address, ether.id, AMOUNT);
    let sent = jane
        .kms_transaction_create(wallet.id, payment)
        .send()
        .await
        .expect("sent");
    let Event::TransactionProcessed(processed) = next(&mut receiver).await.event else {
        panic!("the transaction is processed next");
    };
    assert_eq!(processed.id, sent.id);
    let Event::TransferObserved(observed) = next(&mut receiver).await.event else {
        panic!("the transfer is observed next");
    };
    assert_eq!(observed.quantity, Uint256::from(AMOUNT));
    assert_eq!(observed.transaction_id, Some(sent.id));
    assert_eq!(Some(observed.txhash), processed.hash);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_receiver_without_the_secret_takes_nothing() {
    let mut receiver = Receiver::start([Secret::from("another one")])
        .await
        .expect("a port");
    let client = reqwest::Client::new();
    let body = r#"{"action":"echo.post","data":{"echo":"forged"}}"#;
    let (name, value) = sign(body, &Secret::from(SECRET));
    let post = |body: &'static str| client.post(&receiver.url).body(body);
    let refused = post(body)
        .header(&name, &value)
        .send()
        .await
        .expect("an answer");
    assert_eq!(refused.status(), 401);
    let refused = post(body).send().await.expect("an answer");
    assert_eq!(refused.status(), 401);
    let text = refused.text().await.expect("a text");
    assert!(text.contains("has no header `x-up-signature`"), "{text}");
    let malformed = "{\"action\":\"echo.post\"}";
    let (name, value) = sign(malformed, &Secret::from("another one"));
    let refused = post(malformed)
        .header(&name, &value)
        .send()
        .await
        .expect("an answer");
    assert_eq!(refused.status(), 400);
    let right = r#"{"action":"echo.post","data":{"echo":"at last"}}"#;
    let (name, value) = sign(right, &Secret::from("another one"));
    let taken = post(right)
        .header(&name, &value)
        .send()
        .await
        .expect("an answer");
    assert_eq!(taken.status(), 200);
    // The first one that got through.
    assert!(
        matches!(next(&mut receiver).await.event, Event::EchoPost(echo) if echo.echo == "at last")
    );
}
