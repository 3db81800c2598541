//! Environments and credentials from environment variables.

use bindery_auth::{
    InvalidVariables,
    standard::{Credentials, from_variables},
};

use crate::{
    Environment,
    service::{open, shown, vault},
    stub::Stub,
};

fn read(given: &[(&str, &str)]) -> Result<(Environment, Credentials), InvalidVariables> {
    from_variables(&|name| {
        let found = given.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.into())
    })
}

fn told(given: &[(&str, &str)]) -> String {
    let error = read(given).expect_err("something is wrong");
    let text = error.to_string();
    assert!(!format!("{text} {error:?}").contains("hunter2"), "{text}");
    text
}

#[tokio::test]
async fn every_scheme_whose_variables_are_set_is_signed_in_to() {
    let stub = Stub::start(vault).await;
    let url = format!("{}/v1", stub.url);
    let (environment, credentials) = read(&[
        ("VAULT_URL", &url),
        ("VAULT_ALLOW_HTTP", &stub.url),
        ("VAULT_BEARER_AUTH", "bearer"),
        ("VAULT_BASIC_AUTH_USERNAME", "bob"),
        ("VAULT_BASIC_AUTH_PASSWORD", "password"),
        ("VAULT_HEADER_KEY", "key"),
        ("VAULT_QUERY_KEY", "key"),
        ("VAULT_COOKIE_KEY", "key"),
        ("VAULT_OAUTH2_CLIENT_ID", "id"),
        ("VAULT_OAUTH2_CLIENT_SECRET", "secret"),
        ("VAULT_OAUTH2_SCOPES", "read"),
        ("VAULT_OPEN_ID", "identity"),
        ("VAULT_BROWSER_ACCESS_TOKEN", "brought"),
    ])
    .expect("all is well");
    let client = bindery_auth::standard::connect(environment, credentials).expect("a client");
    assert!(client.open_by_bearer().send().await.expect("open").open);
    assert!(client.open_by_two_keys().send().await.expect("open").open);
    assert!(client.open_by_identity().send().await.expect("open").open);
    assert!(client.open_by_browser().send().await.expect("open").open);
    assert!(open(&client).await.expect("open"));
    insta::assert_snapshot!(shown(&stub));
}

#[tokio::test]
async fn of_several_ways_to_sign_in_the_one_that_says_most_is_taken() {
    let stub = Stub::start(vault).await;
    let url = format!("{}/v1", stub.url);
    let mut given = vec![
        ("VAULT_URL", url.as_str()),
        ("VAULT_ALLOW_HTTP", &stub.url),
        ("VAULT_OAUTH2_CLIENT_ID", "id"),
        ("VAULT_OAUTH2_CLIENT_SECRET", "secret"),
    ];
    for more in [
        &[][..],
        &[("VAULT_OAUTH2_ACCESS_TOKEN", "access")],
        &[
            ("VAULT_OAUTH2_USERNAME", "bob"),
            ("VAULT_OAUTH2_PASSWORD", "password"),
        ],
        &[("VAULT_OAUTH2_REFRESH_TOKEN", "refresh")],
    ] {
        given.extend(more);
        let (environment, credentials) = read(&given).expect("all is well");
        let client = bindery_auth::standard::connect(environment, credentials).expect("a client");
        assert!(open(&client).await.expect("open"));
    }
    insta::assert_snapshot!(shown(&stub));
}

#[test]
fn all_that_is_missing_or_wrong_is_named_at_once() {
    insta::assert_snapshot!(told(&[]));
    insta::assert_snapshot!(told(&[("VAULT_ENVIRONMENT", "sandbox")]));
    insta::assert_snapshot!(told(&[
        ("VAULT_ENVIRONMENT", "hunter2"),
        ("VAULT_BASIC_AUTH_USERNAME", "hunter2:hunter2"),
        ("VAULT_HEADER_KEY", "hunter2\n"),
        ("VAULT_COOKIE_KEY", "hunter2;hunter2"),
        ("VAULT_OAUTH2_CLIENT_SECRET", "hunter2"),
        ("VAULT_OAUTH2_USERNAME", "hunter2"),
        ("VAULT_PARTNER_LOGIN_CLIENT_ID", "id"),
        ("VAULT_BROWSER_CLIENT_ID", "hunter2"),
    ]));
}
