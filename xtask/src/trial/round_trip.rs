//! Values through the generated types and back.

use std::io;

use serde_json::{Value, json};

use super::{
    Folder,
    checking::Checking,
    original::Role,
    plan::Plan,
    samples::{Sample, of_place, written},
};

/// What came of the values of a document.
#[derive(Debug, Default)]
pub struct Trip {
    /// How many values were sent.
    pub samples: usize,
    /// How many values were made that do not fit their own schema, and were not sent.
    pub unfit: usize,
    /// The schemas of which no value could be made, each with what was wrong with the first.
    pub without: Vec<String>,
    /// The values that did not come back as they were, each with its schema.
    pub faults: Vec<String>,
}

/// A value on its way.
struct Sent {
    place: usize,
    kind: usize,
    sample: Sample,
    text: String,
}

/// Makes values of all schemas of the document as it was written, sends them through the types in the folder, and looks
/// whether what comes back is the same and fits the schema.
///
/// # Errors
///
/// When cargo cannot be run.
pub fn round_trip(plan: &Plan, folder: &Folder) -> io::Result<Result<Trip, String>> {
    let original = &plan.original;
    let checking = Checking::of(original);
    let mut trip = Trip::default();
    let mut sent: Vec<Sent> = Vec::new();
    for (number, place) in original.places.iter().enumerate() {
        let Some(kind) = plan.typed[number] else {
            continue;
        };
        let samples = of_place(original, &checking, place);
        trip.unfit += samples.unfit;
        if samples.fit.is_empty() {
            let fault = samples.fault.unwrap_or_else(|| "there is none".to_owned());
            let label = original.label(&place.role);
            trip.without.push(format!("{label}: {fault}"));
        }
        for sample in samples.fit {
            // Whether a type may be null says the place where it is used, and no caller sends a body of null.
            let by_use = !matches!(place.role, Role::Answer { .. });
            if sample.value.is_null() && by_use {
                continue;
            }
            sent.push(Sent {
                place: number,
                kind,
                text: written(&sample.value),
                sample,
            });
        }
    }
    let lines: String = sent
        .iter()
        .map(|sent| format!("{}\n", json!({ "kind": sent.kind, "text": sent.text })))
        .collect();
    let answers = match folder.through(&lines)? {
        Ok(answers) => answers,
        Err(error) => return Ok(Err(error)),
    };
    let answers: Vec<Value> = answers
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_default())
        .collect();
    if answers.len() != sent.len() {
        let (went, came) = (sent.len(), answers.len());
        trip.faults
            .push(format!("{went} values went in, {came} came out"));
    }
    trip.samples = sent.len();
    for (sent, answer) in sent.iter().zip(&answers) {
        let place = &original.places[sent.place];
        if let Some(fault) = fault(plan, &checking, sent, answer) {
            let label = original.label(&place.role);
            trip.faults.push(format!("{label}: {fault}"));
        }
    }
    Ok(Ok(trip))
}

fn fault(plan: &Plan, checking: &Checking<'_>, sent: &Sent, answer: &Value) -> Option<String> {
    let place = &plan.original.places[sent.place];
    let (value, text) = (&sent.sample.value, &sent.text);
    if let Some(error) = answer["error"].as_str() {
        return Some(format!("it is refused, {error}: {text}"));
    }
    let back = answer["text"].as_str().unwrap_or_default();
    let read: Value = serde_json::from_str(back).unwrap_or_default();
    if let Some(difference) = difference("", value, &read) {
        return Some(format!("{difference}, of {text}"));
    }
    if let Some(fault) = checking.fault(&place.pointer, &read) {
        return Some(format!("what comes back does not fit, {fault}: of {text}"));
    }
    if answer["unknown"] == true && sent.sample.is_told {
        return Some(format!(
            "it is read as one of a kind that is not described: {text}"
        ));
    }
    // An object remembers how it came, but for the order of what is a map and nothing else.
    let is_named = matches!(place.role, Role::Named(_));
    let to_the_byte = is_named && value.is_object() && is_in_order(value, &read);
    (to_the_byte && back != text).then(|| format!("it is written {back}, of {text}"))
}

/// Whether the fields of two values that are the same stand in the same order.
fn is_in_order(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(fields), Value::Object(others)) => {
            let mut pairs = fields.iter().zip(others);
            pairs.all(|(one, other)| one.0 == other.0 && is_in_order(one.1, other.1))
        }
        (Value::Array(items), Value::Array(others)) => {
            let mut pairs = items.iter().zip(others);
            pairs.all(|(one, other)| is_in_order(one, other))
        }
        _ => true,
    }
}

/// Whether two texts say the same time, or the same UUID, in other words, as far as one sees.
fn is_respelled(one: &str, other: &str) -> bool {
    let are = |format: &str| {
        let schema = json!({ "format": format });
        let options = jsonschema::options().should_validate_formats(true);
        let validator = options.build(&schema);
        validator.is_ok_and(|validator| {
            [one, other]
                .iter()
                .all(|text| validator.is_valid(&json!(text)))
        })
    };
    are("date-time") || are("uuid") && one.eq_ignore_ascii_case(other)
}

/// Where two values differ. A field that may be absent says the same with null, and numbers are the same by their value.
fn difference(at: &str, sent: &Value, back: &Value) -> Option<String> {
    match (sent, back) {
        (Value::Object(fields), Value::Object(others)) => {
            let gone = fields
                .iter()
                .find_map(|(name, value)| match others.get(name) {
                    Some(other) => difference(&format!("{at}/{name}"), value, other),
                    None if value.is_null() => None,
                    None => Some(format!("`{at}/{name}` is gone")),
                });
            gone.or_else(|| {
                let new = others.keys().find(|name| !fields.contains_key(*name))?;
                Some(format!("`{at}/{new}` came up"))
            })
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            let mut pairs = items.iter().zip(others).enumerate();
            pairs.find_map(|(place, (item, other))| {
                difference(&format!("{at}/{place}"), item, other)
            })
        }
        (Value::Number(one), Value::Number(other))
            if one == other
                || (one.is_f64() || other.is_f64()) && one.as_f64() == other.as_f64() =>
        {
            None
        }
        _ if sent == back => None,
        (Value::String(one), Value::String(other)) if is_respelled(one, other) => None,
        _ => Some(format!("`{at}` is {back}, not {sent}")),
    }
}
