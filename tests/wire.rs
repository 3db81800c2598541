//! The exact bytes of one request per operation, made from the examples in the specs.

use std::fmt::Write as _;

use crate::{
    Arguments,
    exercise::for_each_provider,
    http::{self, Received},
    provider::{self, Provider},
    snapshots, specs,
    stub::Stub,
};

/// Sends every call twice, first with what is required and then with everything, and prints what arrived.
async fn requests(provider: &Provider) -> String {
    let api = provider.api();
    let stub = Stub::start().await;
    let session = provider.session_with_everything(&stub);
    let mut printed = String::new();
    for operation in &api.operations {
        let required = ("required", Some(specs::required(operation, None)));
        let everything = (
            "with every optional parameter",
            specs::everything(operation),
        );
        for (title, arguments) in [required, everything] {
            let Some(arguments) = arguments else { continue };
            let request = one_request(provider, &stub, &session, &operation.id, &arguments).await;
            let _ = writeln!(printed, "=== {} ({title})", operation.id);
            let _ = writeln!(printed, "{}\n", shown(&request, &stub));
        }
    }
    printed
}

async fn one_request(
    provider: &Provider,
    stub: &Stub,
    session: &bindery_runtime::Session,
    operation: &str,
    arguments: &Arguments,
) -> Received {
    // What becomes of the call does not matter here: only that it is sent, once.
    stub.will_answer(http::answer(500, "", ""));
    let outcome = provider.call(session, operation, arguments).await;
    let mut requests = stub.take_requests();
    assert_eq!(requests.len(), 1, "{operation}: {:?}", outcome.err());
    requests.remove(0)
}

/// The bytes, except for what no two runs have in common: the port, the version, and a web socket's key. Outside the
/// head, where every line ends in CR LF, a CR is shown.
fn shown(request: &Received, stub: &Stub) -> String {
    let head = request.head();
    assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "{head:?}");
    let lines = head.split("\r\n").map(|line| {
        let line = line.replace(&stub.address().to_string(), "HOST");
        match line.split_once(": ") {
            Some((name @ "sec-websocket-key", _)) => format!("{name}: KEY"),
            Some((name @ "user-agent", agent)) => {
                format!(
                    "{name}: {}",
                    agent.replace(env!("CARGO_PKG_VERSION"), "VERSION")
                )
            }
            _ => line,
        }
    });
    let mut text = lines.collect::<Vec<_>>().join("\n");
    if !request.body().is_empty() {
        let _ = write!(text, "\n\n{}", request.text().replace("\r\n", "\\r\\n\n"));
    }
    text
}

async fn requests_have_these_bytes(provider: &Provider) {
    if snapshots::are_kept("wire", provider.name) {
        insta::assert_snapshot!(provider.name, requests(provider).await);
    }
}

macro_rules! tests {
    ($($provider:ident)*) => {
        /// A module for each provider.
        mod of {$(
            mod $provider {
                #[tokio::test]
                async fn requests_have_these_bytes() {
                    let provider = &crate::exercise::$provider::PROVIDER;
                    super::super::requests_have_these_bytes(provider).await;
                }
            }
        )*}
    };
}

for_each_provider!(tests);

#[test]
fn every_spec_and_every_operation_of_it_is_covered() {
    let covered: Vec<_> = provider::ALL.iter().map(|provider| provider.name).collect();
    assert_eq!(specs::names(), covered);
    let all = provider::IN_PROFILE.iter();
    let in_profile: Vec<_> = all.map(|provider| provider.name).collect();
    for provider in provider::OURS {
        assert!(in_profile.contains(&provider.name), "{}", provider.name);
    }
    for provider in provider::ALL {
        let api = provider.api();
        let written: Vec<_> = api
            .operations
            .iter()
            .map(|operation| operation.id.as_str())
            .collect();
        let generated: Vec<_> = provider
            .operations
            .iter()
            .map(|operation| operation.id)
            .collect();
        assert_eq!(written, generated, "{}", provider.name);
        assert!(!written.is_empty(), "{}", provider.name);
    }
}
