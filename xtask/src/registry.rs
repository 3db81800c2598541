//! Where the workspace knows a provider: what is entered when one is added, and taken out when it is removed.
//!
//! `name` says what one may be called, `manifests` and `lock` edit cargo's files, `uses` finds what needs a crate, and
//! `staged` writes everything, or nothing.

mod lock;
mod manifests;
mod name;
mod staged;
mod uses;

pub use name::{misspelt, refusal};
pub use staged::Staged;
pub use uses::uses;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    emit,
    generate::{self, Files},
    workspace::{Registered, Workspace},
};

const WORKSPACE: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";
const TESTS: &str = "tests/Cargo.toml";
/// The package of the tests across crates.
const TESTS_PACKAGE: &str = "bindery-tests";

/// The file of a provider's spec.
pub fn spec_path(name: &str) -> PathBuf {
    PathBuf::from("specs").join(format!("{name}.yaml"))
}

/// What is written when `provider` is added: its spec with this text, these generated files, and its name wherever it has
/// to stand.
///
/// # Errors
///
/// When a file of the workspace cannot be read, or is not what it should be.
pub fn entered(
    workspace: &Workspace,
    provider: &Registered,
    spec: &str,
    files: Files,
) -> io::Result<Staged> {
    let name = &provider.name;
    let krate = format!("bindery-{name}");
    let root = workspace.root();
    let manifest = files.get(&PathBuf::from("crates").join(name).join("Cargo.toml"));
    let manifest = manifest.cloned().unwrap_or_default();
    let mut staged = Staged::new(root);
    for (path, text) in files {
        staged.write(path, &text)?;
    }
    let text = read(root, WORKSPACE)?;
    let version = manifests::version(&text).map_err(|error| broken(WORKSPACE, &error))?;
    let value = format!(
        "{{ path = \"crates/{name}\", version = \"{version}\", default-features = false }}"
    );
    let with = manifests::with(&text, &["workspace", "dependencies"], &krate, &value);
    staged.write(WORKSPACE, &with.map_err(|error| broken(WORKSPACE, &error))?)?;
    let needs = manifests::dependencies(&manifest).map_err(|error| broken(name, &error))?;
    let text = read(root, LOCK)?;
    let with = lock::with(&text, &krate, &version, &needs, TESTS_PACKAGE);
    staged.write(LOCK, &with)?;
    let text = read(root, TESTS)?;
    let value = "{ workspace = true, features = [\"mock\", \"schemars\"] }";
    let with = manifests::with(&text, &["dev-dependencies"], &krate, value);
    staged.write(TESTS, &with.map_err(|error| broken(TESTS, &error))?)?;
    let mut all = workspace.registered()?;
    all.push(provider.clone());
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let (path, text) = generate::index(&all);
    staged.write(path, &text)?;
    // Last: what is interrupted before is what is left of one without a spec, and can be taken out.
    staged.write(spec_path(name), spec)?;
    Ok(staged)
}

/// What is left to write when a provider is removed: everything that was entered is gone, and so are its snapshots. What
/// is not there need not be.
///
/// # Errors
///
/// When a file of the workspace cannot be read, or is not what it should be.
pub fn taken_out(workspace: &Workspace, name: &str) -> io::Result<Staged> {
    let krate = format!("bindery-{name}");
    let root = workspace.root();
    let mut staged = Staged::new(root);
    // In the other order, so that cargo can read the manifests all the while.
    let left = workspace.registered()?.into_iter();
    let left: Vec<_> = left.filter(|other| other.name != name).collect();
    let (path, text) = generate::index(&left);
    staged.write(path, &text)?;
    let text = read(root, TESTS)?;
    let without = manifests::without(&text, &["dev-dependencies"], &krate);
    staged.write(TESTS, &without.map_err(|error| broken(TESTS, &error))?)?;
    staged.write(LOCK, &lock::without(&read(root, LOCK)?, &krate))?;
    let text = read(root, WORKSPACE)?;
    let without = manifests::without(&text, &["workspace", "dependencies"], &krate);
    staged.write(
        WORKSPACE,
        &without.map_err(|error| broken(WORKSPACE, &error))?,
    )?;
    for path in snapshots(name) {
        staged.remove(path)?;
    }
    staged.remove(format!("tests/exercise/{}.rs", name.replace('-', "_")))?;
    for path in generated_below(root, &PathBuf::from("crates").join(name))? {
        staged.remove(path)?;
    }
    let specs = workspace.specs()?;
    for spec in specs.iter().filter(|spec| spec.name == name) {
        staged.remove(&spec.path)?;
    }
    Ok(staged)
}

/// The files in a crate's folder that no generator made; none where there is no such folder.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn by_hand(workspace: &Workspace, name: &str) -> io::Result<Vec<PathBuf>> {
    let folder = PathBuf::from("crates").join(name);
    let mut all = emit::below(workspace.root(), &folder)?;
    let generated = generated_below(workspace.root(), &folder)?;
    all.retain(|path| !generated.contains(path));
    Ok(all)
}

fn generated_below(root: &Path, folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in emit::below(root, folder)? {
        if emit::is_generated(&fs::read(root.join(&path))?) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Where the tests across crates keep what they print of a provider.
fn snapshots(name: &str) -> [PathBuf; 3] {
    [
        format!("surface__{name}"),
        format!("surface__{name}-operations"),
        format!("wire__{name}"),
    ]
    .map(|of| PathBuf::from(format!("tests/snapshots/bindery_tests__{of}.snap")))
}

fn read(root: &Path, path: &str) -> io::Result<String> {
    fs::read_to_string(root.join(path))
        .map_err(|error| io::Error::new(error.kind(), format!("failed to read `{path}`: {error}")))
}

fn broken(path: &str, error: &toml_edit::TomlError) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("failed to read `{path}`: {error}"),
    )
}
