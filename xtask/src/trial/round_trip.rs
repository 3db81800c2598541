//! Values through the generated types and back.

use std::io;

use serde_json::{Value, json};

use super::{Folder, checking::Checking, samples::samples};
use crate::api::Api;

/// What came of the values of a document.
#[derive(Debug, Default)]
pub struct Trip {
    /// How many schemas have a type.
    pub schemas: usize,
    /// How many values were sent.
    pub samples: usize,
    /// Those that did not come back as they were, each with its schema.
    pub faults: Vec<String>,
}

/// Sends values of every schema through the types in the folder.
///
/// # Errors
///
/// When cargo cannot be run.
pub fn round_trip(api: &Api, folder: &Folder) -> io::Result<Result<Trip, String>> {
    let checking = Checking::of(&api.document);
    let mut sent: Vec<(String, Value)> = Vec::new();
    let mut trip = Trip::default();
    for (name, _) in api.schemas() {
        for value in samples(&api.document, name) {
            if let Some(fault) = checking.fault(name, &value) {
                trip.faults
                    .push(format!("{name}: the sample {value} is none: {fault}"));
            }
            sent.push((name.clone(), value));
        }
    }
    let lines: String = sent
        .iter()
        .map(|(name, value)| {
            let text = value.to_string();
            format!("{}\n", json!({ "name": name, "text": text }))
        })
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
        trip.faults.push(format!(
            "{} values went in, {} came out",
            sent.len(),
            answers.len()
        ));
    }
    let mut typed: Vec<&str> = Vec::new();
    for ((name, value), answer) in sent.iter().zip(&answers) {
        if answer.get("none").is_some() {
            continue;
        }
        if typed.last() != Some(&name.as_str()) {
            typed.push(name);
        }
        trip.samples += 1;
        let text = answer["text"].as_str().unwrap_or_default();
        let written = value.to_string();
        let back: Value = serde_json::from_str(text).unwrap_or_default();
        if let Some(error) = answer["error"].as_str() {
            trip.faults
                .push(format!("{name}: {value} is refused: {error}"));
        } else if let Some(difference) = difference("", value, &back) {
            trip.faults
                .push(format!("{name}: {difference}, in {value}"));
        } else if let Some(fault) = checking.fault(name, &back) {
            trip.faults.push(format!(
                "{name}: what comes back of {value} is none: {fault}"
            ));
        } else if answer["unknown"] == true {
            trip.faults.push(format!(
                "{name}: {value} is read as one of a kind that is not described"
            ));
        } else if text != written {
            trip.faults
                .push(format!("{name}: {written} is written {text}"));
        }
    }
    trip.schemas = typed.len();
    Ok(Ok(trip))
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
        _ => Some(format!("`{at}` is {back}, not {sent}")),
    }
}
