//! Environments and credentials from environment variables, whose names follow from those of the provider and its schemes.

use bindery_runtime::{Api, FlowKind, Placement, Scheme};

use super::{ApiKey, Basic, Bearer, Credentials, OAuth2, OAuthClient, connect};
use crate::{
    ConnectError, InvalidVariables, Lookup,
    variables::{self, Variables},
};

/// A client as the environment variables say. They begin with the provider's name, and go on with that of the scheme in the
/// crate's module `schemes`; for a provider `vault` with a scheme `API_KEY`:
///
/// | variable | |
/// |---|---|
/// | `VAULT_ENVIRONMENT` or `VAULT_URL` | an environment of the spec, or a base URL |
/// | `VAULT_ALLOW_HTTP` | the one origin, such as `http://127.0.0.1:8080`, for which plain http is taken |
/// | `VAULT_API_KEY` | an API key, or a bearer token |
/// | `VAULT_API_KEY_USERNAME`, `…_PASSWORD` | where the scheme is Basic; one of them may be left out, as with a key for a name |
/// | `VAULT_API_KEY_CLIENT_ID`, `…_CLIENT_SECRET`, `…_SCOPES` | where it is OAuth 2.0: the client, and the scopes if not all |
/// | `VAULT_API_KEY_REFRESH_TOKEN`, or `…_USERNAME` and `…_PASSWORD`, or `…_ACCESS_TOKEN` | what else OAuth 2.0 signs in with; the first that is set counts, and without any the client credentials |
///
/// All schemes whose variables are set are signed in to.
///
/// # Errors
///
/// When variables are missing or wrong, with all of them; else as [`connect`].
pub fn from_env<A: Api>() -> Result<A::Client, ConnectError> {
    let (environment, credentials) = from_variables::<A>(&variables::process)?;
    connect(environment, credentials)
}

/// What [`from_env`] connects with, looked up elsewhere or to be changed before use.
///
/// # Errors
///
/// When variables are missing or wrong, with all of them.
pub fn from_variables<A: Api>(lookup: &Lookup<'_>) -> Result<(A, Credentials), InvalidVariables> {
    let mut variables = Variables::new(A::PROVIDER, lookup);
    let prefix = A::PROVIDER.to_ascii_uppercase().replace('-', "_");
    let environment = variables.environment(&prefix, A::ENVIRONMENTS, A::of_name, A::of_base_url);
    let faults = variables.faults();
    let mut reading = Reading {
        variables,
        found: Credentials::default(),
        wanted: Vec::new(),
    };
    for (name, scheme) in A::SCHEMES {
        reading.scheme(&format!("{prefix}_{name}"), scheme);
    }
    let Reading {
        mut variables,
        found,
        wanted,
    } = reading;
    if found.is_empty() && !wanted.is_empty() && variables.faults() == faults {
        let first = wanted[0].split(' ').next().unwrap_or_default();
        let all = wanted.join(", or ");
        variables.fault(format!(
            "{first} is not set, and neither is any other credential: set {all}"
        ));
    }
    variables.finish(environment.map(|environment| (environment, found)))
}

struct Reading<'a> {
    variables: Variables<'a>,
    found: Credentials,
    /// What would be a credential.
    wanted: Vec<String>,
}

impl Reading<'_> {
    fn scheme(&mut self, name: &str, scheme: &'static Scheme) {
        match scheme.placement {
            Placement::Basic => self.basic(name, scheme),
            Placement::Bearer if scheme.flows.is_empty() => {
                self.one(name, |token: String| Bearer::new(scheme, token));
            }
            Placement::Bearer => self.oauth2(name, scheme),
            _ => self.one(name, |key: String| ApiKey::new(scheme, key)),
        }
    }

    fn one<C: Into<Credentials>>(
        &mut self,
        name: &str,
        make: impl FnOnce(String) -> Result<C, ConnectError>,
    ) {
        self.wanted.push(name.to_owned());
        if let Some(value) = self.variables.optional(name) {
            self.add(name, make(value));
        }
    }

    fn add<C: Into<Credentials>>(&mut self, name: &str, made: Result<C, ConnectError>) {
        match made {
            Ok(credential) => self.found.add(credential),
            Err(ConnectError::Credential { what, fault, .. }) => {
                let fault = format!("{name} is not valid: the {what} {fault}");
                self.variables.fault(fault);
            }
            Err(error) => self
                .variables
                .fault(format!("{name} is not valid: {error}")),
        }
    }

    fn basic(&mut self, name: &str, scheme: &'static Scheme) {
        let (user, password) = (format!("{name}_USERNAME"), format!("{name}_PASSWORD"));
        self.wanted.push(format!("{user} and {password}"));
        let given = (
            self.variables.optional(&user),
            self.variables.optional(&password),
        );
        if given != (None, None) {
            let (user, password) = (given.0.unwrap_or_default(), given.1.unwrap_or_default());
            self.add(name, Basic::new(scheme, user, password));
        }
    }

    fn oauth2(&mut self, name: &str, scheme: &'static Scheme) {
        let variable = |part: &str| format!("{name}_{part}");
        let (id_name, secret_name) = (variable("CLIENT_ID"), variable("CLIENT_SECRET"));
        let by_client = scheme.flow(FlowKind::ClientCredentials).is_some();
        let by_password = scheme.flow(FlowKind::Password).is_some();
        if by_client {
            self.wanted.push(format!("{id_name} and {secret_name}"));
        }
        if by_password {
            let (user, password) = (variable("USERNAME"), variable("PASSWORD"));
            self.wanted.push(format!("{user} and {password}"));
        }
        let mut flows = scheme.flows.iter();
        let renews = flows.any(|flow| flow.token_url.is_some() || flow.refresh_url.is_some());
        if renews {
            self.wanted.push(variable("REFRESH_TOKEN"));
        }
        self.wanted.push(variable("ACCESS_TOKEN"));

        let client = self.client(&id_name, &secret_name);
        let scopes = self
            .variables
            .optional(&variable("SCOPES"))
            .unwrap_or_default();
        let refresh_token = self.variables.optional(&variable("REFRESH_TOKEN"));
        let user = self.variables.optional(&variable("USERNAME"));
        let password = self.variables.optional(&variable("PASSWORD"));
        let access_token = self.variables.optional(&variable("ACCESS_TOKEN"));
        let made = match (refresh_token, user, password, access_token, client) {
            (Some(token), _, _, _, client) => {
                OAuth2::refresh_token(scheme, token).map(|made| with(made, client))
            }
            (_, Some(user), Some(password), _, client) => {
                OAuth2::password(scheme, user, password).map(|made| with(made, client))
            }
            (_, user @ Some(_), None, ..) | (_, user @ None, Some(_), ..) => {
                let (name, password) = (variable("USERNAME"), variable("PASSWORD"));
                let (set, missing) = match user {
                    Some(_) => (name, password),
                    None => (password, name),
                };
                let fault = format!("{set} is set and {missing} is not: set both");
                return self.variables.fault(fault);
            }
            (.., Some(token), _) => {
                return self.add(name, Bearer::with_scopes(scheme, token, scopes.as_str()));
            }
            (.., Some(client)) if by_client && client.secret().is_some() => {
                OAuth2::client_credentials(scheme, client)
            }
            (.., Some(_)) => {
                let missing = match (by_client, renews) {
                    (true, _) => secret_name,
                    (false, true) => variable("REFRESH_TOKEN"),
                    (false, false) => variable("ACCESS_TOKEN"),
                };
                let fault = format!("{id_name} alone signs nobody in: set {missing} too");
                return self.variables.fault(fault);
            }
            _ => return,
        };
        self.add(name, made.map(|made| made.scopes(scopes.as_str())));
    }

    fn client(&mut self, id_name: &str, secret_name: &str) -> Option<OAuthClient> {
        let id = self.variables.optional(id_name);
        let secret = self.variables.optional(secret_name);
        match (id, secret) {
            (Some(id), Some(secret)) => Some(OAuthClient::new(id, secret)),
            (Some(id), None) => Some(OAuthClient::public(id)),
            (None, Some(_)) => {
                let fault = format!("{secret_name} is set and {id_name} is not: set both");
                self.variables.fault(fault);
                None
            }
            (None, None) => None,
        }
    }
}

fn with(made: OAuth2, client: Option<OAuthClient>) -> OAuth2 {
    match client {
        Some(client) => made.client(client),
        None => made,
    }
}
