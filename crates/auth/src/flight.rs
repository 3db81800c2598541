//! What a flight does, step by step: take the lease of the store, look whether another has renewed the tokens, refresh
//! or sign in, save what came, check the access token.
//!
//! Each step ends before the next begins, and nobody is served a token before the last one has ended. The record is
//! saved even if the access token in it is no good, because the refresh token before may be spent.

use std::{
    future::Future,
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use bindery_runtime::Secret;

use crate::{
    AuthError, Issued, Lease, Outage, Rejected, Root, Rotation, Shown, StoredAccess, clock::Moment,
    keeping::Saved, lifetime::Schedule, source::Slot, token::TokenText,
};

/// The longest one exchange may take. The sessions of the providers end theirs before.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(20);
/// How long a lease lasts in a store that cannot see a process end: for one exchange and the visits around it.
pub(crate) const LEASE: Duration = Duration::from_secs(40);
/// How long to wait for the lease of another: a bit longer than its exchange takes.
const LONGEST_WAIT: Duration = Duration::from_secs(22);
/// How long to wait before looking again, at first and later.
const PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
/// How often a flight starts over because others were faster.
const MOST_STARTS: u32 = 3;

/// What a flight brings home.
pub(crate) struct Landed {
    pub(crate) text: TokenText,
    pub(crate) schedule: Schedule,
}

/// What was issued, when it was asked for, and whether in return for the refresh token.
struct Exchanged {
    issued: Issued,
    asked: Moment,
    refreshed: bool,
}

/// The lease, or why it cannot be had. Without it only what spends nothing is done.
type Hold = Result<Lease, AuthError>;

/// What came of asking for the lease.
enum Reserved {
    /// Another got a token meanwhile.
    Adopted(Landed),
    Hold(Hold),
}

/// Why a step did not end in tokens.
enum Fault {
    /// The store has newer ones.
    Moved,
    Failed(AuthError),
}

impl From<AuthError> for Fault {
    fn from(error: AuthError) -> Self {
        Self::Failed(error)
    }
}

/// Why the refresh token brought none.
enum NoRefresh {
    /// It was not shown.
    Withheld(AuthError),
    Fault(Fault),
}

impl From<AuthError> for NoRefresh {
    fn from(error: AuthError) -> Self {
        Self::Fault(Fault::Failed(error))
    }
}

impl Slot {
    /// Answers the lease too, which ends after the token is in its place.
    pub(crate) async fn fly(&self) -> (Option<Lease>, Result<Landed, AuthError>) {
        for _ in 0..MOST_STARTS {
            let hold = match self.reserve().await {
                Reserved::Adopted(landed) => return (None, Ok(landed)),
                Reserved::Hold(hold) => hold,
            };
            let outcome = match self.exchange(&hold).await {
                Ok(exchanged) => self.keep_exchanged(exchanged, &hold).await,
                Err(Fault::Moved) => continue,
                Err(Fault::Failed(error)) => Err(error),
            };
            return (hold.ok(), outcome);
        }
        let provider = self.grant.provider();
        (None, Err(AuthError::Busy { provider }))
    }

    /// The lease, or else the token that another got meanwhile.
    async fn reserve(&self) -> Reserved {
        let provider = self.grant.provider();
        let given_up = tokio::time::Instant::now() + LONGEST_WAIT;
        let mut pause = PAUSE;
        loop {
            let tried = async {
                let lease = self.lease(LEASE).await?;
                // Looked at after the lease was asked for: who had it before may just have saved.
                self.look().await?;
                Ok(lease)
            };
            let lease = match tried.await {
                Ok(lease) => lease,
                Err(error) => {
                    tracing::warn!(provider, %error, "the store of the tokens cannot be used");
                    return Reserved::Hold(Err(AuthError::Store { provider, error }));
                }
            };
            if let Some(landed) = self.adopt() {
                return Reserved::Adopted(landed);
            }
            if let Some(lease) = lease {
                return Reserved::Hold(Ok(lease));
            }
            if tokio::time::Instant::now() >= given_up {
                tracing::warn!(provider, "another holds the lease for too long");
                return Reserved::Hold(Err(AuthError::Busy { provider }));
            }
            tokio::time::sleep(pause.mul_f64(1.0 + self.spread)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Refreshes where there is a refresh token that may be shown, and signs in where there is none or it is refused.
    async fn exchange(&self, hold: &Hold) -> Result<Exchanged, Fault> {
        let kept = self.kept();
        if let Some(token) = kept.refresh_token {
            let now = Moment::now(&*self.clock);
            let lapsed = kept.refresh_token_ends.is_some_and(|end| now.wall() >= end);
            let root = self.grant.root();
            let can_sign_in = matches!(root, Root::Credentials);
            if !(lapsed && can_sign_in) {
                match self.refresh(&token, hold).await {
                    Ok(exchanged) => return Ok(exchanged),
                    Err(NoRefresh::Withheld(_)) if can_sign_in => {}
                    Err(NoRefresh::Withheld(error)) => return Err(error.into()),
                    Err(NoRefresh::Fault(Fault::Failed(AuthError::Rejected {
                        what: Rejected::RefreshToken,
                        ..
                    }))) if can_sign_in => {
                        // Refused for good: it is never shown again.
                        self.forget(None);
                    }
                    Err(NoRefresh::Fault(fault)) => {
                        return self.refresh_by_root(&token, root, fault).await;
                    }
                }
            }
        }
        let asked = Moment::now(&*self.clock);
        let issued = self.within(self.grant.sign_in()).await?;
        Ok(Exchanged {
            issued,
            asked,
            refreshed: false,
        })
    }

    /// Shows a refresh token.
    async fn refresh(&self, token: &Secret, hold: &Hold) -> Result<Exchanged, NoRefresh> {
        let before = self.mark_shown(hold).await?;
        let asked = Moment::now(&*self.clock);
        let error = match self.within(self.grant.refresh(token)).await {
            Ok(issued) => {
                return Ok(Exchanged {
                    issued,
                    asked,
                    refreshed: true,
                });
            }
            Err(error) => error,
        };
        if let (
            AuthError::Rejected {
                what: Rejected::RefreshToken,
                ..
            },
            Ok(_),
        ) = (&error, hold)
            && matches!(self.look().await, Ok(true))
        {
            // The verdict is on a token that was replaced meanwhile.
            return Err(NoRefresh::Fault(Fault::Moved));
        }
        if let Some(before) = before.filter(|_| error.leaves_refresh_token_unspent()) {
            self.keep(|record| record.shown = before);
            if let Ok(lease) = hold
                && let Err(error) = self.save(lease).await
            {
                tracing::debug!(%error, "it stays noted that the refresh token may be spent");
            }
        }
        Err(error.into())
    }

    /// Where each refresh spends the token: notes in the store that it is being shown, before it is. Whoever finds the
    /// note knows that the token may be spent, even if nobody is left to tell. Answers what was noted before.
    async fn mark_shown(&self, hold: &Hold) -> Result<Option<Option<Shown>>, NoRefresh> {
        let Rotation::OnUse { grace } = self.grant.rotation() else {
            return Ok(None);
        };
        let provider = self.grant.provider();
        let lease = hold
            .as_ref()
            .map_err(|error| NoRefresh::Withheld(error.clone()))?;
        let now = Moment::now(&*self.clock);
        let number = RandomState::new().hash_one(());
        let note = match self.kept().shown {
            None => Shown::new(now.wall(), false).by(number),
            Some(shown)
                if !shown.again && grace.is_some_and(|grace| within_grace(shown, grace, now)) =>
            {
                Shown::new(shown.since, true).by(number)
            }
            Some(_) => return Err(NoRefresh::Withheld(AuthError::MaybeSpent { provider })),
        };
        let noting = self.note(note);
        match self.save(lease).await {
            Ok(Saved::Done) => Ok(Some(noting.before())),
            Ok(Saved::Moved) => Err(NoRefresh::Fault(Fault::Moved)),
            Err(error) => {
                self.go_astray(noting);
                Err(NoRefresh::Withheld(AuthError::Store { provider, error }))
            }
        }
    }

    /// Where a refresh token is the root and stays good: it is what a refused successor goes back to, once.
    async fn refresh_by_root(
        &self,
        refused: &Secret,
        root: Root,
        fault: Fault,
    ) -> Result<Exchanged, Fault> {
        match (root, &fault) {
            (
                Root::RefreshToken(root),
                Fault::Failed(AuthError::Rejected {
                    what: Rejected::RefreshToken,
                    ..
                }),
            ) if self.grant.rotation() == Rotation::None
                && root.expose_secret() != refused.expose_secret() =>
            {
                self.forget(Some(root.clone()));
                let asked = Moment::now(&*self.clock);
                let issued = self.within(self.grant.refresh(&root)).await?;
                Ok(Exchanged {
                    issued,
                    asked,
                    refreshed: true,
                })
            }
            _ => Err(fault),
        }
    }

    /// Saves what was issued, and refuses an access token that no request could carry. A new refresh token takes the
    /// place of the one before, which stays where a refresh brought none.
    async fn keep_exchanged(&self, exchanged: Exchanged, hold: &Hold) -> Result<Landed, AuthError> {
        let Exchanged {
            issued,
            asked,
            refreshed,
        } = exchanged;
        let received = Moment::now(&*self.clock);
        let schedule = Schedule::new(issued.lifetime, asked, received, self.spread);
        let text = TokenText::new(issued.access_token.clone());
        let new = issued.refresh_token.filter(|secret| !secret.is_empty());
        self.keep(|record| {
            if new.is_some() || !refreshed {
                let life = issued.refresh_lifetime.bounded();
                record.refresh_token_ends = life.map(|life| asked.plus(life).wall());
                record.refresh_token = new;
            }
            let life = issued.lifetime.bounded();
            record.access_token = text.is_some().then(|| {
                StoredAccess::new(
                    issued.access_token,
                    asked.wall(),
                    life.map(|life| asked.plus(life).wall()),
                )
            });
            record.shown = None;
        });
        if let Ok(lease) = hold {
            match self.save(lease).await {
                Ok(Saved::Done) => {}
                Ok(Saved::Moved) => {
                    if let Some(landed) = self.adopt() {
                        return Ok(landed);
                    }
                }
                Err(error) => {
                    let provider = self.grant.provider();
                    tracing::warn!(provider, %error, "new tokens are in use that are not saved yet");
                }
            }
        }
        let text = text.ok_or_else(|| {
            let what = "the access token is empty, or not fit for a header";
            AuthError::malformed(self.grant.provider(), what)
        })?;
        Ok(Landed { text, schedule })
    }

    async fn within(
        &self,
        exchange: impl Future<Output = Result<Issued, AuthError>>,
    ) -> Result<Issued, AuthError> {
        tokio::time::timeout(LONGEST_EXCHANGE, exchange)
            .await
            .unwrap_or_else(|_| {
                let what = format!(
                    "{}: failed to get an access token within {} s; call again later",
                    self.grant.provider(),
                    LONGEST_EXCHANGE.as_secs()
                );
                Err(AuthError::Unavailable {
                    what,
                    why: Outage::Timeout,
                    retry_after: None,
                })
            })
    }
}

/// By the clock on the wall, which goes on in suspend. A clock that was set back tells nothing, so nothing is allowed.
fn within_grace(shown: Shown, grace: Duration, now: Moment) -> bool {
    now.wall()
        .duration_since(shown.since)
        .is_ok_and(|age| age <= grace)
}
