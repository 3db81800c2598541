//! What a call to a mock is authorised with.

use std::pin::Pin;

use http::{HeaderName, HeaderValue, header};

use crate::{Authorizing, Credential, CredentialError, Generation, Placement, Requirement};

/// The text of every credential. It looks like nothing that a message could hold, for it is taken out of messages.
const TEXT: &str = "YmluZGVyeS1tb2Nr";

/// A credential for every scheme and scope, which is what it is and cannot be renewed.
#[derive(Debug)]
pub(super) struct Everything;

impl Credential for Everything {
    fn serves(&self, _: &Requirement) -> bool {
        true
    }

    fn describe(&self) -> String {
        "the credential of a mock".to_owned()
    }

    fn authorize<'a>(
        &'a self,
        requirement: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        let headers = request.headers_mut();
        let mut put = |name: HeaderName, prefix: &str| {
            if let Ok(value) = HeaderValue::from_str(&format!("{prefix}{TEXT}")) {
                headers.append(name, value);
            }
        };
        match requirement.scheme.placement {
            Placement::Bearer => put(header::AUTHORIZATION, "Bearer "),
            Placement::Basic => put(header::AUTHORIZATION, "Basic "),
            Placement::Cookie(name) => put(header::COOKIE, &format!("{name}=")),
            Placement::Header(name) => {
                // A name that is none was refused when the table was made.
                if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                    put(name, "");
                }
            }
            Placement::Query(name) => {
                request.url_mut().query_pairs_mut().append_pair(name, TEXT);
            }
        }
        Authorizing::Done(Ok(Generation::default()))
    }

    fn rejected<'a>(
        &'a self,
        _: Generation,
    ) -> Pin<Box<dyn Future<Output = Result<bool, CredentialError>> + Send + 'a>> {
        Box::pin(async { Ok(false) })
    }
}
