//! What a credential makes of a refusal.

use http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::{Credential, Error, Generation, error::Answer, send::Prepared};

/// A credential that finds out, from what was sent and what was answered, why the service refused it: a signature that
/// was made by a clock that is wrong, or over other bytes than arrived. See [`Credential::diagnose`].
///
/// Asked after an HTTP 401 or 403, which tells that the request was not carried out.
pub trait Diagnose {
    /// Puts right what the answer shows to be wrong with how `generation` authorised the request. Answers whether the
    /// request, authorised anew, is worth one more attempt; also where others put it right meanwhile.
    fn learn(&self, generation: Generation, refusal: &RefusedRequest<'_>) -> bool;

    /// Says in words why the service refused, for the message of an error: no sentence of its own, no full stop, and no
    /// secret. Asked once, when the refusal is final.
    fn explain(&self, refusal: &RefusedRequest<'_>) -> Option<String>;
}

/// A request that the service refused with an HTTP 401 or 403, and its answer.
pub struct RefusedRequest<'a> {
    prepared: &'a Prepared<'a>,
    sent: &'a Sent,
    answer: &'a Answer,
    error: &'a Error,
}

impl RefusedRequest<'_> {
    /// The method of the request.
    pub fn method(&self) -> &Method {
        &self.prepared.method
    }

    /// The URL of the request as it was sent. Its query may hold a secret.
    pub fn url(&self) -> &Url {
        &self.sent.url
    }

    /// The headers of the request as it was sent, the credential's own among them.
    pub fn headers(&self) -> &HeaderMap {
        &self.sent.headers
    }

    /// The body of the request. It may hold secrets.
    pub fn body(&self) -> &[u8] {
        &self.prepared.body
    }

    /// The status of the answer: 401 or 403.
    pub fn status(&self) -> StatusCode {
        self.answer.status
    }

    /// The headers of the answer.
    pub fn answer_headers(&self) -> &HeaderMap {
        &self.answer.headers
    }

    /// The body of the answer. It may repeat what was sent.
    pub fn answer_body(&self) -> &[u8] {
        &self.answer.body
    }

    /// The single faults that the answer names, as [`Error::details`] has them.
    pub fn details<T: DeserializeOwned>(&self) -> Vec<T> {
        self.error.details()
    }
}

// Headers and bodies hold secrets.
impl std::fmt::Debug for RefusedRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RefusedRequest")
            .field("status", &self.answer.status)
            .finish_non_exhaustive()
    }
}

/// What is kept of a request once it is on its way, for a credential that diagnoses refusals.
pub(crate) struct Sent {
    url: Url,
    headers: HeaderMap,
}

impl Sent {
    /// What to keep of `request`: nothing where none of `credentials` would look at it.
    pub(crate) fn keep<'a>(
        request: &reqwest::Request,
        mut credentials: impl Iterator<Item = &'a dyn Credential>,
    ) -> Option<Self> {
        credentials
            .any(|credential| credential.diagnose().is_some())
            .then(|| Self {
                url: request.url().clone(),
                headers: request.headers().clone(),
            })
    }

    /// The refusal that `error` is, where it is one that credentials are asked about.
    pub(crate) fn refused<'a>(
        &'a self,
        prepared: &'a Prepared<'a>,
        error: &'a Error,
    ) -> Option<RefusedRequest<'a>> {
        let answer = error.answer()?;
        let asked = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&answer.status);
        asked.then_some(RefusedRequest {
            prepared,
            sent: self,
            answer,
            error,
        })
    }
}
