//! The body of a failure, as a type.

use serde::de::DeserializeOwned;

/// A type that the body of a failure is read as: any type that serde reads from JSON, and the generated enums of calls
/// whose failures have several bodies. See [`Error::failure`](crate::Error::failure).
pub trait FailureBody: Sized {
    /// Reads `answer`; `None` where it does not fit.
    fn read(answer: &FailureAnswer<'_>) -> Option<Self>;
}

impl<T: DeserializeOwned> FailureBody for T {
    fn read(answer: &FailureAnswer<'_>) -> Option<Self> {
        answer.json()
    }
}

/// What a service answered that did not do what it was asked.
#[derive(Clone, Copy)]
pub struct FailureAnswer<'a> {
    status: u16,
    body: &'a [u8],
}

impl<'a> FailureAnswer<'a> {
    pub(crate) fn new(status: u16, body: &'a [u8]) -> Self {
        Self { status, body }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body, read as JSON; `None` where it does not fit.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(self.body).ok()
    }

    /// The body as text, with `U+FFFD` for what is not UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }

    /// Whether there is no body.
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }
}

// The body may hold what was sent.
impl std::fmt::Debug for FailureAnswer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FailureAnswer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
