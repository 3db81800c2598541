//! API keys, in a header, the query or a cookie.

use std::{fmt, sync::Arc};

use bindery_runtime::{
    Authorizing, Credential, Generation, Placement, Requirement, Scheme, Secret, SessionBuilder,
    add_cookie,
};
use http::{HeaderName, HeaderValue};
use zeroize::Zeroizing;

use super::sign_in::{SignIn, fits};
use crate::{ConnectError, connect::not_empty, placing};

/// A key that goes with every call.
#[derive(Clone)]
pub struct ApiKey {
    scheme: &'static Scheme,
    place: Arc<Place>,
}

/// Where it goes, in the form in which it goes there.
enum Place {
    Header(HeaderName, HeaderValue),
    Query(&'static str, Secret),
    Cookie(HeaderValue),
}

const WHAT: &str = "API key";

impl ApiKey {
    /// `key` for `scheme`, sent as it is: where the provider wants a word before it, that is part of the key.
    ///
    /// # Errors
    ///
    /// When the key is empty, or cannot be sent as it is where the scheme wants it; when the scheme is none of API keys.
    pub fn new(scheme: &'static Scheme, key: impl Into<Secret>) -> Result<Self, ConnectError> {
        let (provider, key) = (scheme.provider, key.into());
        not_empty(provider, WHAT, &key)?;
        let unfit = |fault| ConnectError::Credential {
            provider,
            what: WHAT,
            fault,
        };
        let place = match scheme.placement {
            Placement::Header(name) => {
                let name = HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| unfit("has to go into a header whose name no header can have"))?;
                let text = key.expose_secret();
                if text.trim() != text {
                    return Err(unfit("begins or ends with a blank, which a header loses"));
                }
                let value = placing::header_value(text)
                    .ok_or_else(|| unfit("has characters that no header takes"))?;
                Place::Header(name, value)
            }
            Placement::Query(name) => Place::Query(name, key),
            Placement::Cookie(name) => {
                if !key.expose_secret().bytes().all(is_of_cookie) {
                    return Err(unfit("has characters that no cookie takes"));
                }
                let pair = Zeroizing::new(format!("{name}={}", key.expose_secret()));
                let pair = placing::header_value(&pair).ok_or_else(|| {
                    unfit("has to go into a cookie whose name no cookie can have")
                })?;
                Place::Cookie(pair)
            }
            Placement::Basic => {
                return Err(super::unfit(scheme, WHAT, "a name and a password: `Basic`"));
            }
            _ => return Err(super::unfit(scheme, WHAT, "a token: `Bearer` or `OAuth2`")),
        };
        Ok(Self {
            scheme,
            place: Arc::new(place),
        })
    }
}

/// What the value of a cookie is made of (RFC 6265 section 4.1.1, `cookie-octet`).
fn is_of_cookie(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

impl SignIn for ApiKey {
    fn sign_in(self, session: SessionBuilder) -> Result<SessionBuilder, ConnectError> {
        fits(self.scheme, &session)?;
        Ok(session.credential(self))
    }
}

impl Credential for ApiKey {
    fn serves(&self, requirement: &Requirement) -> bool {
        self.scheme.is(requirement.scheme)
    }

    fn describe(&self) -> String {
        format!("`{}`", self.scheme.name)
    }

    fn authorize<'a>(
        &'a self,
        _: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        match &*self.place {
            Place::Header(name, value) => placing::in_header(request, name.clone(), value),
            Place::Query(name, key) => placing::in_query(request, name, key),
            Place::Cookie(pair) => add_cookie(request.headers_mut(), pair.clone()),
        }
        Authorizing::Done(Ok(Generation(1)))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("provider", &self.scheme.provider)
            .field("scheme", &self.scheme.name)
            .finish_non_exhaustive()
    }
}
