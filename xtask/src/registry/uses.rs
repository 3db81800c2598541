//! What in the workspace needs a provider's crate, other than what is made for it.

use std::{fs, io, path::PathBuf};

use super::manifests;
use crate::{emit, workspace::Workspace};

/// The files, written by hand, that name the crate of a provider.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn uses(workspace: &Workspace, name: &str) -> io::Result<Vec<PathBuf>> {
    let root = workspace.root();
    let package = format!("bindery-{name}");
    let module = name.replace('-', "_");
    let words = [format!("bindery_{module}"), format!("exercise::{module}")];
    let mut all = Vec::new();
    for folder in ["crates", "tests"] {
        all.extend(emit::below(root, folder.as_ref())?);
    }
    all.extend(["xtask/Cargo.toml".into(), "README.md".into()]);
    let own = PathBuf::from("crates").join(name);
    let made_for_it = [own, "tests/exercise".into(), super::TESTS.into()];
    let mut found = Vec::new();
    for path in all {
        if made_for_it.iter().any(|made| path.starts_with(made)) {
            continue;
        }
        let Ok(text) = fs::read_to_string(root.join(&path)) else {
            continue;
        };
        let uses = match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => manifests::depends(&text, &package),
            // Another crate's generated documentation names no crate but its own.
            Some("rs" | "md") => words.iter().any(|word| names(&text, word)),
            _ => false,
        };
        if uses {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a text has this word, and not as the beginning of a longer one.
fn names(text: &str, word: &str) -> bool {
    let longer =
        |after: &str| after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
    text.match_indices(word)
        .any(|(at, _)| !longer(&text[at + word.len()..]))
}
