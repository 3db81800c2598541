//! The specs, and the calls that their examples are.

use std::path::{Path, PathBuf};

use serde_json::Value;
use xtask::{
    adopt,
    api::{Api, Operation, Place, schema_name},
    spec::Document,
    workspace::{Spec, Workspace},
};

use crate::Arguments;

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// The names of all specs.
///
/// # Panics
///
/// When the folder of specs cannot be read.
pub fn names() -> Vec<String> {
    let specs = Workspace::at(root()).specs().expect("a folder of specs");
    specs.into_iter().map(|Spec { name, .. }| name).collect()
}

/// What the spec called `name` says.
///
/// # Panics
///
/// When there is none, or it has faults.
pub fn api(name: &str) -> Api {
    Api::read(name, adopt::adopt(document(name)).document.value())
}

/// The spec called `name`, as it was written, in one file.
///
/// # Panics
///
/// When there is none, or it has faults.
pub fn document(name: &str) -> Document {
    let workspace = Workspace::at(root());
    let specs = workspace.specs().expect("a folder of specs");
    let spec = specs.into_iter().find(|spec| spec.name == name);
    let spec = spec.unwrap_or_else(|| panic!("there is no spec called `{name}`"));
    let path = root().join(&spec.path);
    let loaded = workspace.load(&spec);
    match loaded.and_then(|document| adopt::bundle(document, &path)) {
        Ok(document) => document,
        Err(findings) => panic!("{name} has faults: {findings:?}"),
    }
}

/// The parameters without which `operation` makes no sense, and the example of its body called `example`, or the first.
///
/// # Panics
///
/// When the spec has no example of one of them, which lint refuses.
pub fn required(operation: &Operation, example: Option<&str>) -> Arguments {
    let parameters = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required);
    let parameters = parameters.map(|parameter| {
        let value = parameter.example.clone();
        let value = value
            .unwrap_or_else(|| panic!("{}: `{}` has no example", operation.id, parameter.name));
        (parameter.name.clone(), value)
    });
    let body = operation
        .body
        .as_ref()
        .filter(|body| body.required || example.is_some());
    let body = body.map(|body| {
        let mut examples = body.examples.iter();
        let found = examples.find(|(name, _)| example.is_none_or(|example| example == name));
        found
            .unwrap_or_else(|| panic!("{}: the body has no example", operation.id))
            .1
            .clone()
    });
    Arguments {
        parameters: parameters.collect(),
        body,
    }
}

/// As [`required`], with every optional parameter that has an example, and the body where that is optional; `None`
/// where there is nothing of the kind.
pub fn everything(operation: &Operation) -> Option<Arguments> {
    let body = operation.body.as_ref().filter(|body| !body.required);
    let example = body.and_then(|body| body.examples.first());
    let mut arguments = required(operation, example.map(|(name, _)| name.as_str()));
    let mut more = arguments.has_body() && body.is_some();
    for parameter in operation
        .parameters
        .iter()
        .filter(|parameter| !parameter.required)
    {
        if let Some(value) = &parameter.example {
            arguments
                .parameters
                .insert(parameter.name.clone(), value.clone());
            more = true;
        }
    }
    more.then_some(arguments)
}

/// One answer that the spec gives as an example.
#[derive(Debug)]
pub struct AnswerExample {
    /// The operation.
    pub operation: String,
    /// A status under which it comes.
    pub status: u16,
    /// Its name.
    pub name: String,
    /// The schema of the whole body.
    pub schema: String,
    /// `x-envelope` of that schema; null where there is none.
    pub envelope: Value,
    /// The whole body.
    pub body: Value,
}

/// Every example of a success that comes whole: web sockets and streams are left out.
pub fn successes(api: &Api) -> Vec<AnswerExample> {
    let answers = api
        .operations
        .iter()
        .filter(|operation| !operation.websocket && operation.success.stream.is_none());
    let examples = answers.flat_map(|operation| {
        let success = &operation.success;
        let schema = success
            .schema
            .as_ref()
            .and_then(schema_name)
            .unwrap_or_default();
        success
            .examples
            .iter()
            .map(move |(name, body)| AnswerExample {
                operation: operation.id.clone(),
                status: 200,
                name: name.clone(),
                schema: schema.to_owned(),
                envelope: success.envelope.clone().unwrap_or_default(),
                body: body.clone(),
            })
    });
    examples.collect()
}

/// Every example of a failure, under a status that no other failure of the operation claims.
pub fn failures(api: &Api) -> Vec<AnswerExample> {
    let mut examples = Vec::new();
    for operation in &api.operations {
        for (place, failure) in operation.failures.iter().enumerate() {
            let (from, to) = failure.status;
            let before = &operation.failures[..place];
            let free = |status: &u16| {
                !before
                    .iter()
                    .any(|other| (other.status.0..=other.status.1).contains(status))
            };
            let status = (from..=to)
                .find(free)
                .expect("a range has a status of its own");
            let schema = failure
                .schema
                .as_ref()
                .and_then(schema_name)
                .unwrap_or_default();
            examples.extend(failure.examples.iter().map(|(name, body)| AnswerExample {
                operation: operation.id.clone(),
                status,
                name: name.clone(),
                schema: schema.to_owned(),
                envelope: failure.envelope.clone().unwrap_or_default(),
                body: body.clone(),
            }));
        }
    }
    examples
}

/// The parts of a multipart body that have an example.
pub fn parts(operation: &Operation) -> Vec<(String, Value)> {
    let parts = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.place == Place::Part);
    parts
        .filter_map(|part| Some((part.name.clone(), part.example.clone()?)))
        .collect()
}

/// Every example whose schema has a name: where it stands, the name, and the example. Of an answer it is what the
/// envelope holds.
///
/// # Panics
///
/// When an example of a success has nothing where the envelope says.
pub fn named_examples(api: &Api) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    let mut add = |place: String, schema: Option<&str>, example: &Value| {
        if let Some(schema) = schema {
            found.push((place, schema.to_owned(), example.clone()));
        }
    };
    for operation in &api.operations {
        for parameter in &operation.parameters {
            if let Some(example) = &parameter.example {
                add(
                    format!("{} {}", operation.id, parameter.name),
                    schema_name(&parameter.schema),
                    example,
                );
            }
        }
        if let Some(body) = &operation.body {
            for (name, example) in &body.examples {
                add(
                    format!("{} {name}", operation.id),
                    schema_name(&body.schema),
                    example,
                );
            }
        }
    }
    for answer in successes(api) {
        let pointer = answer.envelope["value"].as_str().unwrap_or_default();
        let value = answer
            .body
            .pointer(pointer)
            .expect("what the envelope holds");
        let schema = schema_at(api, &answer.schema, pointer);
        add(
            format!("{} {}", answer.operation, answer.name),
            schema,
            value,
        );
    }
    for answer in failures(api) {
        add(
            format!("{} {} {}", answer.operation, answer.status, answer.name),
            Some(&answer.schema),
            &answer.body,
        );
    }
    for event in api.webhooks.iter().flat_map(|webhooks| &webhooks.events) {
        for (name, example) in &event.examples {
            add(
                format!("{} {name}", event.kind),
                schema_name(&event.schema),
                example,
            );
        }
    }
    for (name, schema) in api.schemas() {
        if let Some(example) = schema.get("example") {
            add(name.clone(), Some(name), example);
        }
    }
    found
}

/// The name of the schema at `pointer` in the schema called `name`.
fn schema_at<'a>(api: &'a Api, name: &'a str, pointer: &str) -> Option<&'a str> {
    let mut name = name;
    for property in pointer.split('/').skip(1) {
        name = schema_name(&api.document["components"]["schemas"][name]["properties"][property])?;
    }
    Some(name)
}
