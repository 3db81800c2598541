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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Scopes, Stored, TokenKey,
        store::record::{decode, encode},
    };

    const STEPS: [Step; 7] = [
        Step::Begun,
        Step::Created,
        Step::HalfWritten,
        Step::Written,
        Step::Synced,
        Step::Renamed,
        Step::FolderSynced,
    ];
    const FOLDER: &str = "BINDERY_TEST_FOLDER";
    const STEP: &str = "BINDERY_TEST_STEP";

    fn key() -> TokenKey {
        TokenKey::new("test", "", "jane", &Scopes::default())
    }

    fn record(generation: u64) -> Stored {
        let mut stored = Stored::new(generation);
        // Several pages of a disk, so that half of it is a half.
        let text = generation.to_string().repeat(10_000);
        stored.refresh_token = Some(text.into());
        stored
    }

    fn write_record(path: &Path, generation: u64, at: &mut dyn FnMut(Step)) {
        replace(path, &encode(&key(), &record(generation)), at).expect("it works");
    }

    fn read_record(path: &Path) -> Stored {
        let bytes = std::fs::read(path).expect("a file");
        decode(&key(), &bytes).expect("the old record or the new one, as a whole")
    }

    /// Does nothing, except in the process that the next test starts.
    #[test]
    fn the_process_that_dies() {
        let (Ok(folder), Ok(step)) = (std::env::var(FOLDER), std::env::var(STEP)) else {
            return;
        };
        write_record(&Path::new(&folder).join("record.json"), 2, &mut |at| {
            if format!("{at:?}") == step {
                std::process::abort();
            }
        });
        panic!("{step} never came");
    }

    /// I19: killed at any step, the refresh token before is unspent or the new one is saved.
    #[test]
    fn i19_a_process_that_dies_at_any_step_leaves_the_old_record_or_the_new_one() {
        let test = format!(
            "{}::the_process_that_dies",
            module_path!().split_once("::").expect("a path").1
        );
        for step in STEPS {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("record.json");
            write_record(&path, 1, &mut |_| ());
            let output = std::process::Command::new(std::env::current_exe().expect("this test"))
                .args([&test, "--exact", "--nocapture"])
                .env(FOLDER, folder.path())
                .env(STEP, format!("{step:?}"))
                .output()
                .expect("it runs");
            assert!(!output.status.success(), "{step:?}: it was to die");
            assert!(
                !String::from_utf8_lossy(&output.stderr).contains("never came"),
                "{step:?}: it died of something else"
            );
            let renamed = matches!(step, Step::Renamed | Step::FolderSynced);
            let expected = if renamed { 2 } else { 1 };
            assert_eq!(read_record(&path), record(expected), "{step:?}");
            // Whatever was left behind is in nobody's way.
            write_record(&path, 3, &mut |_| ());
            assert_eq!(read_record(&path), record(3), "{step:?}");
            let files = std::fs::read_dir(folder.path()).expect("a folder").count();
            assert_eq!(files, 1, "{step:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_new_file_is_its_owners_alone_from_its_creation_on() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("record.json");
        let mut seen = Vec::new();
        write_record(&path, 1, &mut |at| {
            seen.push(at);
            for file in std::fs::read_dir(folder.path()).expect("a folder") {
                let mode = file
                    .expect("a file")
                    .metadata()
                    .expect("it is there")
                    .permissions()
                    .mode();
                assert_eq!(mode & 0o777, 0o600, "{at:?}");
            }
        });
        assert_eq!(seen, STEPS);
    }

    /// I19: killed at any step, the refresh token before is unspent or the new one is saved.
    #[test]
    fn i19_a_write_that_fails_leaves_the_old_record() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("record.json");
        write_record(&path, 1, &mut |_| ());
        // The new file is gone when it is to be renamed.
        let error = replace(&path, b"half", &mut |at| {
            if at == Step::Synced {
                std::fs::remove_file(path.with_extension("new")).expect("it is there");
            }
        });
        error.expect_err("nothing to rename");
        assert_eq!(read_record(&path), record(1));
    }
}
