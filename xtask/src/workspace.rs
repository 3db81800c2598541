//! Where things are: the specs, and the crates made from them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    provenance,
    spec::{Document, Finding},
};

/// The workspace that a command works on.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
}

/// One spec file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The name of the provider, of its crate's folder, and of the file without its extension.
    pub name: String,
    /// The path below the root.
    pub path: PathBuf,
}

/// A spec as the tests across crates know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The name of the provider.
    pub name: String,
    /// Whether it is as its vendor published it, and so is not held to the profile yet.
    pub as_published: bool,
}

impl Spec {
    /// The spec in this file of the folder of specs; `None` where it is no document by its name.
    pub fn at(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        if !matches!(extension, "yaml" | "yml" | "json") {
            return None;
        }
        Some(Self {
            name: path.file_stem()?.to_str()?.to_owned(),
            path: Path::new("specs").join(path.file_name()?),
        })
    }
}

impl Workspace {
    /// The workspace that this program was built in.
    pub fn here() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::at(manifest.parent().unwrap_or(manifest))
    }

    /// The workspace at `root`.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder that everything is below.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Reads a spec; findings name it by its path below the root.
    ///
    /// # Errors
    ///
    /// What keeps the document from being read.
    pub fn load(&self, spec: &Spec) -> Result<Document, Vec<Finding>> {
        let path = self.root.join(&spec.path);
        match fs::read_to_string(&path) {
            Ok(text) => Document::parse(&spec.path, &text),
            // It is no text: the document's own reader knows why.
            Err(_) => Document::load(&path).map_err(|findings| {
                findings
                    .into_iter()
                    .map(|finding| Finding {
                        path: spec.path.clone(),
                        ..finding
                    })
                    .collect()
            }),
        }
    }

    /// Every spec, by name, as the tests across crates know it.
    ///
    /// # Errors
    ///
    /// When the folder of specs cannot be read.
    pub fn registered(&self) -> io::Result<Vec<Registered>> {
        let registered = |spec: Spec| Registered {
            as_published: self.is_as_published(&spec),
            name: spec.name,
        };
        Ok(self.specs()?.into_iter().map(registered).collect())
    }

    /// Whether a spec says in its first line that it is as its vendor published it.
    pub fn is_as_published(&self, spec: &Spec) -> bool {
        let text = fs::read_to_string(self.root.join(&spec.path));
        text.is_ok_and(|text| provenance::is_as_published(&text))
    }

    /// Every spec, by name.
    ///
    /// # Errors
    ///
    /// When the folder of specs cannot be read.
    pub fn specs(&self) -> io::Result<Vec<Spec>> {
        let mut specs = Vec::new();
        let entries = fs::read_dir(self.root.join("specs")).map_err(|error| {
            let what = format!(
                "failed to read the folder `specs`: {error}; it holds a document for each provider"
            );
            io::Error::new(error.kind(), what)
        })?;
        for entry in entries {
            specs.extend(Spec::at(&entry?.path()));
        }
        specs.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(specs)
    }
}
