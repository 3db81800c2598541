//! What a call whose outcome is unknown had carried.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{
    Operation,
    draft::Draft,
    lookup::{Place, Told},
};

/// What a call carried, without its secrets.
///
/// `Debug` shows the operation and the names of the parameters, no values.
pub struct Sent {
    operation: &'static Operation,
    parameters: Vec<(Place, String, String)>,
    body: Option<Value>,
}

impl Sent {
    pub(crate) fn of(operation: &'static Operation, draft: &Draft) -> Self {
        let mut parameters = in_path(operation.path, draft.told_path());
        for (name, value) in draft.told_query() {
            parameters.push((Place::Query, name.to_owned(), value.into_owned()));
        }
        for (name, value) in draft.told_headers() {
            if let Ok(value) = value.to_str() {
                let name = name.as_str().to_owned();
                parameters.push((Place::Header, name, value.to_owned()));
            }
        }
        Self {
            operation,
            parameters,
            body: draft.told_body(),
        }
    }

    /// The `operationId` of the call.
    pub fn operation(&self) -> &'static str {
        self.operation.id
    }

    /// The parameter of this name, in the path, the query or a header.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let places = [Place::Path, Place::Query, Place::Header];
        places.into_iter().find_map(|place| self.at(place, name))
    }

    /// The body, where it was JSON, with `null` in the place of secrets.
    pub fn body(&self) -> Option<&Value> {
        self.body.as_ref()
    }

    fn at(&self, place: Place, name: &str) -> Option<&str> {
        let is_it = |other: &str| match place {
            Place::Header => name.eq_ignore_ascii_case(other),
            Place::Path | Place::Query => name == other,
        };
        self.parameters
            .iter()
            .find(|(at, other, _)| *at == place && is_it(other))
            .map(|(_, _, value)| value.as_str())
    }

    /// What is told; `None` where nothing like it was sent.
    pub(crate) fn value(&self, told: &Told, candidate: &Value) -> Option<Value> {
        let value = match told {
            Told::Request(place, name) => Value::String(self.at(*place, name)?.to_owned()),
            Told::Body(pointer) => self.body.as_ref()?.pointer(pointer)?.clone(),
            Told::Candidate(pointer) => candidate.pointer(pointer)?.clone(),
            Told::Text(text) => Value::String((*text).to_owned()),
        };
        (!value.is_null()).then_some(value)
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters.iter().map(|(_, name, _)| name).collect();
        f.debug_struct("Sent")
            .field("operation", &self.operation.id)
            .field("parameters", &names)
            .finish_non_exhaustive()
    }
}

/// The parameters of a path, which was made of `template`: a value is encoded, so that it has no slash of its own.
fn in_path(template: &str, path: &str) -> Vec<(Place, String, String)> {
    let mut parameters = Vec::new();
    for (name, value) in template.split('/').zip(path.split('/')) {
        let name = name
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        if let Some(name) = name {
            let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
            parameters.push((Place::Path, name.to_owned(), value));
        }
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_path_come_back_as_they_were_given() {
        let parameters = in_path(
            "/networks/{network}/x/{id}",
            "/networks/a%2Fb%20%C3%A9/x/%7Bid%7D",
        );
        let values: Vec<_> = parameters
            .iter()
            .map(|(_, _, value)| value.as_str())
            .collect();
        assert_eq!(values, ["a/b é", "{id}"]);
    }

    #[test]
    fn the_values_of_a_query_come_back_as_they_were_given() {
        let mut draft = Draft::new("/events");
        draft.query("kinds", ["a,b *"]);
        let told: Vec<_> = draft.told_query().collect();
        assert_eq!(told, [("kinds", "a,b *".into())]);
        assert_eq!(draft.get_query("kinds").as_deref(), Some("a,b *"));
    }
}
