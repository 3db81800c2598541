//! Where a service runs, and what a caller may put in its place.

use url::{Origin, Url};

/// The base URL of a service, checked: `https`, or `http` where the caller said so; no query, fragment or user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads an `https` URL.
    ///
    /// # Errors
    ///
    /// When `text` is no absolute URL, has a query, fragment, user or password, or is not `https`.
    pub fn https(text: &str) -> Result<Self, InvalidBaseUrl> {
        let url = Self::read(text)?;
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" => Err(InvalidBaseUrl::PlainHttp),
            _ => Err(InvalidBaseUrl::Scheme),
        }
    }

    /// Reads an `https` or `http` URL. Over plain `http` everyone on the way reads the credentials: this is for a
    /// gateway that offers nothing else, and for tests.
    ///
    /// # Errors
    ///
    /// As [`BaseUrl::https`], except that `http` is taken too.
    pub fn plain_http(text: &str) -> Result<Self, InvalidBaseUrl> {
        let url = Self::read(text)?;
        match url.scheme() {
            "https" | "http" => Ok(Self(url)),
            _ => Err(InvalidBaseUrl::Scheme),
        }
    }

    fn read(text: &str) -> Result<Url, InvalidBaseUrl> {
        let url = Url::parse(text).map_err(InvalidBaseUrl::Url)?;
        if url.cannot_be_a_base() || !url.has_host() {
            return Err(InvalidBaseUrl::Scheme);
        }
        let bare = url.username().is_empty() && url.password().is_none();
        if !bare || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidBaseUrl::Parts);
        }
        Ok(url)
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> Origin {
        self.0.origin()
    }

    /// The URL as text, without a slash at the end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The same origin with another path.
    pub(crate) fn with_path(&self, path: &str) -> Self {
        let mut url = self.0.clone();
        url.set_path(path);
        Self(url)
    }

    /// The URL of `path`, which starts with a slash, below this one; `None` where a URL makes something else of it, for
    /// credentials go nowhere else. Host and port were read when this was made, and are not read again.
    pub(crate) fn below(&self, path: &str) -> Option<Url> {
        let base = self.0.path().trim_end_matches('/');
        let mut url = self.0.clone();
        if base.is_empty() {
            url.set_path(path);
        } else {
            url.set_path(&[base, path].concat());
        }
        let rest = url.path().strip_prefix(base)?;
        rest.starts_with('/').then_some(url)
    }
}

/// Why a text is no [`BaseUrl`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBaseUrl {
    /// It is no absolute URL.
    #[error(
        "failed to read the base URL: {0}; write it in full, such as `https://example.com/api`"
    )]
    Url(url::ParseError),
    /// It is neither `https` nor `http`.
    #[error("failed to read the base URL: it is neither https nor http")]
    Scheme,
    /// It is `http`, which has to be allowed.
    #[error(
        "failed to accept the base URL: plain http shows credentials to everyone on the way; use https, or allow plain \
         http for this address explicitly"
    )]
    PlainHttp,
    /// It has a part that no base URL has.
    #[error("failed to read the base URL: it has a user, a query or a fragment; leave those out")]
    Parts,
}

/// The environment a session talks to. Made from the `Environment` of a provider crate.
#[derive(Clone, Debug)]
pub struct Target {
    provider: &'static str,
    place: Place,
}

#[derive(Clone, Debug)]
pub(crate) enum Place {
    Named(&'static str),
    Custom(BaseUrl),
}

impl Target {
    /// An environment that the provider's spec names.
    pub const fn named(provider: &'static str, environment: &'static str) -> Self {
        Self {
            provider,
            place: Place::Named(environment),
        }
    }

    /// A base URL of the caller's own. It stands for every server of the provider: a call that the spec places on
    /// another host goes to the same origin, at that other host's own path.
    pub const fn custom(provider: &'static str, base: BaseUrl) -> Self {
        Self {
            provider,
            place: Place::Custom(base),
        }
    }

    /// The provider, as its spec file is called.
    pub fn provider(&self) -> &'static str {
        self.provider
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The name of the environment, for messages.
    pub(crate) fn environment(&self) -> &'static str {
        match self.place {
            Place::Named(name) => name,
            Place::Custom(_) => "custom",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_has_to_be_allowed() {
        assert_eq!(
            BaseUrl::https("http://127.0.0.1:1/x"),
            Err(InvalidBaseUrl::PlainHttp)
        );
        assert_eq!(
            BaseUrl::plain_http("http://127.0.0.1:1/x/")
                .expect("allowed")
                .as_str(),
            "http://127.0.0.1:1/x"
        );
    }

    #[test]
    fn nothing_but_scheme_host_port_and_path_is_taken() {
        for text in ["https://u:p@h/", "https://h/?q=1", "https://h/#f"] {
            assert_eq!(BaseUrl::https(text), Err(InvalidBaseUrl::Parts), "{text}");
        }
        assert_eq!(BaseUrl::https("ftp://h/"), Err(InvalidBaseUrl::Scheme));
        assert_eq!(BaseUrl::https("mailto:a@b"), Err(InvalidBaseUrl::Scheme));
        assert!(matches!(
            BaseUrl::https("h/api"),
            Err(InvalidBaseUrl::Url(_))
        ));
    }
}
