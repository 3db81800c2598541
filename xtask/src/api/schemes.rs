//! The security schemes: where credentials go, and where tokens come from.

use serde_json::Value;

use super::{entries, resolve, text};

/// A security scheme.
#[derive(Debug)]
pub struct Scheme {
    /// Its name.
    pub name: String,
    /// What is said of it.
    pub description: String,
    /// Where its credential goes.
    pub placement: Placement,
    /// The OAuth 2.0 flows.
    pub flows: Vec<Flow>,
    /// `openIdConnectUrl`.
    pub discovery: Option<String>,
    /// `x-own-sign-in`: whether it takes more than OpenAPI can say.
    pub own: bool,
}

/// Where on a request a credential goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`.
    Basic,
    /// A header of this name.
    Header(String),
    /// A query parameter of this name.
    Query(String),
    /// A cookie of this name.
    Cookie(String),
}

/// An OAuth 2.0 flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Which one.
    pub kind: FlowKind,
    /// `tokenUrl`, which may be relative.
    pub token_url: Option<String>,
    /// `refreshUrl`, which may be relative.
    pub refresh_url: Option<String>,
    /// `authorizationUrl`.
    pub authorization_url: Option<String>,
    /// The scopes, each with what is said of it.
    pub scopes: Vec<(String, String)>,
}

/// Which OAuth 2.0 flow it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowKind {
    /// `authorizationCode`.
    AuthorizationCode,
    /// `clientCredentials`.
    ClientCredentials,
    /// `implicit`.
    Implicit,
    /// `password`.
    Password,
}

/// The schemes of the document, in order.
pub(super) fn of(document: &Value) -> Vec<Scheme> {
    entries(&document["components"]["securitySchemes"])
        .map(|(name, scheme)| scheme_of(name, resolve(document, scheme)))
        .collect()
}

fn scheme_of(name: &str, scheme: &Value) -> Scheme {
    let url = |node: &Value, key: &str| {
        let url = text(node, key).trim().to_owned();
        (!url.is_empty()).then_some(url)
    };
    let flow = |(kind, flow): (&String, &Value)| {
        Some(Flow {
            kind: match kind.as_str() {
                "authorizationCode" => FlowKind::AuthorizationCode,
                "clientCredentials" => FlowKind::ClientCredentials,
                "implicit" => FlowKind::Implicit,
                "password" => FlowKind::Password,
                _ => return None,
            },
            token_url: url(flow, "tokenUrl"),
            refresh_url: url(flow, "refreshUrl"),
            authorization_url: url(flow, "authorizationUrl"),
            scopes: entries(&flow["scopes"])
                .map(|(scope, about)| {
                    (scope.clone(), about.as_str().unwrap_or_default().to_owned())
                })
                .collect(),
        })
    };
    let is_oauth2 = scheme["type"] == "oauth2";
    let flows = entries(&scheme["flows"]).filter(|_| is_oauth2);
    Scheme {
        name: name.to_owned(),
        description: text(scheme, "description"),
        placement: placement(scheme),
        flows: flows.filter_map(flow).collect(),
        discovery: url(scheme, "openIdConnectUrl"),
        own: scheme["x-own-sign-in"] == true,
    }
}

fn placement(scheme: &Value) -> Placement {
    let name = text(scheme, "name");
    match (
        scheme["type"].as_str(),
        scheme["in"].as_str(),
        scheme["scheme"].as_str(),
    ) {
        (Some("apiKey"), Some("query"), _) => Placement::Query(name),
        (Some("apiKey"), Some("cookie"), _) => Placement::Cookie(name),
        (Some("apiKey"), _, _) => Placement::Header(name),
        (Some("http"), _, Some(scheme)) if scheme.eq_ignore_ascii_case("basic") => Placement::Basic,
        _ => Placement::Bearer,
    }
}
