//! Messages that the real services have sent.

use serde_json::{Value, json};
use xtask::api::schema_name;

use super::{Faults, arguments_of};
use crate::{
    http,
    json::differences,
    provider::{self, Provider},
    samples, specs,
    stub::{Answer, Stub},
};

/// The examples of events and every published event arrive over a real socket, whole.
#[tokio::test]
async fn messages_of_the_web_socket_come_in_whole() {
    let provider = provider::ALIBABA_BAAS;
    let api = provider.api();
    let stub = Stub::start().await;
    let session = provider.session_with_everything(&stub);
    let mut sockets = 0;
    for operation in api
        .operations
        .iter()
        .filter(|operation| operation.websocket)
    {
        let schema = operation
            .success
            .schema
            .as_ref()
            .and_then(schema_name)
            .expect("a named schema");
        let (_, schema) = api
            .schemas()
            .find(|(name, _)| *name == schema)
            .expect("the schema");
        let mut messages: Vec<Value> = schema.get("example").cloned().into_iter().collect();
        let published = samples::of(provider.name).unwrap_or_default().into_iter();
        messages.extend(
            published
                .filter(|(name, _)| name.starts_with("event_"))
                .map(|(_, message)| message),
        );
        assert!(
            !messages.is_empty(),
            "{}: no example of a message",
            operation.id
        );
        for message in messages {
            stub.will_answer(Answer::Messages(vec![message.to_string()]));
            // The newest block, from which the stream counts.
            let newest = json!({"Success": true, "Result": {"number": 1_000_000}});
            stub.will_answer(http::json(200, &newest));
            // The connection is lost, and comes back.
            stub.will_answer(Answer::Messages(Vec::new()));
            let arguments = specs::required(operation, None);
            let read = provider
                .call(&session, &operation.id, &arguments)
                .await
                .expect("messages");
            assert_eq!(differences(&json!([message]), &read), [""; 0]);
        }
        sockets += 1;
    }
    assert_eq!(sockets, 1);
}

/// Which operation the sample answers, or which type it is.
enum Sample {
    Answer(&'static str),
    Type(&'static str),
}

fn kind_of(sample: &str) -> Option<Sample> {
    let kinds = [
        ("invoke_", Sample::Answer("invoke")),
        ("query_", Sample::Answer("query")),
        ("block_", Sample::Answer("get_block")),
        ("token_refresh_", Sample::Answer("refresh_token")),
        ("event_", Sample::Type("Event")),
    ];
    kinds
        .into_iter()
        .find(|(start, _)| sample.starts_with(start))
        .map(|(_, kind)| kind)
}

#[tokio::test]
async fn published_messages_of_alibaba_baas_come_in_whole() {
    let provider = provider::ALIBABA_BAAS;
    let Some(samples) = samples::of(provider.name) else {
        return;
    };
    assert!(!samples.is_empty());
    let api = provider.api();
    let stub = Stub::start().await;
    let session = provider.session_with_everything(&stub);
    let mut faults = Faults::default();
    for (name, message) in samples {
        match kind_of(&name) {
            None => faults.add(&name, "nobody knows what this is a sample of"),
            Some(Sample::Type(schema)) => {
                compare_type(provider, &name, schema, &message, &mut faults);
                let content = match message["type"].as_str() {
                    Some("Tx" | "Config") => "Transaction",
                    Some("Block") => "Block",
                    _ => continue,
                };
                compare_type(
                    provider,
                    &format!("{name} content"),
                    content,
                    &message["content"],
                    &mut faults,
                );
            }
            Some(Sample::Answer(operation)) => {
                stub.will_answer(http::json(200, &message));
                let arguments = arguments_of(&api.operations, operation);
                let wanted = message.get("Result").unwrap_or(&message);
                match provider.call(&session, operation, &arguments).await {
                    Ok(value) => faults.compare(&name, wanted, &value),
                    Err(error) => faults.add(&name, error),
                }
            }
        }
    }
    faults.none();
}

fn compare_type(
    provider: Provider,
    place: &str,
    schema: &str,
    message: &Value,
    faults: &mut Faults,
) {
    match provider.through(schema, message) {
        Some(Ok(value)) => faults.compare(place, message, &value),
        Some(Err(error)) => faults.add(place, error),
        None => faults.add(place, format!("no type is generated for `{schema}`")),
    }
}
