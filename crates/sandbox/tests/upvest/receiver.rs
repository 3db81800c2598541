//! A receiver of webhooks.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::client::{PATIENCE, Tenant};

pub(crate) const SECRET: &str = "hmac-secret";

/// Takes callbacks at `/hook` and answers challenges everywhere but at `/mute`.
pub(crate) struct Receiver {
    pub(crate) base: String,
    callbacks: UnboundedReceiver<Callback>,
}

/// A callback as it came in.
#[derive(Debug)]
pub(crate) struct Callback {
    pub(crate) json: Value,
    pub(crate) text: String,
    headers: HashMap<String, String>,
}

impl Receiver {
    /// One that answers the first `failures` callbacks with 500.
    pub(crate) async fn start(failures: usize) -> Self {
        let (sender, callbacks) = unbounded_channel();
        let left = Arc::new(AtomicUsize::new(failures));
        let receive = async move |headers: HeaderMap, body: Bytes| {
            let text = String::from_utf8(body.to_vec()).expect("UTF-8");
            let json: Value = serde_json::from_str(&text).expect("JSON");
            if json["action"] == "url.verify" {
                return (
                    StatusCode::OK,
                    Json(json!({"challenge": json["challenge"], "ok": 1})),
                );
            }
            let failing = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
            if failing.is_ok() {
                return (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({})));
            }
            let text_of =
                |value: &axum::http::HeaderValue| value.to_str().expect("ASCII").to_owned();
            let headers = headers
                .iter()
                .map(|(name, value)| (name.to_string(), text_of(value)))
                .collect();
            sender
                .send(Callback {
                    json,
                    text,
                    headers,
                })
                .expect("the test listens");
            (StatusCode::OK, Json(json!({})))
        };
        let router = Router::new()
            .route(
                "/mute",
                post(async || Json(json!({"challenge": "something else"}))),
            )
            .fallback(receive);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, callbacks }
    }

    /// Has the tenant create a webhook to here.
    pub(crate) async fn subscribe(&self, tenant: &Tenant, filters: Value) -> Value {
        let body = json!({
            "url": format!("{}/hook", self.base), "name": "test", "version": "1.2",
            "headers": {"X-Test": "Hello world!"}, "status": "ACTIVE",
            "event_filters": filters, "hmac_secret_key": SECRET,
        });
        tenant.post("/tenancy/webhooks/", &body).await.json(201)
    }

    /// The next callback.
    pub(crate) async fn next(&mut self) -> Callback {
        let next = timeout(PATIENCE, self.callbacks.recv()).await;
        next.expect("a callback comes in time")
            .expect("the receiver lives")
    }

    /// Whether nothing has come in.
    pub(crate) fn is_idle(&mut self) -> bool {
        self.callbacks.try_recv().is_err()
    }

    /// The next callback of that action, those before it being passed over.
    pub(crate) async fn next_of(&mut self, action: &str) -> Callback {
        loop {
            let callback = self.next().await;
            if callback.json["action"] == action {
                return callback;
            }
        }
    }
}

impl Callback {
    /// Whether it carries the signature of its own body.
    pub(crate) fn is_signed(&self) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key will do");
        mac.update(self.text.as_bytes());
        let bytes = mac.finalize().into_bytes();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.headers["x-up-signature"] == format!("sha256={hex}")
    }
}
