//! What every generated crate is, for code that is written once for all of them.

use crate::{BaseUrl, Scheme, Session, Target};

/// One provider's API: implemented by the `Environment` of each generated crate, so that whoever has an environment and
/// credentials can make the client of that crate.
pub trait Api: Into<Target> {
    /// The client.
    type Client: From<Session>;

    /// The provider, as its spec file is called.
    const PROVIDER: &'static str;

    /// The environments that the spec names.
    const ENVIRONMENTS: &'static [&'static str];

    /// The security schemes that some call takes and for which OpenAPI says all there is to know, each with its name in
    /// the crate's module `schemes`.
    const SCHEMES: &'static [(&'static str, &'static Scheme)];

    /// The environment of this name; `None` where the spec has none such.
    fn of_name(name: &str) -> Option<Self>;

    /// A base URL of the caller's own, in the place of all of the provider's hosts.
    fn of_base_url(base: BaseUrl) -> Self;
}
