//! The paths of all of Hive's hosts.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, OriginalUri};
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};

use super::answer::Failure;
use super::ipfs::LARGEST;
use super::{Hive, asset, contract, mint, multisig, token, transaction, wallet, weblink};

pub(super) fn router(hive: Arc<Hive>) -> Router {
    let auth = Router::new()
        .route("/v2/auth-token", post(token::issue))
        .route("/v2/refresh-token", post(token::refresh));
    let core = Router::new()
        .route("/tx", post(transaction::create))
        .route("/tx/{txhash}", get(transaction::info))
        .route("/wallet/{address}", get(wallet::info))
        .route("/ft/{contract}", get(contract::token))
        .route(
            "/ft/{contract}/account/{from}/balance",
            get(contract::balance),
        )
        .route("/nft/{contract}", get(contract::nft_contract))
        .route("/nft/{contract}/tokens/{token_id}", get(contract::nft))
        .route(
            "/nft/extension/{contract}/royalty/{token_id}",
            get(contract::royalty),
        )
        .route("/nft/extension/{contract}/mint", post(mint::extension))
        .route("/metadata", post(asset::metadata))
        .route("/asset", post(asset::upload))
        .route("/asset-by-url", post(asset::by_url))
        .route("/multisig", post(multisig::create))
        .route("/contract/resource", post(contract::register_resource));
    Router::new()
        .merge(auth)
        .route("/core/v0/wallet", post(wallet::create))
        .nest("/core/v1", core)
        .route("/service/v1/nft/{contract}/mint", post(mint::for_player))
        .route("/web3/v1/web-link", post(weblink::create))
        .route("/ipfs/{cid}", get(asset::gateway))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_path)
        // A request is no smaller than the file in it, so that no file is too large for IPFS.
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(hive)
}

async fn no_such_path(method: Method, OriginalUri(uri): OriginalUri) -> Failure {
    let message = format!("Cannot {method} {}", uri.path());
    Failure::other(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}
