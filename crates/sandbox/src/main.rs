//! `bindery-sandbox`: the three providers on 127.0.0.1, until it is told to stop.

use std::io::{self, Write};
use std::process::ExitCode;

use bindery_sandbox::{Sandbox, alibaba_baas, hive, upvest};
use clap::Parser;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

/// Alibaba Cloud BaaS, Com2uS Hive and Upvest on 127.0.0.1, to point their clients at.
///
/// Prints where they listen and what opens them, then serves until SIGINT or SIGTERM. All state and
/// all credentials are new at every start.
#[derive(Debug, Parser)]
#[command(name = "bindery-sandbox", version)]
struct Options {
    /// Print one line of JSON instead of lines for a shell.
    #[arg(long)]
    json: bool,

    /// The port of Alibaba Cloud BaaS; 0 picks a free one.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    alibaba_port: u16,

    /// The port of Hive; 0 picks a free one.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    hive_port: u16,

    /// The port of Upvest; 0 picks a free one.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    upvest_port: u16,

    /// Open a port over which faults are set and counts are read; 0 picks a free one.
    #[arg(long, value_name = "PORT")]
    admin_port: Option<u16>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Access<'a> {
    alibaba_baas: &'a alibaba_baas::Access,
    hive: &'a hive::Access,
    upvest: &'a upvest::Access,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<Admin<'a>>,
}

/// Where the admin port listens.
#[derive(Serialize)]
struct Admin<'a> {
    url: &'a str,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bindery-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> io::Result<()> {
    // Before anything is printed, so that whoever reads it may stop the sandbox at once.
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let builder = Sandbox::builder()
        .alibaba_port(options.alibaba_port)
        .hive_port(options.hive_port)
        .upvest_port(options.upvest_port);
    let builder = match options.admin_port {
        Some(port) => builder.admin_port(port),
        None => builder,
    };
    let sandbox = builder.start().await?;
    let access = Access {
        alibaba_baas: sandbox.alibaba_baas(),
        hive: sandbox.hive(),
        upvest: sandbox.upvest(),
        admin: sandbox.admin_url().map(|url| Admin { url }),
    };
    let text = match options.json {
        true => serde_json::to_string(&access)? + "\n",
        false => for_a_shell(&access),
    };
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    drop(stdout);

    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
    sandbox.shutdown().await;
    Ok(())
}

fn for_a_shell(access: &Access<'_>) -> String {
    let Access {
        alibaba_baas,
        hive,
        upvest,
        admin,
    } = access;
    // No credential of the sandbox holds a quote.
    let export = |name: &str, value: &str| format!("export {name}='{value}'");
    let origin = |url: &str| match url.find("/api/").or_else(|| url.find("/1.0/")) {
        Some(end) => url[..end].to_owned(),
        None => url.to_owned(),
    };
    let mut lines = vec![
        "# Alibaba Cloud BaaS".to_owned(),
        export("ALIBABA_BAAS_URL", &alibaba_baas.url),
        export("ALIBABA_BAAS_REFRESH_TOKEN", &alibaba_baas.refresh_token),
        "# or, instead of the refresh token:".to_owned(),
        format!(
            "# {}",
            export("ALIBABA_BAAS_ACCESS_TOKEN", &alibaba_baas.access_token)
        ),
        export("ALIBABA_BAAS_NETWORK", &alibaba_baas.network),
        export("ALIBABA_BAAS_CONTRACT", &alibaba_baas.contract),
        export("ALIBABA_BAAS_ALLOW_HTTP", &origin(&alibaba_baas.url)),
        "# Hive, all its hosts".to_owned(),
        export("HIVE_URL", &hive.url),
        export("HIVE_ID", &hive.id),
        export("HIVE_SECRET_KEY", &hive.secret_key),
        export("HIVE_ALLOW_HTTP", &origin(&hive.url)),
        "# Upvest".to_owned(),
        export("UPVEST_URL", &upvest.url),
        export("UPVEST_API_KEY", &upvest.api_key),
        export("UPVEST_API_SECRET", &upvest.api_secret),
        export("UPVEST_API_PASSPHRASE", &upvest.api_passphrase),
        export("UPVEST_CLIENT_ID", &upvest.client_id),
        export("UPVEST_CLIENT_SECRET", &upvest.client_secret),
        export("UPVEST_ALLOW_HTTP", &origin(&upvest.url)),
    ];
    if let Some(admin) = admin {
        lines.push("# Faults and counts".to_owned());
        lines.push(export("BINDERY_SANDBOX_ADMIN_URL", admin.url));
    }
    lines.push("# Running. Ctrl-C or SIGTERM stops it.".to_owned());
    lines.join("\n") + "\n"
}
