//! Receives the webhooks of Upvest: starts the sandbox and a receiver made with axum, has the sandbox verify the
//! receiver's address and post to it, and prints what arrives.
//!
//! ```console
//! $ cargo run -p bindery-tour --example webhooks
//! ```

#[path = "../src/receiver.rs"]
mod receiver;

use bindery_auth::upvest::{ApiKey, OAuthClient, Tenant};
use bindery_sandbox::Sandbox;
use bindery_upvest::{
    Environment, Secret,
    types::{
        Echo, EventFilter, TransactionCreateRequest, UserCreateRequest, WebhookCreateRequest,
        WebhookStatus, WebhookVerifyRequest,
    },
    webhooks::Event,
};
use futures_util::TryStreamExt as _;

use crate::receiver::Receiver;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::builder().start().await?;
    let access = sandbox.upvest();
    let tenant = Tenant::new(
        Environment::custom_over_plain_http(&access.url)?,
        ApiKey::new(
            access.api_key.as_str(),
            access.api_secret.as_str(),
            access.api_passphrase.as_str(),
        ),
        OAuthClient::new(access.client_id.as_str(), access.client_secret.as_str()),
    )?;
    let client = tenant.client();

    // A secret of your own choice, as long as one cannot guess it.
    let secret = uuid::Uuid::new_v4().to_string();
    let mut receiver = Receiver::start([Secret::from(secret.as_str())]).await?;
    let verify = WebhookVerifyRequest::new(&receiver.url);
    client.tenancy_webhook_verify(verify).send().await?;
    println!("{} answered the challenge", receiver.url);

    let filters = ["upvest.*.*", "ropsten.transfer.observed"];
    let filters = filters.map(|filter| EventFilter::Pattern(filter.to_owned()));
    let webhook = WebhookCreateRequest::new(
        &receiver.url,
        "example",
        secret.as_str(),
        "1.2",
        WebhookStatus::Active,
        filters,
    );
    let webhook = client.tenancy_webhook_create(webhook).send().await?;
    println!("webhook {} posts there", webhook.id);

    client
        .tenancy_echo_post(Echo::new("Hello, webhook!"))
        .send()
        .await?;
    let assets: Vec<_> = client.assets_list().items().try_collect().await?;
    let ether = assets
        .iter()
        .find(|asset| asset.protocol.as_str().starts_with("ethereum"))
        .ok_or("there is no Ether among the assets")?;
    let jane = UserCreateRequest::new("Jane", "her password").asset_ids([ether.id]);
    client.tenancy_user_create(jane).send().await?;

    while let Some(delivery) = receiver.next().await {
        match delivery.event {
            Event::EchoPost(echo) => println!("echoed: {}", echo.echo),
            Event::UserCreated(user) => println!(
                "user {:?} is there; the recovery kit prints as {:?}",
                user.username, user.recoverykit
            ),
            Event::WalletCreated(wallet) => {
                println!("wallet {} of {:?} is active", wallet.id, wallet.username);
                let payment =
                    TransactionCreateRequest::new("her password", &wallet.address, ether.id, 1_u64);
                let jane =
                    tenant.user("Jane", "her password", ["read", "wallet", "transaction"])?;
                jane.kms_transaction_create(wallet.id, payment)
                    .send()
                    .await?;
            }
            Event::TransactionProcessed(transaction) => {
                println!("transaction {} is {}", transaction.id, transaction.status);
            }
            Event::TransferObserved(transfer) => {
                println!(
                    "{} of {} at 10^-{} went to {}",
                    transfer.quantity,
                    transfer.asset.symbol,
                    transfer.asset.exponent,
                    transfer.recipient
                );
                break;
            }
            other => println!("something else: {}", other.kind()),
        }
    }
    sandbox.shutdown().await;
    Ok(())
}
