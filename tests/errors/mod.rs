//! What a caller gets for bad input and for a service that misbehaves: one error that says which provider, which
//! operation, what happened and what to do, and holds no secret.

mod answer;
mod delivery;
mod meaning;
mod replay;
mod request;
mod signature;
mod socket;

use std::{error::Error as _, fmt::Write as _};

use bindery_alibaba_baas::{
    Client, Response,
    types::{Block, ContractResult, InvokeRequest},
};
use bindery_runtime::{Error, Session};
use serde_json::{Value, json};

use crate::{credential::Fixed, provider::ALIBABA_BAAS, stub::Stub};

/// Stands wherever a secret may stand: in the credential, the arguments, the body, and the answer.
const CANARY: &str = "canary-5f3b9c";

/// The error as a caller prints it, and what it advises. Fails if the canary is anywhere in it.
#[track_caller]
fn shown<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    let error = outcome.expect_err("this must fail");
    let mut everything = format!("{error}\n{error:?}\n{error:#?}\n");
    let mut cause = error.source();
    while let Some(next) = cause {
        let _ = writeln!(everything, "{next}\n{next:?}\n{next:#?}");
        cause = next.source();
    }
    assert!(!everything.contains(CANARY), "{everything}");
    let named = format!("{} {}: failed ", error.provider(), error.operation());
    assert!(error.to_string().starts_with(&named), "{error}");
    assert_eq!(error.to_string().lines().count(), 1, "{error}");
    format!(
        "{error}\n{:?}, {:?}, attempts: {}",
        error.kind(),
        error.advice(),
        error.attempts()
    )
}

fn alibaba(session: &Session) -> Client {
    Client::new(session.clone())
}

/// A session of Alibaba BaaS with a credential for every call.
fn session(stub: &Stub) -> Session {
    ALIBABA_BAAS
        .session(stub)
        .credential(Fixed::new(CANARY))
        .build()
        .expect("a session")
}

async fn block(session: &Session) -> Result<Response<Block>, Error> {
    alibaba(session)
        .get_block("channel3", "latest")
        .send()
        .await
}

async fn invoke(session: &Session) -> Result<Response<ContractResult>, Error> {
    let body = InvokeRequest::new("notary").args(["put", CANARY, CANARY]);
    alibaba(session).invoke("channel3", body).send().await
}

fn a_block() -> Value {
    json!({
        "Success": true,
        "Result": {"number": 1, "hash": "", "previous_hash": "", "create_time": 0, "transactions": []},
    })
}
