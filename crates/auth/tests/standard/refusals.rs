//! What is refused before anything is sent.

use bindery_auth::{
    ConnectError,
    standard::{ApiKey, Basic, Bearer, OAuth2, OAuthClient, SignIn, connect},
};
use bindery_runtime::{Flow, FlowKind, Placement, Scheme, Session, Target, TokenUrl};

use crate::{Environment, schemes};

fn told<T: std::fmt::Debug>(outcome: Result<T, ConnectError>) -> String {
    let error = outcome.expect_err("refused");
    let text = error.to_string();
    assert!(!format!("{text} {error:?}").contains("hunter"), "{text}");
    text + "\n"
}

#[test]
fn a_credential_that_could_never_be_sent_is_refused_when_it_is_made() {
    let mut text = String::new();
    text += &told(Bearer::new(&schemes::BEARER_AUTH, ""));
    text += &told(Bearer::new(&schemes::BEARER_AUTH, "hunter2\n"));
    text += &told(Basic::new(&schemes::BASIC_AUTH, "", ""));
    text += &told(Basic::new(&schemes::BASIC_AUTH, "bob:hunter2", "hunter2"));
    text += &told(Basic::new(&schemes::BASIC_AUTH, "bob\u{7f}", "hunter2"));
    text += &told(Basic::new(&schemes::BASIC_AUTH, "bob", "hunter2\u{85}"));
    text += &told(ApiKey::new(&schemes::HEADER_KEY, ""));
    text += &told(ApiKey::new(&schemes::HEADER_KEY, "hunter2\r\nX-Other: 1"));
    text += &told(ApiKey::new(&schemes::HEADER_KEY, "hunter2 "));
    text += &told(ApiKey::new(&schemes::QUERY_KEY, ""));
    text += &told(ApiKey::new(&schemes::COOKIE_KEY, "hunter2; other=1"));
    text += &told(ApiKey::new(&schemes::COOKIE_KEY, "hunter2 hunter2"));
    let client = |secret: &str| OAuthClient::new("id", secret);
    text += &told(OAuth2::client_credentials(&schemes::OAUTH2, client("")));
    text += &told(OAuth2::client_credentials(
        &schemes::OAUTH2,
        OAuthClient::new("", "hunter2"),
    ));
    text += &told(OAuth2::client_credentials(
        &schemes::OAUTH2,
        OAuthClient::public("id"),
    ));
    text += &told(OAuth2::password(&schemes::OAUTH2, "", "hunter2"));
    text += &told(OAuth2::password(&schemes::OAUTH2, "bob", ""));
    text += &told(OAuth2::refresh_token(&schemes::OAUTH2, ""));
    insta::assert_snapshot!(text);
}

#[test]
fn a_scheme_says_what_it_takes_instead() {
    let mut text = String::new();
    text += &told(Bearer::new(&schemes::BASIC_AUTH, "hunter2"));
    text += &told(Bearer::new(&schemes::COOKIE_KEY, "hunter2"));
    text += &told(Basic::new(&schemes::BEARER_AUTH, "bob", "hunter2"));
    text += &told(ApiKey::new(&schemes::BASIC_AUTH, "hunter2"));
    text += &told(ApiKey::new(&schemes::OAUTH2, "hunter2"));
    text += &told(OAuth2::refresh_token(&schemes::HEADER_KEY, "hunter2"));
    insta::assert_snapshot!(text);
}

#[test]
fn a_token_url_that_is_missing_or_shows_the_credentials_is_refused() {
    static PLAIN: Scheme = Scheme::new("vault", "plain", Placement::Bearer).flows(&[Flow::new(
        FlowKind::ClientCredentials,
        &[],
    )
    .token_url(TokenUrl::Elsewhere("http://login.example.net/token"))]);
    let live = |credential| connect(Environment::Live, credential);
    let service = |scheme| OAuth2::client_credentials(scheme, OAuthClient::new("id", "hunter2"));
    let mut text = String::new();
    text += &told(live(service(&PLAIN).expect("fit")));
    text += &told(live(service(&schemes::OPEN_ID).expect("fit")));
    text += &told(live(service(&schemes::BROWSER).expect("fit")));
    text += &told(live(
        OAuth2::password(&schemes::PARTNER_LOGIN, "bob", "hunter2").expect("fit"),
    ));
    for url in [
        "token",
        "ftp://vault.example/token",
        "http://vault.example/token",
        "https://bob:hunter2@vault.example/token",
        "https://vault.example/token#hunter2",
    ] {
        text += &told(service(&schemes::OAUTH2).expect("fit").token_url(url));
    }
    insta::assert_snapshot!(text);
    let allowed = service(&PLAIN).and_then(|it| it.token_url_over_plain_http("http://a/token"));
    assert!(live(allowed.expect("allowed")).is_ok());
}

#[test]
fn a_credential_goes_to_its_own_provider_only() {
    let other = || Session::builder(Target::named("other", "live"));
    let key = ApiKey::new(&schemes::HEADER_KEY, "hunter2").expect("fit");
    insta::assert_snapshot!(told(key.sign_in(other()).map(drop)), @"other: failed to take a credential for `headerKey`: that is a scheme of vault; make it for one of other");
    let service = OAuth2::refresh_token(&schemes::OAUTH2, "hunter2").expect("fit");
    assert!(service.sign_in(other()).is_err());
}
