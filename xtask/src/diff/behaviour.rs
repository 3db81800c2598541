//! What only a running program sees: where requests go, what they carry, what counts as failure.

use serde_json::Value;

use super::{Change, Verdict};
use crate::api::{Api, Flow, Operation, Parameter, Scheme};

/// How what the calls do differs. Calls that are new or gone are told by what Rust sees of them.
pub(super) fn changes(before: &Api, after: &Api) -> Vec<Change> {
    let mut changes = Vec::new();
    if before.servers != after.servers {
        let verdict = match before
            .servers
            .iter()
            .all(|server| after.servers.contains(server))
        {
            true => Verdict::Minor,
            false => Verdict::Breaking,
        };
        changes.push(Change::new(
            verdict,
            "servers",
            "where the service runs changed",
        ));
    }
    schemes(before, after, &mut changes);
    for is in &after.operations {
        let Some(was) = before.operations.iter().find(|was| was.id == is.id) else {
            continue;
        };
        let mut told =
            |verdict, what: String| changes.push(Change::new(verdict, is.id.clone(), what));
        if (&was.method, &was.path) != (&is.method, &is.path) {
            told(
                Verdict::Patch,
                format!(
                    "is `{} {}`, was `{} {}`",
                    is.method, is.path, was.method, was.path
                ),
            );
        }
        if was.servers != is.servers {
            told(Verdict::Breaking, "it is served elsewhere".to_owned());
        }
        security(was, is, &mut told);
        idempotency(was, is, &mut told);
        envelope(before, after, was, is, &mut told);
        parameters(was, is, &mut told);
        if was.evidence != is.evidence {
            told(Verdict::Patch, "its evidence changed".to_owned());
        }
        if (&was.summary, &was.description) != (&is.summary, &is.description) {
            told(Verdict::Patch, "its documentation changed".to_owned());
        }
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

fn security(was: &Operation, is: &Operation, told: &mut impl FnMut(Verdict, String)) {
    if was.security == is.security {
        return;
    }
    // Whoever was served by one of the old alternatives has to be served by one of the new.
    let serves = |old: &Vec<(String, Vec<String>)>| {
        is.security.is_empty()
            || is.security.iter().any(|new| {
                new.iter().all(|(scheme, scopes)| {
                    old.iter().any(|(other, granted)| {
                        other == scheme && scopes.iter().all(|scope| granted.contains(scope))
                    })
                })
            })
    };
    let still = !was.security.is_empty() && was.security.iter().all(serves);
    match still || is.security.is_empty() {
        true => told(
            Verdict::Minor,
            "it asks for less of a credential".to_owned(),
        ),
        false => told(
            Verdict::Breaking,
            "it asks for another credential, or for more scopes".to_owned(),
        ),
    }
}

fn idempotency(was: &Operation, is: &Operation, told: &mut impl FnMut(Verdict, String)) {
    if was.idempotency != is.idempotency {
        let word = |it: &Operation| {
            it.idempotency
                .clone()
                .unwrap_or_else(|| "by its method".to_owned())
        };
        told(
            Verdict::Minor,
            format!(
                "what may be sent again is `{}`, was `{}`",
                word(is),
                word(was)
            ),
        );
    }
}

fn envelope(
    before: &Api,
    after: &Api,
    was: &Operation,
    is: &Operation,
    told: &mut impl FnMut(Verdict, String),
) {
    let success = |operation: &Operation| {
        let envelope = operation.success.envelope.as_ref();
        envelope.map_or(Value::Null, |envelope| envelope["success"].clone())
    };
    if success(was) != success(is) {
        told(
            Verdict::Breaking,
            "other answers count as a success".to_owned(),
        );
    }
    let failures = |api: &Api, operation: &Operation| {
        let failure = |failure: &crate::api::Failure| {
            let schema = failure.schema.as_ref();
            (
                failure.status,
                schema.map(|schema| api.resolve(schema).to_string()),
            )
        };
        operation.failures.iter().map(failure).collect::<Vec<_>>()
    };
    if failures(before, was) != failures(after, is) {
        told(
            Verdict::Minor,
            "what is known of its failures changed".to_owned(),
        );
    }
}

fn parameters(was: &Operation, is: &Operation, told: &mut impl FnMut(Verdict, String)) {
    for parameter in &is.parameters {
        let same = |other: &&Parameter| other.name == parameter.name;
        let Some(other) = was.parameters.iter().find(same) else {
            continue;
        };
        if other.place != parameter.place {
            told(
                Verdict::Patch,
                format!("`{}` goes to another place of the request", parameter.name),
            );
        }
        if other.description != parameter.description {
            told(
                Verdict::Patch,
                format!("the documentation of `{}` changed", parameter.name),
            );
        }
    }
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
