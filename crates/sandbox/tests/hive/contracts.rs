//! Tokens, NFTs and what is there from the start.

use bindery_sandbox::hive::{
    POLYGON_NFT, POLYGON_OWNER, POLYGON_ROYALTY_NFT, POLYGON_TOKEN, POLYGON_TRANSACTION, XPLA_NFT,
    XPLA_ROYALTY_NFT, XPLA_TOKEN,
};
use reqwest::{StatusCode, multipart};
use serde_json::json;

use crate::service::{Hive, PLAYER, claims, data, failure};

#[tokio::test]
async fn the_network_has_to_be_named() {
    let hive = Hive::start().await;
    let path = format!("/core/v1/ft/{POLYGON_TOKEN}");
    let request = hive.client.get(hive.url(&path));
    let missing = failure(request.bearer_auth(&hive.access_token)).await;
    assert_eq!(missing.0, StatusCode::BAD_REQUEST);
    for network in ["ploygon", "ethereum", ""] {
        let refused = failure(hive.get(network, &path)).await;
        assert_eq!(refused.0, StatusCode::BAD_REQUEST);
    }
    // The address is one of Polygon.
    assert_eq!(
        failure(hive.get("xpla", &path)).await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn the_documented_samples_are_answered_as_documented() {
    let hive = Hive::start().await;
    let sample = async |path: &str| hive.found("polygon", path).await;
    assert_eq!(
        sample(&format!("/core/v1/wallet/{POLYGON_OWNER}")).await,
        json!({"nonce": 185, "type": "SINGLE"})
    );
    assert_eq!(
        sample(&format!("/core/v1/ft/{POLYGON_TOKEN}")).await,
        json!({"name": "Simple Token", "symbol": "ST", "decimals": 18, "totalSupply": "1000000000"})
    );
    assert_eq!(
        sample(&format!("/core/v1/nft/{POLYGON_NFT}")).await,
        json!({"name": "Simple NFT", "symbol": "SNFT"})
    );
    let nft = sample(&format!(
        "/core/v1/nft/{}/tokens/1",
        POLYGON_NFT.to_lowercase()
    ))
    .await;
    assert!(nft["tokenUri"].as_str().unwrap().starts_with("ipfs://Qm"));
    let path = format!("/core/v1/nft/extension/{POLYGON_ROYALTY_NFT}/royalty/1?salePrice=0.5");
    assert_eq!(
        sample(&path).await,
        json!({"receiver": "0xD6e69da7f1be111394dfef4C48eaC9b52ddf2Fd0", "amount": "0.0375"})
    );
    let transaction = sample(&format!("/core/v1/tx/{POLYGON_TRANSACTION}")).await;
    assert_eq!(transaction["blockNumber"], 33_457_511);
    assert_eq!(transaction["status"], "success");
    assert_eq!(transaction["fee"]["gas"], 151_232);
    assert_eq!(transaction["data"]["from"], POLYGON_OWNER);
    assert_eq!(
        transaction["logs"][0]["transactionHash"],
        POLYGON_TRANSACTION
    );
}

#[tokio::test]
async fn xpla_has_the_same_contracts() {
    let hive = Hive::start().await;
    let operator = claims(&hive.access_token)["address"].take();
    let operator = operator.as_str().unwrap();
    let path = format!("/core/v1/ft/{XPLA_TOKEN}/account/{operator}/balance?details=true");
    assert_eq!(
        hive.found("xpla", &path).await,
        json!({
            "value": "1000000000",
            "rawValue": "1000000000000000000000000000",
            "symbol": "ST",
            "decimals": 18,
        })
    );
    let nft = hive
        .found("xpla", &format!("/core/v1/nft/{XPLA_NFT}/tokens/1"))
        .await;
    assert!(nft["tokenUri"].is_string());
    let path = format!("/core/v1/nft/extension/{XPLA_ROYALTY_NFT}/royalty/1?salePrice=1");
    let royalty = hive.found("xpla", &path).await;
    assert_eq!(royalty, json!({"receiver": operator, "amount": "0.075"}));
    let wallet = hive
        .found("xpla", &format!("/core/v1/wallet/{operator}"))
        .await;
    assert_eq!(
        (&wallet["nonce"], &wallet["type"]),
        (&json!(52), &json!("SINGLE"))
    );
    assert!(
        wallet["publicKey"]
            .as_str()
            .unwrap()
            .starts_with("xplapub1")
    );
    assert!(wallet["accountNumber"].is_u64());
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let hive = Hive::start().await;
    let no_account = "xpla1xckvhyu48uqlhduqgd79y45tpfhqlnrqhr87nt";
    for (network, path) in [
        ("polygon", format!("/core/v1/ft/{PLAYER}")),
        (
            "polygon",
            format!("/core/v1/ft/{PLAYER}/account/{PLAYER}/balance"),
        ),
        ("polygon", format!("/core/v1/nft/{PLAYER}")),
        ("polygon", format!("/core/v1/nft/{POLYGON_NFT}/tokens/2")),
        ("polygon", "/core/v1/tx/0x00".to_owned()),
        ("xpla", format!("/core/v1/wallet/{no_account}")),
        ("polygon", "/core/v1/nothing".to_owned()),
    ] {
        let (status, _) = failure(hive.get(network, &path)).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [
        "/core/v1/wallet/0x1".to_owned(),
        format!("/core/v1/nft/extension/{POLYGON_ROYALTY_NFT}/royalty/1"),
        format!("/core/v1/nft/extension/{POLYGON_ROYALTY_NFT}/royalty/1?salePrice=1e3"),
        format!("/core/v1/nft/extension/{POLYGON_NFT}/royalty/1?salePrice=1"),
    ] {
        let (status, _) = failure(hive.get("polygon", &path)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn contract_resources_are_numbered() {
    let hive = Hive::start().await;
    let names = [
        "contractName",
        "contractDesc",
        "contractAbi",
        "contractBytecode",
    ];
    let form = |names: &[&'static str]| {
        let form = multipart::Form::new().text("from", PLAYER);
        let names = names.iter().copied();
        names.fold(form, |form, name| form.text(name, "content"))
    };
    let path = "/core/v1/contract/resource";
    for id in 1..=2 {
        let request = hive.post("polygon", path).multipart(form(&names));
        let created = data(request, StatusCode::CREATED).await;
        assert_eq!(created, json!({"resourceId": id}));
    }
    let request = hive.post("polygon", path).multipart(form(&names[1..]));
    let (status, message) = failure(request).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(message.contains("contractName"), "{message}");
}
