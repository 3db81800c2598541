//! Blocks and transactions, looked up.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bindery_sandbox::alibaba_baas::{NETWORKS, USER};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::gateway::{Gateway, code, notary, payload};

#[tokio::test]
async fn each_network_has_a_ledger_of_its_own() {
    let gateway = Gateway::start().await;
    gateway.invoke(&notary(&["put", "k", "v"])).await;
    let url = gateway.url(&format!("/networks/{}/transactions/query", NETWORKS[1]));
    let other = gateway
        .call(Method::POST, url, &notary(&["get", "k"]))
        .await;
    assert_eq!(payload(&other), "");
    for path in ["blocks/1", "transactions/0"] {
        let url = gateway.url(&format!("/networks/channel%209/{path}"));
        let unknown = gateway.call(Method::GET, url, &json!(null)).await;
        assert_eq!(code(&unknown), 327_685);
        assert_eq!(unknown["Result"], json!(null));
    }
}

#[tokio::test]
async fn a_committed_transaction_can_be_looked_up() {
    let gateway = Gateway::start().await;
    let invoked = gateway.invoke(&notary(&["put", "<k>", "v"])).await;
    let id = invoked["Result"]["id"].as_str().unwrap();
    let found = gateway.get(&format!("/transactions/{id}")).await;
    let transaction = &found["Result"];
    assert_eq!(transaction["id"], id);
    assert_eq!(transaction["state"], "VALID");
    assert_eq!(transaction["from"], USER);
    assert_eq!(transaction["to"], "notary");
    assert_eq!(transaction["input"], r#"["put","\u003ck\u003e","v"]"#);
    assert_eq!(transaction["events"], json!(null));
    let data = &transaction["data"];
    assert_eq!(data["header"]["channel_header"]["tx_id"], id);
    let action = &data["data"]["actions"][0];
    let proposal = &action["payload"]["chaincode_proposal_payload"];
    assert_eq!(proposal["TransientMap"], json!({}));
    assert_eq!(
        proposal["input"]["chaincode_spec"]["input"]["args"],
        json!(["put", "<k>", "v"].map(|arg| STANDARD.encode(arg)))
    );
    // The ID is the hash of nonce and creator, as Fabric defines it.
    let nonce = action["header"]["nonce"].as_str().unwrap();
    let response = &action["payload"]["action"]["endorsements"][0];
    let creator = response["endorser"].as_str().unwrap();
    let digest = Sha256::new()
        .chain_update(STANDARD.decode(nonce).unwrap())
        .chain_update(STANDARD.decode(creator).unwrap())
        .finalize();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, id);
}

#[tokio::test]
async fn blocks_are_chained_by_the_hash_of_the_header_before() {
    let gateway = Gateway::start().await;
    gateway.invoke(&notary(&["put", "k", "v"])).await;
    let mut previous = String::new();
    for number in 0..=2_u8 {
        let found = gateway.get(&format!("/blocks/{number}")).await;
        let block = &found["Result"];
        assert_eq!(block["previous_hash"], previous);
        assert_eq!(
            block.get("data").is_some(),
            number < 2,
            "only of config blocks"
        );
        if let Some(data) = block.get("data") {
            let header = &data["header"];
            assert_eq!(header["number"], number.to_string());
            let data_hash = header["data_hash"].as_str().unwrap();
            assert_eq!(unhex(&block["hash"]), STANDARD.decode(data_hash).unwrap());
        }
        let (before, data) = (unhex(&block["previous_hash"]), unhex(&block["hash"]));
        let mut der = vec![0x02, 1, number, 0x04, before.len() as u8];
        der.extend(before);
        der.extend([0x04, 32]);
        der.extend(data);
        let mut header = vec![0x30, der.len() as u8];
        header.extend(der);
        previous = Sha256::digest(header)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
    }
    let latest = gateway.get("/blocks/latest").await;
    assert_eq!(latest["Result"], gateway.get("/blocks/2").await["Result"]);
    assert_eq!(code(&gateway.get("/blocks/3").await), 327_685);
}

fn unhex(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap().as_bytes().chunks(2);
    hex.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[tokio::test]
async fn every_concurrent_invoke_lands_in_a_block_of_its_own() {
    const INVOKES: usize = 50;
    let gateway = Gateway::start().await;
    let invokes = (0..INVOKES).map(|number| {
        let key = format!("k{number}");
        let gateway = &gateway;
        async move { gateway.invoke(&notary(&["put", &key, &key])).await }
    });
    let answers = futures_util::future::join_all(invokes).await;
    let answered: HashSet<_> = answers
        .iter()
        .map(|answer| answer["Result"]["id"].as_str().unwrap().to_owned())
        .collect();
    let mut committed = Vec::new();
    for number in 2..2 + INVOKES {
        let block = gateway.get(&format!("/blocks/{number}")).await;
        let ids = block["Result"]["transactions"].as_array().unwrap().clone();
        committed.extend(ids.into_iter().map(|id| id.as_str().unwrap().to_owned()));
    }
    assert_eq!(committed.len(), INVOKES);
    assert_eq!(committed.into_iter().collect::<HashSet<_>>(), answered);
    let latest = gateway.get("/blocks/latest").await;
    assert_eq!(latest["Result"]["number"], 1 + INVOKES);
}
