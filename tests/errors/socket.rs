//! Web sockets that do not open, and messages that do not fit.

use serde_json::json;

use super::{CANARY, alibaba, session, shown};
use crate::{
    http,
    stub::{Answer, Stub},
};

#[tokio::test]
async fn a_web_socket_that_does_not_open_says_why() {
    let stub = Stub::start().await;
    let client = alibaba(&session(&stub));
    let mut messages = Vec::new();
    let unproven =
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    for answer in [
        http::json(200, &json!({})),
        http::answer(403, "", ""),
        Answer::Bytes(unproven.into()),
    ] {
        stub.will_answer(answer);
        messages.push(shown(client.subscribe_events("channel3").subscribe().await));
    }
    insta::assert_snapshot!(messages.join("\n\n"), @r"
    alibaba-baas subscribe_events: failed to open the web socket: HTTP 200 instead of 101; the spec and the service disagree, so report it
    Decode, Report, attempts: 1

    alibaba-baas subscribe_events: failed because the service refused it: HTTP 403 Forbidden; check the credentials
    Refused, Reauthenticate, attempts: 1

    alibaba-baas subscribe_events: failed to open the web socket: the service did not prove that it speaks the protocol; the spec and the service disagree, so report it
    Decode, Report, attempts: 1
    ");
}

#[tokio::test]
async fn a_web_socket_message_that_does_not_fit_is_an_error_and_the_next_one_comes() {
    let block = json!({
        "number": 3, "hash": "", "previous_hash": "", "create_time": 1, "transactions": [],
    });
    let event = |content| json!({"type": "Block", "instance_id": "", "network": "", "id": "block-3", "name": "3", "content": content});
    let mut malformed = block.clone();
    malformed["number"] = CANARY.into();
    let messages = [
        format!("{{\"type\": \"Block\", \"name\": \"{CANARY}\"}}"),
        event(malformed).to_string(),
        CANARY.to_owned(),
        event(block).to_string(),
    ];
    let newest = json!({"Success": true, "Result": {"number": 2}});
    let answers = [Answer::Messages(messages.into()), http::json(200, &newest)];
    let stub = Stub::answering(answers).await;
    let mut events = alibaba(&session(&stub))
        .subscribe_events("channel3")
        .subscribe()
        .await
        .expect("a socket");
    let mut said = Vec::new();
    for _ in 0..3 {
        said.push(shown(events.next().await.expect("a message")));
    }
    insta::assert_snapshot!(said.join("\n\n"), @r"
    alibaba-baas subscribe_events: failed to read a message: missing field `instance_id` at line 1 column 42; the spec and the service disagree, so report it
    Decode, Report, attempts: 0

    alibaba-baas subscribe_events: failed to read a message: expected i64 at line 1 column 107, in `/content/number`; the spec and the service disagree, so report it
    Decode, Report, attempts: 0

    alibaba-baas subscribe_events: failed to read a message: it is not JSON at line 1 column 1; the spec and the service disagree, so report it
    Decode, Report, attempts: 0
    ");
    events.next().await.expect("a message").expect("it fits");
}
