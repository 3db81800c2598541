//! The list of mutants: `xtask/mutants/i01.toml` and so on, one file for each invariant of the token layer.

use std::{
    fmt, fs, io,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;

use super::packages::Packages;
use crate::{spec::Position, workspace::Workspace};

/// Below the root of the workspace.
const FOLDER: &str = "xtask/mutants";
/// The invariants that there are.
const NUMBERS: RangeInclusive<u32> = 1..=25;

/// What always holds, and the faults that would break it.
#[derive(Debug)]
pub struct Invariant {
    /// The name of the file without its extension, such as `i01`.
    pub name: String,
    /// The invariant in one line.
    pub promise: String,
    /// The faults, in the order of the file.
    pub mutants: Vec<Mutant>,
}

/// One fault, and the tests that have to notice it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// What it breaks.
    pub what: String,
    /// The file that it is in, below the root.
    pub file: PathBuf,
    /// The text that is there, exactly once.
    find: Spanned<String>,
    /// The text that takes its place.
    replace: String,
    /// The package with the tests.
    pub package: String,
    /// What the names of the tests contain.
    pub tests: String,
    /// The features that the package is tested with, beyond its default ones.
    #[serde(default)]
    pub features: Vec<String>,
}

impl Mutant {
    /// The text of the file with the fault in it; `None` where what it replaces is not there exactly once.
    pub fn apply(&self, text: &str) -> Option<String> {
        let find = self.find.as_ref();
        (text.matches(find).count() == 1).then(|| text.replacen(find, &self.replace, 1))
    }
}

/// Something that is wrong with a file of the list, as `xtask/mutants/i01.toml:3:1  what  — how to mend it`.
#[derive(Debug)]
pub struct Fault {
    path: PathBuf,
    position: Option<Position>,
    what: String,
    mend: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(position) = self.position {
            write!(f, ":{position}")?;
        }
        write!(f, "  {}  — {}", self.what, self.mend)
    }
}

/// The whole list, by name, and what is wrong with it: a file that cannot be read is left out, a mutant that does not
/// apply is not.
///
/// # Errors
///
/// When the folder of the list or a file that a mutant is in cannot be read.
pub fn read(workspace: &Workspace) -> io::Result<(Vec<Invariant>, Vec<Fault>)> {
    let folder = workspace.root().join(FOLDER);
    let entries = fs::read_dir(&folder).map_err(|error| {
        let what = format!("failed to read the folder `{FOLDER}`: {error}; it lists the mutants");
        io::Error::new(error.kind(), what)
    })?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let (mut invariants, mut faults) = (Vec::new(), Vec::new());
    for name in names {
        let path = Path::new(FOLDER).join(format!("{name}.toml"));
        let text = fs::read_to_string(workspace.root().join(&path))?;
        match parse(&path, name, &text) {
            Ok(invariant) => {
                faults.extend(not_applied(workspace, &path, &text, &invariant)?);
                invariants.push(invariant);
            }
            Err(fault) => faults.push(fault),
        }
    }
    Ok((invariants, faults))
}

/// What is missing: invariants without a mutant, and tests that nobody has written.
pub fn missing(packages: &Packages, invariants: &[Invariant]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for number in NUMBERS {
        let name = format!("i{number:02}");
        let found = invariants.iter().find(|invariant| invariant.name == name);
        let what = match found {
            None => "there is no such file".to_owned(),
            Some(invariant) if invariant.mutants.is_empty() => "it has no mutant".to_owned(),
            Some(_) => continue,
        };
        let mend = "write a mutant that breaks the invariant";
        faults.push(Fault::of(&name, what, mend));
    }
    for invariant in invariants {
        let mut named: Vec<_> = invariant
            .mutants
            .iter()
            .map(|mutant| (&mutant.package, &mutant.tests))
            .collect();
        named.dedup();
        for (package, tests) in named {
            if packages.targets(package, tests).is_some() {
                continue;
            }
            let what = if packages.has(package) {
                format!("`{package}` has no test whose name contains `{tests}`")
            } else {
                format!("there is no package `{package}`")
            };
            let mend = "name a package and tests that there are";
            faults.push(Fault::of(&invariant.name, what, mend));
        }
    }
    faults
}

impl Fault {
    fn of(name: &str, what: String, mend: &'static str) -> Self {
        Self {
            path: Path::new(FOLDER).join(format!("{name}.toml")),
            position: None,
            what,
            mend,
        }
    }
}

fn parse(path: &Path, name: String, text: &str) -> Result<Invariant, Fault> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Written {
        invariant: String,
        #[serde(default)]
        mutant: Vec<Mutant>,
    }
    let written: Written = toml::from_str(text).map_err(|error| Fault {
        path: path.to_owned(),
        position: error
            .span()
            .map(|span| Position::of_byte(text.as_bytes(), span.start)),
        what: error.message().replace('\n', " "),
        mend: "see `cargo xtask help mutants` for what a file has",
    })?;
    Ok(Invariant {
        name,
        promise: written.invariant,
        mutants: written.mutant,
    })
}

/// The mutants that there is no place for, or more than one, or that change nothing.
fn not_applied(
    workspace: &Workspace,
    path: &Path,
    text: &str,
    invariant: &Invariant,
) -> io::Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for mutant in &invariant.mutants {
        let (find, file) = (mutant.find.as_ref(), mutant.file.display());
        let there = match fs::read_to_string(workspace.root().join(&mutant.file)) {
            Ok(there) => Some(there),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let (what, mend) = match there.map(|there| there.matches(find).count()) {
            Some(1) if *find == mutant.replace => (
                format!("the mutant of {file} changes nothing"),
                "write what breaks the invariant",
            ),
            Some(1) => continue,
            None => (
                format!("there is no file {file}"),
                "name the file that the code is in now",
            ),
            Some(0) => (
                format!("{file} does not have this text"),
                "the code has changed: break it as it is now",
            ),
            Some(times) => (
                format!("{file} has this text {times} times"),
                "take in a line more, so that it is there once",
            ),
        };
        faults.push(Fault {
            path: path.to_owned(),
            position: Some(Position::of_byte(text.as_bytes(), mutant.find.span().start)),
            what,
            mend,
        });
    }
    Ok(faults)
}
