//! What the spec says of each call.

use bindery_runtime::{
    Evidence, Failure, Idempotency, Operation, Places, Requirement, Server,
    generated::Method,
};
use crate::schemes;

/// Every call, in the order of the spec.
pub static ALL: &[&Operation] = &[
    &OPEN_BY_BEARER,
    &OPEN_BY_BASIC,
    &OPEN_BY_HEADER,
    &OPEN_BY_QUERY,
    &OPEN_BY_COOKIE,
    &OPEN_BY_SCOPE,
    &OPEN_BY_TWO_SCOPES,
    &OPEN_BY_PARTNER,
    &OPEN_BY_IDENTITY,
    &OPEN_BY_BROWSER,
    &OPEN_BY_TWO_KEYS,
    &OPEN_TO_ALL,
];

/// `GET /by-bearer`: Opens it by a token.
pub static OPEN_BY_BEARER: Operation = Operation::new(
        "vault",
        "open_by_bearer",
        Method::GET,
        "/by-bearer",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(&[&[Requirement::new(&schemes::BEARER_AUTH, &[])]])
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /by-basic`: Opens it by a name and a password.
pub static OPEN_BY_BASIC: Operation = Operation::new(
        "vault",
        "open_by_basic",
        Method::GET,
        "/by-basic",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(&[&[Requirement::new(&schemes::BASIC_AUTH, &[])]])
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /by-header`: Opens it by a key in a header.
pub static OPEN_BY_HEADER: Operation = Operation::new(
        "vault",
        "open_by_header",
        Method::GET,
        "/by-header",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(&[&[Requirement::new(&schemes::HEADER_KEY, &[])]])
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /by-query`: Opens it by a key in the query.
pub static OPEN_BY_QUERY: Operation = Operation::new(
        "vault",
        "open_by_query",
        Method::GET,
        "/by-query",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(&[&[Requirement::new(&schemes::QUERY_KEY, &[])]])
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /by-cookie`: Opens it by a key in a cookie.
pub static OPEN_BY_COOKIE: Operation = Operation::new(
        "vault",
        "open_by_cookie",
        Method::GET,
        "/by-cookie",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(&[&[Requirement::new(&schemes::COOKIE_KEY, &[])]])
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /by-scope`: Opens it by a token with a scope.
pub static OPEN_BY_SCOPE: Operation = Operation::new(
        "vault",
        "open_by_scope",
        Method::GET,
        "/by-scope",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(&[&[Requirement::new(&schemes::OAUTH2, &["read"])]])
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /by-two-scopes`: Opens it by a token with two scopes.
pub static OPEN_BY_TWO_SCOPES: Operation = Operation::new(
        "vault",
        "open_by_two_scopes",
        Method::GET,
        "/by-two-scopes",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(&[&[Requirement::new(&schemes::OAUTH2, &["read", "write:all"])]])
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /by-partner`: Opens it by a token that is issued elsewhere.
pub static OPEN_BY_PARTNER: Operation = Operation::new(
        "vault",
        "open_by_partner",
        Method::GET,
        "/by-partner",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(&[&[Requirement::new(&schemes::PARTNER_LOGIN, &[])]])
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /by-identity`: Opens it by a token of OpenID Connect.
pub static OPEN_BY_IDENTITY: Operation = Operation::new(
        "vault",
        "open_by_identity",
        Method::GET,
        "/by-identity",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(&[&[Requirement::new(&schemes::OPEN_ID, &[])]])
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /by-browser`: Opens it by a token that a browser brought.
pub static OPEN_BY_BROWSER: Operation = Operation::new(
        "vault",
        "open_by_browser",
        Method::GET,
        "/by-browser",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(&[&[Requirement::new(&schemes::BROWSER, &[])]])
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /by-two-keys`: Opens it by two keys and a name, or by a token.
pub static OPEN_BY_TWO_KEYS: Operation = Operation::new(
        "vault",
        "open_by_two_keys",
        Method::GET,
        "/by-two-keys",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .security(
        &[
            &[
                Requirement::new(&schemes::HEADER_KEY, &[]),
                Requirement::new(&schemes::QUERY_KEY, &[]),
                Requirement::new(&schemes::COOKIE_KEY, &[]),
                Requirement::new(&schemes::BASIC_AUTH, &[]),
            ],
            &[Requirement::new(&schemes::BEARER_AUTH, &[])],
        ],
    )
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

/// `GET /open`: Opens what is open.
pub static OPEN_TO_ALL: Operation = Operation::new(
        "vault",
        "open_to_all",
        Method::GET,
        "/open",
        &SERVER,
        Idempotency::Safe,
        Evidence::Documented,
    )
    .failures(&[Failure::new(400, 499, &REFUSED), Failure::new(500, 599, &REFUSED)]);

pub(crate) static SERVER: Server = Server::new(
    &[
        ("live", "https://vault.example/v1"),
        ("sandbox", "https://sandbox.vault.example/v1"),
    ],
    None,
);

static REFUSED: Places = Places {
    code: &[],
    message: &["/message"],
    details: &[],
    request_id: &[],
};
