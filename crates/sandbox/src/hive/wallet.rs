//! Wallets.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Serialize;

use super::Hive;
use super::answer::{Failure, Success, created, found};
use super::chain::{Account, Multisig, Network};
use super::request::Caller;
use super::{polygon, xpla};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Created {
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    /// On XPLA, a mnemonic phrase.
    private_key: String,
}

/// `POST /core/v0/wallet`
pub(super) async fn create(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
) -> Success<Created> {
    let mut world = hive.world();
    let chain = world.chain(network);
    created(match network {
        Network::Polygon => {
            let wallet = polygon::Wallet::generate();
            chain.register(wallet.address.into(), Account::default());
            Created {
                address: wallet.address.to_string(),
                public_key: None,
                private_key: wallet.private_key,
            }
        }
        Network::Xpla => {
            let wallet = xpla::Wallet::generate();
            chain.register_xpla(&wallet, 0);
            Created {
                public_key: Some(wallet.base64_key()),
                address: wallet.address,
                private_key: wallet.mnemonic,
            }
        }
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Info {
    nonce: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    multisig: Option<Multisig>,
}

/// `GET /core/v1/wallet/{address}`
pub(super) async fn info(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    Path(address): Path<String>,
) -> Result<Success<Info>, Failure> {
    let address = network.address("address", &address)?;
    let mut world = hive.world();
    let account = world.chain(network).accounts.get(&address);
    // Every address of Polygon is an account; one of XPLA is none before it is on the chain.
    if account.is_none() && network == Network::Xpla {
        let address = address.as_str();
        return Err(Failure::not_found(format!("account {address} not found")));
    }
    let multisig = account.and_then(|account| account.multisig.clone());
    Ok(found(Info {
        nonce: account.map_or(0, |account| account.nonce),
        account_number: account
            .filter(|_| network == Network::Xpla)
            .map(|account| account.account_number),
        public_key: account.and_then(|account| account.public_key.clone()),
        kind: match multisig {
            Some(_) => "MULTI",
            None => "SINGLE",
        },
        multisig,
    }))
}
