//! What is found in documents that vendors might have written.

use super::{attempt_text, plan, samples};
use crate::spec::Document;

const ODD: &str = include_str!("../../tests/odd.yaml");

#[test]
fn every_schema_and_call_of_a_vendor_leads_to_what_is_generated() {
    let attempt = attempt_text("odd", ODD);
    assert_eq!(attempt.failure, None);
    let plan = plan(&attempt).expect("it was generated");
    assert_eq!(plan.untyped, [""; 0]);
    assert_eq!(plan.unreachable, [""; 0]);
}

#[test]
fn what_cannot_be_reached_is_told_with_its_place() {
    let mut attempt = attempt_text("odd", ODD);
    let api = attempt.api.as_mut().expect("it was generated");
    let call = |path: &str| {
        let place = api.operations.iter().position(|call| call.path == path);
        place.expect("there is such a call")
    };
    let (sent, thing, removed) = (call("/all"), call("/things/{id}"), call("/numbers"));
    api.operations[sent].body = None;
    api.operations[thing].security.clear();
    for parameter in &mut api.operations[thing].parameters {
        if parameter.name == "ä" {
            parameter.name = "a".to_owned();
        }
    }
    api.operations[sent].success.media_type.clear();
    api.operations.remove(removed);
    let plan = plan(&attempt).expect("it was generated");
    assert_eq!(
        plan.unreachable,
        [
            "post /all: the body `application/json`",
            "post /all: the body of the answer 200",
            "post /all: the body of the answer 201",
            "get /things/{id}: the query parameter `ä`",
            "get /things/{id}: the credential `key`",
            "get /things/{id}: the credential `key and user`",
            "get /numbers: there is no method",
        ]
    );
}

#[test]
fn there_are_values_of_every_schema_that_has_some() {
    let path = std::path::Path::new("odd.yaml");
    let document = Document::parse(path, ODD).expect("it is well formed");
    let samples = samples(&document);
    assert_eq!(samples.len(), 31);
    for (name, texts) in samples {
        let is_null = matches!(name.as_str(), "Nul");
        assert!(is_null || texts.len() > 1, "{name}: {texts:?}");
    }
}

#[test]
fn the_same_document_gives_the_same_values() {
    let path = std::path::Path::new("odd.yaml");
    let document = Document::parse(path, ODD).expect("it is well formed");
    assert_eq!(samples(&document), samples(&document));
}

#[test]
fn what_a_schema_is_called_now_is_told() {
    let attempt = attempt_text("odd", ODD);
    assert_eq!(attempt.names.of("Weird<Name>"), "WeirdName2");
    assert_eq!(attempt.names.of("All"), "All");
}

#[test]
fn a_schema_without_a_type_is_told() {
    let mut attempt = attempt_text("odd", ODD);
    let api = attempt.api.as_mut().expect("it was generated");
    let schemas = api.document["components"]["schemas"].as_object_mut();
    assert!(schemas.is_some_and(|schemas| schemas.remove("Dates").is_some()));
    assert!(attempt.carried.named.remove("Dates").is_some());
    let plan = plan(&attempt).expect("it was generated");
    assert_eq!(plan.untyped, ["Dates"]);
}

#[test]
fn what_stands_for_an_enum_is_read_from_no_text_as_the_enum_is_not() {
    let attempt = attempt_text("odd", ODD);
    let types = &attempt.files[std::path::Path::new("crates/odd/src/types.rs")];
    assert!(types.contains("pub struct EnumWithDefault(pub UnusedEnum);"));
    assert!(!types.contains("FromStr for EnumWithDefault"));
}
