//! What one call does: where it goes, what it sends, what it takes for a success, and what may be done after it.

use serde_json::Value;

use super::{
    super::{Change, Verdict},
    classified, moved,
};
use crate::{
    api::{Api, Body, Failure, Operation, Parameter, Place, schema_name},
    spec::snake,
};

/// How what a call does differs.
pub(super) fn changes(
    (before, was): (&Api, &Operation),
    (after, is): (&Api, &Operation),
    changes: &mut Vec<Change>,
) {
    let mut told = |verdict, what: String| changes.push(Change::new(verdict, is.id.clone(), what));
    if (&was.method, &was.path) != (&is.method, &is.path) {
        told(
            Verdict::Patch,
            format!(
                "is `{} {}`, was `{} {}`",
                is.method, is.path, was.method, was.path
            ),
        );
    }
    let alone = |operation: &Operation| operation.servers.is_empty();
    if alone(was) != alone(is) {
        told(Verdict::Breaking, "it is served elsewhere".to_owned());
    } else if let Some(verdict) = moved(&was.servers, &is.servers) {
        told(verdict, "where it is served changed".to_owned());
    } else if was.servers != is.servers {
        told(
            Verdict::Patch,
            "what is said of where it is served changed".to_owned(),
        );
    }
    security(was, is, &mut told);
    idempotency(was, is, &mut told);
    parameters(was, is, &mut told);
    let written = |body: &Body| (body.encoding, body.media_type.clone(), body.styles.clone());
    if let (Some(other), Some(body)) = (&was.body, &is.body)
        && written(other) != written(body)
    {
        told(Verdict::Patch, "its body is written otherwise".to_owned());
    }
    success(was, is, &mut told);
    failures(was, is, &mut told);
    if was.error_codes != is.error_codes
        && let Some(verdict) = classified(&before.codes_of(was), &after.codes_of(is))
    {
        told(
            verdict,
            "the provider's codes mean something else".to_owned(),
        );
    }
    afterwards(was, is, &mut told);
    if was.evidence != is.evidence {
        told(Verdict::Patch, "its evidence changed".to_owned());
    }
    if (&was.summary, &was.description) != (&is.summary, &is.description) {
        told(Verdict::Patch, "its documentation changed".to_owned());
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

fn parameters(was: &Operation, is: &Operation, told: &mut impl FnMut(Verdict, String)) {
    let argument = |parameter: &Parameter| snake(&parameter.argument);
    let given = |operation: &Operation, name: &str| {
        let all = &mut operation.parameters.iter();
        all.any(|parameter| argument(parameter) == name)
    };
    let mut gone: Vec<&Parameter> = was.parameters.iter().collect();
    gone.retain(|parameter| !given(is, &argument(parameter)));
    for parameter in &is.parameters {
        let name = &parameter.name;
        let same = |other: &&Parameter| argument(other) == argument(parameter);
        let Some(other) = was.parameters.iter().find(same) else {
            // To Rust, a required one is what stood in its place.
            let stood = |other: &&Parameter| {
                other.required && parameter.required && other.place == parameter.place
            };
            if let Some(at) = gone.iter().position(stood) {
                // What a part of the path is called stays in the spec.
                let verdict = match parameter.place {
                    Place::Path => Verdict::Patch,
                    _ => Verdict::Breaking,
                };
                let other = gone.remove(at);
                told(verdict, format!("`{}` is called `{name}`", other.name));
            }
            continue;
        };
        if other.name != *name {
            let what = format!("`{}` is called `{name}` on the wire", other.name);
            told(Verdict::Patch, what);
        }
        if other.place != parameter.place {
            let what = format!("`{name}` goes to another place of the request");
            told(Verdict::Patch, what);
        }
        if other.style != parameter.style {
            told(Verdict::Patch, format!("`{name}` is written otherwise"));
        }
        if other.schema != parameter.schema {
            let what = format!("what the provider says of `{name}` changed");
            told(Verdict::Patch, what);
        }
        if other.description != parameter.description {
            let what = format!("the documentation of `{name}` changed");
            told(Verdict::Patch, what);
        }
    }
}

fn success(was: &Operation, is: &Operation, told: &mut impl FnMut(Verdict, String)) {
    let part = |operation: &Operation, key: &str| {
        let envelope = operation.success.envelope.as_ref();
        envelope.map_or(Value::Null, |envelope| envelope[key].clone())
    };
    if part(was, "success") != part(is, "success") {
        told(
            Verdict::Breaking,
            "other answers count as a success".to_owned(),
        );
    }
    // What Rust sees of it says so too, where the one or the other is not a text.
    if was.success.stream != is.success.stream {
        let how = match is.success.stream {
            Some(_) => "it answers bit by bit now, and is read as a stream",
            None => "it answers as a whole now",
        };
        return told(Verdict::Breaking, how.to_owned());
    }
    let rest = ["value", "code", "message", "details", "request_id"];
    if rest.iter().any(|key| part(was, key) != part(is, key))
        || was.success.media_type != is.success.media_type
    {
        told(Verdict::Patch, "its answer is read otherwise".to_owned());
    }
}

fn failures(was: &Operation, is: &Operation, told: &mut impl FnMut(Verdict, String)) {
    let mut other_body = false;
    let mut shared = 0;
    for failure in &is.failures {
        let same = |other: &&Failure| other.status == failure.status;
        if let Some(other) = was.failures.iter().find(same) {
            shared += 1;
            other_body |= body(other) != body(failure);
        }
    }
    // A program reads the body as the type that it is said to have.
    if other_body {
        told(
            Verdict::Breaking,
            "its failures carry another body".to_owned(),
        );
    } else if shared != was.failures.len().max(is.failures.len()) {
        told(
            Verdict::Minor,
            "what is known of its failures changed".to_owned(),
        );
    }
}

/// What a failure carries. What a named schema says is told of its type.
fn body(failure: &Failure) -> (Option<&str>, Option<&Value>, Option<&String>) {
    let schema = failure.schema.as_ref();
    let name = schema.and_then(schema_name);
    let own = schema.filter(|_| name.is_none());
    (name, own, failure.media_type.as_ref())
}

/// What may be done after a call: to go on, to wait, to find out. What is new or gone is told by what Rust sees of it.
fn afterwards(was: &Operation, is: &Operation, told: &mut impl FnMut(Verdict, String)) {
    let other =
        |was: &Option<Value>, is: &Option<Value>| was.is_some() && is.is_some() && was != is;
    if other(&was.finality, &is.finality) {
        told(Verdict::Breaking, "it is final at other answers".to_owned());
    }
    if other(&was.lookup, &is.lookup) {
        told(
            Verdict::Patch,
            "what became of it is found out otherwise".to_owned(),
        );
    }
    if other(&was.socket, &is.socket) {
        told(
            Verdict::Patch,
            "what the socket is asked for, or what it missed, is told otherwise".to_owned(),
        );
    }
    if let (Some(was), Some(is)) = (&was.pagination, &is.pagination)
        && (&was.next, &was.cursor, &was.size) != (&is.next, &is.cursor, &is.size)
    {
        told(Verdict::Patch, "its list goes on otherwise".to_owned());
    }
}
