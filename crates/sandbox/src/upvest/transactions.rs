//! The transactions of wallets, and their life from being queued to being confirmed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use ruint::aliases::U256;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use super::assets::Network;
use super::call::UserCall;
use super::errors::Refusal;
use super::events::Event;
use super::fees::Gas;
use super::oauth::Scope;
use super::pages::{PageRequest, Stamp};
use super::payments::{Movement, Payment, Sent, UnderWay};
use super::state::{State, World};
use super::wallets::Wallet;

/// The transactions of all wallets, oldest first.
#[derive(Default)]
pub(super) struct Transactions(Vec<Transaction>);

/// A transaction as one wallet sees it: the one that sends, or one that receives.
#[derive(Clone)]
pub(super) struct Transaction {
    pub(super) id: Uuid,
    stamp: Stamp,
    wallet: Uuid,
    network: Network,
    sender: String,
    moves: Option<Movement>,
    fee: U256,
    gas: Option<(Gas, U256)>,
    status: Status,
    hash: Option<String>,
    /// Raw and complex ones say nothing of asset, recipient and quantity.
    sparse: bool,
    /// Whether the wallet is the one that receives.
    received: bool,
}

/// A transaction that a wallet made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MadeTransaction {
    /// Which one it is.
    pub id: Uuid,
    /// The wallet.
    pub wallet_id: Uuid,
    /// To whom something is moved, if anything is.
    pub recipient: Option<String>,
    /// How much is moved, if anything is, in the smallest unit of its asset.
    pub quantity: Option<String>,
    /// The hash, once it is sent to its network.
    pub txhash: Option<String>,
}

/// How far it has come. `FAILED`, having timed out, does not happen in the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    /// Not sent to the network yet.
    Queued,
    /// Sent to the network, not in a block.
    Pending,
    /// In a block.
    Confirming,
    /// Under enough blocks.
    Confirmed,
    /// Not to be had in a block, for want of funds or gas.
    Rejected,
}

/// A transaction to be made.
pub(super) struct Draft {
    pub(super) payment: Payment,
    pub(super) moves: Option<Movement>,
    pub(super) fee: U256,
    /// The gas, and how much of it will be used.
    pub(super) gas: Option<(Gas, U256)>,
    pub(super) sparse: bool,
    /// Whether to answer before it has been sent.
    pub(super) queued: bool,
}

impl Transactions {
    /// Forgets those of wallets that are no more.
    pub(super) fn forget(&mut self, wallets: &[Uuid]) {
        self.0
            .retain(|transaction| !wallets.contains(&transaction.wallet));
    }

    /// Those that wallets made.
    pub(super) fn made(&self) -> Vec<MadeTransaction> {
        let made = self.0.iter().filter(|transaction| !transaction.received);
        made.map(|transaction| {
            let moves = transaction.moves.as_ref();
            MadeTransaction {
                id: transaction.id,
                wallet_id: transaction.wallet,
                recipient: moves.map(|moves| moves.recipient.clone()),
                quantity: moves.map(|moves| moves.quantity.to_string()),
                txhash: transaction.hash.clone(),
            }
        })
        .collect()
    }

    fn get_mut(&mut self, id: Uuid) -> Option<&mut Transaction> {
        self.0.iter_mut().find(|transaction| transaction.id == id)
    }

    fn of(&self, wallet: Uuid) -> Vec<&Transaction> {
        let of_wallet = |transaction: &&Transaction| transaction.wallet == wallet;
        self.0.iter().filter(of_wallet).collect()
    }
}

impl Transaction {
    fn json(&self) -> Value {
        let mut json = json!({
            "id": self.id,
            "txhash": self.hash,
            "wallet_id": self.wallet,
            "sender": self.sender,
            "fee": self.fee.to_string(),
            "status": self.status,
        });
        if let Some((gas, used)) = self.gas {
            json["fee_info"] = json!({
                "fee": used.saturating_mul(gas.price).to_string(),
                "gas_used": used.to_string(),
                "gas_limit": gas.limit.to_string(),
                "gas_price": gas.price.to_string(),
            });
        }
        if let Some(movement) = self.moves.as_ref().filter(|_| !self.sparse) {
            json["asset_id"] = json!(movement.asset.id);
            json["asset_name"] = json!(movement.asset.name);
            json["exponent"] = json!(movement.asset.exponent);
            json["recipient"] = json!(movement.recipient);
            json["quantity"] = json!(movement.quantity.to_string());
        }
        json
    }
}

/// Makes a transaction of the wallet, starts its life, and tells it as it stands.
pub(super) fn start(state: &Arc<State>, wallet: Uuid, draft: Draft) -> Result<Value, Refusal> {
    let mut world = state.world();
    let sending = world.wallets.get(wallet).ok_or_else(Refusal::not_found)?;
    let transaction = Transaction {
        id: Uuid::new_v4(),
        stamp: state.stamp(),
        wallet,
        network: sending.network,
        sender: sending.address.clone(),
        moves: draft.moves,
        fee: draft.fee,
        gas: draft.gas,
        status: Status::Queued,
        hash: None,
        sparse: draft.sparse,
        received: false,
    };
    let id = transaction.id;
    world.transactions.0.push(transaction);
    let mut unsent = Some(draft.payment);
    let mut under_way = None;
    if !draft.queued {
        under_way = unsent
            .take()
            .and_then(|payment| send(state, &mut world, id, payment));
    }
    let json = world.transactions.get_mut(id).map(|made| made.json());
    drop(world);
    let state = state.clone();
    tokio::spawn(async move {
        if let Some(payment) = unsent {
            sleep(state.settings.queue_delay).await;
            under_way = send(&state, &mut state.world(), id, payment);
        }
        if let Some(under_way) = under_way {
            live(&state, id, &under_way).await;
        }
    });
    Ok(json.unwrap_or_default())
}

/// Sends a queued transaction to its network and tells of it.
fn send(state: &State, world: &mut World, id: Uuid, payment: Payment) -> Option<UnderWay> {
    let wallet = world.transactions.get_mut(id)?.wallet;
    let purse = world.wallets.get(wallet).map(Wallet::purse)?;
    let Sent { hash, under_way } = payment.send(world, purse, state.clock.now());
    let transaction = world.transactions.get_mut(id)?;
    transaction.status = match under_way {
        Some(_) => Status::Pending,
        None => Status::Rejected,
    };
    let data = json!({ "id": id, "hash": hash, "status": transaction.status });
    transaction.hash = Some(hash);
    world
        .webhooks
        .tell(&Event::own("transaction", "processed", &data));
    under_way
}

/// What becomes of a transaction that the network has taken.
async fn live(state: &State, id: Uuid, under_way: &UnderWay) {
    sleep(state.settings.inclusion_delay).await;
    let received = include(state, &mut state.world(), id, under_way);
    sleep(state.settings.confirmation_delay).await;
    let mut world = state.world();
    under_way.confirm(&mut world);
    for id in [Some(id), received].into_iter().flatten() {
        if let Some(transaction) = world.transactions.get_mut(id) {
            transaction.status = Status::Confirmed;
        }
    }
}

/// Puts it in a block. If a wallet of the tenant receives something, it gets a transaction too,
/// whose identifier is returned.
fn include(state: &State, world: &mut World, id: Uuid, under_way: &UnderWay) -> Option<Uuid> {
    under_way.include(world, state.clock.now());
    let transaction = world.transactions.get_mut(id)?;
    transaction.status = Status::Confirming;
    let transaction = transaction.clone();
    let movement = transaction.moves.as_ref()?;
    tell_of_transfer(world, &transaction, movement);
    let receiving = world.wallets.at(transaction.network, &movement.recipient);
    let wallet = receiving.map(|wallet| wallet.id)?;
    if wallet == transaction.wallet {
        return None;
    }
    let received = Uuid::new_v4();
    world.transactions.0.push(Transaction {
        id: received,
        stamp: state.stamp(),
        wallet,
        sparse: false,
        received: true,
        ..transaction
    });
    Some(received)
}

#[derive(Serialize)]
struct Transfer<'a> {
    /// An integer of up to 256 bits, which is how the service told of it.
    quantity: Box<RawValue>,
    txhash: Option<&'a str>,
    transaction_id: Uuid,
    sender: &'a str,
    recipient: &'a str,
    asset: TransferredAsset,
}

#[derive(Serialize)]
struct TransferredAsset {
    id: Uuid,
    name: &'static str,
    symbol: &'static str,
    exponent: u8,
}

fn tell_of_transfer(world: &World, transaction: &Transaction, movement: &Movement) {
    let Movement {
        asset,
        recipient,
        quantity,
    } = movement;
    let Ok(quantity) = RawValue::from_string(quantity.to_string()) else {
        return;
    };
    let transfer = Transfer {
        quantity,
        txhash: transaction.hash.as_deref(),
        transaction_id: transaction.id,
        sender: &transaction.sender,
        recipient,
        asset: TransferredAsset {
            id: asset.id,
            name: asset.name,
            symbol: asset.symbol,
            exponent: asset.exponent,
        },
    };
    world.webhooks.tell(&Event::seen(
        transaction.network.event_source(),
        transaction.network.protocol(),
        ("transfer", "observed"),
        vec![transaction.sender.clone(), recipient.clone()],
        &transfer,
    ));
}

/// `GET /kms/wallets/{wallet_id}/transactions/`
///
/// What the wallet sent and what came in from other wallets of the tenant.
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    Path(wallet): Path<String>,
    call: UserCall,
) -> Result<Json<Value>, Refusal> {
    let user = call.user(&[Scope::Read, Scope::Wallet, Scope::Transaction])?;
    let page = PageRequest::read(&call.call)?;
    let world = state.world();
    let wallet = world.wallets.find(&wallet, Some(user))?.id;
    let transactions = world.transactions.of(wallet);
    Ok(page.of(
        &transactions,
        |transaction| transaction.stamp,
        |transaction| transaction.json(),
    ))
}

/// `GET /kms/wallets/{wallet_id}/transactions/{transaction_id}`
pub(super) async fn read(
    Shared(state): Shared<Arc<State>>,
    Path((wallet, id)): Path<(String, String)>,
    call: UserCall,
) -> Result<Json<Value>, Refusal> {
    let user = call.user(&[Scope::Read, Scope::Wallet, Scope::Transaction])?;
    let id = Uuid::parse_str(&id).map_err(|_| Refusal::not_found())?;
    let world = state.world();
    let wallet = world.wallets.find(&wallet, Some(user))?.id;
    let transactions = world.transactions.of(wallet);
    let found = transactions.iter().find(|transaction| transaction.id == id);
    found
        .map(|transaction| Json(transaction.json()))
        .ok_or_else(Refusal::not_found)
}
