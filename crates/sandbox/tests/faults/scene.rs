//! A sandbox, and callers that see every byte.

use std::io::ErrorKind;
use std::time::Duration;

use bindery_sandbox::Sandbox;
use bindery_sandbox::alibaba_baas::NETWORKS;
use bindery_sandbox::faults::{Provider, Rule, RuleId};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use url::Url;

/// How long anything may take before a test gives up on it, on however busy a machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const INVOKE: &str = "/api/v1/networks/channel3/transactions/invoke";
pub(crate) const BLOCK: &str = "/api/v1/networks/channel3/blocks/1";

pub(crate) struct Scene {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    Reset,
}

/// All that came over a connection.
pub(crate) struct Heard {
    pub(crate) bytes: Vec<u8>,
    pub(crate) end: End,
}

impl Scene {
    pub(crate) async fn start() -> Self {
        let sandbox = Sandbox::builder().admin_port(0).start().await.unwrap();
        let client = Client::builder()
            .redirect(Policy::none())
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self { sandbox, client }
    }

    /// Adds a rule for Alibaba Cloud BaaS.
    pub(crate) fn add(&self, rule: Rule) -> RuleId {
        let rule = rule.at(Provider::AlibabaBaas);
        self.sandbox.faults().add(rule).unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let url = Url::parse(&self.sandbox.alibaba_baas().url).unwrap();
        url.join(path).unwrap().to_string()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let token = &self.sandbox.alibaba_baas().access_token;
        self.client
            .request(method, self.url(path))
            .bearer_auth(token)
    }

    pub(crate) async fn block(&self) -> Response {
        self.request(Method::GET, BLOCK).send().await.unwrap()
    }

    pub(crate) async fn refresh(&self) -> Value {
        let token = &self.sandbox.alibaba_baas().refresh_token;
        let form = serde_urlencoded::to_string([("refresh_token", token)]).unwrap();
        let request = self.request(Method::POST, "/api/v1/token").body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The bytes of a request that sets `key` on the ledger.
    pub(crate) fn set(&self, key: &str) -> String {
        let body = json!({"chaincode": "notary", "args": ["set", key, "v"]}).to_string();
        let token = &self.sandbox.alibaba_baas().access_token;
        format!(
            "POST {INVOKE} HTTP/1.1\r\nhost: sandbox\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// How often `key` was written.
    pub(crate) fn writes(&self, key: &str) -> usize {
        let operator = self.sandbox.alibaba_baas_operator();
        let writes = operator.writes(NETWORKS[0], "notary").unwrap();
        writes.get(key).map_or(0, Vec::len)
    }

    /// A connection that `request` was sent over.
    pub(crate) async fn send(&self, request: &str) -> TcpStream {
        let url = Url::parse(&self.sandbox.alibaba_baas().url).unwrap();
        let address = ("127.0.0.1", url.port().unwrap());
        let mut stream = TcpStream::connect(address).await.unwrap();
        // A connection that is refused may be gone by now, which the reader finds out.
        let _ = stream.write_all(request.as_bytes()).await;
        stream
    }

    /// How often an invocation arrived.
    pub(crate) fn invocations(&self) -> u64 {
        let faults = self.sandbox.faults();
        faults.seen(Provider::AlibabaBaas, "POST", INVOKE)
    }
}

/// Everything that still comes over a connection.
pub(crate) async fn hear(stream: &mut TcpStream) -> Heard {
    let mut bytes = Vec::new();
    let end = timeout(PATIENCE, stream.read_to_end(&mut bytes));
    let end = match end.await.expect("the connection ends in time") {
        Ok(_) => End::Closed,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
            End::Reset
        }
    };
    Heard { bytes, end }
}

/// Waits until something is so.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, wait).await.expect("it comes to be so");
}
