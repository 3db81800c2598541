//! The echoes of the tenant and of users, each of which webhooks may hear too.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::call::{Call, TenantCall, UserCall};
use super::errors::Refusal;
use super::events::Event;
use super::fields::Fields;
use super::oauth::Scope;
use super::state::State;

/// `GET /tenancy/echo-signed`
pub(super) async fn get_signed(
    Shared(state): Shared<Arc<State>>,
    TenantCall { call }: TenantCall,
) -> Result<Json<Value>, Refusal> {
    get(&state, "tenancy", &call)
}

/// `POST /tenancy/echo-signed`
pub(super) async fn post_signed(
    Shared(state): Shared<Arc<State>>,
    TenantCall { call }: TenantCall,
) -> Result<Json<Value>, Refusal> {
    post(&state, "tenancy", &call)
}

/// `GET /clientele/echo-oauth2`
pub(super) async fn get_oauth2(
    Shared(state): Shared<Arc<State>>,
    call: UserCall,
) -> Result<Json<Value>, Refusal> {
    call.user(&[Scope::Echo])?;
    get(&state, "clientele", &call.call)
}

/// `POST /clientele/echo-oauth2`
pub(super) async fn post_oauth2(
    Shared(state): Shared<Arc<State>>,
    call: UserCall,
) -> Result<Json<Value>, Refusal> {
    call.user(&[Scope::Echo])?;
    post(&state, "clientele", &call.call)
}

fn get(state: &State, domain: &'static str, call: &Call) -> Result<Json<Value>, Refusal> {
    let missing = || Refusal::bad_parameter(domain, "echo", "required", "This field is required");
    let echo = call.query("echo").ok_or_else(missing)?;
    Ok(answer(state, "get", &echo))
}

fn post(state: &State, domain: &'static str, call: &Call) -> Result<Json<Value>, Refusal> {
    let mut fields = Fields::read(domain, &call.body)?;
    let echo: String = fields.required("echo");
    fields.check()?;
    Ok(answer(state, "post", &echo))
}

fn answer(state: &State, verb: &'static str, echo: &str) -> Json<Value> {
    let echo = json!({ "echo": echo });
    state
        .world()
        .webhooks
        .tell(&Event::own("echo", verb, &echo));
    Json(echo)
}
