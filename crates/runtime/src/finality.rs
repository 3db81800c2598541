//! Where in a value its state stands, and which states are final (the spec's `x-finality`).

use serde_json::Value;

use crate::Error;

/// Where in a value its state stands, and which states are final. Places are JSON Pointers (RFC 6901) into the value that
/// the call returns.
#[derive(Debug)]
pub struct Finality {
    /// Where the state stands.
    pub state: &'static str,
    /// The states in which it is done.
    pub done: &'static [&'static str],
    /// The states from which it will never be done; `*` for all that are not done.
    pub failed: &'static [&'static str],
    /// The refusals that mean that it is not there yet.
    pub absent: &'static [Refusal],
    /// What else has to be there before it counts as done.
    pub requires: &'static [&'static str],
}

/// A refusal that means something of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// This HTTP status.
    Status(u16),
    /// This code of the provider's own.
    Code(&'static str),
}

impl Refusal {
    pub(crate) fn is(self, error: &Error) -> bool {
        match self {
            Self::Status(status) => error.status().is_some_and(|found| found.as_u16() == status),
            Self::Code(code) => error.code() == Some(code),
        }
    }
}

/// How far something has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The state; `None` where the value has none.
    pub(crate) state: Option<String>,
    pub(crate) stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// On its way.
    Pending,
    /// In a state that is final, but something is still missing.
    Incomplete,
    Done,
    Failed,
}

impl Finality {
    pub(crate) fn of(&self, value: &Value) -> Standing {
        let state = match value.pointer(self.state) {
            Some(Value::String(text)) => Some(text.clone()),
            None | Some(Value::Null) => None,
            Some(other) => Some(other.to_string()),
        };
        let is_one_of = |states: &[&str]| {
            let state = state.as_deref();
            state.is_some_and(|state| states.contains(&state))
        };
        let there = |place: &&str| value.pointer(place).is_some_and(|found| !found.is_null());
        let stage = if !is_one_of(self.done) {
            let any = state.is_some() && self.failed.contains(&"*");
            if any || is_one_of(self.failed) {
                Stage::Failed
            } else {
                Stage::Pending
            }
        } else if self.requires.iter().all(there) {
            Stage::Done
        } else {
            Stage::Incomplete
        };
        Standing { state, stage }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WALLET: Finality = Finality {
        state: "/about/status",
        done: &["ACTIVE", "200"],
        failed: &["REJECTED"],
        absent: &[],
        requires: &["/address"],
    };

    fn stage(value: &Value) -> Stage {
        WALLET.of(value).stage
    }

    #[test]
    fn a_state_is_done_once_everything_is_there() {
        let wallet = |address: Value| json!({"about": {"status": "ACTIVE"}, "address": address});
        assert_eq!(stage(&wallet(Value::Null)), Stage::Incomplete);
        assert_eq!(stage(&wallet(json!("0x1"))), Stage::Done);
        assert_eq!(
            stage(&json!({"about": {"status": 200}, "address": "0x1"})),
            Stage::Done
        );
    }

    #[test]
    fn what_will_never_be_done_has_failed_whatever_is_missing() {
        assert_eq!(
            stage(&json!({"about": {"status": "REJECTED"}})),
            Stage::Failed
        );
    }

    #[test]
    fn a_star_stands_for_every_state_that_is_not_done() {
        const TRANSACTION: Finality = Finality {
            state: "/state",
            done: &["VALID"],
            failed: &["*"],
            absent: &[Refusal::Status(404)],
            requires: &[],
        };
        let stage = |value: &Value| TRANSACTION.of(value).stage;
        assert_eq!(stage(&json!({"state": "VALID"})), Stage::Done);
        assert_eq!(
            stage(&json!({"state": "MVCC_READ_CONFLICT"})),
            Stage::Failed
        );
        assert_eq!(stage(&json!({"state": null})), Stage::Pending);
    }

    #[test]
    fn an_unknown_state_and_none_are_on_their_way() {
        let unknown = WALLET.of(&json!({"about": {"status": "MINTING"}}));
        assert_eq!(unknown.state.as_deref(), Some("MINTING"));
        assert_eq!(unknown.stage, Stage::Pending);
        assert_eq!(WALLET.of(&json!({})).state, None);
        assert_eq!(stage(&json!([])), Stage::Pending);
    }
}
