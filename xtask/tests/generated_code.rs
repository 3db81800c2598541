//! What is generated from a document with one of everything.

use std::path::{Path, PathBuf};

use xtask::{
    api::Api,
    generate::{Files, generate},
    lower::{PASSES, lower},
    spec::Document,
};

const DOCUMENT: &str = include_str!("everything.yaml");

fn api() -> Api {
    let document = Document::parse(Path::new("specs/ledger.yaml"), DOCUMENT).expect("YAML");
    Api::read("ledger", document.value())
}

fn files() -> Files {
    generate(&api(), DOCUMENT).expect("a document that the generator takes")
}

fn file(name: &str) -> String {
    files()
        .remove(&PathBuf::from("crates/ledger").join(name))
        .expect("a generated file")
}

#[test]
fn types_read_as_if_written_by_hand() {
    insta::assert_snapshot!(file("src/types.rs"));
}

#[test]
fn each_operation_is_a_method_with_what_is_required() {
    insta::assert_snapshot!(file("src/client.rs"));
}

#[test]
fn what_is_optional_is_set_on_the_call() {
    insta::assert_snapshot!(file("src/requests.rs"));
}

#[test]
fn failures_with_several_bodies_are_an_enum_that_the_run_time_reads() {
    // Not a snapshot, since the tests of the run time are compiled with it.
    let compiled = include_str!("../../crates/runtime/tests/it/ledger/failures.rs");
    let generated = file("src/failures.rs");
    // The first line is for files that the generator itself keeps.
    let generated = generated.split_once("\n\n").expect("a header").1;
    assert!(compiled == generated, "write into that file:\n{generated}");
}

#[test]
fn failures_with_one_body_need_no_enum() {
    let one = DOCUMENT.replace("responses/Missing'", "responses/Refused'");
    let start = one.find("        '410': ").expect("it is there");
    let end = start + one[start..].find("        4XX").expect("so is this");
    let one = one.replace(&one[start..end], "");
    let one = one.replace(
        "5XX: { description: Nothing }",
        "5XX: { $ref: '#/components/responses/Refused' }",
    );
    let text = one.replace("5XX: { description: The proxy's word, content: { text/plain: { schema: { type: string }, example: Bad gateway } } }", "5XX: { $ref: '#/components/responses/Refused' }");
    let document = Document::parse(Path::new("specs/ledger.yaml"), &text).expect("YAML");
    let files = generate(&Api::read("ledger", document.value()), &text).expect("it generates");
    let source = Path::new("crates/ledger/src");
    assert!(!files.contains_key(&source.join("failures.rs")));
    assert!(!files[&source.join("lib.rs")].contains("failures"));
    let sending = "[`Error::failure`] reads the body: a [`types::Refusal`](crate::types::Refusal).";
    let requests = &files[&source.join("requests.rs")];
    let telling = "[`Error::kind`] tells how far the call got";
    assert_eq!(
        requests.matches(sending).count(),
        requests.matches(telling).count()
    );
}

#[test]
fn the_operations_table_says_what_the_spec_says() {
    insta::assert_snapshot!(file("src/operations.rs"));
}

#[test]
fn waiting_and_looking_up_go_by_a_table() {
    insta::assert_snapshot!(file("src/finality.rs"));
}

#[test]
fn a_spec_that_says_nothing_of_waiting_has_no_table_of_it() {
    let text: String = DOCUMENT
        .split_inclusive('\n')
        .filter(|line| !line.contains("x-finality"))
        .collect();
    let mut value = Document::parse(Path::new("specs/ledger.yaml"), &text)
        .expect("YAML")
        .value();
    for path in [
        "/accounts/{account}/entries",
        "/accounts/{account}/transfers",
    ] {
        let operation = value["paths"][path]["post"].as_object_mut();
        operation.expect("an operation").remove("x-lookup");
    }
    let files = generate(&Api::read("ledger", value), &text).expect("a document");
    assert!(!files.contains_key(&PathBuf::from("crates/ledger/src/finality.rs")));
    let library = &files[&PathBuf::from("crates/ledger/src/lib.rs")];
    assert!(!library.contains("finality") && !library.contains("Patience"));
}

#[test]
fn each_server_with_a_name_is_an_environment() {
    insta::assert_snapshot!(file("src/environment.rs"));
}

#[test]
fn what_is_posted_is_an_enum_and_is_read_after_its_signature() {
    insta::assert_snapshot!(file("src/webhooks.rs"));
}

#[test]
fn the_package_has_what_its_code_uses_and_no_more() {
    insta::assert_snapshot!(file("Cargo.toml"));
    insta::assert_snapshot!("library", file("src/lib.rs"));
    insta::assert_snapshot!("readme", file("README.md"));
}

#[test]
fn every_call_can_be_mocked_in_its_own_types() {
    insta::assert_snapshot!(file("src/mock.rs"));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(files(), files());
}

#[test]
fn what_no_call_uses_has_a_type_but_an_envelope_has_none() {
    assert!(file("src/types.rs").contains("pub struct Unused"));
    assert!(
        !file("src/types.rs").contains("EntryAnswer"),
        "the envelope is not what the caller wants"
    );
}

#[test]
fn every_pass_has_something_to_do_here() {
    let (_, applied) = lower(&api());
    let idle: Vec<_> = applied
        .iter()
        .filter(|applied| applied.places == 0)
        .map(|applied| applied.name)
        .collect();
    assert!(idle.is_empty(), "{idle:?} rewrote nothing");
    assert_eq!(applied.len(), PASSES.len());
}

#[test]
fn lowering_is_what_progenitor_takes() {
    let (document, _) = lower(&api());
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).expect("JSON"));
}

#[test]
fn what_progenitor_refuses_is_a_message_that_names_the_place() {
    // Lint refuses this before; progenitor panics at it.
    let text = DOCUMENT.replace(
        "summary: Closes an account",
        "summary: Closes\n      requestBody: { content: { application/json: {} } }",
    );
    let document = Document::parse(Path::new("specs/ledger.yaml"), &text).expect("YAML");
    let error = generate(&Api::read("ledger", document.value()), &text).expect_err("no schema");
    assert!(
        error.starts_with("ledger: failed to generate the operation `close_account`"),
        "{error}"
    );
}

/// A file of the crate that a vendor's document becomes.
fn of_vendor(name: &str, text: &str) -> String {
    let mut attempt = xtask::trial::attempt_text("vendor", text);
    let path = PathBuf::from("crates/vendor/src").join(name);
    attempt.files.remove(&path).expect("a generated file")
}

const VENDOR: &str = "openapi: 3.0.3\ninfo: {title: Vendor, version: '1'}\n";

#[test]
fn a_document_without_calls_is_a_crate_without_lines_that_nobody_uses() {
    let text = format!("{VENDOR}paths: {{}}\n");
    assert!(!of_vendor("requests.rs", &text).contains("use "));
    assert!(!of_vendor("client.rs", &text).contains("requests"));
    assert!(!of_vendor("operations.rs", &text).contains("SERVER"));
}

#[test]
fn failures_of_the_same_bodies_and_other_statuses_have_names_of_their_own() {
    let failing = |status: u16| {
        format!(
            "responses: {{'200': {{description: A}}, '{status}': {{description: B, content: {{application/json: {{schema: {{$ref: '#/components/schemas/B'}}}}}}}}, '500': {{description: C, content: {{application/json: {{schema: {{$ref: '#/components/schemas/C'}}}}}}}}}}"
        )
    };
    let mut text = format!("{VENDOR}paths:\n");
    for (path, status) in [("a", 404), ("b", 404), ("c", 409), ("d", 409)] {
        text += &format!(
            "  /{path}: {{get: {{operationId: get_{path}, {}}}}}\n",
            failing(status)
        );
    }
    text += "components: {schemas: {B: {type: object}, C: {type: object}}}\n";
    let failures = of_vendor("failures.rs", &text);
    assert!(failures.contains("pub enum BOrC {"), "{failures}");
    assert!(failures.contains("pub enum GetCFailure {"), "{failures}");
    assert!(of_vendor("requests.rs", &text).contains("failures::GetCFailure"));
}

#[test]
fn what_says_nothing_of_itself_is_documented_by_its_name() {
    let text = format!(
        "{VENDOR}paths: {{/a: {{get: {{responses: {{'200': {{description: A, content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}}}}}\ncomponents: {{schemas: {{A: {{type: object, description: '', properties: {{b: {{type: string, description: ' '}}}}}}}}}}\n"
    );
    let types = of_vendor("types.rs", &text);
    assert!(types.contains("/// `A`.\n"), "{types}");
    assert!(types.contains("/// `b`.\n"), "{types}");
}

#[test]
fn a_text_and_bytes_are_submitted_as_what_they_are() {
    for (kind, schema, sends) in [
        ("text/plain", "{type: string}", "submit_for_text"),
        (
            "image/png",
            "{type: string, format: binary}",
            "submit_for_bytes",
        ),
    ] {
        let text = format!(
            "{VENDOR}paths: {{/a: {{post: {{responses: {{'200': {{description: A, content: {{{kind}: {{schema: {schema}}}}}}}}}}}}}}}\n"
        );
        assert!(of_vendor("requests.rs", &text).contains(sends), "{kind}");
    }
}

#[test]
fn a_text_beside_kinds_of_objects_is_an_enum() {
    let text = format!(
        "{VENDOR}paths: {{/a: {{get: {{responses: {{'200': {{description: A, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Color'}}}}}}}}}}}}}}}}
components:
  schemas:
    Color: {{anyOf: [{{type: string}}, {{$ref: '#/components/schemas/Gradient'}}]}}
    Gradient: {{anyOf: [{{$ref: '#/components/schemas/Linear'}}, {{$ref: '#/components/schemas/Radial'}}], discriminator: {{propertyName: type, mapping: {{linear: '#/components/schemas/Linear', radial: '#/components/schemas/Radial'}}}}}}
    Linear: {{type: object, required: [type], properties: {{type: {{type: string}}}}}}
    Radial: {{type: object, required: [type], properties: {{type: {{type: string}}}}}}
"
    );
    let types = of_vendor("types.rs", &text);
    assert!(types.contains("pub enum Color {"), "{types}");
    assert!(!types.contains("subtype_"), "{types}");
}

#[test]
fn lists_of_servers_that_begin_with_one_host_have_names_of_their_own() {
    let server = |version: &str| format!("{{url: 'https://a.example/{version}'}}");
    let (one, two) = (server("v1"), server("v2"));
    let text = format!(
        "{VENDOR}servers: [{one}, {two}]\npaths: {{/a: {{get: {{servers: [{one}], responses: {{}}}}}}, /b: {{get: {{servers: [{one}, {two}], responses: {{}}}}}}}}\n"
    );
    let operations = of_vendor("operations.rs", &text);
    for name in ["SERVER_A_EXAMPLE:", "SERVER_A_EXAMPLE_2:"] {
        let static_of = format!("static {name}");
        assert_eq!(operations.matches(&static_of).count(), 1, "{operations}");
    }
}

#[test]
fn a_host_that_no_call_is_sent_to_is_not_written() {
    let one = "{url: 'https://a.example.com', description: Live}";
    let other = "{url: 'https://b.example.com', description: Live}";
    let text = |servers: &str| {
        format!(
            "{VENDOR}servers: [{one}]\npaths: {{/a: {{get: {{servers: [{other}], responses: {{}}}}}}, /b: {{get: {{{servers}responses: {{}}}}}}}}\n"
        )
    };
    let first = "static SERVER: Server";
    assert!(of_vendor("operations.rs", &text("")).contains(first));
    let own = text(&format!("servers: [{other}], "));
    assert!(!of_vendor("operations.rs", &own).contains(first));
}
