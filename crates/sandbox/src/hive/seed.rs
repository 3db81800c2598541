//! What is on the chains from the start: the contracts and accounts of the documented samples.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::chain::{
    Account, Address, Chain, Network, NftContract, Royalty, Token, Transaction, World,
};
use super::ipfs::Ipfs;
use super::units::{COIN_DECIMALS, parse_units};
use super::{polygon, xpla};

/// The account on Polygon that owns all contracts there.
pub const POLYGON_OWNER: &str = "0x9428e6eF51FEb2201676deEc11B7E36F7c1F0765";

/// The fungible token "Simple Token" on Polygon.
pub const POLYGON_TOKEN: &str = "0x94853BdC9c6AdD50D7842D1A3117fab385457470";

/// The NFT contract "Simple NFT" on Polygon, with token `1`.
pub const POLYGON_NFT: &str = "0xc1aE02F65dA9819bbdE39255698193016F4aB018";

/// An NFT contract on Polygon whose token `1` owes a royalty of 7.5 %.
pub const POLYGON_ROYALTY_NFT: &str = "0xA3F4308Ed655f962dD7CA180545c21718fAE49AD";

/// A transaction on Polygon that succeeded.
pub const POLYGON_TRANSACTION: &str =
    "0x5a0ca3a7eebbafa946da6ed0160930fc4f334887dbf11a9b38937ab8831fd125";

/// The fungible token "Simple Token" on XPLA.
pub const XPLA_TOKEN: &str = "xpla189wjd3vw5sxz5h2p2w3jfe6h34sc67cj9kzwg6luadxthkx7536sw3uwpv";

/// The NFT contract "Simple NFT" on XPLA, with token `1`.
pub const XPLA_NFT: &str = "xpla1x94dftuenmy4w8eqtudymshzv3xph34zpfdhj06d5ejtrulfdchqchwz79";

/// An NFT contract on XPLA whose token `1` owes a royalty of 7.5 %.
pub const XPLA_ROYALTY_NFT: &str =
    "xpla169ahkj00gfgmhw2ypjq3vnm326yxk2h3xkfq38a5ypyltpzguhmqxqec0h";

const ROYALTY_RECEIVER: &str = "0xD6e69da7f1be111394dfef4C48eaC9b52ddf2Fd0";
const TRANSACTION_BLOCK: u64 = 33_457_511;

/// The world at the start. The operator is the owner on XPLA.
pub(super) fn world(operator: &xpla::Wallet) -> World {
    let mut ipfs = Ipfs::default();
    let metadata = json!({
        "name": "Simple NFT #1",
        "description": "The first token of the sandbox",
        "image": "https://image01.c2x.world/equip_92053030.gif",
    });
    let cid = ipfs.add("application/json", metadata.to_string().into());
    let uri = format!("ipfs://{cid}");

    let on_polygon = |text| address(Network::Polygon, text);
    let owner = on_polygon(POLYGON_OWNER);
    let mut polygon = Chain {
        height: TRANSACTION_BLOCK - 1,
        ..Chain::default()
    };
    polygon.register(
        owner.clone(),
        Account {
            // One less than in the sample: the transaction below is still to be counted.
            nonce: 184,
            ..Account::default()
        },
    );
    let receiver = on_polygon(ROYALTY_RECEIVER);
    let contracts = [POLYGON_TOKEN, POLYGON_NFT, POLYGON_ROYALTY_NFT].map(on_polygon);
    deploy(&mut polygon, contracts, &owner, receiver, &uri);
    polygon.include(&owner, transaction(&owner));

    let mut xpla = Chain {
        height: 1_000_000,
        ..Chain::default()
    };
    let owner = xpla.register_xpla(operator, 52);
    let contracts =
        [XPLA_TOKEN, XPLA_NFT, XPLA_ROYALTY_NFT].map(|text| address(Network::Xpla, text));
    deploy(&mut xpla, contracts, &owner, owner.clone(), &uri);

    World {
        polygon,
        xpla,
        ipfs,
        resources: 0,
    }
}

fn address(network: Network, text: &str) -> Address {
    let parsed = network.address("seed", text);
    parsed.expect("the constants are addresses")
}

fn deploy(
    chain: &mut Chain,
    [token, nft, royalty_nft]: [Address; 3],
    owner: &Address,
    receiver: Address,
    uri: &str,
) {
    let supply = parse_units("1000000000", COIN_DECIMALS).expect("an amount");
    chain.tokens.insert(
        token,
        Token {
            name: "Simple Token",
            symbol: "ST",
            decimals: COIN_DECIMALS,
            balances: HashMap::from([(owner.clone(), supply)]),
        },
    );
    let contract = |royalty| NftContract {
        name: "Simple NFT",
        symbol: "SNFT",
        owner: owner.clone(),
        royalty,
        tokens: BTreeMap::from([("1".to_owned(), uri.to_owned())]),
    };
    chain.nfts.insert(nft, contract(None));
    let royalty = Royalty {
        receiver,
        basis_points: 750,
    };
    chain.nfts.insert(royalty_nft, contract(Some(royalty)));
}

fn transaction(from: &Address) -> Transaction {
    let gas_price = polygon::MAX_FEE_PER_GAS.to_string();
    Transaction {
        txhash: POLYGON_TRANSACTION.to_owned(),
        block_number: TRANSACTION_BLOCK,
        status: "success",
        fee: json!({"gas": 151_232, "gasPrice": gas_price, "gasUsed": 151_232}),
        data: json!({
            "from": from,
            "to": POLYGON_NFT,
            "value": "0",
            "input": "0x",
        }),
        logs: vec![json!({
            "address": POLYGON_NFT,
            "blockNumber": TRANSACTION_BLOCK,
            "transactionHash": POLYGON_TRANSACTION,
            "logIndex": 0,
        })],
    }
}
