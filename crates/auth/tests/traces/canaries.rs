//! Secrets that are searched for.

use std::{
    error::Error as _,
    fmt::{Debug, Display, Write as _},
    hash::{BuildHasher, RandomState},
    panic::{self, AssertUnwindSafe},
};

use bindery_auth::AuthError;
use bindery_runtime::{CredentialError, Error};

use crate::scribe::LAST_WORDS;

/// Secrets that are like nothing else, and others in each run.
pub(crate) struct Canaries {
    /// In place of a token that is issued, one that was there before, and a password, key or secret.
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) root: String,
    pub(crate) password: String,
}

impl Canaries {
    pub(crate) fn new() -> Self {
        let one = || {
            let random = || RandomState::new().hash_one(()) | 1 << 63;
            format!("{:X}g{:x}", random(), random())
        };
        Self {
            access: one(),
            refresh: one(),
            root: one(),
            password: one(),
        }
    }

    pub(crate) fn all(&self) -> [&str; 4] {
        [&self.access, &self.refresh, &self.root, &self.password]
    }

    /// Eight characters of a secret in a row are too many.
    #[track_caller]
    pub(crate) fn assert_none_in(&self, text: &str) {
        for secret in self.all() {
            for at in 0..=secret.len() - 8 {
                let piece = &secret[at..at + 8];
                if let Some(at) = text.find(piece) {
                    let line = text[..at].rfind('\n').map_or(0, |start| start + 1);
                    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
                    panic!("`{piece}` stands in: {}", &text[line..end]);
                }
            }
        }
    }

    /// Prints an error in all ways there are, with its causes, and lets it end a thread.
    #[track_caller]
    pub(crate) fn assert_none_in_error(&self, error: &Error) {
        let mut text = format!(
            "{} {:?} {:?} {:?}",
            printed(error),
            error.code(),
            error.message(),
            error.request_id()
        );
        let mut cause = error.source();
        while let Some(next) = cause {
            text += &printed(next);
            if let Some(error) = next.downcast_ref::<AuthError>() {
                text += &printed(error);
                let _ = write!(text, " {:#?}", CredentialError::from(error.clone()));
            }
            cause = next.source();
        }
        self.assert_none_in(&text);
        // As `unwrap` and `expect` do.
        let unwound: std::thread::Result<()> =
            panic::catch_unwind(AssertUnwindSafe(|| panic!("{LAST_WORDS}: {error:?}")));
        unwound.expect_err("it panics");
    }
}

fn printed<T: Debug + Display + ?Sized>(value: &T) -> String {
    format!(" {value} {value:#} {value:?} {value:#?}")
}
