//! Wallets, signatures and offboarding.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use ruint::aliases::U256;
use serde_json::{Value, json};
use sha3::{Digest, Keccak256};

use crate::client::{ARWEAVE, BITCOIN, COIN, ETHER, Tenant, quick, wallet_path};
use crate::receiver::Receiver;

const WALLETS: &str = "/kms/wallets/";

#[tokio::test]
async fn a_wallet_is_pending_without_address_and_then_active_with_one() {
    let settings = bindery_sandbox::upvest::Settings {
        activation_delay: Duration::from_millis(200),
        ..quick()
    };
    let tenant = Tenant::start(settings).await;
    let mut receiver = Receiver::start(0).await;
    receiver
        .subscribe(&tenant, json!(["upvest.wallet.created"]))
        .await;
    let user = tenant.user("jane", &[]).await;
    let body = json!({"asset_id": ETHER, "password": "pa55"});
    let created = user.post(WALLETS, &body).await.json(201);
    assert_eq!(
        (&created["status"], &created["address"]),
        (&json!("PENDING"), &Value::Null)
    );
    assert_eq!(created["protocol"], "ethereum_ropsten");
    assert_eq!(created["index"], Value::Null);
    assert_eq!(created["balances"][0]["amount"], "0");
    let event = receiver.next().await;
    assert!(event.is_signed());
    assert_eq!(event.json["action"], "wallet.created");
    assert_eq!(event.json["data"]["id"], created["id"]);
    assert_eq!(event.json["data"]["username"], user.name);
    let wallet = user.active_wallet("ethereum_ropsten").await;
    assert_eq!(wallet["address"], event.json["data"]["address"]);
    assert_eq!(wallet["balances"][0]["amount"], "1000000000000000000");
}

#[tokio::test]
async fn nine_creations_over_three_indexes_make_six_wallets() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[]).await;
    for index in [Value::Null, json!(0), json!(1)] {
        for asset in [BITCOIN, ETHER, COIN] {
            let body = json!({"asset_id": asset, "password": "pa55", "index": index});
            let wallet = user.post(WALLETS, &body).await.json(201);
            let balances = wallet["balances"].as_array().expect("balances");
            assert!(balances.iter().any(|balance| balance["asset_id"] == asset));
            assert_eq!(wallet["index"], index);
        }
    }
    let wallets = user.get(WALLETS).await.json(200);
    let wallets = wallets["results"].as_array().expect("a list").clone();
    assert_eq!(wallets.len(), 6);
    for wallet in wallets
        .iter()
        .filter(|wallet| wallet["protocol"] == "ethereum_ropsten")
    {
        assert_eq!(wallet["balances"].as_array().map(Vec::len), Some(2));
    }
}

#[tokio::test]
async fn the_tenant_sees_all_wallets_and_a_user_only_its_own() {
    let tenant = Tenant::start(quick()).await;
    let (jane, joe) = (
        tenant.user("jane", &[ETHER]).await,
        tenant.user("joe", &[BITCOIN]).await,
    );
    let all = tenant.get(WALLETS).await.json(200);
    assert_eq!(all["results"].as_array().map(Vec::len), Some(2));
    let of_jane = jane.get(WALLETS).await.json(200);
    assert_eq!(of_jane["results"].as_array().map(Vec::len), Some(1));
    let path = wallet_path(&of_jane["results"][0]);
    let path = path.trim_end_matches('/');
    jane.get(path).await.json(200);
    tenant.get(path).await.json(200);
    assert_eq!(joe.get(path).await.status, 404);
}

#[tokio::test]
async fn a_wallet_needs_the_right_password_and_a_known_asset() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[]).await;
    let wrong = user
        .post(WALLETS, &json!({"asset_id": ETHER, "password": "wrong"}))
        .await;
    assert_eq!(
        wrong.reason(403),
        ("password".to_owned(), "invalidPassword".to_owned())
    );
    let unknown = json!({"asset_id": uuid::Uuid::new_v4(), "password": "pa55"});
    assert_eq!(user.post(WALLETS, &unknown).await.reason(400).0, "asset_id");
    assert_eq!(
        user.post(WALLETS, &json!({"password": "pa55"}))
            .await
            .reason(400)
            .1,
        "required"
    );
}

/// The number that a signature's field writes in that format.
fn number(format: &str, text: &str) -> U256 {
    match format {
        "hex" => U256::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).expect("hex"),
        "decimal" | "int" => U256::from_str_radix(text, 10).expect("decimal"),
        "base64_bigendian" => U256::from_be_slice(&STANDARD.decode(text).expect("base64")),
        _ => U256::from_le_slice(&STANDARD.decode(text).expect("base64")),
    }
}

/// The text of the field `name` of that JSON, a string or a number of any length.
fn field(json: &str, name: &str) -> String {
    let (_, rest) = json
        .split_once(&format!("\"{name}\":"))
        .expect("it is there");
    let end = rest.find([',', '}']).expect("it ends");
    rest[..end].trim_matches('"').to_owned()
}

#[tokio::test]
async fn signatures_in_every_format_recover_the_key_behind_the_address() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[ETHER]).await;
    // Without waiting for the wallet, as the official Python tests do.
    let wallet = user.get(WALLETS).await.json(200)["results"][0].take();
    let path = format!("{}sign", wallet_path(&wallet));
    let hash = [7; 32];
    for format in [
        "hex",
        "decimal",
        "int",
        "base64_bigendian",
        "base64_littleendian",
    ] {
        let body =
            json!({"password": "pa55", "to_sign": STANDARD.encode(hash), "output_format": format});
        let answer = user.post(&path, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let json = answer.json(200);
        assert_eq!(
            (&json["algorithm"], &json["curve"]),
            (&json!("ECDSA"), &json!("secp256k1"))
        );
        assert_eq!(json["big_number_format"], format);
        let bytes = |name| number(format, &field(&answer.text, name)).to_be_bytes::<32>();
        let signature = Signature::from_scalars(bytes("r"), bytes("s")).expect("a signature");
        let recovery = json["recover"]
            .as_u64()
            .and_then(|id| RecoveryId::from_byte(id as u8));
        let recovery = recovery.expect("an integer");
        let key = VerifyingKey::recover_from_prehash(&hash, &signature, recovery).expect("a key");
        let point = key.to_sec1_point(false);
        assert_eq!(point.as_bytes()[1..], [bytes("x"), bytes("y")].concat());
        let address = Keccak256::digest(&point.as_bytes()[1..]);
        let hex: String = address[12..]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let wallet = user.active_wallet("ethereum_ropsten").await;
        let expected = wallet["address"]
            .as_str()
            .expect("an address")
            .to_lowercase();
        assert_eq!(format!("0x{hex}"), expected);
    }
}

#[tokio::test]
async fn what_cannot_be_signed_is_refused() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[ETHER, ARWEAVE]).await;
    let ether = format!(
        "{}sign",
        wallet_path(&user.active_wallet("ethereum_ropsten").await)
    );
    let arweave = format!(
        "{}sign",
        wallet_path(&user.active_wallet("arweave_testnet").await)
    );
    let hash = STANDARD.encode([7; 32]);
    let body = |password: &str, to_sign: &str| json!({"password": password, "to_sign": to_sign});
    assert_eq!(
        user.post(&ether, &body("wrong", &hash)).await.reason(403).0,
        "password"
    );
    assert_eq!(
        user.post(&ether, &body("pa55", "AAAA")).await.reason(400).0,
        "to_sign"
    );
    assert_eq!(
        user.post(&ether, &body("pa55", "no base64"))
            .await
            .reason(400)
            .0,
        "to_sign"
    );
    assert_eq!(
        user.post(&arweave, &body("pa55", &hash))
            .await
            .reason(400)
            .0,
        "wallet_id"
    );
    let format = json!({"password": "pa55", "to_sign": hash, "output_format": "octal"});
    assert_eq!(
        user.post(&ether, &format).await.reason(400).0,
        "output_format"
    );
    let nowhere = format!("{WALLETS}{}/sign", uuid::Uuid::new_v4());
    assert_eq!(user.post(&nowhere, &body("pa55", &hash)).await.status, 404);
}

#[tokio::test]
async fn offboarding_hands_out_ethereums_keys() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[ETHER, BITCOIN]).await;
    let wallet = user.active_wallet("ethereum_ropsten").await;
    let path = "/clientele/offboard";
    assert_eq!(
        user.post(path, &json!({"password": "wrong"})).await.status,
        403
    );
    let left = user
        .post(path, &json!({"password": "pa55"}))
        .await
        .json(200);
    let metadata =
        json!({"username": "jane", "total_wallet_count": 2, "offboarded_wallet_count": 1});
    assert_eq!(left["metadata"], metadata);
    assert_eq!(
        (&left["previous"], &left["next"]),
        (&Value::Null, &Value::Null)
    );
    let offboarded = &left["results"][0];
    assert_eq!(offboarded["id"], wallet["id"]);
    assert_eq!(offboarded["address"], wallet["address"]);
    assert_eq!(offboarded["keystore_file"]["version"], 3);
    assert_eq!(offboarded["keystore_file"]["id"], wallet["id"]);
    assert!(offboarded["keystore_file"]["crypto"]["mac"].is_string());
    let zip = STANDARD
        .decode(left["zip_base64"].as_str().expect("text"))
        .expect("base64");
    assert!(zip.starts_with(b"PK\x03\x04"));
    let name = format!(
        "ethereum_{}.json",
        wallet["address"].as_str().expect("an address")
    );
    assert!(
        zip.windows(name.len())
            .any(|window| window == name.as_bytes())
    );
}
