//! The generator as maintainers run it: `xtask`, as it is built for them, and optimised.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::report::Effort;

/// Why there is nothing to measure.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Unbuilt {
    /// Building takes too long to just look whether the report works.
    #[error("a glance builds no generator")]
    Glance,
    /// It does not build.
    #[error("failed to build the generator: {0}")]
    Failed(String),
}

/// How it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Build {
    /// As `cargo xtask` does.
    Debug,
    /// Optimised.
    Release,
    /// Optimised, and with the allocator of the system, which valgrind knows.
    Counted,
}

/// Builds the generator when a figure first asks for it.
#[derive(Debug)]
pub(super) struct Generators {
    effort: Effort,
}

impl Generators {
    pub(super) fn of(effort: Effort) -> Self {
        Self { effort }
    }

    /// The program, built.
    pub(super) fn built(&self, build: Build) -> Result<Generator, Unbuilt> {
        if self.effort == Effort::Glance {
            return Err(Unbuilt::Glance);
        }
        let mut cargo = Command::new(cargo());
        cargo
            .current_dir(workspace())
            .args(["build", "--locked", "--package", "xtask"])
            .args(match build {
                Build::Debug => &["--bin", "xtask"][..],
                Build::Release => &["--bin", "xtask", "--release"],
                Build::Counted => &["--example", "counted", "--release"],
            })
            .args(["--message-format", "json-render-diagnostics"])
            .stderr(Stdio::inherit());
        let output = cargo
            .output()
            .map_err(|error| Unbuilt::Failed(error.to_string()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let program = said.lines().rev().find_map(executable);
        match program {
            Some(program) if output.status.success() => Ok(Generator { program }),
            _ => Err(Unbuilt::Failed(output.status.to_string())),
        }
    }
}

/// The program that a line of cargo's messages tells of.
fn executable(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    Some(message["executable"].as_str()?.into())
}

/// The generator, built.
#[derive(Debug)]
pub(super) struct Generator {
    program: PathBuf,
}

impl Generator {
    /// Runs it on all specs, which have not changed since it last ran. It writes nothing of them.
    pub(super) fn unchanged(&self) -> Command {
        self.command(&["generate", "--check"])
    }

    /// Generates from a document in memory.
    pub(super) fn generate(&self, document: &Path) -> Command {
        let mut command = self.command(&["try", "--no-build"]);
        command.arg(document);
        command
    }

    /// Puts the crate of a document, and what plain progenitor makes of it, into a folder.
    pub(super) fn beside_progenitor(&self, document: &Path, folder: &Path) -> Command {
        let mut command = self.command(&["beside-progenitor"]);
        command.arg(document).arg(folder);
        command
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(workspace()).args(arguments);
        command
    }
}

/// Runs a command to its end, and fails where it does.
pub(super) fn finish(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = said.trim().lines().rev().take(5).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    Err(io::Error::other(format!(
        "failed to run `{}`: {}",
        command.get_program().to_string_lossy(),
        last.join("; ")
    )))
}

/// The cargo that runs this, or the one that is found.
pub(super) fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

/// The root of the workspace that this program was built in.
pub(super) fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .ancestors()
        .nth(2)
        .unwrap_or(manifest)
        .to_path_buf()
}

/// A folder for documents and crates, below the target folder.
pub(super) fn folder() -> io::Result<PathBuf> {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    let folder = std::path::absolute(target.join("bench"))?;
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_in_what_cargo_says() {
        let library = r#"{"reason":"compiler-artifact","executable":null}"#;
        let program = r#"{"reason":"compiler-artifact","executable":"/a/xtask"}"#;
        assert_eq!(executable(library), None);
        assert_eq!(executable(program), Some("/a/xtask".into()));
        assert_eq!(executable("no JSON"), None);
    }

    #[test]
    fn the_workspace_is_where_the_specs_are() {
        assert!(workspace().join("specs").is_dir());
    }
}
