//! What holds for every sign-in, at Upvest.

use std::time::Duration;

use bindery_auth::{
    AuthError, MemoryStore, Rejected,
    upvest::{ApiKey, OAuthClient, Tenant},
};
use bindery_runtime::{Advice, Kind, RetryPolicy};
use bindery_upvest::Environment;

use super::{PASSWORD, TEN_HOURS, TOKEN, call, forms, jane, refresh, service, tenant, tenant_with};
use crate::{
    clock::TestClock,
    secrets::{CANARY, assert_silent},
    stub::{Reply, Stub},
};

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
async fn i05_i24_a_token_request_has_a_session_of_its_own_without_credentials_and_retries() {
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
