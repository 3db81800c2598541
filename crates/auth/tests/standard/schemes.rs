//! The credentials that calls take: where each goes, and where tokens come from.

use bindery_runtime::{Flow, FlowKind, Placement, Scheme, Server, TokenUrl};
use crate::operations::SERVER;

/// `bearerAuth`: a token in `Authorization`.
///
/// A token from the console.
pub static BEARER_AUTH: Scheme = Scheme::new("vault", "bearerAuth", Placement::Bearer);

/// `basicAuth`: a name and a password in `Authorization`.
///
/// The name and the password of the console.
pub static BASIC_AUTH: Scheme = Scheme::new("vault", "basicAuth", Placement::Basic);

/// `headerKey`: a key in the header `X-Vault-Key`.
///
/// A key.
pub static HEADER_KEY: Scheme = Scheme::new(
    "vault",
    "headerKey",
    Placement::Header("X-Vault-Key"),
);

/// `queryKey`: a key in the query, as `vault_key`.
///
/// The same key in the query.
pub static QUERY_KEY: Scheme = Scheme::new(
    "vault",
    "queryKey",
    Placement::Query("vault_key"),
);

/// `cookieKey`: a key in the cookie `vault`.
///
/// The same key in a cookie.
pub static COOKIE_KEY: Scheme = Scheme::new(
    "vault",
    "cookieKey",
    Placement::Cookie("vault"),
);

/// `oauth2`: a token in `Authorization`.
///
/// A token.
pub static OAUTH2: Scheme = Scheme::new("vault", "oauth2", Placement::Bearer)
    .flows(
        &[
            Flow::new(
                    FlowKind::ClientCredentials,
                    &[("read", "To read"), ("write:all", "To write")],
                )
                .token_url(TokenUrl::OnServer(&ROOT, "/oauth/token?tenant=1")),
            Flow::new(
                    FlowKind::Password,
                    &[("read", "To read"), ("write:all", "To write")],
                )
                .token_url(TokenUrl::OnServer(&SERVER, "/token"))
                .refresh_url(TokenUrl::OnServer(&SERVER, "/token/renew")),
            Flow::new(
                    FlowKind::AuthorizationCode,
                    &[("read", "To read"), ("write:all", "To write")],
                )
                .authorization_url("https://vault.example/authorize")
                .token_url(TokenUrl::OnServer(&ROOT, "/oauth/token")),
        ],
    );

/// `partner-login`: a token in `Authorization`.
///
/// A token of a partner.
pub static PARTNER_LOGIN: Scheme = Scheme::new(
        "vault",
        "partner-login",
        Placement::Bearer,
    )
    .flows(
        &[
            Flow::new(FlowKind::ClientCredentials, &[])
                .token_url(TokenUrl::Elsewhere("https://login.example.net/token")),
        ],
    );

/// `openId`: a token in `Authorization`.
///
/// A token of a person.
pub static OPEN_ID: Scheme = Scheme::new("vault", "openId", Placement::Bearer);

/// `browser`: a token in `Authorization`.
///
/// A token of a person.
pub static BROWSER: Scheme = Scheme::new("vault", "browser", Placement::Bearer)
    .flows(
        &[
            Flow::new(FlowKind::Implicit, &[])
                .authorization_url("https://vault.example/authorize"),
        ],
    );

/// The hosts alone, where a token URL is not below the path of the others.
static ROOT: Server = Server::new(
    &[("live", "https://vault.example"), ("sandbox", "https://sandbox.vault.example")],
    Some(""),
);
