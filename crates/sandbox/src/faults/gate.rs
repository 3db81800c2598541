//! Where requests meet the rules, between a provider's port and its paths.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::sleep;

use super::connection::{Ending, Line};
use super::list::Strike;
use super::{Fault, Faults, Phase, Provider, answer};
use crate::Clock;

/// What a provider says with a status that it did not choose itself, to a request of a path.
pub(crate) type OwnWords = fn(StatusCode, &str) -> Response;

/// The gate of one provider.
#[derive(Clone)]
pub(crate) struct Gate {
    faults: Faults,
    provider: Provider,
    own_words: OwnWords,
}

/// What becomes of a request.
enum Outcome {
    Answer(Response),
    Cut(Ending),
    Hang,
}

/// A request that is struck, and what it needs to be dealt with.
struct Struck {
    gate: Gate,
    line: Line,
    stop: watch::Receiver<()>,
    uri: Uri,
}

impl Gate {
    pub(crate) fn new(faults: Faults, provider: Provider, own_words: OwnWords) -> Self {
        Self {
            faults,
            provider,
            own_words,
        }
    }

    /// What the gate's doorway needs to know.
    pub(crate) fn guard(&self) -> (Faults, Provider) {
        (self.faults.clone(), self.provider)
    }

    fn clock(&self) -> &Clock {
        &self.faults.shared.clock
    }
}

/// A gate, and the server that it stands before, which stops when the sender is gone.
pub(crate) struct Post {
    pub(crate) gate: Gate,
    pub(crate) stop: watch::Receiver<()>,
}

/// Lets a request through, or what the rules leave of it.
pub(crate) async fn pass(
    State(post): State<Arc<Post>>,
    ConnectInfo(line): ConnectInfo<Line>,
    mut request: Request,
    next: Next,
) -> Response {
    let Gate {
        faults, provider, ..
    } = &post.gate;
    let shared = &faults.shared;
    shared.aliases.restore(request.headers_mut());
    let (method, path) = (request.method(), request.uri().path());
    let counts = shared.journal.note_request(*provider, method, path);
    let strikes = shared.rules.strikes(*provider, method, path);
    let outcome = match strikes.is_empty() {
        true => Outcome::Answer(next.run(request).await),
        false => {
            let struck = Struck {
                gate: post.gate.clone(),
                line: line.clone(),
                stop: post.stop.clone(),
                uri: request.uri().clone(),
            };
            struck.meet(strikes, request, next).await
        }
    };
    match outcome {
        Outcome::Answer(response) => {
            counts.note_answer(response.status());
            return response;
        }
        Outcome::Cut(ending) => line.cut(ending),
        Outcome::Hang => {
            // Ends with the connection, or else with the server.
            let mut stop = post.stop.clone();
            while stop.changed().await.is_ok() {}
            line.cut(Ending::Close);
        }
    }
    // Never sent: the line is cut.
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

impl Struck {
    async fn meet(self, strikes: Vec<Strike>, request: Request, next: Next) -> Outcome {
        let (parts, body) = request.into_parts();
        // So that a request which waits is whole, and a connection that is closed is read empty.
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return Outcome::Cut(Ending::Close);
        };
        let request = Request::from_parts(parts, Body::from(body));
        // On its own, so that it is carried out whether or not its caller stays.
        let carried_out = tokio::spawn(self.carry_out(strikes, request, next));
        match carried_out.await {
            Ok(outcome) => outcome,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Outcome::Cut(Ending::Close),
            },
        }
    }

    async fn carry_out(mut self, strikes: Vec<Strike>, request: Request, next: Next) -> Outcome {
        let (before, after): (Vec<_>, Vec<_>) = strikes
            .into_iter()
            .partition(|strike| strike.phase == Phase::Before);
        let mut outcome = None;
        for Strike { fault, .. } in before {
            outcome = self.before(&fault).await;
            if outcome.is_some() {
                break;
            }
        }
        let mut outcome = match outcome {
            Some(outcome) => outcome,
            None => Outcome::Answer(next.run(request).await),
        };
        for Strike { fault, .. } in after {
            outcome = self.after(&fault, outcome).await;
        }
        outcome
    }

    /// What a fault makes of a request. `None` if it lets it go on.
    async fn before(&mut self, fault: &Fault) -> Option<Outcome> {
        match fault {
            Fault::Delay { ms } => match self.wait(*ms).await {
                true => None,
                false => Some(Outcome::Cut(Ending::Close)),
            },
            Fault::ClockStep { seconds } => {
                self.gate.clock().step(*seconds);
                None
            }
            fault => Some(self.replace(fault)),
        }
    }

    /// What a fault makes of an answer.
    async fn after(&mut self, fault: &Fault, outcome: Outcome) -> Outcome {
        let Outcome::Answer(response) = outcome else {
            return outcome;
        };
        let line = self.line.clone();
        let altered = match fault {
            Fault::Delay { ms } => {
                self.wait(*ms).await;
                response
            }
            Fault::ClockStep { seconds } => {
                self.gate.clock().step(*seconds);
                response
            }
            Fault::Close {
                after_bytes: Some(bytes),
            } => match answer::cut_short(response, *bytes, line, Ending::Close).await {
                Some(response) => response,
                None => return Outcome::Cut(Ending::Close),
            },
            Fault::Reset {
                after_bytes: Some(bytes),
            } => match answer::cut_short(response, *bytes, line, Ending::Reset).await {
                Some(response) => response,
                None => return Outcome::Cut(Ending::Reset),
            },
            Fault::Truncate { keep_bytes } => answer::truncate(response, *keep_bytes).await,
            Fault::Malformed(kind) => answer::malformed(response, *kind),
            Fault::Huge { mib } => answer::huge(response, *mib),
            Fault::Drip { every_ms } => {
                answer::drip(response, Duration::from_millis(*every_ms)).await
            }
            Fault::Json { set, remove } => {
                answer::alter(response, |json| answer::edit(json, set, remove)).await
            }
            Fault::Jwt { token, set, remove } => {
                let aliases = &self.gate.faults.shared.aliases;
                let alteration = |json: &mut Value| {
                    let Some(place) = json.pointer_mut(token) else {
                        return;
                    };
                    let altered = place
                        .as_str()
                        .and_then(|token| aliases.alter(token, set, remove));
                    if let Some(altered) = altered {
                        *place = Value::String(altered);
                    }
                };
                answer::alter(response, alteration).await
            }
            fault => return self.replace(fault),
        };
        Outcome::Answer(altered)
    }

    /// What there is instead of an answer.
    fn replace(&self, fault: &Fault) -> Outcome {
        match fault {
            Fault::Close { .. } => Outcome::Cut(Ending::Close),
            Fault::Reset { .. } => Outcome::Cut(Ending::Reset),
            Fault::Status {
                status,
                retry_after,
                json,
                text,
            } => {
                let own = |status| (self.gate.own_words)(status, self.uri.path());
                let (retry_after, json, text) =
                    (retry_after.as_ref(), json.as_ref(), text.as_ref());
                Outcome::Answer(answer::status(*status, retry_after, json, text, own))
            }
            Fault::Redirect { to, status } => {
                Outcome::Answer(answer::redirect(to, *status, &self.uri))
            }
            _ => Outcome::Hang,
        }
    }

    /// Waits so many milliseconds. `false` if the server stops meanwhile.
    async fn wait(&mut self, ms: u64) -> bool {
        let stopped = async { while self.stop.changed().await.is_ok() {} };
        tokio::select! {
            () = sleep(Duration::from_millis(ms)) => true,
            () = stopped => false,
        }
    }
}
