//! What a failure means, by each provider's own code and by the status, whatever shape the body has.

use bindery_alibaba_baas::types::{InvokeRequest, TokenRequest};
use bindery_hive::types::{LoginRequest, Network};
use bindery_runtime::{Advice, Class, Error};
use bindery_upvest::types::{ErrorBody, ErrorDetail, UserCreateRequest};
use serde_json::{Value, json};

use super::{CANARY, alibaba, block, invoke, session, shown};
use crate::{
    http,
    provider::{HIVE, UPVEST},
    stub::{Answer, Stub},
};

/// The failure of Upvest's `tenancy_user_create` that has this answer.
async fn upvest(answer: Answer) -> Error {
    let stub = Stub::answering([answer]).await;
    let client = bindery_upvest::Client::new(UPVEST.session_with_everything(&stub));
    let user = UserCreateRequest::new("Jane Doe", CANARY);
    let outcome = client.tenancy_user_create(user).send().await;
    outcome.expect_err("this must fail")
}

/// The failure of Hive's `create_wallet`, or of its log-in, that has this answer.
async fn hive(log_in: bool, answer: Answer) -> Error {
    let stub = Stub::answering([answer]).await;
    let client = bindery_hive::Client::new(HIVE.session_with_everything(&stub));
    if log_in {
        let outcome = client
            .auth_token(LoginRequest::new("id", CANARY))
            .send()
            .await;
        return outcome.expect_err("this must fail");
    }
    let outcome = client.create_wallet(Network::Polygon).send().await;
    outcome.expect_err("this must fail")
}

#[tokio::test]
async fn a_code_of_alibaba_means_the_same_in_a_200_as_in_a_refusal() {
    let failed = |code: u64| json!({"Success": false, "Error": {"code": code, "message": "no", "request_id": "r-1"}});
    for (code, class) in [
        (131_077, Some(Class::InvalidRequest)),
        (327_685, Some(Class::InvalidRequest)),
        (459_265, Some(Class::Permission)),
        (1_114_113, Some(Class::Outage)),
        (1_179_653, Some(Class::InvalidRequest)),
        (1_179_905, Some(Class::Permission)),
        (1_180_418, Some(Class::InvalidRequest)),
        (7, None),
    ] {
        for status in [200, 400] {
            let stub = Stub::answering([http::json(status, &failed(code))]).await;
            let error = block(&session(&stub)).await.expect_err("a failure");
            let class = class.or((status == 400).then_some(Class::InvalidRequest));
            assert_eq!(error.class(), class, "{code} in {status}");
            assert_eq!(error.code(), Some(&*code.to_string()));
            assert_eq!(error.message(), Some("no"));
            assert_eq!(error.request_id(), Some("r-1"));
        }
    }
    // The token needs to be renewed, whatever the code says.
    let stub = Stub::answering([http::json(401, &failed(459_265))]).await;
    let error = block(&session(&stub)).await.expect_err("a failure");
    assert!(error.is_authentication(), "{error:?}");
    // Who read may try again, and who wrote has to look.
    let failures = [
        http::json(200, &failed(1_114_113)),
        http::json(200, &failed(1_114_113)),
    ];
    let stub = Stub::answering(failures).await;
    let session = session(&stub);
    let read = block(&session).await.expect_err("a failure");
    let written = invoke(&session).await.expect_err("a failure");
    assert_eq!(
        (read.advice(), written.advice()),
        (Advice::Retry, Advice::Look)
    );
}

#[tokio::test]
async fn a_code_of_oauth_tells_more_than_the_400_it_comes_with() {
    for (code, class) in [
        ("invalid_grant", Class::Authentication),
        ("invalid_client", Class::Authentication),
        ("unauthorized_client", Class::Permission),
        ("invalid_scope", Class::InvalidRequest),
        ("temporarily_unavailable", Class::Outage),
        ("something_new", Class::InvalidRequest),
    ] {
        let stub = Stub::answering([http::json(400, &json!({"error": code}))]).await;
        let call = alibaba(&session(&stub)).refresh_token(TokenRequest::new(CANARY));
        let error = call.send().await.expect_err("a failure");
        assert_eq!(error.class(), Some(class), "{code}");
        assert_eq!(error.code(), Some(code));
    }
}

#[tokio::test]
async fn a_code_of_hive_is_a_status_wherever_it_comes() {
    for (code, class) in [
        (401, Class::Authentication),
        (403, Class::Permission),
        (404, Class::NotFound),
        (1003, Class::NotFound),
        (1002, Class::InvalidRequest),
        (429, Class::RateLimited),
        (500, Class::Outage),
        (1005, Class::Outage),
    ] {
        let body = json!({"code": code, "message": "no", "data": null});
        let error = hive(false, http::json(200, &body)).await;
        assert_eq!(error.class(), Some(class), "{code}");
    }
    let body = json!({"code": 77, "message": "no", "data": null});
    assert_eq!(hive(false, http::json(200, &body)).await.class(), None);
    let denied = || {
        http::json(
            403,
            &json!({"code": 403, "error": "FORBIDDEN", "message": "access denied"}),
        )
    };
    assert!(hive(false, denied()).await.is_permission());
    assert!(
        hive(true, denied()).await.is_authentication(),
        "the secret key is wrong"
    );
}

#[tokio::test]
async fn whatever_shape_an_error_of_upvest_has_its_parts_are_found_the_same_way() {
    let fault = json!({
        "domain": "clientele", "location": "username", "locationType": "parameter",
        "message": "Duplicate Value", "reason": "duplicateValue",
    });
    let object = json!({"error": {"message": "User with given username exists already", "details": [fault]}});
    let taken = "User with given username exists already";
    let cases: [(Answer, Class, Option<&str>, &str, usize); 5] = [
        (
            http::json(409, &object),
            Class::Conflict,
            Some("duplicateValue"),
            taken,
            1,
        ),
        (
            http::json(400, &json!({"details": [fault, fault]})),
            Class::Conflict,
            Some("duplicateValue"),
            "Duplicate Value",
            2,
        ),
        (
            http::json(401, &json!({"error": "invalid_grant"})),
            Class::Authentication,
            Some("invalid_grant"),
            "invalid_grant",
            0,
        ),
        (
            http::json(
                400,
                &json!({"error": "invalid_request", "error_description": "Missing username"}),
            ),
            Class::InvalidRequest,
            Some("invalid_request"),
            "Missing username",
            0,
        ),
        (
            http::answer(404, "text/plain", "Not Found"),
            Class::NotFound,
            None,
            "Not Found",
            0,
        ),
    ];
    for (answer, class, code, message, faults) in cases {
        let error = upvest(answer).await;
        assert_eq!(error.class(), Some(class), "{error}");
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(error.message(), Some(message), "{error}");
        let details: Vec<ErrorDetail> = error.details();
        assert_eq!(details.len(), faults, "{error}");
        for detail in &details {
            assert_eq!(serde_json::to_value(detail).expect("JSON"), fault);
        }
        let body = error.failure::<ErrorBody>();
        assert_eq!(body.is_some(), code.is_some(), "{error}");
    }
}

#[tokio::test]
async fn each_shape_reads_well() {
    let object =
        json!({"error": {"message": "User exists", "details": [{"reason": "duplicateValue"}]}});
    let mut messages = Vec::new();
    for answer in [
        http::json(409, &object),
        http::json(
            400,
            &json!({"details": [{"reason": "tooLong", "message": "Too long"}]}),
        ),
        http::json(401, &json!({"error": "invalid_grant"})),
        http::answer(404, "text/plain", "Not Found"),
        http::answer(404, "text/html", "<h1>Not Found</h1>"),
    ] {
        messages.push(shown::<()>(Err(upvest(answer).await)));
    }
    insta::assert_snapshot!(messages.join("\n\n"), @r"
    upvest tenancy_user_create: failed because the service refused it: HTTP 409 Conflict: duplicateValue: User exists; change the request
    Refused, AdjustRequest, attempts: 1

    upvest tenancy_user_create: failed because the service refused it: HTTP 400 Bad Request: tooLong: Too long; change the request
    Refused, AdjustRequest, attempts: 1

    upvest tenancy_user_create: failed because the service refused it: HTTP 401 Unauthorized: invalid_grant; check the credentials
    Refused, Reauthenticate, attempts: 1

    upvest tenancy_user_create: failed because the service refused it: HTTP 404 Not Found; change the request
    Refused, AdjustRequest, attempts: 1

    upvest tenancy_user_create: failed because the service refused it: HTTP 404 Not Found; change the request
    Refused, AdjustRequest, attempts: 1
    ");
}

#[tokio::test]
async fn the_request_id_is_at_hand_on_success_and_on_every_failure() {
    let envelope = |success: bool, result: Value| json!({"Success": success, "Result": result, "Error": {"code": 200, "message": "m", "request_id": "r-1"}});
    let whole =
        json!({"number": 1, "hash": "", "previous_hash": "", "create_time": 0, "transactions": []});
    let stub = Stub::start().await;
    let session = session(&stub);
    stub.will_answer(http::json(200, &envelope(true, whole)));
    assert_eq!(
        block(&session).await.expect("a block").request_id(),
        Some("r-1")
    );
    for (status, body) in [
        (200, envelope(false, Value::Null)),
        (403, envelope(false, Value::Null)),
        (200, envelope(true, json!({"number": "?"}))),
        (200, envelope(true, Value::Null)),
    ] {
        stub.will_answer(http::json(status, &body));
        let error = block(&session).await.expect_err("a failure");
        assert_eq!(error.request_id(), Some("r-1"), "{error}");
        assert!(error.to_string().contains("(request id r-1)"), "{error}");
    }
    let chaincode = json!({"id": "e0", "status": "500", "events": [], "data": ""});
    stub.will_answer(http::json(200, &envelope(true, chaincode)));
    let error = alibaba(&session)
        .invoke("channel3", InvokeRequest::new("notary"))
        .send()
        .await;
    let error = error.expect_err("the chaincode refused");
    assert_eq!(
        (error.request_id(), error.code()),
        (Some("r-1"), Some("500"))
    );

    // Neither Hive nor Upvest has one in a body; what stands before them may put one on the answer.
    let with_id = |status: u16, body: &str| {
        Answer::Bytes(
            format!(
                "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\nx-request-id: r-2\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{body}",
                body.len()
            )
            .into_bytes(),
        )
    };
    for (status, body) in [(409, r#"{"error":{"message":"m"}}"#), (200, "{"), (302, "")] {
        assert_eq!(
            upvest(with_id(status, body)).await.request_id(),
            Some("r-2")
        );
    }
    assert_eq!(
        hive(false, with_id(200, r#"{"code":7,"message":"m"}"#))
            .await
            .request_id(),
        Some("r-2")
    );
    let stub = Stub::answering([
        with_id(200, r#"{"epoch":1,"iso8601":"x"}"#),
        with_id(204, ""),
    ])
    .await;
    let client = bindery_upvest::Client::new(UPVEST.session_with_everything(&stub));
    assert_eq!(
        client.time().send().await.expect("the time").request_id(),
        Some("r-2")
    );
    let deleted = client.tenancy_user_delete("Jane Doe").send().await;
    assert_eq!(
        deleted
            .map(|deleted| deleted.request_id().map(str::to_owned))
            .expect("gone"),
        Some("r-2".to_owned())
    );
}
