//! One access token, ready to be put on a request.

use std::sync::atomic::{AtomicBool, Ordering};

use bindery_runtime::{Generation, Placement, Secret};
use http::{HeaderValue, header::AUTHORIZATION};
use zeroize::Zeroizing;

use crate::{AuthError, clock::Moment, lifetime::Schedule, placing};

/// The text of a token in every form a request takes it. The header is made once, so that a request costs no
/// allocation; it is marked sensitive, which keeps it out of `Debug` and of HTTP/2's header table.
///
/// The secret is wiped when it is dropped. The header is not: its type has no such thing.
pub(crate) struct TokenText {
    secret: Secret,
    header: HeaderValue,
}

impl TokenText {
    /// `None` where the text is empty or has characters that no header takes.
    pub(crate) fn new(secret: Secret) -> Option<Self> {
        if secret.is_empty() {
            return None;
        }
        let text = Zeroizing::new(format!("Bearer {}", secret.expose_secret()));
        let header = placing::header_value(&text)?;
        Some(Self { secret, header })
    }

    /// Whether this is the text of the token.
    pub(crate) fn is(&self, secret: &Secret) -> bool {
        self.secret.expose_secret() == secret.expose_secret()
    }

    /// Whether a token goes to such a place at all.
    pub(crate) fn fits(placement: Placement) -> bool {
        matches!(placement, Placement::Bearer | Placement::Query(_))
    }

    /// Puts the token on `request`.
    pub(crate) fn place(
        &self,
        provider: &'static str,
        placement: Placement,
        request: &mut reqwest::Request,
    ) -> Result<(), AuthError> {
        match placement {
            Placement::Bearer => placing::in_header(request, AUTHORIZATION, &self.header),
            Placement::Query(name) => placing::in_query(request, name, &self.secret),
            _ => {
                return Err(AuthError::Unfit {
                    provider,
                    why: "an access token goes in `Authorization` or in the query",
                });
            }
        }
        Ok(())
    }
}

/// An access token that a grant issued.
pub(crate) struct Token {
    pub(crate) generation: Generation,
    pub(crate) text: TokenText,
    schedule: Schedule,
    /// The service answered it with a 401.
    refused: AtomicBool,
}

impl Token {
    pub(crate) fn new(generation: Generation, text: TokenText, schedule: Schedule) -> Self {
        Self {
            generation,
            text,
            schedule,
            refused: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_usable(&self, now: Moment) -> bool {
        !self.refused.load(Ordering::Acquire) && !self.schedule.usable_until.has_passed(now)
    }

    pub(crate) fn is_due(&self, now: Moment) -> bool {
        self.schedule.renew_at.has_passed(now)
    }

    pub(crate) fn refuse(&self) {
        self.refused.store(true, Ordering::Release);
    }

    pub(crate) fn is_refused(&self) -> bool {
        self.refused.load(Ordering::Acquire)
    }
}
