//! Every example in the specs, and every published message, goes through the generated type and back without loss.

mod mutated;
mod published;
mod unknown;

use std::collections::BTreeSet;

use bindery_runtime::{Error, Kind};
use serde_json::Value;
use xtask::api::{Encoding, Operation, entries};

use crate::{
    Arguments,
    exercise::for_each_provider,
    http,
    json::differences,
    provider::Provider,
    specs::{self, AnswerExample},
    stub::Stub,
};

/// What went wrong, all of it, so that one example does not hide the others.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn compare(&mut self, place: &str, example: &Value, found: &Value) {
        self.0.extend(
            differences(example, found)
                .into_iter()
                .map(|what| format!("{place} {what}")),
        );
    }

    fn add(&mut self, place: &str, what: impl std::fmt::Display) {
        self.0.push(format!("{place}: {what}"));
    }

    #[track_caller]
    fn none(self) {
        assert!(self.0.is_empty(), "\n{}", self.0.join("\n"));
    }
}

async fn request_examples_go_out_whole(provider: Provider) {
    let api = provider.api();
    let stub = Stub::start().await;
    let session = provider.session_with_everything(&stub);
    let mut faults = Faults::default();
    for operation in &api.operations {
        let names = operation
            .body
            .iter()
            .flat_map(|body| &body.examples)
            .map(|(name, _)| Some(name));
        let parts = (!specs::parts(operation).is_empty()).then_some(None);
        for name in names.chain(parts) {
            let arguments = specs::required(operation, name.map(String::as_str));
            stub.will_answer(http::answer(500, "", ""));
            let _ = provider.call(&session, &operation.id, &arguments).await;
            let place = format!("{} {}", operation.id, name.map_or("parts", String::as_str));
            match stub.take_requests().as_slice() {
                [request] => compare_body(&place, operation, &arguments, request, &mut faults),
                others => faults.add(&place, format!("{} requests", others.len())),
            }
        }
    }
    faults.none();
}

fn compare_body(
    place: &str,
    operation: &Operation,
    arguments: &Arguments,
    request: &http::Received,
    faults: &mut Faults,
) {
    let Some(body) = &operation.body else {
        let parts = specs::parts(operation);
        let example = parts
            .into_iter()
            .map(|(name, value)| (name, text_of(&value).into()))
            .collect();
        let sent = request
            .parts()
            .into_iter()
            .map(|(name, text)| (name, text.into()))
            .collect();
        return faults.compare(place, &Value::Object(example), &Value::Object(sent));
    };
    let example = arguments.body.clone().unwrap_or_default();
    match body.encoding {
        Encoding::Json => match serde_json::from_str(request.text()) {
            Ok(sent) => faults.compare(place, &example, &sent),
            Err(error) => faults.add(place, error),
        },
        Encoding::Text | Encoding::Bytes => {
            faults.compare(place, &text_of(&example).into(), &request.text().into());
        }
        Encoding::Form => {
            let pairs = url::form_urlencoded::parse(request.body());
            let sent = pairs
                .map(|(name, text)| (name.into_owned(), text.into_owned().into()))
                .collect();
            let example =
                entries(&example).map(|(name, value)| (name.clone(), text_of(value).into()));
            faults.compare(
                place,
                &Value::Object(example.collect()),
                &Value::Object(sent),
            );
        }
    }
}

/// A value as it stands in a form.
fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

async fn answer_examples_come_in_whole(provider: Provider) {
    let api = provider.api();
    let stub = Stub::start().await;
    let session = provider.session_with_everything(&stub);
    let mut faults = Faults::default();
    let examples = specs::successes(&api);
    let mut calls = api.operations.iter();
    let answers = calls.any(|call| {
        let success = &call.success;
        !call.websocket && success.stream.is_none() && success.schema.is_some()
    });
    assert_eq!(answers, !examples.is_empty());
    for AnswerExample {
        operation,
        status,
        name,
        envelope,
        body,
        ..
    } in examples
    {
        let place = format!("{operation} {name}");
        let arguments = arguments_of(&api.operations, &operation);
        stub.will_answer(http::json(status, &body));
        match provider.call(&session, &operation, &arguments).await {
            Ok(value) => {
                let pointer = envelope["value"].as_str().unwrap_or_default();
                let wanted = body.pointer(pointer).unwrap_or(&Value::Null);
                faults.compare(&place, wanted, &value);
            }
            Err(error) => faults.add(&place, error),
        }
    }
    for operation in &api.operations {
        let Some(framing) = operation.success.stream else {
            continue;
        };
        for (name, part) in &operation.success.examples {
            let place = format!("{} {name}", operation.id);
            let arguments = specs::required(operation, None);
            stub.will_answer(http::stream(&operation.success, framing, part));
            match provider.call(&session, &operation.id, &arguments).await {
                Ok(value) => faults.compare(&place, &vec![part.clone()].into(), &value),
                Err(error) => faults.add(&place, error),
            }
        }
    }
    faults.none();
}

async fn failure_examples_become_errors(provider: Provider) {
    let api = provider.api();
    let stub = Stub::start().await;
    let session = provider.session_with_everything(&stub);
    let mut faults = Faults::default();
    let examples = specs::failures(&api);
    let mut failures = api.operations.iter().flat_map(|call| &call.failures);
    let told = failures.any(|failure| failure.schema.is_some());
    assert_eq!(told, !examples.is_empty());
    for example in examples {
        let AnswerExample {
            operation,
            status,
            name,
            schema,
            body,
            ..
        } = &example;
        let place = format!("{operation} {status} {name}");
        let arguments = arguments_of(&api.operations, operation);
        stub.will_answer(http::json(*status, body));
        match provider.call(&session, operation, &arguments).await {
            Ok(value) => faults.add(&place, format!("came as a success: {value}")),
            Err(error) => compare_error(&place, &example, &error, &mut faults),
        }
        match provider.through(schema, body) {
            Some(Ok(value)) => faults.compare(&place, body, &value),
            Some(Err(error)) => faults.add(&place, error),
            None => faults.add(&place, format!("no type is generated for `{schema}`")),
        }
    }
    faults.none();
}

fn compare_error(place: &str, example: &AnswerExample, error: &Error, faults: &mut Faults) {
    if error.kind() != Kind::Refused
        || error.status().map(|status| status.as_u16()) != Some(example.status)
    {
        return faults.add(place, format!("{error:?}"));
    }
    let said = [
        ("code", error.code()),
        ("message", error.message()),
        ("request_id", error.request_id()),
    ];
    for (part, said) in said {
        let expected = part_of(example, part);
        if said != expected.as_deref() {
            faults.add(
                place,
                format!("{part} is {said:?}, the spec says {expected:?}"),
            );
        }
    }
    match error.failure::<Value>() {
        Some(body) => faults.compare(place, &example.body, &body),
        None => faults.add(place, "the body is gone"),
    }
}

/// What stands at the first place of `x-envelope` that has a text, a number, or a list of texts.
fn part_of(example: &AnswerExample, part: &str) -> Option<String> {
    let places = example.envelope.get(part)?.as_array()?;
    places
        .iter()
        .filter_map(|place| example.body.pointer(place.as_str()?))
        .find_map(|found| match found {
            Value::String(text) => (!text.is_empty()).then(|| text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Array(texts) => {
                let texts: Vec<_> = texts.iter().filter_map(Value::as_str).collect();
                (!texts.is_empty()).then(|| texts.join("; "))
            }
            _ => None,
        })
}

fn arguments_of(operations: &[Operation], id: &str) -> Arguments {
    let operation = operations.iter().find(|operation| operation.id == id);
    specs::required(operation.expect("the example's own operation"), None)
}

fn schema_examples_round_trip(provider: Provider) {
    let api = provider.api();
    let mut faults = Faults::default();
    for (name, schema) in api.schemas() {
        let Some(example) = schema.get("example") else {
            continue;
        };
        match provider.through(name, example) {
            Some(Ok(value)) => faults.compare(name, example, &value),
            Some(Err(error)) => faults.add(name, error),
            None => faults.add(name, "no type is generated for it"),
        }
    }
    faults.none();
}

/// No example of the spec stands where the tests of this file do not look for it.
fn every_example_is_looked_at(provider: Provider) {
    let api = provider.api();
    let mut found = BTreeSet::new();
    collect_examples(&api.document, &mut Vec::new(), &mut found);
    let unseen: Vec<_> = found.iter().filter(|place| !looked_at(place)).collect();
    assert!(unseen.is_empty(), "{}: {unseen:?}", provider.name);
}

fn looked_at(place: &[String]) -> bool {
    let place: Vec<_> = place.iter().map(String::as_str).collect();
    matches!(
        place.as_slice(),
        ["paths", _, "parameters", _]
            | ["paths", _, _, "parameters", _]
            | ["paths", _, _, "requestBody", "content", _]
            | ["paths", _, _, "responses", _, "content", _]
            | ["components", "parameters", _]
            | ["components", "requestBodies", _, "content", _]
            | ["components", "responses", _, "content", _]
            // By the tests of webhooks.
            | ["components", "x-webhooks", "events", _]
            | ["components", "schemas", _]
            // Only by reference from one of the others.
            | ["components"]
    )
}

fn collect_examples(node: &Value, at: &mut Vec<String>, found: &mut BTreeSet<Vec<String>>) {
    let properties = at.last().is_some_and(|name| name == "properties");
    for (name, value) in entries(node) {
        if matches!(name.as_str(), "example" | "examples") && !properties {
            found.insert(at.clone());
            continue;
        }
        at.push(name.clone());
        collect_examples(value, at, found);
        at.pop();
    }
    for (place, value) in node.as_array().into_iter().flatten().enumerate() {
        at.push(place.to_string());
        collect_examples(value, at, found);
        at.pop();
    }
}

macro_rules! tests {
    ($($provider:ident)*) => {
        /// A module for each provider.
        mod of {$(
            mod $provider {
                use crate::exercise::$provider::PROVIDER;

                #[tokio::test]
                async fn request_examples_go_out_whole() {
                    super::super::request_examples_go_out_whole(PROVIDER).await;
                }

                #[tokio::test]
                async fn answer_examples_come_in_whole() {
                    super::super::answer_examples_come_in_whole(PROVIDER).await;
                }

                #[tokio::test]
                async fn failure_examples_become_errors() {
                    super::super::failure_examples_become_errors(PROVIDER).await;
                }

                #[test]
                fn schema_examples_round_trip() {
                    super::super::schema_examples_round_trip(PROVIDER);
                }

                #[test]
                fn every_example_is_looked_at() {
                    super::super::every_example_is_looked_at(PROVIDER);
                }
            }
        )*}
    };
}

for_each_provider!(tests);
