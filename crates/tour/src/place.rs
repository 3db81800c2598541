//! Where a stop of the tour takes place: in the sandbox, or at the real service.

use std::{collections::BTreeMap, ffi::OsString};

use bindery_sandbox::Sandbox;

/// One provider, and the variables that lead to it.
pub(crate) struct Place<'a> {
    /// The sandbox, unless the process's environment leads to the real service.
    pub(crate) sandbox: Option<&'a Sandbox>,
    variables: BTreeMap<String, String>,
}

impl<'a> Place<'a> {
    /// The real service of the provider where any of its variables is set; the sandbox otherwise.
    pub(crate) fn of(provider: &str, sandbox: &'a Sandbox) -> Self {
        let prefix = format!("{}_", provider.to_uppercase().replace('-', "_"));
        let set: BTreeMap<String, String> = std::env::vars()
            .filter(|(name, _)| name.starts_with(&prefix))
            .collect();
        if !set.is_empty() {
            return Self {
                sandbox: None,
                variables: set,
            };
        }
        let variables = sandbox_variables(sandbox)
            .into_iter()
            .filter(|(name, _)| name.starts_with(&prefix));
        Self {
            sandbox: Some(sandbox),
            variables: variables.collect(),
        }
    }

    /// The value of a variable, as the sign-in flows look it up.
    pub(crate) fn lookup(&self, name: &str) -> Option<OsString> {
        self.variable(name).map(OsString::from)
    }

    /// The value of a variable.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    /// The value of a variable that only the tour needs.
    pub(crate) fn required(&self, name: &str, what: &str) -> Result<String, String> {
        self.variable(name)
            .ok_or_else(|| format!("the tour needs {name} too: {what}"))
    }
}

/// The sandbox, as the variables that would lead to it.
fn sandbox_variables(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let (alibaba, hive, upvest) = (sandbox.alibaba_baas(), sandbox.hive(), sandbox.upvest());
    let origin = |url: &str| url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let pairs = [
        ("ALIBABA_BAAS_URL", alibaba.url.clone()),
        ("ALIBABA_BAAS_ALLOW_HTTP", origin(&alibaba.url)),
        ("ALIBABA_BAAS_REFRESH_TOKEN", alibaba.refresh_token.clone()),
        ("ALIBABA_BAAS_NETWORK", alibaba.network.clone()),
        ("ALIBABA_BAAS_CONTRACT", alibaba.contract.clone()),
        ("HIVE_URL", hive.url.clone()),
        ("HIVE_ALLOW_HTTP", origin(&hive.url)),
        ("HIVE_ID", hive.id.clone()),
        ("HIVE_SECRET_KEY", hive.secret_key.clone()),
        (
            "HIVE_NFT_CONTRACT",
            bindery_sandbox::hive::POLYGON_NFT.to_owned(),
        ),
        (
            "HIVE_TOKEN_CONTRACT",
            bindery_sandbox::hive::POLYGON_TOKEN.to_owned(),
        ),
        ("UPVEST_URL", upvest.url.clone()),
        ("UPVEST_ALLOW_HTTP", origin(&upvest.url)),
        ("UPVEST_API_KEY", upvest.api_key.clone()),
        ("UPVEST_API_SECRET", upvest.api_secret.clone()),
        ("UPVEST_API_PASSPHRASE", upvest.api_passphrase.clone()),
        ("UPVEST_CLIENT_ID", upvest.client_id.clone()),
        ("UPVEST_CLIENT_SECRET", upvest.client_secret.clone()),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
