//! Links to the pages on which players mint and burn.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::answer::{Failure, Success, created};
use super::mint::Text;
use super::request::{Body, Caller, Origin};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "playerId")]
    _player_id: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Link {
    web_link_url: String,
}

/// `POST /web3/v1/web-link`
pub(super) async fn create(
    _: Caller,
    Origin(origin): Origin,
    Body(order): Body<Order>,
) -> Result<Success<Link>, Failure> {
    if order.kind.is_empty() {
        return Err(Failure::bad_request("type is required"));
    }
    let web_link_url = format!("{origin}/web3/page/{}", Uuid::new_v4());
    Ok(created(Link { web_link_url }))
}
