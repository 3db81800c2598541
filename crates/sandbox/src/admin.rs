//! The admin port: faults, counts and the clock, as JSON over HTTP.
//!
//! It is described in the README, which is what its callers read.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::{
    Connections, Faults, JournalLine, Provider, RotatingProvider, Rotation, RotationReport, Rule,
    RuleId, RuleReport,
};
use crate::server::{Server, serve};
use crate::{Clock, alibaba_baas, hive, upvest};

/// What was really written.
pub(crate) struct Ledgers {
    pub(crate) alibaba_baas: alibaba_baas::Operator,
    pub(crate) hive: hive::Operator,
    pub(crate) upvest: upvest::Operator,
}

struct Admin {
    faults: Faults,
    clock: Clock,
    ledgers: Ledgers,
}

type Shared = State<Arc<Admin>>;

/// Starts it on 127.0.0.1 at `port`; 0 picks a free one. Its URL comes with it.
pub(crate) async fn start(
    port: u16,
    faults: Faults,
    clock: Clock,
    ledgers: Ledgers,
) -> io::Result<(Server, String)> {
    let admin = Arc::new(Admin {
        faults,
        clock,
        ledgers,
    });
    let server = serve(port, router(admin), None).await?;
    let url = format!("http://{}", server.address());
    Ok((server, url))
}

fn router(admin: Arc<Admin>) -> Router {
    Router::new()
        .route(
            "/rules",
            get(rules).put(replace).post(add).delete(clear_rules),
        )
        .route("/rules/{id}", get(rule).delete(remove))
        .route("/journal", get(journal).delete(clear_journal))
        .route("/clock", get(clock).post(step))
        .route("/rotation/{provider}", get(rotation).put(rotate))
        .route("/ledger", get(ledger))
        .fallback(async || Refusal::not_found("path"))
        .method_not_allowed_fallback(async || {
            Refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                "failed to find such a method on this path".to_owned(),
            )
        })
        .with_state(admin)
}

/// A request that is not served, and why.
struct Refusal(StatusCode, String);

impl Refusal {
    fn not_found(what: &str) -> Self {
        Self(
            StatusCode::NOT_FOUND,
            format!("failed to find such a {what}"),
        )
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, error) = self;
        (status, Json(json!({ "error": error }))).into_response()
    }
}

/// A JSON body, refused in the words of this port.
struct Body<T>(T);

impl<T: DeserializeOwned> FromRequest<Arc<Admin>> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, admin: &Arc<Admin>) -> Result<Self, Refusal> {
        let read = Json::from_request(request, admin).await;
        let Json(body) = read.map_err(|rejection: JsonRejection| {
            let error = format!("failed to read the body: {rejection}");
            Refusal(StatusCode::BAD_REQUEST, error)
        })?;
        Ok(Self(body))
    }
}

async fn rules(State(admin): Shared) -> Json<Vec<RuleReport>> {
    Json(admin.faults.rules())
}

async fn replace(
    State(admin): Shared,
    Body(rules): Body<Vec<Rule>>,
) -> Result<Json<Value>, Refusal> {
    let ids = admin.faults.replace(rules).map_err(invalid)?;
    Ok(Json(json!({ "ids": ids })))
}

async fn add(
    State(admin): Shared,
    Body(rule): Body<Rule>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let id = admin.faults.add(rule).map_err(invalid)?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

fn invalid(error: impl std::fmt::Display) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, error.to_string())
}

async fn clear_rules(State(admin): Shared) -> StatusCode {
    admin.faults.clear();
    StatusCode::NO_CONTENT
}

async fn rule(State(admin): Shared, Path(id): Path<String>) -> Result<Json<RuleReport>, Refusal> {
    let id = rule_id(&id)?;
    let report = admin.faults.rules().into_iter().find(|rule| rule.id == id);
    report.map(Json).ok_or_else(|| Refusal::not_found("rule"))
}

async fn remove(State(admin): Shared, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    match admin.faults.remove(rule_id(&id)?) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Refusal::not_found("rule")),
    }
}

fn rule_id(text: &str) -> Result<RuleId, Refusal> {
    let id = text.parse().map_err(|_| Refusal::not_found("rule"))?;
    Ok(RuleId(id))
}

#[derive(Serialize)]
struct Journal {
    connections: BTreeMap<Provider, Connections>,
    requests: Vec<JournalLine>,
}

async fn journal(State(admin): Shared) -> Json<Journal> {
    let providers = [Provider::AlibabaBaas, Provider::Hive, Provider::Upvest];
    Json(Journal {
        connections: providers
            .map(|provider| (provider, admin.faults.connections(provider)))
            .into(),
        requests: admin.faults.journal(),
    })
}

async fn clear_journal(State(admin): Shared) -> StatusCode {
    admin.faults.clear_journal();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    step_seconds: i64,
}

async fn clock(State(admin): Shared) -> Json<Value> {
    Json(json!({
        "now": admin.clock.now().to_rfc3339(),
        "offset_seconds": admin.clock.offset().num_seconds(),
    }))
}

async fn step(State(admin): Shared, Body(step): Body<Step>) -> Json<Value> {
    admin.clock.step(step.step_seconds);
    clock(State(admin)).await
}

async fn rotation(
    State(admin): Shared,
    Path(provider): Path<String>,
) -> Result<Json<RotationReport>, Refusal> {
    Ok(Json(admin.faults.rotation(rotating(&provider)?)))
}

async fn rotate(
    State(admin): Shared,
    Path(provider): Path<String>,
    Body(rotation): Body<Rotation>,
) -> Result<Json<RotationReport>, Refusal> {
    let provider = rotating(&provider)?;
    admin.faults.rotate(provider, rotation);
    Ok(Json(admin.faults.rotation(provider)))
}

fn rotating(name: &str) -> Result<RotatingProvider, Refusal> {
    serde_json::from_value(Value::from(name))
        .map_err(|_| Refusal::not_found("provider; there are alibaba_baas and upvest"))
}

/// The keys of each chaincode with the transactions that wrote them, without what they wrote.
type Chaincodes = BTreeMap<String, BTreeMap<String, Vec<String>>>;

#[derive(Serialize)]
struct NetworkLedger {
    transactions: usize,
    writes: Chaincodes,
}

async fn ledger(State(admin): Shared) -> Json<Value> {
    let Ledgers {
        alibaba_baas,
        hive,
        upvest,
    } = &admin.ledgers;
    let networks: BTreeMap<_, _> = alibaba_baas::NETWORKS
        .into_iter()
        .map(|network| (network, network_ledger(alibaba_baas, network)))
        .collect();
    Json(json!({
        "alibaba_baas": networks,
        "hive": { "transactions": hive.transactions(), "nfts": hive.nfts() },
        "upvest": {
            "users": upvest.users(),
            "wallets": upvest.wallets(),
            "transactions": upvest.transactions(),
        },
    }))
}

fn network_ledger(operator: &alibaba_baas::Operator, network: &str) -> NetworkLedger {
    let by_key = |chaincode: &String| {
        let writes = operator.writes(network, chaincode).unwrap_or_default();
        let ids = writes.into_iter().map(|(key, writes)| {
            let ids = writes.into_iter().map(|write| write.transaction_id);
            (key, ids.collect())
        });
        (chaincode.clone(), ids.collect())
    };
    NetworkLedger {
        transactions: operator.transactions(network).unwrap_or_default(),
        writes: operator.chaincodes(network).iter().map(by_key).collect(),
    }
}
