//! The chain behind the historical data API: Ropsten, as the sandbox carries it on.
//!
//! It begins with what was recorded of the real one, of which three blocks, a transaction and a
//! balance are known, and grows by one block with every transaction made here. Blocks between, of
//! which nothing is known, are empty and their hashes made up, but always the same.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use ruint::aliases::U256;

use super::ropsten::{Order, Transfer};
use crate::encoding::{hex, unhex};
use crate::ethereum::{Address, keccak256};

/// The lowest block of the real service's index.
pub(super) const LOWEST: u64 = 2;
/// Where the recorded chain ends and the sandbox's begins.
const RECORDED_HEAD: u64 = 6_986_410;
/// After how many blocks a transaction counts as confirmed.
const CONFIRMATIONS: u64 = 12;
/// A recorded block and its time, by which the times of the others are reckoned.
const ANCHOR: (u64, &str) = (6_979_367, "2019-12-16T17:13:37.821969Z");
/// Recorded hashes of blocks.
const RECORDED_HASHES: [(u64, &str); 2] = [
    (
        6_703_934,
        "e33e56bb84929c297400fa9baa219804f0096fb1d2f7ee49d90d9f859c1e4940",
    ),
    (
        6_979_367,
        "992cae09df00e2e3677e715c5d38902e6a5a97bb7a2186c2f27f40bd57995914",
    ),
];
const RECORDED_HOLDER: &str = "0x93b3d0b2894e99c2934bed8586ea4e2b94ce6bfd";
const RECORDED_CONTRACT: &str = "0x1d7cf6ad190772cc6177beea2e3ae24cc89b2a10";

/// The chain so far.
#[derive(Debug)]
pub(super) struct Chain {
    head: u64,
    transactions: Vec<Mined>,
    times: HashMap<u64, DateTime<Utc>>,
    balances: HashMap<(Address, Option<Address>), Balance>,
    nonces: HashMap<Address, u64>,
}

/// A transaction in a block.
#[derive(Clone, Debug)]
pub(super) struct Mined {
    pub(super) hash: String,
    pub(super) block: u64,
    pub(super) index: u32,
    pub(super) from: Address,
    pub(super) order: Order,
    pub(super) gas_used: U256,
}

/// A balance, and the transaction that last changed it.
#[derive(Clone, Debug)]
pub(super) struct Balance {
    pub(super) amount: U256,
    pub(super) hash: String,
    pub(super) index: u32,
    pub(super) block: u64,
    pub(super) time: DateTime<Utc>,
}

impl Default for Chain {
    fn default() -> Self {
        let mut chain = Self {
            head: RECORDED_HEAD,
            transactions: vec![recorded_transaction()],
            times: HashMap::new(),
            balances: HashMap::new(),
            nonces: HashMap::new(),
        };
        let holder =
            Address::parse_checksummed(RECORDED_HOLDER).expect("the recorded address is one");
        let contract =
            Address::parse_checksummed(RECORDED_CONTRACT).expect("the recorded contract is one");
        let balance = Balance {
            amount: U256::from(2_901_946_820_265_775_304_u64),
            hash: "eaa8053f03c4d4bed5c0246f2b11cc030afe7fc992c7a49b85b7ac64fc394b4b".to_owned(),
            index: 49,
            block: ANCHOR.0,
            time: anchor(),
        };
        // That the official tests ask for this token's balance is known, its amount is not.
        let token_balance = Balance {
            amount: U256::ZERO,
            ..balance.clone()
        };
        chain.balances.insert((holder, None), balance);
        chain
            .balances
            .insert((holder, Some(contract)), token_balance);
        chain
    }
}

impl Chain {
    /// The number of the latest block.
    pub(super) fn head(&self) -> u64 {
        self.head
    }

    /// The nonce that the next transaction of `sender` has to have.
    pub(super) fn next_nonce(&self, sender: Address) -> u64 {
        self.nonces.get(&sender).copied().unwrap_or_default()
    }

    /// Notes that a transaction of `sender` with this nonce is under way.
    pub(super) fn use_nonce(&mut self, sender: Address, nonce: u64) {
        self.nonces.insert(sender, nonce.saturating_add(1));
    }

    /// Puts a transaction in a block of its own, the new latest one.
    pub(super) fn mine(&mut self, hash: [u8; 32], from: Address, order: Order, now: DateTime<Utc>) {
        self.head += 1;
        self.times.insert(self.head, now);
        self.transactions.push(Mined {
            hash: hex(hash),
            block: self.head,
            index: 0,
            from,
            gas_used: order.intrinsic_gas(),
            order,
        });
    }

    /// Adds blocks until the transaction of that hash has the confirmations it takes.
    pub(super) fn confirm(&mut self, hash: [u8; 32]) {
        if let Some(block) = self.transaction(&hex(hash)).map(|mined| mined.block) {
            self.head = self.head.max(block + CONFIRMATIONS);
        }
    }

    /// Notes what the latest transaction has made of a balance, of Ether or of a token.
    pub(super) fn balance_has_become(
        &mut self,
        holder: Address,
        contract: Option<Address>,
        amount: U256,
    ) {
        let Some(mined) = self.transactions.last() else {
            return;
        };
        let balance = Balance {
            amount,
            hash: mined.hash.clone(),
            index: mined.index,
            block: mined.block,
            time: self.time(mined.block),
        };
        self.balances.insert((holder, contract), balance);
    }

    /// The balance of an address that has ever had one.
    pub(super) fn balance(&self, holder: Address, contract: Option<Address>) -> Option<&Balance> {
        self.balances.get(&(holder, contract))
    }

    /// The transaction of that hash, given without `0x`.
    pub(super) fn transaction(&self, hash: &str) -> Option<&Mined> {
        self.transactions
            .iter()
            .find(|mined| mined.hash.eq_ignore_ascii_case(hash))
    }

    /// The transactions that `address` sent or received, oldest first. Tokens it was sent count.
    pub(super) fn transactions_of(&self, address: Address) -> impl Iterator<Item = &Mined> {
        self.transactions
            .iter()
            .filter(move |mined| mined.concerns(address))
    }

    /// The transactions of a block.
    pub(super) fn transactions_in(&self, block: u64) -> impl Iterator<Item = &Mined> {
        self.transactions
            .iter()
            .filter(move |mined| mined.block == block)
    }

    /// How many blocks have come after this one.
    pub(super) fn confirmations(&self, block: u64) -> u64 {
        self.head.saturating_sub(block)
    }

    /// The hash of a block.
    pub(super) fn block_hash(&self, block: u64) -> String {
        let recorded = RECORDED_HASHES.iter().find(|(number, _)| *number == block);
        if let Some((_, hash)) = recorded {
            return (*hash).to_owned();
        }
        let mut text = format!("ropsten block {block}");
        for mined in self.transactions_in(block) {
            text.push_str(&mined.hash);
        }
        hex(keccak256(text.as_bytes()))
    }

    /// When a block was made. On the real chain one came every 13 seconds or so.
    pub(super) fn time(&self, block: u64) -> DateTime<Utc> {
        if let Some(time) = self.times.get(&block) {
            return *time;
        }
        let distance = |from: u64| {
            let blocks =
                i64::try_from(block).unwrap_or(i64::MAX) - i64::try_from(from).unwrap_or(0);
            TimeDelta::seconds(blocks.saturating_mul(13))
        };
        if block <= RECORDED_HEAD {
            return anchor() + distance(ANCHOR.0);
        }
        let before = self.times.iter().filter(|(number, _)| **number < block);
        let last = before.max_by_key(|(number, _)| **number);
        last.map_or_else(
            || anchor() + distance(ANCHOR.0),
            |(number, time)| *time + distance(*number),
        )
    }
}

impl Mined {
    fn concerns(&self, address: Address) -> bool {
        let token_recipient = Transfer::decode(&self.order.data).map(|transfer| transfer.recipient);
        self.from == address || self.order.to == Some(address) || token_recipient == Some(address)
    }
}

fn anchor() -> DateTime<Utc> {
    ANCHOR.1.parse().expect("the recorded time is one")
}

fn recorded_transaction() -> Mined {
    let address = |text| Address::parse_checksummed(text).expect("the recorded address is one");
    let input = "a9059cbb0000000000000000000000003952ce12818b72443baa87bc1840d2f3df355972\
                 000000000000000000000000000000000000000000000000000000e8d4a51000";
    let order = Order {
        nonce: 7,
        gas_price: U256::from(1_000_000_000),
        gas_limit: U256::from(64_896),
        to: Some(address("0x14039994048f873dc5f86a32075669652b9f0fa7")),
        value: U256::ZERO,
        data: unhex(input).expect("the recorded input is hexadecimal"),
    };
    Mined {
        hash: "a313aaad0b9b1fd356f7f42ccff1fa385a2f7c2585e0cf1e0fb6814d8bdb559a".to_owned(),
        block: 6_703_934,
        index: 33,
        from: address("0xb81e88279f3208001aeda20689d3e5d818758dbf"),
        gas_used: order.intrinsic_gas(),
        order,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clock;

    #[test]
    fn a_mined_transaction_is_found_confirmed_and_linked() {
        let mut chain = Chain::default();
        let from = Address([1; 20]);
        let order = Order {
            nonce: 0,
            gas_price: U256::from(1),
            gas_limit: U256::from(21_000),
            to: Some(Address([2; 20])),
            value: U256::from(5),
            data: Vec::new(),
        };
        chain.mine([9; 32], from, order, Clock::new().now());
        let block = chain.head();
        assert_eq!(block, RECORDED_HEAD + 1);
        assert_eq!(chain.confirmations(block), 0);
        chain.confirm([9; 32]);
        assert_eq!(chain.confirmations(block), CONFIRMATIONS);
        assert_eq!(chain.transactions_of(Address([2; 20])).count(), 1);
        assert_eq!(chain.transactions_in(block).count(), 1);
        assert!(chain.time(block + 1) > chain.time(block));
    }

    #[test]
    fn times_grow_from_block_to_block_over_the_recorded_chain() {
        let chain = Chain::default();
        assert!(chain.time(LOWEST) < chain.time(ANCHOR.0));
        assert_eq!(chain.time(ANCHOR.0), anchor());
        assert!(chain.time(ANCHOR.0) < chain.time(RECORDED_HEAD));
    }
}
