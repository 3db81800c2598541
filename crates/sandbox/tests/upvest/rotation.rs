//! Reuse of refresh tokens, which is detected only when told to, and what can be counted.

use bindery_sandbox::faults::{Fault, Provider, RotatingProvider, Rotation, Rule};
use serde_json::json;

use crate::client::{ETHER, Tenant, quick, wallet_path};

async fn log_in(tenant: &Tenant) -> String {
    let login = [
        ("grant_type", "password"),
        ("username", "jane"),
        ("password", "pa55"),
    ];
    let token = tenant.token(&login).await.json(200)["refresh_token"].take();
    token.as_str().expect("a token").to_owned()
}

async fn refresh(tenant: &Tenant, token: &str) -> Option<String> {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let answer = tenant.token(&form).await;
    match answer.status.as_u16() {
        200 => answer.json(200)["refresh_token"]
            .as_str()
            .map(str::to_owned),
        _ => {
            assert_eq!(answer.json(401)["error"], "invalid_grant");
            None
        }
    }
}

#[tokio::test]
async fn a_spent_refresh_token_presented_again_revokes_its_family_and_no_other() {
    let tenant = Tenant::start(quick()).await;
    tenant.user("jane", &[]).await;
    let faults = tenant.sandbox.faults();
    let rotation = Rotation {
        reuse_detection: true,
        grace_seconds: 0,
    };
    faults.rotate(RotatingProvider::Upvest, rotation);
    let other = log_in(&tenant).await;
    let first = log_in(&tenant).await;
    let second = refresh(&tenant, &first).await.expect("a token");
    let third = refresh(&tenant, &second).await.expect("a token");
    assert_eq!(refresh(&tenant, &first).await, None);
    assert_eq!(refresh(&tenant, &third).await, None);
    assert!(refresh(&tenant, &other).await.is_some());
    let report = faults.rotation(RotatingProvider::Upvest);
    assert_eq!((report.spent, report.presented_spent), (3, 1));
    assert_eq!(report.families_revoked, 1);
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_can_be_repeated_within_the_grace() {
    let tenant = Tenant::start(quick()).await;
    tenant.user("jane", &[]).await;
    let faults = tenant.sandbox.faults();
    let rotation = Rotation {
        reuse_detection: true,
        grace_seconds: 60,
    };
    faults.rotate(RotatingProvider::Upvest, rotation);
    let first = log_in(&tenant).await;
    let lost = Rule::new(Fault::status(503)).after().times(1);
    let lost = lost
        .at(Provider::Upvest)
        .path("/1.0/clientele/oauth2/token");
    faults.add(lost).expect("a rule");
    let form = [("grant_type", "refresh_token"), ("refresh_token", &first)];
    assert_eq!(tenant.token(&form).await.status, 503);
    let second = refresh(&tenant, &first).await.expect("a token");
    assert!(refresh(&tenant, &second).await.is_some());
    let report = faults.rotation(RotatingProvider::Upvest);
    assert_eq!((report.presented_in_grace, report.presented_spent), (1, 0));
}

#[tokio::test]
async fn what_was_made_can_be_counted_whatever_was_answered() {
    let tenant = Tenant::start(quick()).await;
    let jane = tenant.user("jane", &[ETHER]).await;
    let joe = tenant.user("joe", &[ETHER]).await;
    let from = jane.active_wallet("ethereum_ropsten").await;
    let to = joe.active_wallet("ethereum_ropsten").await;
    let lost = Rule::new(Fault::status(503)).after();
    let lost = lost.at(Provider::Upvest).method("POST");
    tenant.sandbox.faults().add(lost).expect("a rule");
    let send = json!({"password": "pa55", "asset_id": ETHER, "quantity": 7,
                      "recipient": to["address"]});
    let path = format!("{}transactions/", wallet_path(&from));
    assert_eq!(jane.post(&path, &send).await.status, 503);
    // Until the wallet that receives has its own, which does not count.
    let received = format!("{}transactions/", wallet_path(&to));
    crate::client::until(async || {
        let list = joe.get(&received).await.json(200);
        list["results"].as_array().filter(|all| !all.is_empty())?;
        Some(())
    })
    .await;
    let operator = tenant.sandbox.upvest_operator();
    assert_eq!(operator.users(), ["jane", "joe"]);
    assert_eq!(operator.wallets().len(), 2);
    let made = operator.transactions();
    assert_eq!(made.len(), 1);
    assert_eq!(
        made[0].wallet_id.to_string(),
        from["id"].as_str().expect("an id")
    );
    assert_eq!(made[0].quantity.as_deref(), Some("7"));
    assert_eq!(made[0].recipient.as_deref(), to["address"].as_str());
}
