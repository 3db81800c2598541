//! A network's ledger: a chain of blocks and the state that they lead to.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::USER;
use super::chaincode::{self, Modification, Stub, Version, World};
use super::config::{CONFIG_FROM, Config, ConfigTransaction};
use super::events::{Event, EventType, Feed, Published};
use super::fabric::{BlockHeader, Endorsed, Identity, Signer, go_json};
use super::invocation::Invocation;
use crate::Clock;
use crate::encoding::hex;

const GATEWAY: Identity = Identity {
    mspid: "e2ehmfqasthMSP",
};

/// A block, in the key order of the wire.
#[derive(Clone, Serialize)]
pub(super) struct Block {
    number: u64,
    hash: String,
    create_time: i64,
    previous_hash: String,
    transactions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
}

/// A transaction, in the key order of the wire.
#[derive(Clone, Serialize)]
pub(super) struct Transaction {
    id: String,
    state: &'static str,
    from: &'static str,
    to: String,
    input: String,
    events: Option<Vec<Event<String>>>,
    data: Value,
}

/// What a chaincode answered, in the key order of the wire.
#[derive(Serialize)]
pub(super) struct Response {
    pub(super) id: String,
    status: String,
    events: Vec<Event<String>>,
    data: String,
}

/// One write to one key, as committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Write {
    /// The transaction that wrote it.
    pub transaction_id: String,
    /// The number of the transaction's block.
    pub block: u64,
    /// What it wrote.
    pub value: Vec<u8>,
}

/// The ledger of one network.
pub(super) struct Ledger {
    network: &'static str,
    clock: Clock,
    chain: Mutex<Chain>,
}

struct Chain {
    blocks: Vec<Block>,
    last_header_hash: Vec<u8>,
    transactions: HashMap<String, Transaction>,
    worlds: HashMap<String, World>,
    config: Config,
    feed: Feed,
}

/// A transaction under its ID, submitted but not yet in a block.
pub(super) struct Proposal {
    signer: Signer,
    invocation: Invocation,
}

impl Proposal {
    pub(super) fn new(invocation: Invocation) -> Self {
        Self {
            signer: Signer::new(GATEWAY),
            invocation,
        }
    }

    pub(super) fn id(&self) -> String {
        self.signer.transaction_id()
    }
}

impl Ledger {
    /// A ledger with its two config blocks: the genesis block, and one that set the batch size.
    pub(super) fn new(network: &'static str, clock: Clock) -> Self {
        let config = Config::new(network);
        let genesis = config.genesis(clock.now());
        let ledger = Self {
            network,
            clock,
            chain: Mutex::new(Chain {
                blocks: Vec::new(),
                last_header_hash: Vec::new(),
                transactions: HashMap::new(),
                worlds: HashMap::new(),
                config,
                feed: Feed::new(),
            }),
        };
        ledger.append_config(&mut ledger.chain(), genesis);
        ledger.reconfigure(200);
        ledger
    }

    pub(super) fn block(&self, number: u64) -> Option<Block> {
        let index = usize::try_from(number).ok()?;
        self.chain().blocks.get(index).cloned()
    }

    pub(super) fn latest_block(&self) -> Block {
        let chain = self.chain();
        chain
            .blocks
            .last()
            .expect("block 0 is always there")
            .clone()
    }

    pub(super) fn transaction(&self, id: &str) -> Option<Transaction> {
        self.chain().transactions.get(id).cloned()
    }

    /// Every write to every key of a chaincode, from the first to the last.
    pub(super) fn writes(&self, chaincode: &str) -> BTreeMap<String, Vec<Write>> {
        let chain = self.chain();
        let world = chain.worlds.get(chaincode);
        let write = |modification: &Modification| Write {
            transaction_id: modification.transaction_id.clone(),
            block: modification.version.block,
            value: modification.value.clone(),
        };
        world
            .into_iter()
            .flat_map(World::keys)
            .map(|(key, history)| (key.to_owned(), history.iter().map(write).collect()))
            .collect()
    }

    /// The chaincodes that something was committed by.
    pub(super) fn chaincodes(&self) -> Vec<String> {
        self.chain().worlds.keys().cloned().collect()
    }

    /// How many transactions were committed, config blocks left out.
    pub(super) fn count(&self) -> usize {
        self.chain().transactions.len()
    }

    /// Everything that happens from now on.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Published> {
        self.chain().feed.subscribe()
    }

    /// Leaves everybody who subscribed.
    pub(super) fn hang_up(&self) {
        self.chain().feed = Feed::new();
    }

    /// Runs the chaincode on the current state and forgets what it writes.
    pub(super) fn query(&self, proposal: &Proposal) -> Response {
        let chain = self.chain();
        let world = World::default();
        let chaincode = &proposal.invocation.chaincode;
        let mut stub = Stub::new(chain.worlds.get(chaincode).unwrap_or(&world));
        let outcome = proposal.invocation.run(&mut stub);
        response(proposal.id(), &outcome, Vec::new())
    }

    /// Runs the chaincode on the current state and, unless it fails, commits a block with the
    /// transaction. Nothing comes between the two, so that no transaction is ever invalid.
    pub(super) fn commit(&self, proposal: &Proposal) -> Response {
        let mut guard = self.chain();
        let chain = &mut *guard;
        let id = proposal.id();
        let invocation = &proposal.invocation;
        let world = chain.worlds.entry(invocation.chaincode.clone());
        let world = world.or_default();
        let mut stub = Stub::new(world);
        let outcome = invocation.run(&mut stub);
        let Ok(payload) = &outcome else {
            return response(id, &outcome, Vec::new());
        };

        let time = self.clock.now();
        let number = chain.blocks.len() as u64;
        let data = Endorsed {
            network: self.network,
            chaincode: &invocation.chaincode,
            args: &invocation.args,
            stub: &stub,
            payload,
            signer: &proposal.signer,
            time,
        }
        .payload();
        let Stub { writes, event, .. } = stub;
        let version = Version {
            block: number,
            transaction: 0,
        };
        for (key, value) in writes {
            let modification = Modification {
                transaction_id: id.clone(),
                value,
                time,
                version,
            };
            world.write(key, modification);
        }

        let events = event.map(|(name, content)| {
            let event_id = format!("contract-{number}-{id}");
            let content = STANDARD.encode(content);
            vec![Event::new(EventType::Contract, event_id, name, content)]
        });
        let transaction = Transaction {
            id: id.clone(),
            state: "VALID",
            from: USER,
            to: invocation.chaincode.clone(),
            input: go_json(&invocation.texts()),
            events: events.clone(),
            data,
        };
        let envelope = json!({
            "payload": transaction.data,
            "signature": proposal.signer.signature(&transaction.data),
        });
        let block = self.append(chain, envelope, vec![id.clone()], None);
        chain.feed.block(self.network, &block);
        chain.feed.transaction(self.network, number, &transaction);
        chain.transactions.insert(id.clone(), transaction);

        let events = events.into_iter().flatten().map(Event::without_id);
        response(id, &outcome, events.collect())
    }

    /// Commits a config block that sets the batch size. Returns its number.
    pub(super) fn reconfigure(&self, max_message_count: u32) -> u64 {
        let mut chain = self.chain();
        let update = chain.config.update(max_message_count, self.clock.now());
        self.append_config(&mut chain, update)
    }

    fn append_config(&self, chain: &mut Chain, update: ConfigTransaction) -> u64 {
        let transaction = Transaction {
            id: String::new(),
            state: "VALID",
            from: CONFIG_FROM,
            to: String::new(),
            input: update.input,
            events: None,
            data: update.payload,
        };
        let envelope = json!({
            "payload": transaction.data,
            "signature": update.signature,
        });
        let data = json!({"data": [envelope]});
        let block = self.append(chain, envelope, Vec::new(), Some(data));
        chain.feed.block(self.network, &block);
        chain.feed.config(self.network, block.number, &transaction);
        block.number
    }

    /// Appends a block of one envelope; with `data`, the `common.BlockData` to be shown, a config
    /// block.
    fn append(
        &self,
        chain: &mut Chain,
        envelope: Value,
        transactions: Vec<String>,
        data: Option<Value>,
    ) -> Block {
        let number = chain.blocks.len() as u64;
        let previous_hash = std::mem::take(&mut chain.last_header_hash);
        let header = BlockHeader::over(number, previous_hash, &[envelope]);
        chain.last_header_hash = header.hash();
        let block = Block {
            number,
            hash: hex(&header.data_hash),
            create_time: self.clock.now().timestamp(),
            previous_hash: hex(&header.previous_hash),
            transactions,
            data: data.map(|data| {
                json!({
                    "data": data,
                    "header": header.json(),
                    // Signatures, last config, and one validation code: 0, valid.
                    "metadata": {"metadata": ["", "", STANDARD.encode([0])]},
                })
            }),
        };
        chain.blocks.push(block.clone());
        block
    }

    fn chain(&self) -> MutexGuard<'_, Chain> {
        // A panic elsewhere leaves at worst a block without its events.
        self.chain.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Block {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The block as an event shows it: never with `data`.
    pub(super) fn without_data(&self) -> Self {
        Self {
            data: None,
            ..self.clone()
        }
    }
}

impl Transaction {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn events(&self) -> &[Event<String>] {
        self.events.as_deref().unwrap_or_default()
    }
}

fn response(id: String, outcome: &Result<Vec<u8>, String>, events: Vec<Event<String>>) -> Response {
    let (status, data) = match outcome {
        Ok(payload) => (chaincode::OK, payload.as_slice()),
        Err(message) => (chaincode::ERROR, message.as_bytes()),
    };
    Response {
        id,
        status: status.to_string(),
        events,
        data: STANDARD.encode(data),
    }
}
