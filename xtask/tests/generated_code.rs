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
fn the_operations_table_says_what_the_spec_says() {
    insta::assert_snapshot!(file("src/operations.rs"));
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
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(files(), files());
}

#[test]
fn a_type_that_no_call_uses_is_not_generated() {
    assert!(!file("src/types.rs").contains("Unused"));
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
