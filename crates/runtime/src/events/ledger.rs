//! What was delivered so far: enough to leave nothing out and to say nothing twice, and no more.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::socket::Pattern;

/// How far an event stream got.
///
/// Blocks count as complete from two behind the newest on: a socket that has not finished one block when it begins the
/// next is waited for, and what it lost is read again.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The first block of which not everything was delivered.
    next: Option<u64>,
    /// The highest block that anything was delivered of.
    head: Option<u64>,
    /// No event of a block in front of this one can still come.
    floor: u64,
    /// How many events of each id were delivered, of the blocks from `next` on; none where one was said to be missing.
    had: VecDeque<(u64, HashMap<Box<str>, u32>)>,
    /// The ids of events that were said to be missing, and may still come.
    missing: HashSet<Box<str>>,
}

/// What to do with an event that came over the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Deliver,
    /// It was delivered before.
    Repeated,
    /// Its block is so far ahead that something was missed.
    Ahead,
    /// Its block is so far behind that it cannot be of this chain.
    Behind,
}

impl Ledger {
    pub(super) fn next(&self) -> Option<u64> {
        self.next
    }

    /// The highest block that anything is known of; 0 before there is one.
    pub(super) fn head(&self) -> u64 {
        let known = self.next.map_or(0, |next| next.saturating_sub(1));
        self.head.map_or(known, |head| head.max(known))
    }

    /// Everything in front of `next` is of no concern.
    pub(super) fn begin(&mut self, next: u64) {
        self.next = Some(next);
        self.floor = next;
    }

    /// A socket that opens now tells of nothing in front of what is complete now.
    pub(super) fn opened(&mut self) {
        self.floor = self.next.unwrap_or_default();
        self.missing.clear();
    }

    /// Judges an event of the block `height`, and takes it as delivered where it shall be. With `gapless`, a block that
    /// is left out was missed.
    pub(super) fn live(
        &mut self,
        height: u64,
        id: &str,
        pattern: Pattern,
        gapless: bool,
    ) -> Verdict {
        let next = *self.next.get_or_insert(height);
        if height < self.floor {
            return Verdict::Behind;
        }
        if height < next {
            return if self.missing.remove(id) {
                Verdict::Deliver
            } else {
                Verdict::Repeated
            };
        }
        let expected = self.head.map_or(next, |head| next.max(head + 1));
        if gapless && height > expected {
            return Verdict::Ahead;
        }
        let had = self.had_of(height);
        match had.get_mut(id) {
            Some(1..) if !pattern.repeats => return Verdict::Repeated,
            Some(count) => *count += 1,
            None => drop(had.insert(id.into(), 1)),
        }
        if self.head.is_none_or(|head| height > head) {
            self.head = Some(height);
            self.complete(height.saturating_sub(1));
            self.floor = self.next.unwrap_or_default();
            self.missing.clear();
        }
        Verdict::Deliver
    }

    /// Whether the `count`-th event of this id that is told of the block was not delivered yet; if so, takes it as
    /// delivered.
    pub(super) fn told(&mut self, height: u64, id: &str, count: u32) -> bool {
        let had = self.had_of(height);
        match had.get_mut(id) {
            Some(delivered) if *delivered >= count => return false,
            Some(delivered) => *delivered = count,
            None => drop(had.insert(id.into(), count)),
        }
        true
    }

    /// An event of this id happened and cannot be delivered. Returns whether that is news: it was neither delivered nor
    /// said to be missing before.
    pub(super) fn lost(&mut self, height: u64, id: &str) -> bool {
        let had = self.had_of(height);
        if had.contains_key(id) {
            return false;
        }
        // Known, and yet to be delivered should it still come.
        had.insert(id.into(), 0);
        self.missing.insert(id.into());
        true
    }

    /// Everything in front of the block `next` was delivered.
    pub(super) fn complete(&mut self, next: u64) {
        if self.next.is_none_or(|known| known < next) {
            self.next = Some(next);
        }
        while self.had.front().is_some_and(|(height, _)| *height < next) {
            self.had.pop_front();
        }
    }

    /// How many events of each id were delivered, of the blocks from `next` on.
    pub(super) fn had(&self) -> BTreeMap<String, u32> {
        let all = self.had.iter().flat_map(|(_, had)| had);
        all.map(|(id, count)| (id.to_string(), *count)).collect()
    }

    fn had_of(&mut self, height: u64) -> &mut HashMap<Box<str>, u32> {
        let place = self.had.partition_point(|(other, _)| *other < height);
        if self
            .had
            .get(place)
            .is_none_or(|(other, _)| *other != height)
        {
            self.had.insert(place, (height, HashMap::new()));
        }
        &mut self.had[place].1
    }
}
