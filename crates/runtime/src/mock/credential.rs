//! What a call to a mock is authorised with.

use http::{HeaderName, HeaderValue, header::AUTHORIZATION};

use crate::{Authorizing, Credential, Generation, Placement, Requirement, add_cookie};

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
            if let Some(value) = behind(prefix) {
                headers.insert(name, value);
            }
        };
        match requirement.scheme.placement {
            Placement::Bearer => put(AUTHORIZATION, "Bearer "),
            Placement::Basic => put(AUTHORIZATION, "Basic "),
            Placement::Cookie(name) => {
                if let Some(pair) = behind(&format!("{name}=")) {
                    add_cookie(headers, pair);
                }
            }
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
}

/// The text, with what has to stand before it.
fn behind(prefix: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{prefix}{TEXT}")).ok()
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;
    use crate::Scheme;

    static KEY: Scheme = Scheme::new("test", "key", Placement::Cookie("sid"));

    #[test]
    fn a_key_in_a_cookie_goes_beside_those_of_the_call() {
        let url = "https://h.example/".parse().expect("a URL");
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        add_cookie(
            request.headers_mut(),
            HeaderValue::from_static("theme=dark"),
        );
        let requirement = Requirement::new(&KEY, &[]);
        drop(Everything.authorize(&requirement, &mut request));
        let all: Vec<_> = request.headers().get_all(COOKIE).iter().collect();
        assert_eq!(all, [&*format!("theme=dark; sid={TEXT}")]);
    }
}
