//! The standard grants, as the token source wants them.

use bindery_runtime::Secret;

use super::endpoint::{Endpoint, Field, OPERATION, TokenAnswer};
use crate::{
    AuthError, Code, Exchange, Grant, Issued, Lifetime, Refusal, Rejected, Root, Rotation, Scopes,
};

/// What a sign-in starts from.
#[derive(Clone, Debug)]
pub(super) enum Given {
    Client,
    User(String, Secret),
    RefreshToken(Secret),
}

impl Given {
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Client => "client credentials",
            Self::User(..) => "user's password",
            Self::RefreshToken(_) => "refresh token",
        }
    }
}

#[derive(Debug)]
pub(super) struct StandardGrant {
    pub(super) provider: &'static str,
    /// The token endpoint.
    pub(super) issues: Endpoint,
    /// Where it is another, the one for refresh tokens.
    pub(super) renews: Endpoint,
    pub(super) given: Given,
    pub(super) scopes: Scopes,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) rotation: Rotation,
}

impl StandardGrant {
    async fn ask<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        grant_type: &'a str,
        credentials: impl IntoIterator<Item = (&'a str, Field<'a>)>,
        scopes: &'a str,
        judge: fn(Refusal) -> Rejected,
    ) -> Result<Issued, AuthError> {
        let mut fields = vec![("grant_type", Field::Text(grant_type))];
        fields.extend(credentials);
        if !scopes.is_empty() {
            fields.push(("scope", Field::Text(scopes)));
        }
        let parameters = self.parameters.iter();
        fields.extend(parameters.map(|(name, value)| (name.as_str(), Field::Text(value))));
        let answer = endpoint.ask(fields).await;
        let answer = answer.map_err(|error| AuthError::of_call(&error, REMEDY, judge))?;
        self.issued(answer, judge)
    }

    fn issued(
        &self,
        answer: TokenAnswer,
        judge: fn(Refusal) -> Rejected,
    ) -> Result<Issued, AuthError> {
        let Some(access_token) = answer.access_token else {
            let Some(code) = &answer.error else {
                let what = "there is no access token in it";
                return Err(AuthError::malformed(self.provider, what));
            };
            let answer = Refusal {
                status: 200,
                code: Code::known(code),
            };
            return Err(AuthError::Rejected {
                provider: self.provider,
                operation: OPERATION,
                what: judge(answer),
                answer,
                remedy: REMEDY,
            });
        };
        // RFC 6749 section 7.1: a token of a type that one does not know is not used.
        let kind = answer.token_type.as_deref().unwrap_or("bearer");
        if !kind.eq_ignore_ascii_case("bearer") {
            let what = "its token type is none that can be used: it has to be `Bearer`";
            return Err(AuthError::malformed(self.provider, what));
        }
        let lifetime = match answer.expires_in {
            Lifetime::Unknown => Lifetime::of_jwt(access_token.expose_secret()),
            told => told,
        };
        // With client credentials a refresh token is of no use (RFC 6749 section 4.4.3).
        let refresh_token = answer
            .refresh_token
            .filter(|_| !matches!(self.given, Given::Client));
        Ok(Issued::new(access_token, lifetime).refresh_token(refresh_token, Lifetime::Unknown))
    }

    async fn refresh_with(&self, token: &Secret) -> Result<Issued, AuthError> {
        // One that a sign-in brought has the scopes of the sign-in; of one that was given fewer may be wanted.
        let scopes = match self.given {
            Given::RefreshToken(_) => self.scopes.to_string(),
            _ => String::new(),
        };
        let shown = [("refresh_token", Field::Secret(token))];
        self.ask(
            &self.renews,
            "refresh_token",
            shown,
            &scopes,
            refresh_refused,
        )
        .await
    }
}

impl Grant for StandardGrant {
    fn provider(&self) -> &'static str {
        self.provider
    }

    fn root(&self) -> Root {
        match &self.given {
            Given::RefreshToken(token) => Root::RefreshToken(token.clone()),
            _ => Root::Credentials,
        }
    }

    fn rotation(&self) -> Rotation {
        self.rotation
    }

    fn sign_in(&self) -> Exchange<'_> {
        Box::pin(async move {
            let scopes = self.scopes.to_string();
            match &self.given {
                Given::Client => {
                    self.ask(
                        &self.issues,
                        "client_credentials",
                        [],
                        &scopes,
                        client_refused,
                    )
                    .await
                }
                Given::User(user, password) => {
                    let credentials = [
                        ("username", Field::Text(user)),
                        ("password", Field::Secret(password)),
                    ];
                    self.ask(&self.issues, "password", credentials, &scopes, user_refused)
                        .await
                }
                Given::RefreshToken(token) => self.refresh_with(token).await,
            }
        })
    }

    fn refresh<'a>(&'a self, refresh_token: &'a Secret) -> Exchange<'a> {
        Box::pin(self.refresh_with(refresh_token))
    }
}

const REMEDY: &str = "check the credentials, the OAuth client and the scopes, and connect anew";

fn client_refused(answer: Refusal) -> Rejected {
    refused(answer, Rejected::Client)
}

fn user_refused(answer: Refusal) -> Rejected {
    refused(answer, Rejected::Credentials)
}

fn refresh_refused(answer: Refusal) -> Rejected {
    refused(answer, Rejected::RefreshToken)
}

/// What a refusal is about (RFC 6749 section 5.2), where what was shown is a `shown`. A 400, 401 or 403 without a word of
/// the standard is about that too: it is not shown again, since the next try may lock an account.
fn refused(answer: Refusal, shown: Rejected) -> Rejected {
    let says = |code| answer.says(code);
    if says("invalid_client") || says("unauthorized_client") {
        Rejected::Client
    } else if says("invalid_scope") {
        Rejected::Scopes
    } else if says("invalid_request") || says("unsupported_grant_type") || says("invalid_target") {
        Rejected::Request
    } else if says("invalid_grant") || matches!(answer.status, 200..=299 | 400 | 401 | 403) {
        shown
    } else {
        Rejected::Request
    }
}
