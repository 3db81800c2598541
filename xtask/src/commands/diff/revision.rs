//! The specs as a commit has them.

use std::{
    cell::OnceCell,
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::workspace::{Spec, Workspace};

/// The specs of a commit, branch or tag.
pub(super) struct Revision<'a> {
    workspace: &'a Workspace,
    name: &'a str,
    specs: Vec<(Spec, String)>,
    /// All that the folder of specs has there, for documents in several files.
    folder: OnceCell<TempDir>,
}

impl<'a> Revision<'a> {
    /// The specs with their texts, or what git says.
    pub(super) fn read(
        workspace: &'a Workspace,
        name: &'a str,
    ) -> io::Result<Result<Self, String>> {
        // What begins with a dash is no revision and must not be an option either.
        let listing = ["ls-tree", "--name-only", "--end-of-options", name, "specs/"];
        let listed = match git(workspace, None, listing)? {
            Ok(listed) => listed,
            Err(why) => return Ok(Err(why)),
        };
        let mut specs = Vec::new();
        for path in listed.lines() {
            let Some(spec) = Spec::at(path.as_ref()) else {
                continue;
            };
            let place = format!("{name}:./{path}");
            match git(workspace, None, ["show", "--end-of-options", &place])? {
                Ok(text) => specs.push((spec, text)),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(Self {
            workspace,
            name,
            specs,
            folder: OnceCell::new(),
        }))
    }

    /// The specs, each with its text.
    pub(super) fn specs(&self) -> &[(Spec, String)] {
        &self.specs
    }

    /// Where the file of a spec stands among all the others of the revision.
    pub(super) fn file(&self, spec: &Spec) -> io::Result<PathBuf> {
        if self.folder.get().is_none() {
            // Nobody else sets it.
            let _ = self.folder.set(self.check_out()?);
        }
        let folder = self.folder.get().map_or(Path::new(""), TempDir::path);
        Ok(folder.join(&spec.path))
    }

    fn check_out(&self) -> io::Result<TempDir> {
        let folder = tempfile::tempdir()?;
        // The index of the repository stays as it is.
        let index = folder.path().join("index");
        let mut prefix = OsString::from("--prefix=");
        prefix.push(folder.path().join("specs/"));
        let tree = format!("{}:./specs", self.name);
        let read = ["read-tree", "--end-of-options", &tree].map(OsStr::new);
        let write = ["checkout-index", "--all"].map(OsStr::new);
        for arguments in [&read[..], &[write[0], write[1], &prefix]] {
            git(self.workspace, Some(&index), arguments)?.map_err(|why| {
                let name = self.name;
                io::Error::other(format!("failed to read the specs of `{name}`: {why}"))
            })?;
        }
        Ok(folder)
    }
}

/// What git prints, or says is wrong.
fn git<A: AsRef<OsStr>>(
    workspace: &Workspace,
    index: Option<&Path>,
    arguments: impl IntoIterator<Item = A>,
) -> io::Result<Result<String, String>> {
    let mut command = Command::new("git");
    command.arg("-C").arg(workspace.root()).args(arguments);
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    let output = command
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("failed to run git: {error}")))?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(match output.status.success() {
        true => Ok(text(output.stdout)),
        false => Err(text(output.stderr).trim().to_owned()),
    })
}
