//! Looking for what a write left behind.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Advice, Call, Error, Kind, Operation, Response, Session,
    error::what_does_not_fit,
    lookup::{Ask, Given, List, Lookup, Place, Source, Told, Walk, text},
    outcome::Inner,
    pages::cursor_of,
    retry_after,
    sent::Sent,
};

/// What looking for a write found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LookedUp<C> {
    /// Exactly this fits: it came, to the second, after the time of sending, or has the name that the request gives it.
    /// Somebody else may have sent the same at the same time, or have taken the name before.
    One(C),
    /// These fit, and it cannot be told which one it is: equal writes look the same, and in a list that has no times, or
    /// shortly before the time of sending, there may be some of earlier. So even one alone is not certain.
    Several(Vec<C>),
    /// Nothing fits, as far as was looked.
    Nothing(Horizon),
}

/// How far was looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Horizon {
    /// How many candidates there were.
    pub candidates: usize,
    /// The number of the newest block that was looked at, where there are blocks.
    pub newest: Option<i64>,
    /// Whether everything since the write was looked at. If not, there was more than is read in one go, or something
    /// could not be read yet.
    pub complete: bool,
}

/// Blocks are walked so many seconds further back than the time of sending: clocks differ, and a block may be older than
/// what is in it.
const MARGIN: i64 = 60;

/// No more pages or blocks than this are read in one go.
const MOST: usize = 1_000;

/// Looks once.
pub(crate) async fn look_up<C: DeserializeOwned>(
    unknown: &mut Inner,
) -> Result<LookedUp<C>, Error> {
    let Inner {
        session,
        lookup: Some(lookup),
        sent,
        sent_at,
        searched,
        ..
    } = unknown
    else {
        return Ok(LookedUp::Nothing(Horizon {
            candidates: 0,
            newest: None,
            complete: false,
        }));
    };
    let mut search = Search {
        session,
        lookup,
        sent,
        found: Vec::new(),
        fresh: matches!(lookup.source, Source::Named),
        horizon: Horizon {
            candidates: 0,
            newest: None,
            complete: true,
        },
    };
    match &lookup.source {
        Source::Named => search.consider(&Value::Null).await?,
        Source::List(list) => search.list(list).await?,
        Source::Walk(walk) => search.walk(walk, *sent_at, *searched).await?,
    }
    let told_apart = search.tells_apart();
    let Search { found, horizon, .. } = search;
    let mut found = found.into_iter().map(|found| {
        let unfit = |error| unfit(found.operation, &what_does_not_fit(&error));
        serde_json::from_value(found.value).map_err(unfit)
    });
    Ok(match (found.next(), found.len()) {
        (None, _) => {
            if horizon.complete {
                *searched = horizon.newest.or(*searched);
            }
            LookedUp::Nothing(horizon)
        }
        (Some(only), 0) if told_apart => LookedUp::One(only?),
        (Some(first), _) => {
            let all = std::iter::once(first).chain(found);
            LookedUp::Several(all.collect::<Result<_, _>>()?)
        }
    })
}

struct Search<'a> {
    session: &'a Session,
    lookup: &'static Lookup,
    sent: &'a Sent,
    found: Vec<Found>,
    /// Whether what comes now was not there before the write.
    fresh: bool,
    horizon: Horizon,
}

/// Something that fits.
struct Found {
    operation: &'static Operation,
    value: Value,
    fresh: bool,
}

impl Search<'_> {
    /// Whether what fits was not there before, and everything that could be compared was there to be compared.
    fn tells_apart(&self) -> bool {
        let compared = |told: &Told| self.sent.value(told, &Value::Null).is_some();
        let mut rules = self.lookup.matches.iter();
        self.found.iter().all(|found| found.fresh) && rules.all(|rule| compared(&rule.request))
    }

    /// Reads the list to its end.
    async fn list(&mut self, list: &'static List) -> Result<(), Error> {
        let mut call = self.call(&list.ask, &Value::Null)?;
        let mut seen = Vec::new();
        loop {
            let page: Response<Value> = call.clone().send().await?;
            let items = page.pointer(list.items).and_then(Value::as_array);
            let items = items.ok_or_else(|| nothing_at(list.ask.operation, list.items))?;
            for item in items {
                self.consider(item).await?;
            }
            let next = page.pointer(list.next).and_then(Value::as_str);
            let next = match next.map(|next| cursor_of(next, list.cursor)) {
                None | Some(Ok(None)) => return Ok(()),
                Some(Ok(Some(next))) => next,
                // What is behind such a link cannot be seen.
                Some(Err(_)) => {
                    self.horizon.complete = false;
                    return Ok(());
                }
            };
            if seen.contains(&next) || seen.len() + 1 >= MOST {
                self.horizon.complete = false;
                return Ok(());
            }
            call.set_query(list.cursor, next.clone());
            seen.push(next);
        }
    }

    /// Reads blocks from the newest back to those that are older than the write, or known.
    async fn walk(
        &mut self,
        walk: &'static Walk,
        sent_at: SystemTime,
        known: Option<i64>,
    ) -> Result<(), Error> {
        let operation = walk.ask.operation;
        let mut block = self.block(walk, walk.newest.to_owned()).await?;
        let ahead = ahead(&block);
        let sent_at = seconds(sent_at) + ahead.unwrap_or_default();
        for _ in 0..MOST {
            let integer = |place| {
                let found = block.pointer(place).and_then(Value::as_i64);
                found.ok_or_else(|| nothing_at(operation, place))
            };
            let (number, time) = (integer(walk.number)?, integer(walk.time)?);
            self.horizon.newest = self.horizon.newest.max(Some(number));
            if known.is_some_and(|known| number <= known) || time < sent_at - MARGIN {
                return Ok(());
            }
            // What is newer than the look before is newer than the write, whatever the clocks say.
            self.fresh = known.is_some() || ahead.is_some() && time >= sent_at;
            let candidates = block.pointer(walk.candidates).and_then(Value::as_array);
            let candidates = candidates.ok_or_else(|| nothing_at(operation, walk.candidates))?;
            for candidate in candidates {
                self.consider(candidate).await?;
            }
            if number <= 0 {
                return Ok(());
            }
            block = self.block(walk, (number - 1).to_string()).await?;
        }
        self.horizon.complete = false;
        Ok(())
    }

    async fn block(&self, walk: &'static Walk, which: String) -> Result<Response<Value>, Error> {
        let (place, name) = walk.position;
        let call = self.call(&walk.ask, &Value::Null)?;
        given(call, place, name, which).send().await
    }

    /// Reads the candidate where the source has less than the whole of it, and keeps it where it fits.
    async fn consider(&mut self, candidate: &Value) -> Result<(), Error> {
        let (operation, whole) = match (&self.lookup.read, &self.lookup.source) {
            (Some(read), _) => match self.read(read, candidate).await? {
                Some(whole) => (read.operation, whole),
                None => {
                    // What the source has and nothing reads is not there yet, and is asked for next time.
                    self.horizon.complete &= matches!(self.lookup.source, Source::Named);
                    return Ok(());
                }
            },
            (None, Source::List(List { ask, .. }) | Source::Walk(Walk { ask, .. })) => {
                (ask.operation, candidate.clone())
            }
            (None, Source::Named) => return Ok(()),
        };
        self.horizon.candidates += 1;
        let fits = self.lookup.matches.iter().all(|rule| {
            // What was not sent cannot be compared.
            let Some(request) = self.sent.value(&rule.request, candidate) else {
                return true;
            };
            let found = whole.pointer(rule.candidate);
            found.is_some_and(|found| rule.by.holds(found, &request))
        });
        if fits {
            self.found.push(Found {
                operation,
                value: whole,
                fresh: self.fresh,
            });
        }
        Ok(())
    }

    async fn read(&self, read: &'static Ask, candidate: &Value) -> Result<Option<Value>, Error> {
        let outcome: Result<Response<Value>, Error> = self.call(read, candidate)?.send().await;
        match outcome {
            Ok(whole) => Ok(Some(whole.into_inner())),
            Err(error) if read.absent.iter().any(|absent| absent.is(&error)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn call(&self, ask: &'static Ask, candidate: &Value) -> Result<Call, Error> {
        let mut call = Call::new(self.session, ask.operation);
        for Given { place, name, value } in ask.given {
            let value = self.sent.value(value, candidate);
            let value = value.as_ref().and_then(text).ok_or_else(|| {
                let what = format!("what was sent says nothing of `{name}`; look by other means");
                Error::invalid(ask.operation, what)
            })?;
            call = given(call, *place, name, value);
        }
        Ok(call)
    }
}

fn given(call: Call, place: Place, name: &'static str, value: String) -> Call {
    match place {
        Place::Path => call.path(name, value),
        Place::Query => call.query(name, value),
        Place::Header => call.header(name, value),
    }
}

/// By how many seconds the service's clock is ahead of this machine's; `None` where its answer does not tell.
fn ahead(answer: &Response<Value>) -> Option<i64> {
    Some(seconds(retry_after::date(answer.headers())?) - seconds(SystemTime::now()))
}

/// Seconds since 1970; earlier times are all the same.
fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn nothing_at(operation: &Operation, place: &str) -> Error {
    unfit(operation, &format!("nothing that fits stands at `{place}`"))
}

fn unfit(operation: &Operation, why: &str) -> Error {
    let what = format!("failed to read the answer: {why}");
    Error::new(operation, Kind::Decode, what, Advice::Report)
}
