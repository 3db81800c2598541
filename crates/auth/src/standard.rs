//! Sign-in by the schemes that OpenAPI knows: bearer tokens, HTTP Basic, API keys, and OAuth 2.0 with client credentials, a
//! password or a refresh token.
//!
//! A generated crate has a `static` for each scheme of its spec in its module `schemes`, which says where a credential goes
//! and where tokens come from. With that, a provider needs no line of code of its own:
//!
//! ```no_run
//! # use bindery_runtime::{Api, BaseUrl, Scheme, Session, Target};
//! # #[derive(Debug)]
//! # struct Client;
//! # impl From<Session> for Client { fn from(_: Session) -> Self { Self } }
//! # enum Environment { Live }
//! # impl From<Environment> for Target {
//! #     fn from(_: Environment) -> Self { Self::named("vault", "live") }
//! # }
//! # impl Api for Environment {
//! #     type Client = Client;
//! #     const PROVIDER: &'static str = "vault";
//! #     const ENVIRONMENTS: &'static [&'static str] = &["live"];
//! #     const SCHEMES: &'static [(&'static str, &'static Scheme)] = &[];
//! #     fn of_name(_: &str) -> Option<Self> { None }
//! #     fn of_base_url(_: BaseUrl) -> Self { Self::Live }
//! # }
//! # mod schemes {
//! #     use bindery_runtime::{Placement, Scheme};
//! #     pub static OAUTH2: Scheme = Scheme::new("vault", "oauth2", Placement::Bearer);
//! # }
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use bindery_auth::standard::{OAuth2, OAuthClient, connect};
//!
//! let service = OAuth2::client_credentials(&schemes::OAUTH2, OAuthClient::new("id", "secret"))?;
//! let client = connect(Environment::Live, service)?;
//! # Ok(())
//! # }
//! ```
//!
//! What calls take together is given together, as a tuple. What OpenAPI cannot say, such as a signature over each request,
//! is a [`Credential`](bindery_runtime::Credential) of the caller's own, or of a module beside this one.

mod api_key;
mod basic;
mod bearer;
mod endpoint;
mod environment;
mod grant;
mod oauth2;
mod oauth_client;
mod sign_in;

use bindery_runtime::Scheme;

pub use self::{
    api_key::ApiKey,
    basic::Basic,
    bearer::Bearer,
    environment::{from_env, from_variables},
    oauth_client::OAuthClient,
    oauth2::OAuth2,
    sign_in::{Credentials, SignIn, connect, connect_with},
};
use crate::ConnectError;

/// The error of a credential that `scheme` does not take.
fn unfit(scheme: &'static Scheme, what: &'static str, takes: &'static str) -> ConnectError {
    ConnectError::Scheme {
        provider: scheme.provider,
        scheme: scheme.name,
        what,
        takes,
    }
}
