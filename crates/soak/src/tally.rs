//! What became of the calls.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use bindery_runtime::{Advice, Error, Kind};

/// What a caller was told of the calls to one provider.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Counts>);

#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Reported done: the numbers of the writes.
    pub(crate) done: BTreeSet<u32>,
    /// Reported unknown: the caller is told to look first.
    pub(crate) unknown: BTreeSet<u32>,
    /// Reported failed: the caller may do it once more.
    pub(crate) failed: BTreeSet<u32>,
    pub(crate) read: u32,
    pub(crate) not_read: u32,
    pub(crate) kinds: BTreeMap<String, u32>,
    /// Answers that were not what had been written.
    pub(crate) wrong: Vec<String>,
}

impl Tally {
    pub(crate) fn wrote<T>(&self, number: u32, outcome: &Result<T, Error>) {
        let mut counts = self.counts();
        match outcome {
            Ok(_) => counts.done.insert(number),
            Err(error) if error.advice() == Advice::Look => counts.unknown.insert(number),
            Err(_) => counts.failed.insert(number),
        };
        counts.fell(outcome);
    }

    /// Counts a read; `wrong` says what is wrong with what was read.
    pub(crate) fn read<T>(
        &self,
        outcome: &Result<T, Error>,
        wrong: impl FnOnce(&T) -> Option<String>,
    ) {
        let mut counts = self.counts();
        match outcome {
            Ok(value) => {
                counts.read += 1;
                counts.wrong.extend(wrong(value));
            }
            Err(_) => counts.not_read += 1,
        }
        counts.fell(outcome);
    }

    /// A write that was reported done, by chance.
    pub(crate) fn some_done(&self, chance: &mut crate::chance::Chance) -> Option<u32> {
        let counts = self.counts();
        let last = *counts.done.last()?;
        let from = chance.below(last as usize + 1) as u32;
        counts.done.range(from..).next().copied()
    }

    pub(crate) fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn fell<T>(&mut self, outcome: &Result<T, Error>) {
        if let Err(error) = outcome {
            let kind = match (error.kind(), error.status()) {
                (Kind::Refused, Some(status)) => format!("Refused {}", status.as_u16()),
                (kind, _) => format!("{kind:?}"),
            };
            *self.kinds.entry(kind).or_default() += 1;
        }
    }

    pub(crate) fn writes(&self) -> usize {
        self.done.len() + self.unknown.len() + self.failed.len()
    }

    /// Compares what was reported with what stands in the ledger: how often each write stands there.
    pub(crate) fn broken_promises(&self, ledger: &BTreeMap<u32, usize>) -> Vec<String> {
        let lost = self
            .done
            .iter()
            .filter(|number| !ledger.contains_key(number));
        let lost = lost
            .map(|number| format!("write {number} was reported done, and is not in the ledger"));
        let doubled = ledger.iter().filter(|(_, times)| **times > 1);
        let doubled =
            doubled.map(|(number, times)| format!("write {number} is in the ledger {times} times"));
        let denied = ledger
            .keys()
            .filter(|number| !self.done.contains(number) && !self.unknown.contains(number));
        let denied = denied
            .map(|number| format!("write {number} is in the ledger, and was reported failed"));
        let wrong = self.wrong.iter().cloned();
        lost.chain(doubled).chain(denied).chain(wrong).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promise_that_can_be_broken_is_missed() {
        let counts = Counts {
            done: [1, 2].into(),
            unknown: [3, 4].into(),
            failed: [5, 6].into(),
            ..Counts::default()
        };
        assert!(
            counts
                .broken_promises(&[(1, 1), (2, 1), (3, 1)].into())
                .is_empty()
        );
        assert_eq!(
            counts.broken_promises(&[(2, 2), (3, 1), (5, 1), (7, 1)].into()),
            [
                "write 1 was reported done, and is not in the ledger",
                "write 2 is in the ledger 2 times",
                "write 5 is in the ledger, and was reported failed",
                "write 7 is in the ledger, and was reported failed",
            ]
        );
    }
}
