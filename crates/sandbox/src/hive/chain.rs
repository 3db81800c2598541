//! The state of both blockchains, and of the IPFS beside them.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::Value;

use super::answer::Failure;
use super::ipfs::Ipfs;
use super::xpla;
use crate::ethereum;

/// A blockchain, as `x-network` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    Polygon,
    Xpla,
}

/// An address in the one form under which the state knows it: on Polygon with its checksum.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Address(String);

impl Address {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The address on Polygon. Only for those that were parsed for that network.
    pub(super) fn polygon(&self) -> ethereum::Address {
        ethereum::Address::parse_in_any_case(&self.0)
            .expect("parsed as an address of Polygon before")
    }
}

impl From<ethereum::Address> for Address {
    fn from(address: ethereum::Address) -> Self {
        Self(address.to_string())
    }
}

impl Network {
    /// Reads the address in `field` of a request.
    pub(super) fn address(self, field: &str, text: &str) -> Result<Address, Failure> {
        let address = match self {
            // In any case, for the samples do not keep to the checksum.
            Self::Polygon => ethereum::Address::parse_in_any_case(text).map(Address::from),
            Self::Xpla => xpla::is_address(text).then(|| Address(text.to_lowercase())),
        };
        address.ok_or_else(|| {
            let name = self.name();
            Failure::bad_request(format!("{field} is no address on {name}: {text}"))
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Polygon => "polygon",
            Self::Xpla => "xpla",
        }
    }

    /// How many tokens one call may mint.
    pub(super) fn mint_limit(self) -> usize {
        match self {
            Self::Polygon => 50,
            Self::Xpla => 200,
        }
    }
}

/// Everything there is.
pub(super) struct World {
    pub(super) polygon: Chain,
    pub(super) xpla: Chain,
    pub(super) ipfs: Ipfs,
    /// How many contract resources are registered. They are numbered, and never shown again.
    pub(super) resources: u64,
}

impl World {
    pub(super) fn chain(&mut self, network: Network) -> &mut Chain {
        match network {
            Network::Polygon => &mut self.polygon,
            Network::Xpla => &mut self.xpla,
        }
    }
}

/// One blockchain.
#[derive(Default)]
pub(super) struct Chain {
    pub(super) accounts: HashMap<Address, Account>,
    pub(super) tokens: HashMap<Address, Token>,
    pub(super) nfts: HashMap<Address, NftContract>,
    pub(super) transactions: HashMap<String, Transaction>,
    /// The number of the latest block.
    pub(super) height: u64,
}

/// An account that has been seen.
#[derive(Default)]
pub(super) struct Account {
    pub(super) nonce: u64,
    /// In `xplapub` form, where it is known.
    pub(super) public_key: Option<String>,
    pub(super) account_number: u64,
    pub(super) multisig: Option<Multisig>,
}

/// Who has to sign for a multi-signature wallet.
#[derive(Clone, Serialize)]
pub(super) struct Multisig {
    pub(super) threshold: u64,
    pub(super) signers: Vec<Address>,
}

/// A fungible token.
pub(super) struct Token {
    pub(super) name: &'static str,
    pub(super) symbol: &'static str,
    pub(super) decimals: u32,
    /// In the smallest unit.
    pub(super) balances: HashMap<Address, u128>,
}

/// A contract of tokens of which each is one of a kind.
pub(super) struct NftContract {
    pub(super) name: &'static str,
    pub(super) symbol: &'static str,
    /// Who may mint.
    pub(super) owner: Address,
    pub(super) royalty: Option<Royalty>,
    /// The URI of each token.
    pub(super) tokens: BTreeMap<String, String>,
}

/// What a sale owes to the creator (ERC-2981).
pub(super) struct Royalty {
    pub(super) receiver: Address,
    pub(super) basis_points: u128,
}

/// A transaction that is in a block.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction {
    pub(super) txhash: String,
    pub(super) block_number: u64,
    pub(super) status: &'static str,
    pub(super) fee: Value,
    pub(super) data: Value,
    pub(super) logs: Vec<Value>,
}

impl Chain {
    /// The form of a hash under which the state knows its transaction: its case does not matter.
    pub(super) fn hash_key(hash: &str) -> String {
        hash.to_ascii_lowercase()
    }

    /// Puts a transaction into a new block.
    pub(super) fn include(&mut self, from: &Address, transaction: Transaction) {
        self.accounts.entry(from.clone()).or_default().nonce += 1;
        self.height = transaction.block_number;
        let key = Self::hash_key(&transaction.txhash);
        self.transactions.insert(key, transaction);
    }

    pub(super) fn token(&self, contract: &Address) -> Result<&Token, Failure> {
        self.tokens.get(contract).ok_or_else(|| missing(contract))
    }

    pub(super) fn nft(&self, contract: &Address) -> Result<&NftContract, Failure> {
        self.nfts.get(contract).ok_or_else(|| missing(contract))
    }

    /// The number of transactions that an account has sent.
    pub(super) fn nonce(&self, address: &Address) -> u64 {
        self.accounts
            .get(address)
            .map_or(0, |account| account.nonce)
    }

    /// Makes an account known.
    pub(super) fn register(&mut self, address: Address, account: Account) {
        let account_number = 4658 + self.accounts.len() as u64;
        let account = Account {
            account_number,
            ..account
        };
        self.accounts.entry(address).or_insert(account);
    }

    /// Makes the account of an XPLA wallet known.
    pub(super) fn register_xpla(&mut self, wallet: &xpla::Wallet, nonce: u64) -> Address {
        let address = Address(wallet.address.clone());
        let account = Account {
            nonce,
            public_key: Some(wallet.bech32_key()),
            ..Account::default()
        };
        self.register(address.clone(), account);
        address
    }
}

fn missing(contract: &Address) -> Failure {
    Failure::not_found(format!("contract {} not found", contract.as_str()))
}

impl NftContract {
    pub(super) fn uri(&self, token_id: &str) -> Result<&str, Failure> {
        let uri = self.tokens.get(token_id).map(String::as_str);
        uri.ok_or_else(|| Failure::not_found(format!("token {token_id} not found")))
    }
}
