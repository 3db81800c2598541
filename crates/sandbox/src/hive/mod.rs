//! Com2uS Hive: the Auth API, the Blockchain Open API and the Hive Blockchain API.
//!
//! The real service spreads them over three hosts; here one port serves the paths of all:
//! `/v2/auth-token` and `/v2/refresh-token`, `/core/v0` and `/core/v1`, `/service/v1` and
//! `/web3/v1`, and `/ipfs/{cid}` of the gateway that metadata and assets are read from. Operations
//! whose path or method the vendor does not document are not there.
//!
//! # What is there from the start
//!
//! The contracts and accounts of the documented samples: on Polygon the token [`POLYGON_TOKEN`],
//! the NFT contract [`POLYGON_NFT`] with token `1`, [`POLYGON_ROYALTY_NFT`] with a royalty of
//! 7.5 %, all of them owned by [`POLYGON_OWNER`], and the transaction [`POLYGON_TRANSACTION`]. On
//! XPLA the same at [`XPLA_TOKEN`], [`XPLA_NFT`] and [`XPLA_ROYALTY_NFT`], owned by the address in
//! the claims of every token. The owners' keys are "in KMS", so that they may mint with `isSend`.
//!
//! # Where the vendor's documents are silent
//!
//! - The success code is 0, as the tables say; the 1000 of one sample is taken for stale.
//! - No HTTP status is documented. As in the vendor's public prototype, a `POST` succeeds with 201
//!   and an error has the body `{"code":<HTTP status>,"error":…,"message":…}`: 401 for a missing,
//!   malformed or expired bearer and for missing credentials, 403 "access denied" for a wrong
//!   secret key or a replaced refresh token, 400 `USER_NOT_FOUND` for an unknown ID, 400 for what
//!   else is wrong with a request, 404 for an address, contract or token that does not exist.
//! - Tokens have the claims of the samples and are a function of them. Two log-ins within one
//!   second therefore give the same tokens. Any other log-in or refresh replaces the one refresh
//!   token that is good; access tokens stay good until they expire.
//! - Getting a transaction works without `Authorization`, as in the only documented sample; one
//!   that is sent has to be good.
//! - A balance comes with all four documented fields, whatever `details` says.
//! - A raw transaction is a real encoding (Polygon: EIP-1559 in hexadecimal; XPLA: Cosmos' `TxRaw`
//!   in base64) without signatures, at a fixed gas price. It is not broadcast, and so changes no
//!   nonce. The data of a mint is not that of a real contract, whose ABI is not public.
//! - A web link leads nowhere: the page behind it is Hive's own.
//! - An asset given by URL is not fetched. What is stored, and hashed, is the URL itself.

mod answer;
mod asset;
mod chain;
mod contract;
mod ipfs;
mod mint;
mod multisig;
mod polygon;
mod request;
mod routes;
mod seed;
mod token;
mod transaction;
mod units;
mod wallet;
mod weblink;
mod xpla;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::Clock;
use crate::encoding::hex;
use crate::entropy::random;
use crate::faults::{Faults, Gate, Provider};
use crate::server::{Server, serve};
use chain::World;
pub use seed::{
    POLYGON_NFT, POLYGON_OWNER, POLYGON_ROYALTY_NFT, POLYGON_TOKEN, POLYGON_TRANSACTION, XPLA_NFT,
    XPLA_ROYALTY_NFT, XPLA_TOKEN,
};
use token::Tokens;

/// How Hive behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The lifetime of an access token. A day, as in the samples.
    pub access_token_lifetime: Duration,
    /// The lifetime of a refresh token. Seven days, as in the samples.
    pub refresh_token_lifetime: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            access_token_lifetime: DAY,
            refresh_token_lifetime: 7 * DAY,
        }
    }
}

/// How to reach Hive.
#[derive(Clone, Debug, Serialize)]
pub struct Access {
    /// The base URL in place of each of the service's hosts.
    pub url: String,
    /// The ID to log in with.
    pub id: String,
    /// The secret key to log in with.
    pub secret_key: String,
}

/// Read access to what is really on the chains, whatever became of the answers. Clones share it.
#[derive(Clone)]
pub struct Operator {
    hive: Arc<Hive>,
}

impl Operator {
    /// How many transactions are in the blocks of both chains, the one of the start included.
    pub fn transactions(&self) -> usize {
        let world = self.hive.world();
        world.polygon.transactions.len() + world.xpla.transactions.len()
    }

    /// The tokens of every NFT contract, by the contract's address: their identifiers.
    pub fn nfts(&self) -> BTreeMap<String, Vec<String>> {
        let world = self.hive.world();
        let chains = [&world.polygon, &world.xpla];
        chains
            .into_iter()
            .flat_map(|chain| &chain.nfts)
            .map(|(address, contract)| {
                let tokens = contract.tokens.keys().cloned().collect();
                (address.as_str().to_owned(), tokens)
            })
            .collect()
    }
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Operator").finish_non_exhaustive()
    }
}

struct Hive {
    tokens: Tokens,
    world: Mutex<World>,
}

impl Hive {
    fn world(&self) -> MutexGuard<'_, World> {
        // Every change is made after all checks, so that a panic leaves nothing half done.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) async fn start(
    port: u16,
    settings: &Settings,
    clock: Clock,
    faults: &Faults,
) -> io::Result<(Server, Access, Operator)> {
    let operator = xpla::Wallet::generate();
    let id = "com.bindery.sandbox.global.normal".to_owned();
    let secret_key = hex(random::<32>());
    let address = operator.address.clone();
    let hive = Arc::new(Hive {
        tokens: Tokens::new(&id, &secret_key, address, settings, clock),
        world: Mutex::new(seed::world(&operator)),
    });
    let gate = Gate::new(faults.clone(), Provider::Hive, answer::own_words);
    let server = serve(port, routes::router(Arc::clone(&hive)), Some(gate)).await?;
    let access = Access {
        url: format!("http://{}", server.address()),
        id,
        secret_key,
    };
    Ok((server, access, Operator { hive }))
}
