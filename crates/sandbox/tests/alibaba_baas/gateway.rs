//! A gateway to test, and what to call it with.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bindery_sandbox::Sandbox;
use bindery_sandbox::alibaba_baas::{NETWORKS, Settings};
use futures_util::StreamExt;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};
use url::{Url, form_urlencoded};

/// How long anything may take before a test gives up on it, on however busy a machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) struct Gateway {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

impl Gateway {
    pub(crate) async fn start() -> Self {
        Self::start_with(Settings::default()).await
    }

    pub(crate) async fn start_with(settings: Settings) -> Self {
        let builder = Sandbox::builder().alibaba_baas(settings);
        Self {
            sandbox: builder.start().await.unwrap(),
            client: Client::new(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.alibaba_baas().url)
    }

    pub(crate) fn channel(&self, path: &str) -> String {
        self.url(&format!("/networks/{}{path}", NETWORKS[0]))
    }

    pub(crate) async fn refresh(&self, form: &[(&str, &str)]) -> Response {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        self.client
            .post(self.url("/token"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn token(&self, scope: &str) -> String {
        let refresh_token = &self.sandbox.alibaba_baas().refresh_token;
        let form = [
            ("grant_type", "refresh_token"),
            ("scope", scope),
            ("refresh_token", refresh_token),
        ];
        let granted: Value = self.refresh(&form).await.json().await.unwrap();
        granted["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        url: String,
        token: &str,
        body: &Value,
    ) -> Response {
        let request = self.client.request(method, url).bearer_auth(token);
        let request = match body {
            Value::Null => request,
            body => request
                .header("content-type", "application/json")
                .body(body.to_string()),
        };
        request.send().await.unwrap()
    }

    /// Sends with the console's access token; the answer's body, which has to come with HTTP 200.
    pub(crate) async fn call(&self, method: Method, url: String, body: &Value) -> Value {
        let token = &self.sandbox.alibaba_baas().access_token;
        let response = self.send(method, url, token, body).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, self.channel(path), &json!(null))
            .await
    }

    pub(crate) async fn invoke(&self, body: &Value) -> Value {
        self.invoke_with("", body).await
    }

    pub(crate) async fn invoke_with(&self, query: &str, body: &Value) -> Value {
        let url = self.channel(&format!("/transactions/invoke{query}"));
        self.call(Method::POST, url, body).await
    }

    pub(crate) async fn query(&self, body: &Value) -> Value {
        let url = self.channel("/transactions/query");
        self.call(Method::POST, url, body).await
    }

    pub(crate) async fn subscribe(&self, source: Option<&str>) -> Socket {
        connect_async(self.events(source)).await.unwrap().0
    }

    /// A subscriber to everything, over a connection that buffers next to nothing on this side.
    pub(crate) async fn subscribe_narrowly(&self) -> WebSocketStream<TcpStream> {
        let url = Url::parse(&self.events(None)).unwrap();
        let address = ([127, 0, 0, 1], url.port().unwrap()).into();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let connection = socket.connect(address).await.unwrap();
        client_async(url.as_str(), connection).await.unwrap().0
    }

    fn events(&self, source: Option<&str>) -> String {
        let token = &self.sandbox.alibaba_baas().access_token;
        let source = source.map_or_else(String::new, |source| format!("&source={source}"));
        let path = format!("/events/subscribe?access_token={token}{source}");
        self.channel(&path).replace("http://", "ws://")
    }
}

pub(crate) fn notary(args: &[&str]) -> Value {
    json!({"chaincode": "notary", "args": args})
}

pub(crate) fn code(envelope: &Value) -> u64 {
    assert_eq!(envelope["Success"], envelope["Error"]["code"] == 200);
    envelope["Error"]["code"].as_u64().unwrap()
}

pub(crate) fn payload(envelope: &Value) -> String {
    let data = envelope["Result"]["data"].as_str().unwrap();
    String::from_utf8(STANDARD.decode(data).unwrap()).unwrap()
}

pub(crate) async fn event(socket: &mut Socket) -> (String, Value) {
    let message = timeout(PATIENCE, socket.next());
    let text = match message.await.unwrap().unwrap().unwrap() {
        Message::Text(text) => text.to_string(),
        other => panic!("not text: {other:?}"),
    };
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}
