//! What can go wrong before the first request.

use bindery_runtime::{InvalidSession, Secret};

use crate::InvalidVariables;

/// Why there is no authorised client. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// A credential could never be sent.
    #[error("{provider}: failed to take the {what}: it {fault}")]
    Credential {
        /// The provider, as its spec file is called.
        provider: &'static str,
        /// Which one.
        what: &'static str,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The security scheme takes another kind of credential.
    #[error("{provider}: failed to take the {what} for `{scheme}`: that takes {takes}")]
    Scheme {
        /// The provider, as its spec file is called.
        provider: &'static str,
        /// The name of the scheme.
        scheme: &'static str,
        /// Which credential.
        what: &'static str,
        /// What the scheme takes instead.
        takes: &'static str,
    },
    /// The credential is for another provider.
    #[error(
        "{target}: failed to take a credential for `{scheme}`: that is a scheme of {provider}; make it for one of {target}"
    )]
    Provider {
        /// The provider of the scheme, as its spec file is called.
        provider: &'static str,
        /// The name of the scheme.
        scheme: &'static str,
        /// The provider that the session talks to.
        target: &'static str,
    },
    /// There is no place to get tokens from.
    #[error("{provider}: failed to find the token URL of `{scheme}`: {fault}")]
    TokenUrl {
        /// The provider, as its spec file is called.
        provider: &'static str,
        /// The name of the scheme.
        scheme: &'static str,
        /// What is wrong, and what to do about it.
        fault: &'static str,
    },
    /// Environment variables are missing or wrong.
    #[error(transparent)]
    Variables(#[from] InvalidVariables),
    /// The session could not be made.
    #[error(transparent)]
    Session(#[from] InvalidSession),
}

/// Refuses an empty credential, which no service ever takes.
pub(crate) fn not_empty(
    provider: &'static str,
    what: &'static str,
    secret: &Secret,
) -> Result<(), ConnectError> {
    if secret.is_empty() {
        return Err(ConnectError::Credential {
            provider,
            what,
            fault: "is empty",
        });
    }
    Ok(())
}
