//! Tests run in a copy of the workspace.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use super::{catalogue::Mutant, copy::Copy, packages::Packages};

/// How long the tests of one trial may run. Building them takes as long as it takes.
pub const LIMIT: Duration = Duration::from_secs(300);

/// The tests of a trial: a package, its features, and what the names contain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tests {
    package: String,
    features: Vec<String>,
    /// The binaries to build, as options of cargo.
    targets: BTreeSet<String>,
    names: String,
}

impl Tests {
    /// The tests that have to notice `mutant`.
    pub fn of(mutant: &Mutant, packages: &Packages) -> Self {
        let all = || ["--tests".to_owned()].into();
        Self {
            package: mutant.package.clone(),
            features: mutant.features.clone(),
            targets: packages
                .targets(&mutant.package, &mutant.tests)
                .unwrap_or_else(all),
            names: mutant.tests.clone(),
        }
    }
}

/// What came of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This many tests passed, and none failed.
    Passed(usize),
    /// A test failed. This is what was said.
    Failed(String),
    /// The code does not compile. This is what was said.
    NotBuilt(String),
    /// The tests had not ended within [`LIMIT`], and were stopped.
    Hung,
}

impl Copy {
    /// Builds and runs `tests`.
    ///
    /// # Errors
    ///
    /// When cargo cannot be run.
    pub fn run(&self, tests: &Tests) -> io::Result<Outcome> {
        // Built first, so that a test that fails is told from one that does not compile, and is measured without it.
        let (status, said) = self.cargo(tests, &["--no-run"], None)?;
        if !status.is_some_and(|status| status.success()) {
            return Ok(Outcome::NotBuilt(said));
        }
        let (status, said) = self.cargo(tests, &["--", &tests.names], Some(LIMIT))?;
        Ok(match status {
            None => Outcome::Hung,
            Some(status) if status.success() => Outcome::Passed(passed(&said)),
            Some(_) => Outcome::Failed(said),
        })
    }

    /// Answers how it ended, unless it was stopped after `limit`, and what it said.
    fn cargo(
        &self,
        tests: &Tests,
        more: &[&str],
        limit: Option<Duration>,
    ) -> io::Result<(Option<ExitStatus>, String)> {
        let said = self.target().with_extension("log");
        let log = File::create(&said)?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command
            .current_dir(self.root())
            .args(["test", "--locked", "--quiet", "--package", &tests.package])
            .args(&tests.targets)
            .args(["--features", &tests.features.join(",")])
            .args(more)
            .env("CARGO_TARGET_DIR", self.target())
            .env("CARGO_TERM_COLOR", "never")
            // Nobody debugs a mutant, and without this it is linked in half the time.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            // What a mutant leaves unused is a warning, and no reason not to build it.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        // A group of its own, so that a test that hangs is stopped along with the cargo that runs it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let status = wait(&mut child, limit)?;
        Ok((status, read(&said)?))
    }
}

fn wait(child: &mut Child, limit: Option<Duration>) -> io::Result<Option<ExitStatus>> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if limit.is_some_and(|limit| started.elapsed() > limit) {
            #[cfg(unix)]
            Command::new("kill")
                .args(["-KILL", "--", &format!("-{}", child.id())])
                .status()?;
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn read(path: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

/// Counted off lines such as `test result: ok. 3 passed; 0 failed; …`.
fn passed(said: &str) -> usize {
    let results = said
        .lines()
        .filter_map(|line| line.strip_prefix("test result: ok. "));
    let counts = results.filter_map(|line| line.split(' ').next()?.parse::<usize>().ok());
    counts.sum()
}

/// Puts the fault into the copy, runs its tests, and takes it out again.
///
/// # Errors
///
/// When the file cannot be read or written, does not have the text, or cargo cannot be run.
pub fn of_mutant(copy: &Copy, mutant: &Mutant, packages: &Packages) -> io::Result<Outcome> {
    let path: PathBuf = copy.root().join(&mutant.file);
    let whole = fs::read_to_string(&path)?;
    let broken = mutant.apply(&whole).ok_or_else(|| {
        let what = format!(
            "failed to find the text to replace in {}",
            mutant.file.display()
        );
        io::Error::other(what)
    })?;
    fs::write(&path, broken)?;
    let outcome = copy.run(&Tests::of(mutant, packages));
    // Written and not renamed: cargo sees by the time of the file that it has changed.
    fs::write(&path, whole)?;
    outcome
}
