//! Messages as JSON: through a generated type and back, and whether they are the same.

use bindery_runtime::{Delivery, Error, Events, Records, ServerEvents};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// `value` as it goes over the wire.
///
/// # Panics
///
/// When it does not serialize.
pub fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("what was read serializes")
}

/// `text` as a `T`.
///
/// # Panics
///
/// When it is none.
pub fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("an example of its type")
}

/// Reads `text` as a `T` and writes it back.
///
/// # Errors
///
/// When it is no `T`.
pub fn round_trip<T: Serialize + DeserializeOwned>(
    text: &str,
) -> Result<String, serde_json::Error> {
    let read: T = serde_json::from_str(text)?;
    serde_json::to_string(&read)
}

/// Every message of a web socket until the connection is lost, as a list.
///
/// # Errors
///
/// The first message that does not fit.
pub async fn messages<T: Serialize + DeserializeOwned>(
    mut events: Events<T>,
) -> Result<String, Error> {
    let mut read: Vec<T> = Vec::new();
    while let Some(delivery) = events.next().await {
        match delivery? {
            Delivery::Event(event) => read.push(event),
            _ => break,
        }
    }
    Ok(written(&read))
}

/// The data of every event of a stream, as a list.
///
/// # Errors
///
/// The first event that does not fit.
pub async fn events<T: Serialize>(mut events: ServerEvents<T>) -> Result<String, Error> {
    let mut read = Vec::new();
    while let Some(event) = events.next().await {
        read.push(event?.data);
    }
    Ok(written(&read))
}

/// Every value of a stream, as a list.
///
/// # Errors
///
/// The first value that does not fit.
pub async fn records<T: Serialize + DeserializeOwned>(
    mut records: Records<T>,
) -> Result<String, Error> {
    let mut read: Vec<T> = Vec::new();
    while let Some(value) = records.next().await {
        read.push(value?);
    }
    Ok(written(&read))
}

/// Where `one` and `other` differ, as `pointer: this is not that`; numbers are the same when their values are.
pub fn differences(one: &Value, other: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", one, other, &mut found);
    found
}

fn compare(at: &str, one: &Value, other: &Value, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(ones), Value::Object(others)) => {
            for (name, value) in ones {
                match others.get(name) {
                    Some(other) => compare(&format!("{at}/{name}"), value, other, found),
                    None => found.push(format!("{at}/{name}: {value} is gone")),
                }
            }
            for (name, value) in others
                .iter()
                .filter(|(name, _)| !ones.contains_key(name.as_str()))
            {
                found.push(format!("{at}/{name}: {value} came up"));
            }
        }
        (Value::Array(ones), Value::Array(others)) if ones.len() == others.len() => {
            for (place, (one, other)) in ones.iter().zip(others).enumerate() {
                compare(&format!("{at}/{place}"), one, other, found);
            }
        }
        (Value::Number(one), Value::Number(other))
            if one == other
                || one.as_f64() == other.as_f64() && (one.is_f64() || other.is_f64()) => {}
        _ if one == other => {}
        _ => found.push(format!("{at}: {one} became {other}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_lost_or_changed_or_added_is_a_difference() {
        let one = json!({"a": 1, "b": [1, {"c": null}], "d": "1"});
        assert!(differences(&one, &json!({"d": "1", "b": [1.0, {"c": null}], "a": 1})).is_empty());
        assert_eq!(
            differences(&one, &json!({"a": 2, "b": [1, {}], "d": 1, "e": 0})),
            [
                "/a: 1 became 2",
                "/b/1/c: null is gone",
                "/d: \"1\" became 1",
                "/e: 0 came up"
            ]
        );
        let huge = 9_007_199_254_740_993_u64;
        assert_eq!(differences(&json!(huge), &json!(huge - 1)).len(), 1);
    }
}
