//! A provider that a test puts words into the mouth of.

use std::{marker::PhantomData, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

use super::{
    Mocked, MockedList, Once, Paging, Request, credential::Everything, route::Route,
    script::Script, server,
};
use crate::{BaseUrl, Operation, RetryPolicy, Session, SessionBuilder, Target};

/// A provider in process. Dropped, it hangs up and is gone.
#[derive(Debug)]
pub struct Service {
    provider: &'static str,
    base: BaseUrl,
    script: Arc<Script>,
    serving: JoinHandle<()>,
}

impl Service {
    /// Listens on a free port of the loopback interface, and serves `operations` below the path that the first host of the
    /// real service has.
    ///
    /// # Panics
    ///
    /// When there is no free port, no runtime of tokio, or no operation.
    pub async fn start(operations: &'static [&'static Operation]) -> Self {
        let listening = listen().await;
        let (listener, address) =
            listening.unwrap_or_else(|error| panic!("failed to start a mock: {error}"));
        let [first, ..] = operations else {
            panic!("failed to start a mock: there is no operation");
        };
        let path = root(operations);
        let base = BaseUrl::plain_http(&format!("http://{address}{path}"))
            .unwrap_or_else(|error| panic!("failed to start a mock: {error}"));
        let routes = operations
            .iter()
            .map(|operation| Route::new(operation, operation.server.path.unwrap_or(&path)));
        let script = Arc::new(Script::new(first.provider, routes.collect()));
        let serving = tokio::spawn(server::serve(listener, Arc::clone(&script)));
        Self {
            provider: first.provider,
            base,
            script,
            serving,
        }
    }

    /// Where it listens. Plain `http`, which nobody else can listen to on the loopback interface.
    pub fn base_url(&self) -> &BaseUrl {
        &self.base
    }

    /// Where the calls of a session go that are to come here.
    pub fn target(&self) -> Target {
        Target::custom(self.provider, self.base.clone())
    }

    /// The start of a session whose calls come here: it has a credential for every call, tries again as often as any
    /// session does, and waits no time between the attempts where the service names none.
    pub fn session(&self) -> SessionBuilder {
        Session::builder(self.target())
            .credential(Everything)
            .retry(RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO))
            .no_proxy()
    }

    /// [`session`](Self::session), made.
    ///
    /// # Panics
    ///
    /// When TLS cannot be set up, which a session always does.
    pub fn open(&self) -> Session {
        let session = self.session().build();
        session.unwrap_or_else(|error| panic!("failed to call a mock: {error}"))
    }

    /// What `operation` takes, answers and was called with.
    pub fn once<B, A>(&self, operation: &'static Operation) -> Mocked<B, A> {
        self.mocked(operation, Once)
    }

    /// As [`once`](Self::once), for a list that comes in pages.
    pub fn list<B, A, I>(
        &self,
        operation: &'static Operation,
        paging: Paging,
    ) -> MockedList<B, A, I> {
        let list = super::List {
            paging,
            item: PhantomData,
        };
        self.mocked(operation, list)
    }

    /// As [`once`](Self::once), for a web socket.
    #[cfg(feature = "websocket")]
    pub fn socket<M>(&self, operation: &'static Operation) -> super::MockedSocket<M> {
        self.mocked(operation, super::Socket)
    }

    /// As [`once`](Self::once), for server-sent events whose data is JSON.
    #[cfg(feature = "streams")]
    pub fn events<B, M: serde::Serialize>(
        &self,
        operation: &'static Operation,
    ) -> super::MockedEvents<B, M> {
        self.mocked(operation, super::EventStream::of_json())
    }

    /// As [`once`](Self::once), for server-sent events whose data is a text.
    #[cfg(feature = "streams")]
    pub fn text_events<B>(&self, operation: &'static Operation) -> super::MockedEvents<B, String> {
        self.mocked(operation, super::EventStream::of_texts())
    }

    /// As [`once`](Self::once), for JSON values that come one behind another.
    #[cfg(feature = "streams")]
    pub fn records<B, M>(&self, operation: &'static Operation) -> super::MockedRecords<B, M> {
        self.mocked(operation, super::RecordStream)
    }

    fn mocked<B, A, K>(&self, operation: &'static Operation, kind: K) -> Mocked<B, A, K> {
        Mocked::new(Arc::clone(&self.script), operation, kind)
    }

    /// Everything that came, in the order in which it came, also what is no operation.
    pub fn requests(&self) -> Vec<Request> {
        self.script.requests()
    }

    /// Checks that what was said is what was asked for.
    ///
    /// # Panics
    ///
    /// When an answer was not asked for, or a call came that there was no answer to. Answers that stand for any number of
    /// calls may go without one.
    #[track_caller]
    pub fn assert_all_used(&self) {
        let left = self.script.left();
        assert!(
            left.is_empty(),
            "the calls are not what the mock was told of:\n{}",
            left.join("\n")
        );
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn listen() -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// The path of the provider's first host, without a slash at its end.
fn root(operations: &[&Operation]) -> String {
    let mut hosts = operations.iter().map(|operation| operation.server);
    let first = hosts.find(|server| server.path.is_none());
    let url = first.and_then(|server| server.urls.first());
    let url = url.and_then(|(_, url)| Url::parse(url).ok());
    url.map_or_else(String::new, |url| {
        url.path().trim_end_matches('/').to_owned()
    })
}
