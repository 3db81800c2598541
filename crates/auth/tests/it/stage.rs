//! One token source, with a clock and a service that the test holds in its hands.

use std::{sync::Arc, time::Duration};

use bindery_auth::{AuthError, Reach, RenewedToken, Scopes, TokenSource};
use bindery_runtime::{Authorizing, Credential, Generation, Placement, Requirement, Scheme};

use crate::{clock::TestClock, script::Script};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

static SCHEME: Scheme = Scheme::new("test", "token", Placement::Bearer);
pub(crate) static REQUIREMENT: Requirement = Requirement {
    scheme: &SCHEME,
    scopes: &[],
};

pub(crate) struct Stage {
    pub(crate) script: Script,
    pub(crate) clock: TestClock,
    pub(crate) source: TokenSource,
    pub(crate) credential: RenewedToken,
}

impl Stage {
    pub(crate) fn new(script: Script) -> Self {
        let clock = TestClock::new();
        let source = TokenSource::with_clock(script.clone(), Arc::new(clock.clone()));
        let credential =
            RenewedToken::new(source.clone(), Reach::new(&["token"], Scopes::default()));
        Self {
            script,
            clock,
            source,
            credential,
        }
    }

    pub(crate) async fn ready(&self) -> Result<u64, AuthError> {
        Ok(self.source.ready().await?.0)
    }

    /// The token that is on a request without a wait.
    pub(crate) fn at_once(&self) -> Option<String> {
        bearer(&self.credential)
    }

    pub(crate) async fn rejected(&self, generation: u64) -> bool {
        self.credential
            .rejected(Generation(generation))
            .await
            .expect("a newer token, or none")
    }

    pub(crate) fn calls(&self) -> usize {
        self.script.calls().len()
    }
}

/// The token that `credential` puts on a request without a wait.
pub(crate) fn bearer(credential: &RenewedToken) -> Option<String> {
    let mut request = request();
    let outcome = match credential.authorize(&REQUIREMENT, &mut request) {
        Authorizing::Done(outcome) => outcome,
        Authorizing::Waiting(_) => return None,
    };
    outcome.expect("a token that fits");
    let header = request.headers()["authorization"].to_str();
    Some(header.expect("text").to_owned())
}

fn request() -> reqwest::Request {
    reqwest::Request::new(
        reqwest::Method::GET,
        "https://example.com/".parse().expect("a URL"),
    )
}

/// Lets tasks that can go on do so.
pub(crate) async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}
