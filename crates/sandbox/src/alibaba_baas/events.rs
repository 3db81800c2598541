//! Events: what a ledger publishes, and the web socket that carries it.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures_util::StreamExt;
use serde::Serialize;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::timeout;

use super::fabric::go_json;
use super::ledger::{Block, Transaction};

/// How far a subscriber may fall behind before its socket is closed.
const BACKLOG: usize = 256;

/// How long a subscriber may take to accept one message.
const SEND_LIMIT: Duration = Duration::from_secs(10);

const INSTANCE: &str = "csi-e2ehmfqasth-bcw7tzao2dzeo";

/// What an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) enum EventType {
    Block,
    Config,
    Contract,
    Tx,
}

/// An event, in the key order of the wire.
#[derive(Clone, Serialize)]
pub(super) struct Event<Content> {
    #[serde(rename = "type")]
    kind: EventType,
    platform: &'static str,
    instance_id: &'static str,
    /// Empty in events inside a transaction or an answer.
    network: &'static str,
    id: String,
    name: String,
    content: Content,
}

impl<Content> Event<Content> {
    pub(super) fn new(
        kind: EventType,
        id: String,
        name: impl Into<String>,
        content: Content,
    ) -> Self {
        Self {
            kind,
            platform: "Fabric",
            instance_id: INSTANCE,
            network: "",
            id,
            name: name.into(),
            content,
        }
    }

    /// The event as an answer shows it. The published samples have no ID there.
    pub(super) fn without_id(self) -> Self {
        Self {
            id: String::new(),
            ..self
        }
    }
}

/// An event on its way to the subscribers.
#[derive(Clone)]
pub(super) struct Published {
    kind: EventType,
    json: Utf8Bytes,
}

/// The events of one ledger.
pub(super) struct Feed(broadcast::Sender<Published>);

impl Feed {
    pub(super) fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Published> {
        self.0.subscribe()
    }

    pub(super) fn block(&self, network: &'static str, block: &Block) {
        let number = block.number();
        let id = format!("block-{number}");
        let name = number.to_string();
        let event = Event::new(EventType::Block, id, name, block.without_data());
        self.publish(network, event);
    }

    pub(super) fn config(&self, network: &'static str, block: u64, transaction: &Transaction) {
        let id = format!("config-{block}-");
        self.publish(network, Event::new(EventType::Config, id, "", transaction));
    }

    /// Publishes a transaction and the contract event in it.
    pub(super) fn transaction(&self, network: &'static str, block: u64, transaction: &Transaction) {
        let name = transaction.id();
        let id = format!("tx-{block}-{name}");
        self.publish(network, Event::new(EventType::Tx, id, name, transaction));
        for event in transaction.events() {
            self.publish(network, event.clone());
        }
    }

    fn publish(&self, network: &'static str, event: Event<impl Serialize>) {
        if self.0.receiver_count() == 0 {
            return;
        }
        let event = Event { network, ..event };
        let published = Published {
            kind: event.kind,
            json: go_json(&event).into(),
        };
        // Fails only if the last subscriber has just left.
        let _ = self.0.send(published);
    }
}

/// The event types that a subscriber asked for.
pub(super) struct Source(BTreeSet<EventType>);

impl Source {
    /// Parses a comma-separated list. `*`, as well as an empty list, stands for all. Fails with
    /// the entry that is no event type.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        const ALL: [EventType; 4] = [
            EventType::Block,
            EventType::Config,
            EventType::Contract,
            EventType::Tx,
        ];
        let mut types = BTreeSet::new();
        for name in source.split(',').map(str::trim) {
            match name {
                "" => {}
                "*" => types.extend(ALL),
                "Block" => drop(types.insert(EventType::Block)),
                "Config" => drop(types.insert(EventType::Config)),
                "Contract" => drop(types.insert(EventType::Contract)),
                "Tx" => drop(types.insert(EventType::Tx)),
                other => return Err(other.to_owned()),
            }
        }
        if types.is_empty() {
            types.extend(ALL);
        }
        Ok(Self(types))
    }
}

/// Sends each event as one text message, until the subscriber leaves or falls too far behind, or
/// the ledger ends. What the subscriber sends is ignored, but for pings and the closing hand-shake.
pub(super) async fn stream(
    mut socket: WebSocket,
    mut events: broadcast::Receiver<Published>,
    source: Source,
) {
    let (code, reason) = loop {
        tokio::select! {
            // Pings are answered by the socket itself, as long as it is read.
            incoming = socket.next() => match incoming {
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            event = events.recv() => match event {
                Ok(event) if source.0.contains(&event.kind) => {
                    let sending = socket.send(Message::Text(event.json));
                    match timeout(SEND_LIMIT, sending).await {
                        Ok(Ok(())) => {}
                        Ok(Err(_)) | Err(_) => return,
                    }
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => break (close_code::POLICY, "too slow"),
                Err(RecvError::Closed) => break (close_code::AWAY, "going away"),
            },
        }
    };
    let close = CloseFrame {
        code,
        reason: reason.into(),
    };
    // The subscriber may be gone already, and then it does not matter.
    let _ = timeout(SEND_LIMIT, socket.send(Message::Close(Some(close)))).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_list_with_or_without_spaces() {
        let types = |text| Source::parse(text).map(|source| source.0.len());
        assert_eq!(types("Block"), Ok(1));
        assert_eq!(types("Tx, Contract,Tx"), Ok(2));
        for all in ["*", "", " ", "Tx,*"] {
            assert_eq!(types(all), Ok(4), "{all}");
        }
        assert_eq!(types("Tx,block"), Err("block".to_owned()));
    }
}
