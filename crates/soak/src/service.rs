//! The sandbox, in a process of its own, so that what it remembers is not taken for what the clients do.

use std::{
    error::Error,
    io::{self, Read as _, Write as _},
    process::Stdio,
    time::Duration,
};

use bindery_sandbox::{Sandbox, alibaba_baas, faults::Rule, hive, upvest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// How long an access token is good.
pub(crate) const LIFETIME: Duration = Duration::from_secs(600);

/// What the process says when it listens.
#[derive(Debug, Deserialize)]
pub(crate) struct Access {
    pub(crate) alibaba_baas: AlibabaBaas,
    pub(crate) hive: Hive,
    pub(crate) upvest: Upvest,
    admin: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AlibabaBaas {
    pub(crate) url: String,
    pub(crate) refresh_token: String,
    pub(crate) network: String,
    pub(crate) contract: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Hive {
    pub(crate) url: String,
    pub(crate) id: String,
    pub(crate) secret_key: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Upvest {
    pub(crate) url: String,
    pub(crate) api_key: String,
    pub(crate) api_secret: String,
    pub(crate) api_passphrase: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

#[derive(Serialize)]
struct Said<'a> {
    alibaba_baas: &'a alibaba_baas::Access,
    hive: &'a hive::Access,
    upvest: &'a upvest::Access,
    admin: &'a str,
}

/// Is the sandbox until the standard input ends.
pub(crate) async fn serve() -> Result<(), Box<dyn Error>> {
    const YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);
    let sandbox = Sandbox::builder()
        .admin_port(0)
        .alibaba_baas(alibaba_baas::Settings {
            access_token_lifetime: LIFETIME,
            ..Default::default()
        })
        .hive(hive::Settings {
            access_token_lifetime: LIFETIME,
            refresh_token_lifetime: 100 * LIFETIME,
        })
        .upvest(upvest::Settings {
            access_token_lifetime: LIFETIME,
            // The clients' clock runs fast.
            timestamp_tolerance: YEARS,
            ..Default::default()
        })
        .start()
        .await?;
    let said = Said {
        alibaba_baas: sandbox.alibaba_baas(),
        hive: sandbox.hive(),
        upvest: sandbox.upvest(),
        admin: sandbox.admin_url().ok_or("an admin port was asked for")?,
    };
    writeln!(io::stdout(), "{}", serde_json::to_string(&said)?)?;
    let ended = tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new()));
    let _ = ended.await;
    sandbox.shutdown().await;
    Ok(())
}

/// The hand on the sandbox's process, which ends with it.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) access: Access,
    admin: reqwest::Client,
    _process: Child,
}

impl Service {
    pub(crate) async fn start() -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("--serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = process.stdout.take().ok_or("it has a standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).await?;
        Ok(Self {
            access: serde_json::from_str(&line)?,
            admin: reqwest::Client::builder().no_proxy().build()?,
            _process: process,
        })
    }

    pub(crate) async fn weather(&self, rules: &[Rule]) -> Result<(), Box<dyn Error>> {
        let request = self.admin.put(format!("{}/rules", self.access.admin));
        says_so(request, serde_json::to_string(rules)?).await
    }

    /// All tokens that there are end.
    pub(crate) async fn step_clock(&self) -> Result<(), Box<dyn Error>> {
        let request = self.admin.post(format!("{}/clock", self.access.admin));
        let step = serde_json::json!({"step_seconds": LIFETIME.as_secs() + 1});
        says_so(request, step.to_string()).await
    }

    /// What the admin port says of `what`.
    pub(crate) async fn told(&self, what: &str) -> Result<Value, Box<dyn Error>> {
        let request = self.admin.get(format!("{}/{what}", self.access.admin));
        let text = request.send().await?.error_for_status()?.text().await?;
        Ok(serde_json::from_str(&text)?)
    }
}

async fn says_so(request: reqwest::RequestBuilder, json: String) -> Result<(), Box<dyn Error>> {
    let request = request.header(reqwest::header::CONTENT_TYPE, "application/json");
    let answer = request.body(json).send().await?;
    match answer.status().is_success() {
        true => Ok(()),
        false => Err(answer.text().await?.into()),
    }
}
