//! What an event stream does next. It opens no socket and reads no clock: it is told what came of what it asked for, so
//! that every order of events can be tried.

mod telling;

use std::{collections::VecDeque, time::Duration};

use serde_json::Value;

use self::telling::Block;
use super::{
    delivery::{Missing, Reconnected},
    ledger::{Ledger, Verdict},
    position::EventPosition,
    socket::{Chosen, Pattern, Replay},
};
use crate::{Advice, Error, Kind, Operation, RetryPolicy};

/// What to do next.
#[derive(Debug)]
pub(super) enum Do {
    /// Wait.
    Wait(Duration),
    /// Open the socket.
    Open,
    /// Close the socket: it would be left unread for too long.
    HangUp,
    /// Make this call, with these path parameters.
    Read(&'static Operation, Vec<(&'static str, String)>),
    /// Take the next message of the socket.
    Listen,
    /// Deliver an event that was made of what a block says.
    Rebuilt(u64, Value),
    /// Deliver the event that was kept back.
    Kept,
    /// The event that was kept back was delivered otherwise.
    Forget,
    /// Say this.
    Reconnected(Reconnected),
    /// Say this.
    Missing(Missing),
}

/// What to do with a message.
#[derive(Debug)]
pub(super) enum Take {
    Deliver,
    Drop,
    /// Keep it back: what was missed before it comes first.
    Keep,
    Refuse(Error),
}

#[derive(Debug)]
enum Phase {
    /// There is no socket.
    Closed,
    /// The newest block is to be read.
    Newest,
    /// Everything up to this block is to be told, which is so much that the socket is closed meanwhile, or not.
    Telling {
        to: u64,
        closed: bool,
    },
    Live,
}

/// Why there is no socket, and what was done about it.
#[derive(Debug)]
struct Lost {
    cause: Error,
    attempts: u32,
}

#[derive(Debug)]
pub(super) struct Machine {
    operation: &'static Operation,
    path: String,
    parameters: Vec<(&'static str, String)>,
    replay: Option<&'static Replay>,
    patterns: Vec<Pattern>,
    chosen: Chosen,
    /// Whether some chosen event is in every block.
    gapless: bool,
    policy: RetryPolicy,
    ledger: Ledger,
    alike: Option<Vec<Value>>,
    phase: Phase,
    /// Nothing was delivered yet, and nothing is owed from before.
    fresh: bool,
    /// Whether the socket has told of a block that could only come after all that were read.
    joined: bool,
    /// The newest block that REST knew of when the socket had opened.
    newest: u64,
    block: Option<Block>,
    lost: Option<Lost>,
    kept: Option<String>,
    notices: VecDeque<Do>,
    /// How often in a row a call failed, or the socket did not open.
    failures: u32,
    /// How often in a row the socket was lost before it said anything.
    drops: u32,
    wait: Option<Duration>,
}

impl Machine {
    /// The machine of a subscription whose socket has just been opened.
    pub(super) fn new(
        operation: &'static Operation,
        path: &str,
        parameters: &[(&'static str, String)],
        replay: Option<&'static Replay>,
        chosen: Chosen,
        policy: RetryPolicy,
    ) -> Self {
        Self {
            operation,
            path: path.to_owned(),
            parameters: parameters.to_vec(),
            replay,
            patterns: replay.map(Replay::patterns).unwrap_or_default(),
            gapless: replay.is_some_and(|replay| replay.tells_of_every_block(&chosen)),
            chosen,
            policy,
            ledger: Ledger::default(),
            alike: None,
            phase: if replay.is_some() {
                Phase::Newest
            } else {
                Phase::Live
            },
            fresh: true,
            joined: true,
            newest: 0,
            block: None,
            lost: None,
            kept: None,
            notices: VecDeque::new(),
            failures: 0,
            drops: 0,
            wait: None,
        }
    }

    /// Goes on where `position` was saved.
    pub(super) fn resume(&mut self, position: EventPosition) {
        self.fresh = false;
        self.joined = false;
        self.ledger.begin(position.next);
        for (id, count) in &position.had {
            if let Some((height, _)) = self.height(id) {
                self.ledger.told(height, id, *count);
            }
        }
        self.alike = position.alike;
    }

    pub(super) fn position(&self) -> Option<EventPosition> {
        let next = self.ledger.next()?;
        let mut position = EventPosition::new(self.operation, &self.path, next);
        position.had = self.ledger.had();
        position.alike = self.alike.clone();
        Some(position)
    }

    pub(super) fn next(&mut self) -> Do {
        if matches!(self.phase, Phase::Live) && self.notices.is_empty() {
            return Do::Listen;
        }
        if let Some(notice) = self.notices.pop_front() {
            return notice;
        }
        if let Some(wait) = self.wait {
            return Do::Wait(wait);
        }
        match self.phase {
            Phase::Closed => Do::Open,
            Phase::Newest => self.read_block(None),
            Phase::Telling { to, closed } => self.tell(to, closed),
            Phase::Live => Do::Listen,
        }
    }

    pub(super) fn waited(&mut self) {
        self.wait = None;
    }

    /// The socket is open, or could not be opened; then the error is returned, if it is for the caller to know.
    pub(super) fn opened(&mut self, outcome: Result<(), Error>) -> Option<Error> {
        if let Some(lost) = &mut self.lost {
            lost.attempts += 1;
        }
        if let Err(error) = outcome {
            return self.failed(error);
        }
        self.failures = 0;
        self.ledger.opened();
        if let Some(Lost { cause, attempts }) = self.lost.take() {
            self.notices.push_back(Do::Reconnected(Reconnected {
                cause,
                attempts,
                from: self.ledger.next(),
            }));
        }
        self.joined = self.fresh;
        self.phase = if self.replay.is_some() {
            Phase::Newest
        } else {
            Phase::Live
        };
        None
    }

    /// The socket was lost.
    pub(super) fn lost(&mut self, cause: Error) {
        tracing::info!(
            provider = self.operation.provider,
            operation = self.operation.id,
            failure = ?cause.kind(),
            "connection lost"
        );
        // What was to be had of it is owed from now on.
        self.fresh &= self.ledger.next().is_none();
        self.lost.get_or_insert(Lost { cause, attempts: 0 });
        self.phase = Phase::Closed;
        self.block = None;
        // All callers of a service that has just gone down come back at different times, and ever more slowly to one that
        // takes them and drops them.
        self.wait = self.policy.wait(self.drops, None);
        self.drops = self.drops.saturating_add(1);
    }

    /// Judges a message with this id.
    pub(super) fn message(&mut self, id: Option<&str>) -> Take {
        self.drops = 0;
        let Some((id, (height, pattern))) = id.and_then(|id| Some((id, self.height(id)?))) else {
            // Nothing tells of it but the socket.
            return Take::Deliver;
        };
        if std::mem::take(&mut self.fresh) {
            // What happened between the opening of the socket and the reading of the newest block comes live. Blocks that
            // lie between that and the first event held nothing for this subscription, or were there before it and REST
            // did not know of them yet; only where every block has an event can they have been missed.
            let next = match self.ledger.next() {
                Some(next) if self.gapless => next.min(height),
                _ => height,
            };
            self.ledger.begin(next);
        }
        if !self.joined {
            let next = self.ledger.next().unwrap_or(height);
            if height >= next {
                return self.keep(id, height);
            }
        }
        match self.ledger.live(height, id, pattern, self.gapless) {
            Verdict::Deliver => Take::Deliver,
            Verdict::Repeated => Take::Drop,
            Verdict::Ahead => self.keep(id, height),
            Verdict::Behind => {
                let what = format!(
                    "failed to take an event: it is of block {height}, and block {} was complete before the connection \
                     told of it, so that this may be another chain",
                    self.ledger.next().unwrap_or_default().saturating_sub(1)
                );
                Take::Refuse(Error::new(
                    self.operation,
                    Kind::Decode,
                    what,
                    Advice::Report,
                ))
            }
        }
    }

    fn keep(&mut self, id: &str, height: u64) -> Take {
        self.kept = Some(id.to_owned());
        self.joined = true;
        // What is so far ahead of what REST knew of happened after the socket had opened, which told of all that was
        // chosen: whoever follows seldom events only need not read all that is between two of them.
        let to = match self.gapless {
            true => height,
            false => height.min(self.newest.saturating_add(telling::LAG)),
        };
        self.tell_up_to(to);
        Take::Keep
    }

    /// Whether no message has told yet what is the same in all.
    pub(super) fn wants_alike(&self) -> bool {
        self.alike.is_none() && self.replay.is_some_and(|replay| !replay.alike.is_empty())
    }

    pub(super) fn learn(&mut self, message: &Value) {
        let alike = self.replay.map_or(&[][..], |replay| replay.alike);
        let told: Option<Vec<Value>> = alike
            .iter()
            .map(|(at, _)| message.pointer(at).cloned())
            .collect();
        self.alike = told;
    }

    /// A try failed. What may heal is tried again a few times before the caller hears of it, and whatever it is, it is
    /// tried again after the caller did.
    fn failed(&mut self, error: Error) -> Option<Error> {
        const QUIET: u32 = 8;
        let retry_after = error.retry_after();
        let wait = self.policy.wait(self.failures, retry_after);
        self.wait = Some(wait.or(retry_after).unwrap_or_default());
        self.failures = self.failures.saturating_add(1);
        // What the socket tells of, REST may not know yet.
        let lags = matches!(self.phase, Phase::Telling { .. })
            && error.kind() == Kind::Refused
            && error.advice() != Advice::Reauthenticate;
        let heals = lags || error.advice() == Advice::Retry;
        if heals && !self.failures.is_multiple_of(QUIET) {
            tracing::debug!(failure = ?error.kind(), tries = self.failures, "trying again");
            return None;
        }
        if matches!(self.phase, Phase::Newest) && self.fresh {
            // Nothing is owed yet: the socket serves without REST, until it breaks.
            self.wait = None;
            self.begin_anew();
        }
        Some(error)
    }

    fn height(&self, id: &str) -> Option<(u64, Pattern)> {
        let mut all = self.patterns.iter();
        all.find_map(|pattern| Some((pattern.height(id)?, *pattern)))
    }
}

#[cfg(test)]
mod tests;
