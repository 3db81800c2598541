//! What goes wrong on purpose: rules that spoil requests, and counts of what was asked.
//!
//! A [`Rule`] says which requests it is about, how often and by what chance it strikes, and which
//! [`Fault`] it then is. The rules form a list, which every request of a provider goes through in
//! its order. A fault that lets the request go on ([`Fault::Delay`], [`Fault::ClockStep`],
//! [`Fault::Json`], [`Fault::Jwt`]) adds to those behind it; any other ends the list.
//!
//! Nothing here is on until it is asked for, but the journal, which counts and keeps no header, no
//! query and no body.

mod answer;
mod connection;
mod fault;
mod gate;
mod journal;
mod jwt;
mod list;
mod rotation;
mod rule;

use std::fmt;
use std::sync::Arc;

pub(crate) use self::connection::{Doorway, Line};
pub use self::fault::{Fault, Malformation, RetryAfter};
pub(crate) use self::gate::{Gate, Post, pass};
use self::journal::Journal;
pub use self::journal::{Connections, JournalLine};
use self::jwt::Aliases;
use self::list::List;
pub use self::list::{RuleId, RuleReport};
pub use self::rotation::{RotatingProvider, Rotation, RotationReport};
pub(crate) use self::rotation::{RotationCounts, Spent, Verdict};
pub use self::rule::{InvalidRule, Phase, Provider, Rule, When};
use crate::Clock;

/// The hand on what goes wrong. Clones share everything.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use bindery_sandbox::faults::{Fault, Provider, Rule};
///
/// let sandbox = bindery_sandbox::Sandbox::builder().start().await?;
/// // The next three requests of wallets are answered 503.
/// let rule = Rule::new(Fault::status(503)).at(Provider::Upvest).path("/1.0/kms/*").times(3);
/// let rule = sandbox.faults().add(rule)?;
/// assert_eq!(sandbox.faults().struck(rule), Some(0));
/// # sandbox.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Faults {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Clock,
    rules: List,
    journal: Journal,
    aliases: Aliases,
    alibaba_baas: Arc<RotationCounts>,
    upvest: Arc<RotationCounts>,
}

impl Faults {
    pub(crate) fn new(clock: Clock) -> Self {
        let shared = Shared {
            clock,
            rules: List::default(),
            journal: Journal::default(),
            aliases: Aliases::default(),
            alibaba_baas: Arc::default(),
            upvest: Arc::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Puts a rule at the end of the list.
    ///
    /// # Errors
    ///
    /// When the rule contradicts itself; see [`InvalidRule`].
    pub fn add(&self, rule: Rule) -> Result<RuleId, InvalidRule> {
        rule.check()?;
        Ok(self.shared.rules.add(rule))
    }

    /// Replaces the whole list, all at once. The identifiers are in the order of the rules.
    ///
    /// # Errors
    ///
    /// When a rule contradicts itself; the list is then as it was.
    pub fn replace(&self, rules: Vec<Rule>) -> Result<Vec<RuleId>, InvalidRule> {
        rules.iter().try_for_each(Rule::check)?;
        Ok(self.shared.rules.replace(rules))
    }

    /// Takes a rule from the list. `false` if it is not there.
    pub fn remove(&self, id: RuleId) -> bool {
        self.shared.rules.remove(id)
    }

    /// Empties the list.
    pub fn clear(&self) {
        self.shared.rules.replace(Vec::new());
    }

    /// The list, with how often each rule struck.
    pub fn rules(&self) -> Vec<RuleReport> {
        self.shared.rules.reports()
    }

    /// How often a rule struck; `None` if it is not in the list.
    pub fn struck(&self, id: RuleId) -> Option<u64> {
        let reports = self.rules();
        let report = reports.iter().find(|report| report.id == id)?;
        Some(report.struck)
    }

    /// The requests that arrived since the start or the last [`Faults::clear_journal`], ordered by
    /// provider, path and method.
    ///
    /// It holds up to 10,000 paths of a provider; requests of further ones are counted together,
    /// under the path `*`.
    pub fn journal(&self) -> Vec<JournalLine> {
        self.shared.journal.lines()
    }

    /// How many requests arrived whose method and path are those: every attempt counts, whatever
    /// became of it. The path is a pattern, as in [`Rule::path`].
    pub fn seen(&self, provider: Provider, method: &str, path: &str) -> u64 {
        self.journal()
            .iter()
            .filter(|line| line.provider == provider)
            .filter(|line| line.method == method && rule::path_matches(path, &line.path))
            .map(|line| line.seen)
            .sum()
    }

    /// The connections that a provider accepted and refused since the start or the last
    /// [`Faults::clear_journal`].
    pub fn connections(&self, provider: Provider) -> Connections {
        self.shared.journal.connections(provider)
    }

    /// Begins the counts of requests and connections anew.
    pub fn clear_journal(&self) {
        self.shared.journal.clear();
    }

    /// Says what becomes of the refresh tokens of a provider from now on.
    pub fn rotate(&self, provider: RotatingProvider, rotation: Rotation) {
        self.rotation_counts(provider).set(rotation);
    }

    /// What became of the refresh tokens of a provider.
    pub fn rotation(&self, provider: RotatingProvider) -> RotationReport {
        self.rotation_counts(provider).report()
    }

    pub(crate) fn rotation_counts(&self, provider: RotatingProvider) -> &Arc<RotationCounts> {
        match provider {
            RotatingProvider::AlibabaBaas => &self.shared.alibaba_baas,
            RotatingProvider::Upvest => &self.shared.upvest,
        }
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Faults")
            .field("rules", &self.rules())
            .finish_non_exhaustive()
    }
}
