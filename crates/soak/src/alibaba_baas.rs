//! Writes and reads of a chaincode.

use std::{collections::BTreeMap, error::Error};

use bindery_alibaba_baas::{
    Client, Environment,
    types::{InvokeRequest, QueryRequest},
};
use bindery_auth::alibaba_baas::{Credentials, connect_with};
use bindery_runtime::SessionBuilder;
use serde_json::Value;

use crate::{chance::Chance, clock::FastClock, service::Access, tally::Tally};

pub(crate) struct AlibabaBaas {
    client: Client,
    network: String,
    contract: String,
    pub(crate) tally: Tally,
}

impl AlibabaBaas {
    pub(crate) fn new(
        access: &Access,
        clock: FastClock,
        settings: impl FnOnce(SessionBuilder) -> SessionBuilder,
    ) -> Result<Self, Box<dyn Error>> {
        let access = &access.alibaba_baas;
        let environment = Environment::custom_over_plain_http(&access.url)?;
        let credentials = Credentials::refresh_token(access.refresh_token.as_str()).clock(clock);
        Ok(Self {
            client: connect_with(environment, credentials, settings)?,
            network: access.network.clone(),
            contract: access.contract.clone(),
            tally: Tally::default(),
        })
    }

    pub(crate) async fn call(&self, number: u32, chance: &mut Chance) {
        match (chance.below(4), self.tally.some_done(chance)) {
            (0 | 1, _) | (2, None) => {
                let value = number.to_string();
                let set = InvokeRequest::new(&self.contract).args(["set", &value, &value]);
                let outcome = self.client.invoke(&self.network, set).send().await;
                self.tally.wrote(number, &outcome);
            }
            (2, Some(done)) => {
                let key = done.to_string();
                let get = QueryRequest::new(&self.contract).args(["get", &key]);
                let outcome = self.client.query(&self.network, get).send().await;
                self.tally
                    .read(&outcome, |answer| match answer.data.to_text() {
                        Ok(text) if text == key => None,
                        other => Some(format!("write {key} was read as {other:?}")),
                    });
            }
            _ => {
                let outcome = self.client.get_block(&self.network, "latest").send().await;
                self.tally.read(&outcome, |_| None);
            }
        }
    }

    pub(crate) fn ledger(&self, told: &Value) -> Result<BTreeMap<u32, usize>, Box<dyn Error>> {
        let keys = &told["alibaba_baas"][&self.network]["writes"][&self.contract];
        let keys = keys.as_object().ok_or("the chaincode has written")?;
        keys.iter()
            .map(|(key, ids)| {
                let times = ids.as_array().map_or(0, Vec::len);
                Ok((key.parse()?, times))
            })
            .collect()
    }
}
