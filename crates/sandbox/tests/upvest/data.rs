//! Time, fee estimates and historical data.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, COIN, ETHER, Tenant, answer, quick, wallet_path};

const CHAIN: &str = "/data/ethereum/ropsten";

#[tokio::test]
async fn time_is_told_to_anybody_by_the_sandboxs_clock() {
    let tenant = Tenant::start(quick()).await;
    tenant.clock.advance(Duration::from_secs(7200));
    let time = answer(tenant.bare(Method::GET, "/time/")).await.json(200);
    let now = tenant.clock.now();
    let epoch = time["epoch"].as_f64().expect("a number");
    assert!((epoch - now.timestamp() as f64).abs() < 30.0);
    let iso = time["iso8601"]
        .as_str()
        .expect("text")
        .parse::<NaiveDateTime>();
    assert!((iso.expect("no zone").and_utc() - now).num_seconds().abs() < 30);
}

#[tokio::test]
async fn fees_are_estimated_at_the_root_in_gwei() {
    let tenant = Tenant::start(quick()).await;
    let url = tenant.access.url.replace("/1.0/", "/estimate_eth_fees");
    let fees = Answer::of(reqwest::get(url).await.expect("an answer"))
        .await
        .json(200);
    let expected = json!({"fastest": 132.055, "fast": 131.363, "medium": 113.447, "slow": 110.747});
    assert_eq!(fees["estimates"], expected);
    assert_eq!(fees["success"], true);
    let updated = fees["updated"].as_str().expect("text");
    assert!(updated.ends_with('Z') && updated.parse::<DateTime<Utc>>().is_ok());
}

#[tokio::test]
async fn what_was_recorded_of_the_real_chain_is_there() {
    let tenant = Tenant::start(quick()).await;
    let result =
        async |path: &str| tenant.get(&format!("{CHAIN}{path}")).await.json(200)["result"].take();
    let status = json!({"lowest": "2", "highest": "6986410", "latest": "6986410"});
    assert_eq!(result("/status").await, status);
    let hash = "a313aaad0b9b1fd356f7f42ccff1fa385a2f7c2585e0cf1e0fb6814d8bdb559a";
    let transaction = result(&format!("/transaction/0x{hash}")).await;
    assert_eq!(transaction["hash"], hash);
    assert_eq!(transaction["blockNumber"], "6703934");
    let block_hash = "e33e56bb84929c297400fa9baa219804f0096fb1d2f7ee49d90d9f859c1e4940";
    assert_eq!(transaction["blockHash"], block_hash);
    assert_eq!(transaction["gasLimit"], "64896");
    assert_eq!(transaction["error"], false);
    let block = result("/block/6703934").await;
    assert_eq!(
        (&block["hash"], &block["transactions"]),
        (&json!(block_hash), &json!([hash]))
    );
    assert_eq!(block["parentHash"], result("/block/6703933").await["hash"]);
    assert_eq!(result("/block/6570890").await["number"], "6570890");
    assert_eq!(result("/block/latest").await["number"], "6986410");
    let balance = result("/balance/0x93b3d0b2894e99c2934bed8586ea4e2b94ce6bfd").await;
    assert_eq!(balance["balance"], "2901946820265775304");
    assert_eq!(balance["timestamp"], "2019-12-16T17:13:37.821969Z");
    assert_eq!(balance["isMainChain"], true);
    assert!(balance.get("contract").is_none());
    let contract = "0x1d7cf6ad190772cc6177beea2e3ae24cc89b2a10";
    let path = format!("/balance/0x93b3d0b2894e99c2934bed8586ea4e2b94ce6bfd/{contract}");
    assert_eq!(result(&path).await["contract"], contract);
}

#[tokio::test]
async fn what_is_not_there_is_null_and_what_is_no_such_thing_refused() {
    let tenant = Tenant::start(quick()).await;
    let nobody = format!("0x{}", "12".repeat(20));
    for path in [
        format!("/transaction/0x{}", "00".repeat(32)),
        "/block/99999999".to_owned(),
        "/block/1".to_owned(),
        format!("/balance/{nobody}"),
        format!("/balance/{nobody}/{nobody}"),
    ] {
        let answer = tenant.get(&format!("{CHAIN}{path}")).await.json(200);
        assert_eq!(answer, json!({"result": null}), "{path}");
    }
    for path in [
        "/transaction/0x12".to_owned(),
        "/block/first".to_owned(),
        "/balance/me".to_owned(),
        format!("/transactions/{nobody}?limit=x"),
        format!("/transactions/{nobody}?cursor=x"),
    ] {
        assert_eq!(
            tenant.get(&format!("{CHAIN}{path}")).await.status,
            400,
            "{path}"
        );
    }
    assert_eq!(tenant.get("/data/bitcoin/testnet/status").await.status, 404);
}

#[tokio::test]
async fn the_chain_tells_what_wallets_did() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[ETHER, COIN]).await;
    let wallet = user.active_wallet("ethereum_ropsten").await;
    let address = wallet["address"].as_str().expect("an address");
    let path = format!("{}transactions/", wallet_path(&wallet));
    let recipient = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
    let mut hashes = Vec::new();
    for quantity in [1, 2, 3] {
        let body = json!({"password": "pa55", "asset_id": ETHER, "recipient": recipient,
                          "quantity": quantity, "gas_price": "1"});
        let sent = user.post(&path, &body).await.json(201);
        user.transaction_at(&wallet, &sent["id"], "CONFIRMED").await;
        hashes.push(sent["txhash"].as_str().expect("a hash")[2..].to_owned());
    }
    let list = async |address: &str, query: &str| {
        tenant
            .get(&format!("{CHAIN}/transactions/{address}?{query}"))
            .await
            .json(200)
    };
    let hashes_of = |list: &Value| -> Vec<String> {
        let result = list["result"].as_array().expect("a list").clone();
        result
            .iter()
            .map(|tx| tx["hash"].as_str().expect("text").to_owned())
            .collect()
    };
    let received = list(recipient, "").await;
    assert_eq!(hashes_of(&received), hashes);
    assert_eq!(received["next_cursor"], Value::Null);
    assert_eq!(received["result"][2]["value"], "3");
    assert_eq!(received["result"][2]["nonce"], "2");
    assert_eq!(received["result"][2]["from"], address.to_lowercase());

    let first = list(recipient, "limit=2").await;
    assert_eq!(hashes_of(&first), hashes[..2]);
    let cursor = first["next_cursor"].as_str().expect("there is more");
    let second = list(recipient, &format!("limit=2&cursor={cursor}")).await;
    assert_eq!(hashes_of(&second), hashes[2..]);
    assert_eq!(second["next_cursor"], Value::Null);

    let block = received["result"][1]["blockNumber"].as_str().expect("text");
    let one = list(recipient, &format!("before={block}&after={block}")).await;
    assert_eq!(hashes_of(&one), hashes[1..2]);
    let confirmations = received["result"][1]["confirmations"]
        .as_str()
        .expect("text");
    let older = list(recipient, &format!("confirmations={confirmations}")).await;
    assert_eq!(
        hashes_of(&older),
        hashes[..1],
        "confirmations have to be exceeded"
    );

    // The wallet's own list begins with what the faucet brought, of Ether and of the token.
    assert_eq!(hashes_of(&list(address, "").await).len(), 5);
    let balance = tenant
        .get(&format!("{CHAIN}/balance/{address}"))
        .await
        .json(200);
    assert_eq!(
        balance["result"]["balance"],
        user.balance(&wallet, ETHER).await
    );
    assert_eq!(balance["result"]["transactionHash"], hashes[2]);
    let contract = "0xb95185ca02B704e46721d878EE7f566C6a2a959f";
    let coins = tenant
        .get(&format!("{CHAIN}/balance/{address}/{contract}"))
        .await
        .json(200);
    assert_eq!(coins["result"]["balance"], "1000000000000000000");
    let latest = tenant.get(&format!("{CHAIN}/block/latest")).await.json(200);
    let status = tenant.get(&format!("{CHAIN}/status")).await.json(200);
    assert_eq!(latest["result"]["number"], status["result"]["latest"]);
}
