//! How one finds out what became of a write (the spec's `x-lookup`).

use serde_json::Value;

use crate::{Operation, Refusal};

/// How one finds out what became of a write whose answer got lost.
#[derive(Debug)]
pub struct Lookup {
    /// Where the candidates come from.
    pub source: Source,
    /// The call that reads one candidate; `None` where the source has them whole.
    pub read: Option<Ask>,
    /// What of a candidate equals what of the request. All must hold.
    pub matches: &'static [Match],
    /// The refusals after which the write may have been done all the same; besides those with a status from 500 up.
    pub unsure: &'static [Refusal],
}

/// Where the candidates come from.
#[derive(Debug)]
#[non_exhaustive]
pub enum Source {
    /// What was sent names the only one; [`Lookup::read`] reads it.
    Named,
    /// A list, read to its end.
    List(List),
    /// Blocks, from the newest back to the time of sending.
    Walk(Walk),
}

/// A list in pages.
#[derive(Debug)]
pub struct List {
    /// The call that reads a page.
    pub ask: Ask,
    /// Where in a page the items are.
    pub items: &'static str,
    /// Where in a page is what leads to the next one.
    pub next: &'static str,
    /// The query parameter that takes the cursor.
    pub cursor: &'static str,
}

/// Blocks, of which each has a number one higher than the one before.
#[derive(Debug)]
pub struct Walk {
    /// The call that reads a block.
    pub ask: Ask,
    /// The parameter that says which one.
    pub position: (Place, &'static str),
    /// What of that parameter means the newest.
    pub newest: &'static str,
    /// Where in a block its number stands.
    pub number: &'static str,
    /// Where in a block stands when it was made, in seconds since 1970.
    pub time: &'static str,
    /// Where in a block the list of candidates stands.
    pub candidates: &'static str,
}

/// A call that only reads.
#[derive(Debug)]
pub struct Ask {
    /// The call.
    pub operation: &'static Operation,
    /// Its parameters.
    pub given: &'static [Given],
    /// The refusals that mean that there is no such thing, where it reads one candidate.
    pub absent: &'static [Refusal],
}

/// A parameter, and where its value comes from.
#[derive(Debug)]
pub struct Given {
    /// Where it goes.
    pub place: Place,
    /// Its name.
    pub name: &'static str,
    /// Where its value comes from.
    pub value: Told,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// Into a header.
    Header,
}

/// Where a value comes from.
#[derive(Debug)]
#[non_exhaustive]
pub enum Told {
    /// A parameter of the request, in its path, query or headers.
    Request(Place, &'static str),
    /// The place in the request's body to which this JSON Pointer leads.
    Body(&'static str),
    /// The place in what the source has of a candidate to which this JSON Pointer leads; empty for the whole of it.
    Candidate(&'static str),
    /// This text.
    Text(&'static str),
}

/// What of a candidate equals what of the request.
#[derive(Debug)]
pub struct Match {
    /// The place in the candidate, by a JSON Pointer.
    pub candidate: &'static str,
    /// What it equals.
    pub request: Told,
    /// How they are compared.
    pub by: Comparison,
}

/// How two values are compared. A number and the text of that number are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// As they are.
    Exact,
    /// But for upper and lower case, as in hexadecimal.
    Caseless,
    /// The candidate's is the JSON text of the request's.
    Json,
}

impl Comparison {
    pub(crate) fn holds(self, candidate: &Value, request: &Value) -> bool {
        match self {
            Self::Exact => same(candidate, request),
            Self::Caseless => match (text(candidate), text(request)) {
                (Some(one), Some(other)) => one.eq_ignore_ascii_case(&other),
                _ => false,
            },
            Self::Json => {
                let parsed = candidate.as_str().map(serde_json::from_str::<Value>);
                parsed.is_some_and(|parsed| parsed.is_ok_and(|parsed| same(&parsed, request)))
            }
        }
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(ones), Value::Array(others)) => {
            ones.len() == others.len()
                && ones.iter().zip(others).all(|(one, other)| same(one, other))
        }
        (Value::Number(_), Value::String(_)) | (Value::String(_), Value::Number(_)) => {
            text(one) == text(other)
        }
        _ => one == other,
    }
}

/// A text or a number as text.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_equals_its_text_and_nothing_else_does() {
        let exact = |one: Value, other: Value| Comparison::Exact.holds(&one, &other);
        assert!(exact(json!(37), json!("37")));
        assert!(exact(json!([1, "2"]), json!(["1", 2])));
        assert!(!exact(json!("0x1A"), json!("0x1a")));
        assert!(!exact(json!([1]), json!([1, 2])));
        assert!(!exact(json!(null), json!("null")));
    }

    #[test]
    fn hexadecimal_may_differ_in_case() {
        assert!(Comparison::Caseless.holds(&json!("0x1A"), &json!("0x1a")));
        assert!(!Comparison::Caseless.holds(&json!(null), &json!(null)));
    }

    #[test]
    fn a_text_of_json_is_read_before_it_is_compared() {
        let json = |candidate: &str| {
            Comparison::Json.holds(&json!(candidate), &json!(["put", "ключ", "a\"b"]))
        };
        assert!(json(r#"[ "put", "\u043a\u043b\u044e\u0447", "a\"b" ]"#));
        assert!(!json(r#"["put"]"#));
        assert!(!json("put"));
    }
}
