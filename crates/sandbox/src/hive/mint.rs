//! Minting NFTs.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use ruint::aliases::U256;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Hive;
use super::answer::{Failure, Success, created};
use super::chain::{Address, Chain, Network, Transaction, World};
use super::request::{Body, Caller};
use super::{polygon, xpla};
use crate::encoding::hex;
use crate::ethereum::keccak256;

/// The body of a mint by a player of a game.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlayerMint {
    #[serde(rename = "playerId")]
    _player_id: Text,
    is_send: bool,
    #[serde(flatten)]
    order: Order,
}

/// What both operations have in common.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    from: String,
    to: String,
    mint_msg: Vec<MintMsg>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MintMsg {
    token_id: Text,
    /// An object is put on IPFS; a string is taken for the URI of what is there already.
    metadata: Value,
}

/// Text; the documents disagree on whether some identifiers are numbers.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    Text(String),
    Number(serde_json::Number),
}

impl Text {
    pub(super) fn into_string(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

/// The answer: one of the first two.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Minted {
    #[serde(skip_serializing_if = "Option::is_none")]
    tx_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_tx: Option<String>,
    request_id: Uuid,
}

impl Minted {
    fn new(tx_hash: Option<String>, raw_tx: Option<String>) -> Success<Self> {
        created(Self {
            tx_hash,
            raw_tx,
            request_id: Uuid::new_v4(),
        })
    }
}

/// `POST /service/v1/nft/{contract}/mint`
pub(super) async fn for_player(
    _: Caller,
    network: Network,
    headers: HeaderMap,
    State(hive): State<Arc<Hive>>,
    Path(contract): Path<String>,
    Body(PlayerMint { is_send, order, .. }): Body<PlayerMint>,
) -> Result<Success<Minted>, Failure> {
    if !headers.contains_key("x-appid") {
        return Err(Failure::bad_request("the header x-appid is required"));
    }
    let mut world = hive.world();
    let plan = Plan::new(&mut world, network, &contract, order)?;
    Ok(match is_send {
        true => Minted::new(Some(plan.send(world.chain(network))), None),
        false => Minted::new(None, Some(plan.raw(world.chain(network)))),
    })
}

/// `POST /core/v1/nft/extension/{contract}/mint`
pub(super) async fn extension(
    _: Caller,
    network: Network,
    State(hive): State<Arc<Hive>>,
    Path(contract): Path<String>,
    Body(order): Body<Order>,
) -> Result<Success<Minted>, Failure> {
    let mut world = hive.world();
    let plan = Plan::new(&mut world, network, &contract, order)?;
    Ok(Minted::new(None, Some(plan.raw(world.chain(network)))))
}

/// A mint that has been checked, its metadata on IPFS.
struct Plan {
    network: Network,
    contract: Address,
    from: Address,
    to: Address,
    /// The URI of each token.
    tokens: BTreeMap<String, String>,
}

impl Plan {
    fn new(
        world: &mut World,
        network: Network,
        contract: &str,
        order: Order,
    ) -> Result<Self, Failure> {
        let contract = network.address("contract", contract)?;
        let from = network.address("from", &order.from)?;
        let to = network.address("to", &order.to)?;
        let nft = world.chain(network).nft(&contract)?;
        if nft.owner != from {
            let from = from.as_str();
            return Err(Failure::bad_request(format!("{from} has no right to mint")));
        }
        let limit = network.mint_limit();
        if order.mint_msg.is_empty() || order.mint_msg.len() > limit {
            let message = format!("mintMsg must hold 1 to {limit} tokens");
            return Err(Failure::bad_request(message));
        }
        let mut metadata = BTreeMap::new();
        for message in order.mint_msg {
            let token_id = message.token_id.into_string();
            if network == Network::Polygon && number(&token_id).is_none() {
                let message = format!("tokenId must be a number on polygon, not {token_id:?}");
                return Err(Failure::bad_request(message));
            }
            if nft.tokens.contains_key(&token_id) || metadata.contains_key(&token_id) {
                return Err(Failure::bad_request(format!("token {token_id} exists")));
            }
            if !message.metadata.is_object() && !message.metadata.is_string() {
                return Err(Failure::bad_request("metadata must be an object or a URI"));
            }
            metadata.insert(token_id, message.metadata);
        }
        let tokens = metadata.into_iter().map(|(token_id, metadata)| {
            let uri = match metadata {
                Value::String(uri) => uri,
                metadata => {
                    let bytes = metadata.to_string().into();
                    format!("ipfs://{}", world.ipfs.add("application/json", bytes))
                }
            };
            (token_id, uri)
        });
        Ok(Self {
            tokens: tokens.collect(),
            network,
            contract,
            from,
            to,
        })
    }

    /// The transaction for somebody else to sign.
    fn raw(&self, chain: &Chain) -> String {
        match self.network {
            Network::Polygon => self.on_polygon(chain).raw(),
            Network::Xpla => self.on_xpla().raw(),
        }
    }

    /// Signs and sends the transaction, and waits for its block. Returns its hash.
    fn send(self, chain: &mut Chain) -> String {
        let block_number = chain.height + 1;
        let transaction = match self.network {
            Network::Polygon => {
                let unsigned = self.on_polygon(chain);
                let txhash = unsigned.hash();
                Transaction {
                    logs: self.transfer_logs(&txhash, block_number),
                    txhash,
                    block_number,
                    status: "success",
                    fee: json!({
                        "gas": polygon::GAS as u64,
                        "gasPrice": polygon::MAX_FEE_PER_GAS.to_string(),
                        "maxFeePerGas": polygon::MAX_FEE_PER_GAS.to_string(),
                        "maxPriorityFeePerGas": polygon::MAX_PRIORITY_FEE_PER_GAS.to_string(),
                        "gasUsed": polygon::GAS as u64,
                    }),
                    data: json!({
                        "from": self.from,
                        "to": self.contract,
                        "value": "0",
                        "input": format!("0x{}", hex(&unsigned.data)),
                    }),
                }
            }
            Network::Xpla => {
                let unsigned = self.on_xpla();
                Transaction {
                    txhash: unsigned.hash(),
                    block_number,
                    status: "success",
                    fee: unsigned.json()["auth_info"]["fee"].take(),
                    data: unsigned.json(),
                    logs: self.mint_logs(),
                }
            }
        };
        let txhash = transaction.txhash.clone();
        chain.include(&self.from, transaction);
        if let Some(nft) = chain.nfts.get_mut(&self.contract) {
            nft.tokens.extend(self.tokens);
        }
        txhash
    }

    fn on_polygon(&self, chain: &Chain) -> polygon::Unsigned {
        polygon::Unsigned {
            from: self.from.polygon(),
            nonce: chain.nonce(&self.from),
            to: Some(self.contract.polygon()),
            value: 0,
            data: self.message().to_string().into_bytes(),
        }
    }

    fn on_xpla(&self) -> xpla::Unsigned {
        xpla::Unsigned(xpla::Message::Execute {
            sender: self.from.as_str().to_owned(),
            contract: self.contract.as_str().to_owned(),
            msg: self.message(),
        })
    }

    /// What the contract is told to do, in the sandbox's own words.
    fn message(&self) -> Value {
        let tokens = self.tokens.iter();
        let tokens = tokens.map(|(id, uri)| json!({"token_id": id, "token_uri": uri}));
        json!({"mint": {"owner": self.to, "tokens": tokens.collect::<Vec<_>>()}})
    }

    /// The `Transfer` events of ERC-721.
    fn transfer_logs(&self, txhash: &str, block_number: u64) -> Vec<Value> {
        let word = |bytes: &[u8]| format!("0x{:0>64}", hex(bytes));
        let signature = keccak256("Transfer(address,address,uint256)");
        let ids = self.tokens.keys().filter_map(|id| number(id));
        ids.enumerate()
            .map(|(index, id)| {
                json!({
                    "address": self.contract,
                    "topics": [
                        word(&signature),
                        word(&[]),
                        word(&self.to.polygon().0),
                        word(&id.to_be_bytes::<32>()),
                    ],
                    "data": "0x",
                    "blockNumber": block_number,
                    "transactionHash": txhash,
                    "logIndex": index,
                })
            })
            .collect()
    }

    /// The events of CW-721.
    fn mint_logs(&self) -> Vec<Value> {
        let attribute = |key: &str, value: &str| json!({"key": key, "value": value});
        let event = |id: &String| {
            json!({"type": "wasm", "attributes": [
                attribute("_contract_address", self.contract.as_str()),
                attribute("action", "mint"),
                attribute("minter", self.from.as_str()),
                attribute("owner", self.to.as_str()),
                attribute("token_id", id),
            ]})
        };
        let events: Vec<_> = self.tokens.keys().map(event).collect();
        vec![json!({"msg_index": 0, "log": "", "events": events})]
    }
}

fn number(token_id: &str) -> Option<U256> {
    let is_number = !token_id.is_empty() && token_id.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        .then(|| U256::from_str_radix(token_id, 10).ok())
        .flatten()
}
