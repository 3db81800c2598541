//! What becomes of tokens that the standard grants get: renewed, kept, shared, refused.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use bindery_auth::{
    AuthError, FileStore, Rejected, Rotation,
    standard::{OAuth2, OAuthClient, connect},
};
use bindery_runtime::Error;

use crate::{
    Client,
    clock::TestClock,
    schemes,
    service::{at, is_token, issued, open, pair, vault},
    stub::{Received, Reply, Stub},
};

const HOUR: Duration = Duration::from_secs(3600);

fn service() -> OAuth2 {
    let client = OAuthClient::new("id", "secret");
    OAuth2::client_credentials(&schemes::OAUTH2, client).expect("fit")
}

fn user() -> OAuth2 {
    OAuth2::password(&schemes::OAUTH2, "bob", "password").expect("fit")
}

fn person() -> OAuth2 {
    OAuth2::refresh_token(&schemes::OAUTH2, "refresh-0").expect("fit")
}

fn client(stub: &Stub, credential: OAuth2) -> Client {
    connect(at(stub), credential).expect("a client")
}

/// The token requests so far, by what of the body tells one from another.
fn asked(stub: &Stub) -> Vec<String> {
    let requests = stub.received().into_iter().filter(is_token);
    requests.map(|request| request.body).collect()
}

fn cause(error: &Error) -> &AuthError {
    let cause = std::error::Error::source(error).expect("a cause");
    cause.downcast_ref().expect("an AuthError")
}

fn rejected(error: &Error) -> Rejected {
    match cause(error) {
        AuthError::Rejected { what, .. } => *what,
        other => panic!("{other:?}"),
    }
}

/// As the vault, with `answer` for token requests.
async fn issuing(answer: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static) -> Stub {
    let tokens = AtomicUsize::new(0);
    Stub::start(move |request, number| match is_token(request) {
        true => answer(request, tokens.fetch_add(1, Ordering::SeqCst) + 1),
        false => vault(request, number),
    })
    .await
}

#[tokio::test]
async fn ten_callers_make_one_token_request() {
    let stub = Stub::start(vault).await;
    let client = client(&stub, service());
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { open(&client).await })
        })
        .collect();
    for call in calls {
        assert!(call.await.expect("no panic").expect("open"));
    }
    assert_eq!(asked(&stub).len(), 1);
}

#[tokio::test]
async fn client_credentials_sign_in_anew_and_take_no_refresh_token() {
    let stub = issuing(|_, number| pair(number)).await;
    let clock = TestClock::new();
    let client = client(&stub, service().clock(clock.clone()));
    assert!(open(&client).await.expect("open"));
    clock.advance(HOUR);
    assert!(open(&client).await.expect("open"));
    assert_eq!(asked(&stub), ["grant_type=client_credentials"; 2]);
}

#[tokio::test]
async fn a_password_is_shown_again_only_where_the_refresh_token_is_refused() {
    let stub = issuing(|request, number| match request.body.contains("refresh-2") {
        true => Reply::status(400, r#"{"error":"invalid_grant"}"#),
        false => pair(number),
    })
    .await;
    let clock = TestClock::new();
    let client = client(&stub, user().clock(clock.clone()));
    for _ in 0..3 {
        assert!(open(&client).await.expect("open"));
        clock.advance(HOUR);
    }
    let password = "grant_type=password&username=bob&password=password";
    assert_eq!(
        asked(&stub),
        [
            password,
            "grant_type=refresh_token&refresh_token=refresh-1",
            "grant_type=refresh_token&refresh_token=refresh-2",
            password,
        ]
    );
    let lines = stub.lines();
    assert_eq!(lines[0], "POST /v1/token");
    assert_eq!(lines[2], "POST /v1/token/renew");
}

#[tokio::test]
async fn a_refresh_token_that_is_replaced_is_shown_once_and_outlives_the_process_in_a_store() {
    let stub = issuing(|_, number| pair(number)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let clock = TestClock::new();
    let client = |stub| {
        let store = FileStore::new(folder.path());
        client(stub, person().clock(clock.clone()).store(store))
    };
    assert!(open(&client(&stub)).await.expect("open"));
    clock.advance(HOUR);
    assert!(open(&client(&stub)).await.expect("open"));
    assert!(open(&client(&stub)).await.expect("open"));
    assert_eq!(
        asked(&stub),
        [
            "grant_type=refresh_token&refresh_token=refresh-0",
            "grant_type=refresh_token&refresh_token=refresh-1",
        ]
    );
}

/// The answer to the first refresh breaks off: the service may have replaced the token.
async fn after_a_lost_answer(credential: OAuth2) -> (Result<bool, Error>, usize) {
    let stub = issuing(|_, number| match number {
        1 => Reply(200, "content-length: 9\r\n", "{".to_owned()),
        number => pair(number),
    })
    .await;
    let clock = TestClock::new();
    let client = client(&stub, credential.clock(clock.clone()));
    open(&client).await.expect_err("no answer");
    clock.advance(HOUR);
    (open(&client).await, asked(&stub).len())
}

#[tokio::test]
async fn a_refresh_token_that_may_be_spent_is_not_shown_again_unless_it_is_known_to_stay_good() {
    let (outcome, asked) = after_a_lost_answer(person()).await;
    let error = outcome.expect_err("it may be spent");
    assert!(
        matches!(cause(&error), AuthError::MaybeSpent { .. }),
        "{error}"
    );
    assert_eq!(asked, 1);
    let (outcome, asked) = after_a_lost_answer(person().rotation(Rotation::None)).await;
    assert!(outcome.expect("open"));
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn a_401_gets_a_new_token_and_the_call_is_sent_once_more() {
    let stub = Stub::start(|request, number| {
        match request.header("authorization") == Some("Bearer access-1") {
            true => Reply::status(401, "{}"),
            false => vault(request, number),
        }
    })
    .await;
    assert!(open(&client(&stub, service())).await.expect("open"));
    assert_eq!(asked(&stub).len(), 2);
}

#[tokio::test]
async fn clients_with_the_same_credentials_and_store_share_a_token_and_others_do_not() {
    let stub = issuing(|_, number| issued(number)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let by = |id: &str, secret: &str| {
        OAuth2::client_credentials(&schemes::OAUTH2, OAuthClient::new(id, secret)).expect("fit")
    };
    let user = |password: &str| OAuth2::password(&schemes::OAUTH2, "bob", password).expect("fit");
    for (number, credential) in [
        (1, by("id", "secret")),
        (1, by("id", "secret")),
        (2, by("id", "other")),
        (3, by("other", "secret")),
        (4, by("id", "secret").scopes("read")),
        (5, by("id", "secret").parameter("audience", "x")),
        (6, user("one")),
        (6, user("one")),
        (7, user("two")),
        (8, user("one").client(OAuthClient::public("id"))),
        (9, person()),
        (10, user("one").client(OAuthClient::new("id", "secret"))),
        (11, user("two").client(OAuthClient::new("id", "secret"))),
    ] {
        let credential = credential.store(FileStore::new(folder.path()));
        assert!(open(&client(&stub, credential)).await.expect("open"));
        assert_eq!(asked(&stub).len(), number);
    }
}

#[tokio::test]
async fn a_refusal_says_what_was_refused_and_nothing_is_shown_again() {
    use Rejected::{Client, Credentials, RefreshToken, Request, Scopes};
    // RFC 6749 section 5.2, and what services say that do not know it.
    for (status, body, of_client, of_user, of_person) in [
        (401, r#"{"error":"invalid_client"}"#, Client, Client, Client),
        (400, r#"{"error":"invalid_client"}"#, Client, Client, Client),
        (
            400,
            r#"{"error":"unauthorized_client"}"#,
            Client,
            Client,
            Client,
        ),
        (400, r#"{"error":"invalid_scope"}"#, Scopes, Scopes, Scopes),
        (
            400,
            r#"{"error":"invalid_grant"}"#,
            Client,
            Credentials,
            RefreshToken,
        ),
        (
            200,
            r#"{"error":"invalid_grant"}"#,
            Client,
            Credentials,
            RefreshToken,
        ),
        (401, "no", Client, Credentials, RefreshToken),
        (
            403,
            r#"{"error":{"code":"no"}}"#,
            Client,
            Credentials,
            RefreshToken,
        ),
        (
            400,
            r#"{"error":"hunter2"}"#,
            Client,
            Credentials,
            RefreshToken,
        ),
        (
            400,
            r#"{"error":"invalid_request"}"#,
            Request,
            Request,
            Request,
        ),
        (
            400,
            r#"{"error":"unsupported_grant_type"}"#,
            Request,
            Request,
            Request,
        ),
        (404, "no", Request, Request, Request),
    ] {
        let credentials = [
            (service(), of_client),
            (user(), of_user),
            (person(), of_person),
        ];
        for (credential, expected) in credentials {
            let stub = issuing(move |_, _| Reply::status(status, body)).await;
            let clock = TestClock::new();
            let client = client(&stub, credential.clock(clock.clone()));
            let error = open(&client).await.expect_err("no token");
            assert_eq!(rejected(&error), expected, "{status} {body}");
            assert!(!format!("{error:?} {error}").contains("hunter2"));
            clock.advance(10 * HOUR);
            open(&client).await.expect_err("no token");
            let again = usize::from(expected == Request);
            assert_eq!(asked(&stub).len(), 1 + again, "{status} {body}");
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_provider_what_was_refused_and_what_to_do() {
    let stub = issuing(|_, _| Reply::status(401, r#"{"error":"invalid_client"}"#)).await;
    let error = open(&client(&stub, service())).await.expect_err("no token");
    insta::assert_snapshot!(cause(&error), @"vault token: failed to get an access token: the service refused the OAuth client (HTTP 401, invalid_client); check the credentials, the OAuth client and the scopes, and connect anew");
    assert!(error.is_authentication());
}

#[tokio::test]
async fn an_outage_of_the_token_endpoint_is_waited_out() {
    let stub = issuing(|_, number| match number {
        1 => Reply(
            503,
            "retry-after: 60\r\n",
            r#"{"error":"temporarily_unavailable"}"#.into(),
        ),
        number => issued(number),
    })
    .await;
    let clock = TestClock::new();
    let client = client(&stub, service().clock(clock.clone()));
    let error = open(&client).await.expect_err("away");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    open(&client).await.expect_err("too early");
    assert_eq!(asked(&stub).len(), 1);
    clock.advance(Duration::from_secs(120));
    assert!(open(&client).await.expect("open"));
}

#[tokio::test]
async fn how_long_a_token_lives_is_read_in_every_form_it_comes_in() {
    // A JSON Web Token of an hour, by its own word.
    let jwt = "e30.eyJpYXQiOjEwMDAsImV4cCI6NDYwMH0.c2ln";
    for (answer, anew) in [
        (
            r#"{"access_token":"a","token_type":"BEARER","expires_in":600}"#,
            true,
        ),
        (
            r#"{"access_token":"a","token_type":"Bearer","expires_in":"600"}"#,
            true,
        ),
        (
            r#"{"access_token":"a","token_type":"Bearer","expires_in":600.0}"#,
            true,
        ),
        (r#"{"access_token":"a","expires_in":7200}"#, false),
        // It does not say: an hour is assumed.
        (r#"{"access_token":"a","token_type":"Bearer"}"#, false),
        (
            r#"{"access_token":"a","token_type":"Bearer","expires_in":null}"#,
            false,
        ),
        (
            r#"{"access_token":"a","token_type":"Bearer","expires_in":{"seconds":1}}"#,
            false,
        ),
        (
            &format!(r#"{{"access_token":"{jwt}","token_type":"Bearer"}}"#),
            false,
        ),
    ] {
        let reply = answer.to_owned();
        let stub = issuing(move |_, _| Reply::ok(reply.clone())).await;
        let clock = TestClock::new();
        let client = client(&stub, service().clock(clock.clone()));
        assert!(open(&client).await.expect("open"), "{answer}");
        clock.advance(Duration::from_secs(700));
        assert!(open(&client).await.expect("open"), "{answer}");
        assert_eq!(asked(&stub).len(), 1 + usize::from(anew), "{answer}");
    }
}

#[tokio::test]
async fn an_answer_without_a_token_that_can_be_used_is_an_error_that_shows_nothing_of_it() {
    for answer in [
        "{}",
        r#"{"token":"hunter2"}"#,
        r#"{"access_token":"hunter2","token_type":"mac","expires_in":600}"#,
        r#"{"access_token":["hunter2"],"token_type":"Bearer"}"#,
        r#"{"access_token":"hunter2\n","token_type":"Bearer"}"#,
        "hunter2",
    ] {
        let stub = issuing(move |_, _| Reply::ok(answer)).await;
        let client = client(&stub, service());
        let error = open(&client).await.expect_err("no token");
        assert!(
            matches!(cause(&error), AuthError::Unusable { .. }),
            "{error}"
        );
        assert!(!format!("{error:?} {error}").contains("hunter2"), "{error}");
        assert_eq!(stub.received().len(), 1);
    }
}
