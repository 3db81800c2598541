//! What goes with every call: tokens that the caller brings, names and passwords, keys.

use bindery_auth::standard::{ApiKey, Basic, Bearer, connect};
use bindery_runtime::Kind;

use crate::{
    schemes,
    service::{at, shown, vault},
    sign_in,
    stub::{Reply, Stub},
};

#[tokio::test]
async fn each_credential_goes_where_its_scheme_wants_it() {
    let stub = Stub::start(vault).await;
    let client = sign_in::by_bearer_auth(at(&stub), "a+b/c==").expect("a client");
    assert!(client.open_by_bearer().send().await.expect("open").open);
    let client = sign_in::by_basic_auth(at(&stub), "Aladdin", "open sésame").expect("a client");
    assert!(client.open_by_basic().send().await.expect("open").open);
    let client = sign_in::by_header_key(at(&stub), "Key a+b/c==").expect("a client");
    assert!(client.open_by_header().send().await.expect("open").open);
    let client = sign_in::by_query_key(at(&stub), "a+b/c==&é").expect("a client");
    assert!(client.open_by_query().send().await.expect("open").open);
    let client = sign_in::by_cookie_key(at(&stub), "a+b/c==").expect("a client");
    assert!(client.open_by_cookie().send().await.expect("open").open);
    let client = sign_in::by_open_id(at(&stub), "identity").expect("a client");
    assert!(client.open_by_identity().send().await.expect("open").open);
    let client = sign_in::by_browser(at(&stub), "brought").expect("a client");
    assert!(client.open_by_browser().send().await.expect("open").open);
    insta::assert_snapshot!(shown(&stub));
}

#[tokio::test]
async fn what_a_call_takes_together_goes_together() {
    let stub = Stub::start(vault).await;
    let credentials = (
        ApiKey::new(&schemes::HEADER_KEY, "one").expect("fit"),
        ApiKey::new(&schemes::QUERY_KEY, "two").expect("fit"),
        ApiKey::new(&schemes::COOKIE_KEY, "three").expect("fit"),
        Basic::new(&schemes::BASIC_AUTH, "bob", "four").expect("fit"),
    );
    let client = connect(at(&stub), credentials).expect("a client");
    let call = client.open_by_two_keys().theme("dark");
    assert!(call.send().await.expect("open").open);
    insta::assert_snapshot!(shown(&stub));
}

#[tokio::test]
async fn the_first_alternative_that_is_whole_is_taken() {
    let stub = Stub::start(vault).await;
    let credentials = (
        ApiKey::new(&schemes::HEADER_KEY, "one").expect("fit"),
        Bearer::new(&schemes::BEARER_AUTH, "two").expect("fit"),
    );
    let client = connect(at(&stub), credentials).expect("a client");
    assert!(client.open_by_two_keys().send().await.expect("open").open);
    let received = stub.received();
    assert_eq!(received[0].header("authorization"), Some("Bearer two"));
    assert_eq!(received[0].header("x-vault-key"), None);
}

#[tokio::test]
async fn a_call_without_its_credential_fails_before_it_is_sent() {
    let stub = Stub::start(vault).await;
    let client = connect(at(&stub), ()).expect("a client");
    assert!(client.open_to_all().send().await.expect("open").open);
    let error = client.open_by_bearer().send().await.expect_err("no token");
    assert_eq!(error.kind(), Kind::Credential);
    assert_eq!(stub.received().len(), 1);
}

/// I16: nothing that can be printed has eight characters of a secret in a row.
#[tokio::test]
async fn i16_a_key_that_a_service_repeats_is_masked_in_every_form() {
    const KEY: &str = "hunter2/hunter2 hunter2";
    let stub = Stub::start(|request, _| {
        let target = request.line.split('?').nth(1).unwrap_or_default();
        let header = request.header("x-vault-key").unwrap_or_default();
        Reply::status(
            403,
            format!(r#"{{"message":"no: {target} {header} hunter2/hunter2 hunter2, bob"}}"#),
        )
    })
    .await;
    let environment = || at(&stub);
    let by_query = sign_in::by_query_key(environment(), KEY).expect("a client");
    let by_header = sign_in::by_header_key(environment(), KEY).expect("a client");
    let by_basic = sign_in::by_basic_auth(environment(), "bob", KEY).expect("a client");
    let by_cookie = sign_in::by_cookie_key(environment(), "hunter2/hunter2").expect("a client");
    let errors = [
        by_query.open_by_query().send().await.expect_err("closed"),
        by_header.open_by_header().send().await.expect_err("closed"),
        by_basic.open_by_basic().send().await.expect_err("closed"),
        by_cookie.open_by_cookie().send().await.expect_err("closed"),
    ];
    for error in errors {
        let text = format!("{error} {error:?} {:?}", error.message());
        assert!(
            !text.contains("hunter2/") && !text.contains("hunter2%"),
            "{text}"
        );
        assert!(text.contains("bob"), "a name is no secret: {text}");
    }
}

#[tokio::test]
async fn no_key_follows_a_redirect() {
    let elsewhere = Stub::start(vault).await;
    let location: &'static str = format!("location: {}/\r\n", elsewhere.url).leak();
    let stub = Stub::start(move |_, _| Reply(302, location, String::new())).await;
    for client in [
        sign_in::by_query_key(at(&stub), "key").expect("a client"),
        sign_in::by_cookie_key(at(&stub), "key").expect("a client"),
    ] {
        let _ = client.open_by_query().send().await;
        let _ = client.open_by_cookie().send().await;
    }
    assert_eq!(stub.received().len(), 2);
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn a_refused_key_is_sent_once() {
    let stub = Stub::start(|_, _| Reply::status(401, "{}")).await;
    let client = sign_in::by_header_key(at(&stub), "key").expect("a client");
    let error = client.open_by_header().send().await.expect_err("refused");
    assert_eq!(error.kind(), Kind::Refused);
    assert_eq!(stub.received().len(), 1);
}
