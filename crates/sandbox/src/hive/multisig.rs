//! Multi-signature wallets.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::Hive;
use super::answer::{Failure, Success, created};
use super::chain::{Account, Address, Multisig, Network};
use super::request::{Body, Caller};
use super::{polygon, xpla};
use crate::ethereum;

#[derive(Deserialize)]
pub(super) struct Order {
    from: String,
    signers: Vec<String>,
    threshold: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Created {
    address: Address,
    /// On Polygon, the deployment of the wallet's contract, for `from` to sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_tx: Option<String>,
}

/// `POST /core/v1/multisig`
pub(super) async fn create(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    Body(order): Body<Order>,
) -> Result<Success<Created>, Failure> {
    let from = network.address("from", &order.from)?;
    let signers = order.signers.iter();
    let signers = signers
        .map(|signer| network.address("signers", signer))
        .collect::<Result<Vec<_>, _>>()?;
    if signers.iter().collect::<HashSet<_>>().len() != signers.len() {
        return Err(Failure::bad_request("signers must differ"));
    }
    let threshold = order.threshold;
    if threshold == 0 || threshold > signers.len() as u64 {
        let message = format!("threshold must be 1 to {}, not {threshold}", signers.len());
        return Err(Failure::bad_request(message));
    }

    let mut world = hive.world();
    let chain = world.chain(network);
    let (address, raw_tx) = match network {
        Network::Polygon => {
            let unsigned = polygon::Unsigned {
                from: from.polygon(),
                nonce: chain.nonce(&from),
                to: None,
                value: 0,
                data: constructor_arguments(&signers, threshold),
            };
            let address = ethereum::Address::deployed(unsigned.from, unsigned.nonce);
            (Address::from(address), Some(unsigned.raw()))
        }
        Network::Xpla => {
            let public_key = |signer: &Address| {
                let account = chain.accounts.get(signer);
                let key = account.and_then(|account| account.public_key.clone());
                let inactive = || {
                    let signer = signer.as_str();
                    Failure::bad_request(format!("signer {signer} is not active"))
                };
                key.ok_or_else(inactive)
            };
            let keys = signers
                .iter()
                .map(public_key)
                .collect::<Result<Vec<_>, _>>()?;
            let address = xpla::multisig_address(threshold, &keys);
            (network.address("address", &address)?, None)
        }
    };
    let account = Account {
        multisig: Some(Multisig { threshold, signers }),
        ..Account::default()
    };
    chain.register(address.clone(), account);
    Ok(created(Created { address, raw_tx }))
}

/// `(address[] signers, uint256 threshold)` in the ABI of Solidity. The code before it, which a
/// real deployment begins with, is not public.
fn constructor_arguments(signers: &[Address], threshold: u64) -> Vec<u8> {
    let word = |bytes: &[u8]| {
        let mut word = [0; 32];
        word[32 - bytes.len()..].copy_from_slice(bytes);
        word
    };
    let number = |number: u64| word(&number.to_be_bytes());
    // The list comes after the two words of the head.
    let mut words = vec![number(64), number(threshold), number(signers.len() as u64)];
    words.extend(signers.iter().map(|signer| word(&signer.polygon().0)));
    words.concat()
}
