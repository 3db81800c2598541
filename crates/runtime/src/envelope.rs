//! Success and failure inside a body, and where their parts stand.

use serde::de::DeserializeOwned;
use serde_json::{Value, value::RawValue};

use crate::{object, pointer};

/// How a provider wraps its answers (the spec's `x-envelope`).
#[derive(Debug)]
pub struct Envelope {
    /// The JSON Pointer (RFC 6901) of the part that the caller wants; `""` for the whole body.
    pub value: &'static str,
    /// What has to hold for the answer to be a success.
    pub success: &'static [Check],
    /// Where the provider's code and message and the id of the request stand.
    pub places: &'static Places,
}

/// One condition of success.
#[derive(Debug)]
pub struct Check {
    /// The JSON Pointer of the place to look at.
    pub at: &'static str,
    /// The values that mean success.
    pub is: &'static [Expected],
    /// Whether its absence means success too.
    pub optional: bool,
    /// Where code and message of a failure stand that this condition tells, where not at those of the envelope.
    pub places: Option<&'static Places>,
}

/// A value that means success.
#[derive(Debug)]
#[non_exhaustive]
pub enum Expected {
    /// A JSON boolean.
    Bool(bool),
    /// A JSON integer.
    Integer(i64),
    /// A JSON string.
    String(&'static str),
}

/// JSON Pointers to the parts of a failure; of each list the first that leads to a text or a number counts, of `details`
/// the first that leads to a list.
#[derive(Debug)]
pub struct Places {
    /// The provider's own code.
    pub code: &'static [&'static str],
    /// What the provider says of it.
    pub message: &'static [&'static str],
    /// The list of the single faults behind it.
    pub details: &'static [&'static str],
    /// The id by which the provider's support finds the request.
    pub request_id: &'static [&'static str],
}

impl Places {
    pub(crate) const NONE: Self = Self {
        code: &[],
        message: &[],
        details: &[],
        request_id: &[],
    };

    pub(crate) fn code(&self, body: &Value) -> Option<String> {
        first_text(body, self.code)
    }

    pub(crate) fn message(&self, body: &Value) -> Option<String> {
        first_text(body, self.message)
    }

    pub(crate) fn request_id(&self, body: &Value) -> Option<String> {
        first_text(body, self.request_id)
    }
}

/// What an envelope holds.
#[derive(Debug)]
pub(crate) struct Opened<'a> {
    /// The part that the caller wants, as it came.
    pub(crate) value: Option<&'a RawValue>,
    /// The first check that does not hold; none where the answer is a success.
    pub(crate) failed: Option<&'static Check>,
    /// The id of the request.
    pub(crate) request_id: Option<String>,
}

impl Envelope {
    /// Opens the envelope `body`, of which it reads no more than it needs.
    pub(crate) fn open<'a>(&self, body: &'a [u8]) -> Result<Opened<'a>, serde_json::Error> {
        let found = pointer::find(body, &self.pointers())?;
        let (failed, request_id) = self.judge(&found);
        Ok(Opened {
            value: found[0],
            failed,
            request_id,
        })
    }

    /// The value in the envelope `body`, read in passing, and the id of the request; `None` where that cannot be, or the
    /// answer is no success: [`open`](Self::open) tells why.
    pub(crate) fn read<T: DeserializeOwned>(&self, body: &[u8]) -> Option<(T, Option<String>)> {
        let text = std::str::from_utf8(body).ok()?;
        let read = object::within(body, || pointer::find_and_read(text, &self.pointers()));
        let (value, found) = read.ok()?;
        let (None, request_id) = self.judge(&found) else {
            return None;
        };
        let value = match value {
            Some(value) => value,
            None => object::from_slice(found[0]?.get().as_bytes()).ok()?,
        };
        Some((value, request_id))
    }

    fn pointers(&self) -> Vec<&'static str> {
        let checks = self.success.iter().map(|check| check.at);
        let ids = self.places.request_id.iter().copied();
        std::iter::once(self.value)
            .chain(checks)
            .chain(ids)
            .collect()
    }

    fn judge(&self, found: &[Option<&RawValue>]) -> (Option<&'static Check>, Option<String>) {
        let (checked, ids) = found[1..].split_at(self.success.len());
        let failed = self.success.iter().zip(checked);
        let failed = failed.filter(|(check, found)| !check.holds(found.map(read)));
        let failed = failed.map(|(check, _)| check).next();
        (failed, ids.iter().find_map(|id| text_of(&read((*id)?))))
    }
}

/// It was walked through before, so it is JSON.
fn read(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

impl Check {
    fn holds(&self, found: Option<Value>) -> bool {
        match found {
            None | Some(Value::Null) => self.optional,
            Some(found) => self.is.iter().any(|expected| expected.equals(&found)),
        }
    }
}

impl Check {
    /// That it does not hold for `body`, with the value found there where that is short enough to be a status.
    pub(crate) fn told(&self, body: Option<&Value>) -> String {
        const LONGEST: usize = 32;
        let at = self.at;
        let found = match body.and_then(|body| body.pointer(at)) {
            None => return format!("`{at}`, which tells success, is absent"),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Object(_) | Value::Array(_)) => String::new(),
            Some(other) => other.to_string(),
        };
        if found.is_empty() || found.len() > LONGEST {
            return format!("`{at}` does not say success");
        }
        format!("`{at}` is `{found}`, which is no success")
    }
}

impl Expected {
    fn equals(&self, found: &Value) -> bool {
        match self {
            Self::Bool(expected) => found.as_bool() == Some(*expected),
            Self::Integer(expected) => found.as_i64() == Some(*expected),
            Self::String(expected) => found.as_str() == Some(expected),
        }
    }
}

fn first_text(body: &Value, places: &[&str]) -> Option<String> {
    places
        .iter()
        .find_map(|place| text_of(body.pointer(place)?))
}

fn text_of(found: &Value) -> Option<String> {
    match found {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        // Some services send the messages of several faults at once.
        Value::Array(texts) => {
            let texts: Vec<_> = texts.iter().filter_map(Value::as_str).collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ENVELOPE: Envelope = Envelope {
        value: "/Result",
        success: &[
            Check {
                at: "/Success",
                is: &[Expected::Bool(true)],
                optional: false,
                places: None,
            },
            Check {
                at: "/Result/status",
                is: &[Expected::String("200")],
                optional: true,
                places: None,
            },
        ],
        places: &Places {
            code: &["/Error/code"],
            message: &["/Error/message", "/message"],
            details: &[],
            request_id: &[],
        },
    };

    fn failed(body: &Value) -> Option<&'static str> {
        let body = body.to_string();
        let opened = ENVELOPE.open(body.as_bytes()).expect("JSON");
        opened.failed.map(|check| check.at)
    }

    #[test]
    fn every_check_has_to_hold() {
        let body = |success, status| json!({"Success": success, "Result": {"status": status}});
        assert_eq!(failed(&body(true, "200")), None);
        assert_eq!(failed(&body(true, "500")), Some("/Result/status"));
        assert_eq!(failed(&body(false, "200")), Some("/Success"));
    }

    #[test]
    fn only_an_optional_place_may_be_absent() {
        assert_eq!(failed(&json!({"Success": true, "Result": {}})), None);
        assert_eq!(
            failed(&json!({"Result": {"status": "200"}})),
            Some("/Success")
        );
        assert_eq!(failed(&json!({"Success": null})), Some("/Success"));
    }

    #[test]
    fn the_first_place_with_a_text_or_number_counts() {
        let body = json!({"Error": {"code": 131077, "message": {}}, "message": ["a", "b"]});
        assert_eq!(ENVELOPE.places.code(&body).as_deref(), Some("131077"));
        assert_eq!(ENVELOPE.places.message(&body).as_deref(), Some("a; b"));
        assert_eq!(ENVELOPE.places.request_id(&body), None);
    }
}
