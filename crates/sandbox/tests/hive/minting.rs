//! Minting, and what goes to IPFS.

use bindery_sandbox::hive::{POLYGON_NFT, POLYGON_OWNER, XPLA_NFT};
use reqwest::{StatusCode, multipart};
use serde_json::{Value, json};

use crate::service::{Hive, PLAYER, answer, claims, data, failure};

#[tokio::test]
async fn a_mint_that_is_sent_can_be_looked_up() {
    let hive = Hive::start().await;
    let operator = claims(&hive.access_token)["address"].take();
    let operator = operator.as_str().unwrap();
    for (network, contract, from, to) in [
        ("polygon", POLYGON_NFT, POLYGON_OWNER, PLAYER),
        ("xpla", XPLA_NFT, operator, operator),
    ] {
        let path = format!("/service/v1/nft/{contract}/mint");
        let order = |token_id: &str, is_send| {
            json!({
                "playerId": "7",
                "from": from,
                "to": to,
                "isSend": is_send,
                "mintMsg": [{"tokenId": token_id, "metadata": {"name": "Robe", "image": "i"}}],
            })
        };
        let mint = async |order: Value| {
            let request = hive.post(network, &path).header("x-appid", "app");
            data(request.body(order.to_string()), StatusCode::CREATED).await
        };
        let sent = mint(order("2", true)).await;
        let hash = sent["txHash"].as_str().unwrap();
        let transaction = hive.found(network, &format!("/core/v1/tx/{hash}")).await;
        assert_eq!(
            (&transaction["txhash"], &transaction["status"]),
            (&json!(hash), &json!("success"))
        );
        let path = format!("/core/v1/nft/{contract}/tokens/2");
        let nft = hive.found(network, &path).await;
        let cid = nft["tokenUri"]
            .as_str()
            .unwrap()
            .strip_prefix("ipfs://")
            .unwrap();
        let request = hive.client.get(hive.url(&format!("/ipfs/{cid}")));
        let (_, metadata) = answer(request).await;
        assert_eq!(metadata["name"], "Robe");

        let unsent = mint(order("3", false)).await;
        assert!(unsent["rawTx"].is_string() && unsent.get("txHash").is_none());
        let path = format!("/core/v1/nft/{contract}/tokens/3");
        let (status, _) = failure(hive.get(network, &path)).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    let wallet = hive
        .found("polygon", &format!("/core/v1/wallet/{POLYGON_OWNER}"))
        .await;
    assert_eq!(wallet["nonce"], 186);
}

#[tokio::test]
async fn a_mint_without_the_right_or_beyond_the_limit_is_refused() {
    let hive = Hive::start().await;
    let path = format!("/service/v1/nft/{POLYGON_NFT}/mint");
    let order = |from: &str, ids: Vec<String>| {
        let messages = ids.iter().map(|id| json!({"tokenId": id, "metadata": {}}));
        let messages: Vec<_> = messages.collect();
        let (player_id, is_send) = ("7", true);
        json!({"playerId": player_id, "from": from, "to": PLAYER, "isSend": is_send, "mintMsg": messages})
    };
    let ids = |range: std::ops::Range<u32>| range.map(|id| id.to_string()).collect::<Vec<_>>();
    for (order, why) in [
        (order(PLAYER, ids(2..3)), "right to mint"),
        (order(POLYGON_OWNER, ids(2..53)), "1 to 50 tokens"),
        (order(POLYGON_OWNER, ids(2..2)), "1 to 50 tokens"),
        (order(POLYGON_OWNER, ids(1..2)), "token 1 exists"),
        (
            order(POLYGON_OWNER, vec!["2".to_owned(); 2]),
            "token 2 exists",
        ),
        (
            order(POLYGON_OWNER, vec!["two".to_owned()]),
            "must be a number",
        ),
        (json!({"from": POLYGON_OWNER}), "as documented"),
    ] {
        let request = hive.post("polygon", &path).header("x-appid", "app");
        let (status, message) = failure(request.body(order.to_string())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(message.contains(why), "{message}");
    }
    let (status, message) = hive
        .refused("polygon", &path, order(POLYGON_OWNER, ids(2..3)))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(message.contains("x-appid"), "{message}");
    let path = format!("/service/v1/nft/{PLAYER}/mint");
    let request = hive.post("polygon", &path).header("x-appid", "app");
    let request = request.body(order(PLAYER, ids(2..3)).to_string());
    assert_eq!(failure(request).await.0, StatusCode::NOT_FOUND);

    let path = format!("/core/v1/nft/extension/{POLYGON_NFT}/mint");
    let made = hive
        .created("polygon", &path, order(POLYGON_OWNER, ids(2..52)))
        .await;
    assert!(made["rawTx"].is_string());
}

#[tokio::test]
async fn metadata_and_assets_get_the_address_that_ipfs_gives_them() {
    let hive = Hive::start().await;
    // Neither wants x-network.
    let post = |path: &str| {
        let request = hive.client.post(hive.url(path));
        request.bearer_auth(&hive.access_token)
    };
    let part = multipart::Part::bytes(b"hello world\n".as_slice())
        .file_name("cw20.code")
        .mime_str("application/octet-stream");
    let form = multipart::Form::new().part("asset", part.unwrap());
    let stored = data(post("/core/v1/asset").multipart(form), StatusCode::CREATED).await;
    let cid = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o";
    assert_eq!(
        stored,
        json!({
            "contentType": "application/octet-stream",
            "uri": format!("ipfs://{cid}"),
            "gatewayUrl": hive.url(&format!("/ipfs/{cid}")),
        })
    );
    let gateway_url = stored["gatewayUrl"].as_str().unwrap();
    let file = hive.client.get(gateway_url).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "application/octet-stream");
    assert_eq!(file.text().await.unwrap(), "hello world\n");

    let metadata = json!({"name": "Robe", "image": "https://example.com/a.gif", "more": 1});
    let request = post("/core/v1/metadata").body(metadata.to_string());
    let stored = data(request, StatusCode::CREATED).await;
    assert_eq!(stored["contentType"], "application/json");
    let gateway_url = stored["gatewayUrl"].as_str().unwrap();
    let (_, file) = answer(hive.client.get(gateway_url)).await;
    assert_eq!(file, metadata);

    let request = post("/core/v1/asset-by-url").body(r#"{"url":"https://example.com/a.png"}"#);
    let stored = data(request, StatusCode::CREATED).await;
    assert_eq!(stored["contentType"], "image/png");

    for (path, body) in [
        ("/core/v1/metadata", r#"{"name":"Robe"}"#),
        ("/core/v1/metadata", "[]"),
        ("/core/v1/asset", "not a form"),
        ("/core/v1/asset-by-url", r#"{"url":"file:///etc/passwd"}"#),
        ("/core/v1/asset-by-url", "{}"),
    ] {
        let (status, _) = failure(post(path).body(body)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {body}");
    }
    let form = multipart::Form::new().text("file", "x");
    let (status, _) = failure(post("/core/v1/asset").multipart(form)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_web_link_is_made_for_a_player() {
    let hive = Hive::start().await;
    for player in [json!(7), json!("7")] {
        let order = json!({"type": "HOME", "playerId": player});
        let link = hive.created("xpla", "/web3/v1/web-link", order).await;
        assert!(link["webLinkUrl"].as_str().unwrap().starts_with("http://"));
    }
    let (status, _) = hive
        .refused("xpla", "/web3/v1/web-link", json!({"type": "HOME"}))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
