//! One file in the place of another, as a whole or not at all.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// How far a replacement has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Begun,
    Created,
    HalfWritten,
    Written,
    Synced,
    Renamed,
    FolderSynced,
}

/// Opens a file that only its owner may read, from its creation on.
pub(super) fn open(path: &Path, new: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    if new {
        // Fails where anything is there, a link included.
        options.create_new(true);
    } else {
        options.create(true).truncate(false);
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Puts a file with `bytes` in the place of the one at `path`, and returns when it would survive a loss of power. One
/// caller at a time. `at` is told of each step.
pub(super) fn replace(path: &Path, bytes: &[u8], at: &mut dyn FnMut(Step)) -> io::Result<()> {
    let beside = path.with_extension("new");
    at(Step::Begun);
    match std::fs::remove_file(&beside) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let outcome = write(&beside, bytes, at).and_then(|()| std::fs::rename(&beside, path));
    if outcome.is_err() {
        // Best effort: the next replacement removes it too.
        let _ = std::fs::remove_file(&beside);
    }
    outcome?;
    at(Step::Renamed);
    // The name of a file is in its folder, which is written on its own.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        File::open(folder)?.sync_all()?;
    }
    at(Step::FolderSynced);
    Ok(())
}

fn write(path: &Path, bytes: &[u8], at: &mut dyn FnMut(Step)) -> io::Result<()> {
    let mut file = open(path, true)?;
    at(Step::Created);
    let (first, second) = bytes.split_at(bytes.len() / 2);
    file.write_all(first)?;
    at(Step::HalfWritten);
    file.write_all(second)?;
    at(Step::Written);
    file.sync_all()?;
    at(Step::Synced);
    Ok(())
}
