//! Upvest: the Blockchain API 1.0 and its fee estimator.
//!
//! One tenant with one API key and one OAuth client, and everything they can do: users, wallets that
//! become active, signatures that verify, transactions that confirm and move balances, lists in
//! pages, webhooks that are posted and signed, and the historical data of the chain that all this
//! happens on. Paths, headers and bodies are the real service's, down to their slashes.
//!
//! It is a stand-in, and differs on purpose in this:
//!
//! - A new wallet on Ethereum or Arweave holds [`Settings::starting_balance`] of each asset, and one
//!   on Bitcoin [`Settings::starting_satoshi`], so that there is something to send.
//! - Things take milliseconds where they took minutes; see [`Settings`].
//! - Webhooks are posted only to http addresses of this machine.
//! - The chain is the sandbox's own. Ethereum's transactions are really signed and hashed, but no
//!   contract code runs: of calls it understands the transfers of the tokens it knows.
//! - Answers whose status the references leave open, 200 or 201, are 201 where something comes to
//!   be (users, wallets, transactions, webhooks) and 200 elsewhere.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde::Serialize;
use uuid::Uuid;

use self::errors::Refusal;
use self::state::State;
pub use self::transactions::MadeTransaction;
use crate::Clock;
use crate::faults::{Faults, Gate, Provider, RotatingProvider};
use crate::server::{Server, serve};

// Who asks.
mod call;
mod credentials;
mod oauth;
mod signature;

// How is asked and answered.
mod amount;
mod errors;
mod fields;
mod pages;

// What is asked for.
mod assets;
mod echo;
mod fees;
mod historical;
mod offboarding;
mod sending;
mod signing;
mod time;
mod transactions;
mod users;
mod wallets;
mod webhooks;

// What that stands on.
mod abi;
mod bitcoin;
mod chain;
mod delivery;
mod events;
mod keys;
mod keystore;
mod ledger;
mod payments;
mod recovery;
mod ropsten;
mod state;
mod zip;

/// How the sandbox's Upvest behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long an access token lives. 36,000 seconds, as documented.
    pub access_token_lifetime: Duration,
    /// How far the timestamp of a signed request may be from the sandbox's time, or from the
    /// machine's, either way. Five minutes; the real tolerance is not documented.
    pub timestamp_tolerance: Duration,
    /// How long a wallet is `PENDING` after its creation or a change of the password. 300 ms.
    pub activation_delay: Duration,
    /// How long an asynchronous transaction is `QUEUED`. 100 ms.
    pub queue_delay: Duration,
    /// How long a transaction is `PENDING`. 200 ms.
    pub inclusion_delay: Duration,
    /// How long a transaction is `CONFIRMING`. 300 ms.
    pub confirmation_delay: Duration,
    /// What a new wallet on Ethereum or Arweave holds of each asset, in its smallest unit: 10¹⁸,
    /// which is one Ether. New wallets of the real service held nothing.
    pub starting_balance: u128,
    /// What a new wallet on Bitcoin holds, in satoshi: 1,000,000.
    pub starting_satoshi: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            access_token_lifetime: Duration::from_secs(36_000),
            timestamp_tolerance: Duration::from_secs(300),
            activation_delay: Duration::from_millis(300),
            queue_delay: Duration::from_millis(100),
            inclusion_delay: Duration::from_millis(200),
            confirmation_delay: Duration::from_millis(300),
            starting_balance: 1_000_000_000_000_000_000,
            starting_satoshi: 1_000_000,
        }
    }
}

/// How to reach the sandbox's Upvest, and the credentials made up for it.
#[derive(Clone, Debug, Serialize)]
pub struct Access {
    /// The base of all paths but the fee estimator's, which is at `/estimate_eth_fees` of the same
    /// port: `http://127.0.0.1:PORT/1.0/`.
    pub url: String,
    /// The tenant's API key.
    pub api_key: String,
    /// The secret that requests of the tenant are signed with.
    pub api_secret: String,
    /// The passphrase of the API key.
    pub api_passphrase: String,
    /// The OAuth client through which users log in.
    pub client_id: String,
    /// The secret of the OAuth client.
    pub client_secret: String,
    /// The public half, in base64, of the Curve25519 key pair for which recovery kits are sealed.
    pub tenant_public_key: String,
    /// The private half, which opens recovery kits.
    pub tenant_private_key: String,
}

/// Read access to what there really is, whatever became of the answers. Clones share it.
#[derive(Clone)]
pub struct Operator {
    state: Arc<State>,
}

impl Operator {
    /// The names of the users, from the oldest to the newest.
    pub fn users(&self) -> Vec<String> {
        self.state.world().users.names()
    }

    /// The identifiers of the wallets, from the oldest to the newest.
    pub fn wallets(&self) -> Vec<Uuid> {
        self.state.world().wallets.ids()
    }

    /// The transactions that wallets made, from the oldest to the newest. Those that wallets only
    /// received are not among them.
    pub fn transactions(&self) -> Vec<MadeTransaction> {
        self.state.world().transactions.made()
    }
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Operator").finish_non_exhaustive()
    }
}

/// Starts it on 127.0.0.1 at `port`; 0 picks a free one.
pub(crate) async fn start(
    port: u16,
    settings: &Settings,
    clock: Clock,
    faults: &Faults,
) -> io::Result<(Server, Access, Operator)> {
    let rotation = Arc::clone(faults.rotation_counts(RotatingProvider::Upvest));
    let state = Arc::new(State::new(settings.clone(), clock, rotation));
    let gate = Gate::new(faults.clone(), Provider::Upvest, errors::own_words);
    let server = serve(port, router(state.clone()), Some(gate)).await?;
    let credentials = &state.credentials;
    let access = Access {
        url: format!("http://{}/1.0/", server.address()),
        api_key: credentials.api_key.clone(),
        api_secret: credentials.api_secret.clone(),
        api_passphrase: credentials.api_passphrase.clone(),
        client_id: credentials.client_id.clone(),
        client_secret: credentials.client_secret.clone(),
        tenant_public_key: credentials.tenant_key.public(),
        tenant_private_key: credentials.tenant_key.private(),
    };
    Ok((server, access, Operator { state }))
}

/// Every path of the service. A slash too many or too few is another path.
fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/estimate_eth_fees", get(fees::estimate))
        .route("/1.0/time/", get(time::read))
        .route(
            "/1.0/tenancy/echo-signed",
            get(echo::get_signed).post(echo::post_signed),
        )
        .route("/1.0/tenancy/users/", get(users::list).post(users::create))
        .route(
            "/1.0/tenancy/users/{username}",
            get(users::read)
                .patch(users::update_password)
                .delete(users::delete),
        )
        .route("/1.0/tenancy/recover/", post(users::recover))
        .route(
            "/1.0/tenancy/webhooks/",
            get(webhooks::list).post(webhooks::create),
        )
        .route(
            "/1.0/tenancy/webhooks/{id}",
            get(webhooks::read).delete(webhooks::delete),
        )
        .route("/1.0/tenancy/webhooks-verify/", post(webhooks::verify))
        .route("/1.0/assets/", get(assets::list))
        .route("/1.0/assets/{asset_id}", get(assets::read))
        .route("/1.0/clientele/oauth2/token", post(oauth::token))
        .route(
            "/1.0/clientele/echo-oauth2",
            get(echo::get_oauth2).post(echo::post_oauth2),
        )
        .route("/1.0/clientele/offboard", post(offboarding::offboard))
        .merge(wallet_routes())
        .merge(data_routes())
        .fallback(async || Refusal::not_found())
        .method_not_allowed_fallback(async || {
            let message = "Method not allowed";
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message, Vec::new())
        })
        .with_state(state)
}

fn wallet_routes() -> Router<Arc<State>> {
    Router::new()
        .route(
            "/1.0/kms/wallets/",
            get(wallets::list).post(wallets::create),
        )
        .route("/1.0/kms/wallets/{wallet_id}", get(wallets::read))
        .route("/1.0/kms/wallets/{wallet_id}/sign", post(signing::sign))
        .route(
            "/1.0/kms/wallets/{wallet_id}/transactions/",
            get(transactions::list).post(sending::simple),
        )
        .route(
            "/1.0/kms/wallets/{wallet_id}/transactions/raw",
            post(sending::raw),
        )
        .route(
            "/1.0/kms/wallets/{wallet_id}/transactions/complex",
            post(sending::complex),
        )
        .route(
            "/1.0/kms/wallets/{wallet_id}/transactions/{transaction_id}",
            get(transactions::read),
        )
        .route("/1.0/kms/wallets/{wallet_id}/utxos/", get(wallets::utxos))
}

fn data_routes() -> Router<Arc<State>> {
    Router::new()
        .route(
            "/1.0/data/{protocol}/{network}/transactions/{address}",
            get(historical::transactions),
        )
        .route(
            "/1.0/data/{protocol}/{network}/transaction/{txhash}",
            get(historical::transaction),
        )
        .route(
            "/1.0/data/{protocol}/{network}/block/{block}",
            get(historical::block),
        )
        .route(
            "/1.0/data/{protocol}/{network}/balance/{address}",
            get(historical::asset_balance),
        )
        .route(
            "/1.0/data/{protocol}/{network}/balance/{address}/{contract}",
            get(historical::contract_balance),
        )
        .route(
            "/1.0/data/{protocol}/{network}/status",
            get(historical::status),
        )
}
