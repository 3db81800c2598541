//! Hive, to be tested, and what to call it with.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bindery_sandbox::Sandbox;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

pub(crate) const PLAYER: &str = "0xFBd488D1b00604d3b05124d80E35FeA9A39C3296";

pub(crate) struct Hive {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
}

impl Hive {
    pub(crate) async fn start() -> Self {
        let mut hive = Self {
            sandbox: Sandbox::builder().start().await.unwrap(),
            client: Client::new(),
            access_token: String::new(),
            refresh_token: String::new(),
        };
        (hive.access_token, hive.refresh_token) = hive.log_in().await;
        hive
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.hive().url)
    }

    pub(crate) async fn log_in(&self) -> (String, String) {
        let access = self.sandbox.hive();
        let body = json!({"id": access.id, "secretKey": access.secret_key});
        let request = self.client.post(self.url("/v2/auth-token"));
        let (status, answer) = answer(request.body(body.to_string())).await;
        assert_eq!(status, StatusCode::CREATED);
        assert_eq!(
            (&answer["code"], &answer["message"]),
            (&json!(0), &json!("success"))
        );
        let token = |name: &str| answer["data"][name].as_str().unwrap().to_owned();
        (token("accessToken"), token("refreshToken"))
    }

    pub(crate) async fn refresh(&self, token: &str) -> (StatusCode, Value) {
        let request = self.client.post(self.url("/v2/refresh-token"));
        answer(request.header("accept", "*/*").bearer_auth(token)).await
    }

    pub(crate) fn get(&self, network: &str, path: &str) -> RequestBuilder {
        let request = self.client.get(self.url(path));
        request
            .bearer_auth(&self.access_token)
            .header("x-network", network)
    }

    pub(crate) fn post(&self, network: &str, path: &str) -> RequestBuilder {
        let request = self.client.post(self.url(path));
        request
            .bearer_auth(&self.access_token)
            .header("x-network", network)
    }

    pub(crate) async fn found(&self, network: &str, path: &str) -> Value {
        data(self.get(network, path), StatusCode::OK).await
    }

    pub(crate) async fn created(&self, network: &str, path: &str, body: Value) -> Value {
        let request = self.post(network, path).body(body.to_string());
        data(request, StatusCode::CREATED).await
    }

    pub(crate) async fn refused(
        &self,
        network: &str,
        path: &str,
        body: Value,
    ) -> (StatusCode, String) {
        failure(self.post(network, path).body(body.to_string())).await
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

pub(crate) async fn data(request: RequestBuilder, expected: StatusCode) -> Value {
    let (status, mut answer) = answer(request).await;
    assert_eq!(status, expected, "{answer}");
    assert_eq!(
        (&answer["code"], &answer["message"]),
        (&json!(0), &json!("success"))
    );
    answer["data"].take()
}

pub(crate) async fn failure(request: RequestBuilder) -> (StatusCode, String) {
    let (status, answer) = answer(request).await;
    assert_eq!(answer["code"], status.as_u16());
    assert!(answer["error"].is_string());
    assert!(answer.get("data").is_none());
    (status, answer["message"].as_str().unwrap().to_owned())
}

pub(crate) fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}
