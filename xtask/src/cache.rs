//! What was generated last time, so that a spec that did not change costs next to nothing.
//!
//! It is kept below `target`, where it is no loss. It counts only for the very program that wrote it and for the very
//! bytes of the spec, and what comes from it is compared with the workspace like what was generated now.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use crate::{emit, generate::Files, workspace::Spec};

/// The cache of one spec.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    generator: String,
}

/// What was generated from a spec.
#[derive(Debug, PartialEq, Eq)]
pub struct Cached {
    /// The warnings that were printed.
    pub warnings: String,
    /// The files.
    pub files: Files,
}

const SPEC: &str = "spec";
const GENERATOR: &str = "generator";
const WARNINGS: &str = "warnings";
const FILES: &str = "files";

impl Cache {
    /// The cache of `spec` in the workspace at `root`; `None` where this program cannot tell itself from another.
    pub fn of(spec: &Spec, root: &Path) -> Option<Self> {
        let program = fs::metadata(env::current_exe().ok()?).ok()?;
        let built = program.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            folder: root.join("target/xtask/generated").join(&spec.name),
            generator: format!("{} bytes, {} ns\n", program.len(), built.as_nanos()),
        })
    }

    /// What was generated from this text; `None` where that is not known.
    pub fn get(&self, text: &str) -> Option<Cached> {
        let read = |name: &str| fs::read_to_string(self.folder.join(name)).ok();
        if read(GENERATOR)? != self.generator || read(SPEC)? != text {
            return None;
        }
        let mut files = Files::new();
        read_below(&self.folder.join(FILES), Path::new(""), &mut files).ok()?;
        Some(Cached {
            warnings: read(WARNINGS)?,
            files,
        })
    }

    /// Keeps what was generated from this text.
    ///
    /// # Errors
    ///
    /// When it cannot be written; nothing is kept then.
    pub fn put(&self, text: &str, cached: &Cached) -> io::Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        for (path, text) in &cached.files {
            emit::replace(&self.folder.join(FILES).join(path), text.as_bytes())?;
        }
        emit::replace(&self.folder.join(WARNINGS), cached.warnings.as_bytes())?;
        emit::replace(&self.folder.join(SPEC), text.as_bytes())?;
        // Last: without it, nothing of the rest counts.
        emit::replace(&self.folder.join(GENERATOR), self.generator.as_bytes())
    }
}

fn read_below(folder: &Path, below: &Path, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let below = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            read_below(&entry.path(), &below, files)?;
        } else {
            files.insert(below, fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(root: &Path) -> Cache {
        let spec = Spec {
            name: "ledger".to_owned(),
            path: "specs/ledger.yaml".into(),
        };
        Cache::of(&spec, root).expect("a test is a program")
    }

    fn cached(text: &str) -> Cached {
        let files = [("crates/ledger/src/lib.rs", text), ("tests/a.rs", "// a\n")];
        Cached {
            warnings: "one\n".to_owned(),
            files: files
                .map(|(path, text)| (path.into(), text.to_owned()))
                .into(),
        }
    }

    #[test]
    fn what_was_kept_comes_back_for_the_same_text_only() {
        let root = tempfile::tempdir().expect("a folder");
        let cache = cache(root.path());
        assert_eq!(cache.get("a: 1"), None);
        cache.put("a: 1", &cached("// one\n")).expect("writable");
        assert_eq!(cache.get("a: 1"), Some(cached("// one\n")));
        assert_eq!(cache.get("a: 2"), None);
        cache.put("a: 2", &cached("// two\n")).expect("writable");
        assert_eq!(cache.get("a: 2"), Some(cached("// two\n")));
        assert_eq!(cache.get("a: 1"), None);
    }

    #[test]
    fn what_another_generator_kept_does_not_count() {
        let root = tempfile::tempdir().expect("a folder");
        let mut cache = cache(root.path());
        cache.put("a: 1", &cached("// one\n")).expect("writable");
        cache.generator.push('!');
        assert_eq!(cache.get("a: 1"), None);
    }
}
