//! What a component is called that stood in another file.

use std::path::{Component, Path, PathBuf};

use super::Bundler;
use crate::spec::{document::reference_tokens, pascal};

impl Bundler<'_> {
    /// A name after the last word of the pointer, or after the file; one that is not taken.
    pub(super) fn name(&self, file: usize, pointer: &str, section: &str) -> String {
        let file_name = &self.files[file].name;
        let stem = |path: &Path| {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            stem.unwrap_or("part").to_owned()
        };
        let last = reference_tokens(pointer)
            .pop()
            .filter(|last| !last.is_empty());
        let wanted = last.unwrap_or_else(|| {
            let own = stem(file_name);
            // Of `pets/index.yaml`, the folder is the name.
            match (own.as_str(), file_name.parent().and_then(Path::file_name)) {
                ("index" | "_index" | "schema", Some(folder)) => {
                    folder.to_string_lossy().into_owned()
                }
                _ => own,
            }
        });
        let clean: String = wanted
            .chars()
            .map(|character| {
                if character.is_alphanumeric() || "._-".contains(character) {
                    character
                } else {
                    '_'
                }
            })
            .collect();
        let taken = |name: &str| {
            let old = match section {
                "schemas" => "definitions",
                other => other,
            };
            let root = &self.files[0].root;
            let of_document = root
                .get("components")
                .and_then(|components| components.get(section))
                .into_iter()
                .chain(root.get(old))
                .filter_map(|names| names.get(name))
                // A component that is nothing but the way to this place is this place.
                .any(|known| {
                    let leads = known.reference().map(|reference| self.leads(reference));
                    leads != Some((file_name.clone(), pointer.to_owned()))
                });
            of_document
                || self
                    .added
                    .iter()
                    .any(|(of, known, _)| *of == section && known == name)
        };
        if !taken(&clean) {
            return clean;
        }
        let longer = format!("{}{}", pascal(&stem(file_name)), pascal(&clean));
        let mut name = longer.clone();
        let mut number = 2;
        while taken(&name) {
            name = format!("{longer}{number}");
            number += 1;
        }
        name
    }

    /// The file and the pointer that a reference in the document itself names, if that is below its folder.
    fn leads(&self, reference: &str) -> (PathBuf, String) {
        let (path, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let mut name = PathBuf::new();
        for component in Path::new(path).components() {
            match component {
                Component::Normal(part) => name.push(part),
                Component::ParentDir => drop(name.pop()),
                _ => {}
            }
        }
        (name, pointer.to_owned())
    }
}
