//! A client of the service that shows every byte it sends.

use std::time::{Duration, SystemTime};

use bindery_sandbox::upvest::{Access, Settings};
use bindery_sandbox::{Clock, Sandbox};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sha2::Sha512;
use tokio::time::{sleep, timeout};

/// Ether, the example coin, Bitcoin and Arweave.
pub(crate) const ETHER: &str = "deaaa6bf-d944-57fa-8ec4-2dd45d1f5d3f";
pub(crate) const COIN: &str = "cfc59efb-3b21-5340-ae96-8cadb4ce31a8";
pub(crate) const BITCOIN: &str = "a3c18f74-935e-5d75-bd3c-ce0fb5464414";
pub(crate) const ARWEAVE: &str = "51bfa4b5-6499-5fe2-998b-5fb3c9403ac7";

/// How long anything may take before a test gives up on it, on however busy a machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A sandbox, and the tenant's side of it.
pub(crate) struct Tenant {
    pub(crate) clock: Clock,
    pub(crate) access: Access,
    http: reqwest::Client,
    pub(crate) sandbox: Sandbox,
}

/// A user's side of it.
pub(crate) struct User<'a> {
    pub(crate) name: String,
    pub(crate) password: String,
    token: String,
    tenant: &'a Tenant,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) challenge: Option<String>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let challenge = response.headers().get("www-authenticate");
        Self {
            status: response.status(),
            challenge: challenge.map(|value| value.to_str().expect("ASCII").to_owned()),
            text: response.text().await.expect("a body"),
        }
    }

    /// The JSON of an answer with that status.
    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// The reason of the first detail of a refusal with that status, and what it is about.
    #[track_caller]
    pub(crate) fn reason(&self, status: u16) -> (String, String) {
        let json = self.json(status);
        let detail = &json["error"]["details"][0];
        let text = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
        (text("location"), text("reason"))
    }
}

/// The settings of most tests: as quick as can be.
pub(crate) fn quick() -> Settings {
    Settings {
        activation_delay: Duration::from_millis(20),
        queue_delay: Duration::from_millis(10),
        inclusion_delay: Duration::from_millis(10),
        confirmation_delay: Duration::from_millis(10),
        ..Settings::default()
    }
}

impl Tenant {
    pub(crate) async fn start(settings: Settings) -> Self {
        let sandbox = Sandbox::builder().upvest(settings).start().await;
        let sandbox = sandbox.expect("ports are free");
        Self {
            clock: sandbox.clock().clone(),
            access: sandbox.upvest().clone(),
            http: reqwest::Client::new(),
            sandbox,
        }
    }

    /// A request that nobody has signed, to a path below `/1.0`.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let base = self.access.url.trim_end_matches('/');
        self.http.request(method, format!("{base}{path}"))
    }

    /// A request signed like the official JavaScript client's: leading slash and query.
    pub(crate) fn signed(&self, method: Method, path: &str, body: &str) -> RequestBuilder {
        self.signed_as(method, path, &format!("/1.0{path}"), body)
    }

    /// A request signed for any path.
    pub(crate) fn signed_as(
        &self,
        method: Method,
        path: &str,
        signed_path: &str,
        body: &str,
    ) -> RequestBuilder {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let timestamp = now.expect("after 1970").as_secs().to_string();
        let message = format!("{timestamp}{method}{signed_path}{body}");
        self.bare(method, path)
            .header("X-UP-API-Key", &self.access.api_key)
            .header("X-UP-API-Passphrase", &self.access.api_passphrase)
            .header("X-UP-API-Timestamp", timestamp)
            .header(
                "X-UP-API-Signature",
                hmac(&self.access.api_secret, &message),
            )
            .header("X-UP-API-Signed-Path", signed_path)
            .body(body.to_owned())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.signed(Method::GET, path, "")).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        answer(self.signed(Method::DELETE, path, "")).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.signed(Method::POST, path, &body.to_string())).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        answer(self.signed(Method::PATCH, path, &body.to_string())).await
    }

    /// Asks the token endpoint, the client's credentials being filled in.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        let client = [
            ("client_id", self.access.client_id.as_str()),
            ("client_secret", self.access.client_secret.as_str()),
        ];
        self.raw_token(&[&client, form].concat()).await
    }

    pub(crate) async fn raw_token(&self, form: &[(&str, &str)]) -> Answer {
        let form = serde_urlencoded::to_string(form).expect("a form");
        let request = self
            .bare(Method::POST, "/clientele/oauth2/token")
            .body(form);
        let kind = "application/x-www-form-urlencoded";
        answer(request.header("Content-Type", kind)).await
    }

    /// Creates a user with wallets for those assets, and logs in with all scopes.
    pub(crate) async fn user(&self, name: &str, assets: &[&str]) -> User<'_> {
        // Raw, because the recovery kit's QR code takes longer than everything else.
        let body = json!({"username": name, "password": "pa55", "asset_ids": assets, "raw": true});
        self.post("/tenancy/users/", &body).await.json(201);
        self.login(name, "pa55", None).await
    }

    pub(crate) async fn login(&self, name: &str, password: &str, scope: Option<&str>) -> User<'_> {
        let mut form = vec![
            ("grant_type", "password"),
            ("username", name),
            ("password", password),
        ];
        form.extend(scope.map(|scope| ("scope", scope)));
        let token = self.token(&form).await.json(200)["access_token"].take();
        User {
            name: name.to_owned(),
            password: password.to_owned(),
            token: token.as_str().expect("a token").to_owned(),
            tenant: self,
        }
    }
}

impl User<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.tenant.bare(Method::GET, path).bearer_auth(&self.token)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, &body.to_string()).await
    }

    pub(crate) async fn post_text(&self, path: &str, body: &str) -> Answer {
        let request = self
            .tenant
            .bare(Method::POST, path)
            .bearer_auth(&self.token);
        answer(request.body(body.to_owned())).await
    }

    /// The user's wallet of that protocol, once it is active.
    pub(crate) async fn active_wallet(&self, protocol: &str) -> Value {
        let find = async || {
            let wallets = self.get("/kms/wallets/?page_size=100").await.json(200);
            let wallets = wallets["results"].as_array().expect("a list").clone();
            wallets
                .into_iter()
                .find(|wallet| wallet["protocol"] == protocol && wallet["status"] == "ACTIVE")
        };
        until(find).await
    }

    /// The transaction of that wallet, once it has that status.
    pub(crate) async fn transaction_at(&self, wallet: &Value, id: &Value, status: &str) -> Value {
        let path = format!(
            "{}transactions/{}",
            wallet_path(wallet),
            id.as_str().expect("an id")
        );
        until(async || Some(self.get(&path).await.json(200)).filter(|tx| tx["status"] == status))
            .await
    }

    /// What the wallet holds of the asset now.
    pub(crate) async fn balance(&self, wallet: &Value, asset: &str) -> String {
        let path = wallet_path(wallet);
        let wallet = self.get(path.trim_end_matches('/')).await.json(200);
        let balances = wallet["balances"].as_array().expect("balances").clone();
        let balance = balances.iter().find(|balance| balance["asset_id"] == asset);
        balance.expect("it holds it")["amount"]
            .as_str()
            .expect("a string")
            .to_owned()
    }
}

pub(crate) fn wallet_path(wallet: &Value) -> String {
    format!("/kms/wallets/{}/", wallet["id"].as_str().expect("an id"))
}

/// What `find` finds, as soon as it does.
pub(crate) async fn until<T>(find: impl AsyncFn() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = find().await {
                return found;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, found)
        .await
        .expect("it comes to be in time")
}

pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.expect("an answer")).await
}

fn hmac(secret: &str, message: &str) -> String {
    let mut mac = Hmac::<Sha512>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(message.as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
