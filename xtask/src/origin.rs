//! A document as somebody brings it, in one file or several, and how it will stand among the specs.
//!
//! What is one file of YAML stays as it is, to the byte, so that the vendor's next version can be compared with it. What
//! stands in several files becomes one, since everything here takes a spec for one file: what changed since a revision,
//! what was generated before, and each place that a message names. JSON becomes YAML, which has room for comments.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    adopt,
    provenance::{self, Origin},
    spec::{self, Document, Finding},
};

/// A document that can be read.
#[derive(Debug)]
pub struct Brought {
    /// The document, with all its files in it.
    pub document: Document,
    /// The text that will stand among the specs.
    pub text: String,
    /// The files it came in, the one that leads to the others first.
    pub files: Vec<Origin>,
    /// Why the text is not that of the file.
    pub rewritten: Option<&'static str>,
}

/// Why a document cannot be taken.
#[derive(Debug)]
pub enum Refused {
    /// There is none, or more than one.
    Unfound(String),
    /// It cannot be read.
    Findings(Vec<Finding>),
}

impl From<Vec<Finding>> for Refused {
    fn from(findings: Vec<Finding>) -> Self {
        Self::Findings(findings)
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Unfound(error.to_string())
    }
}

/// Reads the document in a file, or in a folder.
///
/// # Errors
///
/// When there is none, when it is not clear which of several it is, and when it cannot be read.
pub fn bring(path: &Path) -> Result<Brought, Refused> {
    let at = match path.is_dir() {
        true => main_document(path)?,
        false => path.to_owned(),
    };
    let document = adopt::bundle(Document::load(&at)?, &at)?;
    let folder = match path.is_dir() {
        true => path,
        false => at.parent().unwrap_or(Path::new("")),
    };
    let mut files = Vec::new();
    for file in [&at].into_iter().chain(document.other_files()) {
        files.push(origin(file, folder)?);
    }
    let is_json = document.text().trim_start().starts_with('{');
    let rewritten = match (document.is_one_file(), is_json) {
        (true, false) => None,
        (true, true) => Some("Written anew: it was JSON."),
        (false, _) => Some("Written anew: it was in several files."),
    };
    let text = match rewritten {
        None => document.text().to_owned(),
        Some(_) => spec::to_yaml(document.root()),
    };
    Ok(Brought {
        document,
        text,
        files,
        rewritten,
    })
}

fn origin(file: &Path, folder: &Path) -> io::Result<Origin> {
    let name = file.strip_prefix(folder).unwrap_or(file);
    Ok(Origin {
        name: name.display().to_string(),
        sha256: provenance::digest(&fs::read(file)?),
    })
}

/// The one document in a folder: a file that says by its first keys that it is one. Those nearest to the top count.
fn main_document(folder: &Path) -> Result<PathBuf, Refused> {
    let mut level = vec![folder.to_owned()];
    while !level.is_empty() {
        let (mut below, mut found) = (Vec::new(), Vec::new());
        for folder in level {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    below.push(path);
                } else if is_document(&path) {
                    found.push(path);
                }
            }
        }
        found.sort();
        match found.as_slice() {
            [] => level = below,
            [one] => return Ok(one.clone()),
            several => {
                let several: Vec<_> = several
                    .iter()
                    .map(|path| path.display().to_string())
                    .collect();
                return Err(Refused::Unfound(format!(
                    "there are several documents in {}: give one of {}",
                    folder.display(),
                    several.join(", ")
                )));
            }
        }
    }
    Err(Refused::Unfound(format!(
        "there is no document in {}: none of its files has `openapi` or `swagger` at the top",
        folder.display()
    )))
}

fn is_document(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    if !matches!(extension, Some("yaml" | "yml" | "json")) {
        return false;
    }
    let Ok(text) = fs::read_to_string(path) else {
        return false;
    };
    // Most files of a folder are parts, and need not be read as a whole to see that.
    if !text.contains("openapi") && !text.contains("swagger") {
        return false;
    }
    Document::parse(path, &text).is_ok_and(|document| {
        let root = document.root();
        root.get("openapi").is_some() || root.get("swagger").is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "openapi: 3.0.3\npaths: {} # none\n";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(path, text).expect("writable");
        }
        folder
    }

    #[track_caller]
    fn brought(path: &Path) -> Brought {
        bring(path).unwrap_or_else(|refused| panic!("{refused:?}"))
    }

    fn names(brought: &Brought) -> Vec<&str> {
        brought
            .files
            .iter()
            .map(|file| file.name.as_str())
            .collect()
    }

    #[test]
    fn one_file_of_yaml_stays_as_it_is() {
        let folder = folder(&[("api.yaml", WHOLE)]);
        for path in [folder.path().join("api.yaml"), folder.path().to_owned()] {
            let brought = brought(&path);
            assert_eq!((brought.text.as_str(), brought.rewritten), (WHOLE, None));
            assert_eq!(names(&brought), ["api.yaml"]);
            assert_eq!(
                brought.files[0].sha256,
                provenance::digest(WHOLE.as_bytes())
            );
        }
    }

    #[test]
    fn json_becomes_yaml() {
        let text = "{\"openapi\": \"3.0.3\",\t\"paths\": {}}";
        for name in ["api.json", "api.yaml"] {
            let folder = folder(&[(name, text)]);
            let brought = brought(&folder.path().join(name));
            assert_eq!(brought.text, "openapi: '3.0.3'\npaths: {}\n");
            assert_eq!(brought.rewritten, Some("Written anew: it was JSON."));
        }
    }

    #[test]
    fn several_files_become_one() {
        let folder = folder(&[
            ("docs/readme.md", "openapi"),
            (
                "spec/api.yaml",
                "openapi: 3.0.3\ncomponents: { schemas: { A: { $ref: 'parts/a.yaml' } } }\n",
            ),
            ("spec/parts/a.yaml", "type: object # openapi\n"),
        ]);
        let brought = brought(folder.path());
        assert_eq!(names(&brought), ["spec/api.yaml", "spec/parts/a.yaml"]);
        assert_eq!(
            brought.text,
            "openapi: '3.0.3'\ncomponents:\n  schemas:\n    A:\n      $ref: '#/components/schemas/a'\n    a:\n      type: object\n"
        );
    }

    #[test]
    fn where_it_is_not_clear_which_document_is_meant_that_is_said() {
        let several = folder(&[("a.yaml", WHOLE), ("b.json", "{\"swagger\": \"2.0\"}")]);
        let none = folder(&[("a.yaml", "paths: {}\n")]);
        for (folder, said) in [(several, "give one of"), (none, "there is no document in")] {
            match bring(folder.path()) {
                Err(Refused::Unfound(why)) => assert!(why.contains(said), "{why}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
