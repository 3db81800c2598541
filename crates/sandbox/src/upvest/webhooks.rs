//! The tenant's webhooks.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use url::Url;
use uuid::Uuid;

use super::call::TenantCall;
use super::errors::Refusal;
use super::events::{Event, Filter};
use super::fields::Fields;
use super::pages::{PageRequest, Stamp};
use super::state::State;

const DOMAIN: &str = "tenancy";

/// The webhooks, oldest first.
#[derive(Debug, Default)]
pub(super) struct Webhooks(Vec<Webhook>);

#[derive(Debug)]
struct Webhook {
    id: Uuid,
    stamp: Stamp,
    /// All that the tenant said of it, as the tenant said it.
    stated: Map<String, Value>,
    active: bool,
    filters: Vec<Filter>,
    outbox: mpsc::Sender<String>,
}

impl Webhooks {
    /// Tells every active webhook that wants to hear of the event.
    pub(super) fn tell(&self, event: &Event) {
        for webhook in &self.0 {
            if webhook.active && webhook.filters.iter().any(|filter| filter.matches(event)) {
                // A receiver with a thousand callbacks before it loses this one.
                let _ = webhook.outbox.try_send(event.body(webhook.id));
            }
        }
    }

    fn find(&self, id: &str) -> Result<&Webhook, Refusal> {
        let id = Uuid::parse_str(id).map_err(|_| Refusal::not_found())?;
        let webhook = self.0.iter().find(|webhook| webhook.id == id);
        webhook.ok_or_else(Refusal::not_found)
    }
}

impl Webhook {
    fn json(&self) -> Value {
        let mut json = self.stated.clone();
        json.insert("id".to_owned(), json!(self.id));
        Value::Object(json)
    }
}

/// `POST /tenancy/webhooks/`
pub(super) async fn create(
    Shared(state): Shared<Arc<State>>,
    TenantCall { call }: TenantCall,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let mut fields = Fields::read(DOMAIN, &call.body)?;
    let url = fields.text("url");
    let name: Option<String> = fields.optional("name");
    let secret = fields.text("hmac_secret_key");
    let headers: Option<Map<String, Value>> = fields.optional("headers");
    let version = fields.text("version");
    let status = fields.text("status");
    let stated_filters: Vec<Value> = fields.required("event_filters");
    let filters: Option<Vec<_>> = stated_filters.iter().map(Filter::read).collect();
    let parsed_url = Url::parse(&url).ok().filter(|url| url.has_host());
    if parsed_url.is_none() && !url.is_empty() {
        fields.fault("url", "invalid", "Enter a valid URL");
    }
    if filters.is_none() {
        let message = "A filter is \"source.noun.verb\" or an object";
        fields.fault("event_filters", "invalid", message);
    }
    fields.check()?;
    let (Some(parsed_url), Some(filters)) = (parsed_url, filters) else {
        return Err(Refusal::not_found());
    };
    let stated = json!({
        "url": url,
        "name": name,
        "headers": headers.unwrap_or_default(),
        "version": version,
        "status": status,
        "event_filters": stated_filters,
        "hmac_secret_key": secret,
    });
    let mut world = state.world();
    let webhook = Webhook {
        id: Uuid::new_v4(),
        stamp: state.stamp(),
        stated: stated.as_object().cloned().unwrap_or_default(),
        active: status == "ACTIVE",
        filters,
        outbox: state.poster.outbox(parsed_url, &secret),
    };
    let json = webhook.json();
    world.webhooks.0.push(webhook);
    Ok((StatusCode::CREATED, Json(json)))
}

/// `GET /tenancy/webhooks/`
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    TenantCall { call }: TenantCall,
) -> Result<Json<Value>, Refusal> {
    let page = PageRequest::read(&call)?;
    let world = state.world();
    Ok(page.of(&world.webhooks.0, |webhook| webhook.stamp, Webhook::json))
}

/// `GET /tenancy/webhooks/{id}`
pub(super) async fn read(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    _: TenantCall,
) -> Result<Json<Value>, Refusal> {
    let world = state.world();
    let webhook = world.webhooks.find(&id)?;
    Ok(Json(webhook.json()))
}

/// `DELETE /tenancy/webhooks/{id}`
pub(super) async fn delete(
    Shared(state): Shared<Arc<State>>,
    Path(id): Path<String>,
    _: TenantCall,
) -> Result<StatusCode, Refusal> {
    let mut world = state.world();
    let id = world.webhooks.find(&id)?.id;
    world.webhooks.0.retain(|webhook| webhook.id != id);
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /tenancy/webhooks-verify/`
///
/// What the service answers beside 201 is not known; the sandbox repeats the URL.
pub(super) async fn verify(
    Shared(state): Shared<Arc<State>>,
    TenantCall { call }: TenantCall,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let mut fields = Fields::read(DOMAIN, &call.body)?;
    let stated = fields.text("verify_url");
    fields.check()?;
    let bad = |message: String| Refusal::bad_parameter(DOMAIN, "verify_url", "invalid", message);
    let url = Url::parse(&stated).map_err(|_| bad("Enter a valid URL".to_owned()))?;
    let verified = state.poster.verify(&url).await;
    verified.map_err(|why| bad(format!("The receiver was not verified: {why}")))?;
    Ok((StatusCode::CREATED, Json(json!({ "verify_url": stated }))))
}
