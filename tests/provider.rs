//! Each provider: its spec, the crate made from it, and a way to call every operation with arguments given as JSON.

use std::pin::Pin;

use bindery_runtime::{BaseUrl, Error, Operation, RetryPolicy, Session, SessionBuilder, Target};
use schemars::Schema;
use serde_json::Value;
use xtask::api::Api;

use crate::{Arguments, alibaba_baas, credential::Fixed, hive, specs, stub::Stub, upvest};

/// The call in progress, writing back what it answered.
pub type Calling<'a> = Pin<Box<dyn Future<Output = Result<String, Error>> + 'a>>;

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
    call: for<'a> fn(Session, &'a str, &'a Arguments) -> Calling<'a>,
    through: fn(&str, &str) -> Option<Result<String, serde_json::Error>>,
}

/// Every provider, by name.
pub const ALL: [Provider; 3] = [ALIBABA_BAAS, HIVE, UPVEST];

/// Alibaba Cloud BaaS.
pub const ALIBABA_BAAS: Provider = Provider {
    name: "alibaba-baas",
    operations: bindery_alibaba_baas::operations::ALL,
    schemas: alibaba_baas::schemas,
    answers: alibaba_baas::ANSWERS,
    call: |session, operation, arguments| {
        Box::pin(async move {
            let client = bindery_alibaba_baas::Client::new(session);
            alibaba_baas::call(&client, operation, arguments).await
        })
    },
    through: alibaba_baas::through,
};

/// Com2uS Hive.
pub const HIVE: Provider = Provider {
    name: "hive",
    operations: bindery_hive::operations::ALL,
    schemas: hive::schemas,
    answers: hive::ANSWERS,
    call: |session, operation, arguments| {
        Box::pin(async move {
            let client = bindery_hive::Client::new(session);
            hive::call(&client, operation, arguments).await
        })
    },
    through: hive::through,
};

/// Upvest.
pub const UPVEST: Provider = Provider {
    name: "upvest",
    operations: bindery_upvest::operations::ALL,
    schemas: upvest::schemas,
    answers: upvest::ANSWERS,
    call: |session, operation, arguments| {
        Box::pin(async move {
            let client = bindery_upvest::Client::new(session);
            upvest::call(&client, operation, arguments).await
        })
    },
    through: upvest::through,
};

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
