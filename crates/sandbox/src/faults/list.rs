//! The list of rules, with their counts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use serde::{Deserialize, Serialize};

use super::{Fault, Phase, Provider, Rule};

/// Which rule: a number that no other rule of the sandbox had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(pub u64);

/// A rule and what has become of it.
#[derive(Clone, Debug, Serialize)]
pub struct RuleReport {
    /// Which one it is.
    pub id: RuleId,
    /// The requests that came to it and that it is about; of [`Fault::Refuse`], the connections.
    pub seen: u64,
    /// How many of them it struck.
    pub struck: u64,
    /// The rule.
    pub rule: Rule,
}

/// A fault on its way to a request.
pub(super) struct Strike {
    pub(super) fault: Fault,
    pub(super) phase: Phase,
}

#[derive(Default)]
pub(super) struct List {
    /// Whether there is any rule at all, so that no request waits for another one without.
    any: AtomicBool,
    rules: Mutex<Rules>,
}

#[derive(Default)]
struct Rules {
    last_id: u64,
    all: Vec<RuleReport>,
}

impl Rules {
    fn add(&mut self, rule: Rule) -> RuleId {
        self.last_id += 1;
        let id = RuleId(self.last_id);
        self.all.push(RuleReport {
            id,
            seen: 0,
            struck: 0,
            rule,
        });
        id
    }
}

impl List {
    pub(super) fn add(&self, rule: Rule) -> RuleId {
        let mut rules = self.rules();
        let id = rules.add(rule);
        self.any.store(true, Ordering::Release);
        id
    }

    pub(super) fn replace(&self, new: Vec<Rule>) -> Vec<RuleId> {
        let mut rules = self.rules();
        rules.all.clear();
        let ids: Vec<_> = new.into_iter().map(|rule| rules.add(rule)).collect();
        self.any.store(!ids.is_empty(), Ordering::Release);
        ids
    }

    pub(super) fn remove(&self, id: RuleId) -> bool {
        let mut rules = self.rules();
        let before = rules.all.len();
        rules.all.retain(|report| report.id != id);
        self.any.store(!rules.all.is_empty(), Ordering::Release);
        rules.all.len() < before
    }

    pub(super) fn reports(&self) -> Vec<RuleReport> {
        self.rules().all.clone()
    }

    /// What strikes a request, in the order of the list.
    pub(super) fn strikes(&self, provider: Provider, method: &Method, path: &str) -> Vec<Strike> {
        let mut strikes = Vec::new();
        if !self.any.load(Ordering::Acquire) {
            return strikes;
        }
        for report in &mut self.rules().all {
            let rule = &report.rule;
            let about_it = rule.fault != Fault::Refuse && rule.when.matches(provider, method, path);
            if !about_it || !report.takes_its_turn() {
                continue;
            }
            let fault = report.rule.fault.clone();
            let is_last = !fault.lets_go_on();
            let phase = report.rule.phase();
            strikes.push(Strike { fault, phase });
            if is_last {
                break;
            }
        }
        strikes
    }

    /// Whether a new connection is refused.
    pub(super) fn refuses(&self, provider: Provider) -> bool {
        if !self.any.load(Ordering::Acquire) {
            return false;
        }
        self.rules().all.iter_mut().any(|report| {
            let rule = &report.rule;
            let at = rule.when.provider;
            rule.fault == Fault::Refuse
                && at.is_none_or(|at| at == provider)
                && report.takes_its_turn()
        })
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        // Counts are all that a panic could leave wrong.
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RuleReport {
    /// Counts a request that the rule is about, and tells whether it is struck.
    fn takes_its_turn(&mut self) -> bool {
        let Rule {
            skip,
            times,
            probability,
            seed,
            ..
        } = self.rule;
        let turn = self.seen;
        self.seen += 1;
        let strikes = turn >= skip
            && times.is_none_or(|times| self.struck < times)
            && (probability >= 1.0 || chance(seed, turn) < probability);
        self.struck += u64::from(strikes);
        strikes
    }
}

/// A number from 0 to below 1 that depends on nothing but the two. This is SplitMix64, the `turn`-th
/// number after `seed`.
fn chance(seed: u64, turn: u64) -> f64 {
    const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut z = seed.wrapping_add(turn.wrapping_add(1).wrapping_mul(GAMMA));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    // The 53 bits that a double holds exactly.
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(list: &List, requests: usize) -> Vec<bool> {
        (0..requests)
            .map(|_| !list.strikes(Provider::Hive, &Method::GET, "/a").is_empty())
            .collect()
    }

    #[test]
    fn skip_and_times_are_counted_in_requests_that_the_rule_is_about() {
        let list = List::default();
        list.add(Rule::new(Fault::Hang).path("/a").skip(1).times(2));
        list.strikes(Provider::Hive, &Method::GET, "/b");
        assert_eq!(struck(&list, 5), [false, true, true, false, false]);
        let reports = list.reports();
        assert_eq!((reports[0].seen, reports[0].struck), (5, 2));
    }

    #[test]
    fn chance_is_repeatable_by_its_seed_and_as_frequent_as_asked() {
        let run = |seed| {
            let list = List::default();
            list.add(Rule::new(Fault::Hang).probability(0.3, seed));
            struck(&list, 10_000)
        };
        let first = run(1);
        assert_eq!(first, run(1));
        assert_ne!(first, run(2));
        let hits = first.iter().filter(|hit| **hit).count();
        assert!((2_800..3_200).contains(&hits), "{hits}");
    }

    #[test]
    fn the_first_fault_that_answers_ends_the_list() {
        let list = List::default();
        list.add(Rule::new(Fault::Delay { ms: 1 }));
        list.add(Rule::new(Fault::status(503)));
        list.add(Rule::new(Fault::Hang));
        let strikes = list.strikes(Provider::Hive, &Method::GET, "/");
        let faults: Vec<_> = strikes.into_iter().map(|strike| strike.fault).collect();
        assert_eq!(faults, [Fault::Delay { ms: 1 }, Fault::status(503)]);
        assert_eq!(list.reports()[2].seen, 0);
    }
}
