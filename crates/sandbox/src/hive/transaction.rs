//! Transactions: made up for the caller to sign, and looked up.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::Hive;
use super::answer::{Failure, Success, created, found};
use super::chain::{Chain, Network, Transaction};
use super::request::{Body, Caller, OptionalCaller};
use super::units::{COIN_DECIMALS, parse_units};
use super::{polygon, xpla};
use crate::encoding::unhex;

/// What a transaction shall do.
#[derive(Deserialize)]
pub(super) struct Order {
    from: String,
    to: String,
    amount: String,
    /// The call of a contract: on Polygon encoded, on XPLA a message. Nothing, or `""`, for a
    /// transfer of coins.
    data: Option<Value>,
    /// Without it, encoded.
    encoded: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Made {
    raw_tx: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    hashed_tx: Option<String>,
    request_id: Uuid,
}

/// `POST /core/v1/tx`
pub(super) async fn create(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    Body(order): Body<Order>,
) -> Result<Success<Made>, Failure> {
    let from = network.address("from", &order.from)?;
    let to = network.address("to", &order.to)?;
    let value = parse_units(&order.amount, COIN_DECIMALS).ok_or_else(|| {
        Failure::bad_request(format!("amount must be a decimal, not {:?}", order.amount))
    })?;
    let mut world = hive.world();
    let chain = world.chain(network);
    let encoded = order.encoded.unwrap_or(true);
    let (raw_tx, hashed_tx) = match network {
        Network::Polygon => {
            let unsigned = polygon::Unsigned {
                from: from.polygon(),
                nonce: chain.nonce(&from),
                to: Some(to.polygon()),
                value,
                data: call_data(order.data.as_ref())?,
            };
            let account = chain.accounts.get(&from);
            let is_multisig = account.is_some_and(|account| account.multisig.is_some());
            let raw_tx = match encoded {
                true => unsigned.raw().into(),
                false => unsigned.json(),
            };
            (raw_tx, is_multisig.then(|| unsigned.hash()))
        }
        Network::Xpla => {
            let (from, to) = (from.as_str().to_owned(), to.as_str().to_owned());
            let is_transfer = match &order.data {
                None | Some(Value::Null) => true,
                Some(data) => data == "",
            };
            let unsigned = xpla::Unsigned(match order.data {
                _ if is_transfer => xpla::Message::Send {
                    from,
                    to,
                    amount: value,
                },
                Some(msg @ Value::Object(_)) => xpla::Message::Execute {
                    sender: from,
                    contract: to,
                    msg,
                },
                _ => return Err(Failure::bad_request("data must be a message object")),
            });
            let raw_tx = match encoded {
                true => unsigned.raw().into(),
                false => unsigned.json(),
            };
            (raw_tx, None)
        }
    };
    Ok(created(Made {
        raw_tx,
        hashed_tx,
        request_id: Uuid::new_v4(),
    }))
}

/// The bytes of an encoded call.
fn call_data(data: Option<&Value>) -> Result<Vec<u8>, Failure> {
    let bytes = match data {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => unhex(text.strip_prefix("0x").unwrap_or(text)),
        Some(_) => None,
    };
    bytes.ok_or_else(|| Failure::bad_request("data must be a call in hexadecimal"))
}

/// `GET /core/v1/tx/{txhash}`
pub(super) async fn info(
    _: OptionalCaller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    Path(hash): Path<String>,
) -> Result<Success<Transaction>, Failure> {
    let mut world = hive.world();
    let transactions = &world.chain(network).transactions;
    let transaction = transactions.get(&Chain::hash_key(&hash)).cloned();
    transaction
        .map(found)
        .ok_or_else(|| Failure::not_found(format!("transaction {hash} not found")))
}
