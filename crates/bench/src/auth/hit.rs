//! A look-up of a token that is there and fresh, which every call begins with.

use std::{
    error::Error,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Instant,
};

use bindery_auth::{
    Exchange, Grant, Issued, Lifetime, Reach, RenewedToken, Root, Rotation, Scopes, TokenSource,
};
use bindery_runtime::{Authorizing, Credential as _, Placement, Requirement, Scheme, Secret};

use crate::{
    figure::Figure,
    part::Part,
    report::Effort,
    sheet::Sheet,
    valgrind::{self, Count},
};

static SCHEME: Scheme = Scheme::new("test", "token", Placement::Bearer);
static REQUIREMENT: Requirement = Requirement::new(&SCHEME, &["read"]);

/// A source whose token is fresh, and a request to put it on.
#[derive(Debug)]
pub struct Hit {
    source: TokenSource,
    credential: RenewedToken,
    request: reqwest::Request,
}

impl Hit {
    /// A source that has got its token already.
    ///
    /// # Errors
    ///
    /// When it gets none.
    pub async fn new() -> Result<Self, Box<dyn Error>> {
        let source = TokenSource::new(AtOnce);
        source.ready().await?;
        let reach = Reach::new(&["token"], Scopes::from("read write"));
        Ok(Self {
            credential: RenewedToken::new(source.clone(), reach),
            source,
            request: reqwest::Request::new(
                reqwest::Method::GET,
                "https://service.example/".parse()?,
            ),
        })
    }

    /// Looks the token up. Answers whether that went without an await.
    pub fn look_up(&self) -> bool {
        let looking = pin!(self.source.ready());
        let polled = looking.poll(&mut Context::from_waker(Waker::noop()));
        matches!(black_box(polled), Poll::Ready(Ok(_)))
    }

    /// Looks the token up and puts it on the request, as each attempt of a call does. Answers whether that went without
    /// an await.
    pub fn authorize(&mut self) -> bool {
        let outcome = self
            .credential
            .authorize(&REQUIREMENT, black_box(&mut self.request));
        matches!(outcome, Authorizing::Done(Ok(_)))
    }
}

/// Issues a token without asking anyone.
#[derive(Debug)]
struct AtOnce;

impl AtOnce {
    fn issue() -> Exchange<'static> {
        Box::pin(async { Ok(Issued::new("token", Lifetime::Seconds(86_400))) })
    }
}

impl Grant for AtOnce {
    fn provider(&self) -> &'static str {
        "bench"
    }

    fn root(&self) -> Root {
        Root::Credentials
    }

    fn rotation(&self) -> Rotation {
        Rotation::None
    }

    fn sign_in(&self) -> Exchange<'_> {
        Self::issue()
    }

    fn refresh<'a>(&'a self, _: &'a Secret) -> Exchange<'a> {
        Self::issue()
    }
}

fn ready() -> Result<Hit, Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?
        .block_on(Hit::new())
}

/// The part that valgrind counts: so many hits.
///
/// # Errors
///
/// When the number of hits is missing, or a hit had to wait.
pub fn repeat(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [times] = arguments else {
        return Err("it takes the number of hits".into());
    };
    let mut hit = ready()?;
    for _ in 0..times.parse::<u64>()? {
        if !(hit.look_up() && hit.authorize()) {
            return Err("a hit had to wait".into());
        }
    }
    Ok(())
}

pub(super) fn report(sheet: &mut Sheet<'_>, effort: Effort) -> Result<(), Box<dyn Error>> {
    let mut hit = ready()?;
    let clock = nanoseconds(effort, || {
        black_box(Instant::now());
    });
    let look_up = nanoseconds(effort, || {
        hit.look_up();
    });
    let authorize = nanoseconds(effort, || {
        hit.authorize();
    });
    sheet.write(&Figure::informing("auth.clock.time", clock, "ns"))?;
    // 100 ns where the clock costs 25: a look-up asks it twice.
    let bar = 100_f64.max(4.0 * clock);
    sheet.write(&Figure::at_most("auth.hit.time", look_up, "ns", bar))?;
    sheet.write(&Figure::informing(
        "auth.hit.authorize.time",
        authorize,
        "ns",
    ))?;
    let times = effort.of(1000, 10);
    let waits = (0..times).filter(|_| !(hit.look_up() && hit.authorize()));
    let waits = waits.count() as f64;
    sheet.write(&Figure::at_most("auth.hit.waits", waits, "awaits", 0.0))?;
    let (name, unit) = ("auth.hit.allocations", "allocations");
    let part = Part::of(std::env::current_exe()?, "hit");
    match valgrind::each(Count::Allocations, &part, times) {
        Ok(each) => sheet.write(&Figure::at_most(name, each, unit, 0.0))?,
        Err(why) => sheet.miss(&Figure::unmeasured(name, unit, Some(0.0)), why)?,
    }
    Ok(())
}

/// The time that `each` takes, in nanoseconds: that of the fastest of many batches, which is the one in which the machine
/// did nothing else.
fn nanoseconds(effort: Effort, mut each: impl FnMut()) -> f64 {
    let times = effort.of(1000, 10);
    let batches = (0..effort.of(301, 3)).map(|_| {
        let begun = Instant::now();
        (0..times).for_each(|_| each());
        begun.elapsed().as_nanos() as f64 / times as f64
    });
    batches.fold(f64::INFINITY, f64::min)
}
