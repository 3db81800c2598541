//! Upvest, against a service that the test plays.

use std::{ffi::OsString, time::Duration};

use bindery_auth::{
    AuthError, MemoryStore, Rejected,
    upvest::{ApiKey, OAuthClient, Tenant, from_variables},
};
use bindery_runtime::{Advice, Error, Kind, RetryPolicy};
use bindery_upvest::{Client, Environment, types::Echo};

use crate::{
    clock::TestClock,
    secrets::{CANARY, assert_silent},
    stub::{Received, Reply, Stub},
};

const TOKEN: &str = "POST /1.0/clientele/oauth2/token";
const CALL: &str = "GET /1.0/clientele/echo-oauth2?echo=x";
const TEN_HOURS: Duration = Duration::from_secs(36_000);

/// Issues `access-1` and `refresh-1`, and so on, and echoes.
fn service(request: &Received, number: usize) -> Reply {
    if request.line != TOKEN {
        return Reply::ok(r#"{"echo":"x"}"#);
    }
    Reply::ok(format!(
        r#"{{"access_token":"access-{number}","expires_in":36000,"token_type":"Bearer","scope":"echo","refresh_token":"refresh-{number}"}}"#
    ))
}

fn tenant(stub: &Stub, clock: &TestClock) -> Tenant {
    tenant_with(stub, clock, OAuthClient::new("client", "client-secret"))
}

fn tenant_with(stub: &Stub, clock: &TestClock, oauth_client: OAuthClient) -> Tenant {
    let environment =
        Environment::custom_over_plain_http(&format!("{}/1.0/", stub.url)).expect("a URL");
    let api_key = ApiKey::new("key", "test-secret", "passphrase").clock(clock.clone());
    Tenant::new(environment, api_key, oauth_client).expect("a tenant")
}

fn jane(tenant: &Tenant) -> Client {
    tenant
        .user("Jane Doe", "p&ssword", ["read", "echo"])
        .expect("a client")
}

async fn call(client: &Client) -> Result<String, Error> {
    Ok(client.clientele_echo_get("x").send().await?.echo.clone())
}

fn forms(stub: &Stub) -> Vec<String> {
    stub.received()
        .into_iter()
        .filter(|request| request.line == TOKEN)
        .map(|request| request.body)
        .collect()
}

const PASSWORD: &str = "grant_type=password&client_id=client&client_secret=client-secret&username=Jane+Doe&password=p%26ssword&scope=echo+read";

fn refresh(number: usize) -> String {
    format!(
        "grant_type=refresh_token&client_id=client&client_secret=client-secret&refresh_token=refresh-{number}"
    )
}

#[tokio::test]
async fn a_tenants_call_carries_a_signature_over_what_was_sent() {
    let stub = Stub::start(service).await;
    let client = tenant(&stub, &TestClock::new()).client();
    client
        .tenancy_echo_get("Hello, w\u{f6}rld!")
        .send()
        .await
        .expect("an echo");
    client
        .tenancy_echo_post(Echo::new("x"))
        .send()
        .await
        .expect("an echo");
    // Computed with another implementation of HMAC, for 1700000000 and `test-secret`.
    let expected = [
        (
            "/1.0/tenancy/echo-signed?echo=Hello%2C%20w%C3%B6rld%21",
            "84756e6043fff05e4b71d5004b1f99f468d83e83a30668103965cb92bccf1ff1402b97b7828b4ef7d822fa581bd837345b01ac72018935e3647e16538dec9f19",
        ),
        (
            "/1.0/tenancy/echo-signed",
            "8693796f785e3c85988179f54de281de8d87cc8415c098a6ad993ff1bcfec03bf9bbfd320ee53a7e8cb7f87fea0889e8decef6c3a039c6f3ab7f9627d8878590",
        ),
    ];
    for (request, (path, signature)) in stub.received().iter().zip(expected) {
        assert!(request.line.ends_with(path), "{}", request.line);
        assert_eq!(request.header("x-up-api-signed-path"), Some(path));
        assert_eq!(request.header("x-up-api-key"), Some("key"));
        assert_eq!(request.header("x-up-api-passphrase"), Some("passphrase"));
        assert_eq!(request.header("x-up-api-timestamp"), Some("1700000000"));
        assert_eq!(request.header("x-up-api-signature"), Some(signature));
        assert_eq!(request.header("authorization"), None);
    }
}

#[tokio::test]
async fn each_attempt_is_signed_with_its_own_time() {
    let stub = Stub::start(service).await;
    let clock = TestClock::new();
    let client = tenant(&stub, &clock).client();
    for _ in 0..2 {
        client.tenancy_echo_get("x").send().await.expect("an echo");
        clock.advance(Duration::from_secs(1));
    }
    let received = stub.received();
    assert_eq!(received[1].header("x-up-api-timestamp"), Some("1700000001"));
    assert_ne!(
        received[0].header("x-up-api-signature"),
        received[1].header("x-up-api-signature")
    );
}

#[tokio::test]
async fn a_refused_signature_is_not_tried_again() {
    let stub = Stub::start(|_, _| Reply::status(401, "{}")).await;
    let error = tenant(&stub, &TestClock::new())
        .client()
        .tenancy_echo_get("x")
        .send()
        .await
        .expect_err("refused");
    assert_eq!((error.kind(), error.attempts()), (Kind::Refused, 1));
}

#[tokio::test]
async fn a_user_signs_in_with_the_password_and_the_chosen_scopes() {
    let stub = Stub::start(service).await;
    let client = jane(&tenant(&stub, &TestClock::new()));
    assert_eq!(call(&client).await.expect("an echo"), "x");
    assert_eq!(call(&client).await.expect("an echo"), "x");
    assert_eq!(stub.lines(), [TOKEN, CALL, CALL]);
    let received = stub.received();
    assert_eq!(received[0].body, PASSWORD);
    assert_eq!(received[0].header("authorization"), None);
    assert_eq!(received[0].header("x-up-api-key"), None);
    assert_eq!(received[1].header("authorization"), Some("Bearer access-1"));
    assert_eq!(received[1].header("x-up-api-key"), None);
}

#[tokio::test]
async fn a_call_beyond_the_scopes_is_not_sent() {
    let stub = Stub::start(service).await;
    let client = tenant(&stub, &TestClock::new())
        .user("Jane Doe", "password", "read wallet")
        .expect("a client");
    let error = call(&client).await.expect_err("no scope");
    assert_eq!(error.kind(), Kind::Credential);
    assert!(
        error
            .to_string()
            .contains("`oauth2` with the scope `read wallet`"),
        "{error}"
    );
    assert_eq!(stub.lines().len(), 0);
}

#[tokio::test]
async fn a_refresh_token_is_used_while_it_serves() {
    let stub = Stub::start(service).await;
    let clock = TestClock::new();
    let client = jane(&tenant(&stub, &clock));
    for _ in 0..3 {
        call(&client).await.expect("an echo");
        clock.advance(TEN_HOURS);
    }
    assert_eq!(forms(&stub), [PASSWORD.to_owned(), refresh(1), refresh(3)]);
}

#[tokio::test]
async fn a_refused_refresh_leads_to_the_password_and_an_unsupported_one_is_remembered() {
    for (code, remembered) in [
        ("unsupported_grant_type", true),
        ("invalid_request", true),
        ("invalid_grant", false),
    ] {
        let stub = Stub::start(move |request, number| {
            let refused = request.body.starts_with("grant_type=refresh_token");
            if refused {
                Reply::status(400, format!(r#"{{"error":"{code}"}}"#))
            } else {
                service(request, number)
            }
        })
        .await;
        let clock = TestClock::new();
        let tenant = tenant(&stub, &clock);
        let client = jane(&tenant);
        for _ in 0..3 {
            call(&client).await.expect("an echo");
            clock.advance(TEN_HOURS);
        }
        let refreshes = forms(&stub)
            .iter()
            .filter(|form| form.starts_with("grant_type=refresh_token"))
            .count();
        assert_eq!(refreshes, if remembered { 1 } else { 2 }, "{code}");
    }
}

/// I23: nobody gets the token of another, and what is kept is bounded.
#[tokio::test]
async fn i23_one_user_of_a_tenant_signs_in_once_and_two_users_never_share() {
    let stub = Stub::start(|request, number| {
        if request.line == TOKEN {
            let name = if request.body.contains("username=Jane") {
                "jane"
            } else {
                "joe"
            };
            return Reply::ok(format!(r#"{{"access_token":"{name}-{number}"}}"#));
        }
        service(request, number)
    })
    .await;
    let tenant = tenant(&stub, &TestClock::new());
    let user = |name: &str, scopes: &str| {
        tenant
            .clone()
            .user(name, "password", scopes)
            .expect("a client")
    };
    for (name, scopes) in [
        ("Jane", "echo read"),
        ("Joe", "echo read"),
        ("Jane", "read echo"),
        ("Joe", "echo"),
        ("Jane", "echo read"),
    ] {
        call(&user(name, scopes)).await.expect("an echo");
    }
    let shown: Vec<_> = stub
        .received()
        .iter()
        .filter_map(|request| request.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(
        shown,
        [
            "Bearer jane-1",
            "Bearer joe-3",
            "Bearer jane-1",
            "Bearer joe-6",
            "Bearer jane-1"
        ]
    );
}

/// I8: an outage costs the requests of its schedule whatever the number of callers, and a refusal of the credentials one.
#[tokio::test]
async fn i08_a_wrong_password_is_sent_once_until_another_is_given() {
    let stub = Stub::start(|request, number| {
        let wrong = request.body.contains(CANARY);
        if wrong {
            Reply::status(401, r#"{"error":"invalid_grant"}"#)
        } else {
            service(request, number)
        }
    })
    .await;
    let tenant = tenant(&stub, &TestClock::new());
    for _ in 0..10 {
        let client = tenant.user("Jane", CANARY, "echo").expect("a client");
        let error = call(&client).await.expect_err("refused");
        assert_eq!(
            (error.kind(), error.advice()),
            (Kind::Authentication, Advice::Reauthenticate)
        );
        let cause = std::error::Error::source(&error)
            .and_then(|cause| cause.downcast_ref())
            .expect("our own");
        assert!(
            matches!(
                cause,
                AuthError::Rejected {
                    what: Rejected::Credentials,
                    ..
                }
            ),
            "{cause:?}"
        );
        assert_silent(&format!(
            "{error} {error:#?} {cause} {cause:#?} {client:#?} {tenant:#?}"
        ));
    }
    assert_eq!(stub.lines(), [TOKEN]);
    call(&tenant.user("Jane", "right", "echo").expect("a client"))
        .await
        .expect("an echo");
}

#[tokio::test]
async fn what_was_refused_is_told_apart() {
    for (status, body, expected) in [
        (401, r#"{"error":"invalid_client"}"#, Rejected::Client),
        (400, r#"{"error":"unauthorized_client"}"#, Rejected::Client),
        (400, r#"{"error":"invalid_scope"}"#, Rejected::Scopes),
        (400, r#"{"error":"invalid_grant"}"#, Rejected::Credentials),
        (403, "<html>", Rejected::Credentials),
        (400, r#"{"error":"invalid_request"}"#, Rejected::Request),
        (404, "", Rejected::Request),
    ] {
        let stub = Stub::start(move |_, _| Reply::status(status, body)).await;
        let error = call(&jane(&tenant(&stub, &TestClock::new())))
            .await
            .expect_err("refused");
        let cause = std::error::Error::source(&error)
            .and_then(|cause| cause.downcast_ref())
            .expect("our own");
        assert!(
            matches!(cause, AuthError::Rejected { what, .. } if *what == expected),
            "{body}: {cause:?}"
        );
    }
}

/// I16: nothing that can be printed has eight characters of a secret in a row.
#[test]
fn i16_no_part_of_the_credentials_shows() {
    let api_key = ApiKey::new(CANARY, CANARY, CANARY);
    let oauth_client = OAuthClient::new("client", CANARY);
    let shown = format!("{api_key:#?} {oauth_client:#?}");
    assert_silent(&shown);
    let tenant = Tenant::new(Environment::Playground, api_key, oauth_client).expect("a tenant");
    let user = tenant.user("Jane", CANARY, "echo").expect("a client");
    assert_silent(&format!("{tenant:#?} {:#?} {user:#?}", tenant.client()));
}

#[test]
fn empty_credentials_are_refused_at_once() {
    let tenant = |id, secret| {
        Tenant::new(
            Environment::Playground,
            ApiKey::new("a", "b", "c"),
            OAuthClient::new(id, secret),
        )
    };
    let refused = |id, secret| {
        tenant(id, secret)
            .map(|_| ())
            .expect_err("refused")
            .to_string()
    };
    insta::assert_snapshot!(refused("", "secret"), @"upvest: failed to take the OAuth client's id: it is empty");
    insta::assert_snapshot!(refused("id", ""), @"upvest: failed to take the OAuth client's secret: it is empty");
    let tenant = tenant("id", "secret").expect("a tenant");
    let refused = |name, password| {
        tenant
            .user(name, password, "echo")
            .map(|_| ())
            .expect_err("refused")
            .to_string()
    };
    insta::assert_snapshot!(refused("", "password"), @"upvest: failed to take the user's name: it is empty");
    insta::assert_snapshot!(refused("Jane", ""), @"upvest: failed to take the user's password: it is empty");
}

fn read(variables: &[(&str, &str)]) -> String {
    let lookup = |name: &str| {
        variables
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| OsString::from(*value))
    };
    match from_variables(&lookup) {
        Ok(read) => format!("{read:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn all_missing_variables_are_named_at_once() {
    insta::assert_snapshot!(read(&[]));
    insta::assert_snapshot!(read(&[
        ("UPVEST_URL", "http://127.0.0.1:8080/1.0/"),
        ("UPVEST_API_KEY", "key"),
        ("UPVEST_CLIENT_ID", "id")
    ]));
}

#[test]
fn an_environment_is_named_or_given_as_a_url() {
    let with = |name, value| {
        read(&[
            (name, value),
            ("UPVEST_ALLOW_HTTP", "http://127.0.0.1:8080"),
            ("UPVEST_API_KEY", CANARY),
            ("UPVEST_API_SECRET", CANARY),
            ("UPVEST_API_PASSPHRASE", CANARY),
            ("UPVEST_CLIENT_ID", "id"),
            ("UPVEST_CLIENT_SECRET", CANARY),
        ])
    };
    for (name, value, expected) in [
        ("UPVEST_ENVIRONMENT", "playground", "Playground"),
        (
            "UPVEST_ENVIRONMENT",
            "playground_legacy",
            "PlaygroundLegacy",
        ),
        ("UPVEST_ENVIRONMENT", "live", "Live"),
        ("UPVEST_URL", "http://127.0.0.1:8080/1.0/", "127.0.0.1"),
    ] {
        let read = with(name, value);
        assert!(read.contains(expected), "{read}");
        assert_silent(&read);
    }
}

/// I23: nobody gets the token of another, and what is kept is bounded.
#[tokio::test]
async fn i23_tenants_that_share_a_store_share_the_tokens_of_a_user_who_gives_the_same_password() {
    let stub = Stub::start(service).await;
    let store = MemoryStore::new();
    let tenant = || {
        let oauth_client = OAuthClient::new("client", "client-secret").store(store.clone());
        tenant_with(&stub, &TestClock::new(), oauth_client)
    };
    for _ in 0..2 {
        call(&jane(&tenant())).await.expect("an echo");
    }
    assert_eq!(forms(&stub), [PASSWORD]);
    // A name alone opens nothing.
    let guessed = tenant()
        .user("Jane Doe", "guessed", ["read", "echo"])
        .expect("a client");
    call(&guessed).await.expect("an echo");
    assert_eq!(forms(&stub).len(), 2);
    assert!(forms(&stub)[1].contains("password=guessed"));
}

/// I20: a refresh token whose answer was lost is shown once more at most, and within its grace only.
#[tokio::test]
async fn i20_a_refresh_token_whose_answer_was_lost_gives_way_to_the_password() {
    let stub = Stub::start(|request, number| match number {
        3 => Reply::status(502, "{}"),
        _ => service(request, number),
    })
    .await;
    let clock = TestClock::new();
    let jane = jane(&tenant(&stub, &clock));
    call(&jane).await.expect("an echo");
    clock.advance(TEN_HOURS);
    call(&jane).await.expect_err("the answer is lost");
    clock.advance(Duration::from_secs(2));
    call(&jane).await.expect("an echo");
    assert_eq!(forms(&stub), [PASSWORD, &refresh(1), PASSWORD]);
}

/// I5: no lock is held across an await, and getting a token never waits for a token.
/// I24: every token request ends in time and reads no more than its cap, and no caller shortens it.
#[tokio::test]
async fn i05_i24_a_token_request_has_a_session_of_its_own_without_a_callers_settings() {
    let stub = Stub::start(|_, _| Reply::status(503, "{}")).await;
    let environment =
        Environment::custom_over_plain_http(&format!("{}/1.0/", stub.url)).expect("a URL");
    let tenant = Tenant::new_with(
        environment,
        ApiKey::new("key", "secret", "passphrase"),
        OAuthClient::new("client", "client-secret"),
        |session| session.retry(RetryPolicy::default()).product("caller/1.0"),
    );
    let tenant = tenant.expect("a tenant");
    let error = call(&jane(&tenant)).await.expect_err("an outage");
    assert_eq!(error.kind(), Kind::Authentication);
    let received = stub.received();
    assert_eq!(
        received.len(),
        1,
        "the token source spaces its requests itself"
    );
    assert_eq!(received[0].line, TOKEN);
    assert_eq!(received[0].header("authorization"), None);
    assert_eq!(received[0].header("x-up-api-key"), None);
    let agent = received[0].header("user-agent").unwrap_or_default();
    assert!(!agent.contains("caller"), "{agent}");
}

/// I23: nobody gets the token of another, and what is kept is bounded.
#[tokio::test]
async fn i23_whatever_the_order_of_users_scopes_and_passwords_each_shows_its_own_token() {
    // The token tells who signed in, with what.
    let stub = Stub::start(|request, number| {
        if request.line != TOKEN {
            return Reply::ok(r#"{"echo":"x"}"#);
        }
        let field = |name: &str| {
            let fields = request.body.split('&');
            let mut values = fields.filter_map(|field| field.strip_prefix(name)?.strip_prefix('='));
            values.next().unwrap_or_default().to_owned()
        };
        let whose = [field("username"), field("password"), field("scope")].join(".");
        Reply::ok(format!(
            r#"{{"access_token":"{whose}.{number}","expires_in":36000}}"#
        ))
    })
    .await;
    let tenant = tenant(&stub, &TestClock::new());
    let (names, scopes) = (["Jane", "Joe"], ["echo", "echo+read", "echo+write"]);
    let mut expected = Vec::new();
    // Each after each other, so that whoever is mixed up with a neighbour shows it.
    for round in 0..3 {
        for step in 0..12 {
            let at = (step * (2 * round + 5)) % 12;
            let (name, scope, password) = (names[at % 2], scopes[at / 2 % 3], ["p", "q"][at / 6]);
            let user = tenant.user(name, password, scope.replace('+', " ").as_str());
            call(&user.expect("a client")).await.expect("an echo");
            expected.push(format!("Bearer {name}.{password}.{scope}."));
        }
    }
    let shown: Vec<_> = stub
        .received()
        .iter()
        .filter_map(|request| request.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(shown.len(), expected.len());
    for (shown, expected) in shown.iter().zip(expected) {
        assert!(shown.starts_with(&expected), "{shown} is not {expected}");
    }
}

/// I17: no lifetime makes it panic, ask more than once a second, or give up half of a life.
#[tokio::test]
async fn i17_whatever_expires_in_says_there_is_at_most_one_token_request_a_second() {
    for expires_in in [
        "null",
        "0",
        "-1",
        "1",
        "3600",
        "-9223372036854775808",
        "9223372036854775807",
        "18446744073709551615",
        "1.5",
        "-0.0",
        "1e300",
        r#""3600""#,
        "{}",
        "[]",
        "true",
    ] {
        let stub = Stub::start(move |request, _| {
            if request.line != TOKEN {
                return Reply::ok(r#"{"echo":"x"}"#);
            }
            Reply::ok(format!(
                r#"{{"access_token":"token","expires_in":{expires_in}}}"#
            ))
        })
        .await;
        let clock = TestClock::new();
        let jane = jane(&tenant(&stub, &clock));
        for _ in 0..30 {
            // Some of these are no answer at all, which is an error.
            let _ = call(&jane).await;
            clock.advance(Duration::from_millis(100));
        }
        let requests = forms(&stub).len();
        assert!(
            (1..=4).contains(&requests),
            "{expires_in}: {requests} in three seconds"
        );
    }
}
