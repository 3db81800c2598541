//! A token endpoint (RFC 6749 section 3.2): one URL, and what is asked there.

use bindery_runtime::{
    BaseUrl, Error, Evidence, Failure, Idempotency, Operation, Placement, Places, Requirement,
    Scheme, Secret, Server, Session, SessionBuilder, Target, UntypedCall,
};
use http::Method;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use url::Url;

use super::oauth_client::{OAuthClient, Proof};
use crate::{ConnectError, Lifetime, token_session};

/// What errors and traces call a request for a token.
pub(super) const OPERATION: &str = "token";

/// The host is in the target.
static SERVER: Server = Server::new(&[], None);
static CLIENT: Scheme = Scheme::new("", "client", Placement::Basic);
static BY_CLIENT: &[&[Requirement]] = &[&[Requirement::new(&CLIENT, &[])]];
/// RFC 6749 section 5.2. What it says in words is not kept: it may repeat what was sent.
static PLACES: Places = Places {
    code: &["/error"],
    message: &[],
    details: &[],
    request_id: &[],
};
static FAILURES: &[Failure] = &[Failure::new(400, 599, &PLACES)];

/// Where tokens are asked for, and by which client.
#[derive(Debug)]
pub(super) struct Endpoint {
    session: Session,
    operation: Operation,
    path: String,
    query: Vec<(String, String)>,
    client: Option<OAuthClient>,
}

/// The value of a form's field.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Field<'a> {
    Text(&'a str),
    Secret(&'a Secret),
}

/// The answer to a request for a token (RFC 6749 sections 5.1 and 5.2).
#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    pub(super) access_token: Option<Secret>,
    pub(super) token_type: Option<String>,
    #[serde(default = "unknown", deserialize_with = "seconds")]
    pub(super) expires_in: Lifetime,
    pub(super) refresh_token: Option<Secret>,
    /// Some services refuse in an HTTP 200.
    pub(super) error: Option<String>,
}

fn unknown() -> Lifetime {
    Lifetime::Unknown
}

/// A number of seconds, which some services write as a text. Whatever else it is says nothing.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lifetime, D::Error> {
    let seconds = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    // The conversion ends at the ends of `i64`.
    Ok(seconds
        .filter(|seconds: &f64| seconds.is_finite())
        .map_or(Lifetime::Unknown, |seconds| {
            Lifetime::Seconds(seconds as i64)
        }))
}

impl Endpoint {
    /// The endpoint at `url`, through the network of `session`.
    pub(super) fn new(
        provider: &'static str,
        url: &Url,
        client: Option<OAuthClient>,
        session: &SessionBuilder,
    ) -> Result<Self, ConnectError> {
        // Whether it may be plain http was asked before.
        let base = BaseUrl::plain_http(&url.origin().ascii_serialization());
        let base = base.map_err(|_| ConnectError::TokenUrl {
            provider,
            scheme: "oauth2",
            fault: "it has no host",
        })?;
        let mut session =
            token_session::for_sign_in(session.beside_at(Target::custom(provider, base)));
        let mut operation = Operation::new(
            provider,
            OPERATION,
            Method::POST,
            "",
            &SERVER,
            Idempotency::Never,
            Evidence::Documented,
        )
        .failures(FAILURES);
        if let Some(client) = client.as_ref().and_then(OAuthClient::in_header) {
            session = session.credential(client);
            operation = operation.security(BY_CLIENT);
        }
        Ok(Self {
            session: session.build()?,
            operation,
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            client,
        })
    }

    /// Another one on the same host.
    pub(super) fn with_path_of(&self, url: &Url) -> Self {
        Self {
            session: self.session.clone(),
            operation: self.operation.clone(),
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            client: self.client.clone(),
        }
    }

    /// Asks for a token with these fields, and those that tell the client.
    pub(super) async fn ask<'a>(
        &'a self,
        mut fields: Vec<(&'a str, Field<'a>)>,
    ) -> Result<TokenAnswer, Error> {
        if let Some(client) = &self.client {
            if !matches!(client.proof, Proof::Header(_)) {
                fields.push(("client_id", Field::Text(&client.id)));
            }
            if let Proof::Body(secret) = &client.proof {
                fields.push(("client_secret", Field::Secret(secret)));
            }
        }
        let mut call = UntypedCall::new(&self.session, self.operation.clone(), &self.path);
        for (name, value) in &self.query {
            call = call.query(name, value);
        }
        Ok(call.form(&fields).send::<TokenAnswer>().await?.into_inner())
    }
}
