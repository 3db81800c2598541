//! Posting to the receivers of webhooks.
//!
//! The sandbox posts for real, but only to this machine: a receiver elsewhere, or one behind TLS, is
//! skipped, so that nobody can use the sandbox to reach what they cannot reach themselves.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, header};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::mpsc;
use tokio::time::sleep;
use url::{Host, Url};

use crate::encoding::hex;
use crate::entropy::random;

/// How long a receiver may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before each further attempt at a callback that was not answered by a 2xx.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];
/// How many callbacks may wait for one receiver before new ones are dropped.
const WAITING: usize = 1000;

/// Posts to receivers.
#[derive(Clone, Debug)]
pub(super) struct Poster(Client);

impl Poster {
    /// A client that follows no redirect and goes through no proxy.
    pub(super) fn new() -> Self {
        let localhost = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .resolve("localhost", localhost)
            .user_agent("bindery-sandbox")
            .build()
            .expect("a client without TLS needs nothing that could be missing");
        Self(client)
    }

    /// Whether the receiver at `url` answers the challenge that the service puts to new ones.
    pub(super) async fn verify(&self, url: &Url) -> Result<(), String> {
        if !is_here(url) {
            return Err("the sandbox posts only to http addresses of this machine".to_owned());
        }
        let challenge = hex(random::<16>());
        let body = json!({ "action": "url.verify", "challenge": challenge }).to_string();
        let request = self.0.post(url.clone()).body(body);
        let answer = request
            .header(header::CONTENT_TYPE, "application/json")
            .send()
            .await;
        let answer = answer.map_err(|_| "it could not be reached".to_owned())?;
        if answer.status() != 200 {
            return Err(format!(
                "it answered {} where 200 was expected",
                answer.status()
            ));
        }
        let body = answer.bytes().await;
        let answer: Option<Value> = body
            .ok()
            .and_then(|body| serde_json::from_slice(&body).ok());
        match answer {
            Some(answer) if answer["challenge"] == challenge.as_str() => Ok(()),
            _ => Err("it did not answer with the challenge it was sent".to_owned()),
        }
    }

    /// Where to put the bodies to be posted to `url`, one after the other, signed with `secret`.
    /// Dropping it ends the posting once those that wait are through.
    pub(super) fn outbox(&self, url: Url, secret: &str) -> mpsc::Sender<String> {
        let (outbox, mut bodies) = mpsc::channel::<String>(WAITING);
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .expect("HMAC takes keys of any length");
        let client = self.0.clone();
        tokio::spawn(async move {
            while let Some(body) = bodies.recv().await {
                if is_here(&url) {
                    post(&client, &url, &mac, body).await;
                }
            }
        });
        outbox
    }
}

async fn post(client: &Client, url: &Url, mac: &Hmac<Sha256>, body: String) {
    let signature = signature(mac.clone(), body.as_bytes());
    let mut pauses = PAUSES.into_iter();
    loop {
        let request = client
            .post(url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header("X-UP-Signature", &signature)
            .body(body.clone());
        let answer = request.send().await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return;
        }
        match pauses.next() {
            Some(pause) => sleep(pause).await,
            None => return,
        }
    }
}

fn signature(mut mac: Hmac<Sha256>, body: &[u8]) -> String {
    mac.update(body);
    format!("sha256={}", hex(mac.finalize().into_bytes()))
}

/// Whether `url` is an http address of this machine.
fn is_here(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_to_this_machine_is_posted_to() {
        for (url, here) in [
            ("http://127.0.0.1:8080/hook", true),
            ("http://localhost/", true),
            ("http://[::1]:1/", true),
            ("https://127.0.0.1/", false),
            ("http://10.0.0.1/", false),
            ("http://localhost.example.com/", false),
        ] {
            assert_eq!(is_here(&Url::parse(url).expect("a URL")), here, "{url}");
        }
    }

    #[test]
    fn callbacks_are_signed_over_their_raw_body() {
        let mac = Hmac::new_from_slice(b"hmac-secret").expect("any key will do");
        let body = r#"{"action":"echo.post","webhook_id":"00000000-0000-4000-8000-000000000000","data":{"echo":"Hello, world!"}}"#;
        assert_eq!(
            signature(mac, body.as_bytes()),
            "sha256=1bdc00a226588d0087cd4b40581461ddc1d9c0183e125d0f082360961c233d14"
        );
    }
}
