//! The contracts of the vendor's published samples, and what Fabric offers to a contract.

use std::collections::{BTreeMap, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::USER;
use super::fabric::go_json;

/// The contract that stores a value under a key.
pub(super) const NOTARY: &str = "notary";

/// The contract that has tasks approved, and raises an event for every step.
pub(super) const TASKMGR: &str = "taskmgr";

/// The status of a chaincode that succeeded.
pub(super) const OK: u16 = 200;

/// The status of a chaincode that failed.
pub(super) const ERROR: u16 = 500;

/// A contract: its payload on success, its message on failure.
pub(super) type Contract = fn(&mut Stub<'_>, &str, &[String]) -> Result<Vec<u8>, String>;

/// The contract installed under a name.
pub(super) fn installed(name: &str) -> Option<Contract> {
    match name {
        NOTARY => Some(notary),
        TASKMGR => Some(taskmgr),
        _ => None,
    }
}

/// Where a value was written: the block, and the transaction's place in it.
#[derive(Clone, Copy)]
pub(super) struct Version {
    pub(super) block: u64,
    pub(super) transaction: u64,
}

/// One write to a key.
pub(super) struct Modification {
    pub(super) transaction_id: String,
    pub(super) value: Vec<u8>,
    pub(super) time: DateTime<Utc>,
    pub(super) version: Version,
}

/// The state of one chaincode: every key with all its modifications, the oldest first.
#[derive(Default)]
pub(super) struct World {
    keys: HashMap<String, Vec<Modification>>,
}

impl World {
    pub(super) fn write(&mut self, key: String, modification: Modification) {
        self.keys.entry(key).or_default().push(modification);
    }

    /// Every key with its history.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, &[Modification])> {
        self.keys
            .iter()
            .map(|(key, history)| (key.as_str(), history.as_slice()))
    }

    fn history(&self, key: &str) -> &[Modification] {
        self.keys.get(key).map_or(&[], Vec::as_slice)
    }
}

/// A contract's view of the ledger during one invocation. As in Fabric, what it writes is not
/// what it reads until the transaction is committed.
pub(super) struct Stub<'a> {
    world: &'a World,
    pub(super) reads: BTreeMap<String, Option<Version>>,
    pub(super) writes: BTreeMap<String, Vec<u8>>,
    pub(super) event: Option<(&'static str, Vec<u8>)>,
}

impl<'a> Stub<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        Self {
            world,
            reads: BTreeMap::new(),
            writes: BTreeMap::new(),
            event: None,
        }
    }

    fn get(&mut self, key: &str) -> Option<&'a [u8]> {
        let latest = self.world.history(key).last();
        self.reads
            .insert(key.to_owned(), latest.map(|latest| latest.version));
        latest.map(|latest| latest.value.as_slice())
    }

    fn put(&mut self, key: &str, value: Vec<u8>) -> Result<(), String> {
        if key.is_empty() {
            return Err("PutState error key must not be an empty string".to_owned());
        }
        self.writes.insert(key.to_owned(), value);
        Ok(())
    }
}

fn notary(stub: &mut Stub<'_>, function: &str, args: &[String]) -> Result<Vec<u8>, String> {
    match (function, args) {
        ("get", [key]) => Ok(stub.get(key).unwrap_or_default().to_vec()),
        ("put", [key, _]) if stub.get(key).is_some() => Err(format!("Key {key} already exists")),
        ("put" | "set", [key, value]) => {
            stub.put(key, value.clone().into_bytes())?;
            Ok(key.clone().into_bytes())
        }
        ("history", [key]) => Ok(history(stub.world.history(key))),
        ("get" | "history", _) => Err("Invalid argument, require <key>".to_owned()),
        ("put" | "set", _) => Err("Invalid argument, require <key> and <value>".to_owned()),
        _ => Err("Invalid function name, support 'get', 'put', 'set', 'history'".to_owned()),
    }
}

/// The modifications as Go writes a slice of Fabric's `KeyModification`: without what is empty,
/// and `null` for none.
fn history(modifications: &[Modification]) -> Vec<u8> {
    #[derive(Serialize)]
    struct KeyModification<'a> {
        tx_id: &'a str,
        #[serde(skip_serializing_if = "String::is_empty")]
        value: String,
        timestamp: Timestamp,
    }
    #[derive(Serialize)]
    struct Timestamp {
        seconds: i64,
        nanos: u32,
    }
    let entries: Vec<_> = modifications
        .iter()
        .map(|modification| KeyModification {
            tx_id: &modification.transaction_id,
            value: STANDARD.encode(&modification.value),
            timestamp: Timestamp {
                seconds: modification.time.timestamp(),
                nanos: modification.time.timestamp_subsec_nanos(),
            },
        })
        .collect();
    go_json(&(!entries.is_empty()).then_some(entries)).into_bytes()
}

#[derive(Serialize, Deserialize)]
struct Task {
    #[serde(default)]
    name: String,
    #[serde(default)]
    creator: String,
    #[serde(default)]
    requires: Option<Vec<String>>,
    #[serde(default)]
    approved: Option<Vec<String>>,
    #[serde(default)]
    description: String,
}

impl Task {
    fn is_finished(&self) -> bool {
        let approved = self.approved.as_deref().unwrap_or_default();
        let mut required = self.requires.iter().flatten();
        required.all(|user| approved.contains(user))
    }

    fn approve(&mut self, user: &str) {
        let approved = self.approved.get_or_insert_default();
        if !approved.iter().any(|other| other == user) {
            approved.push(user.to_owned());
        }
    }
}

fn taskmgr(stub: &mut Stub<'_>, function: &str, args: &[String]) -> Result<Vec<u8>, String> {
    match (function, args) {
        ("create", [name, task]) => {
            let mut task: Task = serde_json::from_str(task).map_err(|error| {
                format!("Invalid json task: unmarshal json task failed: {error}")
            })?;
            if stub.get(&task_key(name)).is_some() {
                return Err(format!("Task {name} already exists in ledger"));
            }
            task.name.clone_from(name);
            task.creator = USER.to_owned();
            store(stub, &task, "event-create-task")?;
            Ok(name.clone().into_bytes())
        }
        ("get", [name]) => Ok(go_json(&task(stub, name)?).into_bytes()),
        ("approve", [name]) => {
            let mut task = task(stub, name)?;
            task.approve(USER);
            let event = match task.is_finished() {
                true => "event-task-finished",
                false => "event-approve-task",
            };
            store(stub, &task, event)
        }
        ("create", _) => Err("Invalid argument, require <name> <json task>".to_owned()),
        ("get" | "approve", _) => Err("Invalid argument, require <name>".to_owned()),
        _ => Err("Invalid function name, support 'get', 'create', 'approve'".to_owned()),
    }
}

/// Fabric's composite key of the user and the task's name.
fn task_key(name: &str) -> String {
    format!("\0{USER}\0{name}\0")
}

fn task(stub: &mut Stub<'_>, name: &str) -> Result<Task, String> {
    let stored = stub.get(&task_key(name)).ok_or(format!(
        "Get task {name} failed: task {name} not found in ledger"
    ))?;
    serde_json::from_slice(stored)
        .map_err(|error| format!("Get task {name} failed: unmarshal json task failed: {error}"))
}

fn store(stub: &mut Stub<'_>, task: &Task, event: &'static str) -> Result<Vec<u8>, String> {
    let data = go_json(task).into_bytes();
    stub.put(&task_key(&task.name), data.clone())?;
    stub.event = Some((event, data.clone()));
    Ok(data)
}
