//! All that the sandbox knows.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::Settings;
use super::bitcoin::Coins;
use super::chain::Chain;
use super::credentials::Credentials;
use super::delivery::Poster;
use super::ledger::Ledger;
use super::oauth::Tokens;
use super::pages::{Stamp, Stamps};
use super::transactions::Transactions;
use super::users::Users;
use super::wallets::Wallets;
use super::webhooks::Webhooks;
use crate::Clock;
use crate::faults::RotationCounts;

/// What all requests share.
pub(super) struct State {
    pub(super) settings: Settings,
    pub(super) clock: Clock,
    pub(super) credentials: Credentials,
    pub(super) poster: Poster,
    pub(super) rotation: Arc<RotationCounts>,
    stamps: Stamps,
    tokens: Mutex<Tokens>,
    world: Mutex<World>,
    wallets_changed: watch::Sender<()>,
}

/// What requests change.
#[derive(Default)]
pub(super) struct World {
    pub(super) users: Users,
    pub(super) wallets: Wallets,
    pub(super) transactions: Transactions,
    pub(super) ledger: Ledger,
    pub(super) coins: Coins,
    pub(super) chain: Chain,
    pub(super) webhooks: Webhooks,
}

impl State {
    /// A sandbox in which nothing has happened yet.
    pub(super) fn new(settings: Settings, clock: Clock, rotation: Arc<RotationCounts>) -> Self {
        Self {
            settings,
            clock,
            credentials: Credentials::random(),
            poster: Poster::new(),
            rotation,
            stamps: Stamps::default(),
            tokens: Mutex::default(),
            world: Mutex::default(),
            wallets_changed: watch::Sender::default(),
        }
    }

    /// The tokens handed out. To be locked after the world, where both are.
    pub(super) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What requests change.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stamp of something created now.
    pub(super) fn stamp(&self) -> Stamp {
        self.stamps.next(self.clock.now())
    }

    /// Lets those who wait for a wallet look again.
    pub(super) fn wallets_have_changed(&self) {
        self.wallets_changed.send_replace(());
    }

    /// Resolves at every later call of [`State::wallets_have_changed`].
    pub(super) fn watch_wallets(&self) -> watch::Receiver<()> {
        self.wallets_changed.subscribe()
    }
}
