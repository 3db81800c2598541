//! `cargo xtask beside-progenitor`.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;

use crate::{
    emit, generate, lower,
    trial::{self, manifest},
    workspace::Workspace,
};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The document.
    #[arg(value_name = "FILE")]
    document: PathBuf,
    /// The folder, which becomes a workspace of two crates: `crates/NAME` and `plain`.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

/// What progenitor's output needs, beside the types of the run time that stand behind formats.
const PLAIN: &str = r#"[package]
name = "plain"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
bindery-runtime = { workspace = true, features = ["address", "unixtime"] }
chrono.workspace = true
progenitor-client.workspace = true
reqwest = { workspace = true, features = ["json", "query"] }
serde.workspace = true
serde_json.workspace = true
uuid.workspace = true
"#;

pub(super) fn run(
    options: &Options,
    workspace: &Workspace,
    err: &mut dyn Write,
) -> io::Result<bool> {
    let attempt = trial::attempt(&options.document);
    let document = options.document.display();
    let Some(api) = attempt.api.as_ref().filter(|_| attempt.is_generated()) else {
        writeln!(
            err,
            "error: {document}: refused; `cargo xtask try` says why"
        )?;
        return Ok(false);
    };
    let plain = match generate::plain(&lower::lower(api).0) {
        Ok(plain) => plain,
        Err(error) => {
            writeln!(err, "error: {document}: {error}")?;
            return Ok(false);
        }
    };
    let root = workspace.root();
    let manifest = manifest(root, &attempt.name, "plain")?;
    let write = |path: &str, text: &str| emit::replace(&options.folder.join(path), text.as_bytes());
    write("Cargo.toml", &manifest)?;
    write("plain/Cargo.toml", PLAIN)?;
    write("plain/src/lib.rs", &plain)?;
    let crates = attempt
        .files
        .iter()
        .filter(|(path, _)| path.starts_with("crates"));
    for (path, text) in crates {
        emit::replace(&options.folder.join(path), text.as_bytes())?;
    }
    fs::copy(root.join("Cargo.lock"), options.folder.join("Cargo.lock"))?;
    Ok(true)
}
