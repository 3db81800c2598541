//! The gateway's paths.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::time::{sleep, timeout};

use super::Gateway;
use super::answer::{Action, Code, Failure, Success};
use super::events::{self, Source};
use super::invocation::{Invalid, Invocation};
use super::ledger::{self, Ledger, Proposal};
use super::moderation::Rejecting;
use super::token::{Granted, Permissions, Refusal, Scope};
use crate::bearer::bearer;

/// The largest request body.
const BODY_LIMIT: usize = 16 << 20;

/// How long an invoke or a query waits when the request does not say, in seconds.
const DEFAULT_TIMEOUT: u64 = 180;

type Parameters = Query<HashMap<String, String>>;

pub(super) fn router(gateway: Arc<Gateway>) -> Router {
    let network = Router::new()
        .route("/transactions/invoke", post(invoke))
        .route("/transactions/query", post(query))
        .route("/transactions/{id}", get(transaction))
        .route("/blocks/{number}", get(block))
        .route("/events/subscribe", get(subscribe));
    let api = Router::new()
        .route("/token", post(token))
        .nest("/networks/{network}", network);
    Router::new()
        .nest("/api/v1", api)
        .fallback(async || {
            Failure::new(Action::Route, Code::Parameter, "no such path")
                .status(StatusCode::NOT_FOUND)
        })
        .method_not_allowed_fallback(async || {
            Failure::new(
                Action::Route,
                Code::Parameter,
                "no such method on this path",
            )
            .status(StatusCode::METHOD_NOT_ALLOWED)
        })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(gateway)
}

impl Gateway {
    fn authorize(
        &self,
        headers: &HeaderMap,
        action: Action,
        scope: Scope,
    ) -> Result<Permissions, Failure> {
        self.permit(bearer(headers), action, scope)
    }

    fn permit(
        &self,
        token: Option<&str>,
        action: Action,
        scope: Scope,
    ) -> Result<Permissions, Failure> {
        let detail = "the access token is missing, unknown or expired";
        let permissions = token
            .and_then(|token| self.tokens.judge(token))
            .ok_or_else(|| Failure::new(action, Code::Token, detail))?;
        require(&permissions, action, scope)?;
        Ok(permissions)
    }

    fn ledger(&self, network: &str, action: Action) -> Result<&Arc<Ledger>, Failure> {
        self.ledgers.get(network).ok_or_else(|| {
            let detail = format!("channel {network} not found");
            Failure::new(action, Code::FabricParameter, detail)
        })
    }
}

fn require(permissions: &Permissions, action: Action, scope: Scope) -> Result<(), Failure> {
    if permissions.include(scope) {
        return Ok(());
    }
    let detail = format!("the access token lacks the permission {}", scope.name());
    Err(Failure::new(action, Code::Permission, detail))
}

async fn token(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Granted, Refusal> {
    gateway.tokens.grant(&headers, &body)
}

async fn invoke(
    State(gateway): State<Arc<Gateway>>,
    Path(network): Path<String>,
    Query(parameters): Parameters,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Success<ledger::Response>, Failure> {
    const SEND: Action = Action::Send;
    let permissions = gateway.authorize(&headers, SEND, Scope::Invoke)?;
    let limit = time_limit(&parameters, SEND)?;
    let content_check = parameters.get("content_check").map_or("", String::as_str);
    let rejecting = Rejecting::parse(content_check).map_err(|name| {
        let detail = format!("content_check takes pass, review and block, not {name}");
        Failure::new(SEND, Code::ModerationParameter, detail)
    })?;
    if !rejecting.is_off() {
        require(&permissions, SEND, Scope::ContentCheck)?;
    }
    let ledger = Arc::clone(gateway.ledger(&network, SEND)?);
    let invocation = read(body, SEND)?;
    let texts = invocation.texts();
    if let Some(suggestion) = rejecting.verdict(texts.iter().map(AsRef::as_ref)) {
        let detail = format!(
            "Content Moderation Check failed, suggestion {}",
            suggestion.name()
        );
        return Err(Failure::new(SEND, Code::ModerationRejected, detail));
    }
    drop(texts);

    let proposal = Proposal::new(invocation);
    let id = proposal.id();
    let delay = gateway.commit_delay;
    // A transaction once submitted is committed, whether or not its caller stays to hear of it.
    let committing = tokio::spawn(async move {
        if !delay.is_zero() {
            sleep(delay).await;
        }
        ledger.commit(&proposal)
    });
    match timeout(limit, committing).await {
        Ok(Ok(response)) => Ok(Success(response)),
        Ok(Err(_)) | Err(_) => {
            let seconds = limit.as_secs();
            let detail = format!("no final status of transaction {id} within {seconds} s");
            Err(Failure::new(SEND, Code::SdkTimeout, detail))
        }
    }
}

async fn query(
    State(gateway): State<Arc<Gateway>>,
    Path(network): Path<String>,
    Query(parameters): Parameters,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Success<ledger::Response>, Failure> {
    const QUERY: Action = Action::Query;
    gateway.authorize(&headers, QUERY, Scope::Query)?;
    time_limit(&parameters, QUERY)?;
    let ledger = gateway.ledger(&network, QUERY)?;
    let proposal = Proposal::new(read(body, QUERY)?);
    Ok(Success(ledger.query(&proposal)))
}

async fn transaction(
    State(gateway): State<Arc<Gateway>>,
    Path((network, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Success<ledger::Transaction>, Failure> {
    const GET: Action = Action::GetTransaction;
    gateway.authorize(&headers, GET, Scope::Query)?;
    let ledger = gateway.ledger(&network, GET)?;
    let transaction = ledger.transaction(&id).ok_or_else(|| {
        let detail = format!("transaction {id} not found on channel {network}");
        Failure::new(GET, Code::FabricParameter, detail)
    })?;
    Ok(Success(transaction))
}

async fn block(
    State(gateway): State<Arc<Gateway>>,
    Path((network, number)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Success<ledger::Block>, Failure> {
    const GET: Action = Action::GetBlock;
    gateway.authorize(&headers, GET, Scope::Query)?;
    let ledger = gateway.ledger(&network, GET)?;
    if number == "latest" {
        return Ok(Success(ledger.latest_block()));
    }
    let number: u64 = number.parse().map_err(|_| {
        let detail = format!("{number} is neither a block number nor latest");
        Failure::new(GET, Code::Parameter, detail)
    })?;
    let block = ledger.block(number).ok_or_else(|| {
        let detail = format!("block {number} not found on channel {network}");
        Failure::new(GET, Code::FabricParameter, detail)
    })?;
    Ok(Success(block))
}

async fn subscribe(
    State(gateway): State<Arc<Gateway>>,
    Path(network): Path<String>,
    Query(parameters): Parameters,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Failure> {
    const SUBSCRIBE: Action = Action::Subscribe;
    let parameter = |name| parameters.get(name).map(String::as_str);
    gateway
        .permit(parameter("access_token"), SUBSCRIBE, Scope::Event)
        .map_err(Failure::refused)?;
    let ledger = gateway
        .ledger(&network, SUBSCRIBE)
        .map_err(Failure::refused)?;
    let source = Source::parse(parameter("source").unwrap_or_default()).map_err(|name| {
        let detail = format!("source takes Tx, Config, Contract, Block and *, not {name}");
        Failure::new(SUBSCRIBE, Code::Parameter, detail).refused()
    })?;
    let upgrade = upgrade
        .map_err(|rejection| Failure::new(SUBSCRIBE, Code::Parameter, rejection).refused())?;
    // From before the answer, so that no event is lost to a subscriber who has it.
    let events = ledger.subscribe();
    let stream = move |socket| events::stream(socket, events, source);
    Ok(upgrade.on_upgrade(stream).into_response())
}

fn time_limit(parameters: &HashMap<String, String>, action: Action) -> Result<Duration, Failure> {
    let seconds = match parameters.get("timeout").map(String::as_str) {
        None | Some("") => DEFAULT_TIMEOUT,
        Some(text) => text
            .parse()
            .ok()
            .filter(|seconds| *seconds > 0)
            .ok_or_else(|| {
                let detail = format!("timeout takes a positive number of seconds, not {text}");
                Failure::new(action, Code::Parameter, detail)
            })?,
    };
    Ok(Duration::from_secs(seconds))
}

fn read(body: Result<Bytes, BytesRejection>, action: Action) -> Result<Invocation, Failure> {
    let body = body.map_err(|rejection| {
        let status = rejection.status();
        Failure::new(action, Code::Parameter, rejection).status(status)
    })?;
    Invocation::read(&body).map_err(|invalid| match invalid {
        Invalid::Body(detail) => Failure::new(action, Code::Parameter, detail),
        Invalid::Chaincode(name) => {
            let detail = format!("chaincode {name} is not installed");
            Failure::new(action, Code::FabricParameter, detail)
        }
    })
}
