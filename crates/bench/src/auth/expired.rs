//! Ten thousand callers who all find that the token has expired.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bindery_auth::{
    AuthError, Exchange, Grant, Issued, Lifetime, Outage, Root, Rotation, TokenSource,
};
use bindery_runtime::{Secret, Session};
use bindery_upvest::{
    Client, Environment,
    types::{GrantType, TokenRequest},
};
use tokio::sync::Semaphore;

use super::clock::StillClock;
use crate::{
    figure::Figure,
    report::Effort,
    sheet::Sheet,
    stub::{self, Reply},
};

const LIFE: u64 = 3600;
const ISSUED: Reply =
    Reply::ok(r#"{"access_token":"token","expires_in":3600,"token_type":"Bearer"}"#);

/// Gets tokens over the wire, from the endpoint of the generated client.
#[derive(Debug)]
struct OverTheWire(Client);

impl OverTheWire {
    async fn issue(&self) -> Result<Issued, AuthError> {
        let request = TokenRequest::new(GrantType::Password, "id", "secret")
            .username("Jane")
            .password("her password");
        let answer = self.0.oauth2_token(request).send().await;
        let answer = answer.map_err(|error| AuthError::Unavailable {
            what: error.to_string(),
            why: Outage::Connect,
            retry_after: None,
        })?;
        let lifetime = answer
            .expires_in
            .map_or(Lifetime::Unknown, Lifetime::Seconds);
        Ok(Issued::new(answer.access_token.clone(), lifetime))
    }
}

impl Grant for OverTheWire {
    fn provider(&self) -> &'static str {
        "upvest"
    }

    fn root(&self) -> Root {
        Root::Credentials
    }

    fn rotation(&self) -> Rotation {
        Rotation::None
    }

    fn sign_in(&self) -> Exchange<'_> {
        Box::pin(self.issue())
    }

    fn refresh<'a>(&'a self, _: &'a Secret) -> Exchange<'a> {
        Box::pin(self.issue())
    }
}

pub(super) fn report(sheet: &mut Sheet<'_>, effort: Effort) -> Result<(), Box<dyn Error>> {
    let callers = effort.of(10_000, 100);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let (requests, taken) = runtime.block_on(storm(callers))?;
    let name = "auth.expired.requests";
    sheet.write(&Figure::at_most(name, requests as f64, "requests", 1.0))?;
    let milliseconds = taken.as_secs_f64() * 1e3;
    sheet.write(&Figure::informing("auth.expired.time", milliseconds, "ms"))?;
    Ok(())
}

/// How many requests the endpoint got when so many callers wanted a token at once, and how long it took from its answer
/// until all of them had theirs.
async fn storm(callers: u64) -> Result<(u64, Duration), Box<dyn Error>> {
    let requests = Arc::new(AtomicU64::new(0));
    // What has arrived, and what may be answered.
    let (arrived, answered) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(1)));
    let url = {
        let (requests, arrived, answered) = (
            Arc::clone(&requests),
            Arc::clone(&arrived),
            Arc::clone(&answered),
        );
        stub::start(move |_| {
            requests.fetch_add(1, Ordering::SeqCst);
            arrived.add_permits(1);
            let answered = Arc::clone(&answered);
            async move {
                // Never closed; and an answer too many would show in the count.
                if let Ok(permit) = answered.acquire().await {
                    permit.forget();
                }
                ISSUED
            }
        })
        .await?
    };
    let session = Session::builder(Environment::custom_over_plain_http(&url)?).build()?;
    let clock = StillClock::new();
    let grant = OverTheWire(Client::new(session));
    let source = TokenSource::with_clock(grant, Arc::new(clock.clone()));
    let first = source.ready().await?;
    arrived.acquire().await?.forget();
    let before = requests.load(Ordering::SeqCst);
    clock.advance(Duration::from_secs(LIFE));
    let waiting: Vec<_> = (0..callers)
        .map(|_| {
            let source = source.clone();
            tokio::spawn(async move { source.ready().await })
        })
        .collect();
    arrived.acquire().await?.forget();
    let begun = Instant::now();
    // As many as may be asked for: were there more requests than one, each would get its answer and be counted.
    answered.add_permits(usize::try_from(callers)?);
    for caller in waiting {
        if caller.await?? == first {
            return Err("a caller got the token that has expired".into());
        }
    }
    let taken = begun.elapsed();
    Ok((requests.load(Ordering::SeqCst) - before, taken))
}
