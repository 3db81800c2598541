//! A chain, the socket that tells of it and breaks, and the calls that read its blocks and lag behind.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    task::JoinHandle,
};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

/// What the service does on purpose, out of a thousand times.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mischief {
    /// Drops the connection after a message.
    pub(crate) drops: u64,
    /// Leaves out a block without dropping the connection.
    pub(crate) skips: u64,
    /// Refuses a call with 503, or breaks its connection.
    pub(crate) fails: u64,
    /// Does not know the newest block yet.
    pub(crate) lags: u64,
}

/// A chain whose blocks follow from a seed alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain(pub(crate) u64);

fn mixed(seed: u64, number: u64) -> u64 {
    // SplitMix64.
    let mut mixed = seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Chain {
    pub(crate) fn block(self, height: u64) -> Value {
        let bits = mixed(self.0, height);
        let txs: Vec<String> = (0..bits % 4).map(|tx| format!("{height}x{tx}")).collect();
        let change = (bits >> 8).is_multiple_of(5).then_some("changed");
        json!({"height": height, "txs": txs, "change": change})
    }

    fn tx(self, id: &str) -> Option<Value> {
        let (height, tx) = id.split_once('x')?;
        let bits = mixed(
            self.0 ^ 1,
            height.parse::<u64>().ok()? * 16 + tx.parse::<u64>().ok()?,
        );
        let payments: Vec<Value> = (0..bits % 3)
            .map(|n| json!({"kind": "Payment", "id": "", "node": "node-1", "content": {"n": n}}))
            .collect();
        Some(json!({"id": id, "payments": payments}))
    }

    /// What the socket says of a block, in order.
    pub(crate) fn events(self, height: u64) -> Vec<Value> {
        let event = |kind: &str, id: String, content: Value| json!({"kind": kind, "id": id, "node": "node-1", "content": content});
        let block = self.block(height);
        let mut content = block.clone();
        content.as_object_mut().expect("an object").remove("change");
        let mut events = vec![event("Block", format!("block-{height}"), content)];
        if !block["change"].is_null() {
            events.push(event(
                "Change",
                format!("change-{height}-"),
                json!("changed"),
            ));
        }
        for id in block["txs"].as_array().expect("a list") {
            let id = id.as_str().expect("a text");
            let tx = self.tx(id).expect("a transaction");
            events.push(event("Tx", format!("tx-{height}-{id}"), tx.clone()));
            for payment in tx["payments"].as_array().expect("a list") {
                let mut payment = payment.clone();
                payment["id"] = format!("payment-{height}-{id}").into();
                events.push(payment);
            }
        }
        events
    }
}

/// The service. It stops when dropped.
pub(crate) struct Service {
    pub(crate) url: String,
    pub(crate) state: Arc<State>,
    task: JoinHandle<()>,
}

pub(crate) struct State {
    pub(crate) chain: Chain,
    mischief: Mischief,
    random: AtomicU64,
    /// How many blocks there are.
    blocks: watch::Sender<u64>,
    pub(crate) sockets: AtomicUsize,
    pub(crate) open: AtomicUsize,
    pub(crate) closed: Notify,
    /// The targets of all requests.
    pub(crate) requests: Mutex<Vec<String>>,
    /// What each socket does in place of telling of the chain.
    pub(crate) scripts: Mutex<VecDeque<Script>>,
}

/// What a socket does in place of telling of the chain.
#[derive(Debug)]
pub(crate) enum Script {
    /// Sends these, and then tells of the chain.
    First(Vec<String>),
    /// Sends these and closes, repeating the token.
    Only(Vec<String>),
    /// Reads and says nothing, not even to a ping.
    Deaf,
}

impl Service {
    pub(crate) async fn start(chain: Chain, blocks: u64, mischief: Mischief) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State {
            chain,
            mischief,
            random: AtomicU64::new(0),
            blocks: watch::Sender::new(blocks),
            sockets: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            closed: Notify::new(),
            requests: Mutex::default(),
            scripts: Mutex::default(),
        });
        let serving = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let state = Arc::clone(&serving);
                // Whatever becomes of it is the client's affair.
                tokio::spawn(async move { serve(connection, state).await });
            }
        });
        Self { url, state, task }
    }

    /// Adds a block.
    pub(crate) fn commit(&self) {
        self.state.blocks.send_modify(|blocks| *blocks += 1);
    }

    pub(crate) fn script(&self, script: Script) {
        self.state
            .scripts
            .lock()
            .expect("no panic")
            .push_back(script);
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.requests.lock().expect("no panic").clone()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    fn by_chance(&self, thousandths: u64) -> bool {
        let number = self.random.fetch_add(1, Ordering::Relaxed);
        mixed(self.chain.0 ^ 2, number) % 1000 < thousandths
    }
}

async fn serve(mut connection: TcpStream, state: Arc<State>) -> Option<()> {
    let mut head = vec![0; 16_384];
    let mut head_length = 0;
    while !head[..head_length]
        .windows(4)
        .any(|window| window == b"\r\n\r\n")
    {
        head_length = connection
            .peek(&mut head)
            .await
            .ok()
            .filter(|length| *length > 0)?;
        tokio::task::yield_now().await;
    }
    let text = String::from_utf8_lossy(&head[..head_length]).into_owned();
    let target = text.split(' ').nth(1)?.to_owned();
    state
        .requests
        .lock()
        .expect("no panic")
        .push(target.clone());
    if text.to_ascii_lowercase().contains("upgrade: websocket") {
        return tell(connection, state, &target).await;
    }
    connection.read_exact(&mut head[..head_length]).await.ok()?;
    if state.by_chance(state.mischief.fails) {
        if state.by_chance(500) {
            return None;
        }
        return answer(&mut connection, 503, &json!({})).await;
    }
    let last = target.rsplit('/').next()?;
    let lag = u64::from(state.by_chance(state.mischief.lags));
    let newest = state.blocks.borrow().saturating_sub(1 + lag);
    let found = if target.contains("/txs/") {
        state.chain.tx(last)
    } else if last == "latest" {
        Some(state.chain.block(newest))
    } else {
        let height: u64 = last.parse().ok()?;
        (height <= newest).then(|| state.chain.block(height))
    };
    match found {
        Some(found) => answer(&mut connection, 200, &found).await,
        None => answer(&mut connection, 404, &json!({})).await,
    }
}

async fn answer(connection: &mut TcpStream, status: u16, body: &Value) -> Option<()> {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all((head + &body).as_bytes()).await.ok()?;
    connection.shutdown().await.ok()
}

struct Open(Arc<State>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
        self.0.closed.notify_waiters();
    }
}

#[expect(
    clippy::result_large_err,
    reason = "the type of the callback is not ours"
)]
fn taken(
    _: &Request,
    response: Response,
) -> Result<Response, tokio_tungstenite::tungstenite::handshake::server::ErrorResponse> {
    Ok(response)
}

async fn tell(connection: TcpStream, state: Arc<State>, target: &str) -> Option<()> {
    let mut blocks = state.blocks.subscribe();
    // From here on every block is told of.
    let mut next = *blocks.borrow_and_update();
    let kinds = target
        .split(['?', '&'])
        .find_map(|pair| pair.strip_prefix("kinds="));
    let kinds = kinds
        .unwrap_or_default()
        .replace("%2A", "*")
        .replace("%2C", ",");
    let mut socket = accept_hdr_async(connection, taken).await.ok()?;
    state.sockets.fetch_add(1, Ordering::SeqCst);
    state.open.fetch_add(1, Ordering::SeqCst);
    let _open = Open(Arc::clone(&state));
    let script = state.scripts.lock().expect("no panic").pop_front();
    match script {
        Some(Script::Deaf) => {
            let (mut reading, _) = socket.get_mut().split();
            let mut bytes = [0; 1024];
            while reading.read(&mut bytes).await.ok()? > 0 {}
            return None;
        }
        Some(Script::Only(messages)) => {
            for message in messages {
                socket.send(Message::text(message)).await.ok()?;
            }
            let goodbye = CloseFrame {
                code: CloseCode::Policy,
                reason: "the token token-1 has expired".into(),
            };
            return socket.close(Some(goodbye)).await.ok();
        }
        Some(Script::First(messages)) => {
            for message in messages {
                socket.send(Message::text(message)).await.ok()?;
            }
        }
        None => {}
    }
    loop {
        while next < *blocks.borrow_and_update() {
            if state.by_chance(state.mischief.skips) {
                next += 1;
                continue;
            }
            for event in state.chain.events(next) {
                let kind = event["kind"].as_str().unwrap_or_default();
                if kinds != "*" && !kinds.split(',').any(|chosen| chosen == kind) {
                    continue;
                }
                socket.send(Message::text(event.to_string())).await.ok()?;
                if state.by_chance(state.mischief.drops) {
                    if state.by_chance(500) {
                        return socket.close(None).await.ok();
                    }
                    return None;
                }
            }
            next += 1;
        }
        tokio::select! {
            changed = blocks.changed() => changed.ok()?,
            message = socket.next() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            },
        }
    }
}
