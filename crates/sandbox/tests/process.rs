//! The program as it is run.
#![allow(clippy::unwrap_used, missing_docs)]

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long anything may take before a test gives up on it, on however busy a machine.
const LIMIT: Duration = Duration::from_secs(60);

fn sandbox(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bindery-sandbox"));
    command
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn first_line(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = timeout(LIMIT, lines.next_line()).await.unwrap().unwrap();
    // Kept open, for the program may still write.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    line.unwrap()
}

async fn signal(child: &Child, name: &str) {
    let pid = child.id().unwrap().to_string();
    let killed = Command::new("kill").args(["-s", name, &pid]).status().await;
    assert!(killed.unwrap().success());
}

#[tokio::test]
async fn it_prints_one_line_of_json_and_ends_cleanly_on_either_signal() {
    for name in ["INT", "TERM"] {
        let mut child = sandbox(&["--json"]).spawn().unwrap();
        let access: Value = serde_json::from_str(&first_line(&mut child).await).unwrap();
        for (provider, keys) in [
            (
                "alibaba_baas",
                &[
                    "url",
                    "refresh_token",
                    "access_token",
                    "network",
                    "contract",
                ][..],
            ),
            ("hive", &["url", "id", "secret_key"]),
            (
                "upvest",
                &[
                    "url",
                    "api_key",
                    "api_secret",
                    "api_passphrase",
                    "client_id",
                    "client_secret",
                ],
            ),
        ] {
            for key in keys {
                assert!(access[provider][key].is_string(), "{provider}.{key}");
            }
        }
        let alibaba_baas = access["alibaba_baas"]["url"].as_str().unwrap();
        assert!(alibaba_baas.starts_with("http://127.0.0.1:"));
        assert!(alibaba_baas.ends_with("/api/v1"));
        assert!(access["upvest"]["url"].as_str().unwrap().ends_with("/1.0/"));
        // It listens from the moment it says so.
        let url = format!("{alibaba_baas}/networks/channel3/blocks/1");
        let token = access["alibaba_baas"]["access_token"].as_str().unwrap();
        let block = reqwest::Client::new().get(url).bearer_auth(token).send();
        assert_eq!(block.await.unwrap().status(), 200);

        signal(&child, name).await;
        let status = timeout(LIMIT, child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "{name}: {status}");
    }
}

#[tokio::test]
async fn its_lines_for_people_can_be_sourced_by_a_shell() {
    let mut child = sandbox(&[]).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let mut lines = BufReader::new(stdout).lines();
    let mut script = String::new();
    while let Some(line) = timeout(LIMIT, lines.next_line()).await.unwrap().unwrap() {
        script += &line;
        script.push('\n');
        if line.starts_with("# Running") {
            break;
        }
    }
    script += "env";
    let mut shell = Command::new("sh");
    shell
        .args(["-euc", &script])
        .env_clear()
        .env("PATH", "/usr/bin:/bin");
    let output = shell.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let environment = String::from_utf8(output.stdout).unwrap();
    for name in [
        "ALIBABA_BAAS_URL",
        "ALIBABA_BAAS_REFRESH_TOKEN",
        "ALIBABA_BAAS_NETWORK",
        "ALIBABA_BAAS_CONTRACT",
        "ALIBABA_BAAS_ALLOW_HTTP",
        "HIVE_URL",
        "HIVE_ID",
        "HIVE_SECRET_KEY",
        "HIVE_ALLOW_HTTP",
        "UPVEST_URL",
        "UPVEST_API_KEY",
        "UPVEST_API_SECRET",
        "UPVEST_API_PASSPHRASE",
        "UPVEST_CLIENT_ID",
        "UPVEST_CLIENT_SECRET",
        "UPVEST_ALLOW_HTTP",
    ] {
        let start = format!("{name}=");
        assert!(
            environment.lines().any(|line| line.starts_with(&start)),
            "{name}"
        );
    }
    assert!(!environment.contains("ALIBABA_BAAS_ACCESS_TOKEN="));
    assert!(script.contains("# export ALIBABA_BAAS_ACCESS_TOKEN="));
    let url = environment
        .lines()
        .find_map(|line| line.strip_prefix("ALIBABA_BAAS_URL="));
    let origin = url.unwrap().strip_suffix("/api/v1").unwrap();
    assert!(environment.contains(&format!("ALIBABA_BAAS_ALLOW_HTTP={origin}\n")));
}

#[tokio::test]
async fn a_port_in_use_ends_it_with_the_provider_and_the_port() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (option, provider) in [
        ("--alibaba-port", "Alibaba Cloud BaaS"),
        ("--hive-port", "Hive"),
        ("--upvest-port", "Upvest"),
    ] {
        let output = timeout(LIMIT, sandbox(&[option, &port]).output());
        let output = output.await.unwrap().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(provider), "{message}");
        assert!(message.contains(&format!("127.0.0.1:{port}")), "{message}");
        assert!(output.stdout.is_empty());
    }
}

#[tokio::test]
async fn the_admin_port_is_open_only_when_asked_for() {
    let mut child = sandbox(&["--json"]).spawn().unwrap();
    let access: Value = serde_json::from_str(&first_line(&mut child).await).unwrap();
    assert!(access.get("admin").is_none());
    let mut child = sandbox(&["--json", "--admin-port", "0"]).spawn().unwrap();
    let access: Value = serde_json::from_str(&first_line(&mut child).await).unwrap();
    let admin = access["admin"]["url"].as_str().unwrap();
    assert!(admin.starts_with("http://127.0.0.1:"));
    let rules = reqwest::get(format!("{admin}/rules")).await.unwrap();
    assert_eq!(rules.text().await.unwrap(), "[]");
    signal(&child, "TERM").await;
    let status = timeout(LIMIT, child.wait()).await.unwrap().unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn wrong_arguments_are_told() {
    let output = sandbox(&["--jsn"]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("--json"), "{message}");
}
