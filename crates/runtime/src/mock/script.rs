//! What is said to which call, and what came.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::{StatusCode, header::ACCEPT};

use super::{
    reply::{Answer, Reply, What},
    request::Request,
    route::{self, Route},
};
use crate::Operation;

/// What all connections and all handles of a mock share.
#[derive(Debug)]
pub(super) struct Script {
    provider: &'static str,
    routes: Vec<Route>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// One for each route.
    roles: Vec<Role>,
    requests: Vec<Request>,
}

/// What is said to the calls of one operation.
#[derive(Debug, Default)]
pub(super) struct Role {
    /// One for each of the next calls.
    queue: VecDeque<Reply>,
    /// For every call after those.
    standing: Option<Reply>,
    /// How many answers were given to say in all.
    told: usize,
    calls: usize,
    /// How many calls there was no answer to.
    unexpected: usize,
}

impl Role {
    pub(super) fn push(&mut self, reply: Reply) {
        self.queue.push_back(reply);
        self.told += 1;
    }

    /// The reply that was given last and that no call has had yet.
    pub(super) fn last(&mut self) -> Option<&mut Reply> {
        self.queue.back_mut()
    }

    pub(super) fn repeat(&mut self, times: usize) -> Option<()> {
        let reply = self.queue.pop_back()?;
        self.told -= 1;
        for _ in 0..times {
            self.push(reply.clone());
        }
        Some(())
    }

    /// Makes the reply that was given last the one for every call after those before it.
    pub(super) fn stand(&mut self) -> Option<()> {
        let reply = self.queue.pop_back()?;
        self.told -= 1;
        self.standing = Some(reply);
        Some(())
    }

    fn is_mocked(&self) -> bool {
        self.told > 0 || self.standing.is_some()
    }
}

impl Script {
    pub(super) fn new(provider: &'static str, routes: Vec<Route>) -> Self {
        let roles = routes.iter().map(|_| Role::default()).collect();
        Self {
            provider,
            routes,
            state: Mutex::new(State {
                roles,
                requests: Vec::new(),
            }),
        }
    }

    /// Changes what is said to the calls of `operation`.
    ///
    /// # Panics
    ///
    /// When the service does not have that operation.
    pub(super) fn change<T>(
        &self,
        operation: &'static Operation,
        change: impl FnOnce(&mut Role) -> T,
    ) -> T {
        let mut routes = self.routes.iter();
        let place = routes.position(|route| route.operation.id == operation.id);
        let place = place.unwrap_or_else(|| panic!("the mock has no operation `{}`", operation.id));
        change(&mut self.state().roles[place])
    }

    /// Keeps `request`, and tells what is said to it.
    pub(super) fn next(&self, mut request: Request) -> Reply {
        let asked = request.headers.get(ACCEPT);
        let found = route::find(&self.routes, &request.method, &request.path, asked);
        let mut state = self.state();
        let Some((place, parameters)) = found else {
            let text = format!(
                "the mock of {} knows no operation at `{} {}`; {}",
                self.provider,
                request.method,
                request.path,
                self.mocked(&state)
            );
            state.requests.push(request);
            return refused(text);
        };
        let operation = self.routes[place].operation;
        request.operation = Some(operation);
        request.parameters = parameters;
        let role = &mut state.roles[place];
        role.calls += 1;
        let reply = role.queue.pop_front().or_else(|| role.standing.clone());
        let (told, calls) = (role.told, role.calls);
        role.unexpected += usize::from(reply.is_none());
        let reply = reply.unwrap_or_else(|| {
            let why = match (told, calls) {
                (0, _) => format!("it was told none; {}", self.mocked(&state)),
                (1, call) => format!("it was told one, and this is call {call}"),
                (told, call) => format!("it was told {told}, and this is call {call}"),
            };
            let (id, method, path) = (operation.id, &request.method, &request.path);
            refused(format!(
                "the mock has no answer to `{id}` (`{method} {path}`): {why}"
            ))
        });
        state.requests.push(request.clone());
        drop(state);
        // The test may look at the mock while it makes an answer.
        reply.to(&request)
    }

    fn mocked(&self, state: &State) -> String {
        let all = self.routes.iter().zip(&state.roles);
        let mocked = all.filter(|(_, role)| role.is_mocked());
        let mocked: Vec<_> = mocked
            .map(|(route, _)| format!("`{}`", route.operation.id))
            .collect();
        match mocked.as_slice() {
            [] => "nothing is mocked".to_owned(),
            mocked => format!("mocked is {}", mocked.join(", ")),
        }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// What was not asked for, and what there was no answer to.
    pub(super) fn left(&self) -> Vec<String> {
        let state = self.state();
        let mut left = Vec::new();
        for (route, role) in self.routes.iter().zip(&state.roles) {
            let id = route.operation.id;
            if !role.queue.is_empty() {
                left.push(format!(
                    "- `{id}` was called {} and has {} left",
                    times(role.calls),
                    answers(role.queue.len())
                ));
            }
            if role.unexpected > 0 {
                left.push(format!(
                    "- `{id}` was called {} and had {}",
                    times(role.calls),
                    answers(role.told)
                ));
            }
        }
        for request in state.requests.iter().filter(|it| it.operation.is_none()) {
            left.push(format!(
                "- `{} {}` is no operation of {}",
                request.method, request.path, self.provider
            ));
        }
        left
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

fn answers(count: usize) -> String {
    match count {
        0 => "no answer".to_owned(),
        1 => "one answer".to_owned(),
        count => format!("{count} answers"),
    }
}

/// 501 is what nothing sends again (RFC 9110 section 15.6.2), so that the test hears of it at once.
fn refused(text: String) -> Reply {
    What::Answer(Answer::text(StatusCode::NOT_IMPLEMENTED, text)).into()
}
