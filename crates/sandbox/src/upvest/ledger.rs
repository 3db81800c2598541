//! Who holds how much of what, on the networks that keep accounts.

use std::collections::HashMap;

use ruint::aliases::U256;
use uuid::Uuid;

use super::assets::Asset;

/// The balances of all accounts in all assets, as of the last block.
#[derive(Debug, Default)]
pub(super) struct Ledger(HashMap<(Uuid, String), Account>);

#[derive(Debug, Default)]
struct Account {
    balance: U256,
    /// What transactions that are under way may take of the balance.
    reserved: U256,
    granted: bool,
}

impl Ledger {
    /// The balance of `address`.
    pub(super) fn balance(&self, asset: &Asset, address: &str) -> U256 {
        self.account(asset, address)
            .map_or(U256::ZERO, |account| account.balance)
    }

    /// What `address` can still spend.
    pub(super) fn available(&self, asset: &Asset, address: &str) -> U256 {
        self.account(asset, address)
            .map_or(U256::ZERO, |account| account.balance - account.reserved)
    }

    /// Gives `address` its starting balance, once; tells whether this was the time.
    pub(super) fn grant(&mut self, asset: &Asset, address: &str, amount: U256) -> bool {
        let account = self.account_mut(asset, address);
        let first = !account.granted;
        if first {
            account.granted = true;
            account.balance = account.balance.saturating_add(amount);
        }
        first
    }

    /// Adds to the balance of `address`.
    pub(super) fn credit(&mut self, asset: &Asset, address: &str, amount: U256) {
        let account = self.account_mut(asset, address);
        account.balance = account.balance.saturating_add(amount);
    }

    /// Keeps `amount`, which must be available, for a transaction that is under way.
    pub(super) fn reserve(&mut self, asset: &Asset, address: &str, amount: U256) {
        let account = self.account_mut(asset, address);
        account.reserved += amount;
    }

    /// Takes `spent` of the `reserved` that were kept, and frees the rest.
    pub(super) fn settle(&mut self, asset: &Asset, address: &str, reserved: U256, spent: U256) {
        let account = self.account_mut(asset, address);
        account.reserved -= reserved;
        account.balance -= spent;
    }

    fn account(&self, asset: &Asset, address: &str) -> Option<&Account> {
        self.0.get(&(asset.id, address.to_owned()))
    }

    fn account_mut(&mut self, asset: &Asset, address: &str) -> &mut Account {
        self.0.entry((asset.id, address.to_owned())).or_default()
    }
}
