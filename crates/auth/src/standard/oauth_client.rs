//! The client of an OAuth 2.0 sign-in, and how it proves who it is (RFC 6749 section 2.3.1).

use bindery_runtime::{Authorizing, Credential, Generation, Requirement, Secret};
use http::{HeaderValue, header::AUTHORIZATION};
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use super::basic;
use crate::{ConnectError, connect::not_empty, placing};

/// An OAuth 2.0 client: the id, and the secret of one that can keep it.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    pub(super) id: String,
    pub(super) proof: Proof,
}

/// How a client proves who it is.
#[derive(Clone, Debug)]
pub(super) enum Proof {
    /// In `Authorization: Basic`, which every token endpoint takes.
    Header(Secret),
    /// In the body of the request.
    Body(Secret),
    /// Not at all: its id stands in the body.
    None,
}

impl OAuthClient {
    /// An id and its secret, which go into `Authorization: Basic`, as every service has to take them.
    pub fn new(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self {
            id: id.into(),
            proof: Proof::Header(secret.into()),
        }
    }

    /// A client that has no secret, such as a program on the user's own machine.
    pub fn public(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            proof: Proof::None,
        }
    }

    /// Sends id and secret in the body, for services that do not take them in the header, or take them there in another
    /// encoding than the standard's.
    pub fn in_body(mut self) -> Self {
        if let Proof::Header(secret) = self.proof {
            self.proof = Proof::Body(secret);
        }
        self
    }

    /// Refuses a client that no service takes.
    pub(super) fn check(&self, provider: &'static str) -> Result<(), ConnectError> {
        not_empty(
            provider,
            "OAuth client's id",
            &Secret::from(self.id.as_str()),
        )?;
        match self.secret() {
            Some(secret) => not_empty(provider, "OAuth client's secret", secret),
            None => Ok(()),
        }
    }

    /// The secret, where there is one.
    pub(super) fn secret(&self) -> Option<&Secret> {
        match &self.proof {
            Proof::Header(secret) | Proof::Body(secret) => Some(secret),
            Proof::None => None,
        }
    }

    /// What puts the client on the requests of a session, where it goes into the header.
    pub(super) fn in_header(&self) -> Option<ClientInHeader> {
        let Proof::Header(secret) = &self.proof else {
            return None;
        };
        // Both are encoded as in a form first, so that neither has a colon.
        let secret = Zeroizing::new(encoded(secret.expose_secret()));
        Some(ClientInHeader(basic::header(&encoded(&self.id), &secret)))
    }
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// The client in `Authorization`, for requests to its own token endpoint and no other.
pub(super) struct ClientInHeader(HeaderValue);

impl Credential for ClientInHeader {
    fn serves(&self, _: &Requirement) -> bool {
        true
    }

    fn describe(&self) -> String {
        "an OAuth client".to_owned()
    }

    fn authorize<'a>(
        &'a self,
        _: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        placing::in_header(request, AUTHORIZATION, &self.0);
        Authorizing::Done(Ok(Generation(1)))
    }
}

impl std::fmt::Debug for ClientInHeader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientInHeader")
    }
}
