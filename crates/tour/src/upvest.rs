//! A signed echo, a webhook, a new user, the user's token, assets, a wallet that becomes active, a transaction that confirms, and
//! the list of users read to its end.

use std::time::{Duration, Instant};

use bindery_auth::upvest::{self, Tenant};
use bindery_upvest::{
    Client,
    types::{
        Asset, Echo, Transaction, TransactionCreateRequest, TransactionStatus, UserCreateRequest,
        Wallet, WalletCreateRequest, WalletStatus,
    },
};
use futures_util::TryStreamExt as _;
use uuid::Uuid;

use crate::{Stop, guide::Guide, place::Place, webhooks};

/// The vendor's own tests wait this long for a wallet.
const PATIENCE: Duration = Duration::from_secs(180);
const SCOPES: [&str; 5] = ["read", "write", "echo", "wallet", "transaction"];

pub(crate) async fn visit(place: &Place<'_>, guide: &mut Guide) -> Stop {
    let (environment, api_key, oauth_client) = upvest::from_variables(&|name| place.lookup(name))?;
    let tenant = Tenant::new(environment, api_key, oauth_client)?;
    let client = tenant.client();

    guide.step("Sign an echo with the API key");
    let echo = client
        .tenancy_echo_post(Echo::new("Ωμέγα & 陳大文"))
        .send()
        .await?;
    guide.found(format_args!("it came back: {}", echo.echo));

    match place.sandbox {
        Some(_) => webhooks::visit(&client, guide).await?,
        None => guide.step("Skip the webhooks: the real service does not reach this machine"),
    }

    let username = format!("tour {}", Uuid::new_v4());
    let password = Uuid::new_v4().to_string();
    guide.step(format_args!("Create the user {username:?}"));
    let user = client
        .tenancy_user_create(UserCreateRequest::new(&username, password.as_str()))
        .send()
        .await?;
    guide.found(format_args!(
        "{:?} is there; the recovery kit prints as {:?}",
        user.username, user.recoverykit
    ));

    let walked = walk(&tenant, &username, &password, guide).await;

    if place.sandbox.is_some() {
        // The sandbox starts empty, and a list of one user has no second page.
        for number in 1..=4 {
            client
                .tenancy_user_create(UserCreateRequest::new(
                    format!("neighbour {number}"),
                    password.as_str(),
                ))
                .send()
                .await?;
        }
    }
    guide.step("Read the list of users to its end, two at a time");
    let count = client
        .tenancy_user_list()
        .page_size(2)
        .items()
        .try_fold(0_u32, |count, _| async move { Ok(count + 1) })
        .await?;
    guide.found(format_args!("{count} user(s)"));

    guide.step("Delete the user again");
    client.tenancy_user_delete(&username).send().await?;
    guide.found("gone");
    walked
}

/// What the user does.
async fn walk(tenant: &Tenant, username: &str, password: &str, guide: &mut Guide) -> Stop {
    guide.step("Sign the user in, and list the assets");
    let user = tenant.user(username, password, SCOPES)?;
    let assets: Vec<Asset> = user.assets_list().items().try_collect().await?;
    let names: Vec<_> = assets.iter().map(|asset| asset.name.as_str()).collect();
    guide.found(names.join(", "));

    let ether = assets
        .iter()
        .find(|asset| asset.protocol.as_str().starts_with("ethereum"))
        .ok_or("there is no Ether among the assets")?;
    guide.step(format_args!(
        "Create a wallet for {}, and wait until it is active",
        ether.name
    ));
    let wallet = user
        .kms_wallet_create(WalletCreateRequest::new(ether.id, password))
        .send()
        .await?;
    let wallet = active(&user, wallet.id, guide).await?;
    let address = wallet.address.ok_or("an active wallet has an address")?;
    let balance = wallet
        .balances
        .iter()
        .find(|balance| balance.asset_id == ether.id)
        .ok_or("the wallet has no balance of it")?;
    guide.found(format_args!(
        "{address} holds {} of {} at 10^-{}",
        balance.amount, balance.symbol, balance.exponent
    ));
    if balance.amount == bindery_upvest::Uint256::ZERO {
        guide.step("Skip the transaction: the new wallet is empty");
        return Ok(());
    }

    guide.step("Send 1 of the smallest unit to itself, and wait until it is confirmed");
    let request = TransactionCreateRequest::new(password, address, ether.id, 1_u64);
    let sent = user
        .kms_transaction_create(wallet.id, request)
        .send()
        .await?;
    let confirmed = confirmed(&user, wallet.id, sent.id, guide).await?;
    guide.found(format_args!(
        "hash {}",
        confirmed.txhash.as_deref().unwrap_or("unknown")
    ));
    Ok(())
}

/// Reads the wallet until it is active.
async fn active(
    user: &Client,
    wallet: Uuid,
    guide: &Guide,
) -> Result<Wallet, Box<dyn std::error::Error>> {
    let (started, mut seen) = (Instant::now(), String::new());
    loop {
        let wallet = user.kms_wallets_read(wallet).send().await?.into_inner();
        if wallet.status == WalletStatus::Active {
            return Ok(wallet);
        }
        wait(started, wallet.status.as_str(), &mut seen, guide).await?;
    }
}

/// Reads the transaction until it is confirmed.
async fn confirmed(
    user: &Client,
    wallet: Uuid,
    transaction: Uuid,
    guide: &Guide,
) -> Result<Transaction, Box<dyn std::error::Error>> {
    let (started, mut seen) = (Instant::now(), String::new());
    loop {
        let transaction = user
            .kms_transactions_read(wallet, transaction)
            .send()
            .await?
            .into_inner();
        match &transaction.status {
            Some(TransactionStatus::Confirmed) => return Ok(transaction),
            Some(status @ (TransactionStatus::Failed | TransactionStatus::Rejected)) => {
                return Err(format!("the transaction ended as {status}").into());
            }
            Some(status) => wait(started, status.as_str(), &mut seen, guide).await?,
            None => wait(started, "without a status", &mut seen, guide).await?,
        }
    }
}

async fn wait(started: Instant, status: &str, seen: &mut String, guide: &Guide) -> Stop {
    if started.elapsed() > PATIENCE {
        return Err(format!("it was still {status} after {} s", PATIENCE.as_secs()).into());
    }
    if status != seen {
        guide.found(format_args!("{status} …"));
        *seen = status.to_owned();
    }
    // Long enough not to hammer a real service, short enough to see each status of the sandbox.
    tokio::time::sleep(Duration::from_millis(150)).await;
    Ok(())
}
