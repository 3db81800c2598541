//! Why a signature was refused: which part of what was signed arrived as another, or which clock is wrong.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use bindery_auth::{
    Clock,
    upvest::{ApiKey, connect_with},
};
use bindery_runtime::{Error, RetryPolicy};
use bindery_sandbox::Sandbox;
use bindery_upvest::{Client, Environment, types::Echo};
use serde_json::{Value, json};

use super::CANARY;
use crate::{
    http,
    stub::{Answer, Stub},
};

const NOW: i64 = 1_700_000_000;

/// A clock on the wall that is off by so many seconds.
#[derive(Clone, Debug, Default)]
struct Off {
    by: Arc<AtomicI64>,
    /// What stands still at [`NOW`], where the machine's would go on.
    stands: bool,
}

impl Off {
    fn standing() -> Self {
        Self {
            stands: true,
            ..Self::default()
        }
    }

    fn set(&self, by: i64) {
        self.by.store(by, Ordering::SeqCst);
    }
}

impl Clock for Off {
    fn monotonic(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        let right = match self.stands {
            true => SystemTime::UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs()),
            false => SystemTime::now(),
        };
        let by = self.by.load(Ordering::SeqCst);
        let off = Duration::from_secs(by.unsigned_abs());
        if by < 0 { right - off } else { right + off }
    }
}

fn client(url: &str, api_key: ApiKey) -> Client {
    let environment = Environment::custom_over_plain_http(url).expect("a URL");
    connect_with(environment, api_key, |session| {
        session.retry(RetryPolicy::never())
    })
    .expect("credentials")
}

fn at_stub(stub: &Stub, clock: &Off) -> Client {
    let api_key = ApiKey::new("the-api-key", CANARY, "the-passphrase").clock(clock.clone());
    client(&format!("http://{}/1.0", stub.address()), api_key)
}

fn hint(parts: Value) -> Answer {
    let hint = json!({
        "domain": "tenancy", "location": "X-UP-API-Signature", "locationType": "header",
        "reason": "debugHint", "value": {"message_parts": parts},
    });
    let other = json!({"reason": "another", "value": 1});
    let body = json!({"error": {"message": "Signature mismatch", "details": [hint, other]}});
    http::json(403, &body)
}

/// As the service describes it: SHA-512 and text.
fn part(sha512: &str, text: &str) -> Value {
    json!({"sha512": sha512, "canonicalized": text})
}

async fn refused(stub: &Stub) -> Error {
    let call = at_stub(stub, &Off::standing()).tenancy_echo_post(Echo::new(CANARY));
    let error = call.send().await.expect_err("a refusal");
    let everything = format!("{error} {error:?} {:?}", error.explanation());
    assert!(!everything.contains(CANARY), "{everything}");
    assert!(!everything.contains("the-api-key"), "{everything}");
    assert!(!everything.contains("the-passphrase"), "{everything}");
    error
}

/// SHA-512 of `1700000000`, `POST`, `/1.0/tenancy/echo-signed` and `{"echo":"canary-5f3b9c"}`, by another implementation.
const OWN: [&str; 4] = [
    "4caf29c8dbfe62b60415bc8d525ff2e32430765528b771a4057b0cb5becb271c3df686a7033a2085cb3a1a5a6c3cbfdd7d1ab569e672d21a138977adb63cf24c",
    "9b3e19cadc173f317e127496dbc4c8d2c92ca754c014590f97cf16b0c27e5c02a3a44a19aea373f3d5266f791f070529ed85edcffc2f1cf4bcc1b0c248f73f6a",
    "642ce820d5af86301655c6c2d23f02f9a50da83e2018a3b7a37094eac6b43d41fa97d8ae55b7b5a58827b7e2a53a6c0aea28f50b57e046fcf051e7c8bdafb33a",
    "dee597041a50124ece478622a35ad0a3e6f0f3557232889f6319c34fb7fb0f0fa0e197960c56d3674efc9bca3d3e31e3301a5a30feadec4604698637b5cf78cc",
];

#[tokio::test]
async fn the_hint_becomes_a_sentence_that_names_what_differs() {
    let [time, method, path, body] = OWN;
    let parts = |one: Value, two: Value, three: Value, four: Value| {
        hint(json!({"timestamp": one, "method": two, "signed_path": three, "body": four}))
    };
    let (same_time, same_method) = (part(time, "1700000000"), part(method, "POST"));
    let (same_path, same_body) = (part(path, "/1.0/tenancy/echo-signed"), part(body, CANARY));
    let same = || {
        (
            same_time.clone(),
            same_method.clone(),
            same_path.clone(),
            same_body.clone(),
        )
    };
    let mut told = Vec::new();
    for answer in [
        {
            let (_, m, p, b) = same();
            parts(part("00", "1543315873"), m, p, b)
        },
        {
            let (t, _, p, b) = same();
            parts(t, part("00", "GET"), p, b)
        },
        {
            let (t, m, _, b) = same();
            parts(t, m, part("00", &format!("/2.0/other?token={CANARY}")), b)
        },
        {
            let (t, m, _, b) = same();
            let other = "/1.0/tenancy/echo-signed?a=b";
            parts(t, m, part("00", other), b)
        },
        {
            let (t, m, p, _) = same();
            parts(t, m, p, part("00", CANARY))
        },
        {
            let (t, m, _, _) = same();
            parts(
                t,
                m,
                json!({"canonicalized": "1.0/x"}),
                json!({"canonicalized": CANARY}),
            )
        },
        {
            let (t, m, p, b) = same();
            parts(t, m, p, b)
        },
        parts(
            part("00", CANARY),
            part("00", CANARY),
            part("00", CANARY),
            part("00", CANARY),
        ),
        hint(json!({})),
        hint(json!("odd")),
    ] {
        let stub = Stub::answering([answer]).await;
        let error = refused(&stub).await;
        assert!(error.is_authentication(), "{error:?}");
        assert_eq!(
            stub.take_requests().len(),
            1,
            "the same would be signed again"
        );
        told.push(error.explanation().unwrap_or("nothing").to_owned());
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    the service got another timestamp (`1543315873`) than was signed
    the service got another method (`GET`) than was signed
    the service got another path (`/2.0/other`) than was signed
    the service got another query than was signed
    the service got another body than was signed
    the service got another path and another body than was signed
    the service got the very request that was signed, so the secret of the API key is another one
    the service got another timestamp, another method, another path and another body than was signed
    nothing
    nothing
    ");
    let answer = {
        let (_, m, p, b) = same();
        parts(part("00", "1543315873"), m, p, b)
    };
    let stub = Stub::answering([answer]).await;
    insta::assert_snapshot!(refused(&stub).await, @"upvest tenancy_echo_post: failed because the service refused it: HTTP 403 Forbidden: debugHint: Signature mismatch: the service got another timestamp (`1543315873`) than was signed; check the credentials");
}

/// An answer that was dated by the service's clock.
fn dated(status: u16, seconds: i64, body: &str) -> Answer {
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs());
    let date = ::httpdate::fmt_http_date(date);
    Answer::Bytes(
        format!(
            "HTTP/1.1 {status} -\r\ndate: {date}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: \
             close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
    )
}

fn signed_times(stub: &Stub) -> Vec<String> {
    let all = stub.take_requests();
    let times = all
        .iter()
        .filter_map(|request| request.header("x-up-api-timestamp"));
    times.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_request_refused_for_its_time_is_signed_once_more_by_the_clock_of_the_service() {
    const ECHO: &str = r#"{"echo":"x"}"#;
    for status in [401, 403] {
        let stub = Stub::start().await;
        let clock = Off::standing();
        let client = at_stub(&stub, &clock);
        for answer in [
            dated(status, NOW + 3600, "{}"),
            dated(200, NOW + 3600, ECHO),
            dated(200, NOW + 3600, ECHO),
        ] {
            stub.will_answer(answer);
        }
        let first = client
            .tenancy_echo_post(Echo::new("x"))
            .send()
            .await
            .expect("an echo");
        assert_eq!(first.attempts(), 2);
        client
            .tenancy_echo_post(Echo::new("x"))
            .send()
            .await
            .expect("an echo");
        assert_eq!(
            signed_times(&stub),
            ["1700000000", "1700003600", "1700003600"]
        );
        // The machine's clock is put right.
        clock.set(3600);
        for answer in [
            dated(status, NOW + 3600, "{}"),
            dated(200, NOW + 3600, ECHO),
        ] {
            stub.will_answer(answer);
        }
        client
            .tenancy_echo_post(Echo::new("x"))
            .send()
            .await
            .expect("an echo");
        assert_eq!(signed_times(&stub), ["1700007200", "1700003600"]);
    }
}

#[tokio::test]
async fn a_date_that_is_absurd_or_no_better_is_not_signed_by() {
    for date in [NOW, NOW + 4, NOW - 4, NOW + 100_000, NOW - 100_000] {
        let stub = Stub::answering([dated(401, date, "{}")]).await;
        let client = at_stub(&stub, &Off::standing());
        let error = client.tenancy_echo_post(Echo::new("x")).send().await;
        assert_eq!(error.expect_err("a refusal").attempts(), 1);
        assert_eq!(signed_times(&stub), ["1700000000"], "{date}");
    }
}

#[tokio::test]
async fn the_sandbox_is_called_by_a_machine_whose_clock_is_hours_off() {
    let sandbox = Sandbox::builder().start().await.expect("free ports");
    let access = sandbox.upvest();
    let clock = Off::default();
    let key = ApiKey::new(
        access.api_key.as_str(),
        access.api_secret.as_str(),
        access.api_passphrase.as_str(),
    );
    let client = client(&access.url, key.clock(clock.clone()));
    for (off, attempts) in [
        (0, 1),
        (7_200, 2),
        (7_200, 1),
        (-7_200, 2),
        (-7_200, 1),
        (0, 2),
        (0, 1),
    ] {
        clock.set(off);
        let echo = client.tenancy_echo_post(Echo::new("x")).send().await;
        let echo = echo.unwrap_or_else(|error| panic!("{off}: {error}"));
        assert_eq!(echo.attempts(), attempts, "{off}");
    }
    clock.set(-1_000_000);
    let error = client.tenancy_echo_post(Echo::new("x")).send().await;
    let error = error.expect_err("too far");
    let told = error.explanation().expect("an explanation");
    // The date has whole seconds, so the last digits are a matter of chance.
    assert!(
        told.starts_with("the clock of this machine is ")
            && told.ends_with("s behind the service's, too far to be allowed for: set it"),
        "{told}"
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn the_hint_of_the_sandbox_tells_that_the_secret_is_wrong() {
    let sandbox = Sandbox::builder().start().await.expect("free ports");
    let access = sandbox.upvest();
    let key = ApiKey::new(
        access.api_key.as_str(),
        "another",
        access.api_passphrase.as_str(),
    );
    let call = client(&access.url, key).tenancy_echo_post(Echo::new(CANARY));
    let error = call.send().await.expect_err("a refusal");
    insta::assert_snapshot!(error, @"upvest tenancy_echo_post: failed because the service refused it: HTTP 403 Forbidden: debugHint: The signature does not match: the service got the very request that was signed, so the secret of the API key is another one; check the credentials");
    sandbox.shutdown().await;
}
