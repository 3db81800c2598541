//! A workspace of its own for what is tried, below the target folder, whose build stays warm.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use super::{Attempt, Plan};
use crate::{emit, workspace::Workspace};

/// The folder of one document.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    target: PathBuf,
    name: String,
}

impl Folder {
    /// Puts the crate, and a program that sends values through its types, into the folder.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or the workspace's manifest cannot be read.
    pub fn fill(workspace: &Workspace, attempt: &Attempt, plan: &Plan) -> io::Result<Self> {
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| workspace.root().join("target"), PathBuf::from);
        let base = std::path::absolute(target.join("try"))?;
        let folder = Self {
            root: base.join(&attempt.name),
            target: base.join("target"),
            name: attempt.name.clone(),
        };
        let _ = fs::remove_dir_all(folder.root.join("crates"));
        for (path, text) in attempt
            .files
            .iter()
            .filter(|(path, _)| path.starts_with("crates"))
        {
            folder.write(path, text)?;
        }
        folder.write("through/src/main.rs", &program(&attempt.name, &plan.types))?;
        folder.write("through/Cargo.toml", &format!(
            "[package]\nname = \"through\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\nbindery-{}.workspace = true\nbindery-runtime.workspace = true\nchrono.workspace = true\nserde.workspace = true\nserde_json.workspace = true\nuuid.workspace = true\n",
            attempt.name
        ))?;
        folder.write(
            "Cargo.toml",
            &manifest(workspace.root(), &attempt.name, "through")?,
        )?;
        fs::copy(
            workspace.root().join("Cargo.lock"),
            folder.root.join("Cargo.lock"),
        )?;
        Ok(folder)
    }

    fn write(&self, path: impl AsRef<Path>, text: &str) -> io::Result<()> {
        let path = self.root.join(path);
        // What did not change is not to be compiled anew.
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            return Ok(());
        }
        emit::replace(&path, text.as_bytes())
    }

    /// Checks the crate with warnings denied; answers how long that took, or what the compiler said.
    ///
    /// # Errors
    ///
    /// When cargo cannot be run.
    pub fn check(&self) -> io::Result<Result<Duration, String>> {
        let started = Instant::now();
        let package = format!("bindery-{}", self.name);
        let said = self.cargo(&["check", "--lib", "--package", &package])?;
        Ok(said.map(|_| started.elapsed()))
    }

    /// Sends values through the types: a line for each, with the number of its type; answers a line for each, or what the
    /// compiler said.
    ///
    /// # Errors
    ///
    /// When cargo cannot be run, or the values cannot be written.
    pub fn through(&self, lines: &str) -> io::Result<Result<String, String>> {
        let file = self.root.join("samples.jsonl");
        emit::replace(&file, lines.as_bytes())?;
        self.cargo(&[
            "run",
            "--package",
            "through",
            "--",
            &file.display().to_string(),
        ])
    }

    fn cargo(&self, arguments: &[&str]) -> io::Result<Result<String, String>> {
        let (command, rest) = arguments.split_first().unwrap_or((&"check", &[]));
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .arg(command)
            .args(["--quiet", "--offline", "--manifest-path"])
            .arg(self.root.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&self.target)
            .args(rest)
            .env("RUSTFLAGS", "-D warnings")
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("CARGO_TARGET_DIR")
            .output()?;
        Ok(match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        })
    }
}

/// The workspace's manifest, for these two members.
pub(crate) fn manifest(root: &Path, name: &str, other: &str) -> io::Result<String> {
    let text = fs::read_to_string(root.join("Cargo.toml"))?;
    let mut lines: Vec<String> = Vec::new();
    // Profiles are about packages that are not here.
    let lines_before = text
        .lines()
        .take_while(|line| !line.starts_with("[profile"));
    for line in lines_before {
        if line.starts_with("members") {
            lines.push(format!("members = [\"crates/{name}\", \"{other}\"]"));
        } else if line.starts_with("exclude")
            || line.starts_with("default-members")
            || line.starts_with(&format!("bindery-{name} "))
        {
            continue;
        } else {
            let crates = format!("path = '{}'", root.join("crates").display());
            let path = line
                .find("path = \"crates/")
                .map(|at| &line[at + 15..])
                .and_then(|rest| rest.split_once('"'));
            lines.push(match path {
                Some((member, _)) => line.replace(
                    &format!("path = \"crates/{member}\""),
                    &crates.replace(
                        &root.join("crates").display().to_string(),
                        &root.join("crates").join(member).display().to_string(),
                    ),
                ),
                None => line.to_owned(),
            });
            if line.starts_with("[workspace.dependencies]") {
                lines.push(format!(
                    "bindery-{name} = {{ path = \"crates/{name}\", default-features = false }}"
                ));
            }
        }
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// A program that sends values through these types of the crate called `name`.
fn program(name: &str, types: &[String]) -> String {
    let uses = match types.iter().any(|ty| ty.contains("types ::")) {
        true => format!("use bindery_{}::types;\n", name.replace('-', "_")),
        false => String::new(),
    };
    let arms: String = types
        .iter()
        .enumerate()
        .map(|(number, ty)| format!("        {number} => round_trip::<{ty}>(text),\n"))
        .collect();
    format!(
        r#"//! Reads values, a line for each, and writes back what their types make of them.

use std::{{
    fmt::Debug,
    sync::atomic::{{AtomicBool, Ordering}},
}};

{uses}use serde::{{Serialize, de::DeserializeOwned}};
use serde_json::Value;

/// Whether what was read last is, or holds, a message of a kind that is not described.
static UNKNOWN: AtomicBool = AtomicBool::new(false);

#[allow(dead_code)]
fn round_trip<T: Debug + Serialize + DeserializeOwned>(text: &str) -> Result<String, serde_json::Error> {{
    let read: T = serde_json::from_str(text)?;
    UNKNOWN.store(format!("{{read:?}}").contains("Unknown("), Ordering::Relaxed);
    serde_json::to_string(&read)
}}

#[allow(clippy::all, unused_variables, unreachable_code)]
fn through(kind: u64, text: &str) -> Result<String, serde_json::Error> {{
    match kind {{
{arms}        _ => panic!("there is no such type"),
    }}
}}

fn main() {{
    let path = std::env::args().nth(1).expect("the file of the values");
    let text = std::fs::read_to_string(path).expect("it can be read");
    for line in text.lines() {{
        let sample: Value = serde_json::from_str(line).expect("a line is JSON");
        let kind = sample["kind"].as_u64().expect("it has a type");
        let text = sample["text"].as_str().expect("it has a text");
        let answer = match through(kind, text) {{
            Ok(text) => {{
                let unknown = UNKNOWN.load(Ordering::Relaxed);
                serde_json::json!({{ "text": text, "unknown": unknown }})
            }}
            Err(error) => serde_json::json!({{ "error": error.to_string() }}),
        }};
        println!("{{answer}}");
    }}
}}
"#
    )
}
