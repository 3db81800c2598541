//! A grant that does as a test says.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use bindery_auth::{
    AuthError, Exchange, Grant, Issued, Lifetime, Outage, Refusal, Rejected, Root, Rotation,
};
use bindery_runtime::Secret;
use tokio::sync::Semaphore;

/// What happens to one exchange.
pub(crate) enum Turn {
    Issue(Issued),
    Fail(AuthError),
    Panic,
    Hang,
}

/// Answers with the turns in their order, then with `token-1`, `token-2`, … that live for an hour. Clones share it all.
#[derive(Clone)]
pub(crate) struct Script(Arc<Inner>);

struct Inner {
    root: Root,
    rotation: Rotation,
    turns: Mutex<VecDeque<Turn>>,
    calls: Mutex<Vec<String>>,
    /// One permit for each exchange that has begun.
    begun: Semaphore,
    /// One permit for each exchange that may end; none are needed where it is `None`.
    gate: Option<Semaphore>,
}

impl Script {
    pub(crate) fn new(turns: impl IntoIterator<Item = Turn>) -> Self {
        Self::with(Root::Credentials, Rotation::None, turns, None)
    }

    /// Where each refresh spends the token.
    pub(crate) fn rotating(
        root: Root,
        grace: Option<Duration>,
        turns: impl IntoIterator<Item = Turn>,
    ) -> Self {
        Self::with(root, Rotation::OnUse { grace }, turns, None)
    }

    /// With nothing but a refresh token to go back to.
    pub(crate) fn rooted(refresh_token: &str, turns: impl IntoIterator<Item = Turn>) -> Self {
        let root = Root::RefreshToken(refresh_token.into());
        Self::with(root, Rotation::None, turns, None)
    }

    /// Where each exchange waits until the test lets it go on.
    pub(crate) fn gated(turns: impl IntoIterator<Item = Turn>) -> Self {
        let gate = Some(Semaphore::new(0));
        Self::with(Root::Credentials, Rotation::None, turns, gate)
    }

    fn with(
        root: Root,
        rotation: Rotation,
        turns: impl IntoIterator<Item = Turn>,
        gate: Option<Semaphore>,
    ) -> Self {
        Self(Arc::new(Inner {
            root,
            rotation,
            turns: Mutex::new(turns.into_iter().collect()),
            calls: Mutex::default(),
            begun: Semaphore::new(0),
            gate,
        }))
    }

    /// The requests so far: `sign in`, or `refresh` and the token.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.0
            .calls
            .lock()
            .expect("no panic under the lock")
            .clone()
    }

    /// Waits until one more exchange has begun.
    pub(crate) async fn begun(&self) {
        self.0.begun.acquire().await.expect("never closed").forget();
    }

    /// Lets one more exchange end.
    pub(crate) fn let_go_on(&self) {
        self.0.gate.as_ref().expect("a gated script").add_permits(1);
    }

    async fn play(&self, call: String) -> Result<Issued, AuthError> {
        let number = {
            let mut calls = self.0.calls.lock().expect("no panic under the lock");
            calls.push(call);
            calls.len()
        };
        self.0.begun.add_permits(1);
        if let Some(gate) = &self.0.gate {
            gate.acquire().await.expect("never closed").forget();
        }
        let turn = self
            .0
            .turns
            .lock()
            .expect("no panic under the lock")
            .pop_front();
        match turn {
            None => Ok(Issued::new(
                format!("token-{number}"),
                Lifetime::Seconds(3600),
            )),
            Some(Turn::Issue(issued)) => Ok(issued),
            Some(Turn::Fail(error)) => Err(error),
            Some(Turn::Panic) => panic!("as the script says"),
            Some(Turn::Hang) => std::future::pending().await,
        }
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Script")
    }
}

impl Grant for Script {
    fn provider(&self) -> &'static str {
        "test"
    }

    fn root(&self) -> Root {
        self.0.root.clone()
    }

    fn rotation(&self) -> Rotation {
        self.0.rotation
    }

    fn sign_in(&self) -> Exchange<'_> {
        Box::pin(self.play("sign in".to_owned()))
    }

    fn refresh<'a>(&'a self, refresh_token: &'a Secret) -> Exchange<'a> {
        Box::pin(self.play(format!("refresh {}", refresh_token.expose_secret())))
    }
}

/// An access token that lives for an hour, and a refresh token.
pub(crate) fn pair(access_token: &str, refresh_token: &str) -> Turn {
    let issued = Issued::new(access_token, Lifetime::Seconds(3600));
    Turn::Issue(issued.refresh_token(Some(refresh_token.into()), Lifetime::Unknown))
}

pub(crate) fn living(seconds: i64) -> Turn {
    Turn::Issue(Issued::new("token", Lifetime::Seconds(seconds)))
}

pub(crate) fn outage() -> Turn {
    Turn::Fail(AuthError::Unavailable {
        what: "the service is down".to_owned(),
        why: Outage::Connect,
        retry_after: None,
    })
}

pub(crate) fn refusal(what: Rejected) -> Turn {
    Turn::Fail(AuthError::Rejected {
        provider: "test",
        operation: "token",
        what,
        answer: Refusal {
            status: 400,
            code: None,
        },
        remedy: "try another",
    })
}
