//! The rules: which fault strikes when.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Fault;
use super::fault::RetryAfter;

/// One of the providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Alibaba Cloud BaaS. Its token endpoint is `POST /api/v1/token`.
    AlibabaBaas,
    /// Com2uS Hive. Its token endpoints are `POST /v2/auth-token` and `POST /v2/refresh-token`.
    Hive,
    /// Upvest. Its token endpoint is `POST /1.0/clientele/oauth2/token`.
    Upvest,
}

/// Whether the provider has carried out a request when a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The provider never hears of the request, unless the fault lets it go on.
    Before,
    /// The request is carried out, and its answer falls to the fault.
    After,
}

/// The requests that a rule is about. What is left out is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// The method, in capitals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The whole path, without the query; each `*` stands for any characters, slashes too, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// A fault, and when it strikes. In JSON only `fault` is required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(default)]
    pub(super) when: When,
    #[serde(default)]
    pub(super) skip: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<u64>,
    #[serde(default = "certain")]
    pub(super) probability: f64,
    #[serde(default)]
    pub(super) seed: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) phase: Option<Phase>,
    pub(super) fault: Fault,
}

/// Why a rule is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRule {
    /// The probability is no probability.
    #[error("failed to take the rule: the probability must be 0 to 1, not {0}")]
    Probability(f64),
    /// The method is none.
    #[error("failed to take the rule: the method must be one of HTTP in capitals, not {0:?}")]
    Method(String),
    /// The path can match nothing.
    #[error("failed to take the rule: the path must begin with / or *, not {0:?}")]
    Path(String),
    /// A connection is refused before there is a request.
    #[error("failed to take the rule: refuse knows no method, no path and no phase; use reset")]
    RefusalOfARequest,
    /// An answer cannot be altered before there is one.
    #[error("failed to take the rule: the fault alters the answer, so its phase must be after")]
    NothingToAlter,
    /// The status is not one that can be answered.
    #[error("failed to take the rule: the status must be {expected}, not {status}")]
    Status {
        /// The status.
        status: u16,
        /// What it could be.
        expected: &'static str,
    },
    /// There are two bodies.
    #[error("failed to take the rule: the fault has both json and text; leave one out")]
    TwoBodies,
    /// `Retry-After` cannot be sent.
    #[error("failed to take the rule: retry_after must be visible ASCII or a date until 9999")]
    RetryAfter,
    /// The target of a redirect is no URL.
    #[error("failed to take the rule: to must be an absolute URL: {0}")]
    Target(#[from] url::ParseError),
    /// A JSON Pointer is none.
    #[error("failed to take the rule: a JSON Pointer must begin with /, not be {0:?}")]
    Pointer(String),
}

fn certain() -> f64 {
    1.0
}

impl Rule {
    /// A rule by which every request meets `fault`.
    pub fn new(fault: Fault) -> Self {
        Self {
            when: When::default(),
            skip: 0,
            times: None,
            probability: certain(),
            seed: 0,
            phase: None,
            fault,
        }
    }

    /// Only requests of `provider`.
    pub fn at(mut self, provider: Provider) -> Self {
        self.when.provider = Some(provider);
        self
    }

    /// Only requests with this method, in capitals.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.when.method = Some(method.into());
        self
    }

    /// Only requests of this path, without the query; each `*` stands for any characters, slashes
    /// too, or none.
    pub fn path(mut self, pattern: impl Into<String>) -> Self {
        self.when.path = Some(pattern.into());
        self
    }

    /// Lets the first `count` requests of those pass.
    pub fn skip(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// Strikes that often and then no more. Without it, for ever.
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// Strikes by chance. Whether the n-th of the requests is struck depends on `seed` and n alone,
    /// so that a run can be repeated.
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.probability = probability;
        self.seed = seed;
        self
    }

    /// Strikes before the request is carried out.
    pub fn before(mut self) -> Self {
        self.phase = Some(Phase::Before);
        self
    }

    /// Strikes after the request was carried out: what it wrote is written.
    pub fn after(mut self) -> Self {
        self.phase = Some(Phase::After);
        self
    }

    /// Its fault.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Which requests it is about.
    pub fn when(&self) -> &When {
        &self.when
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.unwrap_or_else(|| self.fault.natural_phase())
    }

    /// Refuses a rule that contradicts itself, so that none fails when it is to strike.
    pub(super) fn check(&self) -> Result<(), InvalidRule> {
        if !(0.0..=1.0).contains(&self.probability) {
            return Err(InvalidRule::Probability(self.probability));
        }
        if let Some(method) = &self.when.method {
            let known = Method::from_bytes(method.as_bytes()).is_ok();
            if !known || method.bytes().any(|byte| byte.is_ascii_lowercase()) {
                return Err(InvalidRule::Method(method.clone()));
            }
        }
        if let Some(path) = &self.when.path
            && !path.starts_with(['/', '*'])
        {
            return Err(InvalidRule::Path(path.clone()));
        }
        if self.fault == Fault::Refuse
            && (self.when.method.is_some() || self.when.path.is_some() || self.phase.is_some())
        {
            return Err(InvalidRule::RefusalOfARequest);
        }
        if self.fault.alters_the_answer() && self.phase() == Phase::Before {
            return Err(InvalidRule::NothingToAlter);
        }
        check_fault(&self.fault)
    }
}

fn check_fault(fault: &Fault) -> Result<(), InvalidRule> {
    match fault {
        Fault::Status {
            status,
            retry_after,
            json,
            text,
        } => {
            if !(200..600).contains(status) {
                return Err(InvalidRule::Status {
                    status: *status,
                    expected: "200 to 599",
                });
            }
            if json.is_some() && text.is_some() {
                return Err(InvalidRule::TwoBodies);
            }
            let unsendable = |retry_after: &RetryAfter| retry_after.header().is_none();
            match retry_after.as_ref().is_some_and(unsendable) {
                true => Err(InvalidRule::RetryAfter),
                false => Ok(()),
            }
        }
        Fault::Redirect { to, status } => {
            Url::parse(to)?;
            match status {
                301 | 302 | 303 | 307 | 308 => Ok(()),
                _ => Err(InvalidRule::Status {
                    status: *status,
                    expected: "301, 302, 303, 307 or 308",
                }),
            }
        }
        Fault::Json { set, remove } => {
            let mut pointers = set.keys().chain(remove);
            pointers.try_for_each(|pointer| check_pointer(pointer))
        }
        Fault::Jwt { token, .. } => check_pointer(token),
        _ => Ok(()),
    }
}

fn check_pointer(pointer: &str) -> Result<(), InvalidRule> {
    match pointer.starts_with('/') {
        true => Ok(()),
        false => Err(InvalidRule::Pointer(pointer.to_owned())),
    }
}

impl When {
    pub(super) fn matches(&self, provider: Provider, method: &Method, path: &str) -> bool {
        let is = |wanted: &Option<String>, test: &dyn Fn(&str) -> bool| match wanted {
            Some(wanted) => test(wanted),
            None => true,
        };
        self.provider.is_none_or(|wanted| wanted == provider)
            && is(&self.method, &|wanted| wanted == method.as_str())
            && is(&self.path, &|wanted| path_matches(wanted, path))
    }
}

/// Whether `path` is what `pattern` describes, in which each `*` stands for any characters.
pub(super) fn path_matches(pattern: &str, path: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == path;
    };
    let Some(mut path) = path.strip_prefix(start) else {
        return false;
    };
    let Some((middle, end)) = rest.rsplit_once('*') else {
        return path.ends_with(rest);
    };
    // The leftmost place for each piece leaves the most room for those behind it.
    for piece in middle.split('*') {
        let Some(at) = path.find(piece) else {
            return false;
        };
        path = &path[at + piece.len()..];
    }
    path.ends_with(end)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_and_everything_else_for_itself() {
        for (pattern, path, expected) in [
            ("/a", "/a", true),
            ("/a", "/a/", false),
            ("/1.0/kms/*", "/1.0/kms/wallets/1/sign", true),
            ("/1.0/kms/*", "/1.0/kms/", true),
            ("/1.0/kms/*", "/1.0/kms", false),
            ("/networks/*/blocks/*", "/networks/channel3/blocks/7", true),
            ("/networks/*/blocks/*", "/networks/channel3/block", false),
            ("*/sign", "/a/b/sign", true),
            ("*/sign", "/a/b/signs", false),
            ("/a*b*b", "/ab", false),
            ("/a*b*b", "/abb", true),
            ("/a*ab*b", "/a1ab2b", true),
            ("*", "/", true),
            ("**", "/", true),
        ] {
            assert_eq!(path_matches(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_rule_that_contradicts_itself_is_refused_with_what_to_do() {
        let status = |status| Rule::new(Fault::status(status));
        let two_bodies = Fault::Status {
            status: 500,
            retry_after: None,
            json: Some(Value::Null),
            text: Some(String::new()),
        };
        let unsendable = RetryAfter::Text("5\r\nx: y".to_owned());
        let far = RetryAfter::Date { date_in: i64::MAX };
        for (rule, expected) in [
            (status(503).probability(1.5, 0), "0 to 1, not 1.5"),
            (status(503).probability(f64::NAN, 0), "0 to 1, not NaN"),
            (status(503).method("post"), "capitals, not \"post\""),
            (status(503).path("kms/*"), "begin with / or *"),
            (status(99), "200 to 599, not 99"),
            (Rule::new(Fault::Refuse).path("/a"), "use reset"),
            (Rule::new(Fault::Refuse).after(), "use reset"),
            (Rule::new(Fault::expires_in(1)).before(), "must be after"),
            (Rule::new(two_bodies), "leave one out"),
            (Rule::new(Fault::too_many_requests(unsendable)), "visible"),
            (Rule::new(Fault::too_many_requests(far)), "9999"),
            (Rule::new(Fault::redirect("/there")), "absolute URL"),
        ] {
            let message = rule.check().expect_err("an invalid rule").to_string();
            assert!(message.starts_with("failed to "), "{message}");
            assert!(message.contains(expected), "{message}");
        }
        let pointer = Fault::Json {
            set: Default::default(),
            remove: vec!["expires_in".to_owned()],
        };
        assert!(Rule::new(pointer).check().is_err());
    }

    #[test]
    fn a_rule_is_the_same_after_a_way_through_json() {
        let rule = Rule::new(Fault::too_many_requests(RetryAfter::Date { date_in: 5 }))
            .at(Provider::AlibabaBaas)
            .method("POST")
            .path("/api/v1/token")
            .skip(1)
            .times(2)
            .probability(0.25, 7)
            .after();
        let text = serde_json::to_string(&rule).expect("JSON");
        assert_eq!(serde_json::from_str::<Rule>(&text).expect("a rule"), rule);
        let shortest: Rule = serde_json::from_str(r#"{"fault":"hang"}"#).expect("a rule");
        assert_eq!(shortest, Rule::new(Fault::Hang));
        let misspelt = r#"{"fault":"hang","time":1}"#;
        assert!(serde_json::from_str::<Rule>(misspelt).is_err());
        let misspelt = r#"{"fault":{"reset":{"bytes":1}}}"#;
        assert!(serde_json::from_str::<Rule>(misspelt).is_err());
    }
}
