//! What became of a write: done, or nobody knows.

use std::{fmt, marker::PhantomData, time::SystemTime};

use serde::de::DeserializeOwned;

use crate::{
    Call, Error, Kind, LookedUp, Response, Session, lookup::Lookup, retry_after, search, sent::Sent,
};

/// What became of a write that was not refused.
///
/// `C` is what looking it up gives, or [`NoLookup`] where the spec knows no way.
#[derive(Debug)]
pub enum Outcome<T, C = NoLookup> {
    /// It was done, and this is the answer.
    Done(Response<T>),
    /// It was sent, and the answer got lost: it may have been done, or not, or be done yet. Sending it again may do it
    /// twice.
    Unknown(Unknown<C>),
}

impl<T, C> Outcome<T, C> {
    /// The answer, with an unknown outcome as the error that it is without [`Unknown`].
    ///
    /// # Errors
    ///
    /// The error that stands for the lost answer.
    pub fn done(self) -> Result<Response<T>, Error> {
        match self {
            Self::Done(answer) => Ok(answer),
            Self::Unknown(unknown) => Err(unknown.into_error()),
        }
    }
}

/// Stands for what cannot be looked up.
#[derive(Clone, Copy, Debug)]
pub enum NoLookup {}

/// A write whose answer got lost, with what is needed to find out about it.
///
/// `Debug` shows no value of the request.
pub struct Unknown<C = NoLookup>(Box<Inner>, PhantomData<fn() -> C>);

pub(crate) struct Inner {
    pub(crate) session: Session,
    pub(crate) lookup: Option<&'static Lookup>,
    pub(crate) sent: Sent,
    pub(crate) sent_at: SystemTime,
    pub(crate) error: Error,
    /// The number of the newest block that is known to have no trace of it.
    pub(crate) searched: Option<i64>,
}

impl<C> Unknown<C> {
    /// How the answer got lost.
    pub fn error(&self) -> &Error {
        &self.0.error
    }

    /// The same, without the rest.
    pub fn into_error(self) -> Error {
        self.0.error
    }

    /// When it was sent, by the clock of this machine: at this time or, after waiting for a token or a connection, later.
    pub fn sent_at(&self) -> SystemTime {
        self.0.sent_at
    }

    /// The time at the service when it, or a gateway before it, gave the answer that tells nothing; `None` where there
    /// was no answer.
    pub fn service_time(&self) -> Option<SystemTime> {
        retry_after::date(self.0.error.headers()?)
    }

    /// How many times it was sent, or a connection tried for it.
    pub fn attempts(&self) -> u32 {
        self.0.error.attempts()
    }

    /// What was sent.
    pub fn sent(&self) -> &Sent {
        &self.0.sent
    }
}

impl<C: DeserializeOwned> Unknown<C> {
    /// Looks for what the write left behind. It changes nothing, and may be asked again: a write can still arrive after
    /// a look that found nothing. Blocks that are known to have no trace of it are not read again.
    ///
    /// # Errors
    ///
    /// Whatever [`Kind`] tells of the calls that look. [`Kind::Request`]: what was sent does not hold what a call that
    /// looks has to be given.
    pub async fn look_up(&mut self) -> Result<LookedUp<C>, Error> {
        search::look_up(&mut self.0).await
    }
}

impl<C> fmt::Debug for Unknown<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unknown")
            .field("error", &self.0.error)
            .field("sent", &self.0.sent)
            .field("sent_at", &self.0.sent_at)
            .finish_non_exhaustive()
    }
}

/// Sends `call` by `send`, and tells a failure from a lost answer.
pub(crate) async fn submit<T, C>(
    call: Call,
    lookup: Option<&'static Lookup>,
    send: impl AsyncFnOnce(Call) -> Result<Response<T>, Error>,
) -> Result<Outcome<T, C>, Error> {
    let sent_at = SystemTime::now();
    // Cloning shares the body's bytes.
    let error = match send(call.clone()).await {
        Ok(answer) => return Ok(Outcome::Done(answer)),
        Err(error) => error,
    };
    let unsure = lookup.map_or(&[][..], |lookup| lookup.unsure);
    if !may_have_been_done(&error) && !unsure.iter().any(|refusal| refusal.is(&error)) {
        return Err(error);
    }
    let inner = Inner {
        session: call.session().clone(),
        lookup,
        sent: Sent::of(call.operation(), call.draft()),
        sent_at,
        error,
        searched: None,
    };
    Ok(Outcome::Unknown(Unknown(Box::new(inner), PhantomData)))
}

/// Whether a call that ended like this may have been carried out.
fn may_have_been_done(error: &Error) -> bool {
    let succeeded = || error.status().is_none_or(|status| status.is_success());
    match error.kind() {
        Kind::Timeout | Kind::Connection => error.attempts() > 0,
        // A gateway says so too when it lost sight of a request that went through.
        Kind::Refused => error
            .status()
            .is_some_and(|status| status.is_server_error()),
        // It was done, but what the answer says of it cannot be read.
        Kind::Decode | Kind::TooLarge => succeeded(),
        _ => false,
    }
}
