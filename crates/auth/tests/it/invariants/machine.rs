//! Sequences of calls, 401s, failures and clock steps, against a model: I1, I6 to I9, I17, I18, I20.
//!
//! The model is the service, which knows what it issued when, what it was shown, and when it may next be asked.

mod model;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bindery_auth::{MemoryStore, Reach, RenewedToken, Rotation, TokenSource};
use bindery_runtime::{Credential, Generation};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError},
};

use self::model::{Health, Service};
use crate::{
    clock::TestClock,
    contract::key,
    stage::{HOUR, SECOND, bearer, settle},
};

#[derive(Clone, Debug)]
enum Step {
    /// So many callers at once, of whom the first so many are dropped at their so-manieth poll.
    Call {
        callers: usize,
        dropped: usize,
        polls: usize,
    },
    /// So many 401s at once, for the token before the current one, before that, and so on.
    Refuse {
        times: usize,
        ago: u64,
    },
    Pass(Duration),
    Suspend(Duration),
    SetBack(Duration),
    Turn(Health),
    /// The source makes room for another, and is asked for again.
    Evict,
}

fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![
        4 => (0_u64..2_500).prop_map(Duration::from_millis),
        3 => (1_u64..90).prop_map(Duration::from_secs),
        2 => (1_u64..90).prop_map(|minutes| Duration::from_secs(60 * minutes)),
        1 => Just(Duration::from_secs(365 * 24 * 3600)),
    ]
}

fn health() -> impl Strategy<Value = Health> {
    prop_oneof![
        6 => prop_oneof![Just(3600_i64), 10_i64..10_000, Just(i64::MAX)].prop_map(Health::Well),
        1 => any::<i64>().prop_map(Health::Well),
        1 => (-5_i64..10).prop_map(Health::Well),
        3 => Just(Health::Down),
        1 => (0_u64..4_000).prop_map(Health::Throttles),
        1 => Just(Health::Malformed),
        1 => Just(Health::Panics),
        2 => Just(Health::Loses),
        1 => Just(Health::RefusesRefreshTokens),
        1 => Just(Health::RefusesCredentials),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1_usize..20, 0_usize..20, 0_usize..8).prop_map(|(callers, dropped, polls)| Step::Call {
            callers,
            dropped,
            polls
        }),
        2 => (1_usize..6, 0_u64..3).prop_map(|(times, ago)| Step::Refuse { times, ago }),
        5 => time().prop_map(Step::Pass),
        1 => time().prop_map(Step::Suspend),
        1 => time().prop_map(Step::SetBack),
        4 => health().prop_map(Step::Turn),
        1 => Just(Step::Evict),
    ]
}

struct World {
    service: Service,
    store: MemoryStore,
    source: TokenSource,
    credential: RenewedToken,
    generation: u64,
}

impl World {
    fn new(rotation: Rotation) -> Self {
        let service = Service {
            clock: TestClock::new(),
            rotation,
            health: Arc::new(Mutex::new(Health::Well(3600))),
            ledger: Arc::default(),
        };
        let store = MemoryStore::new();
        let (source, credential) = connect(&service, &store);
        Self {
            service,
            store,
            source,
            credential,
            generation: 0,
        }
    }

    async fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Call {
                callers,
                dropped,
                polls,
            } => self.call(callers, dropped, polls).await?,
            Step::Refuse { times, ago } => self.refuse(times, ago).await?,
            Step::Pass(time) => self.service.clock.advance(time),
            Step::Suspend(time) => self.service.clock.suspend(time),
            Step::SetBack(time) => self.service.clock.set_back(time),
            Step::Turn(health) => *self.service.health.lock().expect("no panic") = health,
            Step::Evict => self.evict(),
        }
        self.look()?;
        // To look at a token that is due has it renewed.
        settle().await;
        Ok(())
    }

    /// I6, I18: what is served without a wait, and what is not.
    fn look(&self) -> Result<(), TestCaseError> {
        let served = bearer(&self.credential);
        let served = served
            .as_deref()
            .map(|text| text.trim_start_matches("Bearer "));
        let mut ledger = self.service.ledger();
        let ledger = &mut *ledger;
        prop_assert!(ledger.faults.is_empty(), "{:?}", ledger.faults);
        prop_assert!(
            ledger.most_under_way <= 1,
            "{} at once",
            ledger.most_under_way
        );
        prop_assert_eq!(ledger.spent_shown, 0, "a spent refresh token was shown");
        let Some(text) = served else { return Ok(()) };
        let (now, minted) = (
            self.service.now(),
            ledger.minted.get_mut(text).expect("it was issued"),
        );
        if minted.stored {
            let late = now.1 + 60 * SECOND < minted.asked.1;
            prop_assert!(!late, "{text} is of unknown age and is served");
            (minted.stored, minted.adopted, minted.asked.0) = (false, true, now.0);
            // Whoever saved it got it, so the service is well, as far as this source knows.
            (ledger.failures, ledger.closed_until) = (0, None);
            ledger.open_from = None;
        }
        prop_assert!(!minted.refused, "{text} was refused and is served");
        let end = (minted.asked.0 + minted.life, minted.asked.1 + minted.life);
        prop_assert!(
            !self.service.is_past(end),
            "{text} is past its end and is served"
        );
        Ok(())
    }

    /// Whether the newest token has to be served, and not half of its life is over.
    fn is_owed(&self) -> bool {
        let ledger = self.service.ledger();
        let text = format!("token-{}", ledger.minted.len());
        ledger.minted.get(&text).is_some_and(|minted| {
            let half = (
                minted.asked.0 + minted.life / 2,
                minted.asked.1 + minted.life / 2,
            );
            let unsure = minted.doubted || minted.stored || minted.adopted;
            !minted.refused && !unsure && !self.service.is_past(half)
        })
    }

    async fn call(
        &mut self,
        callers: usize,
        dropped: usize,
        polls: usize,
    ) -> Result<(), TestCaseError> {
        let owed = self.is_owed();
        prop_assert!(
            !owed || bearer(&self.credential).is_some(),
            "a good token is not served"
        );
        let before = self.service.ledger().exchanges;
        let may_ask = {
            let ledger = self.service.ledger();
            let open = ledger
                .open_from
                .is_none_or(|until| self.service.is_past(until));
            open && !ledger.dead
        };
        let mut waiting = Vec::new();
        for caller in 0..callers {
            let source = self.source.clone();
            let mut ready = Box::pin(async move { source.ready().await });
            if caller < dropped {
                for _ in 0..polls {
                    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                    if ready.as_mut().poll(&mut context).is_ready() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
                continue;
            }
            waiting.push(tokio::spawn(ready));
        }
        let mut outcomes = Vec::new();
        for caller in waiting {
            outcomes.push(caller.await.expect("no panic"));
        }
        settle().await;
        let asked = self.service.ledger().exchanges - before;
        for outcome in &outcomes {
            prop_assert!(
                !owed || outcome.is_ok(),
                "a good token is not served: {outcome:?}"
            );
            if let Health::Well(_) = self.service.health()
                && may_ask
            {
                prop_assert!(outcome.is_ok(), "the service is well: {outcome:?}");
            }
            if let Ok(generation) = outcome {
                prop_assert!(generation.0 >= self.generation, "it went back");
                self.generation = generation.0;
            }
        }
        // A refused refresh token leads to one sign-in more.
        let fallback = usize::from(self.service.health() == Health::RefusesRefreshTokens);
        let most = match self.service.health() {
            // Its request is over with the panic, and each caller who comes after it asks anew.
            Health::Panics => callers,
            _ => 1 + fallback,
        };
        prop_assert!(asked <= most, "{asked} requests of {callers} callers");
        Ok(())
    }

    /// I9: a 401 that names a token which was replaced costs nothing, and any number for the current one cost one.
    async fn refuse(&mut self, times: usize, ago: u64) -> Result<(), TestCaseError> {
        // A token that is due is renewed meanwhile: that is over before the 401s come.
        for _ in 0..2 {
            if bearer(&self.credential).is_some() {
                self.generation = self.source.ready().await.expect("it is usable").0;
                settle().await;
            }
        }
        if self.generation <= ago {
            return Ok(());
        }
        let generation = Generation(self.generation - ago);
        let before = self.service.ledger().exchanges;
        let served = bearer(&self.credential);
        let is_current = ago == 0 && served.is_some();
        let mut waiting = Vec::new();
        for _ in 0..times {
            let credential = self.credential.clone();
            waiting.push(tokio::spawn(async move {
                credential.rejected(generation).await
            }));
        }
        // Nothing has run yet: by the time it does, the token counts as refused, if there are not too many of them.
        if let Some(text) = served.as_deref().filter(|_| is_current) {
            let text = text.trim_start_matches("Bearer ");
            let mut ledger = self.service.ledger();
            ledger.refusals += 1;
            if let Some(minted) = ledger.minted.get_mut(text) {
                minted.refused = true;
            }
            if ledger.failures == 0 {
                ledger.closed_until = None;
            }
        }
        if served.is_none() && ago == 0 {
            let mut ledger = self.service.ledger();
            let newest = format!("token-{}", ledger.minted.len());
            if let Some(minted) = ledger.minted.get_mut(&newest) {
                minted.doubted = true;
            }
        }
        let mut outcomes = Vec::new();
        for caller in waiting {
            outcomes.push(caller.await.expect("no panic"));
        }
        settle().await;
        let asked = self.service.ledger().exchanges - before;
        if !is_current && served.is_some() {
            // The current token may be due, and be renewed meanwhile.
            prop_assert!(
                outcomes.iter().all(|outcome| matches!(outcome, Ok(true))),
                "{outcomes:?}"
            );
        }
        if outcomes.iter().any(|outcome| matches!(outcome, Ok(false))) {
            let refusals = self.service.ledger().refusals;
            prop_assert!(is_current && refusals > 10, "{refusals} refusals");
            // It is served on, since others could not be had for it.
            if let Some(text) = served.as_deref() {
                let text = text.trim_start_matches("Bearer ");
                let mut ledger = self.service.ledger();
                if let Some(minted) = ledger.minted.get_mut(text) {
                    minted.refused = false;
                }
            }
        }
        for outcome in outcomes.into_iter().flatten() {
            if outcome && let Ok(generation) = self.source.ready().await {
                self.generation = self.generation.max(generation.0);
            }
        }
        let fallback = usize::from(self.service.health() == Health::RefusesRefreshTokens);
        let most = if self.service.health() == Health::Panics {
            times
        } else {
            1 + fallback
        };
        prop_assert!(asked <= most, "{asked} requests for {times} refusals");
        Ok(())
    }

    fn evict(&mut self) {
        (self.source, self.credential) = connect(&self.service, &self.store);
        self.generation = 0;
        let mut ledger = self.service.ledger();
        (ledger.failures, ledger.dead) = (0, false);
        (ledger.closed_until, ledger.open_from) = (None, None);
        ledger.refusals = 0;
        for minted in ledger.minted.values_mut() {
            minted.stored = true;
            // The new source was not told.
            minted.refused = false;
        }
    }
}

fn connect(service: &Service, store: &MemoryStore) -> (TokenSource, RenewedToken) {
    let source = TokenSource::with_store(
        service.clone(),
        Arc::new(service.clock.clone()),
        key("jane"),
        Arc::new(store.clone()),
    );
    let credential = RenewedToken::new(source.clone(), Reach::new(&["token"], ""));
    (source, credential)
}

async fn hold(rotation: Rotation, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut world = World::new(rotation);
    for step in steps {
        world.take(step).await?;
    }
    // I7: whatever has happened, once it is well again and time has passed, it works.
    let dead = world.service.ledger().dead;
    world.take(&Step::Turn(Health::Well(3600))).await?;
    world.take(&Step::Pass(24 * HOUR)).await?;
    let outcome = world.source.ready().await;
    prop_assert_eq!(outcome.is_ok(), !dead, "{:?}", outcome);
    world.look()
}

proptest! {
    #![proptest_config(Config { cases: 256, max_shrink_iters: 300, failure_persistence: None, ..Config::default() })]

    /// I1, I6, I7, I8, I9, I17, I18, I20: over any sequence of calls, 401s, failures, drops, evictions and clock steps.
    #[test]
    fn i01_i06_i07_i08_i09_i17_i18_i20_hold_over_any_sequence(
        rotates in any::<bool>(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let rotation = if rotates { Rotation::OnUse { grace: None } } else { Rotation::None };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(hold(rotation, &steps))?;
    }
}
