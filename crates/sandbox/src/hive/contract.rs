//! Fungible tokens, NFTs and royalties, and the registration of a contract's resources.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, Query, State};
use serde::{Deserialize, Serialize};

use super::Hive;
use super::answer::{Failure, Success, created, found};
use super::chain::Network;
use super::request::Caller;
use super::units::{COIN_DECIMALS, format_units, parse_units};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenInfo {
    name: &'static str,
    symbol: &'static str,
    decimals: u32,
    total_supply: String,
}

/// `GET /core/v1/ft/{contract}`
pub(super) async fn token(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    Path(contract): Path<String>,
) -> Result<Success<TokenInfo>, Failure> {
    let contract = network.address("contract", &contract)?;
    let mut world = hive.world();
    let token = world.chain(network).token(&contract)?;
    let total_supply = token.balances.values().sum();
    Ok(found(TokenInfo {
        name: token.name,
        symbol: token.symbol,
        decimals: token.decimals,
        total_supply: format_units(total_supply, token.decimals),
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Balance {
    value: String,
    raw_value: String,
    symbol: &'static str,
    decimals: u32,
}

/// `GET /core/v1/ft/{contract}/account/{from}/balance`
pub(super) async fn balance(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    Path((contract, from)): Path<(String, String)>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Result<Success<Balance>, Failure> {
    let contract = network.address("contract", &contract)?;
    let from = network.address("from", &from)?;
    match parameters.get("details").map(String::as_str) {
        None | Some("" | "true" | "false") => {}
        Some(other) => {
            let message = format!("details must be true or false, not {other}");
            return Err(Failure::bad_request(message));
        }
    }
    let mut world = hive.world();
    let token = world.chain(network).token(&contract)?;
    let raw_value = token.balances.get(&from).copied().unwrap_or_default();
    Ok(found(Balance {
        value: format_units(raw_value, token.decimals),
        raw_value: raw_value.to_string(),
        symbol: token.symbol,
        decimals: token.decimals,
    }))
}

#[derive(Serialize)]
pub(super) struct NftContractInfo {
    name: &'static str,
    symbol: &'static str,
}

/// `GET /core/v1/nft/{contract}`
pub(super) async fn nft_contract(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    Path(contract): Path<String>,
) -> Result<Success<NftContractInfo>, Failure> {
    let contract = network.address("contract", &contract)?;
    let mut world = hive.world();
    let nft = world.chain(network).nft(&contract)?;
    Ok(found(NftContractInfo {
        name: nft.name,
        symbol: nft.symbol,
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NftInfo {
    token_uri: String,
}

/// `GET /core/v1/nft/{contract}/tokens/{tokenId}`
pub(super) async fn nft(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    Path((contract, token_id)): Path<(String, String)>,
) -> Result<Success<NftInfo>, Failure> {
    let contract = network.address("contract", &contract)?;
    let mut world = hive.world();
    let nft = world.chain(network).nft(&contract)?;
    let token_uri = nft.uri(&token_id)?.to_owned();
    Ok(found(NftInfo { token_uri }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sale {
    sale_price: Option<String>,
}

#[derive(Serialize)]
pub(super) struct RoyaltyInfo {
    receiver: String,
    amount: String,
}

/// `GET /core/v1/nft/extension/{contract}/royalty/{tokenId}`
pub(super) async fn royalty(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    Path((contract, token_id)): Path<(String, String)>,
    Query(sale): Query<Sale>,
) -> Result<Success<RoyaltyInfo>, Failure> {
    let contract = network.address("contract", &contract)?;
    let price = sale.sale_price.unwrap_or_default();
    let no_price = || Failure::bad_request(format!("salePrice must be a decimal, not {price:?}"));
    let units = parse_units(&price, COIN_DECIMALS).ok_or_else(no_price)?;
    let mut world = hive.world();
    let nft = world.chain(network).nft(&contract)?;
    nft.uri(&token_id)?;
    let royalty = nft.royalty.as_ref().ok_or_else(|| {
        let contract = contract.as_str();
        Failure::bad_request(format!("contract {contract} knows no royalties"))
    })?;
    // In integers, and rounded down, as a contract does it.
    let amount = units
        .checked_mul(royalty.basis_points)
        .ok_or_else(no_price)?
        / 10_000;
    Ok(found(RoyaltyInfo {
        receiver: royalty.receiver.as_str().to_owned(),
        amount: format_units(amount, COIN_DECIMALS),
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource {
    resource_id: u64,
}

/// `POST /core/v1/contract/resource`
pub(super) async fn register_resource(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Success<Resource>, Failure> {
    const PARTS: [&str; 5] = [
        "from",
        "contractName",
        "contractDesc",
        "contractAbi",
        "contractBytecode",
    ];
    let mut form = form.map_err(|error| Failure::bad_request(error.body_text()))?;
    let broken =
        |error: axum::extract::multipart::MultipartError| Failure::bad_request(error.body_text());
    let mut parts = HashMap::new();
    while let Some(part) = form.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let content = part.bytes().await.map_err(broken)?;
        parts.insert(name, content);
    }
    for name in PARTS {
        if parts.get(name).is_none_or(|content| content.is_empty()) {
            return Err(Failure::bad_request(format!("the part {name} is required")));
        }
    }
    network.address("from", &String::from_utf8_lossy(&parts["from"]))?;
    let mut world = hive.world();
    world.resources += 1;
    let resource_id = world.resources;
    Ok(created(Resource { resource_id }))
}
