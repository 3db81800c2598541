//! A stream of events, and a bare loop that reads the same messages.

use std::{error::Error, hint::black_box};

use bindery_alibaba_baas::{Client, Environment, types::Event};
use bindery_auth::alibaba_baas::{self, Credentials};
use bindery_runtime::{Delivery, object};
use futures_util::StreamExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::{client_async, tungstenite::Message};

use super::{
    process::{Marks, taken},
    service::Service,
};
use crate::{
    figure::Figure,
    part::Part,
    report::{Effort, Outcome},
    sheet::Sheet,
    valgrind::{self, Count},
};

/// Of the rate of the bare loop, this much at least.
const RATE: f64 = 0.9;

/// Who reads the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The event stream of the generated client.
    Stream,
    /// A bare loop, which reads each message in the way the stream does.
    Loop,
    /// A bare loop, which reads each message by `serde_json::from_str`.
    SerdeJson,
}

impl Side {
    /// All.
    pub const ALL: [Self; 3] = [Self::Stream, Self::Loop, Self::SerdeJson];

    /// As figures and arguments call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Loop => "loop",
            Self::SerdeJson => "serde_json",
        }
    }
}

/// The part that reads messages, as many as its last argument says, and says what that took.
///
/// # Errors
///
/// When an argument is wrong, or a message does not come.
pub fn follow(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [url, side, messages] = arguments else {
        return Err("it takes a URL, a side, and the number of messages".into());
    };
    let side = Side::ALL.into_iter().find(|known| known.name() == side);
    let side = side.ok_or("there is no such side")?;
    let messages: u64 = messages.parse()?;
    // One thread, so that no count depends on how threads take turns.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut marks = Marks::new(messages);
        match side {
            Side::Stream => stream(url, &mut marks).await,
            Side::Loop => bare(url, &mut marks, |text| object::from_str(text)).await,
            Side::SerdeJson => bare(url, &mut marks, |text| serde_json::from_str(text)).await,
        }?;
        Ok(marks.say()?)
    })
}

async fn stream(url: &str, marks: &mut Marks) -> Result<(), Box<dyn Error>> {
    let gateway = Environment::custom_over_plain_http(url)?;
    let client: Client = alibaba_baas::connect(gateway, Credentials::refresh_token("token"))?;
    let mut events = client.subscribe_events("channel2").subscribe().await?;
    while marks.more()? {
        match events.next().await {
            Some(Ok(Delivery::Event(event))) => drop(black_box(event)),
            other => return Err(format!("there came no event: {other:?}").into()),
        }
    }
    Ok(())
}

async fn bare(
    url: &str,
    marks: &mut Marks,
    read: impl Fn(&str) -> Result<Event, serde_json::Error>,
) -> Result<(), Box<dyn Error>> {
    let host = url.strip_prefix("http://").ok_or("no plain URL")?;
    let connection = TcpStream::connect(host).await?;
    connection.set_nodelay(true)?;
    let target = format!("ws://{host}/networks/channel2/events/subscribe?source=*");
    let (mut socket, _) = client_async(target, connection).await?;
    while marks.more()? {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => drop(black_box(read(&text)?)),
            other => return Err(format!("there came no text: {other:?}").into()),
        }
    }
    Ok(())
}

pub(super) fn report(sheet: &mut Sheet<'_>, effort: Effort, service: &Service) -> Outcome {
    let program = std::env::current_exe()?;
    let parts = Side::ALL.map(|side| {
        Part::of(&program, "events")
            .with(service.url())
            .with(side.name())
    });
    counted(sheet, effort, &parts)?;
    timed(sheet, effort, &parts)?;
    let [stream, ..] = parts;
    let taken = taken(&stream, effort.of(1_000_000, 1000))?;
    taken.flat(sheet, "streams.events.memory")
}

/// The bar is on instructions: of all that tells a rate, they alone are the same from run to run.
fn counted(sheet: &mut Sheet<'_>, effort: Effort, parts: &[Part; 3]) -> Outcome {
    let counts = [
        ("instructions", Count::Instructions, Some(RATE)),
        ("allocations", Count::Allocations, None),
    ];
    for (what, count, bar) in counts {
        let name = format!("streams.events.{what}");
        let times = effort.of(2000, 10);
        let each = parts
            .iter()
            .map(|part| valgrind::each(count, part, times))
            .collect::<Result<Vec<_>, _>>();
        match each {
            Ok(each) => against(sheet, &name, what, &each, bar)?,
            Err(why) => sheet.miss(&Figure::unmeasured(name, "ratio", bar), why)?,
        }
    }
    Ok(())
}

/// Of runs that take turns the fastest of each side, so that whatever else the machine does falls on all.
fn timed(sheet: &mut Sheet<'_>, effort: Effort, parts: &[Part; 3]) -> Outcome {
    let messages = effort.of(60_000, 100);
    let mut best = [f64::INFINITY; 3];
    for _ in 0..effort.of(5, 1) {
        for (part, best) in parts.iter().zip(&mut best) {
            let taken = taken(part, messages)?;
            *best = best.min(taken.nanoseconds_each / 1e3);
        }
    }
    against(sheet, "streams.events.time", "µs", &best, None)
}

/// Writes down what each side takes, and the rate of the stream against that of each loop: what takes twice as much has
/// half the rate.
fn against(
    sheet: &mut Sheet<'_>,
    name: &str,
    unit: &'static str,
    each: &[f64],
    bar: Option<f64>,
) -> Outcome {
    for (side, value) in Side::ALL.into_iter().zip(each) {
        let name = format!("{name}.{}", side.name());
        sheet.write(&Figure::informing(name, *value, unit))?;
    }
    let [stream, bare, serde_json] = each else {
        return Ok(());
    };
    sheet.write(&match bar {
        Some(bar) => Figure::at_least(name, bare / stream, "ratio", bar),
        None => Figure::informing(name, bare / stream, "ratio"),
    })?;
    let name = format!("{name}.against_serde_json");
    sheet.write(&Figure::informing(name, serde_json / stream, "ratio"))?;
    Ok(())
}
