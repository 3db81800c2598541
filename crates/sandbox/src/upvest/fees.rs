//! What transactions cost.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use chrono::SecondsFormat;
use ruint::aliases::U256;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::amount::{Amount, parse, text_of};
use super::errors::Refusal;
use super::fields::Fields;
use super::state::State;

/// The recorded estimates, in wei.
const LEVELS: [(&str, u64); 4] = [
    ("fastest", 132_055_000_000),
    ("fast", 131_363_000_000),
    ("medium", 113_447_000_000),
    ("slow", 110_747_000_000),
];
/// The level taken when none is named.
const USUAL: u64 = LEVELS[2].1;

/// A price of gas: an amount in wei or a level.
#[derive(Clone, Copy, Debug)]
pub(super) struct GasPrice(U256);

impl<'de> Deserialize<'de> for GasPrice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = text_of(&raw).unwrap_or_default();
        let level = LEVELS.iter().find(|(level, _)| *level == text);
        level
            .map(|(_, wei)| U256::from(*wei))
            .or_else(|| parse(&text))
            .map(Self)
            .ok_or_else(|| D::Error::custom("expected an amount in wei or a level"))
    }
}

/// What a request says of the fee.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offer {
    /// The most it may cost, in the smallest unit.
    pub(super) fee: Option<U256>,
    gas_limit: Option<U256>,
    gas_price: Option<U256>,
}

/// The gas of a transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gas {
    pub(super) limit: U256,
    /// In wei.
    pub(super) price: U256,
}

impl Gas {
    /// What it costs in wei if all of it is used.
    pub(super) fn greatest_cost(&self) -> U256 {
        self.limit.saturating_mul(self.price)
    }
}

impl Offer {
    /// Reads `fee`, or `gas_limit` and `gas_price`, of which the service takes the one or the others.
    pub(super) fn read(fields: &mut Fields) -> Self {
        let offer = Self {
            fee: fields.optional::<Amount>("fee").map(|amount| amount.0),
            gas_limit: fields
                .optional::<Amount>("gas_limit")
                .map(|amount| amount.0),
            gas_price: fields
                .optional::<GasPrice>("gas_price")
                .map(|price| price.0),
        };
        if offer.fee.is_some() && offer.names_gas() {
            let message = "Give either fee or gas_limit and gas_price";
            fields.fault("fee", "invalid", message);
        }
        offer
    }

    /// Whether it speaks of gas, which Ethereum alone knows.
    pub(super) fn names_gas(&self) -> bool {
        self.gas_limit.is_some() || self.gas_price.is_some()
    }

    /// The gas it makes, for a transaction that takes `usual_limit`.
    pub(super) fn gas(&self, usual_limit: U256) -> Gas {
        let limit = self.gas_limit.unwrap_or(usual_limit);
        let price = match self.fee {
            Some(fee) => fee.checked_div(limit).unwrap_or_default(),
            None => self.gas_price.unwrap_or(U256::from(USUAL)),
        };
        Gas { limit, price }
    }
}

/// `GET /estimate_eth_fees`, in gwei. On the real service it was on a host of its own.
pub(super) async fn estimate(Shared(state): Shared<Arc<State>>) -> Result<Json<Value>, Refusal> {
    let now = state.clock.now();
    let estimates: Map<String, Value> = LEVELS
        .iter()
        .map(|(level, wei)| ((*level).to_owned(), json!(*wei as f64 / 1e9)))
        .collect();
    Ok(Json(json!({
        "success": true,
        "updated": now.to_rfc3339_opts(SecondsFormat::Millis, true),
        "estimates": estimates,
    })))
}
