//! Calls of operations that the spec lacks.

use bindery_runtime::{
    CallOptions, Check, Envelope, Evidence, Expected, Idempotency, Kind, Operation, Places,
    Response, Server,
};
use http::Method;
use serde_json::{Value, json};

use crate::{
    api::{NEVER, Renews, SAFE, Token, WITH_KEY, plain, session},
    stub::{Reply, Stub},
};

static SERVER: Server = Server::new(&[], None);
static ENVELOPED: Operation = Operation::new(
    "test",
    "enveloped",
    Method::GET,
    "/enveloped",
    &SERVER,
    Idempotency::Safe,
    Evidence::Documented,
)
.envelope(&Envelope {
    value: "/value",
    success: &[Check {
        at: "/success",
        is: &[Expected::Bool(true)],
        optional: false,
    }],
    places: &Places {
        code: &["/code"],
        message: &[],
        request_id: &[],
    },
});

#[tokio::test]
async fn it_carries_what_it_is_given_and_the_credentials_of_its_neighbour() {
    let stub = Stub::script([Reply::new(200, "", r#"{"height":7}"#)]).await;
    let answer: Response<Value> = plain(&stub)
        .request(&NEVER, Method::POST, "/blocks/1%2F2")
        .query("a", "b c")
        .query("a", "d")
        .header("x-note", "1")
        .json(&json!({"deep": true}))
        .send()
        .await
        .expect("a success");
    assert_eq!(*answer, json!({"height": 7}));
    let request = &stub.received()[0];
    assert_eq!(request.line(), "POST /blocks/1%2F2?a=b%20c&a=d");
    assert_eq!(request.all("authorization"), ["Bearer token-1"]);
    assert_eq!(request.all("x-note"), ["1"]);
    assert_eq!(request.all("content-type"), ["application/json"]);
    assert_eq!(request.body, br#"{"deep":true}"#);
}

#[tokio::test]
async fn it_takes_other_credentials_or_none() {
    let stub = Stub::script([Reply::ok()]).await;
    let session = plain(&stub);
    let sent = session
        .request(&SAFE, Method::GET, "/a")
        .security(WITH_KEY.security);
    sent.send::<Value>().await.expect("a success");
    let sent = session.request(&SAFE, Method::GET, "/b").security(&[]);
    sent.send::<Value>().await.expect("a success");
    let received = stub.received();
    assert_eq!(received[0].all("x-key"), ["token-1"]);
    assert!(received[0].all("authorization").is_empty());
    assert!(received[1].all("authorization").is_empty());
}

#[tokio::test]
async fn it_is_sent_again_as_its_method_permits_and_replayed_after_a_401() {
    for (method, count) in [
        (Method::GET, 4),
        (Method::PUT, 4),
        (Method::DELETE, 4),
        (Method::POST, 1),
        (Method::PATCH, 1),
    ] {
        let stub = Stub::script([Reply::status(503)]).await;
        let sent = plain(&stub)
            .request(&NEVER, method.clone(), "/a")
            .send::<Value>();
        sent.await.expect_err("an outage");
        assert_eq!(stub.count(), count, "{method}");
        let stub = Stub::script([Reply::status(401), Reply::ok()]).await;
        let sent = plain(&stub).request(&SAFE, method, "/a").send::<Value>();
        assert_eq!(sent.await.expect("a success").attempts(), 2);
    }
    let stub = Stub::script([Reply::status(503), Reply::ok()]).await;
    let options = CallOptions::new().idempotency(Idempotency::Safe);
    let sent = plain(&stub)
        .request(&SAFE, Method::POST, "/a")
        .with_options(options);
    sent.send::<Value>().await.expect("a success");
}

#[tokio::test]
async fn it_keeps_the_limits_of_the_session() {
    let stub = Stub::script([Reply::new(200, "", &"1".repeat(101))]).await;
    let token = Token::new(Renews::Always);
    let session = session(&stub, &token).max_response_bytes(100);
    let session = session.build().expect("a session");
    let sent = session.request(&SAFE, Method::GET, "/a").send::<Value>();
    assert_eq!(sent.await.expect_err("too large").kind(), Kind::TooLarge);
}

#[tokio::test]
async fn it_reads_the_envelope_of_another_operation_where_it_is_told_to() {
    let stub = Stub::script([
        Reply::new(200, "", r#"{"success":true,"value":[1]}"#),
        Reply::new(200, "", r#"{"success":false,"code":"E7"}"#),
    ])
    .await;
    let session = plain(&stub);
    let sent = || {
        session
            .request(&SAFE, Method::GET, "/a")
            .answered_like(&ENVELOPED)
    };
    let answer: Response<Vec<u8>> = sent().send().await.expect("a success");
    assert_eq!(*answer, [1]);
    let error = sent().send::<Value>().await.expect_err("a failure");
    assert_eq!((error.kind(), error.code()), (Kind::Refused, Some("E7")));
}

#[tokio::test]
async fn no_path_leads_to_another_origin() {
    let stub = Stub::script([Reply::ok()]).await;
    let other = Stub::script([Reply::ok()]).await;
    let session = plain(&stub);
    let port = other.url.rsplit(':').next().expect("a port");
    for path in [
        other.url.clone(),
        format!("//127.0.0.1:{port}/"),
        format!("/\\127.0.0.1:{port}/"),
        format!("@127.0.0.1:{port}/"),
        format!(":{port}/"),
        format!("0:{port}/"),
        String::new(),
        "/a/../b".to_owned(),
        "/%2e%2e/b".to_owned(),
        "/a?access_token=canary".to_owned(),
        "/a#b".to_owned(),
        "/a\r\nhost: evil".to_owned(),
    ] {
        let sent = session.request(&SAFE, Method::GET, path.as_str());
        let error = sent.send::<Value>().await.expect_err("a refused path");
        assert_eq!(
            (error.kind(), error.attempts()),
            (Kind::Request, 0),
            "{path:?}"
        );
    }
    assert_eq!((stub.count(), other.count()), (0, 0), "nothing was sent");
}
