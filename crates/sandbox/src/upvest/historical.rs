//! The historical data API.
//!
//! Unlike the rest it writes camelCase, wraps everything in `result`, writes numbers as strings and
//! hashes without `0x`. `before` and `after` are block numbers and belong to the range;
//! `confirmations` has to be exceeded. What is not there is a `result` of `null`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Builder;

use super::call::TenantCall;
use super::chain::{Chain, LOWEST, Mined};
use super::errors::Refusal;
use super::state::State;
use crate::encoding::{hex, unhex};
use crate::ethereum::{Address, keccak256};

const DOMAIN: &str = "data";
/// How many transactions are told of at once, and how many at most; the real numbers are unknown.
const DEFAULT_LIMIT: usize = 100;
const LARGEST_LIMIT: usize = 1000;

/// `GET /data/{protocol}/{network}/transactions/{address}`
pub(super) async fn transactions(
    Shared(state): Shared<Arc<State>>,
    Path((protocol, network, address)): Path<(String, String, String)>,
    TenantCall { call }: TenantCall,
) -> Result<Json<Value>, Refusal> {
    known(&protocol, &network)?;
    let address = parse_address("address", &address)?;
    let number = |name: &str| match call.query(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text.parse::<u64>().map(Some).map_err(|_| {
            Refusal::bad_parameter(DOMAIN, name, "invalid", "Expected a positive integer")
        }),
    };
    let (before, after) = (number("before")?, number("after")?);
    let confirmations = number("confirmations")?;
    let limit = number("limit")?.and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(DEFAULT_LIMIT).clamp(1, LARGEST_LIMIT);
    let skip = match call.query("cursor").filter(|cursor| !cursor.is_empty()) {
        None => 0,
        Some(cursor) => decode_cursor(&cursor).ok_or_else(|| {
            Refusal::bad_parameter(DOMAIN, "cursor", "invalidCursor", "Invalid cursor")
        })?,
    };
    let world = state.world();
    let chain = &world.chain;
    let mut found = chain
        .transactions_of(address)
        .filter(|mined| before.is_none_or(|before| mined.block <= before))
        .filter(|mined| after.is_none_or(|after| mined.block >= after))
        .filter(|mined| confirmations.is_none_or(|least| chain.confirmations(mined.block) > least))
        .skip(skip);
    let page: Vec<_> = found
        .by_ref()
        .take(limit)
        .map(|mined| transaction_json(chain, mined))
        .collect();
    // The chain only ever grows at its end, so a count of what has been told of is a position.
    let next_cursor = found.next().map(|_| encode_cursor(skip + page.len()));
    Ok(Json(json!({ "result": page, "next_cursor": next_cursor })))
}

/// `GET /data/{protocol}/{network}/transaction/{txhash}`
pub(super) async fn transaction(
    Shared(state): Shared<Arc<State>>,
    Path((protocol, network, hash)): Path<(String, String, String)>,
    _: TenantCall,
) -> Result<Json<Value>, Refusal> {
    known(&protocol, &network)?;
    let digits = hash.strip_prefix("0x").unwrap_or(&hash);
    if unhex(digits).is_none_or(|bytes| bytes.len() != 32) {
        let message = "Expected 64 hexadecimal digits after 0x";
        return Err(Refusal::bad_parameter(DOMAIN, "txhash", "invalid", message));
    }
    let world = state.world();
    let mined = world.chain.transaction(digits);
    let result = mined.map(|mined| transaction_json(&world.chain, mined));
    Ok(Json(json!({ "result": result })))
}

/// `GET /data/{protocol}/{network}/block/{number or latest}`
pub(super) async fn block(
    Shared(state): Shared<Arc<State>>,
    Path((protocol, network, block)): Path<(String, String, String)>,
    _: TenantCall,
) -> Result<Json<Value>, Refusal> {
    known(&protocol, &network)?;
    let world = state.world();
    let number = match block.as_str() {
        "latest" => world.chain.head(),
        number => number.parse().map_err(|_| {
            let message = "Expected a block number or latest";
            Refusal::bad_parameter(DOMAIN, "block", "invalid", message)
        })?,
    };
    let exists = (LOWEST..=world.chain.head()).contains(&number);
    let result = exists.then(|| block_json(&world.chain, number));
    Ok(Json(json!({ "result": result })))
}

/// `GET /data/{protocol}/{network}/balance/{address}`
pub(super) async fn asset_balance(
    Shared(state): Shared<Arc<State>>,
    Path((protocol, network, address)): Path<(String, String, String)>,
    _: TenantCall,
) -> Result<Json<Value>, Refusal> {
    known(&protocol, &network)?;
    let holder = parse_address("address", &address)?;
    let result = balance_json(&state.world().chain, holder, None);
    Ok(Json(json!({ "result": result })))
}

/// `GET /data/{protocol}/{network}/balance/{address}/{contract}`
pub(super) async fn contract_balance(
    Shared(state): Shared<Arc<State>>,
    Path((protocol, network, address, contract)): Path<(String, String, String, String)>,
    _: TenantCall,
) -> Result<Json<Value>, Refusal> {
    known(&protocol, &network)?;
    let holder = parse_address("address", &address)?;
    let contract = parse_address("contract", &contract)?;
    let result = balance_json(&state.world().chain, holder, Some(contract));
    Ok(Json(json!({ "result": result })))
}

/// `GET /data/{protocol}/{network}/status`
pub(super) async fn status(
    Shared(state): Shared<Arc<State>>,
    Path((protocol, network)): Path<(String, String)>,
    _: TenantCall,
) -> Result<Json<Value>, Refusal> {
    known(&protocol, &network)?;
    let head = state.world().chain.head().to_string();
    let status = json!({ "lowest": LOWEST.to_string(), "highest": head, "latest": head });
    Ok(Json(json!({ "result": status })))
}

/// The sandbox carries on one chain; others are not there.
fn known(protocol: &str, network: &str) -> Result<(), Refusal> {
    match (protocol, network) {
        ("ethereum", "ropsten") => Ok(()),
        _ => Err(Refusal::not_found()),
    }
}

fn parse_address(name: &str, text: &str) -> Result<Address, Refusal> {
    Address::parse_checksummed(text).ok_or_else(|| {
        let message = "Expected an Ethereum address";
        Refusal::bad_parameter(DOMAIN, name, "invalid", message)
    })
}

fn encode_cursor(position: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("after={position}"))
}

fn decode_cursor(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("after=")?.parse().ok()
}

fn transaction_json(chain: &Chain, mined: &Mined) -> Value {
    let order = &mined.order;
    json!({
        "blockHash": chain.block_hash(mined.block),
        "blockNumber": mined.block.to_string(),
        "from": mined.from.lower_case(),
        "hash": mined.hash,
        "nonce": order.nonce.to_string(),
        "transactionIndex": mined.index.to_string(),
        "to": order.to.map(Address::lower_case),
        "value": order.value.to_string(),
        "gasPrice": order.gas_price.to_string(),
        "gasLimit": order.gas_limit.to_string(),
        "gasUsed": mined.gas_used.to_string(),
        "confirmations": chain.confirmations(mined.block).to_string(),
        "input": format!("0x{}", hex(&order.data)),
        "error": false,
    })
}

fn block_json(chain: &Chain, number: u64) -> Value {
    let made_up = |what: &str| hex(keccak256(format!("ropsten {what} {number}").as_bytes()));
    let transactions: Vec<_> = chain.transactions_in(number).collect();
    let gas_used = transactions.iter().map(|mined| mined.gas_used);
    // The roots of an empty trie and of an empty list of uncles are those of every empty block.
    let (transactions_root, receipts_root) = match transactions.is_empty() {
        true => (hex(keccak256([0x80])), hex(keccak256([0x80]))),
        false => (made_up("transactions root"), made_up("receipts root")),
    };
    json!({
        "number": number.to_string(),
        "hash": chain.block_hash(number),
        "parentHash": chain.block_hash(number - 1),
        "nonce": made_up("nonce")[..16],
        "sha3Uncles": hex(keccak256([0xc0])),
        "logsBloom": "0".repeat(512),
        "transactionsRoot": transactions_root,
        "stateRoot": made_up("state root"),
        "receiptsRoot": receipts_root,
        "miner": format!("0x{}", "0".repeat(40)),
        "difficulty": "1",
        "totalDifficulty": number.to_string(),
        "extraData": "0x",
        "size": (508 + 110 * transactions.len()).to_string(),
        "gasLimit": "8000000",
        "gasUsed": gas_used.sum::<ruint::aliases::U256>().to_string(),
        "transactions": transactions.iter().map(|mined| &mined.hash).collect::<Vec<_>>(),
        "timestamp": chain.time(number).timestamp().to_string(),
        "uncles": [],
    })
}

fn balance_json(chain: &Chain, holder: Address, contract: Option<Address>) -> Option<Value> {
    let balance = chain.balance(holder, contract)?;
    let named = [
        holder.0.as_slice(),
        &contract.map(|contract| contract.0).unwrap_or_default(),
    ];
    let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = keccak256(named.concat());
    let mut json = json!({
        "id": Builder::from_random_bytes(id).into_uuid(),
        "address": holder.lower_case(),
        "balance": balance.amount.to_string(),
        "transactionHash": balance.hash,
        "transactionIndex": balance.index.to_string(),
        "blockHash": chain.block_hash(balance.block),
        "blockNumber": balance.block.to_string(),
        "timestamp": balance.time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        "isMainChain": true,
    });
    if let Some(contract) = contract {
        json["contract"] = json!(contract.lower_case());
    }
    Some(json)
}
