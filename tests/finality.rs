//! Waiting, and finding out about lost answers, at a whole service: the sandbox, with its faults.

use std::time::Duration;

use bindery_alibaba_baas::{
    LookedUp, Outcome, RetryPolicy, Unknown,
    types::{InvokeRequest, Transaction},
};
use bindery_auth::{alibaba_baas, hive, upvest};
use bindery_hive::types::{MintMessage, MintRequest, Network};
use bindery_runtime::{Patience, SessionBuilder, WaitError};
use bindery_sandbox::{
    Sandbox,
    faults::{Fault, Provider, Rule},
    hive::{POLYGON_NFT, POLYGON_OWNER, POLYGON_TRANSACTION},
};
use bindery_upvest::types::{
    TransactionCreateRequest, TransactionStatus, UserCreateRequest, Wallet, WalletCreateRequest,
    WalletStatus,
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use uuid::Uuid;

const NETWORK: &str = "channel3";
const CONTRACT: &str = "notary";
const INVOKE: &str = "*/transactions/invoke";
const PASSWORD: &str = "her password";

async fn sandbox() -> Sandbox {
    Sandbox::builder().start().await.expect("free ports")
}

/// A session that looks again at once, as nothing takes long here.
fn eager(session: SessionBuilder) -> SessionBuilder {
    let delay = Duration::from_millis(20);
    session
        .patience(Patience::new().delays(delay, 2, Duration::from_millis(200)))
        .retry(RetryPolicy::new().backoff(Duration::from_millis(1), Duration::from_millis(5)))
}

fn alibaba(sandbox: &Sandbox) -> bindery_alibaba_baas::Client {
    let access = sandbox.alibaba_baas();
    let environment = bindery_alibaba_baas::Environment::custom_over_plain_http(&access.url);
    let credentials = alibaba_baas::Credentials::refresh_token(access.refresh_token.as_str());
    alibaba_baas::connect_with(environment.expect("a URL"), credentials, eager)
        .expect("credentials of the sandbox")
}

fn tenant(sandbox: &Sandbox) -> upvest::Tenant {
    let access = sandbox.upvest();
    let environment = bindery_upvest::Environment::custom_over_plain_http(&access.url);
    let api_key = upvest::ApiKey::new(
        access.api_key.as_str(),
        access.api_secret.as_str(),
        access.api_passphrase.as_str(),
    );
    let oauth_client =
        upvest::OAuthClient::new(access.client_id.as_str(), access.client_secret.as_str());
    upvest::Tenant::new(environment.expect("a URL"), api_key, oauth_client)
        .expect("credentials of the sandbox")
}

/// What loses the answer of a request that was carried out.
fn losses() -> [Fault; 5] {
    [
        Fault::reset(),
        Fault::close(),
        Fault::Close {
            after_bytes: Some(10),
        },
        Fault::status(502),
        Fault::status(504),
    ]
}

fn lose_once(sandbox: &Sandbox, provider: Provider, path: &str, fault: Fault) {
    let rule = Rule::new(fault).at(provider).path(path).times(1).after();
    sandbox.faults().replace(vec![rule]).expect("a rule");
}

async fn invoke(client: &bindery_alibaba_baas::Client, key: &str) -> Unknown<Transaction> {
    let set = InvokeRequest::new(CONTRACT).args(["set", key, "a \"value\" of <its> own"]);
    match client.invoke(NETWORK, set).submit().await {
        Ok(Outcome::Unknown(unknown)) => unknown,
        other => panic!("{other:?}"),
    }
}

fn written(sandbox: &Sandbox, key: &str) -> Vec<String> {
    let operator = sandbox.alibaba_baas_operator();
    let writes = operator.writes(NETWORK, CONTRACT).expect("the network");
    let writes = writes.get(key).into_iter().flatten();
    writes.map(|write| write.transaction_id.clone()).collect()
}

#[tokio::test]
async fn an_invoke_whose_answer_got_lost_is_found_in_the_ledger_and_not_sent_again() {
    let sandbox = sandbox().await;
    let client = alibaba(&sandbox);
    // Others write too.
    for key in ["one", "another"] {
        let set = InvokeRequest::new(CONTRACT).args(["set", key, "1"]);
        client.invoke(NETWORK, set).send().await.expect("a write");
    }
    for (number, fault) in losses().into_iter().enumerate() {
        let key = format!("key {number}");
        lose_once(&sandbox, Provider::AlibabaBaas, INVOKE, fault);
        let mut unknown = invoke(&client, &key).await;
        let found = unknown.look_up().await.expect("the ledger can be read");
        let LookedUp::One(transaction) = found else {
            panic!("{found:?}");
        };
        assert_eq!(
            written(&sandbox, &key),
            [transaction.id.expect("an id").as_str()]
        );
    }
}

#[tokio::test]
async fn an_invoke_that_never_arrived_is_found_nowhere() {
    let sandbox = sandbox().await;
    let client = alibaba(&sandbox);
    let before = Rule::new(Fault::close())
        .at(Provider::AlibabaBaas)
        .path(INVOKE)
        .times(1)
        .before();
    sandbox.faults().replace(vec![before]).expect("a rule");
    let mut unknown = invoke(&client, "key").await;
    let found = unknown.look_up().await.expect("the ledger can be read");
    assert!(
        matches!(found, LookedUp::Nothing(horizon) if horizon.complete && horizon.newest.is_some())
    );
    assert!(written(&sandbox, "key").is_empty());

    // The caller may send it now, and it is asked about once more.
    let set = InvokeRequest::new(CONTRACT).args(["set", "key", "a \"value\" of <its> own"]);
    let sent = client.invoke(NETWORK, set).submit().await.expect("a write");
    let id = sent.done().expect("an answer").into_inner().id;
    let found = unknown.look_up().await.expect("the ledger can be read");
    assert!(matches!(found, LookedUp::One(transaction) if transaction.id == Some(id)));
}

#[tokio::test]
async fn an_invoke_that_the_gateway_gave_up_on_is_found_once_it_is_committed() {
    let slow = bindery_sandbox::alibaba_baas::Settings {
        commit_delay: Duration::from_millis(1300),
        ..Default::default()
    };
    let sandbox = Sandbox::builder().alibaba_baas(slow).start().await;
    let sandbox = sandbox.expect("free ports");
    let client = alibaba(&sandbox);
    let set = InvokeRequest::new(CONTRACT).args(["set", "key", "1"]);
    // It says so in an HTTP 200.
    let outcome = client.invoke(NETWORK, set).timeout(1).submit().await;
    let Ok(Outcome::Unknown(mut unknown)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(unknown.error().code(), Some("1114113"));
    let found = async {
        loop {
            match unknown.look_up().await.expect("the ledger can be read") {
                LookedUp::Nothing(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                LookedUp::One(transaction) => return transaction,
                other => panic!("{other:?}"),
            }
        }
    };
    let transaction = tokio::time::timeout(Duration::from_secs(60), found).await;
    let transaction = transaction.expect("it is committed in time");
    assert_eq!(
        written(&sandbox, "key"),
        [transaction.id.expect("an id").as_str()]
    );
}

#[tokio::test]
async fn two_equal_invokes_cannot_be_told_apart() {
    let sandbox = sandbox().await;
    let client = alibaba(&sandbox);
    lose_once(&sandbox, Provider::AlibabaBaas, INVOKE, Fault::reset());
    let mut unknown = invoke(&client, "key").await;
    lose_once(&sandbox, Provider::AlibabaBaas, INVOKE, Fault::reset());
    invoke(&client, "key").await;
    let found = unknown.look_up().await.expect("the ledger can be read");
    let LookedUp::Several(transactions) = found else {
        panic!("{found:?}");
    };
    let mut ids: Vec<_> = transactions
        .into_iter()
        .filter_map(|one| one.id?.to_string().into())
        .collect();
    ids.reverse();
    assert_eq!(ids, written(&sandbox, "key"));
}

#[tokio::test]
async fn a_transaction_is_waited_for_until_it_is_valid() {
    let sandbox = sandbox().await;
    let client = alibaba(&sandbox);
    let set = InvokeRequest::new(CONTRACT).args(["set", "key", "1"]);
    let sent = client.invoke(NETWORK, set).send().await.expect("a write");
    // Neither an outage nor an id that the node has not seen yet ends the wait.
    let path = format!("*/transactions/{}", sent.id);
    let strike = |fault| Rule::new(fault).path(&path).times(1);
    let not_there =
        serde_json::json!({"Success": false, "Error": {"code": 327685, "message": "not found"}});
    sandbox
        .faults()
        .replace(vec![
            strike(Fault::status(500)),
            strike(Fault::status_json(200, not_there)),
        ])
        .expect("rules");
    let valid = client.get_transaction(NETWORK, &sent.id).wait().await;
    assert_eq!(valid.expect("it is valid").state.as_str(), "VALID");
    assert!(sandbox.faults().rules().iter().all(|rule| rule.struck == 1));
}

struct Jane {
    client: bindery_upvest::Client,
    ether: Uuid,
    wallet: Wallet,
}

/// A user with an active wallet.
async fn jane(sandbox: &Sandbox) -> Jane {
    let tenant = tenant(sandbox);
    let request = UserCreateRequest::new("Jane", PASSWORD);
    tenant
        .client()
        .tenancy_user_create(request)
        .send()
        .await
        .expect("a user");
    let scopes = ["read", "write", "wallet", "transaction"];
    let client = tenant.user("Jane", PASSWORD, scopes).expect("a user");
    let assets: Vec<_> = client
        .assets_list()
        .items()
        .try_collect()
        .await
        .expect("assets");
    let ether = assets
        .iter()
        .find(|asset| asset.symbol == "ETH")
        .expect("Ether")
        .id;
    let request = WalletCreateRequest::new(ether, PASSWORD);
    let made = client
        .kms_wallet_create(request)
        .send()
        .await
        .expect("a wallet");
    assert_eq!(
        (&made.status, &made.address),
        (&WalletStatus::Pending, &None)
    );
    let states = client
        .kms_wallets_read(made.id)
        .wait()
        .patience(quick())
        .states();
    let states: Vec<_> = states.try_collect().await.expect("it becomes active");
    let last = states.last().expect("a state");
    assert!(last.address.is_some() && last.status == WalletStatus::Active);
    let wallet = last.clone().into_inner();
    Jane {
        client,
        ether,
        wallet,
    }
}

fn quick() -> Patience {
    Patience::new().delays(Duration::from_millis(20), 2, Duration::from_millis(100))
}

impl Jane {
    fn send(&self, quantity: u64) -> bindery_upvest::requests::KmsTransactionCreate {
        let to = self.wallet.address.as_ref().expect("an address").as_str();
        // Addresses come back with a checksum in their case.
        let to = to.to_lowercase().parse().expect("an address");
        let request = TransactionCreateRequest::new(PASSWORD, to, self.ether, quantity);
        self.client.kms_transaction_create(self.wallet.id, request)
    }
}

#[tokio::test]
async fn a_transfer_is_followed_from_its_block_to_its_confirmation() {
    let sandbox = sandbox().await;
    let jane = jane(&sandbox).await;
    let sent = jane.send(1).send().await.expect("a transfer");
    let wait = jane
        .client
        .kms_transactions_read(jane.wallet.id, sent.id)
        .wait();
    let statuses: Vec<_> = wait
        .patience(quick())
        .states()
        .map(|state| state.expect("no failure").into_inner().status)
        .collect()
        .await;
    assert_eq!(statuses.last(), Some(&Some(TransactionStatus::Confirmed)));
    let mut once = statuses.clone();
    once.dedup();
    assert_eq!(once, statuses, "each state comes once");
}

#[tokio::test]
async fn a_transfer_that_is_rejected_fails_with_what_became_of_it() {
    let sandbox = sandbox().await;
    let jane = jane(&sandbox).await;
    let sent = jane.send(1).send().await.expect("a transfer");
    let path = format!("*/transactions/{}", sent.id);
    let rejected = Fault::Json {
        set: [("/status".to_owned(), "REJECTED".into())]
            .into_iter()
            .collect(),
        remove: Vec::new(),
    };
    let rule = Rule::new(rejected).path(&path);
    sandbox.faults().replace(vec![rule]).expect("a rule");
    let waited = jane
        .client
        .kms_transactions_read(jane.wallet.id, sent.id)
        .wait();
    let error = waited.patience(quick()).await.expect_err("it was rejected");
    let WaitError::Failed(failed) = error else {
        panic!("{error}");
    };
    assert_eq!((failed.state(), failed.value().id), ("REJECTED", sent.id));
}

#[tokio::test]
async fn a_transfer_whose_answer_got_lost_is_among_those_of_the_wallet() {
    let sandbox = sandbox().await;
    let jane = jane(&sandbox).await;
    jane.send(1).send().await.expect("another transfer");
    let path = "*/transactions/";
    lose_once(&sandbox, Provider::Upvest, path, Fault::reset());
    let outcome = jane.send(37).submit().await;
    let Ok(bindery_upvest::Outcome::Unknown(mut unknown)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        unknown.sent().body().expect("a body")["password"],
        serde_json::Value::Null
    );
    let found = unknown.look_up().await.expect("the list can be read");
    let LookedUp::Several(candidates) = found else {
        panic!("{found:?}");
    };
    let made = sandbox.upvest_operator().transactions();
    let made: Vec<_> = made
        .iter()
        .filter(|one| one.quantity.as_deref() == Some("37"))
        .collect();
    assert_eq!(made.len(), 1, "it was sent once");
    assert!(
        candidates
            .iter()
            .any(|candidate| candidate.id == made[0].id)
    );
    assert!(
        candidates
            .iter()
            .all(|candidate| candidate.quantity == Some(37_u64.into()))
    );
}

#[tokio::test]
async fn a_user_whose_answer_got_lost_is_read_by_name() {
    let sandbox = sandbox().await;
    let tenant = tenant(&sandbox);
    let create = |name| {
        let request = UserCreateRequest::new(name, PASSWORD);
        tenant.client().tenancy_user_create(request).submit()
    };
    let path = "*/tenancy/users/";
    lose_once(&sandbox, Provider::Upvest, path, Fault::status(504));
    let Ok(bindery_upvest::Outcome::Unknown(mut jane)) = create("Jane Doe").await else {
        panic!("the answer is lost");
    };
    let found = jane.look_up().await.expect("the user can be read");
    assert!(matches!(found, LookedUp::One(user) if user.username == "Jane Doe"));

    let before = Rule::new(Fault::reset()).path(path).times(1).before();
    sandbox.faults().replace(vec![before]).expect("a rule");
    let Ok(bindery_upvest::Outcome::Unknown(mut john)) = create("John Doe").await else {
        panic!("the answer is lost");
    };
    let found = john
        .look_up()
        .await
        .expect("it can be read that there is none");
    assert!(matches!(found, LookedUp::Nothing(_)));
    assert_eq!(sandbox.upvest_operator().users(), ["Jane Doe"]);
}

fn com2us(sandbox: &Sandbox) -> bindery_hive::Client {
    let access = sandbox.hive();
    let environment = bindery_hive::Environment::custom_over_plain_http(&access.url);
    let credentials = hive::Credentials::new(access.id.as_str(), access.secret_key.as_str());
    hive::connect_with(environment.expect("a URL"), credentials, eager)
        .expect("credentials of the sandbox")
}

#[tokio::test]
async fn a_mint_whose_answer_got_lost_is_known_by_its_token() {
    let sandbox = sandbox().await;
    let client = com2us(&sandbox);
    let message = MintMessage::new()
        .token_id(serde_json::json!(7))
        .metadata(serde_json::json!({"name": "A robe"}));
    let owner: bindery_hive::Address = POLYGON_OWNER.parse().expect("an address");
    let order = MintRequest::new("1", owner.clone(), owner, true, [message]);
    lose_once(&sandbox, Provider::Hive, "*/mint", Fault::close());
    let call = client.mint_nft(
        &POLYGON_NFT.parse().expect("an address"),
        Network::Polygon,
        "com.example.game",
        order,
    );
    let Ok(bindery_hive::Outcome::Unknown(mut unknown)) = call.submit().await else {
        panic!("the answer is lost");
    };
    let found = unknown.look_up().await.expect("the token can be read");
    assert!(matches!(found, LookedUp::One(token) if token.token_uri.starts_with("ipfs://")));

    let done = client
        .get_transaction(
            &POLYGON_TRANSACTION.parse().expect("a hash"),
            Network::Polygon,
        )
        .wait()
        .await;
    assert_eq!(done.expect("it is in a block").status.as_str(), "success");
}

#[tokio::test]
async fn a_wait_that_is_over_counts_what_it_asked() {
    let sandbox = sandbox().await;
    let client = com2us(&sandbox);
    let unknown = format!("0x{}", "0".repeat(64)).parse().expect("a hash");
    let wait = client.get_transaction(&unknown, Network::Polygon).wait();
    let error = wait
        .deadline(Duration::from_millis(200))
        .await
        .expect_err("no such one");
    let WaitError::Overdue(overdue) = error else {
        panic!("{error}");
    };
    assert!(overdue.state().is_none() && overdue.trouble().is_some());
    let path = format!("/core/v1/tx/{unknown}");
    let asked = sandbox.faults().seen(Provider::Hive, "GET", &path);
    assert_eq!(asked, u64::from(overdue.looks()));
}
