//! Messages that the real services have sent. They are published by the vendors and are no part of this repository;
//! where their folder is absent, there is nothing to read.

use std::fs;

use serde_json::Value;

use crate::specs;

/// The messages of `provider`, each with the name of its file; `None`, and a note, where there is no such folder.
///
/// # Panics
///
/// When a file of the folder is no JSON.
pub fn of(provider: &str) -> Option<Vec<(String, Value)>> {
    let beside = specs::root()
        .parent()?
        .join("shared/providers/samples")
        .join(provider);
    let Ok(entries) = fs::read_dir(&beside) else {
        eprintln!("skipped: there is no folder {}", beside.display());
        return None;
    };
    let mut samples = Vec::new();
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&path).expect("a sample is text");
        let value = serde_json::from_str(&text);
        samples.push((
            name,
            value.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        ));
    }
    samples.sort_by(|one, other| one.0.cmp(&other.0));
    Some(samples)
}
