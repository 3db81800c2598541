//! Refresh tokens that are good once, and what happens to those who use one twice.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A provider whose refresh tokens can be told to rotate. (Those of Hive always do.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RotatingProvider {
    /// Alibaba Cloud BaaS, whose refresh token is documented to stay good.
    AlibabaBaas,
    /// Upvest, whose refresh tokens are good once as it is.
    Upvest,
}

/// What becomes of refresh tokens. By default, what the provider documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Every refresh hands out a new refresh token and spends the one that it was made with. A spent
    /// one that is presented again revokes its family: every refresh token that descends from the
    /// same grant, as RFC 9700, section 4.14.2, has it. Access tokens live on.
    pub reuse_detection: bool,
    /// For how many seconds of the sandbox's clock a spent token may be presented again without
    /// harm, and gives further tokens of its family.
    #[serde(default)]
    pub grace_seconds: u32,
}

/// What became of refresh tokens, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RotationReport {
    /// What is asked for.
    pub rotation: Rotation,
    /// Tokens that were spent for new ones while reuse was being detected.
    pub spent: u64,
    /// Spent tokens that were presented again within their grace.
    pub presented_in_grace: u64,
    /// Spent tokens that were presented again after it, or without one.
    pub presented_spent: u64,
    /// Families that were revoked for it.
    pub families_revoked: u64,
}

/// The report of one provider, as it grows.
#[derive(Debug, Default)]
pub(crate) struct RotationCounts(Mutex<RotationReport>);

impl RotationCounts {
    pub(super) fn set(&self, rotation: Rotation) {
        self.counts().rotation = rotation;
    }

    pub(super) fn report(&self) -> RotationReport {
        *self.counts()
    }

    /// Whether tokens are spent.
    pub(crate) fn is_on(&self) -> bool {
        self.counts().rotation.reuse_detection
    }

    /// Counts a family that was revoked.
    pub(crate) fn note_revoked(&self) {
        self.counts().families_revoked += 1;
    }

    fn counts(&self) -> MutexGuard<'_, RotationReport> {
        // Counts are all that a panic could leave wrong.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The spent refresh tokens of a provider, each with what it granted.
#[derive(Debug)]
pub(crate) struct Spent<Grant>(HashMap<String, (Grant, DateTime<Utc>)>);

/// What a token is that is not good.
pub(crate) enum Verdict<Grant> {
    /// None that was spent.
    Unknown,
    /// One that may be used once more.
    InGrace(Grant),
    /// One whose family is to be revoked.
    Reused(Grant),
}

impl<Grant> Default for Spent<Grant> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<Grant: Clone> Spent<Grant> {
    /// Remembers a token that was spent.
    pub(crate) fn add(
        &mut self,
        token: &str,
        grant: Grant,
        now: DateTime<Utc>,
        counts: &RotationCounts,
    ) {
        self.0.insert(token.to_owned(), (grant, now));
        counts.counts().spent += 1;
    }

    /// Judges and counts a token that is not good.
    pub(crate) fn judge(
        &self,
        token: &str,
        now: DateTime<Utc>,
        counts: &RotationCounts,
    ) -> Verdict<Grant> {
        let Some((grant, at)) = self.0.get(token) else {
            return Verdict::Unknown;
        };
        let mut counts = counts.counts();
        let grace = TimeDelta::seconds(counts.rotation.grace_seconds.into());
        // A clock that was stepped back does not prolong it.
        if (now - at).abs() < grace {
            counts.presented_in_grace += 1;
            return Verdict::InGrace(grant.clone());
        }
        counts.presented_spent += 1;
        Verdict::Reused(grant.clone())
    }

    /// Forgets the tokens that `keep` says no to.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Grant) -> bool) {
        self.0.retain(|_, (grant, _)| keep(grant));
    }
}
