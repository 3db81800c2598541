//! What the generated crate costs to check, against what plain progenitor makes of the same lowered document in its
//! builder style, the one that comes nearest to our calls.

use std::{
    error::Error,
    fs::{self, File},
    path::Path,
    process::Command,
    time::SystemTime,
};

use super::{
    generator::{Build, Generators, cargo, finish, folder},
    processor::milliseconds,
    speed::made,
};
use crate::{figure::Figure, report::Outcome, sheet::Sheet};

/// How much of the time that progenitor's output takes.
const BAR: f64 = 0.7;

/// The resources of the document: enough that cargo's own time counts for little.
const RESOURCES: usize = 10;

/// How often each is checked; the fastest counts.
const RUNS: usize = 3;

/// Ours to progenitor's.
pub(super) fn against_progenitor(sheet: &mut Sheet<'_>, generators: &Generators) -> Outcome {
    let name = "generate.check.to_progenitor.processor_time";
    match ratio(generators) {
        Ok(ratio) => sheet.write(&Figure::at_most(name, ratio, "ratio", BAR))?,
        Err(error) => sheet.miss(&Figure::unmeasured(name, "ratio", Some(BAR)), error)?,
    }
    Ok(())
}

fn ratio(generators: &Generators) -> Result<f64, Box<dyn Error>> {
    let generator = generators.built(Build::Debug)?;
    let document = made("checked", RESOURCES)?;
    let folder = folder()?.join("beside-progenitor");
    finish(&mut generator.beside_progenitor(&document, &folder))?;
    let (ours, theirs) = (
        (folder.join("crates/checked"), "bindery-checked"),
        (folder.join("plain"), "plain"),
    );
    for (_, package) in [&ours, &theirs] {
        // What they depend on is checked now, and not again.
        finish(&mut check(&folder, package))?;
    }
    let (mut least, mut their_least) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..RUNS {
        for ((krate, package), least) in [(&ours, &mut least), (&theirs, &mut their_least)] {
            touch(&krate.join("src/lib.rs"))?;
            *least = least.min(milliseconds(&mut check(&folder, package))?);
        }
    }
    Ok(least / their_least)
}

fn check(folder: &Path, package: &str) -> Command {
    let mut command = Command::new(cargo());
    command
        .current_dir(folder)
        .args(["check", "--quiet", "--offline", "--package", package])
        .args(["--lib", "--no-default-features", "--target-dir"])
        .arg(folder.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTFLAGS", "-A warnings")
        .env_remove("CARGO_TARGET_DIR");
    command
}

/// Makes cargo think that a file has changed.
fn touch(path: &Path) -> std::io::Result<()> {
    fs::metadata(path)?;
    let file = File::options().append(true).open(path)?;
    file.set_modified(SystemTime::now())
}
