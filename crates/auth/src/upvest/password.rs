//! The sign-in of a user: the resource owner password grant (RFC 6749 section 4.3).
//!
//! RFC 9700 section 2.4 advises against this grant, but the service has no other. The password stays in memory, since
//! nothing else renews a token for sure.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use bindery_runtime::Secret;
use bindery_upvest::{
    Client,
    types::{GrantType, TokenRequest, TokenResponse},
};

use super::{PROVIDER, tenant::OAuthClient};
use crate::{
    AuthError, Exchange, Grant, Issued, Lifetime, Refusal, Rejected, Root, Rotation, Scopes,
};

/// Whether the service was found to redeem no refresh tokens. It issues them, but no official client redeems one, so a
/// tenant's users share what one of them found out.
pub(super) type NoRefresh = Arc<AtomicBool>;

#[derive(Debug)]
pub(super) struct PasswordGrant {
    pub(super) client: Client,
    pub(super) oauth_client: OAuthClient,
    pub(super) username: String,
    pub(super) password: Secret,
    pub(super) scopes: Scopes,
    pub(super) no_refresh: NoRefresh,
}

impl PasswordGrant {
    fn request(&self, grant_type: GrantType) -> TokenRequest {
        TokenRequest::new(
            grant_type,
            self.oauth_client.id.as_str(),
            self.oauth_client.secret.clone(),
        )
    }

    fn issued(&self, answer: TokenResponse) -> Issued {
        let lifetime = answer
            .expires_in
            .map_or(Lifetime::Unknown, Lifetime::Seconds);
        let refresh_token = answer
            .refresh_token
            .filter(|_| !self.no_refresh.load(Ordering::Relaxed));
        Issued::new(answer.access_token, lifetime).refresh_token(refresh_token, Lifetime::Unknown)
    }
}

impl Grant for PasswordGrant {
    fn provider(&self) -> &'static str {
        PROVIDER
    }

    fn root(&self) -> Root {
        Root::Credentials
    }

    /// No page says so; this is what costs least if it is so.
    fn rotation(&self) -> Rotation {
        Rotation::OnUse { grace: None }
    }

    fn sign_in(&self) -> Exchange<'_> {
        Box::pin(async {
            let mut request = self
                .request(GrantType::Password)
                .username(self.username.as_str())
                .password(self.password.clone());
            if !self.scopes.is_empty() {
                request = request.scope(self.scopes.to_string());
            }
            let answer = self.client.oauth2_token(request).send().await;
            Ok(self.issued(
                answer
                    .map_err(|error| AuthError::of_call(&error, REMEDY, refused))?
                    .into_inner(),
            ))
        })
    }

    fn refresh<'a>(&'a self, refresh_token: &'a Secret) -> Exchange<'a> {
        Box::pin(async {
            let request = self
                .request(GrantType::RefreshToken)
                .refresh_token(refresh_token.clone());
            let answer = self.client.oauth2_token(request).send().await;
            let judge = |answer: Refusal| {
                // Anything but "this token is no good" means that none will be.
                if !answer.says("invalid_grant") {
                    self.no_refresh.store(true, Ordering::Relaxed);
                }
                // Whatever the refusal says, the password mends it.
                Rejected::RefreshToken
            };
            Ok(self.issued(
                answer
                    .map_err(|error| AuthError::of_call(&error, REMEDY, judge))?
                    .into_inner(),
            ))
        })
    }
}

const REMEDY: &str =
    "check the user's name and password, the OAuth client and the scopes, and make the client anew";

/// A wrong name or password is a 401 with `invalid_grant`, a form without them a 400 with `invalid_request` (the
/// vendor's own test suite).
fn refused(answer: Refusal) -> Rejected {
    match answer.status {
        _ if answer.says("invalid_client") || answer.says("unauthorized_client") => {
            Rejected::Client
        }
        _ if answer.says("invalid_scope") => Rejected::Scopes,
        _ if answer.says("invalid_grant") => Rejected::Credentials,
        401 | 403 => Rejected::Credentials,
        _ => Rejected::Request,
    }
}
