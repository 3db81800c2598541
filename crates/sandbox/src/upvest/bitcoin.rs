//! The coins of Bitcoin wallets: a balance there is a heap of unspent outputs.
//!
//! How the service wrote an output was never recorded. The sandbox writes `txid`, `vout`, `address`
//! and `amount`, the last in satoshi as a string like every amount, and takes the same as `inputs`,
//! of which it reads `txid` and `vout`.

use std::collections::HashMap;

use ruint::aliases::U256;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::encoding::hex;

/// The unspent outputs of all addresses, oldest first.
#[derive(Debug, Default)]
pub(super) struct Coins(HashMap<String, Vec<Coin>>);

/// Which output of which transaction.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Outpoint {
    txid: String,
    vout: u32,
}

#[derive(Clone, Debug)]
struct Coin {
    outpoint: Outpoint,
    amount: U256,
    /// Whether a transaction that is under way spends it.
    reserved: bool,
}

/// A transaction that spends coins.
#[derive(Clone, Debug)]
pub(super) struct Spending {
    sender: String,
    recipient: String,
    quantity: U256,
    change: U256,
    inputs: Vec<Outpoint>,
    /// The identifier of the transaction.
    pub(super) txid: String,
}

/// An unspent output as the service lists it.
#[derive(Debug, Serialize)]
pub(super) struct Utxo {
    #[serde(flatten)]
    outpoint: Outpoint,
    address: String,
    amount: String,
}

impl Coins {
    /// The sum of the outputs of `address`.
    pub(super) fn balance(&self, address: &str) -> U256 {
        self.of(address).iter().map(|coin| coin.amount).sum()
    }

    /// The outputs of `address` that no transaction spends yet.
    pub(super) fn unspent(&self, address: &str) -> Vec<Utxo> {
        let free = self.of(address).iter().filter(|coin| !coin.reserved);
        free.map(|coin| Utxo {
            outpoint: coin.outpoint.clone(),
            address: address.to_owned(),
            amount: coin.amount.to_string(),
        })
        .collect()
    }

    /// Gives a new address its starting balance in one output.
    pub(super) fn grant(&mut self, address: &str, amount: U256) {
        if self.0.contains_key(address) || amount.is_zero() {
            return;
        }
        let txid = identifier(&["coinbase", address]);
        self.add(address, Outpoint { txid, vout: 0 }, amount);
    }

    /// Keeps the `inputs`, or as many of the oldest outputs as it takes, to pay `quantity` and
    /// `fee`. None if they do not suffice or an input is not there.
    pub(super) fn reserve(
        &mut self,
        sender: &str,
        recipient: &str,
        (quantity, fee): (U256, U256),
        inputs: Option<&[Outpoint]>,
    ) -> Option<Spending> {
        let needed = quantity.checked_add(fee)?;
        let coins = self.0.get_mut(sender)?;
        let mut chosen = Vec::new();
        let mut sum = U256::ZERO;
        for (index, coin) in coins.iter().enumerate() {
            let wanted = match inputs {
                Some(inputs) => inputs.contains(&coin.outpoint),
                None => sum < needed,
            };
            if wanted && !coin.reserved {
                sum = sum.checked_add(coin.amount)?;
                chosen.push(index);
            }
        }
        if inputs.is_some_and(|inputs| inputs.len() != chosen.len()) {
            return None;
        }
        let change = sum.checked_sub(needed)?;
        for index in &chosen {
            coins[*index].reserved = true;
        }
        let inputs: Vec<_> = chosen
            .iter()
            .map(|index| coins[*index].outpoint.clone())
            .collect();
        let (quantity_text, change_text) = (quantity.to_string(), change.to_string());
        let mut parts = vec![sender, recipient, &quantity_text, &change_text];
        parts.extend(inputs.iter().map(|input| input.txid.as_str()));
        let txid = identifier(&parts);
        Some(Spending {
            sender: sender.to_owned(),
            recipient: recipient.to_owned(),
            quantity,
            change,
            inputs,
            txid,
        })
    }

    /// Spends what was kept: the transaction is in a block.
    pub(super) fn settle(&mut self, spending: &Spending) {
        if let Some(coins) = self.0.get_mut(&spending.sender) {
            coins.retain(|coin| !spending.inputs.contains(&coin.outpoint));
        }
        let output = |vout| Outpoint {
            txid: spending.txid.clone(),
            vout,
        };
        self.add(&spending.recipient, output(0), spending.quantity);
        if !spending.change.is_zero() {
            self.add(&spending.sender, output(1), spending.change);
        }
    }

    fn of(&self, address: &str) -> &[Coin] {
        self.0.get(address).map(Vec::as_slice).unwrap_or_default()
    }

    fn add(&mut self, address: &str, outpoint: Outpoint, amount: U256) {
        self.0.entry(address.to_owned()).or_default().push(Coin {
            outpoint,
            amount,
            reserved: false,
        });
    }
}

/// An identifier that depends on all that the transaction does. The sandbox writes no real Bitcoin
/// transactions.
fn identifier(parts: &[&str]) -> String {
    let text = parts.join(" ");
    hex(Sha256::digest(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sat(amount: u64) -> U256 {
        U256::from(amount)
    }

    #[test]
    fn a_payment_leaves_the_change_and_nothing_is_spent_twice() {
        let mut coins = Coins::default();
        coins.grant("a", sat(100));
        let first = coins
            .reserve("a", "b", (sat(60), sat(10)), None)
            .expect("enough");
        assert!(coins.reserve("a", "b", (sat(1), sat(0)), None).is_none());
        coins.settle(&first);
        assert_eq!((coins.balance("a"), coins.balance("b")), (sat(30), sat(60)));
    }

    #[test]
    fn an_input_that_is_not_there_is_refused() {
        let mut coins = Coins::default();
        coins.grant("a", sat(100));
        let elsewhere = [Outpoint {
            txid: "00".to_owned(),
            vout: 0,
        }];
        assert!(
            coins
                .reserve("a", "b", (sat(1), sat(0)), Some(&elsewhere))
                .is_none()
        );
        assert_eq!(coins.unspent("a").len(), 1);
    }
}
