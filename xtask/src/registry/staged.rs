//! Changes of many files that are made together or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::emit;

/// What a file was when it was staged, and what it will be; `None` where there is none.
#[derive(Debug)]
struct Change {
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
}

/// Changes that have not been made yet, in the order in which they will be.
#[derive(Debug)]
pub struct Staged {
    root: PathBuf,
    changes: Vec<(PathBuf, Change)>,
}

impl Staged {
    /// No changes below `root`.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            changes: Vec::new(),
        }
    }

    /// Has a file be what `text` is.
    ///
    /// # Errors
    ///
    /// When what is there cannot be read.
    pub fn write(&mut self, path: impl Into<PathBuf>, text: &str) -> io::Result<()> {
        self.stage(path.into(), Some(text.as_bytes().to_vec()))
    }

    /// Has a file be gone.
    ///
    /// # Errors
    ///
    /// When what is there cannot be read.
    pub fn remove(&mut self, path: impl Into<PathBuf>) -> io::Result<()> {
        self.stage(path.into(), None)
    }

    fn stage(&mut self, path: PathBuf, after: Option<Vec<u8>>) -> io::Result<()> {
        let before = now(&self.root, &path)?;
        if before != after {
            self.changes.push((path, Change { before, after }));
        }
        Ok(())
    }

    /// Whether nothing will change.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The files that will be there and were not.
    pub fn new_files(&self) -> impl Iterator<Item = &Path> {
        self.of(|change| change.before.is_none())
    }

    /// The files that will have other bytes.
    pub fn changed_files(&self) -> impl Iterator<Item = &Path> {
        self.of(|change| change.before.is_some() && change.after.is_some())
    }

    /// The files that will be gone.
    pub fn gone_files(&self) -> impl Iterator<Item = &Path> {
        self.of(|change| change.after.is_none())
    }

    fn of(&self, which: fn(&Change) -> bool) -> impl Iterator<Item = &Path> {
        let changes = self.changes.iter();
        let changes = changes.filter(move |(_, change)| which(change));
        changes.map(|(path, _)| path.as_path())
    }

    /// Makes the changes.
    ///
    /// # Errors
    ///
    /// When a file cannot be written, or is not what it was when it was staged: everything is as it was before, then.
    pub fn commit(self) -> io::Result<()> {
        let mut made = Vec::new();
        for (path, change) in &self.changes {
            let folders = missing_folders(&self.root, path);
            let outcome = match now(&self.root, path) {
                Ok(now) if now != change.before => {
                    Err(io::Error::other("somebody else changed it meanwhile"))
                }
                Ok(_) => put(&self.root, path, change.after.as_deref()),
                Err(error) => Err(error),
            };
            let failed = outcome.err();
            made.push((path, change, folders));
            let Some(error) = failed else { continue };
            let what = format!("failed to write `{}`: {error}", path.display());
            return Err(io::Error::new(error.kind(), self.undone(made, what)));
        }
        Ok(())
    }

    /// Puts back what was there, the last first; answers what there is to say.
    fn undone(&self, made: Vec<(&PathBuf, &Change, Vec<PathBuf>)>, what: String) -> String {
        let mut lost = Vec::new();
        let failed = made.len().saturating_sub(1);
        for (place, (path, change, folders)) in made.into_iter().enumerate().rev() {
            // The one that failed is as it was.
            let path_there = self.root.join(path);
            let undone = match &change.before {
                _ if place == failed => Ok(()),
                Some(bytes) => emit::replace(&path_there, bytes),
                None => fs::remove_file(path_there),
            };
            if undone.is_err() {
                lost.push(path.display().to_string());
            }
            for folder in folders {
                // One that somebody put something into meanwhile stays.
                let _ = fs::remove_dir(folder);
            }
        }
        match lost.as_slice() {
            [] => format!("{what}; nothing was changed"),
            lost => format!("{what}; and failed to put back {}", lost.join(", ")),
        }
    }
}

/// The folders above a file that are not there, the deepest first.
fn missing_folders(root: &Path, path: &Path) -> Vec<PathBuf> {
    let folders = path.ancestors().skip(1).map(|folder| root.join(folder));
    folders.take_while(|folder| !folder.exists()).collect()
}

fn put(root: &Path, path: &Path, bytes: Option<&[u8]>) -> io::Result<()> {
    match bytes {
        Some(bytes) => emit::replace(&root.join(path), bytes),
        None => emit::remove(root, path),
    }
}

fn now(root: &Path, path: &Path) -> io::Result<Option<Vec<u8>>> {
    emit::read(&root.join(path)).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("failed to read `{}`: {error}", path.display()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything below `root`, folders too.
    fn tree(root: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("readable") {
                let path = entry.expect("readable").path();
                let text = fs::read_to_string(&path).unwrap_or_default();
                let name = path
                    .strip_prefix(root)
                    .expect("below")
                    .display()
                    .to_string();
                found.push(format!("{name}: {text}"));
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }

    fn workspace() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(root.path().join("a"), "old").expect("writable");
        fs::write(root.path().join("gone"), "old").expect("writable");
        root
    }

    fn staged(root: &Path) -> Staged {
        let mut staged = Staged::new(root);
        staged.write("a", "new").expect("readable");
        staged.write("b/c/d", "new").expect("readable");
        staged.remove("gone").expect("readable");
        staged.write("z/file", "new").expect("readable");
        staged
    }

    #[test]
    fn all_changes_are_made() {
        let root = workspace();
        staged(root.path()).commit().expect("it can be written");
        let after = tree(root.path());
        assert_eq!(
            after,
            ["a: new", "b/c/d: new", "b/c: ", "b: ", "z/file: new", "z: "]
        );
    }

    #[test]
    fn after_a_failure_everything_is_as_it_was() {
        let root = workspace();
        let staged = staged(root.path());
        // What was staged as a file in a folder has a file in the way.
        fs::write(root.path().join("z"), "in the way").expect("writable");
        let before = tree(root.path());
        let error = staged
            .commit()
            .expect_err("it cannot be written")
            .to_string();
        assert!(error.starts_with("failed to "), "{error}");
        assert!(error.ends_with("; nothing was changed"), "{error}");
        assert_eq!(tree(root.path()), before);
    }

    #[test]
    fn what_somebody_else_changed_meanwhile_is_not_overwritten() {
        let root = workspace();
        let staged = staged(root.path());
        fs::write(root.path().join("gone"), "edited").expect("writable");
        let before = tree(root.path());
        let error = staged.commit().expect_err("it is another file").to_string();
        assert_eq!(
            error,
            "failed to write `gone`: somebody else changed it meanwhile; nothing was changed"
        );
        assert_eq!(tree(root.path()), before);
    }
}
