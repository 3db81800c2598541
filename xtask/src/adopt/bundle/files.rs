//! The files of a document: those in its folder and below it.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use super::Bundler;
use crate::spec::{Document, Node, Position};

/// More files than any document has; more than that are a mistake.
const FILES: usize = 2000;

/// A file.
pub(super) struct File {
    /// Its path below the folder of the document.
    pub(super) name: PathBuf,
    pub(super) root: Node,
}

impl Bundler<'_> {
    /// The file and the pointer that a reference leads to.
    pub(super) fn place(
        &mut self,
        text: &str,
        position: Position,
        file: usize,
    ) -> Option<(usize, String)> {
        let (path, pointer) = text.split_once('#').unwrap_or((text, ""));
        if path.is_empty() {
            return Some((file, pointer.to_owned()));
        }
        let name = self.locate(path, position, file)?;
        if let Some(known) = self.files.iter().position(|file| file.name == name) {
            return Some((known, pointer.to_owned()));
        }
        if self.files.len() > FILES {
            self.refuse(
                position,
                format!("the document refers to more than {FILES} files"),
                "bundle it with another tool first",
            );
            return None;
        }
        match Document::load_as(&self.folder.join(&name), &self.shown.join(&name)) {
            Ok(document) => {
                let number = self.document.add_file(self.shown.join(&name));
                let mut root = document.root().clone();
                root.in_file(number);
                self.files.push(File { name, root });
                Some((self.files.len() - 1, pointer.to_owned()))
            }
            Err(mut findings) => {
                for finding in &mut findings {
                    if finding.rule == "unreadable-file" {
                        finding.path = self.document.path_of(position).to_owned();
                        finding.position = position;
                        finding.what = format!("`{path}`: {}", finding.what);
                    }
                }
                self.findings.append(&mut findings);
                None
            }
        }
    }

    /// The path of a file below the folder of the document.
    pub(super) fn locate(
        &mut self,
        path: &str,
        position: Position,
        file: usize,
    ) -> Option<PathBuf> {
        let scheme = path.split_once(':').map(|(scheme, _)| scheme);
        if scheme.is_some_and(|scheme| {
            scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric())
        }) || path.starts_with("//")
        {
            self.refuse_as(
                "remote-reference",
                position,
                format!("`{path}` is on the network, where nothing is read"),
                "put the file beside the document, and refer to it there",
            );
            return None;
        }
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        let from = self.files[file]
            .name
            .parent()
            .map_or_else(PathBuf::new, Path::to_path_buf);
        let mut name = PathBuf::new();
        let mut outside = decoded.starts_with('/');
        for component in from.join(decoded.as_ref()).components() {
            match component {
                Component::Normal(part) => name.push(part),
                Component::ParentDir => outside |= !name.pop(),
                Component::CurDir => {}
                Component::RootDir | Component::Prefix(_) => outside = true,
            }
        }
        // A link may lead out where the path does not.
        let real = (
            fs::canonicalize(&self.folder),
            fs::canonicalize(self.folder.join(&name)),
        );
        if let (Ok(folder), Ok(file)) = &real {
            outside |= !file.starts_with(folder);
        }
        if outside {
            self.refuse_as(
                "reference-outside",
                position,
                format!("`{path}` is outside of the folder of the document"),
                "put the file into the folder of the document, or into one below it",
            );
            return None;
        }
        Some(name)
    }
}
