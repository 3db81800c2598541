//! What a flight does, step by step: refresh or sign in, keep the refresh token, check the access token.
//!
//! Each step ends before the next begins, and nobody is served a token before the last one has ended. The refresh token
//! comes first, because the one before may be spent: it is kept even if the rest of the answer is no good.

use std::{future::Future, time::Duration};

use crate::{
    AuthError, Issued, Outage, Rejected, Root,
    clock::Moment,
    lifetime::Schedule,
    source::{RefreshToken, Slot},
    token::TokenText,
};

/// The longest one exchange may take. The sessions of the providers end theirs before.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(20);

/// What a flight brings home.
pub(crate) struct Landed {
    pub(crate) text: TokenText,
    pub(crate) schedule: Schedule,
}

/// What was issued and when it was asked for.
struct Exchanged {
    issued: Issued,
    asked: Moment,
}

impl Slot {
    pub(crate) async fn fly(&self) -> Result<Landed, AuthError> {
        let mut exchanged = self.exchange().await?;
        self.keep_refresh_token(&mut exchanged);
        self.examine(exchanged)
    }

    /// Refreshes where there is a refresh token, and signs in where there is none or it is refused.
    async fn exchange(&self) -> Result<Exchanged, AuthError> {
        let can_sign_in = matches!(self.grant.root(), Root::Credentials);
        if let Some(held) = self.refresh_token() {
            let asked = Moment::now(&*self.clock);
            let lapsed = held.lapses.is_some_and(|lapses| lapses.has_passed(asked));
            if !(lapsed && can_sign_in) {
                match self.within(self.grant.refresh(&held.secret)).await {
                    Ok(issued) => return Ok(Exchanged { issued, asked }),
                    Err(AuthError::Rejected {
                        what: Rejected::RefreshToken,
                        ..
                    }) if can_sign_in => {
                        // Refused for good: it is never shown again.
                        self.set_refresh_token(None);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        let asked = Moment::now(&*self.clock);
        let issued = self.within(self.grant.sign_in()).await?;
        Ok(Exchanged { issued, asked })
    }

    /// Puts a new refresh token in the place of the one before, which stays where none came.
    fn keep_refresh_token(&self, exchanged: &mut Exchanged) {
        let issued = &mut exchanged.issued;
        if let Some(secret) = issued
            .refresh_token
            .take()
            .filter(|secret| !secret.is_empty())
        {
            let life = issued.refresh_lifetime.bounded();
            let lapses = life.map(|life| exchanged.asked.plus(life));
            self.set_refresh_token(Some(RefreshToken { secret, lapses }));
        }
    }

    /// Refuses a token that no request could carry, and works out when to renew it.
    fn examine(&self, exchanged: Exchanged) -> Result<Landed, AuthError> {
        let Exchanged { issued, asked } = exchanged;
        let received = Moment::now(&*self.clock);
        let text = TokenText::new(issued.access_token).ok_or_else(|| {
            let what = "the access token is empty, or not fit for a header";
            AuthError::malformed(self.grant.provider(), what)
        })?;
        let schedule = Schedule::new(issued.lifetime, asked, received, self.spread);
        Ok(Landed { text, schedule })
    }

    async fn within(
        &self,
        exchange: impl Future<Output = Result<Issued, AuthError>>,
    ) -> Result<Issued, AuthError> {
        tokio::time::timeout(LONGEST_EXCHANGE, exchange)
            .await
            .unwrap_or_else(|_| {
                let what = format!(
                    "{}: failed to get an access token within {} s; call again later",
                    self.grant.provider(),
                    LONGEST_EXCHANGE.as_secs()
                );
                Err(AuthError::Unavailable {
                    what,
                    why: Outage::Timeout,
                    retry_after: None,
                })
            })
    }
}
