//! A place in an event stream that outlives the process.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Operation};

/// A place in an event stream: saved as whatever `serde` writes, and read again by the same or a later version of this
/// crate. What it consists of means nothing to anybody else.
///
/// It holds the path of the subscription, the number of a block, and what the events of that block and the next are known
/// by, as far as they were delivered; no credential.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPosition {
    provider: String,
    operation: String,
    path: String,
    /// The first block of which not everything was delivered.
    pub(super) next: u64,
    /// How many events of each id were delivered, of that block and of those behind it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) had: BTreeMap<String, u32>,
    /// What is the same in all events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alike: Option<Vec<Value>>,
}

impl EventPosition {
    pub(super) fn new(operation: &Operation, path: &str, next: u64) -> Self {
        Self {
            provider: operation.provider.to_owned(),
            operation: operation.id.to_owned(),
            path: path.to_owned(),
            next,
            had: BTreeMap::new(),
            alike: None,
        }
    }

    /// The number of the first block of which not everything was delivered.
    pub fn height(&self) -> u64 {
        self.next
    }

    pub(super) fn check(&self, operation: &Operation, path: &str) -> Result<(), Error> {
        if (&*self.provider, &*self.operation, &*self.path)
            == (operation.provider, operation.id, path)
        {
            return Ok(());
        }
        let what = format!(
            "the position is one of {} {} at `{}`, the call is for `{path}`; take the position of the same subscription",
            self.provider, self.operation, self.path
        );
        Err(Error::invalid(operation, what))
    }
}
