//! A place in a list that outlives the process.

use serde::{Deserialize, Serialize};

use super::Place;
use crate::{Call, Error};

/// A place in a list: saved as whatever `serde` writes, and read again by the same or a later version of this crate. What
/// it consists of means nothing to anybody else.
///
/// It holds the path of the call and the provider's cursor, and no credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagePosition {
    provider: String,
    operation: String,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// How many items behind the cursor were had.
    #[serde(default)]
    items: u64,
    #[serde(default)]
    ended: bool,
}

impl PagePosition {
    pub(super) fn new(call: &Call, place: &Place) -> Self {
        let operation = call.operation();
        let (cursor, ended) = match place {
            Place::Page(cursor) => (cursor.clone(), false),
            Place::End => (None, true),
        };
        Self {
            provider: operation.provider.to_owned(),
            operation: operation.id.to_owned(),
            path: call.path_text().to_owned(),
            cursor,
            items: 0,
            ended,
        }
    }

    /// Whether nothing was left in the list.
    pub fn is_at_the_end(&self) -> bool {
        self.ended
    }

    /// So many items further.
    pub(super) fn behind(mut self, items: u64) -> Self {
        self.items = items;
        self
    }

    pub(super) fn items(&self) -> u64 {
        self.items
    }

    pub(super) fn check(&self, call: &Call) -> Result<(), Error> {
        let operation = call.operation();
        let own = (operation.provider, operation.id, call.path_text());
        if (&*self.provider, &*self.operation, &*self.path) == own {
            return Ok(());
        }
        let what = format!(
            "the position is one of {} {} at `{}`, the call is for `{}`; take the position of the same list",
            self.provider, self.operation, self.path, own.2
        );
        Err(Error::invalid(operation, what))
    }

    pub(super) fn into_place(self) -> Place {
        if self.ended {
            Place::End
        } else {
            Place::Page(self.cursor)
        }
    }
}
