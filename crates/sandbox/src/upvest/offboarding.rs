//! A user leaves and takes the keys along.
//!
//! Ethereum's wallets are handed out, as keystore files under the user's password. Bitcoin's, which
//! the service wrote in BIP38 with QR codes, and Arweave's are not, which the two counts tell.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::assets::Network;
use super::call::UserCall;
use super::errors::Refusal;
use super::fields::Fields;
use super::keystore;
use super::oauth::Scope;
use super::state::State;
use super::zip::Archive;

const DOMAIN: &str = "clientele";

/// `POST /clientele/offboard`
pub(super) async fn offboard(
    Shared(state): Shared<Arc<State>>,
    call: UserCall,
) -> Result<Json<Value>, Refusal> {
    let user = call.user(&[Scope::Write, Scope::Wallet])?;
    let mut fields = Fields::read(DOMAIN, &call.call.body)?;
    let password = fields.text("password");
    fields.check()?;
    let (username, total, leaving) = {
        let world = state.world();
        let user = world.users.get(user)?;
        user.check_password(DOMAIN, &password)?;
        let wallets = world.wallets.of(Some(user.id));
        let leaving: Vec<_> = wallets
            .iter()
            .filter(|wallet| wallet.network == Network::EthereumRopsten && wallet.is_active())
            .map(|wallet| (wallet.id, wallet.address.clone(), wallet.key.clone()))
            .collect();
        (user.username.clone(), wallets.len(), leaving)
    };
    let metadata = json!({
        "username": username,
        "total_wallet_count": total,
        "offboarded_wallet_count": leaving.len(),
    });
    let mut archive = Archive::default();
    archive.add("metadata.json", metadata.to_string().as_bytes());
    let mut results = Vec::new();
    for (id, address, key) in leaving {
        let keystore = keystore::file(id, &key, &password);
        let name = format!("ethereum_{address}.json");
        archive.add(&name, keystore.to_string().as_bytes());
        results.push(json!({
            "id": id,
            "address": address,
            "protocol": Network::EthereumRopsten.protocol(),
            "keystore_file": keystore,
        }));
    }
    Ok(Json(json!({
        "previous": null,
        "next": null,
        "zip_base64": STANDARD.encode(archive.finish()),
        "metadata": metadata,
        "results": results,
    })))
}
