//! Mints and look-ups of NFTs.

use std::{collections::BTreeMap, error::Error};

use bindery_auth::hive::{Credentials, connect_with};
use bindery_hive::{
    Client, Environment,
    types::{MintMessage, MintRequest, Network},
};
use bindery_runtime::{Address, SessionBuilder};
use bindery_sandbox::hive::{POLYGON_NFT, POLYGON_OWNER};
use serde_json::{Value, json};

use crate::{chance::Chance, clock::FastClock, service::Access, tally::Tally};

/// The contract has tokens of its own.
const FIRST: u32 = 1_000_000;

pub(crate) struct Hive {
    client: Client,
    contract: Address,
    owner: Address,
    pub(crate) tally: Tally,
}

impl Hive {
    pub(crate) fn new(
        access: &Access,
        clock: FastClock,
        settings: impl FnOnce(SessionBuilder) -> SessionBuilder,
    ) -> Result<Self, Box<dyn Error>> {
        let access = &access.hive;
        let environment = Environment::custom_over_plain_http(&access.url)?;
        let credentials = Credentials::new(access.id.as_str(), access.secret_key.as_str());
        Ok(Self {
            client: connect_with(environment, credentials.clock(clock), settings)?,
            contract: POLYGON_NFT.parse()?,
            owner: POLYGON_OWNER.parse()?,
            tally: Tally::default(),
        })
    }

    pub(crate) async fn call(&self, number: u32, chance: &mut Chance) {
        match (chance.below(4), self.tally.some_done(chance)) {
            (0 | 1, _) | (2, None) => {
                let token = MintMessage::new()
                    .token_id(json!((FIRST + number).to_string()))
                    .metadata(json!(uri(number)));
                let (owner, to) = (self.owner.clone(), self.owner.clone());
                let mint = MintRequest::new("1", owner, to, true, [token]);
                let call = self
                    .client
                    .mint_nft(&self.contract, Network::Polygon, "soak", mint);
                let outcome = call.send().await;
                self.tally.wrote(number, &outcome);
            }
            (2, Some(done)) => {
                let token = (FIRST + done).to_string();
                let call = self.client.get_nft(&self.contract, token, Network::Polygon);
                let outcome = call.send().await;
                self.tally.read(&outcome, |nft| {
                    let found = &nft.token_uri;
                    (*found != uri(done)).then(|| format!("token {done} was read as {found}"))
                });
            }
            _ => {
                let call = self.client.get_wallet(&self.owner, Network::Polygon);
                let outcome = call.send().await;
                self.tally.read(&outcome, |_| None);
            }
        }
    }

    pub(crate) fn ledger(&self, told: &Value) -> Result<BTreeMap<u32, usize>, Box<dyn Error>> {
        let mut ledger = BTreeMap::new();
        let contracts = told["hive"]["nfts"]
            .as_object()
            .ok_or("there are contracts")?;
        let contract = contracts
            .iter()
            .find(|(address, _)| address.eq_ignore_ascii_case(POLYGON_NFT));
        let (_, tokens) = contract.ok_or("the contract is there")?;
        for token in tokens.as_array().ok_or("it has tokens")? {
            let id: u32 = token.as_str().ok_or("a token has an id")?.parse()?;
            if let Some(number) = id.checked_sub(FIRST) {
                *ledger.entry(number).or_default() += 1;
            }
        }
        Ok(ledger)
    }
}

fn uri(number: u32) -> String {
    format!("ipfs://soak/{number}")
}
