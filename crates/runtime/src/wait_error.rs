//! Why a wait did not end well.

use std::{error::Error as StdError, fmt, time::Duration};

use crate::{Advice, Error, Kind, Operation, Response, error::Shown};

/// Why a [`Wait`](crate::Wait) did not end well. Converts into an [`Error`] where one type for all failures is wanted.
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitError<T> {
    /// It is in a state from which it will never be done.
    Failed(Failed<T>),
    /// The deadline passed. It may still be done later.
    Overdue(Overdue),
    /// It could not be read, and waiting will not mend that.
    Call(Error),
}

/// What ended in a state from which it will never be done.
pub struct Failed<T> {
    pub(crate) operation: &'static Operation,
    pub(crate) state: String,
    pub(crate) value: Box<Response<T>>,
}

/// What was not done by the deadline.
pub struct Overdue {
    pub(crate) operation: &'static Operation,
    pub(crate) deadline: Duration,
    pub(crate) looks: u32,
    pub(crate) state: Option<String>,
    pub(crate) trouble: Option<Error>,
}

impl<T> Failed<T> {
    /// The state.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The whole value, which may say more.
    pub fn value(&self) -> &Response<T> {
        &self.value
    }

    /// The whole value alone.
    pub fn into_value(self) -> Response<T> {
        *self.value
    }
}

impl Overdue {
    /// How long was waited.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// How often it was looked.
    pub fn looks(&self) -> u32 {
        self.looks
    }

    /// The last state that was seen; `None` where there never was one.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// How the last look failed, where it did.
    pub fn trouble(&self) -> Option<&Error> {
        self.trouble.as_ref()
    }
}

impl<T> fmt::Display for Failed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Operation { provider, id, .. } = self.operation;
        let state = Shown(&self.state);
        write!(f, "{provider} {id}: failed because it ended as `{state}`")
    }
}

impl fmt::Display for Overdue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Operation { provider, id, .. } = self.operation;
        let deadline = self.deadline;
        write!(
            f,
            "{provider} {id}: failed to see it done within {deadline:?}, "
        )?;
        match &self.state {
            Some(state) => write!(f, "it was still `{}`", Shown(state))?,
            None => f.write_str("no state of it was seen")?,
        }
        if self.trouble.is_some() {
            f.write_str(" and could not be read any more")?;
        }
        f.write_str("; wait longer")
    }
}

impl<T> fmt::Display for WaitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failed) => failed.fmt(f),
            Self::Overdue(overdue) => overdue.fmt(f),
            Self::Call(error) => error.fmt(f),
        }
    }
}

// The value may hold what no log should.
impl<T> fmt::Debug for Failed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed")
            .field("provider", &self.operation.provider)
            .field("operation", &self.operation.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Overdue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overdue")
            .field("provider", &self.operation.provider)
            .field("operation", &self.operation.id)
            .field("deadline", &self.deadline)
            .field("looks", &self.looks)
            .field("state", &self.state)
            .field("trouble", &self.trouble)
            .finish()
    }
}

impl<T: fmt::Debug> StdError for WaitError<T> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Failed(_) => None,
            Self::Overdue(overdue) => overdue.trouble().map(|trouble| trouble as _),
            Self::Call(error) => error.source(),
        }
    }
}

impl<T> From<WaitError<T>> for Error {
    fn from(error: WaitError<T>) -> Self {
        // The provider and the operation stand before it already.
        let what = |shown: String| match shown.split_once(": ") {
            Some((_, what)) => what.to_owned(),
            None => shown,
        };
        match error {
            WaitError::Call(error) => error,
            WaitError::Failed(failed) => {
                let what = what(failed.to_string());
                Self::new(failed.operation, Kind::Refused, what, Advice::AdjustRequest)
                    .attempts_made(failed.value.attempts())
            }
            WaitError::Overdue(overdue) => {
                let what = what(overdue.to_string());
                let error = Self::new(overdue.operation, Kind::Timeout, what, Advice::Retry)
                    .attempts_made(overdue.looks);
                match overdue.trouble {
                    Some(trouble) => error.caused_by(trouble),
                    None => error,
                }
            }
        }
    }
}
