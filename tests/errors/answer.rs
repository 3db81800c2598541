//! Answers that are no success.

use bindery_runtime::{Advice, Kind};
use serde_json::json;

use super::{CANARY, alibaba, block, invoke, session, shown};
use crate::{
    credential::Fixed,
    http,
    provider::ALIBABA_BAAS,
    stub::{Answer, Stub},
};

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Stub::start().await;
    let head = format!(
        "HTTP/1.1 307 Elsewhere\r\nlocation: http://{}/{CANARY}\r\n",
        elsewhere.address()
    );
    let redirect = format!("{head}content-length: 0\r\nconnection: close\r\n\r\n");
    let stub = Stub::answering([Answer::Bytes(redirect.into_bytes())]).await;
    insta::assert_snapshot!(shown(block(&session(&stub)).await), @r"
    alibaba-baas get_block: failed because the service redirects (HTTP 307), which is not followed so that no credential goes astray; check the base URL
    Redirect, AdjustRequest, attempts: 1
    ");
    assert_eq!(stub.take_requests().len(), 1);
    assert_eq!(elsewhere.take_requests(), []);
}

#[tokio::test]
async fn an_answer_larger_than_allowed_is_not_read_to_its_end() {
    let announced = format!("HTTP/1.1 200 OK\r\ncontent-length: 65\r\n\r\n{CANARY}");
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n41\r\n{:065}\r\n",
        0
    );
    let stub =
        Stub::answering([announced, chunked].map(|text| Answer::Bytes(text.into_bytes()))).await;
    let builder = ALIBABA_BAAS
        .session(&stub)
        .credential(Fixed::new(CANARY))
        .max_response_bytes(64);
    let session = builder.build().expect("a session");
    let announced = shown(block(&session).await);
    assert_eq!(announced, shown(block(&session).await));
    insta::assert_snapshot!(announced, @r"
    alibaba-baas get_block: failed to read the answer: it is larger than the 64 bytes that the session allows; allow more, or ask for less
    TooLarge, AdjustRequest, attempts: 1
    ");
}

#[tokio::test]
async fn an_answer_that_is_not_what_the_spec_says_tells_where() {
    let stub = Stub::start().await;
    let session = session(&stub);
    let answers = [
        http::answer(
            200,
            "application/json",
            &format!("{{\"Success\": tru{CANARY}"),
        ),
        http::answer(
            200,
            "application/json",
            &format!("{{\"Success\": \"{CANARY}"),
        ),
        http::answer(200, "text/html", &format!("<html>{CANARY}</html>")),
        http::answer(200, "", ""),
        http::json(200, &json!({"Success": true, "Result": {"number": CANARY}})),
        http::json(200, &json!({"Success": true, "Result": {"number": 1}})),
        http::json(200, &json!({"Success": true})),
    ];
    let mut messages = Vec::new();
    for answer in answers {
        stub.will_answer(answer);
        messages.push(shown(block(&session).await));
    }
    insta::assert_snapshot!(messages.join("\n\n"), @r"
    alibaba-baas get_block: failed to read the answer (HTTP 200): it is not JSON at line 1 column 16; the spec and the service disagree, so report it
    Decode, Report, attempts: 1

    alibaba-baas get_block: failed to read the answer (HTTP 200): the JSON ends too early at line 1 column 26; the spec and the service disagree, so report it
    Decode, Report, attempts: 1

    alibaba-baas get_block: failed to read the answer (HTTP 200): it is `text/html`, not JSON; the spec and the service disagree, so report it
    Decode, Report, attempts: 1

    alibaba-baas get_block: failed to read the answer (HTTP 200): it is empty; the spec and the service disagree, so report it
    Decode, Report, attempts: 1

    alibaba-baas get_block: failed to read the answer (HTTP 200): expected i64 at line 1 column 25 of what stands at `/Result`; the spec and the service disagree, so report it
    Decode, Report, attempts: 1

    alibaba-baas get_block: failed to read the answer (HTTP 200): missing field `hash` at line 1 column 12 of what stands at `/Result`; the spec and the service disagree, so report it
    Decode, Report, attempts: 1

    alibaba-baas get_block: failed to read the answer (HTTP 200): nothing stands at `/Result`; the spec and the service disagree, so report it
    Decode, Report, attempts: 1
    ");
}

#[tokio::test]
async fn a_token_answer_that_is_not_what_the_spec_says_shows_no_token() {
    let stub = Stub::start().await;
    let client = alibaba(&session(&stub));
    let mut messages = Vec::new();
    for body in [
        json!({"token_type": "bearer", "access_token": CANARY, "expires_in": CANARY}),
        json!({"token_type": "bearer", "access_token": [CANARY], "expires_in": 1}),
        json!(CANARY),
    ] {
        stub.will_answer(http::json(200, &body));
        let request = bindery_alibaba_baas::types::TokenRequest::new(CANARY);
        messages.push(shown(client.refresh_token(request).send().await));
    }
    insta::assert_snapshot!(messages.join("\n\n"), @r"
    alibaba-baas refresh_token: failed to read the answer (HTTP 200): expected i64 at line 1 column 82; the spec and the service disagree, so report it
    Decode, Report, attempts: 1

    alibaba-baas refresh_token: failed to read the answer (HTTP 200): expected a string at line 1 column 38; the spec and the service disagree, so report it
    Decode, Report, attempts: 1

    alibaba-baas refresh_token: failed to read the answer (HTTP 200): expected an object, a `TokenResponse` at line 1 column 15; the spec and the service disagree, so report it
    Decode, Report, attempts: 1
    ");
}

#[tokio::test]
async fn a_refusal_is_told_in_the_words_of_the_provider() {
    let stub = Stub::start().await;
    let session = session(&stub);
    let answers = [
        http::json(
            403,
            &json!({"Success": false, "Error": {"code": 459265, "message": "Permission denied", "request_id": "c3c9"}}),
        ),
        http::answer(502, "text/html", &format!("<html>{CANARY}</html>")),
        http::answer(503, "text/plain", "come back\nlater"),
        http::answer(400, "", ""),
    ];
    let mut messages = Vec::new();
    for answer in answers {
        stub.will_answer(answer);
        messages.push(shown(block(&session).await));
    }
    insta::assert_snapshot!(messages.join("\n\n"), @r"
    alibaba-baas get_block: failed because the service refused it: HTTP 403 Forbidden: 459265: Permission denied (request id c3c9); check the credentials
    Refused, Reauthenticate, attempts: 1

    alibaba-baas get_block: failed because the service refused it: HTTP 502 Bad Gateway; try again later
    Refused, Retry, attempts: 1

    alibaba-baas get_block: failed because the service refused it: HTTP 503 Service Unavailable: come back later; try again later
    Refused, Retry, attempts: 1

    alibaba-baas get_block: failed because the service refused it: HTTP 400 Bad Request; change the request
    Refused, AdjustRequest, attempts: 1
    ");
}

#[tokio::test]
async fn a_failure_inside_an_http_200_is_an_error() {
    let stub = Stub::start().await;
    let session = session(&stub);
    let failed = json!({
        "Success": false,
        "Result": null,
        "Error": {"code": 327685, "message": "chaincode not found", "request_id": "313f10a5"},
    });
    let refused_by_the_contract = json!({
        "Success": true,
        "Result": {"id": "e0", "status": "500", "events": [], "data": ""},
        "Error": {"code": 200, "message": "Success", "request_id": "c3c92ad0"},
    });
    let mut messages = Vec::new();
    for body in [failed, refused_by_the_contract] {
        stub.will_answer(http::json(200, &body));
        messages.push(shown(invoke(&session).await));
    }
    insta::assert_snapshot!(messages.join("\n\n"), @r"
    alibaba-baas invoke: failed because the service refused it: HTTP 200 OK, but `/Success` is `false`, which is no success: 327685: chaincode not found (request id 313f10a5); change the request
    Refused, AdjustRequest, attempts: 1

    alibaba-baas invoke: failed because the service refused it: HTTP 200 OK, but `/Result/status` is `500`, which is no success (request id c3c92ad0); change the request
    Refused, AdjustRequest, attempts: 1
    ");
}

#[tokio::test]
async fn a_gateway_that_fails_tells_whether_to_look_first() {
    let stub = Stub::answering([502, 502, 429].map(|status| http::answer(status, "", ""))).await;
    let session = session(&stub);
    let reading = block(&session).await.expect_err("the gateway lost it");
    assert_eq!(
        (reading.kind(), reading.advice()),
        (Kind::Refused, Advice::Retry)
    );
    let writing = invoke(&session).await.expect_err("the gateway lost it");
    assert_eq!(
        (writing.kind(), writing.advice()),
        (Kind::Refused, Advice::Look)
    );
    let too_early = invoke(&session).await.expect_err("it was too early");
    assert_eq!(
        (too_early.kind(), too_early.advice()),
        (Kind::Refused, Advice::Retry)
    );
}
