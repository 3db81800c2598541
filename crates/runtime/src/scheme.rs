//! What the spec says of credentials: which there are, where on a request each goes, and where tokens come from.

use url::Url;

use crate::{Server, Target};

/// A credential that a call takes, with the OAuth scopes it needs.
#[derive(Debug)]
pub struct Requirement {
    /// The security scheme.
    pub scheme: &'static Scheme,
    /// The scopes (RFC 6749 section 3.3) that all have to be granted.
    pub scopes: &'static [&'static str],
}

impl Requirement {
    /// This scheme, with these scopes.
    pub const fn new(scheme: &'static Scheme, scopes: &'static [&'static str]) -> Self {
        Self { scheme, scopes }
    }
}

/// A security scheme of the spec.
#[derive(Debug)]
#[non_exhaustive]
pub struct Scheme {
    /// The provider, as its spec file is called: a credential made for this scheme is for no other provider's scheme of
    /// the same name.
    pub provider: &'static str,
    /// Its name under `components/securitySchemes`.
    pub name: &'static str,
    /// Where on a request its credential goes.
    pub placement: Placement,
    /// The OAuth 2.0 flows that get its tokens; none where it is no OAuth 2.0.
    pub flows: &'static [Flow],
}

impl Scheme {
    /// A scheme without flows.
    pub const fn new(provider: &'static str, name: &'static str, placement: Placement) -> Self {
        Self {
            provider,
            name,
            placement,
            flows: &[],
        }
    }

    /// With these OAuth 2.0 flows.
    pub const fn flows(mut self, flows: &'static [Flow]) -> Self {
        self.flows = flows;
        self
    }

    /// Its flow of this kind.
    pub fn flow(&self, kind: FlowKind) -> Option<&'static Flow> {
        self.flows.iter().find(|flow| flow.kind == kind)
    }

    /// Whether this is that scheme: the same name at the same provider.
    pub fn is(&self, other: &Self) -> bool {
        self.name == other.name && self.provider == other.provider
    }
}

/// Where on a request a credential goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Placement {
    /// `Authorization: Bearer …` (RFC 6750 section 2.1). Also the place of every OAuth 2.0 access token.
    Bearer,
    /// `Authorization: Basic …` (RFC 7617).
    Basic,
    /// A header of this name.
    Header(&'static str),
    /// A query parameter of this name.
    Query(&'static str),
    /// A cookie of this name.
    Cookie(&'static str),
}

/// An OAuth 2.0 flow of a scheme (OpenAPI's OAuth Flow Object).
#[derive(Debug)]
#[non_exhaustive]
pub struct Flow {
    /// Which one.
    pub kind: FlowKind,
    /// Where tokens are issued (RFC 6749 section 3.2).
    pub token_url: Option<TokenUrl>,
    /// Where they are renewed, if not at the token URL.
    pub refresh_url: Option<TokenUrl>,
    /// Where a person grants access with a browser (RFC 6749 section 3.1).
    pub authorization_url: Option<&'static str>,
    /// The scopes there are, each with what the spec says of it.
    pub scopes: &'static [(&'static str, &'static str)],
}

impl Flow {
    /// A flow with these scopes, and without URLs.
    pub const fn new(kind: FlowKind, scopes: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            kind,
            token_url: None,
            refresh_url: None,
            authorization_url: None,
            scopes,
        }
    }

    /// Whose tokens are issued at this URL.
    pub const fn token_url(mut self, url: TokenUrl) -> Self {
        self.token_url = Some(url);
        self
    }

    /// Whose tokens are renewed at this URL.
    pub const fn refresh_url(mut self, url: TokenUrl) -> Self {
        self.refresh_url = Some(url);
        self
    }

    /// That starts at this URL, in a browser.
    pub const fn authorization_url(mut self, url: &'static str) -> Self {
        self.authorization_url = Some(url);
        self
    }
}

/// How an OAuth 2.0 flow begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlowKind {
    /// With a browser, and a code that it brings back (RFC 6749 section 4.1).
    AuthorizationCode,
    /// With the client's own credentials (RFC 6749 section 4.4).
    ClientCredentials,
    /// With a browser, which brings back the token itself (RFC 6749 section 4.2).
    Implicit,
    /// With the name and the password of a user (RFC 6749 section 4.3).
    Password,
}

/// Where an OAuth 2.0 flow gets its tokens.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum TokenUrl {
    /// At this path of one of the provider's own hosts: another one in each environment, and where the caller gave a base
    /// URL, that one's.
    OnServer(&'static Server, &'static str),
    /// At this URL, whatever the environment.
    Elsewhere(&'static str),
}

impl TokenUrl {
    /// The URL in the environment of `target`; `None` where it has none there.
    pub fn locate(&self, target: &Target) -> Option<Url> {
        match self {
            Self::Elsewhere(url) => Url::parse(url).ok(),
            Self::OnServer(server, path) => {
                let (path, query) = match path.split_once('?') {
                    Some((path, query)) => (path, Some(query)),
                    None => (*path, None),
                };
                let mut url = server.base(target)?.below(path)?;
                url.set_query(query);
                Some(url)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BaseUrl;

    static SERVER: Server = Server::new(
        &[
            ("live", "https://api.example.com/v1"),
            ("sandbox", "https://sandbox.example.com/v1"),
        ],
        None,
    );
    static ROOT: Server = Server::new(&[("live", "https://api.example.com")], Some(""));

    fn located(url: TokenUrl, target: Target) -> Option<String> {
        url.locate(&target).map(String::from)
    }

    #[test]
    fn a_token_url_on_a_host_of_the_provider_goes_with_the_environment() {
        let url = TokenUrl::OnServer(&SERVER, "/token/?tenant=1");
        let custom = BaseUrl::plain_http("http://127.0.0.1:8080/base").expect("a URL");
        for (target, expected) in [
            (
                Target::named("test", "live"),
                Some("https://api.example.com/v1/token/?tenant=1"),
            ),
            (
                Target::named("test", "sandbox"),
                Some("https://sandbox.example.com/v1/token/?tenant=1"),
            ),
            (Target::named("test", "other"), None),
            (
                Target::custom("test", custom.clone()),
                Some("http://127.0.0.1:8080/base/token/?tenant=1"),
            ),
        ] {
            assert_eq!(located(url, target).as_deref(), expected);
        }
        let url = TokenUrl::OnServer(&ROOT, "/token");
        let at_root = located(url, Target::custom("test", custom));
        assert_eq!(at_root.as_deref(), Some("http://127.0.0.1:8080/token"));
    }

    #[test]
    fn a_token_url_elsewhere_stays_whatever_the_environment() {
        let url = TokenUrl::Elsewhere("https://login.example.net/token");
        let custom = BaseUrl::plain_http("http://127.0.0.1:8080/base").expect("a URL");
        for target in [
            Target::named("test", "live"),
            Target::custom("test", custom),
        ] {
            assert_eq!(
                located(url, target).as_deref(),
                Some("https://login.example.net/token")
            );
        }
    }
}
