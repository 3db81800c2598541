//! Each provider: its spec, the crate made from it, and a way to call every operation with arguments given as JSON.

use std::pin::Pin;

use bindery_runtime::{BaseUrl, Error, Operation, RetryPolicy, Session, SessionBuilder, Target};
use schemars::Schema;
use serde_json::Value;
use xtask::api::Api;

use crate::{Arguments, credential::Fixed, exercise, specs, stub::Stub};

/// The call in progress, writing back what it answered.
pub type Calling<'a> = Pin<Box<dyn Future<Output = Result<String, Error>> + 'a>>;

/// A service in process that is being started.
pub type Starting = Pin<Box<dyn Future<Output = Box<dyn Mocked>>>>;

/// One provider.
#[derive(Clone, Copy, Debug)]
pub struct Provider {
    /// The name of its spec, and of the folder of its crate.
    pub name: &'static str,
    /// The generated table of operations.
    pub operations: &'static [&'static Operation],
    /// The JSON Schema of every generated type, by the name of the spec's schema.
    pub schemas: fn() -> Vec<(&'static str, Schema)>,
    /// The spec's schema of each call's whole answer.
    pub answers: &'static [(&'static str, &'static str)],
    pub(crate) call: for<'a> fn(Session, &'a str, &'a Arguments) -> Calling<'a>,
    pub(crate) through: fn(&str, &str) -> Option<Result<String, serde_json::Error>>,
    pub(crate) mock: fn() -> Starting,
}

/// Every provider, and those whose specs keep to the profile.
pub use crate::exercise::{ALL, IN_PROFILE};

/// Alibaba Cloud BaaS.
pub const ALIBABA_BAAS: Provider = exercise::alibaba_baas::PROVIDER;

/// Com2uS Hive.
pub const HIVE: Provider = exercise::hive::PROVIDER;

/// Upvest.
pub const UPVEST: Provider = exercise::upvest::PROVIDER;

/// Those that come with Bindery, for tests that know what is in their specs.
pub const OURS: [Provider; 3] = [ALIBABA_BAAS, HIVE, UPVEST];

/// A service in process that a test tells what to answer, whichever provider's it is.
pub trait Mocked {
    /// A session with it that has a credential for every call.
    fn session(&self) -> Session;

    /// Has it answer a call of `operation` with what `text` is, or with nothing where the call answers nothing.
    fn answer(&self, operation: &str, text: &str);

    /// The bodies that `operation` was called with, written back.
    fn received(&self, operation: &str) -> Vec<String>;

    /// Says that all it was told has been answered, and nothing else was asked.
    ///
    /// # Panics
    ///
    /// When that is not so.
    fn assert_all_used(&self);
}

impl Provider {
    /// What the spec says.
    pub fn api(&self) -> Api {
        specs::api(self.name)
    }

    /// Sends the call `operation`, and writes back what it answered.
    ///
    /// # Errors
    ///
    /// Those of the call.
    ///
    /// # Panics
    ///
    /// When no JSON is written.
    pub async fn call(
        &self,
        session: &Session,
        operation: &str,
        arguments: &Arguments,
    ) -> Result<Value, Error> {
        let text = self.call_for_text(session, operation, arguments).await?;
        Ok(serde_json::from_str(&text).expect("JSON"))
    }

    /// Sends the call `operation`, and writes back the text of what it answered.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn call_for_text(
        &self,
        session: &Session,
        operation: &str,
        arguments: &Arguments,
    ) -> Result<String, Error> {
        (self.call)(session.clone(), operation, arguments).await
    }

    /// Reads `value` as the type of the schema `name` and writes it back; `None` where the schema is only read through
    /// and has no type.
    pub fn through(&self, name: &str, value: &Value) -> Option<Result<Value, serde_json::Error>> {
        let written = self.text_through(name, &value.to_string())?;
        Some(written.and_then(|text| serde_json::from_str(&text)))
    }

    /// As [`through`](Self::through), but to the byte.
    pub fn text_through(
        &self,
        name: &str,
        text: &str,
    ) -> Option<Result<String, serde_json::Error>> {
        (self.through)(name, text)
    }

    /// Starts the service in process that the crate has for the tests of its callers.
    pub async fn mock(&self) -> Box<dyn Mocked> {
        (self.mock)().await
    }

    /// The start of a session with `stub`, at the path of the real service. Nothing is sent again: each answer of the stub
    /// is one that the test looks at.
    pub fn session(&self, stub: &Stub) -> SessionBuilder {
        let api = self.api();
        let url = &api.servers.first().expect("a spec has a server").url;
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        Session::builder(self.at(&format!("http://{}/{path}", stub.address())))
            .retry(RetryPolicy::never())
    }

    /// A session with `stub` that has a credential for every call.
    ///
    /// # Panics
    ///
    /// When the HTTP client cannot be set up.
    pub fn session_with_everything(&self, stub: &Stub) -> Session {
        let session = self
            .session(stub)
            .credential(Fixed::new("token-of-the-test"));
        session.build().expect("a session")
    }

    /// The provider at a base URL of the test's own.
    ///
    /// # Panics
    ///
    /// When `url` is none.
    pub fn at(&self, url: &str) -> Target {
        Target::custom(self.name, BaseUrl::plain_http(url).expect("a base URL"))
    }
}
