//! The service's time.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::state::State;

/// `GET /time/`
///
/// Asks for no credentials: its use is to a client whose clock is too wrong to sign anything.
pub(super) async fn read(Shared(state): Shared<Arc<State>>) -> Json<Value> {
    let now = state.clock.now();
    let epoch = now.timestamp() as f64 + f64::from(now.timestamp_subsec_micros()) / 1e6;
    Json(json!({
        "epoch": epoch,
        "iso8601": now.format("%Y-%m-%dT%H:%M:%S%.6f").to_string(),
    }))
}
