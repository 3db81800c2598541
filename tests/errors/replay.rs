//! What is sent again after a 401, and what is not.

use bindery_alibaba_baas::types::QueryRequest;
use bindery_runtime::Session;
use serde_json::json;

use super::{CANARY, a_block, alibaba, block, invoke, session, shown};
use crate::{credential::Fixed, http, provider::ALIBABA_BAAS, stub::Stub};

/// What was sent as the bearer token, request by request.
fn tokens(stub: &Stub) -> Vec<String> {
    let requests = stub.take_requests();
    requests
        .iter()
        .map(|request| {
            request
                .header("authorization")
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

fn renewable(stub: &Stub) -> Session {
    ALIBABA_BAAS
        .session(stub)
        .credential(Fixed::new(CANARY).renewable())
        .build()
        .expect("a session")
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_call_sent_once_more() {
    let stub = Stub::answering([http::answer(401, "", ""), http::json(200, &a_block())]).await;
    let response = block(&renewable(&stub))
        .await
        .expect("the second token is taken");
    assert_eq!(response.attempts(), 2);
    assert_eq!(
        tokens(&stub),
        [format!("Bearer {CANARY}"), format!("Bearer {CANARY}-1")]
    );
}

#[tokio::test]
async fn a_post_goes_out_again_with_the_same_body() {
    let answer = json!({"Success": true, "Result": {"id": "", "data": ""}});
    let stub = Stub::answering([http::answer(401, "", ""), http::json(200, &answer)]).await;
    let body = QueryRequest::new("notary").args(["get", "1"]);
    alibaba(&renewable(&stub))
        .query("channel3", body)
        .send()
        .await
        .expect("the second token is taken");
    let requests = stub.take_requests();
    assert_eq!(requests.len(), 2);
    assert!(!requests[0].body().is_empty());
    assert_eq!(requests[0].body(), requests[1].body());
}

#[tokio::test]
async fn a_second_refusal_of_the_token_is_final() {
    let unauthorised = || http::answer(401, "", "");
    let stub = Stub::answering([unauthorised(), unauthorised(), unauthorised()]).await;
    insta::assert_snapshot!(shown(block(&renewable(&stub)).await), @r"
    alibaba-baas get_block: failed because the service refused it: HTTP 401 Unauthorized; check the credentials
    Refused, Reauthenticate, attempts: 2
    ");
    assert_eq!(tokens(&stub).len(), 2);
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_is_not_sent_again() {
    let stub = Stub::answering([http::answer(401, "", ""), http::json(200, &a_block())]).await;
    insta::assert_snapshot!(shown(block(&session(&stub)).await), @r"
    alibaba-baas get_block: failed because the service refused it: HTTP 401 Unauthorized; check the credentials
    Refused, Reauthenticate, attempts: 1
    ");
    assert_eq!(tokens(&stub).len(), 1);
}

#[tokio::test]
async fn a_call_that_may_be_sent_only_once_is_not_sent_again() {
    let stub = Stub::answering([http::answer(401, "", ""), http::json(200, &a_block())]).await;
    insta::assert_snapshot!(shown(invoke(&renewable(&stub)).await), @r"
    alibaba-baas invoke: failed because the service refused it: HTTP 401 Unauthorized; check the credentials
    Refused, Reauthenticate, attempts: 1
    ");
    assert_eq!(tokens(&stub).len(), 1);
}
