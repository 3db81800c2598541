//! How a session reaches its target: proxies, certificates, and whose product it is that asks.

use std::{fmt, time::Duration};

use http::{
    HeaderValue,
    header::{ACCEPT, USER_AGENT},
};
use url::Url;

use crate::{InvalidSession, Secret, Target, environment::Place};

/// What a session and the one that gets its tokens have in common.
#[derive(Clone)]
pub(crate) struct Network {
    pub(crate) connect_timeout: Duration,
    pub(crate) product: Option<String>,
    pub(crate) proxy: Proxy,
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub(crate) root_certificates: Vec<Vec<u8>>,
}

/// Which proxy stands between.
#[derive(Clone)]
pub(crate) enum Proxy {
    /// What the environment says, where the target is reached over TLS.
    OfEnvironment,
    None,
    /// The URL may hold a password.
    At(Secret),
}

impl Network {
    pub(crate) fn new() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            product: None,
            proxy: Proxy::OfEnvironment,
            #[cfg(any(feature = "rustls", feature = "native-tls"))]
            root_certificates: Vec::new(),
        }
    }

    /// A client that sends what it is given once, and to nobody else.
    pub(crate) fn client(&self, target: &Target) -> Result<reqwest::ClientBuilder, InvalidSession> {
        let own = concat!("bindery/", env!("CARGO_PKG_VERSION"));
        let agent = match &self.product {
            None => own.to_owned(),
            Some(product) => format!("{product} {own}"),
        };
        let agent = HeaderValue::try_from(agent).map_err(|_| InvalidSession::Product)?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .default_headers(
                [
                    (USER_AGENT, agent),
                    (ACCEPT, HeaderValue::from_static("application/json")),
                ]
                .into_iter()
                .collect(),
            );
        let client = self.through_proxy(client, target)?;
        self.trusting(client)
    }

    fn through_proxy(
        &self,
        client: reqwest::ClientBuilder,
        target: &Target,
    ) -> Result<reqwest::ClientBuilder, InvalidSession> {
        match &self.proxy {
            // Over TLS a proxy learns the host's name and no more. Over plain http it reads everything: whoever allowed
            // plain http for an address has allowed it for no other.
            Proxy::OfEnvironment if over_tls(target) => Ok(client),
            Proxy::OfEnvironment | Proxy::None => Ok(client.no_proxy()),
            Proxy::At(url) => {
                let url = Url::parse(url.expose_secret())
                    .ok()
                    .filter(|url| matches!(url.scheme(), "http" | "https"))
                    .ok_or(InvalidSession::Proxy)?;
                let proxy = reqwest::Proxy::all(url).map_err(|_| InvalidSession::Proxy)?;
                Ok(client.proxy(proxy))
            }
        }
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn trusting(
        &self,
        client: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, InvalidSession> {
        let mut certificates = Vec::new();
        for pem in &self.root_certificates {
            match reqwest::Certificate::from_pem_bundle(pem) {
                Ok(bundle) if !bundle.is_empty() => certificates.extend(bundle),
                _ => return Err(InvalidSession::RootCertificate),
            }
        }
        Ok(match certificates.as_slice() {
            [] => client,
            _ => client.tls_certs_merge(certificates),
        })
    }

    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    fn trusting(
        &self,
        client: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, InvalidSession> {
        Ok(client)
    }
}

/// The servers that a spec names are `https`, all of them.
fn over_tls(target: &Target) -> bool {
    match target.place() {
        Place::Named(_) => true,
        Place::Custom(base) => base.is_https(),
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("connect_timeout", &self.connect_timeout)
            .field("product", &self.product)
            .finish_non_exhaustive()
    }
}
