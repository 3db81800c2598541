//! The Auth API.

use std::time::Duration;

use bindery_sandbox::hive::{POLYGON_NFT, POLYGON_TRANSACTION};
use reqwest::StatusCode;
use serde_json::json;

use crate::service::{Hive, claims, data, failure};

#[tokio::test]
async fn a_log_in_gives_tokens_like_those_of_the_samples() {
    let hive = Hive::start().await;
    for (token, lifetime) in [(&hive.access_token, 86_400), (&hive.refresh_token, 604_800)] {
        assert!(token.starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."));
        let claims = claims(token);
        assert_eq!(claims["id"], hive.sandbox.hive().id);
        assert_eq!(claims["role"], "operator");
        assert!(claims["address"].as_str().unwrap().starts_with("xpla1"));
        let [iat, exp] = ["iat", "exp"].map(|name| claims[name].as_i64().unwrap());
        assert_eq!(exp - iat, lifetime);
    }
}

#[tokio::test]
async fn a_log_in_is_refused_as_the_prototype_does_it() {
    let hive = Hive::start().await;
    let access = hive.sandbox.hive();
    for (body, status, message) in [
        (
            json!({"id": "test", "secretKey": "1234"}),
            400,
            "user not found",
        ),
        (
            json!({"id": access.id, "secretKey": "1234"}),
            403,
            "access denied",
        ),
        (json!({"id": access.id}), 401, "Unauthorized"),
        (json!({}), 401, "Unauthorized"),
    ] {
        let request = hive.client.post(hive.url("/v2/auth-token"));
        let refused = failure(request.body(body.to_string())).await;
        assert_eq!(
            refused,
            (StatusCode::from_u16(status).unwrap(), message.to_owned())
        );
    }
    let request = hive.client.post(hive.url("/v2/auth-token")).body("{");
    assert_eq!(failure(request).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_until_the_next_log_in() {
    let hive = Hive::start().await;
    let clock = hive.sandbox.clock();
    let second = Duration::from_secs(1);
    clock.advance(second);
    let (status, answer) = hive.refresh(&hive.refresh_token).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CREATED, &json!(0)));
    let next = answer["data"]["refreshToken"].as_str().unwrap();
    assert_ne!(answer["data"]["accessToken"], hive.access_token);

    let (status, answer) = hive.refresh(&hive.refresh_token).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let refusal = json!({"code": 403, "error": "FORBIDDEN", "message": "access denied"});
    assert_eq!(answer, refusal);

    clock.advance(second);
    let (_, last) = hive.log_in().await;
    assert_eq!(hive.refresh(next).await.0, StatusCode::FORBIDDEN);
    clock.advance(second);
    assert_eq!(hive.refresh(&last).await.0, StatusCode::CREATED);
    // None of this has ended the first access token.
    hive.found("polygon", &format!("/core/v1/nft/{POLYGON_NFT}"))
        .await;
}

#[tokio::test]
async fn of_concurrent_refreshes_with_one_token_one_succeeds() {
    let hive = Hive::start().await;
    hive.sandbox.clock().advance(Duration::from_secs(1));
    let refreshes = (0..20).map(|_| hive.refresh(&hive.refresh_token));
    let answers = futures_util::future::join_all(refreshes).await;
    let good = answers.iter().filter(|(status, _)| status.is_success());
    assert_eq!(good.count(), 1);
}

#[tokio::test]
async fn tokens_expire_and_do_not_stand_in_for_each_other() {
    let hive = Hive::start().await;
    let path = format!("/core/v1/nft/{POLYGON_NFT}");
    assert_eq!(
        hive.refresh(&hive.access_token).await.0,
        StatusCode::UNAUTHORIZED
    );
    for token in [hive.refresh_token.as_str(), "none", ""] {
        let request = hive.client.get(hive.url(&path)).bearer_auth(token);
        let refused = failure(request.header("x-network", "polygon")).await;
        assert_eq!(refused.0, StatusCode::UNAUTHORIZED);
    }
    hive.sandbox.clock().advance(Duration::from_secs(86_400));
    let refused = failure(hive.get("polygon", &path)).await;
    assert_eq!(refused.0, StatusCode::UNAUTHORIZED);
    hive.sandbox.clock().advance(Duration::from_secs(518_400));
    let (status, _) = hive.refresh(&hive.refresh_token).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn every_operation_wants_a_bearer_but_the_look_up_of_a_transaction() {
    let hive = Hive::start().await;
    let client = &hive.client;
    for path in [
        "/core/v0/wallet",
        "/core/v1/tx",
        "/core/v1/multisig",
        "/core/v1/metadata",
        "/core/v1/asset",
        "/core/v1/asset-by-url",
        "/core/v1/contract/resource",
        "/core/v1/nft/extension/0x0/mint",
        "/service/v1/nft/0x0/mint",
        "/web3/v1/web-link",
    ] {
        let refused = failure(client.post(hive.url(path))).await;
        assert_eq!(refused.0, StatusCode::UNAUTHORIZED, "{path}");
    }
    let path = format!("/core/v1/tx/{POLYGON_TRANSACTION}");
    let request = || client.get(hive.url(&path)).header("x-network", "polygon");
    let transaction = data(request(), StatusCode::OK).await;
    assert_eq!(transaction["txhash"], POLYGON_TRANSACTION);
    let refused = failure(request().bearer_auth("none")).await;
    assert_eq!(refused.0, StatusCode::UNAUTHORIZED);
}
