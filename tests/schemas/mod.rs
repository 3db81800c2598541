//! The JSON Schema of every generated type says what the spec says of it.

mod comparison;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xtask::{
    adopt,
    api::{Api, entries, items, schema_name},
    spec::Document,
    trial::samples,
};

use crate::{
    provider::{self, Provider},
    specs,
};
use comparison::differences;

fn generated(provider: &Provider) -> BTreeMap<&'static str, Value> {
    (provider.schemas)()
        .into_iter()
        .map(|(name, schema)| (name, schema.to_value()))
        .collect()
}

fn written<'a>(api: &'a Api, name: &str) -> &'a Value {
    &api.document["components"]["schemas"][name]
}

/// Of those whose specs say nothing that a type has no room for, such as the least length of a text.
#[test]
fn every_generated_type_has_the_schema_of_the_spec() {
    let mut faults = Vec::new();
    for provider in provider::OURS {
        let api = provider.api();
        for (name, schema) in generated(&provider) {
            let found = differences(&api.document, written(&api, name), &schema);
            let place = format!("{} {name}", provider.name);
            faults.extend(found.into_iter().map(|what| format!("{place} {what}")));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// A schema without a type is one that calls look through: an envelope, or the parts of a multipart body.
#[test]
fn every_schema_that_a_caller_meets_has_a_type() {
    for provider in provider::IN_PROFILE {
        let api = provider.api();
        let generated = generated(provider);
        let without: Vec<_> = api
            .schemas()
            .filter(|(name, _)| !generated.contains_key(name.as_str()))
            .filter(|(_, schema)| schema.pointer("/x-envelope/value").is_none())
            .map(|(name, _)| name.as_str())
            .filter(|name| !multipart_bodies(&api).contains(name))
            .collect();
        assert_eq!(without, [""; 0], "{}", provider.name);
    }
}

fn multipart_bodies(api: &Api) -> Vec<&str> {
    let paths = entries(&api.document["paths"]).flat_map(|(_, item)| entries(item));
    let bodies =
        paths.map(
            |(_, operation)| &operation["requestBody"]["content"]["multipart/form-data"]["schema"],
        );
    bodies.filter_map(schema_name).collect()
}

/// Also where the spec has no example, as those of vendors often have none.
#[test]
fn what_the_spec_allows_comes_back_as_it_was() {
    for provider in provider::ALL {
        let document = specs::document(provider.name);
        let names = adopt::adopt(document.clone()).names;
        let mut faults = Vec::new();
        for (name, texts) in samples(&document) {
            for text in texts {
                match provider.text_through(names.of(&name), &text) {
                    None => {}
                    Some(Ok(written)) if written == text => {}
                    Some(Ok(written))
                        if keeps_the_value_alone(&document, &name, &text)
                            && value(&written) == value(&text) => {}
                    Some(other) => faults.push(format!("{name}: {text} became {other:?}")),
                }
            }
        }
        let name = provider.name;
        assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
    }
}

/// How a number was written is kept by what it stands in, and the names of a map are sorted.
fn keeps_the_value_alone(document: &Document, name: &str, text: &str) -> bool {
    let schema = &document.value()["components"]["schemas"][name];
    let is_map = schema["additionalProperties"].is_object() && schema["properties"].is_null();
    is_map || !text.starts_with(['{', '['])
}

fn value(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

#[test]
fn every_example_is_valid_under_the_generated_schema() {
    for provider in provider::IN_PROFILE {
        let api = provider.api();
        let generated = generated(provider);
        let mut faults = Vec::new();
        let examples = specs::named_examples(&api);
        for (place, name, example) in examples {
            let Some(schema) = generated.get(name.as_str()) else {
                faults.push(format!("{place}: no type is generated for `{name}`"));
                continue;
            };
            let validator = jsonschema::validator_for(schema).expect("a JSON Schema");
            faults.extend(
                validator
                    .iter_errors(&example)
                    .map(|error| format!("{place}: {}: {error}", error.instance_path())),
            );
        }
        assert!(
            faults.is_empty(),
            "{}:\n{}",
            provider.name,
            faults.join("\n")
        );
    }
}

/// A change of one place of a schema, and what it is.
type Mutant = (String, Value);

/// Every way to make `schema` wrong that this knows of.
fn mutants(schema: &Value) -> Vec<Mutant> {
    let mut found = Vec::new();
    mutate("", schema, schema, &mut found);
    found
}

fn mutate(at: &str, node: &Value, root: &Value, found: &mut Vec<Mutant>) {
    let mut change = |name: &str, value: Option<Value>| {
        let mut mutant = root.clone();
        let object = mutant
            .pointer_mut(at)
            .and_then(Value::as_object_mut)
            .expect("the walked place");
        let shown = value
            .as_ref()
            .map_or_else(|| "nothing".to_owned(), Value::to_string);
        match value {
            Some(value) => object.insert(name.to_owned(), value),
            None => object.remove(name),
        };
        found.push((format!("{at}/{name} becomes {shown}"), mutant));
    };
    let inside_properties = at.ends_with("/properties");
    for (name, value) in entries(node) {
        if inside_properties {
            change(name, None);
            continue;
        }
        match name.as_str() {
            "type" => {
                let boolean = value.to_string().contains("boolean");
                change(
                    name,
                    Some(json!(if boolean { "integer" } else { "boolean" })),
                );
            }
            "format" => change(name, None),
            "const" => change(name, Some(json!("another value"))),
            "enum" => change(name, Some(items(value).skip(1).cloned().collect())),
            "items" => change(
                name,
                Some(json!({ "type": "array", "items": { "type": "boolean" } })),
            ),
            "required" => change(name, Some(items(value).skip(1).cloned().collect())),
            "additionalProperties" => change(name, Some(json!(*value != true))),
            _ => {}
        }
    }
    if inside_properties {
        change("a property that nobody wrote", Some(json!(true)));
    }
    for (name, value) in entries(node) {
        // Values, not schemas.
        if !matches!(name.as_str(), "const" | "enum" | "required") || inside_properties {
            mutate(
                &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                value,
                root,
                found,
            );
        }
    }
    for (place, value) in items(node).enumerate() {
        mutate(&format!("{at}/{place}"), value, root, found);
    }
}

#[test]
fn a_schema_that_is_wrong_in_one_place_is_found_out() {
    for provider in provider::OURS {
        let api = provider.api();
        let mut survivors = Vec::new();
        let mut count = 0;
        for (name, schema) in generated(&provider) {
            for (what, mutant) in mutants(&schema) {
                count += 1;
                if differences(&api.document, written(&api, name), &mutant).is_empty() {
                    survivors.push(format!("{name} {what}"));
                }
            }
        }
        assert!(
            count > 50,
            "{}: {count} changes are hardly a test",
            provider.name
        );
        assert!(
            survivors.is_empty(),
            "{}:\n{}",
            provider.name,
            survivors.join("\n")
        );
    }
}
