//! I25: what is signed is what is sent, at the time at which it is sent. Each test fails on the mutants of
//! `xtask/mutants/i25.toml`.
//!
//! The other end reads bytes off the socket and computes signatures by itself: it shares the hash function with the
//! crate, and nothing else.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use bindery_auth::{
    Clock,
    upvest::{ApiKey, ApiKeySignature},
};
use bindery_runtime::{
    Call, CallOptions, Credential, FilePart, Idempotency, Kind, RetryPolicy, Session, Target,
};
use bindery_upvest::{Environment, operations};
use http::Method;
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A clock whose every look is a second later than the one before.
#[derive(Clone, Debug, Default)]
struct Ticking(Arc<AtomicU64>);

impl Clock for Ticking {
    fn monotonic(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        let seconds = 1_700_000_000 + self.0.fetch_add(1, Ordering::SeqCst);
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }
}

/// One request, as bytes.
#[derive(Clone, Debug)]
struct Attempt(Vec<u8>);

impl Attempt {
    fn split(&self) -> (&str, &[u8]) {
        let end = end_of_head(&self.0).expect("a whole request");
        let head = std::str::from_utf8(&self.0[..end]).expect("a head is ASCII");
        (head, &self.0[end + 4..])
    }

    fn header(&self, name: &str) -> &str {
        let (head, _) = self.split();
        let lines = head.split("\r\n").skip(1);
        let all: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect();
        assert_eq!(all.len(), 1, "`{name}` stands there once: {head}");
        all[0]
    }

    /// Whether the service takes it, by what the vendor documents of the signature.
    fn verify(&self, secret: &[u8]) -> Result<(), String> {
        let (head, body) = self.split();
        let line = head.split("\r\n").next().unwrap_or_default();
        let [method, target, "HTTP/1.1"] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Err(format!("no request line: {line:?}"));
        };
        for name in ["key", "passphrase", "timestamp", "signature", "signed-path"] {
            let value = self.header(&format!("x-up-api-{name}"));
            if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(format!("{name} is no header: {value:?}"));
            }
        }
        let (timestamp, path) = (
            self.header("x-up-api-timestamp"),
            self.header("x-up-api-signed-path"),
        );
        if !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("no number of seconds: {timestamp:?}"));
        }
        if path != target {
            return Err(format!("{path:?} was signed, {target:?} was sent"));
        }
        let message = [
            timestamp.as_bytes(),
            method.as_bytes(),
            target.as_bytes(),
            body,
        ]
        .concat();
        let expected = hex(&hmac_sha512(secret, &message));
        if self.header("x-up-api-signature") != expected {
            return Err(format!(
                "not the signature of {:?}",
                message.escape_ascii().to_string()
            ));
        }
        Ok(())
    }

    fn time(&self) -> u64 {
        self.header("x-up-api-timestamp").parse().expect("seconds")
    }
}

/// RFC 2104, with the block of SHA-512.
fn hmac_sha512(key: &[u8], message: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 128;
    let mut block = [0_u8; BLOCK];
    if key.len() > BLOCK {
        block[..64].copy_from_slice(&Sha512::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha512::digest([&padded(0x36)[..], message].concat());
    Sha512::digest([&padded(0x5c)[..], &inner].concat()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n")
}

/// Keeps what arrives, and answers each request with the next of the statuses, at the end with 200.
struct Service {
    url: String,
    attempts: Arc<Mutex<Vec<Attempt>>>,
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Service {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let service = Self {
            url: format!("http://{}/1.0/", listener.local_addr().expect("an address")),
            attempts: Arc::default(),
            statuses: Arc::default(),
        };
        let (attempts, statuses) = (Arc::clone(&service.attempts), Arc::clone(&service.statuses));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(
                    connection,
                    Arc::clone(&attempts),
                    Arc::clone(&statuses),
                ));
            }
        });
        service
    }

    fn play(&self, statuses: &[u16]) {
        self.attempts.lock().expect("no panic").clear();
        let mut played = self.statuses.lock().expect("no panic");
        *played = statuses.iter().rev().copied().collect();
    }

    fn attempts(&self) -> Vec<Attempt> {
        self.attempts.lock().expect("no panic").clone()
    }

    fn session(&self, api_key: ApiKey) -> Session {
        let environment = Environment::custom_over_plain_http(&self.url).expect("a URL");
        let at_once = RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO);
        Session::builder(Target::from(environment))
            .credential(ApiKeySignature::new(&api_key).expect("fit for headers"))
            .retry(at_once.budget(u32::MAX))
            .build()
            .expect("a session")
    }
}

async fn serve(
    mut connection: TcpStream,
    attempts: Arc<Mutex<Vec<Attempt>>>,
    statuses: Arc<Mutex<Vec<u16>>>,
) {
    let mut bytes = Vec::new();
    loop {
        while !is_whole(&bytes) {
            if !matches!(connection.read_buf(&mut bytes).await, Ok(read) if read > 0) {
                return;
            }
        }
        let attempt = Attempt(std::mem::take(&mut bytes));
        attempts.lock().expect("no panic").push(attempt);
        let status = statuses.lock().expect("no panic").pop().unwrap_or(200);
        let answer = format!("HTTP/1.1 {status} Status\r\ncontent-length: 4\r\n\r\nnull");
        if connection.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = end_of_head(bytes) else {
        return false;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = head
        .split("\r\n")
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.parse().expect("a length"));
    bytes.len() >= end + 4 + length
}

#[derive(Clone, Debug)]
enum Body {
    None,
    Json(String),
    Form(Vec<(String, String)>),
    File(String, Vec<u8>),
}

fn bodies() -> impl Strategy<Value = Body> {
    prop_oneof![
        Just(Body::None),
        ".{0,100}".prop_map(Body::Json),
        prop::collection::vec((".{1,10}", ".{0,20}"), 0..4).prop_map(Body::Form),
        (".{0,10}", prop::collection::vec(any::<u8>(), 0..500))
            .prop_map(|(name, bytes)| Body::File(name, bytes)),
    ]
}

/// Paths that a URL writes in another way than they were given, too.
fn paths() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z0-9._~-]{1,6}",
        "%[2-7][0-9A-Fa-f]",
        // What a URL writes in another way than it was given, or leaves as it is although it could.
        prop::sample::select(vec![
            "{id}", "%20", "%7b", "%7B", "\u{e4}", "%c3%a4", "|", "^", "a%2Fb"
        ])
        .prop_map(str::to_owned),
        "[!$&'()*+,;=:@|\"<>^`{}\\[\\]]{1,3}",
        "/",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| format!("/{}", pieces.concat()))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn for_all<S: Strategy>(strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(256)
    };
    if let Err(error) = TestRunner::new(config).run(&strategy, property) {
        panic!("{error}");
    }
}

#[test]
fn i25_every_attempt_is_signed_as_it_is_sent_and_at_its_own_time() {
    let runtime = runtime();
    let service = runtime.block_on(Service::start());
    let methods = prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE"]);
    let query = prop_oneof![
        Just(Vec::new()),
        prop::collection::vec((".{0,8}", ".{0,12}"), 1..4),
    ];
    let failures = prop::sample::select(vec![&[][..], &[503], &[429, 502], &[408, 503, 504]]);
    // Longer than a block of the hash, beyond ASCII, and with what a shell or a header would not take.
    let secrets = [
        "s",
        "secret",
        "\u{3a9}\u{3bc}\u{3ad}\u{3b3}\u{3b1}",
        " \"\r\n\0",
    ]
    .map(str::to_owned);
    let secrets = secrets
        .into_iter()
        .chain([128, 129, 200].map(|length| "k".repeat(length)));
    let sessions: Vec<_> = secrets
        .map(|secret| {
            let api_key = ApiKey::new("key", secret.as_str(), "passphrase");
            let session = service.session(api_key.clock(Ticking::default()));
            (secret, session)
        })
        .collect();
    let sent = AtomicU64::new(0);
    for_all(
        (
            methods,
            paths(),
            query,
            bodies(),
            failures,
            0..sessions.len(),
        ),
        |(method, path, query, body, failures, secret)| {
            service.play(failures);
            let (secret, session) = &sessions[secret];
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let options = CallOptions::new().idempotency(Idempotency::Idempotent);
            let call = session.request(&operations::TENANCY_USER_CREATE, method, path);
            let mut call = call.with_options(options.clone());
            for (name, value) in &query {
                call = call.query(name, value);
            }
            let outcome = runtime.block_on(async {
                match &body {
                    Body::None => call.send::<Value>().await.map(drop),
                    Body::Json(text) => call
                        .json(&json!({"text": text}))
                        .send::<Value>()
                        .await
                        .map(drop),
                    Body::Form(pairs) => call.form(pairs).send::<Value>().await.map(drop),
                    Body::File(name, bytes) => {
                        let file = FilePart::new(bytes.clone()).named(name.as_str());
                        let call = Call::new(session, &operations::TENANCY_USER_CREATE);
                        let call = call.file("asset", file).with_options(options);
                        let call = query
                            .iter()
                            .fold(call, |call, (_, value)| call.query("q", value));
                        call.send_for_nothing().await.map(drop)
                    }
                }
            });
            let attempts = service.attempts();
            match outcome {
                Ok(()) => prop_assert_eq!(attempts.len(), failures.len() + 1),
                // Such a path goes nowhere.
                Err(error) => {
                    prop_assert_eq!(
                        (error.kind(), attempts.len()),
                        (Kind::Request, 0),
                        "{}",
                        error
                    );
                    return Ok(());
                }
            }
            sent.fetch_add(1, Ordering::SeqCst);
            for attempt in &attempts {
                let verdict = attempt.verify(secret.as_bytes());
                prop_assert_eq!(verdict, Ok(()));
            }
            for pair in attempts.windows(2) {
                prop_assert!(pair[1].time() > pair[0].time(), "each has its own time");
                prop_assert_ne!(
                    pair[1].header("x-up-api-signature"),
                    pair[0].header("x-up-api-signature")
                );
                prop_assert_eq!(pair[1].split().1, pair[0].split().1);
            }
            Ok(())
        },
    );
    assert!(sent.into_inner() > 100, "most paths go somewhere");
}

#[test]
fn i25_the_verifier_refuses_what_was_changed_on_the_way() {
    let runtime = runtime();
    let service = runtime.block_on(Service::start());
    let session = service.session(ApiKey::new("key", "secret", "passphrase"));
    let call = session.request(&operations::TENANCY_USER_CREATE, Method::POST, "/a/b");
    let call = call.query("c", "d").json(&json!({"amount": 3}));
    let answer = runtime.block_on(call.send::<Value>());
    answer.expect("a success");
    let attempt = service.attempts().remove(0);
    assert_eq!(attempt.verify(b"secret"), Ok(()));
    assert!(attempt.verify(b"another").is_err());
    let text = String::from_utf8(attempt.0.clone()).expect("text");
    for (was, is) in [
        ("POST ", "PUT "),
        ("/a/b?c=d HTTP", "/a/b?c=e HTTP"),
        ("\"amount\":3", "\"amount\":4"),
        ("x-up-api-timestamp: 1", "x-up-api-timestamp: 2"),
    ] {
        assert!(text.contains(was), "{text}");
        let changed = Attempt(text.replace(was, is).into_bytes());
        assert!(changed.verify(b"secret").is_err(), "{was}");
    }
}

#[test]
fn i25_a_body_that_cannot_be_read_beforehand_is_not_signed() {
    let api_key = ApiKey::new("key", "secret", "passphrase");
    let signature = ApiKeySignature::new(&api_key).expect("fit for headers");
    let url = "https://api.example/1.0/a".parse().expect("a URL");
    let mut request = reqwest::Request::new(Method::POST, url);
    *request.body_mut() = Some(reqwest::Body::wrap("read as it is sent".to_owned()));
    let requirement = &operations::TENANCY_USER_CREATE.security[0][0];
    let bindery_runtime::Authorizing::Done(outcome) =
        signature.authorize(requirement, &mut request)
    else {
        panic!("a signature waits for nothing");
    };
    let error = format!("{:?}", outcome.expect_err("nothing to sign"));
    assert!(error.contains("streams"), "{error}");
    assert!(request.headers().is_empty());
}
