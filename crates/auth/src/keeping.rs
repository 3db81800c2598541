//! What a source knows of its store, and how the two are kept the same.
//!
//! A new record counts in memory at once and is saved before anyone is served from it. Where that fails the tokens are
//! used all the same, since the ones before may be spent, and saving is tried until it works.

use std::{future::Future, sync::Arc, time::Duration};

use bindery_runtime::Secret;
use tokio::runtime::Handle;

use crate::{
    Commit, Lease, Root, Rotation, Shown, StoreError, Stored, backoff::delay, clock::Moment,
    flight::Landed, lifetime::Schedule, source::Slot, token::TokenText,
};

/// How long a store may take for one thing. Its own limits are shorter; this one is for stores that have none.
const LONGEST_VISIT: Duration = Duration::from_secs(5);
/// How often saving is tried for a source that nobody else has any more, which is for about a quarter of an hour.
const MOST_TRIES: u32 = 20;

/// What is kept of an identity's tokens.
pub(crate) struct Kept {
    /// The newest tokens that are known of, and the number of the newest record that was seen or made.
    record: Stored,
    /// The number of the record in the store when it was last looked at; 0 where there was none.
    there: u64,
    /// Whether the store does not have the record yet.
    unsaved: bool,
    /// Whether a task sees to it.
    saving: bool,
    /// A note that the refresh token is being shown, which it was not: whether the note came to the store is unknown.
    astray: Option<Noting>,
}

/// A note that a refresh token is being shown, and what there was before it.
pub(crate) struct Noting {
    note: Shown,
    generation: u64,
    before: Stored,
    was_unsaved: bool,
}

impl Noting {
    /// What was noted before.
    pub(crate) fn before(&self) -> Option<Shown> {
        self.before.shown
    }
}

/// What came of saving.
pub(crate) enum Saved {
    Done,
    /// Others were faster, and what they saved counts.
    Moved,
}

impl Kept {
    pub(crate) fn new(root: Root) -> Self {
        let mut record = Stored::new(0);
        if let Root::RefreshToken(secret) = root {
            record.refresh_token = Some(secret);
        }
        Self {
            record,
            there: 0,
            unsaved: false,
            saving: false,
            astray: None,
        }
    }

    /// Whether the store has all that there is to tell it, as far as is known.
    fn is_settled(&self) -> bool {
        !self.unsaved && self.astray.is_none()
    }

    /// Makes the next record.
    fn change(&mut self, change: impl FnOnce(&mut Stored)) {
        change(&mut self.record);
        self.record.generation = self.record.generation.max(self.there).saturating_add(1);
        self.unsaved = true;
    }

    /// Makes the next record, which says that the refresh token is being shown.
    fn note(&mut self, note: Shown) -> Noting {
        let before = self.record.clone();
        let was_unsaved = self.unsaved;
        self.change(|record| record.shown = Some(note));
        Noting {
            note,
            generation: self.record.generation,
            before,
            was_unsaved,
        }
    }

    /// Goes back to what there was before a note that may not have come to the store. It is no record of its own: by its
    /// number it would pass for newer than what another has noted meanwhile.
    fn go_astray(&mut self, noting: Noting) {
        if self.record.shown == Some(noting.note) {
            self.record = noting.before.clone();
            self.unsaved = noting.was_unsaved;
        }
        self.astray = Some(noting);
    }

    /// Takes over what the store has, if it is newer. Answers whether it was. A note that went astray and is there after
    /// all is taken back, since the token was not shown.
    fn see(&mut self, stored: Option<Stored>, rotation: Rotation) -> bool {
        let is_newer = self.take_over(stored, rotation);
        // Until the store has gone that far, the note may still be on its way.
        let is_told = |noting: &mut Noting| self.there >= noting.generation;
        if let Some(noting) = self.astray.take_if(is_told)
            && self.record.shown == Some(noting.note)
        {
            self.change(|record| record.shown = noting.before());
        }
        is_newer
    }

    fn take_over(&mut self, stored: Option<Stored>, rotation: Rotation) -> bool {
        let there = stored.as_ref().map_or(0, |stored| stored.generation);
        let went_back = there < self.there;
        self.there = there;
        match stored {
            Some(stored) if self.unsaved && stored == self.record => {
                self.unsaved = false;
                false
            }
            Some(stored)
                if there > self.record.generation
                    || (self.unsaved && there == self.record.generation) =>
            {
                self.record = stored;
                self.unsaved = false;
                true
            }
            _ => {
                // A store that lost records may have lost one that says what became of this token.
                if went_back && matches!(rotation, Rotation::OnUse { .. }) {
                    self.record.shown = Some(Shown::new(std::time::UNIX_EPOCH, true));
                }
                false
            }
        }
    }
}

impl Slot {
    /// The newest tokens that are known of.
    pub(crate) fn kept(&self) -> Stored {
        self.state().kept.record.clone()
    }

    /// Makes a new record. It counts at once, and is still to be saved.
    pub(crate) fn keep(&self, change: impl FnOnce(&mut Stored)) {
        self.state().kept.change(change);
    }

    /// Makes a record that says that the refresh token is being shown. It is still to be saved.
    pub(crate) fn note(&self, note: Shown) -> Noting {
        self.state().kept.note(note)
    }

    /// The note could not be saved, or no answer says that it was, and the token is not shown.
    pub(crate) fn go_astray(&self, noting: Noting) {
        self.state().kept.go_astray(noting);
    }

    /// Gives up a refresh token that was refused. The store learns of it with the next record.
    pub(crate) fn forget(&self, instead: Option<Secret>) {
        let mut state = self.state();
        let record = &mut state.kept.record;
        (
            record.refresh_token,
            record.refresh_token_ends,
            record.shown,
        ) = (instead, None, None);
    }

    pub(crate) async fn lease(&self, life: Duration) -> Result<Option<Lease>, StoreError> {
        within(self.store.lease(&self.key, life)).await
    }

    /// Takes over what the store has, if it is newer. Answers whether it was.
    pub(crate) async fn look(&self) -> Result<bool, StoreError> {
        let stored = within(self.store.load(&self.key)).await?;
        let rotation = self.grant.rotation();
        Ok(self.state().kept.see(stored, rotation))
    }

    /// The kept access token, if it can be served and is another than the current one.
    pub(crate) fn adopt(&self) -> Option<Landed> {
        let access = self.kept().access_token?;
        if self.is_current(&access.token) {
            return None;
        }
        let life = access
            .ends
            .map(|ends| ends.duration_since(access.asked).unwrap_or_default());
        let now = Moment::now(&*self.clock);
        let schedule = Schedule::of_stored(life, access.asked, now, self.spread)?;
        let text = TokenText::new(access.token)?;
        tracing::debug!(
            provider = self.grant.provider(),
            "took over an access token from the store"
        );
        Some(Landed { text, schedule })
    }

    /// Saves the record.
    pub(crate) async fn save(&self, lease: &Lease) -> Result<Saved, StoreError> {
        let (expected, new) = {
            let mut state = self.state();
            let kept = &mut state.kept;
            // The store may have gone further meanwhile.
            kept.record.generation = kept.record.generation.max(kept.there.saturating_add(1));
            (kept.there, kept.record.clone())
        };
        let commit = within(self.store.commit(&self.key, lease, expected, &new)).await?;
        let rotation = self.grant.rotation();
        let mut state = self.state();
        let kept = &mut state.kept;
        match commit {
            Commit::Done => {
                kept.there = new.generation;
                // No commit that expects an older record is done after this one.
                kept.astray = None;
                kept.unsaved &= kept.record.generation != new.generation;
                Ok(Saved::Done)
            }
            Commit::Conflict(stored) => {
                kept.see(stored, rotation);
                Ok(Saved::Moved)
            }
        }
    }

    /// Sees to it that a record that could not be saved is, as soon as the store is back.
    pub(crate) fn save_later(self: &Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        {
            let mut state = self.state();
            if state.kept.is_settled() || state.kept.saving {
                return;
            }
            state.kept.saving = true;
        }
        let saving = Saving(Arc::clone(self));
        runtime.spawn(async move {
            let slot = &saving.0;
            for failures in 0.. {
                tokio::time::sleep(delay(failures, Duration::ZERO, slot.spread)).await;
                let error = match slot.try_to_save().await {
                    Ok(true) => return,
                    Ok(false) => None,
                    Err(error) => Some(error),
                };
                let abandoned = Arc::strong_count(slot) == 1 && failures >= MOST_TRIES;
                tracing::warn!(
                    provider = slot.grant.provider(),
                    key = slot.key.name(),
                    error = error.as_ref().map(tracing::field::display),
                    abandoned,
                    "the newest tokens are not saved"
                );
                if abandoned {
                    return;
                }
            }
        });
    }

    /// Answers whether there is nothing left to save.
    async fn try_to_save(&self) -> Result<bool, StoreError> {
        if self.state().kept.is_settled() {
            return Ok(true);
        }
        let Some(lease) = self.lease(super::flight::LEASE).await? else {
            return Ok(false);
        };
        self.look().await?;
        if self.state().kept.unsaved {
            self.save(&lease).await?;
        }
        Ok(!self.state().kept.unsaved)
    }
}

/// The task that saves. Its end is noted even if it panics.
struct Saving(Arc<Slot>);

impl Drop for Saving {
    fn drop(&mut self) {
        self.0.state().kept.saving = false;
    }
}

async fn within<T>(visit: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(LONGEST_VISIT, visit)
        .await
        .unwrap_or_else(|_| {
            Err(StoreError::Unavailable {
                doing: "reach",
                place: "the store of the tokens".to_owned(),
                cause: format!("no answer within {} s", LONGEST_VISIT.as_secs()),
            })
        })
}
