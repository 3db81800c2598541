//! Which addresses are taken, and by which way tokens are got.

use std::{cell::RefCell, ffi::OsString};

use bindery_alibaba_baas::Environment as AlibabaBaas;
use bindery_auth::{alibaba_baas, hive, upvest};
use bindery_hive::{Environment as Hive, types::Network};
use bindery_upvest::Environment as Upvest;
use proptest::{prelude::*, test_runner::TestRunner};

use crate::stub::{Reply, Stub};

fn origins() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["http", "HTTP", "https", "ws"]);
    let user = prop::sample::select(vec!["", "", "user@", "127.0.0.1@"]);
    let host = prop::sample::select(vec![
        "127.0.0.1",
        "127.0.0.1.evil.example",
        "127.0.0.11",
        "127.1",
        "localhost",
        "localhost.evil.example",
        "[::1]",
        "gateway.example",
        "GATEWAY.example",
        "gateway.example.",
        "g\u{e4}teway.example",
        "xn--gteway-cua.example",
    ]);
    let port = prop::sample::select(vec!["", ":80", ":443", ":8080", ":80801"]);
    (scheme, user, host, port)
        .prop_map(|(scheme, user, host, port)| format!("{scheme}://{user}{host}{port}"))
}

#[derive(Clone, Debug)]
enum Allowed {
    Itself,
    Beginning(usize),
    Longer(&'static str),
    Another(String),
    Nothing,
}

#[test]
fn i15_plain_http_is_taken_for_the_very_origin_that_is_allowed() {
    let path = prop::sample::select(vec!["", "/", "/1.0/"]);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(4096)
    };
    let taken = RefCell::new(0);
    // What is allowed is the origin itself, what only begins like it or is begun by it, another, or nothing.
    let how = prop_oneof![
        Just(Allowed::Itself),
        (0_usize..40).prop_map(Allowed::Beginning),
        prop::sample::select(vec![
            "/",
            ":80",
            "0",
            ".evil.example",
            "@evil.example",
            "/1.0/"
        ])
        .prop_map(Allowed::Longer),
        origins().prop_map(Allowed::Another),
        Just(Allowed::Nothing),
    ];
    let outcome = TestRunner::new(config).run(&(origins(), path, how), |(origin, path, how)| {
        let given = format!("{origin}{path}");
        let canonical = reqwest::Url::parse(&given).map(|url| url.origin().ascii_serialization());
        let canonical = canonical.unwrap_or_default();
        let allowed = match how {
            Allowed::Itself => Some(canonical),
            Allowed::Beginning(length) => Some(canonical.chars().take(length).collect()),
            Allowed::Longer(end) => Some(format!("{canonical}{end}")),
            Allowed::Another(another) => Some(another),
            Allowed::Nothing => None,
        };
        let lookup = |name: &str| match name {
            "UPVEST_URL" => Some(OsString::from(&given)),
            "UPVEST_ALLOW_HTTP" => allowed.as_ref().map(OsString::from),
            "UPVEST_ENVIRONMENT" => None,
            _ => Some("given".into()),
        };
        if let Ok((Upvest::Custom(base), ..)) = upvest::from_variables(&lookup) {
            *taken.borrow_mut() += 1;
            let origin = base.origin().ascii_serialization();
            prop_assert!(
                origin.starts_with("https://") || allowed == Some(origin),
                "{given} was taken where {allowed:?} is allowed"
            );
        }
        Ok(())
    });
    outcome.expect("no other origin is taken");
    assert!(taken.into_inner() > 100, "some are taken");
}

/// Stands between, and is the service as well.
fn proxy(request: &crate::stub::Received, _: usize) -> Reply {
    match request.line.as_str() {
        "POST http://alibaba.example/api/v1/token" => Reply::ok(
            r#"{"token_type":"bearer","access_token":"a","refresh_token":"","expires_in":3600}"#,
        ),
        "POST http://hive.example/v2/auth-token" => Reply::ok(
            r#"{"code":1000,"message":"success","data":{"accessToken":"e30.e30.c2ln","refreshToken":"e30.e30.c2ln"}}"#,
        ),
        "POST http://upvest.example/1.0/clientele/oauth2/token" => Reply::ok(
            r#"{"access_token":"u","expires_in":36000,"token_type":"Bearer","scope":"echo"}"#,
        ),
        _ => Reply::status(404, "{}"),
    }
}

#[tokio::test]
async fn tokens_are_got_by_the_way_that_the_calls_go() {
    let stub = Stub::start(proxy).await;
    let settings = |session: bindery_runtime::SessionBuilder| {
        session.proxy(stub.url.as_str()).product("my-shop/1.2")
    };
    let at = |host: &str| format!("http://{host}.example");
    let alibaba = alibaba_baas::connect_with(
        AlibabaBaas::custom_over_plain_http(&format!("{}/api/v1", at("alibaba"))).expect("a URL"),
        alibaba_baas::Credentials::refresh_token("refresh"),
        settings,
    );
    let block = alibaba
        .expect("a client")
        .get_block("channel3", "1")
        .send()
        .await;
    block.expect_err("there is none");
    let hive = hive::connect_with(
        Hive::custom_over_plain_http(&at("hive")).expect("a URL"),
        hive::Credentials::new("id", "secret"),
        settings,
    );
    let wallet = hive
        .expect("a client")
        .create_wallet(Network::Polygon)
        .send()
        .await;
    wallet.expect_err("there is none");
    let tenant = upvest::Tenant::new_with(
        Upvest::custom_over_plain_http(&format!("{}/1.0/", at("upvest"))).expect("a URL"),
        upvest::ApiKey::new("key", "secret", "passphrase"),
        upvest::OAuthClient::new("id", "secret"),
        settings,
    );
    let user = tenant
        .expect("a tenant")
        .user("Jane", "password", "echo read")
        .expect("a user");
    user.clientele_echo_get("x")
        .send()
        .await
        .expect_err("there is none");
    let received = stub.received();
    let lines: Vec<_> = received
        .iter()
        .map(|request| request.line.as_str())
        .collect();
    assert_eq!(
        lines,
        [
            "POST http://alibaba.example/api/v1/token",
            "GET http://alibaba.example/api/v1/networks/channel3/blocks/1",
            "POST http://hive.example/v2/auth-token",
            "POST http://hive.example/core/v0/wallet",
            "POST http://upvest.example/1.0/clientele/oauth2/token",
            "GET http://upvest.example/1.0/clientele/echo-oauth2?echo=x",
        ]
    );
    for request in &received {
        let agent = request.header("user-agent").unwrap_or_default();
        assert!(agent.starts_with("my-shop/1.2 bindery/"), "{agent}");
    }
}

#[test]
fn a_session_that_cannot_be_set_up_gives_no_client() {
    let settings = |session: bindery_runtime::SessionBuilder| session.proxy("ftp://proxy");
    let client = hive::connect_with(
        Hive::Sandbox,
        hive::Credentials::new("id", "secret"),
        settings,
    );
    let error = client.expect_err("no proxy").to_string();
    assert!(error.contains("proxy"), "{error}");
}
