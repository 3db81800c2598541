//! Transactions: what they cost, how far they come, and what is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::client::{ARWEAVE, BITCOIN, COIN, ETHER, Tenant, User, quick, until, wallet_path};
use crate::receiver::Receiver;

const ELSEWHERE: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const START: u128 = 1_000_000_000_000_000_000;

async fn send(user: &User<'_>, wallet: &Value, more: Value) -> crate::client::Answer {
    let mut body = json!({"password": user.password, "asset_id": ETHER, "recipient": ELSEWHERE,
                          "quantity": "37"});
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    user.post(&format!("{}transactions/", wallet_path(wallet)), &body)
        .await
}

#[tokio::test]
async fn a_transfer_is_pending_then_confirmed_and_moves_exactly_what_it_says() {
    let tenant = Tenant::start(quick()).await;
    let (jane, joe) = (
        tenant.user("jane", &[ETHER]).await,
        tenant.user("joe", &[ETHER]).await,
    );
    let from = jane.active_wallet("ethereum_ropsten").await;
    let to = joe.active_wallet("ethereum_ropsten").await;
    let more = json!({"recipient": to["address"], "quantity": "123456789012345678",
                      "gas_price": "1500000000"});
    let sent = send(&jane, &from, more).await.json(201);
    assert_eq!(sent["status"], "PENDING");
    assert_eq!(sent["sender"], from["address"]);
    assert_eq!(sent["recipient"], to["address"]);
    assert_eq!(sent["asset_name"], "Ether (Ropsten)");
    assert_eq!(sent["exponent"], 18);
    assert_eq!(sent["fee"], "31500000000000");
    let fee_info = json!({"fee": "31500000000000", "gas_used": "21000", "gas_limit": "21000",
                          "gas_price": "1500000000"});
    assert_eq!(sent["fee_info"], fee_info);
    let done = jane.transaction_at(&from, &sent["id"], "CONFIRMED").await;
    assert_eq!(done["txhash"].as_str().map(str::len), Some(66));
    let left = START - 123_456_789_012_345_678 - 31_500_000_000_000;
    assert_eq!(jane.balance(&from, ETHER).await, left.to_string());
    assert_eq!(
        joe.balance(&to, ETHER).await,
        (START + 123_456_789_012_345_678).to_string()
    );

    let path = format!("{}transactions/", wallet_path(&to));
    let incoming = joe.get(&path).await.json(200)["results"][0].take();
    assert_eq!(incoming["txhash"], done["txhash"]);
    assert_eq!(incoming["wallet_id"], to["id"]);
    assert_eq!(incoming["quantity"], "123456789012345678");
    assert_eq!(
        joe.transaction_at(&to, &incoming["id"], "CONFIRMED").await["sender"],
        from["address"]
    );
    let outgoing = format!("{path}{}", sent["id"].as_str().expect("an id"));
    assert_eq!(
        joe.get(&outgoing).await.status,
        404,
        "it is in the sender's wallet alone"
    );
}

#[tokio::test]
async fn asynchronous_transactions_are_queued_and_then_told_of() {
    let tenant = Tenant::start(quick()).await;
    let mut receiver = Receiver::start(0).await;
    let user = tenant.user("jane", &[ETHER, COIN]).await;
    let wallet = user.active_wallet("ethereum_ropsten").await;
    receiver
        .subscribe(
            &tenant,
            json!(["upvest.transaction.*", "ropsten.transfer.observed"]),
        )
        .await;
    let more = json!({"async": true, "asset_id": COIN, "fee": "148249500000000", "inputs": null});
    let queued = send(&user, &wallet, more).await.json(201);
    assert_eq!(
        (&queued["status"], &queued["txhash"]),
        (&json!("QUEUED"), &Value::Null)
    );
    assert_eq!(queued["fee"], "148249500000000");
    assert_eq!(queued["fee_info"]["gas_limit"], "98833");
    assert_eq!(queued["fee_info"]["gas_price"], "1500000000");
    let processed = receiver.next_of("transaction.processed").await;
    assert!(processed.is_signed());
    assert_eq!(processed.json["data"]["id"], queued["id"]);
    assert_eq!(processed.json["data"]["status"], "PENDING");
    let observed = receiver.next_of("transfer.observed").await;
    assert!(observed.is_signed());
    let transfer = &observed.json["data"];
    assert_eq!(transfer["quantity"], 37);
    assert_eq!(transfer["txhash"], processed.json["data"]["hash"]);
    assert_eq!(transfer["transaction_id"], queued["id"]);
    assert_eq!(
        (&transfer["sender"], &transfer["recipient"]),
        (&wallet["address"], &json!(ELSEWHERE))
    );
    let asset =
        json!({"id": COIN, "name": "Example coin (Ropsten)", "symbol": "COIN", "exponent": 12});
    assert_eq!(transfer["asset"], asset);
    let done = user
        .transaction_at(&wallet, &queued["id"], "CONFIRMED")
        .await;
    assert_eq!(done["txhash"], processed.json["data"]["hash"]);
    assert_eq!(user.balance(&wallet, COIN).await, (START - 37).to_string());
}

#[tokio::test]
async fn amounts_beyond_64_bits_and_as_integers_stay_exact() {
    let rich = bindery_sandbox::upvest::Settings {
        starting_balance: u128::MAX,
        ..quick()
    };
    let tenant = Tenant::start(rich).await;
    let mut receiver = Receiver::start(0).await;
    let user = tenant.user("jane", &[ETHER, COIN]).await;
    let wallet = user.active_wallet("ethereum_ropsten").await;
    receiver.subscribe(&tenant, json!(["ropsten.*.*"])).await;
    let quantity = "123456789012345678901234567890";
    let path = format!("{}transactions/", wallet_path(&wallet));
    let body = format!(
        r#"{{"password":"pa55","asset_id":"{COIN}","recipient":"{ELSEWHERE}","quantity":{quantity}}}"#
    );
    let sent = user.post_text(&path, &body).await.json(201);
    assert_eq!(sent["quantity"], quantity);
    let observed = receiver.next_of("transfer.observed").await;
    assert!(
        observed.text.contains(&format!("\"quantity\":{quantity},")),
        "{}",
        observed.text
    );
    user.transaction_at(&wallet, &sent["id"], "CONFIRMED").await;
    let left = u128::MAX - quantity.parse::<u128>().expect("a number");
    assert_eq!(user.balance(&wallet, COIN).await, left.to_string());
}

#[tokio::test]
async fn what_is_not_there_is_rejected_and_never_spent_twice() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[ETHER]).await;
    let wallet = user.active_wallet("ethereum_ropsten").await;
    let half = json!({"quantity": (START / 2).to_string(), "gas_price": "1"});
    let first = send(&user, &wallet, half.clone()).await.json(201);
    let second = send(&user, &wallet, half).await.json(201);
    assert_eq!(
        (&first["status"], &second["status"]),
        (&json!("PENDING"), &json!("REJECTED"))
    );
    user.transaction_at(&wallet, &first["id"], "CONFIRMED")
        .await;
    assert_eq!(
        user.balance(&wallet, ETHER).await,
        (START / 2 - 21_000).to_string()
    );
    let too_little_gas = send(&user, &wallet, json!({"gas_limit": "20999"}))
        .await
        .json(201);
    assert_eq!(too_little_gas["status"], "REJECTED");
    let everything = format!("{:?}", u128::MAX).repeat(2);
    let absurd = send(&user, &wallet, json!({"quantity": everything[..77]}))
        .await
        .json(201);
    assert_eq!(absurd["status"], "REJECTED");
}

#[tokio::test]
async fn the_fund_pays_the_gas_in_advance() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[ETHER, COIN]).await;
    let wallet = user.active_wallet("ethereum_ropsten").await;
    let more = json!({"asset_id": COIN, "fund": true, "gas_limit": "100000", "gas_price": "7"});
    let sent = send(&user, &wallet, more).await.json(201);
    let done = user.transaction_at(&wallet, &sent["id"], "CONFIRMED").await;
    let used: u128 = done["fee_info"]["gas_used"]
        .as_str()
        .expect("text")
        .parse()
        .expect("a number");
    assert_eq!(
        user.balance(&wallet, ETHER).await,
        (START + 700_000 - used * 7).to_string()
    );
}

#[tokio::test]
async fn fees_are_given_in_every_documented_way_but_not_in_two_at_once() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[ETHER]).await;
    let wallet = user.active_wallet("ethereum_ropsten").await;
    for (more, limit, price) in [
        (json!({}), "21000", "113447000000"),
        (json!({"gas_limit": "50000"}), "50000", "113447000000"),
        (json!({"gas_price": "3500000000"}), "21000", "3500000000"),
        (json!({"gas_price": 5, "gas_limit": 60000}), "60000", "5"),
        (json!({"gas_price": "fastest"}), "21000", "132055000000"),
        (
            json!({"gas_price": "slow", "gas_limit": "30000"}),
            "30000",
            "110747000000",
        ),
    ] {
        let sent = send(&user, &wallet, more).await.json(201);
        assert_eq!(sent["fee_info"]["gas_limit"], limit);
        assert_eq!(sent["fee_info"]["gas_price"], price);
        let fee =
            limit.parse::<u128>().expect("a number") * price.parse::<u128>().expect("a number");
        assert_eq!(sent["fee"], fee.to_string());
    }
    let both = send(&user, &wallet, json!({"fee": "1", "gas_limit": "2"})).await;
    assert_eq!(both.reason(400).0, "fee");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[ETHER]).await;
    let wallet = user.active_wallet("ethereum_ropsten").await;
    for (more, status, location) in [
        (json!({"password": "wrong"}), 403, "password"),
        (json!({"quantity": "-1"}), 400, "quantity"),
        (json!({"quantity": 1.5}), 400, "quantity"),
        (json!({"quantity": null}), 400, "quantity"),
        (json!({"fee": "undefined"}), 400, "fee"),
        (json!({"gas_price": "sluggish"}), 400, "gas_price"),
        (json!({"recipient": "0x12"}), 400, "recipient"),
        (
            json!({"recipient": ELSEWHERE.replace('A', "a").replacen('b', "B", 1)}),
            400,
            "recipient",
        ),
        (json!({"asset_id": COIN}), 400, "asset_id"),
        (json!({"asset_id": "x"}), 400, "asset_id"),
    ] {
        let refused = send(&user, &wallet, more.clone()).await;
        assert_eq!(refused.reason(status).0, location, "{more}");
    }
    let list = user
        .get(&format!("{}transactions/", wallet_path(&wallet)))
        .await
        .json(200);
    assert_eq!(list["results"], json!([]));
}

#[tokio::test]
async fn complex_transactions_call_what_their_abi_says() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[ETHER, COIN]).await;
    let wallet = user.active_wallet("ethereum_ropsten").await;
    let path = format!("{}transactions/complex", wallet_path(&wallet));
    let abi = json!({"constant": false, "name": "transfer", "payable": false, "type": "function",
        "inputs": [{"name": "_to", "type": "address"}, {"name": "_value", "type": "uint256"}],
        "outputs": [{"name": "", "type": "bool"}], "stateMutability": "nonpayable"});
    let tx = json!({"type": "ethereum_function_call", "value": "0", "gas_limit": "60000",
        "to": "0xb95185ca02B704e46721d878EE7f566C6a2a959f", "gas_price": "3500000000",
        "abi": abi, "parameters": [ELSEWHERE, "41"]});
    let body = json!({"password": "pa55", "fund": false, "tx": tx});
    let sent = user.post(&path, &body).await.json(201);
    assert!(
        sent.get("recipient").is_none() && sent.get("asset_id").is_none(),
        "{sent}"
    );
    user.transaction_at(&wallet, &sent["id"], "CONFIRMED").await;
    assert_eq!(user.balance(&wallet, COIN).await, (START - 41).to_string());

    let mut wrong = body.clone();
    wrong["tx"]["parameters"] = json!([ELSEWHERE]);
    assert_eq!(user.post(&path, &wrong).await.reason(400).0, "parameters");
    wrong["tx"]["type"] = json!("raw");
    wrong["tx"]["parameters"] = json!([ELSEWHERE, "1"]);
    assert_eq!(user.post(&path, &wrong).await.reason(400).0, "type");
    assert_eq!(
        user.post(&path, &json!({"password": "pa55"}))
            .await
            .reason(400)
            .0,
        "tx"
    );
}

#[tokio::test]
async fn raw_transactions_are_read_in_both_formats_and_refuse_a_used_nonce() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[ETHER]).await;
    let wallet = user.active_wallet("ethereum_ropsten").await;
    let path = format!("{}transactions/raw", wallet_path(&wallet));
    // Nonce 0 or 1, 5 wei a gas, 21,000 gas, 1,000 wei to ELSEWHERE, no data.
    let raw =
        |nonce| format!("de{nonce}05825208945aaeb6053f3e94c9b9a09f33669435e7ef1beaed8203e880");
    let body = json!({"password": "pa55", "raw_tx": raw("80"), "input_format": "hex"});
    let sent = user.post(&path, &body).await.json(201);
    assert_eq!(
        (&sent["status"], &sent["fee"]),
        (&json!("PENDING"), &json!("105000"))
    );
    user.transaction_at(&wallet, &sent["id"], "CONFIRMED").await;
    assert_eq!(
        user.balance(&wallet, ETHER).await,
        (START - 106_000).to_string()
    );
    assert_eq!(
        user.post(&path, &body).await.json(201)["status"],
        "REJECTED"
    );

    let hex = raw("01");
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    let body = json!({"password": "pa55", "raw_tx": STANDARD.encode(&bytes)});
    let sent = user.post(&path, &body).await.json(201);
    user.transaction_at(&wallet, &sent["id"], "CONFIRMED").await;
    let cut = json!({"password": "pa55", "raw_tx": STANDARD.encode(&bytes[1..])});
    assert_eq!(user.post(&path, &cut).await.reason(400).0, "raw_tx");
}

#[tokio::test]
async fn bitcoin_spends_outputs_and_gives_change() {
    let tenant = Tenant::start(quick()).await;
    let (jane, joe) = (
        tenant.user("jane", &[BITCOIN]).await,
        tenant.user("joe", &[BITCOIN]).await,
    );
    let from = jane.active_wallet("bitcoin_testnet").await;
    let to = joe.active_wallet("bitcoin_testnet").await;
    let outputs = jane
        .get(&format!("{}utxos/", wallet_path(&from)))
        .await
        .json(200);
    assert_eq!(outputs["utxos"][0]["amount"], "1000000");
    let more = json!({"asset_id": BITCOIN, "recipient": to["address"], "quantity": 250_000,
                      "fee": "300", "inputs": outputs["utxos"]});
    let sent = send(&jane, &from, more).await.json(201);
    assert!(sent.get("fee_info").is_none());
    jane.transaction_at(&from, &sent["id"], "CONFIRMED").await;
    assert_eq!(jane.balance(&from, BITCOIN).await, "749700");
    assert_eq!(joe.balance(&to, BITCOIN).await, "1250000");
    let outputs = joe
        .get(&format!("{}utxos/", wallet_path(&to)))
        .await
        .json(200);
    assert_eq!(outputs["utxos"][1]["txid"], sent["txhash"]);
}

#[tokio::test]
async fn arweave_arrives_even_if_the_sender_is_deleted_on_the_way() {
    let tenant = Tenant::start(quick()).await;
    let (jane, joe) = (
        tenant.user("jane", &[ARWEAVE]).await,
        tenant.user("joe", &[ARWEAVE]).await,
    );
    let from = jane.active_wallet("arweave_testnet").await;
    let to = joe.active_wallet("arweave_testnet").await;
    let more = json!({"asset_id": ARWEAVE, "recipient": to["address"], "quantity": 7, "fee": 1});
    send(&jane, &from, more).await.json(201);
    assert_eq!(tenant.delete("/tenancy/users/jane").await.status, 204);
    until(async || {
        Some(joe.balance(&to, ARWEAVE).await).filter(|now| *now == (START + 7).to_string())
    })
    .await;
}
