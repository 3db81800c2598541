//! A copy of the workspace that may be broken.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::workspace::Workspace;

/// A copy of what git knows of a workspace, as it is on the disk now. It is removed when this is dropped; what was built
/// of it stays, so that the next copy need not build its dependencies again.
#[derive(Debug)]
pub struct Copy {
    folder: TempDir,
    target: PathBuf,
    _lock: File,
}

impl Copy {
    /// Copies `workspace` into its folder `target/mutants`. Waits while another copy is there.
    ///
    /// # Errors
    ///
    /// When git does not tell the files, or a file cannot be read or written.
    pub fn of(workspace: &Workspace) -> io::Result<Self> {
        let room = workspace.root().join("target/mutants");
        fs::create_dir_all(&room)?;
        let lock = File::create(room.join("lock"))?;
        lock.lock()?;
        // Always the same path, since what is built of a package is filed under its path. What a run left behind that
        // was killed is in the way.
        let path = room.join("workspace");
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let folder = tempfile::Builder::new()
            .prefix("workspace")
            .rand_bytes(0)
            .tempdir_in(&room)?;
        for file in files(workspace)? {
            let to = folder.path().join(&file);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::copy(workspace.root().join(&file), to)?;
        }
        Ok(Self {
            folder,
            target: room.join("target"),
            _lock: lock,
        })
    }

    /// The root of the copy.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Where what is built of it goes.
    pub fn target(&self) -> &Path {
        &self.target
    }
}

/// The files of `workspace` that are tracked, or would be with the next `git add`: paths below the root.
///
/// # Errors
///
/// When git cannot be run, or knows no such repository.
pub(super) fn files(workspace: &Workspace) -> io::Result<Vec<PathBuf>> {
    let arguments = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let output = Command::new("git")
        .args(arguments)
        .current_dir(workspace.root())
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("failed to run git: {error}")))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        let what = format!("failed to list the files of the workspace: {}", why.trim());
        return Err(io::Error::other(what));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let files = text.split('\0').filter(|path| !path.is_empty());
    // Git lists what was deleted too, as long as the deletion is not committed.
    let there = files
        .map(PathBuf::from)
        .filter(|path| workspace.root().join(path).is_file());
    Ok(there.collect())
}
