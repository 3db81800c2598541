//! What cannot be sent: nothing goes over the wire.

use super::{CANARY, a_block, alibaba, block, invoke, session, shown};
use crate::{
    credential::Fixed,
    http,
    provider::{self, ALIBABA_BAAS},
    stub::Stub,
};

#[tokio::test]
async fn a_session_of_another_provider_is_refused_before_anything_is_sent() {
    let stub = Stub::start().await;
    let session = provider::HIVE.session_with_everything(&stub);
    insta::assert_snapshot!(shown(block(&session).await), @r"
    alibaba-baas get_block: failed to make the request: the session is for hive; use one for alibaba-baas
    Request, AdjustRequest, attempts: 0
    ");
    assert_eq!(stub.take_requests(), []);
}

#[tokio::test]
async fn a_call_without_a_credential_names_what_it_takes_and_that_there_is_none() {
    let stub = Stub::start().await;
    let session = ALIBABA_BAAS.session(&stub).build().expect("a session");
    insta::assert_snapshot!(shown(block(&session).await), @r"
    alibaba-baas get_block: failed to find a credential: the call takes `accessToken` with the scope `query`, the session holds no credential; add a credential to the session
    Credential, Reauthenticate, attempts: 0
    ");
    assert_eq!(stub.take_requests(), []);
}

#[tokio::test]
async fn a_missing_scope_is_named_beside_what_the_session_holds() {
    let stub = Stub::start().await;
    let credential = Fixed::new(CANARY).only("accessToken", &["query", "event"]);
    let session = ALIBABA_BAAS
        .session(&stub)
        .credential(credential)
        .build()
        .expect("a session");
    insta::assert_snapshot!(shown(invoke(&session).await), @r"
    alibaba-baas invoke: failed to find a credential: the call takes `accessToken` with the scope `invoke`, the session holds `accessToken` with the scope `query event`; add a credential to the session
    Credential, Reauthenticate, attempts: 0
    ");
    assert_eq!(stub.take_requests(), []);
    stub.will_answer(http::json(200, &a_block()));
    block(&session)
        .await
        .expect("the scope that is there serves");
}

#[tokio::test]
async fn alternatives_are_all_named() {
    let stub = Stub::start().await;
    let session = provider::UPVEST.session(&stub).build().expect("a session");
    let client = bindery_upvest::Client::new(session);
    let mut messages = Vec::new();
    messages.push(shown(client.tenancy_user_list().send().await));
    messages.push(shown(client.kms_wallet_list().send().await));
    insta::assert_snapshot!(messages.join("\n\n"), @r"
    upvest tenancy_user_list: failed to find a credential: the call takes `apiKey`, the session holds no credential; add a credential to the session
    Credential, Reauthenticate, attempts: 0

    upvest kms_wallet_list: failed to find a credential: the call takes `oauth2` with the scope `read`, or `oauth2` with the scope `wallet`, or `apiKey`, the session holds no credential; add a credential to the session
    Credential, Reauthenticate, attempts: 0
    ");
    assert_eq!(stub.take_requests(), []);
}

#[tokio::test]
async fn a_path_parameter_cannot_lead_to_another_path() {
    let stub = Stub::start().await;
    let client = alibaba(&session(&stub));
    let mut messages = Vec::new();
    for bad in ["..", ".", ""] {
        messages.push(shown(client.get_block(bad, "latest").send().await));
    }
    insta::assert_snapshot!(messages.join("\n\n"), @r"
    alibaba-baas get_block: failed to make the request: `network` is `..`, which cannot stand in a path; give another value
    Request, AdjustRequest, attempts: 0

    alibaba-baas get_block: failed to make the request: `network` is `.`, which cannot stand in a path; give another value
    Request, AdjustRequest, attempts: 0

    alibaba-baas get_block: failed to make the request: `network` is ``, which cannot stand in a path; give another value
    Request, AdjustRequest, attempts: 0
    ");
    assert_eq!(stub.take_requests(), []);
    for (given, arrived) in [
        ("a/../b", "a%2F..%2Fb"),
        ("%2e%2e", "%252e%252e"),
        ("a?b#c", "a%3Fb%23c"),
        ("é", "%C3%A9"),
    ] {
        stub.will_answer(http::json(200, &a_block()));
        client
            .get_block(given, "1")
            .send()
            .await
            .expect("it is a name like any other");
        let request = stub.take_requests().remove(0);
        assert_eq!(
            request.line(),
            format!("GET /api/v1/networks/{arrived}/blocks/1 HTTP/1.1")
        );
    }
}

#[tokio::test]
async fn a_header_cannot_carry_control_characters() {
    let stub = Stub::start().await;
    let session = provider::HIVE
        .session(&stub)
        .credential(Fixed::new(CANARY))
        .build()
        .expect("a session");
    let client = bindery_hive::Client::new(session);
    let network = bindery_hive::types::Network::from(format!("polygon\r\nx-evil: {CANARY}"));
    insta::assert_snapshot!(shown(client.create_wallet(network).send().await), @r"
    hive create_wallet: failed to make the request: the header `x-network` cannot carry this value; remove control characters
    Request, AdjustRequest, attempts: 0
    ");
    assert_eq!(stub.take_requests(), []);
}
