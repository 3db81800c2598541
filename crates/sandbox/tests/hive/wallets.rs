//! Wallets and transactions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bindery_sandbox::hive::{POLYGON_OWNER, XPLA_TOKEN};
use reqwest::StatusCode;
use serde_json::json;

use crate::service::{Hive, PLAYER, claims, data};

#[tokio::test]
async fn a_new_wallet_has_real_keys_and_is_known_from_then_on() {
    let hive = Hive::start().await;
    let create = async |network| {
        let request = hive.post(network, "/core/v0/wallet");
        data(request, StatusCode::CREATED).await
    };
    let polygon = create("polygon").await;
    let address = polygon["address"].as_str().unwrap();
    let private_key = polygon["privateKey"].as_str().unwrap();
    assert!(private_key.starts_with("0x") && private_key.len() == 66);
    assert!(polygon.get("publicKey").is_none());
    assert_eq!(
        hive.found("polygon", &format!("/core/v1/wallet/{address}"))
            .await,
        json!({"nonce": 0, "type": "SINGLE"})
    );

    let xpla = create("xpla").await;
    let address = xpla["address"].as_str().unwrap();
    assert_eq!(xpla["privateKey"].as_str().unwrap().split(' ').count(), 24);
    let key = STANDARD
        .decode(xpla["publicKey"].as_str().unwrap())
        .unwrap();
    assert_eq!(key.len(), 33);
    let wallet = hive
        .found("xpla", &format!("/core/v1/wallet/{address}"))
        .await;
    assert_eq!(wallet["nonce"], 0);
    let (_, shown) = bech32::decode(wallet["publicKey"].as_str().unwrap()).unwrap();
    assert_eq!(shown, key);
}

#[tokio::test]
async fn a_transaction_is_made_in_both_forms_and_changes_nothing() {
    let hive = Hive::start().await;
    let order = |encoded| {
        json!({
            "from": POLYGON_OWNER,
            "to": PLAYER,
            "amount": "0.001",
            "data": "",
            "encoded": encoded,
        })
    };
    let encoded = hive.created("polygon", "/core/v1/tx", order(true)).await;
    // 80001, nonce 185, the fees and the gas; then the receiver, 10^15 and neither data nor list.
    assert_eq!(
        encoded["rawTx"],
        "02f28301388181b984c6ee355e84c6ee357682cdc494\
         fbd488d1b00604d3b05124d80e35fea9a39c3296\
         87038d7ea4c6800080c0"
    );
    assert!(encoded["requestId"].is_string());
    assert!(encoded.get("hashedTx").is_none());
    let decoded = hive.created("polygon", "/core/v1/tx", order(false)).await;
    assert_eq!(decoded["rawTx"]["nonce"], 185);
    assert_eq!(decoded["rawTx"]["to"], PLAYER);
    assert_eq!(decoded["rawTx"]["value"], "1000000000000000");

    let operator = claims(&hive.access_token)["address"].take();
    let order = json!({"from": operator, "to": XPLA_TOKEN, "amount": "0", "data": {"mint": {}}});
    let encoded = hive.created("xpla", "/core/v1/tx", order).await;
    let raw = STANDARD.decode(encoded["rawTx"].as_str().unwrap()).unwrap();
    let raw = String::from_utf8_lossy(&raw);
    assert!(raw.contains("/cosmwasm.wasm.v1.MsgExecuteContract"));
    assert!(raw.contains(r#"{"mint":{}}"#));
    let order = json!({"from": operator, "to": operator, "amount": "1.5", "encoded": false});
    let decoded = hive.created("xpla", "/core/v1/tx", order).await;
    let message = &decoded["rawTx"]["body"]["messages"][0];
    assert_eq!(message["@type"], "/cosmos.bank.v1beta1.MsgSend");
    assert_eq!(message["amount"][0]["amount"], "1500000000000000000");

    for (field, wrong) in [
        ("from", json!("0x1")),
        ("to", json!(operator)),
        ("amount", json!("much")),
        ("amount", json!(1)),
        ("data", json!("0xzz")),
        ("data", json!({})),
    ] {
        let mut order = json!({"from": POLYGON_OWNER, "to": PLAYER, "amount": "0", "data": ""});
        order[field] = wrong;
        let (status, message) = hive.refused("polygon", "/core/v1/tx", order).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{field}");
        assert!(!message.is_empty());
    }
}

#[tokio::test]
async fn a_multisig_wallet_is_created_and_known_with_its_signers() {
    let hive = Hive::start().await;
    let signers = [POLYGON_OWNER, PLAYER];
    let order = json!({"from": POLYGON_OWNER, "signers": signers, "threshold": 2});
    let created = hive.created("polygon", "/core/v1/multisig", order).await;
    let address = created["address"].as_str().unwrap();
    assert!(created["rawTx"].as_str().unwrap().starts_with("02f8"));
    let wallet = hive
        .found("polygon", &format!("/core/v1/wallet/{address}"))
        .await;
    let known = json!({"nonce": 0, "type": "MULTI", "threshold": 2, "signers": signers});
    assert_eq!(wallet, known);
    let order = json!({"from": address, "to": PLAYER, "amount": "1"});
    let made = hive.created("polygon", "/core/v1/tx", order).await;
    assert_eq!(made["hashedTx"].as_str().unwrap().len(), 66);

    let request = hive.post("xpla", "/core/v0/wallet");
    let wallet = data(request, StatusCode::CREATED).await;
    let active = &wallet["address"];
    let order = json!({"from": active, "signers": [active], "threshold": 1});
    let created = hive.created("xpla", "/core/v1/multisig", order).await;
    assert!(created["address"].as_str().unwrap().starts_with("xpla1"));
    assert!(created.get("rawTx").is_none());

    let inactive = "xpla1xckvhyu48uqlhduqgd79y45tpfhqlnrqhr87nt";
    for (network, from, signers, threshold) in [
        ("xpla", active.as_str().unwrap(), vec![inactive], 1),
        ("polygon", POLYGON_OWNER, vec![PLAYER], 2),
        ("polygon", POLYGON_OWNER, vec![PLAYER], 0),
        ("polygon", POLYGON_OWNER, vec![PLAYER, PLAYER], 1),
        ("polygon", POLYGON_OWNER, vec![], 1),
    ] {
        let order = json!({"from": from, "signers": signers, "threshold": threshold});
        let (status, _) = hive.refused(network, "/core/v1/multisig", order).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{signers:?} {threshold}");
    }
}
