//! The generator against openapi-to-rust, both optimised, on the same document.

use std::{error::Error, fs, io, path::Path, process::Command};

use super::{
    generator::{Build, Generators, folder},
    processor,
    speed::Large,
};
use crate::{
    figure::Figure,
    report::Outcome,
    sheet::Sheet,
    valgrind::{self, Count},
};

/// The other generator, and how it is come by.
const RIVAL: &str = "openapi-to-rust";
const REMEDY: &str = "install it with `cargo install --locked openapi-to-rust`";

/// Ours to theirs: the time, and the instructions.
pub(super) fn against(sheet: &mut Sheet<'_>, generators: &Generators) -> Outcome {
    for Large { name, document } in Large::all() {
        let document = document.map_err(|error| error.to_string());
        for (what, ratio) in [
            ("time", times as Ratio),
            ("instructions", instructions as Ratio),
        ] {
            let name = format!("generate.{name}.to_openapi_to_rust.{what}");
            let ratio = document.clone().and_then(|document| {
                ratio(generators, &document).map_err(|error| error.to_string())
            });
            match ratio {
                Ok(ratio) => sheet.write(&Figure::at_most(name, ratio, "ratio", 1.0))?,
                Err(error) => sheet.miss(&Figure::unmeasured(name, "ratio", Some(1.0)), error)?,
            }
        }
    }
    Ok(())
}

type Ratio = fn(&Generators, &Path) -> Result<f64, Box<dyn Error>>;

/// How often either runs. Another program takes time from one of them now and then, and none from the fastest run.
const RUNS: u64 = 9;

/// By the clock, the fastest run of each, in turns.
fn times(generators: &Generators, document: &Path) -> Result<f64, Box<dyn Error>> {
    let ours = generators.built(Build::Release)?;
    let mut fastest = [f64::INFINITY; 2];
    for _ in 0..RUNS {
        let both = [theirs(document)?, ours.generate(document)];
        for (fastest, mut command) in fastest.iter_mut().zip(both) {
            *fastest = fastest.min(processor::fastest(&mut command, 1)?);
        }
    }
    let [theirs, ours] = fastest;
    Ok(ours / theirs)
}

/// Of the processes, not of the kernel.
fn instructions(generators: &Generators, document: &Path) -> Result<f64, Box<dyn Error>> {
    let ours = generators.built(Build::Release)?;
    let theirs = valgrind::of(Count::Instructions, &theirs(document)?)?;
    let ours = valgrind::of(Count::Instructions, &ours.generate(document))?;
    Ok(ours as f64 / theirs as f64)
}

/// The other generator at the same work, as its own documentation says.
fn theirs(document: &Path) -> io::Result<Command> {
    match Command::new(RIVAL).arg("--version").output() {
        Err(error) => Err(io::Error::other(format!(
            "failed to run {RIVAL} ({error}); {REMEDY}"
        ))),
        Ok(_) => {
            let folder = folder()?.join(RIVAL);
            fs::create_dir_all(&folder)?;
            let mut command = Command::new(RIVAL);
            command.arg("generate").arg(document).current_dir(folder);
            Ok(command)
        }
    }
}
