//! Users, their passwords and their recovery.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bindery_sandbox::upvest::Settings;
use crypto_box::SecretKey;
use serde_json::{Value, json};

use crate::client::{ARWEAVE, BITCOIN, COIN, ETHER, Tenant, quick, until};
use crate::receiver::Receiver;

const USERS: &str = "/tenancy/users/";

#[tokio::test]
async fn a_user_is_created_with_one_wallet_per_network_read_listed_and_deleted() {
    let tenant = Tenant::start(quick()).await;
    let body = json!({"username": "Jane Doe/ü", "password": "pa55",
                      "asset_ids": [ARWEAVE, BITCOIN, ETHER, COIN]});
    let created = tenant.post(USERS, &body).await.json(201);
    assert_eq!(created["username"], "Jane Doe/ü");
    assert_eq!(created["wallet_ids"].as_array().map(Vec::len), Some(3));
    let kit = created["recoverykit"].as_str().expect("a kit");
    assert!(
        kit.starts_with("<svg ") && kit.contains("<path id=\"qr-path\" d=\"M"),
        "{kit:.200}"
    );

    let path = format!("{USERS}Jane%20Doe%2F%C3%BC");
    let read = tenant.get(&path).await.json(200);
    let ids: Vec<_> = read["wallets"]
        .as_array()
        .expect("wallets")
        .iter()
        .map(|w| &w["id"])
        .collect();
    assert_eq!(json!(ids), created["wallet_ids"]);
    let listed = tenant.get(USERS).await.json(200);
    assert_eq!(listed["results"][0]["username"], "Jane Doe/ü");

    let user = tenant.login("Jane Doe/ü", "pa55", None).await;
    assert_eq!(tenant.delete(&path).await.status, 204);
    let gone = tenant.get(&path).await;
    assert_eq!(
        (gone.status.as_u16(), gone.text.as_str()),
        (404, "Not Found")
    );
    assert_eq!(user.get("/kms/wallets/").await.status, 401);
    assert_eq!(
        tenant.get("/kms/wallets/").await.json(200)["results"],
        json!([])
    );
}

#[tokio::test]
async fn a_second_user_of_the_name_is_the_documented_409() {
    let tenant = Tenant::start(quick()).await;
    tenant.user("jane", &[]).await;
    let refused = tenant
        .post(USERS, &json!({"username": "jane", "password": "x"}))
        .await;
    assert_eq!(refused.status, 409);
    assert_eq!(
        refused.text,
        r#"{"error":{"message":"User with given username exists already","details":[{"domain":"clientele","location":"username","locationType":"parameter","message":"Duplicate Value","reason":"duplicateValue"}]}}"#
    );
}

#[tokio::test]
async fn without_assets_there_are_no_wallets() {
    let tenant = Tenant::start(quick()).await;
    let body = json!({"username": "jane", "password": "x", "asset_ids": []});
    assert_eq!(
        tenant.post(USERS, &body).await.json(201)["wallet_ids"],
        Value::Null
    );
    let unknown = json!({"username": "joe", "password": "x", "asset_ids": [uuid::Uuid::nil()]});
    let refused = tenant.post(USERS, &unknown).await;
    assert_eq!(
        refused.reason(400),
        ("asset_ids".to_owned(), "invalid".to_owned())
    );
}

#[tokio::test]
async fn asynchronous_creation_tells_the_kit_in_the_event_alone() {
    let tenant = Tenant::start(quick()).await;
    let mut receiver = Receiver::start(0).await;
    receiver
        .subscribe(&tenant, json!(["upvest.user.created"]))
        .await;
    let body = json!({"username": "jane", "password": "x", "asset_ids": [COIN], "async": true});
    let created = tenant.post(USERS, &body).await.json(201);
    assert_eq!(created["recoverykit"], Value::Null);
    let event = receiver.next().await.json;
    assert_eq!(event["action"], "user.created");
    assert_eq!(event["data"]["username"], "jane");
    assert!(
        event["data"]["recoverykit"]
            .as_str()
            .expect("a kit")
            .starts_with("<svg ")
    );
    assert_eq!(event["data"]["wallets"][0]["id"], created["wallet_ids"][0]);
    assert!(event["data"]["wallets"][0]["address"].is_string());
}

#[tokio::test]
async fn a_new_password_recrypts_wallets_and_leaves_tokens_alone() {
    let tenant = Tenant::start(quick()).await;
    let mut receiver = Receiver::start(0).await;
    let user = tenant.user("jane", &[ETHER, BITCOIN]).await;
    user.active_wallet("ethereum_ropsten").await;
    user.active_wallet("bitcoin_testnet").await;
    receiver
        .subscribe(&tenant, json!(["upvest.wallet.recrypted"]))
        .await;
    let path = "/tenancy/users/jane";
    let wrong = json!({"old_password": "wrong", "new_password": "n3w"});
    assert_eq!(
        tenant.patch(path, &wrong).await.reason(403),
        ("old_password".to_owned(), "invalidPassword".to_owned())
    );
    let right = json!({"old_password": "pa55", "new_password": "n3w"});
    assert_eq!(
        tenant.patch(path, &right).await.json(200)["username"],
        "jane"
    );
    for _ in 0..2 {
        let event = receiver.next().await;
        assert!(event.is_signed());
        assert_eq!(event.json["data"]["username"], "jane");
    }
    let old = [
        ("grant_type", "password"),
        ("username", "jane"),
        ("password", "pa55"),
    ];
    assert_eq!(tenant.token(&old).await.json(401)["error"], "invalid_grant");
    tenant.login("jane", "n3w", None).await;
    user.get("/kms/wallets/").await.json(200);
}

#[tokio::test]
async fn wallets_are_pending_while_the_password_changes() {
    let tenant = Tenant::start(Settings {
        activation_delay: Duration::from_millis(300),
        ..quick()
    })
    .await;
    let user = tenant.user("jane", &[ETHER]).await;
    let active = user.active_wallet("ethereum_ropsten").await;
    let body = json!({"old_password": "pa55", "new_password": "pa55"});
    // Again where the machine was so busy that the change was over before it could be seen.
    let pending = until(async || {
        tenant.patch("/tenancy/users/jane", &body).await.json(200);
        let read = tenant.get("/tenancy/users/jane").await.json(200);
        Some(read["wallets"][0].clone()).filter(|wallet| wallet["status"] == "PENDING")
    })
    .await;
    assert_eq!(pending["address"], active["address"]);
    assert_eq!(user.active_wallet("ethereum_ropsten").await, active);
}

/// The fields of a protobuf message: number, and value or bytes.
fn fields(mut message: &[u8]) -> Vec<(u8, u64, Vec<u8>)> {
    fn varint(message: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let (byte, rest) = message.split_first().expect("a varint ends");
            *message = rest;
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return value;
            }
        }
    }
    let mut fields = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message);
        let number = u8::try_from(tag >> 3).expect("a small field");
        let value = varint(&mut message);
        let mut bytes = Vec::new();
        if tag & 7 == 2 {
            let (field, rest) = message.split_at(usize::try_from(value).expect("a length"));
            (bytes, message) = (field.to_vec(), rest);
        }
        fields.push((number, value, bytes));
    }
    fields
}

#[tokio::test]
async fn the_opened_recovery_kit_lets_the_user_back_in() {
    let tenant = Tenant::start(quick()).await;
    let mut receiver = Receiver::start(0).await;
    let body = json!({"username": "jane", "password": "lost", "raw": true, "asset_ids": [ETHER],
                      "client_ip": "127.0.0.1", "user_agent": "a test"});
    let created = tenant.post(USERS, &body).await.json(201);
    let sealed = STANDARD
        .decode(created["recoverykit"].as_str().expect("a kit"))
        .expect("base64");
    let key = STANDARD
        .decode(&tenant.access.tenant_private_key)
        .expect("base64");
    let key = SecretKey::from_slice(&key).expect("a key");
    assert_eq!(
        STANDARD.encode(key.public_key().as_bytes()),
        tenant.access.tenant_public_key
    );
    let kit = fields(&key.unseal(&sealed).expect("it is sealed for the tenant"));
    let bytes = |message: &[(u8, u64, Vec<u8>)], number| {
        let field = message.iter().find(|(found, ..)| *found == number);
        field.map(|(.., bytes)| bytes.clone()).unwrap_or_default()
    };
    let number = |message: &[(u8, u64, Vec<u8>)], number| {
        message
            .iter()
            .find(|(found, ..)| *found == number)
            .map_or(0, |(_, value, _)| *value)
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    assert!(text(bytes(&kit, 3)).ends_with("|jane"));
    assert_eq!(
        (text(bytes(&kit, 5)), text(bytes(&kit, 7))),
        ("127.0.0.1".into(), "a test".into())
    );
    let seed = fields(&bytes(&kit, 1));
    let (cipher, hash) = (fields(&bytes(&seed, 2)), fields(&bytes(&seed, 6)));
    let base64 = |bytes: Vec<u8>| STANDARD.encode(bytes);
    let seed = json!({
        "cipher": text(bytes(&seed, 1)),
        "cipherparams": {"ephemeralpk": base64(bytes(&cipher, 1)), "nonce": base64(bytes(&cipher, 2)),
                         "recipient": base64(bytes(&cipher, 3))},
        "ciphertext": base64(bytes(&seed, 3)),
        "hash": base64(bytes(&seed, 4)),
        "hashfunction": text(bytes(&seed, 5)),
        "hashparams": {"len": number(&hash, 1), "m": number(&hash, 2), "p": number(&hash, 3),
                       "salt": base64(bytes(&hash, 4)), "t": number(&hash, 5), "v": number(&hash, 6)},
    });
    let recover = |hash: String| json!({"seed": seed, "seedhash": hash, "user_id": number(&kit, 8), "password": "found"});
    let old = tenant.login("jane", "lost", None).await;
    old.active_wallet("ethereum_ropsten").await;
    receiver
        .subscribe(&tenant, json!(["upvest.wallet.*"]))
        .await;
    let wrong = tenant
        .post("/tenancy/recover/", &recover("0".repeat(64)))
        .await;
    assert_eq!(wrong.reason(400).1, "invalidSeed");
    let right = tenant
        .post("/tenancy/recover/", &recover(text(bytes(&kit, 2))))
        .await;
    assert_eq!(right.json(200), json!({"success": true}));
    assert_eq!(receiver.next().await.json["action"], "wallet.recovered");
    tenant
        .login("jane", "found", None)
        .await
        .active_wallet("ethereum_ropsten")
        .await;
    let login = [
        ("grant_type", "password"),
        ("username", "jane"),
        ("password", "lost"),
    ];
    assert_eq!(
        tenant.token(&login).await.json(401)["error"],
        "invalid_grant"
    );
}
