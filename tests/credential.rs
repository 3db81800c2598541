//! Credentials whose secrets a test knows.

use std::sync::atomic::{AtomicU64, Ordering};

use ::http::{HeaderName, HeaderValue, header};
use bindery_runtime::{
    Authorizing, Credential, CredentialError, Generation, Placement, Requirement,
};

/// A fixed secret, put where the scheme says. Serves every scheme and scope unless told otherwise.
#[derive(Debug)]
pub struct Fixed {
    secret: &'static str,
    only: Option<(&'static str, &'static [&'static str])>,
    renewable: bool,
    generation: AtomicU64,
}

impl Fixed {
    /// A credential that serves every call.
    pub fn new(secret: &'static str) -> Self {
        Self {
            secret,
            only: None,
            renewable: false,
            generation: AtomicU64::new(0),
        }
    }

    /// Serves this scheme only, and of its scopes these.
    pub fn only(self, scheme: &'static str, scopes: &'static [&'static str]) -> Self {
        Self {
            only: Some((scheme, scopes)),
            ..self
        }
    }

    /// Has another secret, `SECRET-1`, `SECRET-2` and so on, each time one is refused.
    pub fn renewable(self) -> Self {
        Self {
            renewable: true,
            ..self
        }
    }

    fn secret(&self, generation: u64) -> String {
        match generation {
            0 => self.secret.to_owned(),
            _ => format!("{}-{generation}", self.secret),
        }
    }
}

impl Credential for Fixed {
    fn serves(&self, requirement: &Requirement) -> bool {
        self.only.is_none_or(|(scheme, scopes)| {
            scheme == requirement.scheme.name
                && requirement
                    .scopes
                    .iter()
                    .all(|scope| scopes.contains(scope))
        })
    }

    fn describe(&self) -> String {
        match self.only {
            None => "a credential for everything".to_owned(),
            Some((scheme, [])) => format!("`{scheme}`"),
            Some((scheme, scopes)) => {
                format!("`{scheme}` with the scope `{}`", scopes.join(" "))
            }
        }
    }

    fn authorize<'a>(
        &'a self,
        requirement: &'a Requirement,
        request: &'a mut reqwest::Request,
    ) -> Authorizing<'a> {
        let generation = self.generation.load(Ordering::SeqCst);
        let secret = self.secret(generation);
        let value =
            |text: &str| HeaderValue::from_str(text).expect("a test's secret fits a header");
        let headers = request.headers_mut();
        match requirement.scheme.placement {
            Placement::Bearer => {
                headers.insert(header::AUTHORIZATION, value(&format!("Bearer {secret}")));
            }
            Placement::Header(name) => {
                let name = HeaderName::from_bytes(name.as_bytes()).expect("the spec's name");
                headers.insert(name, value(&secret));
            }
            Placement::Query(name) => {
                request
                    .url_mut()
                    .query_pairs_mut()
                    .append_pair(name, &secret);
            }
            other => panic!("no spec has a scheme that goes to {other:?}"),
        }
        Authorizing::Done(Ok(Generation(generation)))
    }

    fn rejected<'a>(
        &'a self,
        generation: Generation,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<bool, CredentialError>> + Send + 'a>> {
        if self.renewable {
            self.generation.store(generation.0 + 1, Ordering::SeqCst);
        }
        Box::pin(async { Ok(self.renewable) })
    }
}
