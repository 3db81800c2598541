//! A tenant who makes users, and a user who makes wallets.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
};

use bindery_auth::upvest::{ApiKey, OAuthClient, Tenant};
use bindery_runtime::{Advice, Error as CallError, SessionBuilder};
use bindery_upvest::{
    Client, Environment,
    types::{UserCreateRequest, WalletCreateRequest},
};
use futures_util::TryStreamExt as _;
use serde_json::Value;
use uuid::Uuid;

use crate::{chance::Chance, clock::FastClock, service::Access, tally::Tally};

const PASSWORD: &str = "a password for the soak";

pub(crate) struct Upvest {
    tenant: Client,
    jane: Client,
    ether: Uuid,
    pub(crate) tally: Tally,
    /// Wallets have names of the service's choice, so they are told apart by those.
    wallets: std::sync::Mutex<Wallets>,
}

#[derive(Default)]
struct Wallets {
    done: BTreeSet<Uuid>,
    unknown: usize,
}

impl Upvest {
    /// Makes the user first, while the weather is fair.
    pub(crate) async fn new(
        access: &Access,
        clock: FastClock,
        settings: impl FnOnce(SessionBuilder) -> SessionBuilder,
    ) -> Result<Self, Box<dyn Error>> {
        let access = &access.upvest;
        let (key, secret) = (access.api_key.as_str(), access.api_secret.as_str());
        let api_key = ApiKey::new(key, secret, access.api_passphrase.as_str()).clock(clock);
        let oauth = OAuthClient::new(access.client_id.as_str(), access.client_secret.as_str());
        let environment = Environment::custom_over_plain_http(&access.url)?;
        let tenant = Tenant::new_with(environment, api_key, oauth, settings)?;
        let client = tenant.client();
        let jane = UserCreateRequest::new("Jane", PASSWORD);
        client.tenancy_user_create(jane).send().await?;
        let jane = tenant.user("Jane", PASSWORD, ["read", "write", "echo", "wallet"])?;
        let assets: Vec<_> = jane.assets_list().items().try_collect().await?;
        let ether = assets
            .iter()
            .find(|asset| asset.protocol.as_str().starts_with("ethereum"))
            .ok_or("there is Ether among the assets")?;
        Ok(Self {
            tenant: client,
            jane,
            ether: ether.id,
            tally: Tally::default(),
            wallets: std::sync::Mutex::default(),
        })
    }

    pub(crate) async fn call(&self, number: u32, chance: &mut Chance) {
        match (chance.below(40), self.tally.some_done(chance)) {
            (0..20, _) | (20..26, None) => {
                let user = UserCreateRequest::new(number.to_string(), PASSWORD);
                let outcome = self.tenant.tenancy_user_create(user).send().await;
                self.tally.wrote(number, &outcome);
            }
            (20..26, Some(done)) => {
                let name = done.to_string();
                let outcome = self.tenant.tenancy_user_read(&name).send().await;
                self.tally.read(&outcome, |user| {
                    (user.username != name).then(|| format!("user {name} was read as another"))
                });
            }
            (26..32, _) => {
                let said = number.to_string();
                let outcome = self.tenant.tenancy_echo_get(&said).send().await;
                self.tally.read(&outcome, |echo| {
                    (echo.echo != said).then(|| format!("the echo of {said} is another"))
                });
            }
            (32, _) => {
                let wallet = WalletCreateRequest::new(self.ether, PASSWORD);
                let outcome = self.jane.kms_wallet_create(wallet).send().await;
                self.made(outcome.map(|wallet| wallet.id));
            }
            _ => {
                let outcome = self.jane.kms_wallet_list().page_size(5).send().await;
                self.tally.read(&outcome, |_| None);
            }
        }
    }

    fn made(&self, outcome: Result<Uuid, CallError>) {
        let mut wallets = self.wallets();
        match outcome {
            Ok(id) => {
                wallets.done.insert(id);
            }
            Err(error) if error.advice() == Advice::Look => wallets.unknown += 1,
            Err(_) => {}
        }
    }

    fn wallets(&self) -> std::sync::MutexGuard<'_, Wallets> {
        self.wallets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn ledger(&self, told: &Value) -> Result<BTreeMap<u32, usize>, Box<dyn Error>> {
        let mut ledger = BTreeMap::new();
        for name in told["upvest"]["users"]
            .as_array()
            .ok_or("there are users")?
        {
            if let Some(number) = name.as_str().and_then(|name| name.parse().ok()) {
                *ledger.entry(number).or_default() += 1;
            }
        }
        Ok(ledger)
    }

    /// Of wallets only the number tells whether one was made twice.
    pub(crate) fn broken_promises(&self, told: &Value) -> Result<Vec<String>, Box<dyn Error>> {
        let all = told["upvest"]["wallets"]
            .as_array()
            .ok_or("there are wallets")?;
        let ids: BTreeSet<Uuid> = all
            .iter()
            .filter_map(|id| id.as_str()?.parse().ok())
            .collect();
        let wallets = self.wallets();
        let lost = wallets.done.difference(&ids);
        let mut broken: Vec<_> = lost
            .map(|id| format!("wallet {id} was reported done, and is not there"))
            .collect();
        let most = wallets.done.len() + wallets.unknown;
        if ids.len() > most {
            broken.push(format!(
                "{} wallets are there, and {} were reported done, {} unknown",
                ids.len(),
                wallets.done.len(),
                wallets.unknown
            ));
        }
        Ok(broken)
    }
}
