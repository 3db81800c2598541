//! What is asked at token endpoints, and where.

use bindery_auth::standard::{OAuth2, OAuthClient, connect, connect_with};
use bindery_runtime::Kind;

use crate::{
    Client, Environment, schemes,
    service::{at, open, shown, vault},
    sign_in,
    stub::{Reply, Stub},
};

fn client(stub: &Stub, credential: OAuth2) -> Client {
    connect(at(stub), credential).expect("a client")
}

fn service() -> OAuth2 {
    let client = OAuthClient::new("my id", "my:secret+ß");
    OAuth2::client_credentials(&schemes::OAUTH2, client).expect("fit")
}

#[tokio::test]
async fn each_grant_asks_as_the_standard_says_at_the_url_of_its_flow() {
    let stub = Stub::start(vault).await;
    let confidential = || OAuthClient::new("id", "secret");
    for client in [
        sign_in::by_oauth2_client_credentials(at(&stub), "my id", "my:secret+ß"),
        sign_in::by_oauth2_password(at(&stub), confidential(), "bob", "p&ss word"),
        sign_in::by_oauth2_refresh_token(at(&stub), OAuthClient::public("id"), "refresh"),
    ] {
        assert!(open(&client.expect("a client")).await.expect("open"));
    }
    insta::assert_snapshot!(shown(&stub));
}

#[tokio::test]
async fn the_client_goes_into_the_body_where_it_is_said_and_scopes_and_parameters_go_along() {
    let stub = Stub::start(vault).await;
    let in_body = OAuthClient::new("id", "secret").in_body();
    let credential = OAuth2::password(&schemes::OAUTH2, "bob", "password").expect("fit");
    let credential = credential
        .client(in_body)
        .scopes(["write:all", "read"])
        .parameter("audience", "https://vault.example/");
    let client = client(&stub, credential);
    assert!(open(&client).await.expect("open"));
    assert!(client.open_by_two_scopes().send().await.expect("open").open);
    insta::assert_snapshot!(shown(&stub));
}

#[tokio::test]
async fn a_scope_that_was_not_asked_for_fails_the_call_before_it_is_sent() {
    let stub = Stub::start(vault).await;
    let client = client(&stub, service().scopes("read"));
    let error = client
        .open_by_two_scopes()
        .send()
        .await
        .expect_err("no scope");
    assert_eq!(error.kind(), Kind::Credential);
    assert!(stub.received().is_empty());
    assert!(open(&client).await.expect("open"));
}

#[tokio::test]
async fn one_token_serves_another_scheme_too() {
    let stub = Stub::start(vault).await;
    let credential = service()
        .also_serves(&schemes::BEARER_AUTH)
        .also_serves(&schemes::QUERY_KEY);
    let client = client(&stub, credential);
    assert!(client.open_by_bearer().send().await.expect("open").open);
    assert!(client.open_by_query().send().await.expect("open").open);
    let lines = stub.lines();
    assert_eq!(
        lines[1..],
        ["GET /v1/by-bearer", "GET /v1/by-query?vault_key=access-1"]
    );
}

#[tokio::test]
async fn a_token_url_of_the_caller_is_asked_as_it_is() {
    let (stub, login) = (Stub::start(vault).await, Stub::start(vault).await);
    let url = format!("{}/realms/a%20b/token/?x=1&y=%26", login.url);
    for scheme in [&schemes::OAUTH2, &schemes::OPEN_ID, &schemes::PARTNER_LOGIN] {
        let credential = OAuth2::client_credentials(scheme, OAuthClient::new("id", "secret"));
        let credential = credential.and_then(|it| it.token_url_over_plain_http(&url));
        let client = client(&stub, credential.expect("fit"));
        let _ = client.open_by_scope().send().await;
        let _ = client.open_by_identity().send().await;
        let _ = client.open_by_partner().send().await;
    }
    assert_eq!(login.lines(), ["POST /realms/a%20b/token/?x=1&y=%26"; 3]);
    assert!(!stub.lines().iter().any(|line| line.starts_with("POST")));
}

/// A proxy sees the host of each request over TLS, and no more.
#[tokio::test]
async fn tokens_are_asked_for_in_the_chosen_environment_and_through_the_sessions_proxy() {
    let proxy = Stub::start(|_, _| Reply::status(502, "")).await;
    let partner = || {
        let client = OAuthClient::new("id", "secret");
        OAuth2::client_credentials(&schemes::PARTNER_LOGIN, client).expect("fit")
    };
    let custom = Environment::custom("https://gateway.example/base").expect("a URL");
    for environment in [Environment::Live, Environment::Sandbox, custom] {
        let session = |session: bindery_runtime::SessionBuilder| session.proxy(proxy.url.as_str());
        let client = connect_with(environment.clone(), service(), session).expect("a client");
        client.open_by_scope().send().await.expect_err("no way");
        let client = connect_with(environment, partner(), session).expect("a client");
        client.open_by_partner().send().await.expect_err("no way");
    }
    assert_eq!(
        proxy.lines(),
        [
            "CONNECT vault.example:443",
            "CONNECT login.example.net:443",
            "CONNECT sandbox.vault.example:443",
            "CONNECT login.example.net:443",
            "CONNECT gateway.example:443",
            "CONNECT login.example.net:443",
        ]
    );
}

#[tokio::test]
async fn no_credential_follows_a_redirect_of_the_token_endpoint() {
    let elsewhere = Stub::start(vault).await;
    let location: &'static str = format!("location: {}/token\r\n", elsewhere.url).leak();
    let stub = Stub::start(move |_, number| {
        Reply([301, 302, 307, 308][number % 4], location, String::new())
    })
    .await;
    for _ in 0..4 {
        let error = open(&client(&stub, service())).await.expect_err("no token");
        assert_eq!(error.kind(), Kind::Authentication);
    }
    assert_eq!(stub.received().len(), 4);
    assert!(elsewhere.received().is_empty());
}
