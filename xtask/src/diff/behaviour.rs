//! What only a running program sees: where requests go, what they carry, what counts as failure.

mod operation;
mod webhooks;

use serde_json::Value;

use super::{Change, Verdict};
use crate::api::{Api, ErrorCodes, Flow, Scheme, Server};

/// How what the calls do differs. Calls that are new or gone are told by what Rust sees of them.
pub(super) fn changes(before: &Api, after: &Api) -> Vec<Change> {
    let mut changes = Vec::new();
    let titles = |api: &Api| [&api.title, &api.description, &api.version].map(String::clone);
    if titles(before) != titles(after) {
        let what = "its documentation changed";
        changes.push(Change::new(Verdict::Patch, "the crate", what));
    }
    if before.servers != after.servers {
        let (verdict, what) = match moved(&before.servers, &after.servers) {
            Some(verdict) => (verdict, "where the service runs changed"),
            None => (
                Verdict::Patch,
                "what is said of where the service runs changed",
            ),
        };
        changes.push(Change::new(verdict, "servers", what));
    }
    if let Some(verdict) = classified(&before.error_codes, &after.error_codes) {
        let what = "the provider's codes mean something else";
        changes.push(Change::new(verdict, "error codes", what));
    }
    schemes(before, after, &mut changes);
    for is in &after.operations {
        let Some(was) = before.operations.iter().find(|was| was.id == is.id) else {
            continue;
        };
        operation::changes((before, was), (after, is), &mut changes);
    }
    if let (Some(was), Some(is)) = (&before.webhooks, &after.webhooks) {
        webhooks::changes(was, is, &mut changes);
    }
    schemas(before, after, &mut changes);
    changes
}

/// The schemes that calls take before and after. Those that are new or gone are told by what Rust sees of them.
fn schemes(before: &Api, after: &Api, changes: &mut Vec<Change>) {
    let mut told = |scheme: &Scheme, verdict, what| {
        changes.push(Change::new(verdict, scheme.name.clone(), what));
    };
    for was in before.taken_schemes() {
        let Some(is) = after.taken_schemes().find(|is| is.name == was.name) else {
            continue;
        };
        if is.placement != was.placement {
            let what = "its credential goes to another place of the request";
            told(is, Verdict::Breaking, what);
        }
        let urls = |flow: &Flow| (flow.kind, flow.token_url.clone(), flow.refresh_url.clone());
        let now: Vec<_> = is.flows.iter().map(urls).collect();
        if !was.flows.iter().all(|flow| now.contains(&urls(flow))) {
            told(
                is,
                Verdict::Breaking,
                "its tokens come from elsewhere, or by another flow",
            );
        } else if is.flows != was.flows {
            told(
                is,
                Verdict::Minor,
                "its flows have more, or say it otherwise",
            );
        }
    }
}

/// What it means that a service runs here now; `None` where it runs where it did.
fn moved(before: &[Server], after: &[Server]) -> Option<Verdict> {
    let all_in = |these: &[Server], those: &[Server]| {
        these.iter().all(|server| {
            let place = |server: &Server| (server.url.clone(), server.environment.clone());
            those.iter().any(|other| place(other) == place(server))
        })
    };
    match (all_in(before, after), all_in(after, before)) {
        (true, true) => None,
        (true, false) => Some(Verdict::Minor),
        (false, _) => Some(Verdict::Breaking),
    }
}

/// What it means that codes are sorted like this now; `None` where they mean what they did.
fn classified(before: &ErrorCodes, after: &ErrorCodes) -> Option<Verdict> {
    let pairs = |codes: &ErrorCodes| -> Vec<(String, String)> {
        let of = |(class, codes): &(String, Vec<String>)| {
            let pair = |code: &String| (class.clone(), code.clone());
            codes.iter().map(pair).collect::<Vec<_>>()
        };
        codes.iter().flat_map(of).collect()
    };
    let (before, after) = (pairs(before), pairs(after));
    if !before.iter().all(|pair| after.contains(pair)) {
        return Some(Verdict::Breaking);
    }
    let new = after.iter().any(|pair| !before.contains(pair));
    new.then_some(Verdict::Minor)
}

/// Changes of a type that leave its Rust form alone.
fn schemas(before: &Api, after: &Api, changes: &mut Vec<Change>) {
    for (name, is) in after.schemas() {
        let Some((_, was)) = before.schemas().find(|(other, _)| *other == name) else {
            continue;
        };
        if was == is {
            continue;
        }
        let what = match without_prose(was) == without_prose(is) {
            true => "its documentation changed",
            false => "what the provider says of it changed",
        };
        changes.push(Change::new(Verdict::Patch, format!("types::{name}"), what));
    }
}

/// Keys that are read by people alone.
const PROSE: [&str; 3] = ["description", "example", "title"];

fn without_prose(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => map
            .iter()
            .filter(|(key, value)| {
                // A map behind such a key is a property of that name.
                *key != "x-evidence" && (value.is_object() || !PROSE.contains(&key.as_str()))
            })
            .map(|(key, value)| (key.clone(), without_prose(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_prose).collect(),
        other => other.clone(),
    }
}
