//! What one call does differently.

use bindery_runtime::{CallOptions, Kind};

use crate::{
    api::{IN_QUERY, SAFE, WITH_KEY, call, plain},
    stub::{Reply, Stub},
};

#[tokio::test]
async fn extra_headers_and_query_are_sent_beside_those_of_the_call() {
    let stub = Stub::script([Reply::ok()]).await;
    let options = CallOptions::new()
        .header("X-Trace", 42)
        .header("x-many", "a")
        .header("x-many", "b")
        .header("accept", "application/xml")
        .query("extra", "ä&b")
        .query("extra", "#");
    let sent = call(&plain(&stub), &SAFE)
        .query("own", 1)
        .header("x-own", "1");
    let sent = sent.with_options(options).send_for_nothing();
    sent.await.expect("a success");
    let request = &stub.received()[0];
    assert_eq!(
        request.line(),
        "GET /things?own=1&extra=%C3%A4%26b&extra=%23"
    );
    assert_eq!(request.all("x-trace"), ["42"]);
    assert_eq!(request.all("x-many"), ["a", "b"]);
    assert_eq!(request.all("x-own"), ["1"]);
    assert_eq!(request.all("accept"), ["application/xml"]);
    assert_eq!(request.all("authorization"), ["Bearer token-1"]);
}

#[tokio::test]
async fn an_extra_header_replaces_no_credential_and_does_not_reframe_the_request() {
    let stub = Stub::script([Reply::ok()]).await;
    for name in [
        "authorization",
        "Authorization",
        "PROXY-AUTHORIZATION",
        "Cookie",
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Content-Type",
        "Connection",
        "Upgrade",
        "Expect",
        "Sec-WebSocket-Key",
        "x-key",
    ] {
        let options = CallOptions::new().header(name, "canary");
        let sent = call(&plain(&stub), &WITH_KEY).with_options(options);
        let error = sent.send_for_nothing().await.expect_err("a refused header");
        assert_eq!((error.kind(), error.attempts()), (Kind::Request, 0));
        let text = error.to_string();
        assert!(text.contains(&name.to_ascii_lowercase()), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
    for (name, value) in [
        ("x a", "1"),
        ("", "1"),
        ("x\r\nhost", "1"),
        ("x-a", "1\r\nhost: b"),
    ] {
        let options = CallOptions::new().header(name, value);
        let sent = call(&plain(&stub), &SAFE).with_options(options);
        let error = sent.send_for_nothing().await.expect_err("no header");
        assert_eq!(error.kind(), Kind::Request);
    }
    assert_eq!(stub.count(), 0, "nothing was sent");
}

#[tokio::test]
async fn an_extra_query_parameter_replaces_no_credential() {
    let stub = Stub::script([Reply::ok()]).await;
    let options = CallOptions::new().query("access_token", "canary");
    let sent = call(&plain(&stub), &IN_QUERY).with_options(options.clone());
    let error = sent
        .send_for_nothing()
        .await
        .expect_err("a refused parameter");
    assert_eq!((error.kind(), stub.count()), (Kind::Request, 0));
    // Where no credential goes by that name, it is a name like any other.
    let sent = call(&plain(&stub), &SAFE).with_options(options);
    sent.send_for_nothing().await.expect("a success");
}

#[tokio::test]
async fn later_options_come_on_top_of_earlier_ones() {
    let stub = Stub::script([Reply::status(503)]).await;
    let sent = call(&plain(&stub), &SAFE)
        .with_options(
            CallOptions::new()
                .max_retries(5)
                .header("x-a", 1)
                .query("a", 1),
        )
        .with_options(
            CallOptions::new()
                .max_retries(1)
                .header("x-b", 2)
                .query("b", 2),
        );
    sent.send_for_nothing().await.expect_err("an outage");
    assert_eq!(stub.count(), 2);
    let request = &stub.received()[1];
    assert_eq!(request.line(), "GET /things?a=1&b=2");
    assert_eq!(
        (request.all("x-a"), request.all("x-b")),
        (vec!["1"], vec!["2"])
    );
}

#[test]
fn the_values_of_extra_headers_and_query_are_not_printed() {
    let options = CallOptions::new()
        .header("x-a", "canary")
        .query("b", "canary");
    let text = format!("{options:?}");
    assert!(text.contains("x-a") && text.contains("\"b\""), "{text}");
    assert!(!text.contains("canary"), "{text}");
}
