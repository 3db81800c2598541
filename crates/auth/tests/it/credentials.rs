//! What a credential serves, and where on a request it goes.

use bindery_auth::{FixedToken, Reach, RenewedToken, Scopes, TokenSource};
use bindery_runtime::{Authorizing, Credential, Generation, Placement, Requirement, Scheme};

use crate::script::Script;

static HEADER: Scheme = Scheme::new("test", "accessToken", Placement::Bearer);
static QUERY: Scheme = Scheme::new(
    "test",
    "accessTokenInQuery",
    Placement::Query("access_token"),
);
static COOKIE: Scheme = Scheme::new("test", "accessToken", Placement::Cookie("token"));
static OTHER: Scheme = Scheme::new("test", "refreshToken", Placement::Bearer);

const SCHEMES: &[&str] = &["accessToken", "accessTokenInQuery"];

fn requirement(scheme: &'static Scheme, scopes: &'static [&'static str]) -> Requirement {
    Requirement { scheme, scopes }
}

fn fixed(scopes: impl Into<Scopes>) -> FixedToken {
    FixedToken::new("test", "a+b/c==", Reach::new(SCHEMES, scopes)).expect("fit for a header")
}

#[test]
fn a_token_serves_its_own_schemes_and_scopes_only() {
    let token = fixed("query event");
    assert!(token.serves(&requirement(&HEADER, &["query"])));
    assert!(token.serves(&requirement(&QUERY, &["event"])));
    assert!(token.serves(&requirement(&HEADER, &[])));
    assert!(!token.serves(&requirement(&HEADER, &["query", "invoke"])));
    assert!(!token.serves(&requirement(&OTHER, &[])));
    assert!(!token.serves(&requirement(&COOKIE, &[])));
    assert_eq!(
        token.describe(),
        "`accessToken`, `accessTokenInQuery` with the scope `event query`"
    );
}

#[test]
fn a_token_whose_scopes_are_not_known_serves_all() {
    let token = fixed(Scopes::default());
    assert!(token.serves(&requirement(&HEADER, &["invoke"])));
    assert_eq!(token.describe(), "`accessToken`, `accessTokenInQuery`");
}

fn placed(scheme: &'static Scheme, url: &str) -> reqwest::Request {
    let mut request = reqwest::Request::new(reqwest::Method::GET, url.parse().expect("a URL"));
    let outcome = match fixed("").authorize(&requirement(scheme, &[]), &mut request) {
        Authorizing::Done(outcome) => outcome,
        Authorizing::Waiting(_) => panic!("there is nothing to wait for"),
    };
    assert_eq!(outcome.expect("it fits"), Generation(1));
    request
}

/// I16: nothing that can be printed has eight characters of a secret in a row.
#[test]
fn i16_in_the_header_a_token_is_hidden_from_debug() {
    let request = placed(&HEADER, "https://example.com/blocks");
    assert_eq!(request.headers()["authorization"], "Bearer a+b/c==");
    assert!(!format!("{request:?}").contains("a+b/c"), "{request:?}");
}

#[test]
fn in_the_query_a_token_keeps_its_plus_and_slash() {
    let request = placed(&QUERY, "https://example.com/events?source=%2A");
    assert_eq!(
        request.url().query(),
        Some("source=%2A&access_token=a%2Bb%2Fc%3D%3D")
    );
    assert!(!request.headers().contains_key("authorization"));
}

#[tokio::test]
async fn a_fixed_token_is_not_replaced_after_a_401() {
    assert!(!fixed("").rejected(Generation(1)).await.expect("an answer"));
}

#[tokio::test]
async fn clones_share_the_token() {
    let script = Script::new([]);
    let one = RenewedToken::new(TokenSource::new(script.clone()), Reach::new(SCHEMES, ""));
    for credential in [one.clone(), one] {
        let mut request = reqwest::Request::new(
            reqwest::Method::GET,
            "https://example.com/".parse().expect("a URL"),
        );
        let requirement = requirement(&HEADER, &[]);
        let generation = match credential.authorize(&requirement, &mut request) {
            Authorizing::Done(outcome) => outcome,
            Authorizing::Waiting(waiting) => waiting.await,
        };
        assert_eq!(generation.expect("a token"), Generation(1));
        assert_eq!(request.headers()["authorization"], "Bearer token-1");
    }
    assert_eq!(script.calls().len(), 1);
}

#[test]
fn a_fixed_token_that_cannot_be_sent_is_refused() {
    let refused = |token: &str| {
        FixedToken::new("test", token, Reach::new(SCHEMES, ""))
            .expect_err("refused")
            .to_string()
    };
    insta::assert_snapshot!(refused(""), @"test: failed to take the access token: it is empty");
    insta::assert_snapshot!(refused("hunter2\n"), @"test: failed to take the access token: it has characters that no header takes");
}
