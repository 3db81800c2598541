//! The assets of the playground.
//!
//! Identifiers, names, symbols, exponents and metadata are those recorded from the real service,
//! Arweave first as it always was. Not recorded, and made up here: name and symbol of Bitcoin, and
//! the contract of the faucet's token.

use std::sync::Arc;

use axum::Json;
use axum::extract::{self, Path};
use chrono::DateTime;
use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use super::call::EitherCall;
use super::errors::Refusal;
use super::oauth::Scope;
use super::pages::{PageRequest, Stamps};
use super::state::State;

/// A network that wallets live on. ERC20 tokens live in the wallets of Ethereum's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Network {
    /// `arweave_testnet`
    ArweaveTestnet,
    /// `bitcoin_testnet`
    BitcoinTestnet,
    /// `ethereum_ropsten`
    EthereumRopsten,
}

impl Network {
    /// The protocol of its wallets.
    pub(super) fn protocol(self) -> &'static str {
        match self {
            Self::ArweaveTestnet => "arweave_testnet",
            Self::BitcoinTestnet => "bitcoin_testnet",
            Self::EthereumRopsten => "ethereum_ropsten",
        }
    }

    /// What filters of webhooks call it.
    pub(super) fn event_source(self) -> &'static str {
        match self {
            Self::ArweaveTestnet => "arweave_testnet",
            Self::BitcoinTestnet => "bitcoin_testnet",
            Self::EthereumRopsten => "ropsten",
        }
    }
}

/// Something a wallet can hold.
#[derive(Debug, PartialEq)]
pub(super) struct Asset {
    pub(super) id: Uuid,
    pub(super) name: &'static str,
    pub(super) symbol: &'static str,
    pub(super) exponent: u8,
    pub(super) network: Network,
    /// The ERC20 contract, if it is a token.
    pub(super) contract: Option<&'static str>,
    protocol: &'static str,
    genesis: Option<&'static str>,
}

/// Ether on Ropsten, in which gas is paid.
pub(super) const ETHER: &Asset = &ASSETS[2];

const ASSETS: &[Asset] = &[
    Asset {
        id: uuid!("51bfa4b5-6499-5fe2-998b-5fb3c9403ac7"),
        name: "Arweave (internal testnet)",
        symbol: "AR",
        exponent: 12,
        network: Network::ArweaveTestnet,
        contract: None,
        protocol: "arweave_testnet",
        genesis: Some("AX7fqNywVSYFBjqMiAApi1KOjAz-7JvMoFXAewyabWD1Jk2KdzFroYsqUpxSa0hh"),
    },
    Asset {
        id: uuid!("a3c18f74-935e-5d75-bd3c-ce0fb5464414"),
        name: "Bitcoin (testnet)",
        symbol: "BTC",
        exponent: 8,
        network: Network::BitcoinTestnet,
        contract: None,
        protocol: "bitcoin_testnet",
        genesis: Some("000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943"),
    },
    Asset {
        id: uuid!("deaaa6bf-d944-57fa-8ec4-2dd45d1f5d3f"),
        name: "Ether (Ropsten)",
        symbol: "ETH",
        exponent: 18,
        network: Network::EthereumRopsten,
        contract: None,
        protocol: "ethereum_ropsten",
        genesis: None,
    },
    Asset {
        id: uuid!("cfc59efb-3b21-5340-ae96-8cadb4ce31a8"),
        name: "Example coin (Ropsten)",
        symbol: "COIN",
        exponent: 12,
        network: Network::EthereumRopsten,
        contract: Some("0xb95185ca02B704e46721d878EE7f566C6a2a959f"),
        protocol: "erc20_ropsten",
        genesis: None,
    },
    Asset {
        id: uuid!("cf08564b-8fa3-5c88-a29b-029915471249"),
        name: "Upvest Testing ERC20 Faucet (Ropsten)",
        symbol: "UP",
        exponent: 18,
        network: Network::EthereumRopsten,
        contract: Some("0x5A0b54D5dc17e0AadC383d2db43B0a0D3E029c4c"),
        protocol: "erc20_ropsten",
        genesis: None,
    },
];

impl Asset {
    /// The asset of that identifier.
    pub(super) fn by_id(id: Uuid) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| asset.id == id)
    }

    /// The ERC20 token of that contract.
    pub(super) fn by_contract(contract: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| {
            asset
                .contract
                .is_some_and(|known| known.eq_ignore_ascii_case(contract))
        })
    }

    fn json(&self) -> Value {
        let mut metadata = serde_json::Map::new();
        if self.network == Network::EthereumRopsten {
            metadata.insert("chain_id".to_owned(), json!(super::ropsten::CHAIN_ID));
        }
        if let Some(contract) = self.contract {
            metadata.insert("contract".to_owned(), json!(contract));
        }
        if let Some(genesis) = self.genesis {
            metadata.insert("genesis".to_owned(), json!(genesis));
        }
        json!({
            "id": self.id,
            "name": self.name,
            "symbol": self.symbol,
            "exponent": self.exponent,
            "protocol": self.protocol,
            "metadata": metadata,
        })
    }
}

/// `GET /assets/`
pub(super) async fn list(call: EitherCall) -> Result<Json<Value>, Refusal> {
    call.user(&[Scope::Read, Scope::Wallet])?;
    let page = PageRequest::read(call.call())?;
    // The assets have been there since the epoch of the cursors' clock.
    let stamps = Stamps::default();
    let all: Vec<_> = ASSETS
        .iter()
        .map(|asset| (stamps.next(DateTime::UNIX_EPOCH), asset))
        .collect();
    Ok(page.of(&all, |(stamp, _)| *stamp, |(_, asset)| asset.json()))
}

/// `GET /assets/{asset_id}`
pub(super) async fn read(
    extract::State(_): extract::State<Arc<State>>,
    Path(id): Path<String>,
    call: EitherCall,
) -> Result<Json<Value>, Refusal> {
    call.user(&[Scope::Read, Scope::Wallet])?;
    let asset = Uuid::parse_str(&id).ok().and_then(Asset::by_id);
    asset
        .map(|asset| Json(asset.json()))
        .ok_or_else(Refusal::not_found)
}
