//! Refresh tokens that rotate, which they do only when told to.

use std::time::Duration;

use bindery_sandbox::faults::{RotatingProvider, Rotation, RotationReport};
use serde_json::Value;

use crate::gateway::Gateway;

const ALIBABA_BAAS: RotatingProvider = RotatingProvider::AlibabaBaas;

async fn refresh(gateway: &Gateway, token: &str) -> Result<String, String> {
    let form = [("refresh_token", token)];
    let answer: Value = gateway.refresh(&form).await.json().await.unwrap();
    match answer["refresh_token"].as_str() {
        Some(next) => Ok(next.to_owned()),
        None => Err(answer["error"].as_str().unwrap().to_owned()),
    }
}

fn report(gateway: &Gateway) -> RotationReport {
    gateway.sandbox.faults().rotation(ALIBABA_BAAS)
}

#[tokio::test]
async fn a_spent_refresh_token_presented_again_revokes_its_family_and_no_other() {
    let gateway = Gateway::start().await;
    let rotation = Rotation {
        reuse_detection: true,
        grace_seconds: 0,
    };
    gateway.sandbox.faults().rotate(ALIBABA_BAAS, rotation);
    let other = gateway.sandbox.alibaba_baas_operator().refresh_token();
    let first = gateway.sandbox.alibaba_baas().refresh_token.clone();
    let second = refresh(&gateway, &first).await.unwrap();
    let third = refresh(&gateway, &second).await.unwrap();
    assert_eq!(third.len(), 292);
    assert!(first != second && second != third);

    let gone = Err("invalid_grant".to_owned());
    assert_eq!(refresh(&gateway, &first).await, gone);
    assert_eq!(refresh(&gateway, &third).await, gone);
    assert_eq!(refresh(&gateway, &second).await, gone);
    assert!(refresh(&gateway, &other).await.is_ok());
    assert_eq!(refresh(&gateway, "unknown").await, gone);
    let expected = RotationReport {
        rotation,
        spent: 3,
        presented_in_grace: 0,
        presented_spent: 2,
        families_revoked: 1,
    };
    assert_eq!(report(&gateway), expected);
}

#[tokio::test]
async fn within_its_grace_a_spent_refresh_token_does_no_harm() {
    let gateway = Gateway::start().await;
    let rotation = Rotation {
        reuse_detection: true,
        grace_seconds: 60,
    };
    gateway.sandbox.faults().rotate(ALIBABA_BAAS, rotation);
    let first = gateway.sandbox.alibaba_baas().refresh_token.clone();
    let lost = refresh(&gateway, &first).await.unwrap();
    let second = refresh(&gateway, &first).await.unwrap();
    assert_ne!(lost, second);
    let third = refresh(&gateway, &second).await.unwrap();
    assert_eq!(report(&gateway).presented_in_grace, 1);
    assert_eq!(report(&gateway).presented_spent, 0);

    gateway.sandbox.clock().advance(Duration::from_secs(60));
    assert!(refresh(&gateway, &first).await.is_err());
    assert!(refresh(&gateway, &third).await.is_err());
    assert_eq!(report(&gateway).families_revoked, 1);
}

#[tokio::test]
async fn a_refresh_that_is_refused_for_another_reason_spends_nothing() {
    let gateway = Gateway::start().await;
    let rotation = Rotation {
        reuse_detection: true,
        grace_seconds: 0,
    };
    gateway.sandbox.faults().rotate(ALIBABA_BAAS, rotation);
    let token = gateway.sandbox.alibaba_baas().refresh_token.clone();
    let form = [("refresh_token", token.as_str()), ("scope", "none")];
    assert_eq!(gateway.refresh(&form).await.status(), 400);
    assert!(refresh(&gateway, &token).await.is_ok());
}

#[tokio::test]
async fn unless_told_to_no_refresh_token_rotates() {
    let gateway = Gateway::start().await;
    let token = gateway.sandbox.alibaba_baas().refresh_token.clone();
    for _ in 0..2 {
        assert_eq!(refresh(&gateway, &token).await.as_deref(), Ok(""));
    }
    assert_eq!(report(&gateway), RotationReport::default());
}
