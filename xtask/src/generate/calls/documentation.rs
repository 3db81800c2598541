//! What is said of a call.

use crate::{
    api::{Api, Framing, Operation, Parameter},
    generate::{
        docs, examples, failures, names, operations::is_safe, signatures::Signature, types::Model,
    },
};

pub(super) fn method_docs(
    api: &Api,
    model: &Model,
    operation: &Operation,
    signature: &Signature,
) -> Vec<String> {
    let mut paragraphs = vec![
        docs::prose(&operation.summary),
        docs::prose(&operation.description),
    ];
    let arguments = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required);
    let described = arguments.filter(|parameter| !parameter.description.is_empty());
    paragraphs.push(docs::list(described.map(|parameter| {
        format!(
            "`{}`: {}",
            names::value_name(&parameter.argument),
            parameter.description
        )
    })));
    paragraphs.push(format!(
        "`{} {}`. {}",
        operation.method,
        operation.path,
        security_docs(operation)
    ));
    if operation.pagination.is_some() {
        let request = names::type_name(&operation.id);
        paragraphs.push(docs::wrap(&format!(
            "A list: `send` gets its first page, [`pages`](requests::{request}::pages) and \
             [`items`](requests::{request}::items) all of it."
        )));
    }
    paragraphs.extend(operation.success.stream.map(|framing| {
        let request = names::type_name(&operation.id);
        let (what, more) = match framing {
            Framing::Events if is_safe(operation) => (
                "A stream of events",
                format!(", and [`follow`](requests::{request}::follow) connects anew when the connection is lost"),
            ),
            Framing::Events => ("A stream of events", String::new()),
            Framing::Lines | Framing::Sequence => ("A stream of values", String::new()),
        };
        docs::wrap(&format!(
            "{what}: [`stream`](requests::{request}::stream) gives them while they come{more}."
        ))
    }));
    paragraphs.extend(operation.evidence.as_ref().map(docs::evidence));
    if let Some(example) = examples::call(api, model, operation, signature) {
        paragraphs.push("# Examples".to_owned());
        paragraphs.push(example);
    }
    paragraphs
}

fn security_docs(operation: &Operation) -> String {
    if operation.security.is_empty() {
        return "Takes no credential.".to_owned();
    }
    let one = |(scheme, scopes): &(String, Vec<String>)| match scopes.as_slice() {
        [] => format!("`{scheme}`"),
        scopes => format!("`{scheme}` with the scope `{}`", scopes.join(" ")),
    };
    let alternatives: Vec<String> = operation
        .security
        .iter()
        .map(|alternative| match alternative.as_slice() {
            [] => "no credential".to_owned(),
            all => all.iter().map(one).collect::<Vec<_>>().join(" and "),
        })
        .collect();
    format!("Takes {}.", alternatives.join(", or "))
}

pub(super) fn failure_docs(operation: &Operation) -> String {
    if operation.failures.is_empty() {
        return "[`Error::kind`] tells how far the call got.".to_owned();
    }
    let refusals = operation.failures.iter().map(|failure| {
        let status = failures::statuses(&[failure.status]);
        format!("{status}: {}", failure.description)
    });
    format!(
        "[`Error::kind`] tells how far the call got. The service refuses it with:\n\n{}",
        docs::list(refusals)
    )
}

pub(super) fn parameter_docs(parameter: &Parameter) -> Vec<String> {
    let described = docs::prose(&parameter.description);
    let mut paragraphs = vec![if described.is_empty() {
        format!("`{}`.", parameter.name)
    } else {
        described
    }];
    if let Some(default) = parameter
        .schema
        .get("default")
        .filter(|default| !default.is_null())
    {
        paragraphs.push(format!("Left out, the provider takes `{default}`."));
    }
    paragraphs.extend(parameter.evidence.as_ref().map(docs::evidence));
    paragraphs
}
