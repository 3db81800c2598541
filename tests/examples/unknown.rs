//! What the spec does not know stays reachable, and is written back.

use serde_json::json;

use super::Faults;
use crate::{provider, specs};

#[test]
fn a_value_that_is_not_listed_is_kept_by_open_enums_and_by_no_other() {
    let mut faults = Faults::default();
    let unlisted = json!("a value that nobody lists");
    let mut open = 0;
    for provider in provider::IN_PROFILE {
        let api = provider.api();
        for (name, schema) in api
            .schemas()
            .filter(|(_, schema)| schema.get("enum").is_some())
        {
            let place = format!("{} {name}", provider.name);
            // An enum that an answer leads to is open without the word.
            let kept = schema["x-open-enum"] == true;
            let ours = provider::OURS.iter().any(|own| own.name == provider.name);
            match provider.through(name, &unlisted) {
                Some(Ok(value)) if kept || !ours => faults.compare(&place, &unlisted, &value),
                Some(Err(_)) if !kept => {}
                other => faults.add(&place, format!("{other:?}")),
            }
            open += usize::from(kept);
        }
    }
    faults.none();
    assert!(open > 0, "the specs have open enums");
}

#[test]
fn a_field_that_is_not_described_is_kept() {
    let mut faults = Faults::default();
    let mut count = 0;
    for provider in provider::IN_PROFILE {
        let api = provider.api();
        for (place, name, mut example) in specs::named_examples(&api) {
            let schema = &api.document["components"]["schemas"][&name];
            let Some(fields) = example.as_object_mut() else {
                continue;
            };
            // A map has no other fields.
            if schema["additionalProperties"].is_object() {
                continue;
            }
            fields.insert(
                "a field that nobody describes".to_owned(),
                json!({"deep": [1, null]}),
            );
            let place = format!("{} {place}", provider.name);
            match provider.through(&name, &example) {
                Some(Ok(value)) => faults.compare(&place, &example, &value),
                other => faults.add(&place, format!("{other:?}")),
            }
            count += 1;
        }
    }
    faults.none();
    assert!(count > 0, "the specs have objects");
}
