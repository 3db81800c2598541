//! What stands between a session and its target, and who may.

use std::{env, process::Command};

use bindery_runtime::{BaseUrl, Credential, InvalidSession, Kind, RetryPolicy, Session, Target};

use crate::{
    api::{Renews, SAFE, Token, at_once, plain, send, session},
    eavesdropper::Eavesdropper,
    stub::{Reply, Stub},
};

/// Where the calls of the process that a test starts go.
const TARGET: &str = "BINDERY_TEST_TARGET";

/// Runs one test of this program again, in a process whose environment names a proxy.
async fn in_an_environment_with_a_proxy(test: &'static str, proxy: &Eavesdropper, target: String) {
    let proxy = format!("http://127.0.0.1:{}", proxy.port);
    let program = env::current_exe().expect("the path of this program");
    let run = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(program);
        command.args(["--exact", test, "--nocapture"]);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(name, &proxy);
            command.env(name.to_lowercase(), &proxy);
        }
        command.env_remove("NO_PROXY").env_remove("no_proxy");
        command.env(TARGET, target).output()
    });
    let output = run.await.expect("no panic").expect("a process");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

fn session_to(target: &str) -> Session {
    let base = BaseUrl::plain_http(target).expect("a URL");
    Session::builder(Target::custom("test", base))
        .shared_credential(Token::new(Renews::Always) as std::sync::Arc<dyn Credential>)
        .retry(RetryPolicy::never())
        .build()
        .expect("a session")
}

#[tokio::test]
async fn i14_a_proxy_of_the_environment_sees_no_plain_http() {
    if let Ok(target) = env::var(TARGET) {
        let answer = send(&session_to(&target), &SAFE).await;
        answer.expect("a success, straight from the service");
        return;
    }
    let stub = Stub::script([Reply::ok()]).await;
    let proxy = Eavesdropper::start().await;
    let this = "invariants::proxies::i14_a_proxy_of_the_environment_sees_no_plain_http";
    in_an_environment_with_a_proxy(this, &proxy, stub.url.clone()).await;
    assert_eq!((stub.count(), proxy.heard().connections), (1, 0));
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn i14_a_proxy_of_the_environment_learns_a_hosts_name_and_no_more() {
    if let Ok(target) = env::var(TARGET) {
        let error = send(&session_to(&target), &SAFE).await;
        let error = error.expect_err("the proxy turns everybody away");
        assert_eq!(error.kind(), Kind::Connect);
        return;
    }
    let proxy = Eavesdropper::start().await;
    let this =
        "invariants::proxies::i14_a_proxy_of_the_environment_learns_a_hosts_name_and_no_more";
    in_an_environment_with_a_proxy(this, &proxy, "https://api.example/base".to_owned()).await;
    let heard = String::from_utf8(proxy.heard().bytes).expect("text");
    assert!(
        heard.starts_with("CONNECT api.example:443 HTTP/1.1\r\n"),
        "{heard}"
    );
    for secret in ["token", "/base", "things"] {
        assert!(!heard.contains(secret), "{heard}");
    }
}

#[tokio::test]
async fn calls_go_through_the_proxy_that_the_caller_gives() {
    let proxy = Stub::script([Reply::ok()]).await;
    let address = proxy.url.trim_start_matches("http://");
    let base = BaseUrl::plain_http("http://api.example/base").expect("a URL");
    let builder = Session::builder(Target::custom("test", base))
        .shared_credential(Token::new(Renews::Always) as std::sync::Arc<dyn Credential>)
        .retry(at_once())
        .proxy(format!("http://user:pass%20word@{address}"));
    let beside = builder.beside().credential(Anything);
    for session in [builder, beside] {
        proxy.play([Reply::ok()]);
        let session = session.build().expect("a session");
        send(&session, &SAFE).await.expect("a success");
        let received = proxy.received();
        assert_eq!(received[0].line(), "GET http://api.example/base/things");
        // `user:pass word`, in base64.
        let expected = ["Basic dXNlcjpwYXNzIHdvcmQ="];
        assert_eq!(received[0].all("proxy-authorization"), expected);
    }
}

#[derive(Debug)]
struct Anything;

impl Credential for Anything {
    fn serves(&self, _: &bindery_runtime::Requirement) -> bool {
        true
    }

    fn describe(&self) -> String {
        "anything".to_owned()
    }

    fn authorize<'a>(
        &'a self,
        _: &'a bindery_runtime::Requirement,
        _: &'a mut reqwest::Request,
    ) -> bindery_runtime::Authorizing<'a> {
        bindery_runtime::Authorizing::Done(Ok(bindery_runtime::Generation(1)))
    }
}

#[tokio::test]
async fn a_later_setting_of_the_proxy_replaces_an_earlier_one() {
    let stub = Stub::script([Reply::ok()]).await;
    let token = Token::new(Renews::Always);
    let builder = session(&stub, &token)
        .proxy("http://127.0.0.1:1")
        .no_proxy();
    send(&builder.build().expect("a session"), &SAFE)
        .await
        .expect("a success, straight from the service");
}

#[tokio::test]
async fn i14_a_session_whose_network_cannot_be_set_up_is_none() {
    let stub = Stub::script([Reply::ok()]).await;
    let token = Token::new(Renews::Always);
    for proxy in [
        "",
        "proxy",
        "socks5://127.0.0.1:1",
        "ftp://canary@h/",
        "http://canary@",
    ] {
        let error = session(&stub, &token).proxy(proxy).build();
        let error = error.expect_err("no proxy");
        assert!(matches!(error, InvalidSession::Proxy), "{proxy}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    {
        for pem in [
            "",
            "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n",
            "\u{0}\u{1}",
        ] {
            let error = session(&stub, &token).root_certificate(pem).build();
            let error = error.expect_err("no certificate");
            assert!(matches!(error, InvalidSession::RootCertificate), "{error}");
        }
        // Well-formed outside, and nothing inside: no session without it is made in its place.
        let hollow = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let error = session(&stub, &token).root_certificate(hollow).build();
        error.expect_err("no certificate");
    }
    let shown = format!("{:?}", session(&stub, &token).proxy("http://u:canary@h/"));
    assert!(!shown.contains("canary"), "{shown}");
    assert!(format!("{:?}", plain(&stub)).contains("Session"));
    assert_eq!(stub.count(), 0);
}
