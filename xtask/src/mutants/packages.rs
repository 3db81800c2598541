//! Which tests there are, and which of the binaries of a package has them.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::workspace::Workspace;

/// The packages of a workspace.
#[derive(Debug)]
pub struct Packages(Vec<Package>);

#[derive(Debug)]
struct Package {
    name: String,
    /// The sources, by their path below the folder of the package.
    sources: Vec<(PathBuf, String)>,
}

impl Packages {
    /// Reads the sources of every package.
    ///
    /// # Errors
    ///
    /// When a file of the workspace cannot be read.
    pub fn read(workspace: &Workspace) -> io::Result<Self> {
        #[derive(Deserialize)]
        struct Manifest {
            package: Option<Named>,
        }
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        let files = super::copy::files(workspace)?;
        let mut packages = Vec::new();
        for manifest in files.iter().filter(|file| file.ends_with("Cargo.toml")) {
            let text = fs::read_to_string(workspace.root().join(manifest))?;
            let read: Result<Manifest, _> = toml::from_str(&text);
            let Some(Named { name }) = read.ok().and_then(|manifest| manifest.package) else {
                continue;
            };
            let folder = manifest.parent().unwrap_or(manifest);
            let mut sources = Vec::new();
            for file in &files {
                if let Ok(path) = file.strip_prefix(folder)
                    && path.extension().is_some_and(|extension| extension == "rs")
                {
                    let text = fs::read_to_string(workspace.root().join(file))?;
                    sources.push((path.to_owned(), text));
                }
            }
            packages.push(Package { name, sources });
        }
        Ok(Self(packages))
    }

    /// Whether there is a package of this name.
    pub fn has(&self, package: &str) -> bool {
        self.find(package).is_some()
    }

    /// What has cargo build no binary of `package` but those with tests whose names contain `tests`; `None` where none
    /// has any.
    pub fn targets(&self, package: &str, tests: &str) -> Option<BTreeSet<String>> {
        let package = self.find(package)?;
        let with = package
            .sources
            .iter()
            .filter(|(_, text)| has_test(text, tests));
        let targets: BTreeSet<_> = with.map(|(path, _)| package.target(path)).collect();
        (!targets.is_empty()).then_some(targets)
    }

    fn find(&self, package: &str) -> Option<&Package> {
        self.0.iter().find(|other| other.name == package)
    }
}

impl Package {
    /// The binary that a source belongs to, as an option of cargo; all of them, where its place does not tell.
    fn target(&self, source: &Path) -> String {
        let is_there = |path: &str| {
            self.sources
                .iter()
                .any(|(other, _)| other == Path::new(path))
        };
        let text = source.to_string_lossy();
        let test = text
            .strip_prefix("tests/")
            .and_then(|rest| rest.split(['/', '.']).next());
        match test {
            Some(name)
                if is_there(&format!("tests/{name}.rs"))
                    || is_there(&format!("tests/{name}/main.rs")) =>
            {
                format!("--test={name}")
            }
            None if text.starts_with("src/") && is_there("src/lib.rs") => "--lib".to_owned(),
            _ => "--tests".to_owned(),
        }
    }
}

/// Whether a function is called so. The name may have the path of its module before it.
fn has_test(source: &str, tests: &str) -> bool {
    let name = tests.rsplit("::").next().unwrap_or(tests);
    source.split("fn ").skip(1).any(|after| {
        let end = after.find(|c: char| !c.is_alphanumeric() && c != '_');
        after[..end.unwrap_or(after.len())].contains(name)
    })
}
