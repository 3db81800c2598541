//! What sign-ins and calls leave behind in traces, logs, errors and panics: nothing secret. Apart from the other tests,
//! since it listens to the whole process.

#![cfg(all(feature = "alibaba-baas", feature = "hive", feature = "upvest"))]
#![allow(unexpected_cfgs, reason = "the features of a generated crate")]

macro_rules! generated {
    ($($name:ident $path:literal)*) => {$(
        #[rustfmt::skip] // formatted by the generator
        #[allow(dead_code, unfulfilled_lint_expectations, unreachable_pub, reason = "a test calls some of it")]
        #[path = $path]
        mod $name;
    )*};
}

generated! {
    client "../standard/client.rs"
    environment "../standard/environment.rs"
    operations "../standard/operations.rs"
    requests "../standard/requests.rs"
    schemes "../standard/schemes.rs"
    types "../standard/types.rs"
}

pub use client::Client;
pub use environment::Environment;

mod canaries;
#[expect(
    dead_code,
    reason = "shared with the other tests, which use more of it"
)]
#[path = "../it/clock.rs"]
mod clock;
mod scribe;
mod service;

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
    time::{Duration, UNIX_EPOCH},
};

use bindery_auth::{
    Commit, FileStore, FixedToken, Issued, Lifetime, MemoryStore, Reach, Root, Scopes, Stored,
    StoredAccess, TokenKey, TokenStore, alibaba_baas, hive,
    standard::{ApiKey, Basic, Bearer, OAuth2, OAuthClient, connect_with},
    upvest,
};
use bindery_runtime::{Error, RetryPolicy, SessionBuilder};

use canaries::Canaries;
use clock::TestClock;
use scribe::{LAST_WORDS, WRITTEN, listen};
use service::{failures, reply, service};

/// A service that answers token requests with `token`, and others with `other`.
fn with(is_token: fn(&str) -> bool, token: &str, other: &str) -> String {
    let (token, other) = (token.to_owned(), other.to_owned());
    service(Arc::new(move |request| {
        if is_token(request) {
            token.clone()
        } else {
            other.clone()
        }
    }))
}

#[derive(Default)]
struct Count {
    calls: usize,
    failed: usize,
}

impl Count {
    fn note<T: Debug>(&mut self, canaries: &Canaries, outcome: Result<T, Error>) {
        self.calls += 1;
        match outcome {
            Ok(answer) => canaries.assert_none_in(&format!("{answer:?} {answer:#?}")),
            Err(error) => {
                self.failed += 1;
                canaries.assert_none_in_error(&error);
            }
        }
    }
}

/// Tries again, but not after long.
fn quick(session: SessionBuilder) -> SessionBuilder {
    let at_once = RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO);
    session.retry(at_once.max_retries(1))
}

/// A tenant whose service answers as it is told: its users share connections, and each signs in anew.
struct Upvest {
    tenant: upvest::Tenant,
    clock: TestClock,
    answers: Arc<Mutex<(String, String)>>,
    users: usize,
}

impl Upvest {
    fn new(canaries: &Canaries) -> Self {
        let answers = Arc::new(Mutex::new((String::new(), String::new())));
        let url = service({
            let answers = Arc::clone(&answers);
            Arc::new(move |request| {
                let is_token = request.starts_with("POST /1.0/clientele/oauth2/token");
                let answers = answers.lock().expect("no panic under the lock");
                if is_token {
                    answers.0.clone()
                } else {
                    answers.1.clone()
                }
            })
        });
        let environment =
            bindery_upvest::Environment::custom_over_plain_http(&format!("{url}/1.0/"));
        let secret = || canaries.password.as_str();
        let clock = TestClock::new();
        let api_key = upvest::ApiKey::new(secret(), secret(), secret()).clock(clock.clone());
        let store = MemoryStore::new();
        let oauth_client = upvest::OAuthClient::new("client", secret()).store(store.clone());
        canaries.assert_none_in(&format!("{api_key:#?} {oauth_client:#?} {store:#?}"));
        let environment = environment.expect("a URL");
        let tenant = upvest::Tenant::new_with(environment, api_key, oauth_client, quick);
        Self {
            tenant: tenant.expect("a tenant"),
            clock,
            answers,
            users: 0,
        }
    }

    fn answer(&self, token: &str, other: &str) {
        *self.answers.lock().expect("no panic under the lock") =
            (token.to_owned(), other.to_owned());
    }

    async fn sign_in(&mut self, canaries: &Canaries, count: &mut Count) {
        self.users += 1;
        let name = format!("user {}", self.users);
        let user = self.tenant.user(name, canaries.password.as_str(), "echo");
        let user = user.expect("a client");
        // The second finds it backing off or dead, the third a refresh token to show, if any came.
        for wait in [0, 10, 36_000] {
            self.clock.advance(Duration::from_secs(wait));
            count.note(canaries, user.clientele_echo_get("x").send().await);
        }
        let tenant = &self.tenant;
        canaries.assert_none_in(&format!("{user:?} {user:#?} {tenant:?} {tenant:#?}"));
    }

    async fn sign(&self, canaries: &Canaries, count: &mut Count) {
        let client = self.tenant.client();
        count.note(canaries, client.tenancy_echo_get("x").send().await);
        canaries.assert_none_in(&format!("{client:?} {client:#?}"));
    }
}

async fn sign_in_to_hive(canaries: &Canaries, url: &str, count: &mut Count) {
    let environment = bindery_hive::Environment::custom_over_plain_http(url).expect("a URL");
    let clock = TestClock::new();
    let credentials = hive::Credentials::new("id", canaries.password.as_str()).clock(clock.clone());
    canaries.assert_none_in(&format!("{credentials:?} {credentials:#?}"));
    let client = hive::connect_with(environment, credentials, quick).expect("a client");
    for wait in [0, 10, 90_000] {
        clock.advance(Duration::from_secs(wait));
        let network = bindery_hive::types::Network::Polygon;
        count.note(canaries, client.create_wallet(network).send().await);
        canaries.assert_none_in(&format!("{client:?} {client:#?}"));
    }
}

async fn sign_in_to_alibaba(canaries: &Canaries, url: &str, count: &mut Count) {
    use alibaba_baas::Credentials;

    let environment = || {
        bindery_alibaba_baas::Environment::custom_over_plain_http(&format!("{url}/api/v1"))
            .expect("a URL")
    };
    let (clock, folder) = (TestClock::new(), tempfile::tempdir().expect("a folder"));
    let refreshed = Credentials::refresh_token(canaries.root.as_str())
        .clock(clock.clone())
        .store(FileStore::new(folder.path()));
    let fixed = Credentials::access_token(canaries.access.as_str());
    for credentials in [refreshed, fixed] {
        canaries.assert_none_in(&format!("{credentials:?} {credentials:#?}"));
        let client =
            alibaba_baas::connect_with(environment(), credentials, quick).expect("a client");
        for wait in [0, 10, 3_600] {
            clock.advance(Duration::from_secs(wait));
            count.note(
                canaries,
                client
                    .get_transaction("channel", &"01".parse().expect("hex"))
                    .send()
                    .await,
            );
            canaries.assert_none_in(&format!("{client:?} {client:#?}"));
        }
    }
}

/// A vault with a lock of every kind that OpenAPI knows.
async fn sign_in_to_vault(canaries: &Canaries, url: &str, count: &mut Count) {
    let environment = Environment::custom_over_plain_http(&format!("{url}/v1")).expect("a URL");
    let (clock, secret) = (TestClock::new(), || canaries.password.as_str());
    let store = MemoryStore::new();
    let signed_in = [
        OAuth2::client_credentials(&schemes::OAUTH2, OAuthClient::new("id", secret())),
        OAuth2::password(&schemes::OAUTH2, "bob", secret())
            .map(|it| it.client(OAuthClient::new("id", secret()).in_body())),
        OAuth2::refresh_token(&schemes::OAUTH2, canaries.root.as_str()),
    ];
    for credential in signed_in {
        let credential = credential
            .expect("fit")
            .clock(clock.clone())
            .store(store.clone());
        canaries.assert_none_in(&format!("{credential:?} {credential:#?} {store:?}"));
        let client = connect_with(environment.clone(), credential, quick).expect("a client");
        for wait in [0, 10, 36_000] {
            clock.advance(Duration::from_secs(wait));
            count.note(canaries, client.open_by_scope().send().await);
        }
        canaries.assert_none_in(&format!("{client:?} {client:#?}"));
    }
}

/// The same vault, by what goes with every call.
async fn open_vault(canaries: &Canaries, url: &str, count: &mut Count) {
    let environment = Environment::custom_over_plain_http(&format!("{url}/v1")).expect("a URL");
    let secret = || canaries.password.as_str();
    let credentials = (
        ApiKey::new(&schemes::HEADER_KEY, secret()).expect("fit"),
        ApiKey::new(&schemes::QUERY_KEY, secret()).expect("fit"),
        ApiKey::new(&schemes::COOKIE_KEY, secret()).expect("fit"),
        (
            Basic::new(&schemes::BASIC_AUTH, "bob", secret()).expect("fit"),
            Bearer::new(&schemes::BEARER_AUTH, secret()).expect("fit"),
        ),
    );
    canaries.assert_none_in(&format!("{credentials:?} {credentials:#?}"));
    let client = connect_with(environment, credentials, quick).expect("a client");
    count.note(canaries, client.open_by_two_keys().send().await);
    count.note(canaries, client.open_by_query().send().await);
    count.note(canaries, client.open_by_bearer().send().await);
    canaries.assert_none_in(&format!("{client:?} {client:#?}"));
}

/// I16: nothing that can be printed has eight characters of a secret in a row.
#[tokio::test]
async fn i16_no_failure_of_a_sign_in_or_a_call_prints_a_piece_of_a_secret() {
    listen();
    let canaries = Canaries::new();
    let Canaries {
        access, refresh, ..
    } = &canaries;
    let mut count = Count::default();

    let oauth = format!(
        r#"{{"access_token":"{access}","refresh_token":"{refresh}","token_type":"bearer","expires_in":3600,"scope":"echo"}}"#
    );
    let jwt = |signature| format!("e30.eyJpYXQiOjEsImV4cCI6ODY0MDF9.{signature}");
    let pair = format!(
        r#"{{"code":1000,"message":"success","data":{{"accessToken":"{}","refreshToken":"{}"}}}}"#,
        jwt(access),
        jwt(refresh)
    );
    let is_hive: fn(&str) -> bool = |request| request.contains("-token HTTP");
    let is_alibaba: fn(&str) -> bool = |request| request.starts_with("POST /api/v1/token");

    // The answers to token requests may repeat what was sent and what was issued.
    let well = reply(200, "", r#"{"echo":"x"}"#);
    let mut upvest = Upvest::new(&canaries);
    for answer in failures(&canaries.all(), &oauth) {
        upvest.answer(&answer, &well);
        upvest.sign_in(&canaries, &mut count).await;
    }
    // Those to calls may repeat what is on the call.
    let issued = reply(200, "", &oauth);
    for answer in failures(&[access], &oauth) {
        upvest.answer(&issued, &answer);
        upvest.sign_in(&canaries, &mut count).await;
    }
    upvest.answer(&issued, &well);
    upvest.sign_in(&canaries, &mut count).await;
    for answer in failures(&[&canaries.password], &oauth) {
        upvest.answer("", &answer);
        upvest.sign(&canaries, &mut count).await;
    }
    // The others make a client for each answer, which takes a while, so they see some of them.
    for answer in failures(&canaries.all(), &oauth).iter().step_by(4) {
        sign_in_to_alibaba(&canaries, &with(is_alibaba, answer, &well), &mut count).await;
    }
    for answer in failures(&[access], &oauth).iter().skip(1).step_by(4) {
        sign_in_to_alibaba(&canaries, &with(is_alibaba, &issued, answer), &mut count).await;
    }
    for answer in failures(&canaries.all(), &pair).iter().skip(2).step_by(4) {
        sign_in_to_hive(&canaries, &with(is_hive, answer, &well), &mut count).await;
    }
    let issued = reply(200, "", &pair);
    for answer in failures(&[&jwt(access)], &pair).iter().skip(3).step_by(4) {
        sign_in_to_hive(&canaries, &with(is_hive, &issued, answer), &mut count).await;
    }
    let is_vault: fn(&str) -> bool = |request| request.contains("token");
    for answer in failures(&canaries.all(), &oauth).iter().step_by(4) {
        sign_in_to_vault(&canaries, &with(is_vault, answer, &well), &mut count).await;
    }
    let issued = reply(200, "", &oauth);
    for answer in failures(&[access], &oauth).iter().skip(2).step_by(4) {
        sign_in_to_vault(&canaries, &with(is_vault, &issued, answer), &mut count).await;
    }
    for answer in failures(&[&canaries.password], &oauth) {
        open_vault(&canaries, &with(is_vault, "", &answer), &mut count).await;
    }
    let opened = reply(200, "", r#"{"open":true}"#);
    sign_in_to_vault(&canaries, &with(is_vault, &issued, &opened), &mut count).await;
    open_vault(&canaries, &with(is_vault, "", &opened), &mut count).await;
    // Nobody is there.
    sign_in_to_vault(&canaries, "http://127.0.0.1:1", &mut count).await;
    open_vault(&canaries, "http://127.0.0.1:1", &mut count).await;
    sign_in_to_hive(&canaries, "http://127.0.0.1:1", &mut count).await;
    assert!(
        count.failed > 200,
        "{} of {} calls failed",
        count.failed,
        count.calls
    );
    assert!(count.calls - count.failed >= 6, "some worked");

    let written = WRITTEN.lock().expect("no panic under the lock").clone();
    for something in [
        "bindery.call",
        "got an access token",
        "got no access token",
        "the credentials were refused",
        LAST_WORDS,
        "hyper",
    ] {
        assert!(
            written.contains(something),
            "`{something}` was not written down"
        );
    }
    canaries.assert_none_in(&written);
}

/// I16: nothing that can be printed has eight characters of a secret in a row.
#[tokio::test]
async fn i16_no_value_that_holds_a_secret_prints_a_piece_of_it() {
    let canaries = Canaries::new();
    let secret = || canaries.access.as_str();
    let mut text = String::new();
    let mut show = |value: &dyn Debug| text += &format!(" {value:?} {value:#?}");

    let issued = Issued::new(secret(), Lifetime::Unknown);
    show(&issued.refresh_token(Some(secret().into()), Lifetime::Seconds(1)));
    show(&Root::RefreshToken(secret().into()));
    let reach = || Reach::new(&["token"], Scopes::from("echo"));
    show(&FixedToken::new("test", secret(), reach()));
    show(&FixedToken::new("test", format!("{}\n", secret()), reach()));
    show(&reach());
    let key = TokenKey::new("test", "https://example.com", secret(), &Scopes::default());
    show(&key);
    let mut stored = Stored::new(1);
    stored.refresh_token = Some(secret().into());
    stored.access_token = Some(StoredAccess::new(secret(), UNIX_EPOCH, Some(UNIX_EPOCH)));
    show(&stored);
    show(&Commit::Conflict(Some(stored.clone())));
    let folder = tempfile::tempdir().expect("a folder");
    let files = FileStore::new(folder.path());
    for store in [&MemoryStore::new() as &dyn TokenStore, &files] {
        let lease = store.lease(&key, Duration::from_secs(1)).await;
        let lease = lease.expect("it works").expect("free");
        show(&store.commit(&key, &lease, 0, &stored).await);
        show(&store.commit(&key, &lease, 0, &Stored::new(2)).await);
        show(&store.load(&key).await);
        show(&lease);
        show(&store);
        show(
            &store
                .commit(&key, &bindery_auth::Lease::new(()), 0, &stored)
                .await,
        );
    }
    // What is in a file and is no record.
    for content in [
        format!("\"{}\"", secret()),
        format!(r#"{{"format":"{}"}}"#, secret()),
    ] {
        std::fs::write(files.path(&key), content).expect("it works");
        let error = files.load(&key).await.expect_err("no record");
        show(&error);
        show(&error.to_string());
    }
    // Variables that are wrong, each with the secret in it.
    let lookup = |name: &str| {
        let value = match name {
            "HIVE_ENVIRONMENT" | "UPVEST_ENVIRONMENT" => secret().to_owned(),
            "ALIBABA_BAAS_URL" => format!("http://user:{}@example.com", secret()),
            name if name.ends_with("_URL") || name.ends_with("_ID") => return None,
            _ => secret().to_owned(),
        };
        Some(value.into())
    };
    let wrong = hive::from_variables(&lookup).expect_err("no such environment");
    show(&(wrong.to_string(), wrong));
    let wrong = upvest::from_variables(&lookup).expect_err("no such environment");
    show(&(wrong.to_string(), wrong));
    let wrong = alibaba_baas::from_variables(&lookup).expect_err("a user in the address");
    show(&(wrong.to_string(), wrong));
    canaries.assert_none_in(&text);
}
