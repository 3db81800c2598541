//! Settings read from environment variables, with all that is wrong with them told at once.

use std::{ffi::OsString, fmt};

use bindery_runtime::BaseUrl;

/// Where the value of a variable is looked up: the process's environment, or whatever else a caller has.
pub type Lookup<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

/// The process's own environment.
pub(crate) fn process(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The variables of one provider while they are read.
pub(crate) struct Variables<'a> {
    provider: &'static str,
    lookup: &'a Lookup<'a>,
    faults: Vec<String>,
}

impl<'a> Variables<'a> {
    pub(crate) fn new(provider: &'static str, lookup: &'a Lookup<'a>) -> Self {
        Self {
            provider,
            lookup,
            faults: Vec::new(),
        }
    }

    /// The value; `None` where it is unset or empty.
    pub(crate) fn optional(&mut self, name: &str) -> Option<String> {
        match (self.lookup)(name)?.into_string() {
            Ok(value) => Some(value).filter(|value| !value.is_empty()),
            Err(_) => {
                self.fault(format!("{name} is not UTF-8"));
                None
            }
        }
    }

    /// The value, which has to be there. `what` says what it is.
    pub(crate) fn required(&mut self, name: &str, what: &str) -> Option<String> {
        let faults = self.faults.len();
        let value = self.optional(name);
        if value.is_none() && self.faults.len() == faults {
            self.fault(format!("{name} is not set: {what}"));
        }
        value
    }

    /// The environment that `PREFIX_ENVIRONMENT` names, one of `names`, or the base URL in `PREFIX_URL`.
    pub(crate) fn environment<E>(
        &mut self,
        prefix: &str,
        names: &[&str],
        named: fn(&str) -> Option<E>,
        custom: fn(BaseUrl) -> E,
    ) -> Option<E> {
        let (environment, url) = (format!("{prefix}_ENVIRONMENT"), format!("{prefix}_URL"));
        if names.is_empty() {
            let given = self.required(&url, "the base URL of the service")?;
            return self
                .base_url(&url, &given, &format!("{prefix}_ALLOW_HTTP"))
                .map(custom);
        }
        let names = names.join(", ");
        match (self.optional(&environment), self.optional(&url)) {
            (Some(_), Some(_)) => self.fault(format!("{environment} and {url} are both set: keep one")),
            (None, None) => self.fault(format!(
                "{environment} is not set, and neither is {url}: set the first to one of {names}, or the second to a \
                 base URL of your own"
            )),
            (None, Some(given)) => return self.base_url(&url, &given, &format!("{prefix}_ALLOW_HTTP")).map(custom),
            (Some(given), None) => match named(&given) {
                Some(environment) => return Some(environment),
                None => self.fault(format!("{environment} is not valid: it has to be one of {names}")),
            },
        }
        None
    }

    /// The base URL `url`, the value of `name`. Plain http is taken for the one origin that is the value of `allow`.
    pub(crate) fn base_url(&mut self, name: &str, url: &str, allow: &str) -> Option<BaseUrl> {
        let allowed = self.optional(allow);
        let base = match BaseUrl::plain_http(url) {
            Ok(base) => base,
            Err(error) => {
                self.fault(format!("{name} is not valid: {error}"));
                return None;
            }
        };
        if BaseUrl::https(url).is_ok() {
            return Some(base);
        }
        let origin = base.origin().ascii_serialization();
        // Compared as text: an origin has one form, and whatever is not in that form allows nothing.
        if allowed.as_deref() == Some(origin.as_str()) {
            return Some(base);
        }
        let found = if allowed.is_some() {
            format!("{allow} allows another origin")
        } else {
            format!("{allow} is not set")
        };
        self.fault(format!(
            "{name} is plain http, which shows the credentials to everyone on the way, and {found}: use https, or set \
             {allow}={origin}"
        ));
        None
    }

    /// Remembers that something is wrong.
    pub(crate) fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    /// How much was wrong so far.
    pub(crate) fn faults(&self) -> usize {
        self.faults.len()
    }

    /// What was read, or everything that is wrong.
    pub(crate) fn finish<T>(self, read: Option<T>) -> Result<T, InvalidVariables> {
        match read {
            Some(read) if self.faults.is_empty() => Ok(read),
            _ => Err(InvalidVariables {
                provider: self.provider,
                faults: self.faults,
            }),
        }
    }
}

/// What is missing or wrong in the environment variables of a provider. Shows no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidVariables {
    provider: &'static str,
    faults: Vec<String>,
}

impl InvalidVariables {
    /// Each thing that is missing or wrong, beginning with the name of its variable.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }
}

impl fmt::Display for InvalidVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: failed to read the environment variables:",
            self.provider
        )?;
        self.faults
            .iter()
            .try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for InvalidVariables {}
