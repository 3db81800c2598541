//! The documentation of a generated crate as JSON, which is what cargo-semver-checks compares.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use xtask::generate::Files;

/// Where crates are documented: a workspace below the target folder, whose build stays warm.
pub(super) struct Documented {
    root: PathBuf,
}

impl Documented {
    pub(super) fn new() -> Self {
        let mut version = Command::new(env!("CARGO"));
        let there = ran(version.args(["semver-checks", "--version"]));
        assert!(
            there.status.success(),
            "there is no cargo-semver-checks: `cargo install cargo-semver-checks --locked`"
        );
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("semver-checks");
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let workspace = workspace.canonicalize().expect("the workspace");
        let manifest = fs::read_to_string(workspace.join("Cargo.toml")).expect("its manifest");
        let manifest = manifest
            .replace(
                "members = [\"crates/*\", \"tests\", \"xtask\"]",
                "members = [\"crates/ledger\"]",
            )
            .replace(
                "path = \"crates/",
                &format!("path = \"{}/crates/", workspace.display()),
            );
        let _ = fs::remove_dir_all(root.join("crates"));
        fs::create_dir_all(&root).expect("writable");
        fs::write(root.join("Cargo.toml"), manifest).expect("writable");
        fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock")).expect("writable");
        Self { root }
    }

    /// Documents the crate with these files, and keeps the result under `name`.
    pub(super) fn json(&self, name: &str, files: &Files) -> PathBuf {
        let _ = fs::remove_dir_all(self.root.join("crates"));
        for (path, text) in files.iter().filter(|(path, _)| path.starts_with("crates")) {
            let path = self.root.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(path, text).expect("writable");
        }
        let target = self.root.join("target");
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args([
                "rustdoc",
                "--quiet",
                "--offline",
                "--lib",
                "--manifest-path",
            ])
            .arg(self.root.join("crates/ledger/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .args(["--features", "mock,schemars", "--"])
            .args(["-Zunstable-options", "--output-format=json"])
            .args(["--document-private-items", "--document-hidden-items"])
            .args(["--cap-lints=allow"])
            // JSON is what a stable rustdoc keeps behind its options of the future.
            .env("RUSTC_BOOTSTRAP", "1")
            .env_remove("RUSTFLAGS")
            .env_remove("RUSTDOCFLAGS");
        let output = ran(&mut cargo);
        assert!(output.status.success(), "{}", said(&output));
        let kept = self.root.join(format!("{name}.json"));
        fs::copy(target.join("doc/bindery_ledger.json"), &kept).expect("it is documented");
        kept
    }
}

/// What cargo-semver-checks asks for, in the words of the list, and which of its lints do.
pub(super) fn checked(before: &Path, after: &Path) -> (&'static str, String) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["semver-checks", "--color=never", "--release-type=patch"])
        .arg("--baseline-rustdoc")
        .arg(before)
        .arg("--current-rustdoc")
        .arg(after);
    let told = said(&ran(&mut cargo));
    let word = if told.contains("requires new major version") {
        "breaking"
    } else if told.contains("requires new minor version") {
        "minor"
    } else if told.contains("no semver update required") {
        "patch"
    } else {
        panic!("cargo-semver-checks does not work:\n{told}");
    };
    // Each fault begins with a line of its lint.
    let lints = told.lines().filter(|line| line.starts_with("---"));
    (word, lints.collect::<Vec<_>>().join("\n"))
}

fn ran(command: &mut Command) -> Output {
    command.output().expect("cargo runs")
}

fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
