//! Where requests go: to the session's own origin.

use bindery_runtime::{CallOptions, Kind, Secret};
use http::Method;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::{for_all, runtime};
use crate::{
    api::{ALL, IN_QUERY, Renews, SAFE, Token, WITH_KEY, at_once, call, plain, session},
    eavesdropper::Eavesdropper,
    stub::{Reply, Stub},
};

/// In the body, an extra header and the query; the stub's credential carries `token-N`.
const CANARY: &str = "canary-7d1e55";

#[derive(Serialize)]
struct Body {
    password: Secret,
}

#[test]
fn i14_no_answer_leads_a_call_to_another_origin() {
    let runtime = runtime();
    let (stub, other, session) = runtime.block_on(async {
        let stub = Stub::script([]).await;
        let session = session(&stub, &Token::new(Renews::Always))
            .retry(at_once().budget(u32::MAX))
            .deadline(std::time::Duration::from_secs(20))
            .build()
            .expect("a session");
        (stub, Eavesdropper::start().await, session)
    });
    let (port, own) = (other.port, stub.url.clone());
    let locations = prop::sample::select(vec![
        format!("http://127.0.0.1:{port}/"),
        format!("//127.0.0.1:{port}/things"),
        format!("http://localhost:{port}/things?access_token={CANARY}"),
        format!("{}@127.0.0.1:{port}/", own),
        format!("http://user:pw@127.0.0.1:{port}/"),
        format!("\\\\127.0.0.1:{port}\\"),
        format!("{own}/elsewhere"),
        "/elsewhere".to_owned(),
        String::new(),
    ]);
    let headers = prop::sample::subsequence(
        vec![
            format!("alt-svc: h2=\"127.0.0.1:{port}\", http%2F1.1=\":{port}\"; ma=86400\r\n"),
            format!("refresh: 0; url=http://127.0.0.1:{port}/\r\n"),
            format!("content-location: http://127.0.0.1:{port}/things\r\n"),
            format!("link: <http://127.0.0.1:{port}/?cursor=2>; rel=\"next\"\r\n"),
            format!("set-cookie: a={CANARY}\r\n"),
        ],
        0..5,
    );
    let first = prop::sample::select(vec![None, Some(401), Some(503)]);
    let operations: Vec<_> = ALL.into_iter().chain([&WITH_KEY, &IN_QUERY]).collect();
    let operation = prop::sample::select(operations);
    for_all(
        512,
        (300_u16..400, locations, headers, first, operation, 0..3),
        |(status, location, headers, first, operation, how)| {
            let head = format!("location: {location}\r\n{}", headers.concat());
            let replies = first.into_iter().map(Reply::status);
            stub.play(replies.chain([Reply::new(status, &head, "")]));
            let body = Body {
                password: CANARY.into(),
            };
            let options = CallOptions::new().header("x-note", CANARY);
            let sent = call(&session, operation)
                .with_options(options)
                .query("q", CANARY);
            let outcome = runtime.block_on(async {
                match how {
                    0 => sent.json(&body).send::<Value>().await.map(drop),
                    1 => sent.form(&body).send::<Value>().await.map(drop),
                    #[cfg(feature = "websocket")]
                    2 => {
                        let opening = sent.subscribe::<Value>(&crate::api::SOCKET, |_| None);
                        opening.await.map(drop)
                    }
                    _ => sent.send::<Value>().await.map(drop),
                }
            });
            let error = outcome.expect_err("no success");
            let again = first.is_some_and(|first| error.status().is_none_or(|s| s != first));
            prop_assert!(error.kind() == Kind::Redirect || first.is_some());
            prop_assert_eq!(stub.count(), 1 + u32::from(again));
            let received = stub.received();
            prop_assert!(
                received
                    .iter()
                    .all(|request| request.line().contains("/things"))
            );
            let heard = other.heard();
            prop_assert_eq!(heard.connections, 0);
            prop_assert_eq!(heard.bytes, Vec::<u8>::new());
            Ok(())
        },
    );
}

#[tokio::test]
async fn i14_no_path_leads_to_another_origin() {
    let stub = Stub::script([Reply::ok()]).await;
    let other = Eavesdropper::start().await;
    let session = plain(&stub);
    let port = other.port;
    for path in [
        format!("http://127.0.0.1:{port}"),
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
    assert_eq!((stub.count(), other.heard().connections), (0, 0));
}

#[test]
fn i14_whatever_a_path_is_made_of_the_request_goes_to_the_sessions_own_host() {
    let runtime = runtime();
    let (stub, other, session) = runtime.block_on(async {
        let stub = Stub::script([Reply::ok()]).await;
        let session = plain(&stub);
        (stub, Eavesdropper::start().await, session)
    });
    let own = stub.url.trim_start_matches("http://").to_owned();
    let piece = prop_oneof![
        "[/.:@\\\\?#%]{1,3}",
        "%(2e|2E|2f|5c|00|0d%0a|40|25)",
        Just(format!("127.0.0.1:{}", other.port)),
        "[a-z0-9]{1,4}",
        any::<char>().prop_map(String::from),
    ];
    let path = prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat());
    for_all(512, path, |path| {
        stub.play([Reply::ok()]);
        for path in [path.clone(), format!("/{path}")] {
            let sent = session.request(&SAFE, Method::GET, path);
            match runtime.block_on(sent.send::<Value>()) {
                Ok(_) => {}
                Err(error) => prop_assert_eq!(error.attempts(), 0, "{}", error),
            }
        }
        for request in stub.received() {
            prop_assert_eq!(request.all("host"), [own.as_str()]);
            prop_assert!(request.line().starts_with("GET /"));
        }
        prop_assert_eq!(other.heard().connections, 0);
        Ok(())
    });
}
