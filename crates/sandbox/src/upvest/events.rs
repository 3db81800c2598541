//! What happens, and who wants to hear of it.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

/// The source of everything that is not seen on a network.
pub(super) const UPVEST: &str = "upvest";

/// Something that happened, called `<noun>.<verb>`.
#[derive(Debug)]
pub(super) struct Event {
    source: &'static str,
    noun: &'static str,
    verb: &'static str,
    protocol: Option<&'static str>,
    addresses: Vec<String>,
    data: Box<RawValue>,
}

impl Event {
    /// Something of the service's own.
    pub(super) fn own(noun: &'static str, verb: &'static str, data: &impl Serialize) -> Self {
        Self {
            source: UPVEST,
            noun,
            verb,
            protocol: None,
            addresses: Vec::new(),
            data: to_raw_value(data).expect("what is told of events is JSON"),
        }
    }

    /// Something seen on a network, of a protocol, that concerns these addresses.
    pub(super) fn seen(
        source: &'static str,
        protocol: &'static str,
        (noun, verb): (&'static str, &'static str),
        addresses: Vec<String>,
        data: &impl Serialize,
    ) -> Self {
        Self {
            source,
            protocol: Some(protocol),
            addresses,
            ..Self::own(noun, verb, data)
        }
    }

    /// The body of the callback of that webhook.
    pub(super) fn body(&self, webhook: Uuid) -> String {
        let callback = Callback {
            action: format!("{}.{}", self.noun, self.verb),
            webhook_id: webhook,
            data: &self.data,
        };
        serde_json::to_string(&callback).expect("a callback is JSON")
    }
}

/// Written straight to text, for a `Value` could not hold the integers of a transfer.
#[derive(Serialize)]
struct Callback<'a> {
    action: String,
    webhook_id: Uuid,
    data: &'a RawValue,
}

/// Which events a webhook wants.
#[derive(Debug)]
pub(super) enum Filter {
    /// `<source>.<noun>.<verb>`, each of them or `*`.
    Name {
        source: String,
        noun: String,
        verb: String,
    },
    /// The long form.
    Object(ObjectFilter),
}

/// The long form of a filter, in which all that is left out or `null` matches everything.
///
/// `limit_to_application` changes nothing in a sandbox with one application, and `max_confirmations`
/// nothing where a transfer is told of once, at its first.
#[derive(Debug, serde::Deserialize)]
pub(super) struct ObjectFilter {
    protocol_name: Option<String>,
    event_noun: Option<String>,
    event_verb: Option<String>,
    wallet_address: Option<String>,
}

impl Filter {
    /// Reads a filter, unless it has neither form.
    pub(super) fn read(filter: &Value) -> Option<Self> {
        if filter.is_object() {
            return serde_json::from_value(filter.clone())
                .ok()
                .map(Self::Object);
        }
        let mut parts = filter.as_str()?.split('.').map(str::to_owned);
        let (source, noun, verb) = (parts.next()?, parts.next()?, parts.next()?);
        let parts_are_named = [&source, &noun, &verb].iter().all(|part| !part.is_empty());
        (parts_are_named && parts.next().is_none()).then_some(Self::Name { source, noun, verb })
    }

    /// Whether the event is wanted.
    pub(super) fn matches(&self, event: &Event) -> bool {
        let wanted = |pattern: &str, name: &str| pattern == "*" || pattern == name;
        match self {
            Self::Name { source, noun, verb } => {
                wanted(source, event.source) && wanted(noun, event.noun) && wanted(verb, event.verb)
            }
            Self::Object(filter) => {
                let any = |pattern: &Option<String>, names: &[&str]| {
                    let wants = |pattern: &String| names.iter().any(|name| wanted(pattern, name));
                    pattern.as_ref().is_none_or(wants)
                };
                let address_wanted = filter.wallet_address.as_ref().is_none_or(|wanted| {
                    event
                        .addresses
                        .iter()
                        .any(|address| address.eq_ignore_ascii_case(wanted))
                });
                any(
                    &filter.protocol_name,
                    &[event.source, event.protocol.unwrap_or(event.source)],
                ) && any(&filter.event_noun, &[event.noun])
                    && any(&filter.event_verb, &[event.verb])
                    && address_wanted
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn transfer() -> Event {
        Event::seen(
            "ropsten",
            "ethereum_ropsten",
            ("transfer", "observed"),
            vec!["0xAb".to_owned()],
            &json!({}),
        )
    }

    fn matches(filter: Value) -> bool {
        Filter::read(&filter)
            .expect("it is a filter")
            .matches(&transfer())
    }

    #[test]
    fn a_name_matches_part_by_part() {
        assert!(matches(json!("ropsten.transfer.observed")));
        assert!(matches(json!("ropsten.transfer.*")));
        assert!(matches(json!("*.*.*")));
        assert!(!matches(json!("ethereum.transfer.observed")));
        assert!(!matches(json!("ropsten.block.*")));
        assert!(!matches(json!("upvest.transfer.observed")));
    }

    #[test]
    fn an_object_matches_by_all_it_names() {
        let filter = |name: &str, address: Value| {
            json!({"protocol_name": name, "event_noun": "transfer", "event_verb": "*",
                   "limit_to_application": true, "wallet_address": address, "max_confirmations": 12})
        };
        assert!(matches(filter("ropsten", Value::Null)));
        assert!(matches(filter("ethereum_ropsten", json!("0xab"))));
        assert!(!matches(filter("ropsten", json!("0xcd"))));
        assert!(!matches(filter("upvest", Value::Null)));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for filter in [
            json!("upvest"),
            json!("a.b.c.d"),
            json!("a..c"),
            json!(1),
            json!(null),
        ] {
            assert!(Filter::read(&filter).is_none(), "{filter}");
        }
    }
}
