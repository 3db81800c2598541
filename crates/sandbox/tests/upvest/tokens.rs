//! OAuth2.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{ETHER, Tenant, quick, wallet_path};

fn refusal(answer: &crate::client::Answer) -> (u16, Value) {
    let status = answer.status.as_u16();
    (status, answer.json(status)["error"].take())
}

#[tokio::test]
async fn the_password_grant_answers_as_documented() {
    let tenant = Tenant::start(quick()).await;
    tenant.user("Jane Doe", &[]).await;
    let login = [
        ("grant_type", "password"),
        ("username", "Jane Doe"),
        ("password", "pa55"),
    ];
    let token = tenant.token(&login).await.json(200);
    assert_eq!(token["expires_in"], 36_000);
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["scope"], "read write echo wallet transaction");
    assert_eq!(token["access_token"].as_str().map(str::len), Some(30));
    assert_eq!(token["refresh_token"].as_str().map(str::len), Some(30));
    let scoped = [login.as_slice(), &[("scope", "echo read")]].concat();
    assert_eq!(tenant.token(&scoped).await.json(200)["scope"], "echo read");
}

#[tokio::test]
async fn what_is_missing_is_400_and_what_is_wrong_401() {
    let tenant = Tenant::start(quick()).await;
    tenant.user("jane", &[]).await;
    let password = ("grant_type", "password");
    let (user, right) = (("username", "jane"), ("password", "pa55"));
    for (form, expected) in [
        (vec![password], (400, "invalid_request")),
        (vec![password, user], (400, "invalid_request")),
        (
            vec![password, user, ("password", "")],
            (400, "invalid_request"),
        ),
        (vec![password, right], (400, "invalid_request")),
        (vec![password, user, right, right], (400, "invalid_request")),
        (vec![user, right], (400, "invalid_request")),
        (
            vec![password, user, ("password", "wrong")],
            (401, "invalid_grant"),
        ),
        (
            vec![password, ("username", "wrong"), right],
            (401, "invalid_grant"),
        ),
        (
            vec![password, user, right, ("scope", "read admin")],
            (400, "invalid_scope"),
        ),
        (
            vec![("grant_type", "implicit"), user, right],
            (400, "unsupported_grant_type"),
        ),
    ] {
        let (status, error) = refusal(&tenant.token(&form).await);
        assert_eq!(
            (status, error.as_str().unwrap_or_default()),
            expected,
            "{form:?}"
        );
    }
    let wrong_client = [
        ("client_id", "x"),
        ("client_secret", "y"),
        password,
        user,
        right,
    ];
    let refused = tenant.raw_token(&wrong_client).await;
    assert_eq!(refusal(&refused), (401, json!("invalid_client")));
}

#[tokio::test]
async fn a_refresh_token_works_once_and_cannot_widen_its_scopes() {
    let tenant = Tenant::start(quick()).await;
    tenant.user("jane", &[]).await;
    let login = [
        ("grant_type", "password"),
        ("username", "jane"),
        ("password", "pa55"),
        ("scope", "read echo"),
    ];
    let first = tenant.token(&login).await.json(200);
    let first = first["refresh_token"].as_str().expect("a token");
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", first)];
    let wider = [refresh.as_slice(), &[("scope", "read write")]].concat();
    assert_eq!(
        refusal(&tenant.token(&wider).await),
        (400, json!("invalid_scope"))
    );
    let second = tenant.token(&refresh).await.json(200);
    assert_eq!(second["scope"], "read echo");
    assert_ne!(second["refresh_token"], first);
    assert_eq!(
        refusal(&tenant.token(&refresh).await),
        (401, json!("invalid_grant"))
    );
}

#[tokio::test]
async fn a_token_expires_by_the_sandboxs_clock() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[]).await;
    tenant.clock.advance(Duration::from_secs(35_900));
    user.get("/assets/").await.json(200);
    tenant.clock.advance(Duration::from_secs(100));
    let refused = user.get("/assets/").await;
    assert_eq!(refused.reason(401).1, "invalidToken");
    assert_eq!(
        refused.challenge.as_deref(),
        Some("Bearer error=\"invalid_token\"")
    );
}

#[tokio::test]
async fn a_token_allows_what_its_scopes_name() {
    let tenant = Tenant::start(quick()).await;
    let owner = tenant.user("jane", &[ETHER]).await;
    let wallet = owner.active_wallet("ethereum_ropsten").await;
    let base = wallet_path(&wallet);
    let sign = json!({"password": "pa55", "to_sign": "00".repeat(32), "input_format": "hex"});
    let send = json!({"password": "pa55", "asset_id": ETHER, "quantity": 1,
                      "recipient": wallet["address"]});
    let create = json!({"password": "pa55", "asset_id": ETHER});
    for (scope, allowed) in [
        ("read", [false, true, false, false, false, true]),
        ("write", [false, false, true, true, false, false]),
        ("echo", [true, false, false, false, false, false]),
        ("wallet", [false, true, true, true, false, true]),
        ("transaction", [false, false, false, false, true, true]),
        ("read write echo transaction", [true; 6]),
    ] {
        let user = tenant.login("jane", "pa55", Some(scope)).await;
        let answers = [
            user.get("/clientele/echo-oauth2?echo=x").await,
            user.get("/kms/wallets/").await,
            user.post("/kms/wallets/", &create).await,
            user.post(&format!("{base}sign"), &sign).await,
            user.post(&format!("{base}transactions/"), &send).await,
            user.get(&format!("{base}transactions/")).await,
        ];
        for (answer, allowed) in answers.iter().zip(allowed) {
            if allowed {
                assert!(answer.status.is_success(), "{scope}: {answer:?}");
            } else {
                assert_eq!(answer.reason(403).1, "insufficientScope", "{scope}");
                let challenge = "Bearer error=\"insufficient_scope\"";
                assert_eq!(answer.challenge.as_deref(), Some(challenge));
            }
        }
    }
}

#[tokio::test]
async fn neither_credential_does_for_the_other() {
    let tenant = Tenant::start(quick()).await;
    let user = tenant.user("jane", &[]).await;
    assert_eq!(user.get("/tenancy/users/").await.status, 403);
    assert_eq!(tenant.post("/kms/wallets/", &json!({})).await.status, 403);
}
