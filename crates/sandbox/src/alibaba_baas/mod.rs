//! Alibaba Cloud BaaS: an organisation's REST gateway ("BaaS API Gateway", version 1.0.0) in front
//! of Hyperledger Fabric.
//!
//! Served below `/api/v1`: `POST /token`, `POST /networks/{network}/transactions/invoke` and
//! `/query`, `GET /networks/{network}/transactions/{id}`, `GET /networks/{network}/blocks/{num}`
//! and the web socket `GET /networks/{network}/events/subscribe`.
//!
//! There are two networks, [`NETWORKS`], each with a ledger of its own on which the contracts of
//! the vendor's published samples are installed: `notary` (get, put, set, history) and `taskmgr`
//! (create, get, approve). Blocks 0 and 1 of a ledger are config blocks; every committed
//! transaction makes one block more. The gateway acts as the user [`USER`].
//!
//! # Where the vendor's documents are silent
//!
//! The documents name the codes in `Error.code`, but no HTTP status besides 200 and the token
//! endpoint's 400. Here:
//!
//! - whatever fails after the caller is known comes as HTTP 200 with `"Success":false` and
//!   `"Result":null`, as the published content-check sample shows it for code 1180418. That
//!   includes a missing permission (459265), an unknown network, block, transaction or chaincode
//!   (327685), a malformed request (131077) and a commit that outlasts `timeout` (1114113);
//! - a missing, malformed or expired access token is HTTP 401 with an envelope of code 459265;
//! - a web socket is refused before the upgrade: 401 as above, 403 without the permission, 404 for
//!   an unknown network, 400 for an unknown `source` or a request that is no upgrade;
//! - a chaincode that fails is a success of the gateway whose `Result.status` is `"500"`. Its
//!   message is in `Result.data`, for want of any other place on the wire. Nothing is committed;
//! - `source` may be left out and then stands for all. The events of a block come in the order
//!   `Block`, `Config`, then per transaction `Tx` and `Contract`. The gateway never closes a
//!   socket because its token has expired, but does close one (code 1008) that falls 256
//!   events behind;
//! - content moderation knows three words: [`BLOCKED_WORDS`] and [`SUSPICIOUS_WORD`].
//!
//! Certificates are placeholders, and where Fabric would sign, `signature` is a mere hash. A block's
//! `hash` is a real SHA-256, but over the JSON form of its data and not over the protobuf form, and
//! `previous_hash` is the hash of the previous block's header as Fabric defines it.

mod answer;
mod chaincode;
mod config;
mod events;
mod fabric;
mod invocation;
mod ledger;
mod moderation;
mod routes;
mod token;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::Clock;
use crate::faults::{Faults, Gate, Provider, RotatingProvider};
use crate::server::{Server, serve};
use ledger::Ledger;
pub use ledger::Write;
pub use moderation::{BLOCKED_WORDS, SUSPICIOUS_WORD};
use token::Tokens;

/// The networks (Fabric channels) that the organisation takes part in.
pub const NETWORKS: [&str; 2] = ["channel3", "channel2"];

/// The user that the gateway acts as, as `<MSP ID>.<user name>`.
pub const USER: &str = "e2ehmfqasthMSP.octopus_26842_12345678901234";

/// How the gateway behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The lifetime of an access token when the request asks for none. One hour, as documented.
    pub access_token_lifetime: Duration,
    /// The longest lifetime that a request may ask for; more is cut to it. Twelve hours, as
    /// documented.
    pub max_access_token_lifetime: Duration,
    /// The lifetime of [`Access::access_token`], as one would choose it in the console. Twelve
    /// hours.
    pub console_token_lifetime: Duration,
    /// The lifetime of [`Access::refresh_token`]; `None`, the default, for one that never expires.
    pub refresh_token_lifetime: Option<Duration>,
    /// How long a transaction takes from its submission to its block. None by default.
    pub commit_delay: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            access_token_lifetime: Duration::from_secs(60 * 60),
            max_access_token_lifetime: Duration::from_secs(12 * 60 * 60),
            console_token_lifetime: Duration::from_secs(12 * 60 * 60),
            refresh_token_lifetime: None,
            commit_delay: Duration::ZERO,
        }
    }
}

/// How to reach the gateway. The two tokens are alternatives, as the console hands them out.
#[derive(Clone, Debug, Serialize)]
pub struct Access {
    /// The base URL, `/api/v1` included.
    pub url: String,
    /// The refresh token, with every permission.
    pub refresh_token: String,
    /// An access token, with every permission.
    pub access_token: String,
    /// One of the [`NETWORKS`].
    pub network: String,
    /// The chaincode to call.
    pub contract: String,
}

/// The hand of the network's operator: what happens to a ledger without any call of the API, and
/// what is really on it. Clones share the networks.
#[derive(Clone, Debug)]
pub struct Operator {
    gateway: Arc<Gateway>,
}

impl Operator {
    /// Changes the batch size of a network's orderer, which commits a config block and so causes
    /// a `Config` event. Returns the block's number; `None` if there is no such network.
    pub fn reconfigure(&self, network: &str, max_message_count: u32) -> Option<u64> {
        let ledger = self.gateway.ledgers.get(network)?;
        Some(ledger.reconfigure(max_message_count))
    }

    /// Closes the sockets of all who follow a network, as a gateway does that is taken down. What happens from then on is
    /// for those who subscribe anew. Returns whether there is such a network.
    pub fn hang_up(&self, network: &str) -> bool {
        let ledger = self.gateway.ledgers.get(network);
        ledger.inspect(|ledger| ledger.hang_up()).is_some()
    }

    /// Every write to every key of a chaincode, by the key and then from the first to the last:
    /// what was committed, whatever became of the answers. Empty if nothing was; `None` if there is
    /// no such network.
    pub fn writes(&self, network: &str, chaincode: &str) -> Option<BTreeMap<String, Vec<Write>>> {
        Some(self.gateway.ledgers.get(network)?.writes(chaincode))
    }

    /// The names of the chaincodes that anything was invoked of on a network.
    pub fn chaincodes(&self, network: &str) -> Vec<String> {
        let ledger = self.gateway.ledgers.get(network);
        ledger.map(|ledger| ledger.chaincodes()).unwrap_or_default()
    }

    /// How many transactions a network has committed, config blocks left out; `None` if there is no
    /// such network.
    pub fn transactions(&self, network: &str) -> Option<usize> {
        Some(self.gateway.ledgers.get(network)?.count())
    }

    /// A new refresh token, as from the console: the first of a family of its own. Those that there
    /// are stay as they are.
    pub fn refresh_token(&self) -> String {
        self.gateway.tokens.console_tokens().0
    }
}

struct Gateway {
    tokens: Tokens,
    ledgers: BTreeMap<&'static str, Arc<Ledger>>,
    commit_delay: Duration,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Gateway").finish_non_exhaustive()
    }
}

pub(crate) async fn start(
    port: u16,
    settings: &Settings,
    clock: Clock,
    faults: &Faults,
) -> io::Result<(Server, Access, Operator)> {
    let rotation = Arc::clone(faults.rotation_counts(RotatingProvider::AlibabaBaas));
    let tokens = Tokens::new(settings, clock.clone(), rotation);
    let (refresh_token, access_token) = tokens.console_tokens();
    let ledgers = NETWORKS
        .into_iter()
        .map(|network| (network, Arc::new(Ledger::new(network, clock.clone()))))
        .collect();
    let gateway = Arc::new(Gateway {
        tokens,
        ledgers,
        commit_delay: settings.commit_delay,
    });
    let gate = Gate::new(faults.clone(), Provider::AlibabaBaas, answer::own_words);
    let server = serve(port, routes::router(Arc::clone(&gateway)), Some(gate)).await?;
    let access = Access {
        url: format!("http://{}/api/v1", server.address()),
        refresh_token,
        access_token,
        network: NETWORKS[0].to_owned(),
        contract: chaincode::NOTARY.to_owned(),
    };
    Ok((server, access, Operator { gateway }))
}
