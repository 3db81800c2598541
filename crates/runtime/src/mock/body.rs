//! The bodies of a provider's answers, by what the operations table says of them.

use serde_json::{Map, Value};

use super::Paging;
use crate::{
    Operation,
    envelope::{Check, Envelope, Expected, Places},
    pointer,
};

/// A success: the JSON of its value, as it is, inside the envelope that the operation has. What of the envelope tells
/// success tells so, except where the value itself does.
pub(super) fn success(operation: &Operation, value: &str) -> String {
    let Some(envelope) = operation
        .envelope
        .filter(|envelope| !envelope.value.is_empty())
    else {
        return value.to_owned();
    };
    let inside = format!("{}/", envelope.value);
    let mut around = Value::Object(Map::new());
    for check in envelope.success {
        let own = check.at == envelope.value || check.at.starts_with(&inside);
        if let (false, false, [first, ..]) = (own, check.optional, check.is) {
            put(operation, &mut around, check.at, first.value());
        }
    }
    put(operation, &mut around, envelope.value, Value::Null);
    let mut text = String::new();
    let way: Vec<_> = envelope.value.split('/').skip(1).collect();
    write(&around, Some((&way, value)), &mut text);
    text
}

/// Writes `around` with the text at the end of the way as it is, for a number may be longer than a [`Value`] holds.
fn write(around: &Value, inside: Option<(&[&str], &str)>, text: &mut String) {
    let (way, value) = match (inside, around) {
        (Some(([], value)), _) => return text.push_str(value),
        (Some((way, value)), Value::Object(_)) => (way, value),
        _ => return text.push_str(&around.to_string()),
    };
    let next = pointer::unescaped(way[0]);
    for (place, (name, member)) in around.as_object().into_iter().flatten().enumerate() {
        text.push(if place == 0 { '{' } else { ',' });
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        let inside = (*name == *next).then_some((&way[1..], value));
        write(member, inside, text);
    }
    text.push('}');
}

/// A failure with this status, code and message, as the provider writes it; fails with what the spec lacks.
pub(super) fn failure(
    operation: &Operation,
    status: u16,
    code: &Value,
    message: &str,
) -> Result<Value, String> {
    let whole = if (200..300).contains(&status) {
        let envelope = operation.envelope.ok_or_else(|| {
            format!(
                "a failure of `{}` is told by its HTTP status, and {status} is none",
                operation.id
            )
        })?;
        let mut checks = envelope.success.iter();
        checks.find_map(|check| refuted(envelope, check, code, message))
    } else {
        let places = operation.places_of(status);
        told(places, &Value::Object(Map::new()), code, message)
    };
    whole.ok_or_else(|| {
        format!(
            "the spec does not say where a failure of `{}` with the status {status}, the code {code} and the message \
             {message:?} has them; give its body with `refuses_as`",
            operation.id
        )
    })
}

/// What an envelope says where this check does not hold, and all before it do.
fn refuted(
    envelope: &'static Envelope,
    check: &'static Check,
    code: &Value,
    message: &str,
) -> Option<Value> {
    let places = check.places.unwrap_or(envelope.places);
    let mut around = Value::Object(Map::new());
    for other in envelope.success {
        if other.at != check.at && !other.optional {
            pointer::put(&mut around, other.at, other.is.first()?.value())?;
        }
    }
    // Where the check looks at the code, that is what tells.
    if !places.code.contains(&check.at) {
        pointer::put(&mut around, check.at, check.is.first()?.opposite())?;
    }
    let whole = told(places, &around, code, message)?;
    let text = whole.to_string();
    let failed = envelope.open(text.as_bytes()).ok()?.failed?;
    std::ptr::eq(failed, check).then_some(whole)
}

/// `around` with code and message, in the first places where they are found again.
fn told(places: &Places, around: &Value, code: &Value, message: &str) -> Option<Value> {
    let expected = match code {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let with = |code_at: &&str, message_at: &&str| {
        let mut whole = around.clone();
        pointer::put(&mut whole, code_at, code.clone())?;
        pointer::put(&mut whole, message_at, message.into())?;
        let found = (places.code(&whole), places.message(&whole));
        (found == (Some(expected.clone()), Some(message.to_owned()))).then_some(whole)
    };
    let mut codes = places.code.iter();
    codes.find_map(|code_at| places.message.iter().find_map(|at| with(code_at, at)))
}

/// A page of a list with these items, and nothing behind it.
pub(super) fn page(operation: &Operation, paging: &Paging, items: Value) -> Value {
    let mut page = Value::Object(Map::new());
    for at in paging.rest.iter().copied().chain([paging.next]) {
        put(operation, &mut page, at, Value::Null);
    }
    put(operation, &mut page, paging.items, items);
    page
}

/// Puts into a page what leads to the next.
pub(super) fn lead_on(page: &mut Value, paging: &Paging, link: &str) {
    if let Some(next) = page.pointer_mut(paging.next) {
        *next = link.into();
    }
}

fn put(operation: &Operation, whole: &mut Value, at: &str, value: Value) {
    pointer::put(whole, at, value).unwrap_or_else(|| {
        panic!(
            "the spec puts something into the way to `{at}` of `{}`",
            operation.id
        )
    });
}

impl Expected {
    fn value(&self) -> Value {
        match *self {
            Self::Bool(flag) => flag.into(),
            Self::Integer(number) => number.into(),
            Self::String(text) => text.into(),
        }
    }

    /// A value of the same type that is another.
    fn opposite(&self) -> Value {
        match *self {
            Self::Bool(flag) => (!flag).into(),
            Self::Integer(number) => number.wrapping_sub(1).into(),
            Self::String(text) => format!("not {text}").into(),
        }
    }
}
