//! What transactions do on their networks: from being sent to having moved the balances.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ruint::aliases::U256;
use sha2::{Digest, Sha256};

use super::assets::{Asset, ETHER, Network};
use super::bitcoin::{Outpoint, Spending};
use super::fees::Gas;
use super::keys::Key;
use super::ropsten::{Order, Transfer};
use super::state::{State, World};
use super::wallets::Wallet;
use crate::encoding::hex;
use crate::ethereum::Address;

/// What a wallet wants done.
#[derive(Clone, Debug)]
pub(super) enum Payment {
    /// Something on Ethereum.
    Ethereum {
        /// Its nonce counts if `raw`; otherwise the next one is taken.
        order: Order,
        raw: bool,
        /// Whether the gas is paid for in advance by the funding service.
        fund: bool,
    },
    /// Coins sent on Bitcoin.
    Bitcoin {
        recipient: String,
        quantity: U256,
        fee: U256,
        inputs: Option<Vec<Outpoint>>,
    },
    /// Tokens sent on Arweave.
    Arweave {
        asset: &'static Asset,
        recipient: String,
        quantity: U256,
        fee: U256,
    },
}

/// What came of sending it.
pub(super) struct Sent {
    pub(super) hash: String,
    /// Nothing, if the network will not have it.
    pub(super) under_way: Option<UnderWay>,
}

/// A payment that waits for its block, with all it may cost set aside.
pub(super) enum UnderWay {
    Ethereum {
        from: Address,
        order: Order,
        hash: [u8; 32],
    },
    Bitcoin(Spending),
    Arweave {
        asset: &'static Asset,
        sender: String,
        recipient: String,
        quantity: U256,
        fee: U256,
    },
}

/// Something that an order moves from one account to another.
#[derive(Clone, Debug)]
pub(super) struct Movement {
    pub(super) asset: &'static Asset,
    pub(super) recipient: String,
    pub(super) quantity: U256,
}

/// What the sandbox sees an order move, besides the gas: Ether, or a token it knows.
pub(super) fn movement(order: &Order) -> Option<Movement> {
    let to = order.to?;
    let token = Asset::by_contract(&to.lower_case()).zip(Transfer::decode(&order.data));
    match token {
        Some((asset, transfer)) => Some(Movement {
            asset,
            recipient: transfer.recipient.to_string(),
            quantity: transfer.quantity,
        }),
        None if order.value.is_zero() => None,
        None => Some(Movement {
            asset: ETHER,
            recipient: to.to_string(),
            quantity: order.value,
        }),
    }
}

/// Gives an address the starting balance of the asset, unless it has had it.
///
/// On Ethereum a transaction of the sandbox's faucet brings it.
pub(super) fn grant(state: &State, world: &mut World, asset: &'static Asset, address: &str) {
    let amount = U256::from(state.settings.starting_balance);
    match asset.network {
        Network::BitcoinTestnet => {
            let satoshi = U256::from(state.settings.starting_satoshi);
            world.coins.grant(address, satoshi);
        }
        Network::ArweaveTestnet => {
            world.ledger.grant(asset, address, amount);
        }
        Network::EthereumRopsten => {
            let first = world.ledger.grant(asset, address, amount);
            if first && !amount.is_zero() {
                record_gift(world, asset, address, amount, state.clock.now());
            }
        }
    }
}

/// Puts a transaction of the faucet on the chain, whose amount the account already has.
fn record_gift(
    world: &mut World,
    asset: &'static Asset,
    address: &str,
    amount: U256,
    now: DateTime<Utc>,
) {
    let Some(recipient) = Address::parse_checksummed(address) else {
        return;
    };
    let contract = asset.contract.and_then(Address::parse_checksummed);
    let transfer = Transfer {
        recipient,
        quantity: amount,
    };
    let gas = Gas {
        limit: U256::from(100_000),
        price: U256::from(1_000_000_000),
    };
    let faucet = Key::derive(&[0xfa; 32], Network::EthereumRopsten, None);
    let from = faucet.ethereum_address();
    let order = Order {
        nonce: world.chain.next_nonce(from),
        ..transfer.order(contract).priced(gas)
    };
    world.chain.use_nonce(from, order.nonce);
    world.chain.mine(order.sign(&faucet), from, order, now);
    let balance = world.ledger.balance(asset, address);
    world.chain.balance_has_become(recipient, contract, balance);
}

impl Payment {
    /// Sends it from the wallet: sets aside what it may cost, unless that is not there.
    pub(super) fn send(self, world: &mut World, wallet: (Key, String), now: DateTime<Utc>) -> Sent {
        let (key, sender) = wallet;
        match self {
            Self::Ethereum { order, raw, fund } => {
                send_order(world, &key, &sender, (order, raw, fund), now)
            }
            Self::Bitcoin {
                recipient,
                quantity,
                fee,
                inputs,
            } => {
                let spending =
                    world
                        .coins
                        .reserve(&sender, &recipient, (quantity, fee), inputs.as_deref());
                let rejected = || hex(Sha256::digest(format!("{sender} {recipient} {now}")));
                Sent {
                    hash: spending
                        .as_ref()
                        .map_or_else(rejected, |spending| spending.txid.clone()),
                    under_way: spending.map(UnderWay::Bitcoin),
                }
            }
            Self::Arweave {
                asset,
                recipient,
                quantity,
                fee,
            } => {
                let what = format!("{sender} {recipient} {quantity} {fee} {now}");
                let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(what));
                let cost = quantity.checked_add(fee);
                let cost = cost.filter(|cost| *cost <= world.ledger.available(asset, &sender));
                let under_way = cost.map(|cost| {
                    world.ledger.reserve(asset, &sender, cost);
                    UnderWay::Arweave {
                        asset,
                        sender,
                        recipient,
                        quantity,
                        fee,
                    }
                });
                Sent { hash, under_way }
            }
        }
    }
}

fn send_order(
    world: &mut World,
    key: &Key,
    sender: &str,
    (mut order, raw, fund): (Order, bool, bool),
    now: DateTime<Utc>,
) -> Sent {
    let from = key.ethereum_address();
    let next_nonce = world.chain.next_nonce(from);
    if !raw {
        order.nonce = next_nonce;
    }
    let hash = order.sign(key);
    let written = format!("0x{}", hex(hash));
    let rejected = Sent {
        hash: written.clone(),
        under_way: None,
    };
    let gas = order.gas_limit.checked_mul(order.gas_price);
    let (Some(gas), Some(cost)) = (gas, order.greatest_cost()) else {
        return rejected;
    };
    let token = movement(&order).filter(|movement| movement.asset.id != ETHER.id);
    let funded = if fund { gas } else { U256::ZERO };
    let ether = world.ledger.available(ETHER, sender).saturating_add(funded);
    let token_missing = token
        .as_ref()
        .is_some_and(|token| token.quantity > world.ledger.available(token.asset, sender));
    let out_of_gas = order.gas_limit < order.intrinsic_gas();
    if order.nonce < next_nonce || out_of_gas || ether < cost || token_missing {
        return rejected;
    }
    if !funded.is_zero() {
        world.ledger.credit(ETHER, sender, funded);
        record_gift(world, ETHER, sender, funded, now);
    }
    world.ledger.reserve(ETHER, sender, cost);
    if let Some(token) = token {
        world.ledger.reserve(token.asset, sender, token.quantity);
    }
    world.chain.use_nonce(from, order.nonce);
    Sent {
        hash: written,
        under_way: Some(UnderWay::Ethereum { from, order, hash }),
    }
}

impl UnderWay {
    /// Puts it in a block, which moves the balances.
    pub(super) fn include(&self, world: &mut World, now: DateTime<Utc>) {
        match self {
            Self::Bitcoin(spending) => world.coins.settle(spending),
            Self::Arweave {
                asset,
                sender,
                recipient,
                quantity,
                fee,
            } => {
                let cost = *quantity + *fee;
                world.ledger.settle(asset, sender, cost, cost);
                world.ledger.credit(asset, recipient, *quantity);
            }
            Self::Ethereum { from, order, hash } => include_order(world, *from, order, *hash, now),
        }
    }

    /// Lets so many blocks follow that it counts as confirmed.
    pub(super) fn confirm(&self, world: &mut World) {
        if let Self::Ethereum { hash, .. } = self {
            world.chain.confirm(*hash);
        }
    }
}

fn include_order(
    world: &mut World,
    from: Address,
    order: &Order,
    hash: [u8; 32],
    now: DateTime<Utc>,
) {
    let sender = from.to_string();
    let reserved = order.greatest_cost().unwrap_or_default();
    let spent = order.value + order.intrinsic_gas() * order.gas_price;
    world.ledger.settle(ETHER, &sender, reserved, spent);
    if let Some(to) = order.to {
        world.ledger.credit(ETHER, &to.to_string(), order.value);
    }
    world.chain.mine(hash, from, order.clone(), now);
    let mut touched = vec![(ETHER, from)];
    if let Some(to) = order.to.filter(|_| !order.value.is_zero()) {
        touched.push((ETHER, to));
    }
    if let Some(token) = movement(order).filter(|movement| movement.asset.id != ETHER.id) {
        let quantity = token.quantity;
        world
            .ledger
            .settle(token.asset, &sender, quantity, quantity);
        world.ledger.credit(token.asset, &token.recipient, quantity);
        touched.push((token.asset, from));
        touched.extend(Address::parse_checksummed(&token.recipient).map(|to| (token.asset, to)));
    }
    for (asset, holder) in touched {
        let balance = world.ledger.balance(asset, &holder.to_string());
        let contract = asset.contract.and_then(Address::parse_checksummed);
        world.chain.balance_has_become(holder, contract, balance);
    }
}

impl Wallet {
    /// What sending from it takes.
    pub(super) fn purse(&self) -> (Key, String) {
        (self.key.clone(), self.address.clone())
    }
}
