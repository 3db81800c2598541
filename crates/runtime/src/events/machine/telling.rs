//! Blocks that are read over REST and told event by event.

use std::collections::HashMap;

use serde_json::Value;

use super::{Do, Machine, Missing, Phase};
use crate::{
    Advice, Error, Kind, Operation,
    events::{
        ledger::{Ledger, Verdict},
        rebuild::{Rebuild, Told},
    },
};

/// So far may REST lag behind the socket.
pub(super) const LAG: u64 = 64;

/// So many blocks are told while the socket is left unread, as those that REST lagged behind; more are told without it.
const NEAR: u64 = LAG;

/// A block that is being told.
#[derive(Debug)]
pub(super) struct Block {
    rebuild: Rebuild,
    /// How many events of each id it has told of.
    told: HashMap<String, u32>,
    /// A call it needs, which is made again where it fails.
    needs: Option<(&'static Operation, Vec<(&'static str, String)>)>,
}

impl Machine {
    /// What came of a call; the error is returned if it is for the caller to know.
    pub(in crate::events) fn read(&mut self, outcome: Result<Value, Error>) -> Option<Error> {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => return self.failed(error),
        };
        let replay = self.replay?;
        if let Some(block) = &mut self.block {
            self.failures = 0;
            block.needs = None;
            block.rebuild.read(answer);
            return None;
        }
        let height = answer.pointer(replay.block.height).and_then(Value::as_u64);
        let next = self.ledger.next();
        match (&self.phase, height) {
            (Phase::Newest, Some(height)) => self.newest_is(height),
            (Phase::Telling { .. }, Some(height)) if Some(height) == next => {
                self.failures = 0;
                self.block = Some(Block {
                    rebuild: Rebuild::new(replay, &self.parameters, height, answer),
                    told: HashMap::new(),
                    needs: None,
                });
                None
            }
            _ => {
                let what = format!(
                    "failed to read a block: its number does not stand at `{}`, or is another",
                    replay.block.height
                );
                let error = Error::new(replay.block.operation, Kind::Decode, what, Advice::Report);
                self.failed(error)
            }
        }
    }

    fn newest_is(&mut self, height: u64) -> Option<Error> {
        let head = self.ledger.head();
        if height + LAG < head {
            let what = format!(
                "failed to go on: the newest block is {height}, and events of block {head} were delivered, so that this is \
                 another chain; subscribe anew"
            );
            let error = Error::new(self.operation, Kind::Decode, what, Advice::Report);
            return self.failed(error);
        }
        self.failures = 0;
        self.newest = height;
        match self.ledger.next() {
            None => {
                self.ledger.begin(height + 1);
                self.phase = Phase::Live;
            }
            Some(next) if height >= next => self.tell_up_to(height),
            Some(_) => self.phase = Phase::Live,
        }
        None
    }

    /// Goes on behind what cannot be read.
    pub(in crate::events) fn give_up(&mut self) {
        let height = match self.phase {
            Phase::Newest => None,
            Phase::Telling { .. } => self.ledger.next(),
            Phase::Closed | Phase::Live => return,
        };
        self.failures = 0;
        self.wait = None;
        self.block = None;
        self.notices.push_back(Do::Missing(Missing {
            height,
            kind: None,
            id: None,
        }));
        match height {
            Some(height) => self.ledger.complete(height + 1),
            None => self.begin_anew(),
        }
    }

    /// Whatever comes next is the beginning.
    pub(super) fn begin_anew(&mut self) {
        self.ledger = Ledger::default();
        self.fresh = true;
        self.joined = true;
        self.phase = Phase::Live;
    }

    pub(super) fn tell_up_to(&mut self, to: u64) {
        let far = to.saturating_sub(self.ledger.next().unwrap_or(to)) >= NEAR;
        if far {
            self.notices.push_back(Do::HangUp);
        }
        self.phase = Phase::Telling { to, closed: far };
    }

    pub(super) fn tell(&mut self, to: u64, closed: bool) -> Do {
        loop {
            let next = self.ledger.next().unwrap_or_default();
            let Some(block) = &mut self.block else {
                if next > to {
                    return self.all_told(to, closed);
                }
                return self.read_block(Some(next));
            };
            if let Some((operation, with)) = &block.needs {
                return Do::Read(operation, with.clone());
            }
            match block.rebuild.next(&self.chosen, self.alike.as_deref()) {
                Told::Needs {
                    operation,
                    mut with,
                } => {
                    with.extend(self.parameters.iter().cloned());
                    block.needs = Some((operation, with));
                }
                Told::Event { id, event } => {
                    let count = block.told.entry(id.clone()).or_insert(0);
                    *count += 1;
                    let count = *count;
                    let kept = self.kept.take_if(|kept| *kept == id).is_some();
                    let new = self.ledger.told(next, &id, count);
                    match (kept, new) {
                        (true, true) => return Do::Kept,
                        (true, false) => return Do::Forget,
                        (false, true) => return Do::Rebuilt(next, event),
                        (false, false) => {}
                    }
                }
                Told::Lost { kind, id } => {
                    if let Some(id) = &id {
                        if self.kept.take_if(|kept| kept == id).is_some() {
                            if self.ledger.told(next, id, 1) {
                                return Do::Kept;
                            }
                            return Do::Forget;
                        }
                        if !self.ledger.lost(next, id) {
                            continue;
                        }
                    }
                    return Do::Missing(Missing {
                        height: Some(next),
                        kind: Some(kind),
                        id,
                    });
                }
                Told::All => {
                    self.block = None;
                    self.ledger.complete(next + 1);
                }
            }
        }
    }

    fn all_told(&mut self, to: u64, closed: bool) -> Do {
        if let Some(id) = self.kept.take() {
            // REST does not know of it, and yet it came; or it was not asked, so far ahead is it.
            let ahead = self.height(&id).filter(|(height, _)| *height > to);
            return match ahead
                .map(|(height, pattern)| self.ledger.live(height, &id, pattern, false))
            {
                Some(Verdict::Repeated) => Do::Forget,
                _ => Do::Kept,
            };
        }
        self.phase = if closed { Phase::Closed } else { Phase::Live };
        self.next()
    }

    pub(super) fn read_block(&self, height: Option<u64>) -> Do {
        let Some(replay) = self.replay else {
            return Do::Listen;
        };
        let call = &replay.block;
        let number = height.map_or_else(|| call.latest.to_owned(), |height| height.to_string());
        let mut with = vec![(call.number, number)];
        with.extend(self.parameters.iter().cloned());
        Do::Read(call.operation, with)
    }
}
