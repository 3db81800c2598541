//! Waiting until what a call reads is final.

use std::{
    fmt,
    future::IntoFuture,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use futures_util::stream;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::{
    Advice, Call, Error, Finality, Kind, Patience, Response,
    finality::{Stage, Standing},
    send::after,
    wait_error::{Failed, Overdue, WaitError},
};

/// Waiting for the value of a call to become final, by reading it again and again: `.await` it for the final value, or
/// follow its [`states`](Self::states).
///
/// What may heal by itself does not end the wait before its deadline: no connection, a broken one, an outage, too many
/// requests. Any other failure does at once. Nothing runs on its own: dropped, it asks no more.
#[must_use = "waiting does nothing until it is awaited"]
pub struct Wait<T> {
    call: Call,
    finality: &'static Finality,
    patience: Patience,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + Serialize + Send + 'static> Wait<T> {
    pub(crate) fn new(call: Call, finality: &'static Finality, patience: Patience) -> Self {
        Self {
            call,
            finality,
            patience,
            value: PhantomData,
        }
    }

    /// How long to wait, and how often to look; see
    /// [`SessionBuilder::patience`](crate::SessionBuilder::patience) for that of all waits.
    pub fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// How long to wait in all; the rest stays as it is.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.patience = self.patience.deadline(deadline);
        self
    }

    /// The value at each change of its state, the first one included. The stream ends after the final value, or after
    /// the error where it failed or the deadline passed.
    pub fn states(self) -> States<T> {
        let watch = Some(Watch::new(self));
        States(Box::pin(stream::unfold(watch, |watch| async {
            let mut watch = watch?;
            Some(match watch.change().await {
                Ok((Stage::Done, value)) => (Ok(value), None),
                Ok((_, value)) => (Ok(value), Some(watch)),
                Err(error) => (Err(error), None),
            })
        })))
    }
}

impl<T: DeserializeOwned + Serialize + Send + 'static> IntoFuture for Wait<T> {
    type Output = Result<Response<T>, WaitError<T>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            let mut watch = Watch::new(self);
            loop {
                if let (Stage::Done, value) = watch.change().await? {
                    return Ok(value);
                }
            }
        })
    }
}

impl<T> fmt::Debug for Wait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("call", &self.call)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// The value of a call at each change of its state; see [`Wait::states`].
#[must_use = "a stream does nothing until it is polled"]
pub struct States<T>(StatesInner<T>);

type StatesInner<T> =
    Pin<Box<dyn Stream<Item = Result<Response<T>, WaitError<T>>> + Send + 'static>>;

impl<T> Stream for States<T> {
    type Item = Result<Response<T>, WaitError<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for States<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("States")
    }
}

/// A wait under way.
struct Watch<T> {
    wait: Wait<T>,
    /// Set at the first look.
    deadline: Option<Instant>,
    looks: u32,
    /// What the last value said.
    seen: Option<Standing>,
    /// How the last look failed.
    trouble: Option<Error>,
}

impl<T: DeserializeOwned + Serialize + Send + 'static> Watch<T> {
    fn new(wait: Wait<T>) -> Self {
        Self {
            wait,
            deadline: None,
            looks: 0,
            seen: None,
            trouble: None,
        }
    }

    /// The value at the next change of its state.
    async fn change(&mut self) -> Result<(Stage, Response<T>), WaitError<T>> {
        let patience = self.wait.patience.patience();
        let deadline = *self.deadline.get_or_insert_with(|| after(patience));
        loop {
            if self.looks > 0 {
                self.pause(deadline).await?;
            }
            self.looks += 1;
            let look = self.wait.call.clone().send::<T>();
            let Ok(outcome) = timeout_at(deadline, look).await else {
                return Err(self.overdue());
            };
            match outcome {
                Ok(value) => {
                    self.trouble = None;
                    if let Some(stage) = self.judge(&value)? {
                        if stage == Stage::Failed {
                            return Err(self.failed(value));
                        }
                        return Ok((stage, value));
                    }
                }
                Err(error) if self.is_passing(&error) => self.trouble = Some(error),
                Err(error) => return Err(WaitError::Call(error)),
            }
        }
    }

    /// How far the value has come, where that has changed.
    fn judge(&mut self, value: &T) -> Result<Option<Stage>, WaitError<T>> {
        let json = serde_json::to_value(value).map_err(|error| {
            let what = format!("failed to find the state of the answer: {error}");
            let operation = self.wait.call.operation();
            let error = Error::new(operation, Kind::Decode, what, Advice::Report);
            WaitError::Call(error)
        })?;
        let standing = self.wait.finality.of(&json);
        let stage = standing.stage;
        let changed = self.seen.replace(standing) != self.seen;
        Ok(changed.then_some(stage))
    }

    /// Whether waiting goes on after this error.
    fn is_passing(&self, error: &Error) -> bool {
        let mut absent = self.wait.finality.absent.iter();
        absent.any(|absent| absent.is(error))
            // A call that only reads is advised to look where the caller said that it may not be repeated.
            || matches!(error.advice(), Advice::Retry | Advice::Look)
    }

    async fn pause(&mut self, deadline: Instant) -> Result<(), WaitError<T>> {
        let left = deadline.saturating_duration_since(Instant::now());
        let asked = self.trouble.as_ref().and_then(Error::retry_after);
        let part = self.wait.call.session().inner().retry.random_part();
        match self.wait.patience.delay(self.looks - 1, part, asked, left) {
            Some(delay) => sleep(delay).await,
            // The service wants to be left alone for longer than there is time.
            None if asked.is_some_and(|asked| asked > left) => return Err(self.overdue()),
            None => {
                sleep_until(deadline).await;
                return Err(self.overdue());
            }
        }
        Ok(())
    }

    fn overdue(&mut self) -> WaitError<T> {
        WaitError::Overdue(Overdue {
            operation: self.wait.call.operation(),
            deadline: self.wait.patience.patience(),
            looks: self.looks,
            state: self.state(),
            trouble: self.trouble.take(),
        })
    }

    fn failed(&self, value: Response<T>) -> WaitError<T> {
        WaitError::Failed(Failed {
            operation: self.wait.call.operation(),
            state: self.state().unwrap_or_default(),
            value: Box::new(value),
        })
    }

    /// The last state that was seen.
    fn state(&self) -> Option<String> {
        self.seen.as_ref()?.state.clone()
    }
}
