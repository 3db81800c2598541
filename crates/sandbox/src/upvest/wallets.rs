//! The users' wallets.
//!
//! A wallet is `PENDING` while its key is made or encrypted anew and `ACTIVE` otherwise; it has no
//! address before it has first become active. Requests that need the key of a `PENDING` wallet wait
//! for it, for the official Python tests sign right after creating one.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use ruint::aliases::U256;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::assets::{Asset, ETHER, Network};
use super::call::{EitherCall, UserCall};
use super::errors::Refusal;
use super::events::Event;
use super::fields::Fields;
use super::keys::Key;
use super::oauth::Scope;
use super::pages::{PageRequest, Stamp};
use super::payments;
use super::state::{State, World};

pub(super) const DOMAIN: &str = "kms";
/// How long a request waits for a wallet to become active beyond what that usually takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The wallets, oldest first.
#[derive(Default)]
pub(super) struct Wallets(Vec<Wallet>);

/// One of them.
pub(super) struct Wallet {
    pub(super) id: Uuid,
    pub(super) user: u32,
    pub(super) username: String,
    pub(super) network: Network,
    pub(super) key: Key,
    /// The address, which nobody is told before the wallet has become active.
    pub(super) address: String,
    stamp: Stamp,
    index: Option<u32>,
    assets: Vec<&'static Asset>,
    has_been_active: bool,
    works_under_way: u32,
}

/// What is done to the key of a wallet.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    /// It is made.
    Creation,
    /// Nothing, but the wallet holds a further asset, which the service tells of alike.
    Extension,
    /// It is encrypted with a new password.
    Recryption,
    /// It is encrypted with a new password, the old one being lost.
    Recovery,
}

impl Work {
    fn verb(self) -> &'static str {
        match self {
            Self::Creation | Self::Extension => "created",
            Self::Recryption => "recrypted",
            Self::Recovery => "recovered",
        }
    }
}

impl Wallets {
    /// The identifiers of all.
    pub(super) fn ids(&self) -> Vec<Uuid> {
        self.0.iter().map(|wallet| wallet.id).collect()
    }

    /// The wallets of a user, or all.
    pub(super) fn of(&self, user: Option<u32>) -> Vec<&Wallet> {
        let visible = |wallet: &&Wallet| user.is_none_or(|user| wallet.user == user);
        self.0.iter().filter(visible).collect()
    }

    /// The wallet of that identifier, if it is that user's or no user is named.
    pub(super) fn find(&self, id: &str, user: Option<u32>) -> Result<&Wallet, Refusal> {
        let id = Uuid::parse_str(id).map_err(|_| Refusal::not_found())?;
        self.get(id)
            .filter(|wallet| user.is_none_or(|user| wallet.user == user))
            .ok_or_else(Refusal::not_found)
    }

    /// The wallet of that identifier.
    pub(super) fn get(&self, id: Uuid) -> Option<&Wallet> {
        self.0.iter().find(|wallet| wallet.id == id)
    }

    /// The wallet that has that address.
    pub(super) fn at(&self, network: Network, address: &str) -> Option<&Wallet> {
        self.0
            .iter()
            .find(|wallet| wallet.network == network && wallet.address == address)
    }

    /// Takes away the wallets of a user, and tells which these were.
    pub(super) fn remove(&mut self, user: u32) -> Vec<Uuid> {
        let (gone, left) = self.0.drain(..).partition(|wallet| wallet.user == user);
        self.0 = left;
        let gone: Vec<Wallet> = gone;
        gone.into_iter().map(|wallet| wallet.id).collect()
    }

    fn get_mut(&mut self, id: Uuid) -> Option<&mut Wallet> {
        self.0.iter_mut().find(|wallet| wallet.id == id)
    }
}

impl Wallet {
    /// Whether it holds the asset.
    pub(super) fn holds(&self, asset: &Asset) -> bool {
        self.assets.iter().any(|held| held.id == asset.id)
    }

    /// Whether its key can be used.
    pub(super) fn is_active(&self) -> bool {
        self.works_under_way == 0
    }

    /// The wallet as the service writes it.
    pub(super) fn json(&self, world: &World) -> Value {
        let balance = |asset: &&'static Asset| {
            json!({
                "amount": self.balance(world, asset).to_string(),
                "asset_id": asset.id,
                "name": asset.name,
                "symbol": asset.symbol,
                "exponent": asset.exponent,
            })
        };
        json!({
            "id": self.id,
            "address": self.has_been_active.then_some(&self.address),
            "balances": self.assets.iter().map(balance).collect::<Vec<_>>(),
            "protocol": self.network.protocol(),
            "status": if self.is_active() { "ACTIVE" } else { "PENDING" },
            "index": self.index,
        })
    }

    fn balance(&self, world: &World, asset: &Asset) -> U256 {
        match self.network {
            Network::BitcoinTestnet => world.coins.balance(&self.address),
            Network::ArweaveTestnet | Network::EthereumRopsten => {
                world.ledger.balance(asset, &self.address)
            }
        }
    }
}

/// The wallet of the user for the asset's network and that index, holding the asset from now on, made
/// if there is none; and the [`work`] that has to follow.
pub(super) fn get_or_extend(
    state: &State,
    world: &mut World,
    user: u32,
    asset: &'static Asset,
    index: Option<u32>,
) -> Result<(Uuid, Work), Refusal> {
    let same = |wallet: &&mut Wallet| {
        wallet.user == user && wallet.network == asset.network && wallet.index == index
    };
    if let Some(wallet) = world.wallets.0.iter_mut().find(same) {
        if !wallet.assets.contains(&asset) {
            wallet.assets.push(asset);
        }
        return Ok((wallet.id, Work::Extension));
    }
    let owner = world.users.get(user)?;
    let key = Key::derive(&owner.seed, asset.network, index);
    let wallet = Wallet {
        id: Uuid::new_v4(),
        user,
        username: owner.username.clone(),
        network: asset.network,
        address: key.address(asset.network),
        key,
        stamp: state.stamp(),
        index,
        assets: vec![asset],
        has_been_active: false,
        works_under_way: 1,
    };
    let id = wallet.id;
    world.wallets.0.push(wallet);
    Ok((id, Work::Creation))
}

/// Does the work on a wallet's key, which takes its time, and tells of it.
pub(super) async fn work(state: &State, id: Uuid, work: Work) {
    sleep(state.settings.activation_delay).await;
    finish(state, &mut state.world(), id, work);
    state.wallets_have_changed();
}

/// Starts the work on the keys of all wallets of a user.
pub(super) fn start_all(state: &Arc<State>, world: &mut World, user: u32, kind: Work) {
    for wallet in world
        .wallets
        .0
        .iter_mut()
        .filter(|wallet| wallet.user == user)
    {
        wallet.works_under_way += 1;
        let (state, id) = (state.clone(), wallet.id);
        tokio::spawn(async move { work(&state, id, kind).await });
    }
}

fn finish(state: &State, world: &mut World, id: Uuid, work: Work) {
    let Some(wallet) = world.wallets.get_mut(id) else {
        return;
    };
    if !matches!(work, Work::Extension) {
        wallet.works_under_way = wallet.works_under_way.saturating_sub(1);
        wallet.has_been_active = true;
    }
    let (network, address) = (wallet.network, wallet.address.clone());
    let mut granted = wallet.assets.clone();
    if network == Network::EthereumRopsten && !granted.contains(&ETHER) {
        // Without Ether for the gas, a token could not be moved.
        granted.push(ETHER);
    }
    for asset in granted {
        payments::grant(state, world, asset, &address);
    }
    let Some(wallet) = world.wallets.get(id) else {
        return;
    };
    let mut data = wallet.json(world);
    data["username"] = json!(wallet.username);
    world
        .webhooks
        .tell(&Event::own("wallet", work.verb(), &data));
}

/// Waits until the wallet is active, and refuses the call if that takes too long.
pub(super) async fn active(state: &State, id: Uuid) -> Result<(), Refusal> {
    let mut changes = state.watch_wallets();
    let become_active = async {
        loop {
            match state.world().wallets.get(id) {
                None => return Err(Refusal::not_found()),
                Some(wallet) if wallet.is_active() => return Ok(()),
                Some(_) => {}
            }
            if changes.changed().await.is_err() {
                return Err(Refusal::not_found());
            }
        }
    };
    let patience = state
        .settings
        .activation_delay
        .saturating_mul(2)
        .saturating_add(PATIENCE);
    timeout(patience, become_active).await.unwrap_or_else(|_| {
        let message = "The wallet is still PENDING";
        Err(Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            message,
            Vec::new(),
        ))
    })
}

/// `POST /kms/wallets/`
pub(super) async fn create(
    Shared(state): Shared<Arc<State>>,
    call: UserCall,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let user = call.user(&[Scope::Write, Scope::Wallet])?;
    let mut fields = Fields::read(DOMAIN, &call.call.body)?;
    let asset_id: Uuid = fields.required("asset_id");
    let password = fields.text("password");
    let index: Option<u32> = fields.optional("index");
    let kind: Option<String> = fields.optional("type");
    if kind.is_some_and(|kind| kind != "encrypted") {
        fields.fault("type", "invalid", "The one type of wallets is encrypted");
    }
    let asset = Asset::by_id(asset_id);
    if asset.is_none() && !asset_id.is_nil() {
        fields.fault("asset_id", "invalid", "There is no such asset");
    }
    fields.check()?;
    let asset = asset.ok_or_else(|| {
        Refusal::bad_parameter(DOMAIN, "asset_id", "invalid", "There is no such asset")
    })?;
    let mut world = state.world();
    world.users.get(user)?.check_password(DOMAIN, &password)?;
    let (id, kind) = get_or_extend(&state, &mut world, user, asset, index)?;
    let json = world.wallets.get(id).map(|wallet| wallet.json(&world));
    drop(world);
    tokio::spawn(async move { work(&state, id, kind).await });
    Ok((StatusCode::CREATED, Json(json.unwrap_or_default())))
}

/// `GET /kms/wallets/`
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    call: EitherCall,
) -> Result<Json<Value>, Refusal> {
    let user = call.user(&[Scope::Read, Scope::Wallet])?;
    let page = PageRequest::read(call.call())?;
    let world = state.world();
    let wallets = world.wallets.of(user);
    Ok(page.of(
        &wallets,
        |wallet| wallet.stamp,
        |wallet| wallet.json(&world),
    ))
}

/// `GET /kms/wallets/{wallet_id}`
pub(super) async fn read(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    call: EitherCall,
) -> Result<Json<Value>, Refusal> {
    let user = call.user(&[Scope::Read, Scope::Wallet])?;
    let world = state.world();
    let wallet = world.wallets.find(&id, user)?;
    Ok(Json(wallet.json(&world)))
}

/// `GET /kms/wallets/{wallet_id}/utxos/`
///
/// Empty for wallets that are not Bitcoin's.
pub(super) async fn utxos(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    call: UserCall,
) -> Result<Json<Value>, Refusal> {
    let user = call.user(&[Scope::Read, Scope::Wallet])?;
    let world = state.world();
    let wallet = world.wallets.find(&id, Some(user))?;
    Ok(Json(
        json!({ "utxos": world.coins.unspent(&wallet.address) }),
    ))
}
