//! How long generating takes, by the clock.

use std::{fs, io, path::PathBuf};

use super::{
    document,
    generator::{Build, Generators, folder, workspace},
    processor::fastest,
};
use crate::{figure::Figure, report::Outcome, sheet::Sheet};

/// What a maintainer who saved nothing may wait for, in milliseconds.
const UNCHANGED: f64 = 50.0;

/// What a maintainer may wait for a document of 1.4 MB, in milliseconds.
const LARGE: f64 = 1000.0;

/// Generating when no spec has changed.
pub(super) fn unchanged(sheet: &mut Sheet<'_>, generators: &Generators) -> Outcome {
    let name = "generate.unchanged.time";
    let generator = match generators.built(Build::Debug) {
        Ok(generator) => generator,
        Err(error) => {
            let figure = Figure::unmeasured(name, "ms", Some(UNCHANGED));
            return Ok(sheet.miss(&figure, error)?);
        }
    };
    // The first of the runs fills the cache, if it is not filled.
    match fastest(&mut generator.unchanged(), 21) {
        Ok(time) => sheet.write(&Figure::at_most(name, time, "ms", UNCHANGED))?,
        Err(error) => sheet.miss(&Figure::unmeasured(name, "ms", Some(UNCHANGED)), error)?,
    }
    Ok(())
}

/// Generating from large documents: one that is made here, and the largest that vendors publish, where it is at hand.
pub(super) fn large(sheet: &mut Sheet<'_>, generators: &Generators) -> Outcome {
    for Large { name, document } in Large::all() {
        let name = format!("generate.{name}.time");
        let time = generators
            .built(Build::Debug)
            .map_err(io::Error::other)
            .and_then(|generator| fastest(&mut generator.generate(&document?), 5));
        match time {
            Ok(time) => sheet.write(&Figure::at_most(name, time, "ms", LARGE))?,
            Err(error) => sheet.miss(&Figure::unmeasured(name, "ms", Some(LARGE)), error)?,
        }
    }
    Ok(())
}

/// A large document.
pub(super) struct Large {
    /// What figures call it.
    pub(super) name: &'static str,
    /// Where it is.
    pub(super) document: io::Result<PathBuf>,
}

impl Large {
    pub(super) fn all() -> [Self; 2] {
        [
            Self {
                name: "large",
                document: made("large", document::LARGE),
            },
            Self {
                name: "coinbase_cdp",
                document: beside("coinbase-cdp.yaml"),
            },
        ]
    }
}

/// The file of a document that is made here.
pub(super) fn made(name: &str, resources: usize) -> io::Result<PathBuf> {
    let path = folder()?.join(format!("{name}.yaml"));
    fs::write(&path, document::document(resources))?;
    Ok(path)
}

/// A vendor's document. None is kept in the workspace, but a folder of them may lie beside it.
fn beside(name: &str) -> io::Result<PathBuf> {
    let path = workspace().join("../shared/corpus").join(name);
    match path.is_file() {
        true => Ok(path),
        false => Err(io::Error::other(format!(
            "failed to find `{name}`; put it into `../shared/corpus`, as its vendor publishes it"
        ))),
    }
}
