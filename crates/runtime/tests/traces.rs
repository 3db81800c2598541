//! What a call leaves behind in traces, logs and errors: its name and its fate, and nothing secret.

use std::{
    error::Error as StdError,
    fmt::{Debug, Write as _},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bindery_runtime::{BaseUrl, CallOptions, Error, Secret, Session, Target};
use http::Method;
use serde::Serialize;
use serde_json::Value;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

#[expect(
    dead_code,
    reason = "shared with the other tests, which use more of it"
)]
#[path = "it/api.rs"]
mod api;
#[expect(
    dead_code,
    reason = "shared with the other tests, which use more of it"
)]
#[path = "it/stub.rs"]
mod stub;

#[cfg(feature = "rustls")]
#[expect(
    dead_code,
    reason = "shared with the other tests, which use more of it"
)]
#[path = "it/tls.rs"]
mod tls;

use api::{IDEMPOTENT, IN_QUERY, NEVER, SAFE, UNKNOWN, WITH_KEY, at_once, call, send};
use stub::{Reply, Stub};

/// Everything that anyone wrote down, at every level, through `tracing` or `log`.
static WRITTEN: Mutex<String> = Mutex::new(String::new());

fn write(line: &str) {
    let mut written = WRITTEN.lock().expect("no panic under the lock");
    written.push_str(line);
    written.push('\n');
}

struct Scribe(AtomicU64);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Scribe {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        let mut fields = Fields(format!("{id} {}", span.metadata().name()));
        span.record(&mut fields);
        write(&fields.0);
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut fields = Fields(format!("{}", span.into_u64()));
        values.record(&mut fields);
        write(&fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().target().to_owned());
        event.record(&mut fields);
        write(&fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Scribe {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        write(&format!("{} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

fn listen() {
    static LOG: Scribe = Scribe(AtomicU64::new(0));
    // The other test may have been first.
    let _ = tracing::subscriber::set_global_default(Scribe(AtomicU64::new(0)));
    let _ = log::set_logger(&LOG);
    log::set_max_level(log::LevelFilter::Trace);
}

/// A token that looks like none of its neighbours in a log.
const TOKEN: &str = "cAnArY0tOkEn.Zq7XpW3vBn";
const PASSWORD: &str = "pAsSwOrD-cAnArY-9kLm2";

#[derive(Debug)]
struct Canary;

impl bindery_runtime::Credential for Canary {
    fn serves(&self, _: &bindery_runtime::Requirement) -> bool {
        true
    }

    fn describe(&self) -> String {
        "a canary".to_owned()
    }

    fn authorize<'a>(
        &'a self,
        requirement: &'a bindery_runtime::Requirement,
        request: &'a mut reqwest::Request,
    ) -> bindery_runtime::Authorizing<'a> {
        use bindery_runtime::Placement;
        let (name, text) = match requirement.scheme.placement {
            Placement::Query(name) => {
                request.url_mut().query_pairs_mut().append_pair(name, TOKEN);
                return bindery_runtime::Authorizing::Done(Ok(bindery_runtime::Generation(1)));
            }
            Placement::Header(name) => (name, TOKEN.to_owned()),
            _ => ("authorization", format!("Bearer {TOKEN}")),
        };
        let name = http::HeaderName::from_bytes(name.as_bytes()).expect("a name");
        let mut value = http::HeaderValue::try_from(text).expect("ASCII");
        value.set_sensitive(true);
        request.headers_mut().insert(name, value);
        bindery_runtime::Authorizing::Done(Ok(bindery_runtime::Generation(1)))
    }

    fn rejected<'a>(
        &'a self,
        _: bindery_runtime::Generation,
    ) -> std::pin::Pin<
        Box<dyn Future<Output = Result<bool, bindery_runtime::CredentialError>> + Send + 'a>,
    > {
        Box::pin(async { Ok(true) })
    }
}

fn session(url: &str) -> Session {
    let base = BaseUrl::plain_http(url).expect("a URL");
    Session::builder(Target::custom("test", base))
        .credential(Canary)
        .retry(at_once())
        .build()
        .expect("a session")
}

/// All that can be printed of an error and its causes.
fn printed(error: &Error) -> String {
    let mut text = format!(
        "{error} {error:#} {error:?} {error:#?} {:?} {:?} {:?}",
        error.code(),
        error.message(),
        error.request_id()
    );
    let mut cause = error.source();
    while let Some(next) = cause {
        let _ = write!(text, " {next} {next:#} {next:?} {next:#?}");
        cause = next.source();
    }
    text
}

/// Eight characters of a secret in a row are too many.
fn assert_clean(text: &str) {
    // The last is `user:PASSWORD` as a proxy is shown it.
    for secret in [TOKEN, PASSWORD, "dXNlcjpwQXNTd09yRC1jQW5BclktOWtMbTI"] {
        for piece in secret.as_bytes().windows(8) {
            let piece = std::str::from_utf8(piece).expect("ASCII");
            if let Some(at) = text.find(piece) {
                let line = text[..at].rfind('\n').map_or(0, |start| start + 1);
                let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
                panic!("`{piece}` stands in: {}", &text[line..end]);
            }
        }
    }
}

#[derive(Serialize)]
struct Body {
    password: Secret,
}

#[tokio::test]
async fn i16_no_secret_gets_into_a_trace_a_log_or_an_error() {
    listen();
    let body = || Body {
        password: PASSWORD.into(),
    };
    let echo = format!(
        r#"{{"code":"{TOKEN}","message":"bad {TOKEN}, or {}… with {PASSWORD}","request_id":"{PASSWORD}"}}"#,
        &TOKEN[3..14]
    );
    let encoded = format!("location: http://127.0.0.1/?access_token={TOKEN}\r\n");
    let cut = format!("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{{\"token\":\"{TOKEN}");
    let text = format!("no: {TOKEN} {PASSWORD}");
    let plain = format!(
        "HTTP/1.1 400 No\r\ncontent-type: text/plain\r\nx-request-id: {TOKEN}\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    );
    let replies = [
        Reply::new(200, "", &format!("\"{TOKEN}\"")),
        Reply::new(200, "", &format!("{{\"password\":\"{PASSWORD}\"")),
        Reply::new(200, &format!("content-type: {TOKEN}\r\n"), TOKEN),
        Reply::new(400, "", &echo),
        Reply::new(401, "", &echo),
        Reply::new(503, "", &echo),
        Reply::new(302, &encoded, &echo),
        Reply::Last(cut.into_bytes()),
        Reply::Last(plain.into_bytes()),
        Reply::Last(format!("{TOKEN} {PASSWORD}\r\n\r\n").into_bytes()),
        Reply::nothing(),
    ];
    let stub = Stub::script([]).await;
    let mut failures = 0;
    // The second address is nobody's.
    for url in [stub.url.as_str(), "http://127.0.0.1:1/"] {
        let session = session(url);
        assert_clean(&format!("{session:?} {session:#?}"));
        for reply in &replies {
            for operation in [&SAFE, &UNKNOWN, &NEVER, &IN_QUERY, &WITH_KEY] {
                stub.play([reply.clone()]);
                let options = CallOptions::new()
                    .header("x-extra", PASSWORD)
                    .query("p", PASSWORD);
                let sent = call(&session, operation).json(&body()).query("q", PASSWORD);
                let sent = sent.with_options(options.max_retries(1));
                assert_clean(&format!("{sent:?} {sent:#?}"));
                if let Err(error) = sent.send::<u8>().await {
                    failures += 1;
                    assert_clean(&printed(&error));
                }
            }
            stub.play([reply.clone()]);
            let sent = session.request(&SAFE, Method::POST, format!("/{TOKEN}"));
            let sent = sent.form(&body()).query("q", PASSWORD);
            assert_clean(&format!("{sent:?} {sent:#?}"));
            if let Err(error) = sent.send::<u8>().await {
                assert_clean(&printed(&error));
            }
        }
    }
    #[cfg(feature = "websocket")]
    static SOCKET: bindery_runtime::Socket = bindery_runtime::Socket {
        select: None,
        replay: None,
    };
    #[cfg(feature = "websocket")]
    for operation in [&IN_QUERY, &SAFE] {
        // The token stands in the URL of the first.
        for reply in replies.iter().chain([&Reply::new(
            101,
            "upgrade: websocket\r\nconnection: upgrade\r\n",
            "",
        )]) {
            stub.play([reply.clone()]);
            let opening = call(&session(&stub.url), operation).json(&body());
            let opening = opening.query("q", PASSWORD);
            let error = opening
                .subscribe::<Value>(&SOCKET, |_| None)
                .await
                .expect_err("no web socket");
            assert_clean(&printed(&error));
        }
    }
    // A password of a proxy, and what goes over TLS.
    let proxied = stub
        .url
        .replace("http://", &format!("http://user:{PASSWORD}@"));
    let base = BaseUrl::plain_http("http://api.example/").expect("a URL");
    let proxied = Session::builder(Target::custom("test", base)).proxy(proxied);
    assert_clean(&format!("{proxied:?} {proxied:#?}"));
    let proxied = proxied.credential(Canary).build().expect("a session");
    stub.play([Reply::new(400, "", &echo)]);
    let error = call(&proxied, &IN_QUERY).json(&body());
    let error = error.send::<Value>().await;
    assert_clean(&printed(&error.expect_err("a refusal")));
    assert_eq!(stub.received()[0].all("proxy-authorization").len(), 1);
    #[cfg(feature = "rustls")]
    {
        use tls::{TlsStub, Turn};
        let stub = TlsStub::start([Turn::Answer(400), Turn::HangUp, Turn::GoAway]).await;
        let base = BaseUrl::https(&stub.url).expect("a URL");
        let session = Session::builder(Target::custom("test", base))
            .root_certificate(stub.authority.as_str())
            .no_proxy()
            .credential(Canary)
            .build()
            .expect("a session");
        for operation in [&SAFE, &IN_QUERY, &WITH_KEY, &UNKNOWN] {
            let sent = call(&session, operation).json(&body()).query("q", PASSWORD);
            if let Err(error) = sent.send::<Value>().await {
                assert_clean(&printed(&error));
            }
        }
        let written = WRITTEN.lock().expect("no panic under the lock").clone();
        assert!(written.contains("h2"), "HTTP/2 wrote something");
    }
    stub.play([Reply::Silence]);
    let options = CallOptions::new().deadline(Duration::from_millis(20));
    let sent = call(&session(&stub.url), &IN_QUERY).with_options(options);
    let error = sent.send::<Value>().await.expect_err("a silent service");
    assert_clean(&printed(&error));
    assert!(failures > 80, "only {failures} calls failed");
    let written = WRITTEN.lock().expect("no panic under the lock").clone();
    assert!(written.contains("bindery.call"), "something was written");
    assert_clean(&written);
}

#[tokio::test]
async fn each_call_is_one_span_that_says_what_came_of_it() {
    listen();
    let stub = Stub::script([Reply::status(503), Reply::ok(), Reply::status(404)]).await;
    let session = session(&stub.url);
    // A test beside this one writes, too: these calls have a name of their own.
    send(&session, &IDEMPOTENT).await.expect("a success");
    send(&session, &IDEMPOTENT).await.expect_err("not found");
    let written = WRITTEN.lock().expect("no panic under the lock").clone();
    let spans: Vec<(&str, &str)> = written
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, said)| said.contains("operation=\"idempotent\""))
        .collect();
    let said = r#"bindery.call provider="test" operation="idempotent" method="PUT""#;
    assert_eq!(
        spans.iter().map(|(_, said)| *said).collect::<Vec<_>>(),
        [said, said]
    );
    let outcome = |id: &str| {
        let lines = written.lines().filter_map(|line| line.split_once(' '));
        lines
            .filter(|(other, said)| *other == id && !said.starts_with("bindery"))
            .map(|(_, said)| said.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(outcome(spans[0].0), ["attempts=2", "status=200"]);
    assert_eq!(
        outcome(spans[1].0),
        ["failure=Refused", "attempts=1", "status=404"]
    );
}
