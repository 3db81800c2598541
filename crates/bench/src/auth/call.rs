//! A generated, authorised call, and the same call written by hand.

use std::{error::Error, time::Instant};

use tokio::runtime::{Builder, Runtime};

use crate::{
    figure::Figure,
    part::{Part, until_abandoned},
    report::Effort,
    sheet::Sheet,
    valgrind::{self, Count},
};

pub mod by_hand;
pub mod generated;
pub mod service;

/// A call that is made in both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// A GET that is answered with a small object.
    Get,
    /// A POST of an object with a password in it, answered with a larger one.
    Post,
    /// A GET whose answer comes in an envelope that tells success from failure.
    Envelope,
}

impl Case {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Get, Self::Post, Self::Envelope];

    /// As figures and arguments call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Envelope => "envelope",
        }
    }
}

/// Who wrote the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The generator.
    Generated,
    /// A person.
    ByHand,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Generated, Self::ByHand];

    /// As figures and arguments call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::ByHand => "by_hand",
        }
    }
}

/// The callers of both sides.
#[derive(Debug)]
pub struct Callers {
    generated: generated::Clients,
    by_hand: by_hand::Client,
}

impl Callers {
    /// Callers of the service at `url`.
    ///
    /// # Errors
    ///
    /// When a client cannot be made.
    pub fn new(url: &str) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            generated: generated::Clients::new(url)?,
            by_hand: by_hand::Client::new(url)?,
        })
    }

    /// Makes one call, and drops what it returns.
    ///
    /// # Errors
    ///
    /// When the call fails.
    pub async fn call(&self, case: Case, side: Side) -> Result<(), Box<dyn Error>> {
        match side {
            Side::Generated => self.generated.call(case).await?,
            Side::ByHand => self.by_hand.call(case).await?,
        }
        Ok(())
    }
}

/// The part that answers the calls.
///
/// # Errors
///
/// When no port is free.
pub fn serve(_: &[String]) -> Result<(), Box<dyn Error>> {
    let runtime = runtime()?;
    let url = runtime.block_on(service::start())?;
    println!("{url}");
    std::thread::spawn(|| {
        until_abandoned();
        std::process::exit(0);
    });
    runtime.block_on(std::future::pending())
}

/// The part that valgrind counts: so many calls, one after the other.
///
/// # Errors
///
/// When an argument is wrong, or a call fails.
pub fn repeat(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [url, case, side, times] = arguments else {
        return Err("it takes a URL, a case, a side, and the number of calls".into());
    };
    let case = Case::ALL.into_iter().find(|known| known.name() == case);
    let side = Side::ALL.into_iter().find(|known| known.name() == side);
    let (case, side) = case.zip(side).ok_or("there is no such case or side")?;
    let times: u64 = times.parse()?;
    runtime()?.block_on(async {
        let callers = Callers::new(url)?;
        for _ in 0..times {
            callers.call(case, side).await?;
        }
        Ok(())
    })
}

/// One thread, so that no count depends on how threads take turns.
fn runtime() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

pub(super) fn report(sheet: &mut Sheet<'_>, effort: Effort) -> Result<(), Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let service = Part::of(&program, "service").start()?;
    for case in Case::ALL {
        let name = case.name();
        let [generated, by_hand] = Side::ALL.map(|side| {
            Part::of(&program, "call")
                .with(service.said())
                .with(name)
                .with(side.name())
        });
        let counts = [
            (
                "instructions",
                Count::Instructions,
                effort.of(500, 4),
                Some(1.05),
            ),
            ("allocations", Count::Allocations, effort.of(100, 4), None),
        ];
        for (what, count, times, bar) in counts {
            let figure = format!("auth.call.{name}.{what}");
            let pair = valgrind::each(count, &generated, times)
                .and_then(|ours| Ok((ours, valgrind::each(count, &by_hand, times)?)));
            match pair {
                Ok((ours, theirs)) => {
                    sheet.write(&Figure::informing(
                        format!("{figure}.generated"),
                        ours.round(),
                        what,
                    ))?;
                    sheet.write(&Figure::informing(
                        format!("{figure}.by_hand"),
                        theirs.round(),
                        what,
                    ))?;
                    let ratio = ours / theirs;
                    sheet.write(&match bar {
                        Some(bar) => Figure::at_most(figure, ratio, "ratio", bar),
                        None => Figure::informing(figure, ratio, "ratio"),
                    })?;
                }
                Err(why) => sheet.miss(&Figure::unmeasured(figure, "ratio", bar), why)?,
            }
        }
        let (ours, theirs) = times(service.said(), case, effort)?;
        for (figure, value, unit) in [
            (format!("auth.call.{name}.time.generated"), ours / 1e3, "µs"),
            (format!("auth.call.{name}.time.by_hand"), theirs / 1e3, "µs"),
            (format!("auth.call.{name}.time"), ours / theirs, "ratio"),
        ] {
            sheet.write(&Figure::informing(figure, value, unit))?;
        }
    }
    Ok(())
}

/// The nanoseconds that a call takes on each side: the median of batches that take turns, so that whatever else the
/// machine does falls on both.
fn times(url: &str, case: Case, effort: Effort) -> Result<(f64, f64), Box<dyn Error>> {
    let (batches, times) = (effort.of(101, 3), effort.of(20, 2));
    runtime()?.block_on(async {
        let callers = Callers::new(url)?;
        let mut taken = [Vec::new(), Vec::new()];
        for _ in 0..batches {
            for (side, taken) in Side::ALL.into_iter().zip(&mut taken) {
                let begun = Instant::now();
                for _ in 0..times {
                    callers.call(case, side).await?;
                }
                taken.push(begun.elapsed().as_nanos() as f64 / times as f64);
            }
        }
        let [ours, theirs] = taken.map(median);
        Ok((ours, theirs))
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::stub;

    /// The calls of one side as they are sent, each with its lines sorted, since the order of headers means nothing.
    async fn sent(case: Case, side: Side) -> Vec<Vec<String>> {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let url = stub::start({
            let sent = Arc::clone(&sent);
            move |asked| {
                // The generated clients sign in first.
                if !asked.line.ends_with("token") {
                    let lines = asked
                        .text
                        .lines()
                        .filter(|line| !line.starts_with("host: "));
                    let mut lines: Vec<_> = lines.map(str::to_owned).collect();
                    lines.sort_unstable();
                    sent.lock().expect("no panic under the lock").push(lines);
                }
                std::future::ready(service::answer(asked))
            }
        });
        let callers = Callers::new(&url.await.expect("a free port")).expect("callers");
        callers.call(case, side).await.expect("an answer");
        let sent = sent.lock().expect("no panic under the lock");
        sent.clone()
    }

    #[tokio::test]
    async fn both_sides_send_the_same_request() {
        for case in Case::ALL {
            let (ours, theirs) = (
                sent(case, Side::Generated).await,
                sent(case, Side::ByHand).await,
            );
            assert_eq!(ours.len(), 1, "{case:?}");
            assert_eq!(ours, theirs, "{case:?}");
        }
    }
}
