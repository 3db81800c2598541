//! Where the service runs.

use bindery_runtime::{Api, BaseUrl, InvalidBaseUrl, Scheme, Target};
use crate::{Client, schemes};

/// Where Example Vault runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// The real one.
    ///
    /// <https://vault.example/v1>
    Live,
    /// To try things out.
    ///
    /// <https://sandbox.vault.example/v1>
    Sandbox,
    /// A base URL of the caller's own, in the place of all of the provider's hosts.
    Custom(BaseUrl),
}

impl Environment {
    /// The environment of this name in the spec; `None` where it has none such.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "live" => Some(Self::Live),
            "sandbox" => Some(Self::Sandbox),
            _ => None,
        }
    }

    /// A base URL of the caller's own, which has to be `https`.
    ///
    /// # Errors
    ///
    /// When `url` is no absolute `https` URL, or has a user, a query or a fragment.
    pub fn custom(url: &str) -> Result<Self, InvalidBaseUrl> {
        BaseUrl::https(url).map(Self::Custom)
    }

    /// A base URL of the caller's own, which may be plain `http`: everyone on the way can read the
    /// credentials then.
    ///
    /// # Errors
    ///
    /// As [`Environment::custom`], except that `http` is taken too.
    pub fn custom_over_plain_http(url: &str) -> Result<Self, InvalidBaseUrl> {
        BaseUrl::plain_http(url).map(Self::Custom)
    }
}

impl From<Environment> for Target {
    fn from(environment: Environment) -> Self {
        match environment {
            Environment::Live => Self::named("vault", "live"),
            Environment::Sandbox => Self::named("vault", "sandbox"),
            Environment::Custom(base) => Self::custom("vault", base),
        }
    }
}

impl Api for Environment {
    type Client = Client;
    const PROVIDER: &'static str = "vault";
    const ENVIRONMENTS: &'static [&'static str] = &["live", "sandbox"];
    const SCHEMES: &'static [(&'static str, &'static Scheme)] = &[
        ("BEARER_AUTH", &schemes::BEARER_AUTH),
        ("BASIC_AUTH", &schemes::BASIC_AUTH),
        ("HEADER_KEY", &schemes::HEADER_KEY),
        ("QUERY_KEY", &schemes::QUERY_KEY),
        ("COOKIE_KEY", &schemes::COOKIE_KEY),
        ("OAUTH2", &schemes::OAUTH2),
        ("PARTNER_LOGIN", &schemes::PARTNER_LOGIN),
        ("OPEN_ID", &schemes::OPEN_ID),
        ("BROWSER", &schemes::BROWSER),
    ];

    fn of_name(name: &str) -> Option<Self> {
        Self::named(name)
    }

    fn of_base_url(base: BaseUrl) -> Self {
        Self::Custom(base)
    }
}
