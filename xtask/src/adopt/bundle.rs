//! A document in several files becomes one: what stands in another file goes into `components`, under a name.
//!
//! Only files at or below the folder of the document are read, never an address on the network: what a generator makes
//! is the same wherever and whenever it runs.

mod files;
mod naming;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use self::files::File;
use super::{objects, openapi_3_1};
use crate::spec::{
    Content, Document, Finding, Kind, Node, Position, Severity, Shape, document::escape,
};

/// How deep what is put in place of references may lead to more of them.
const DEPTH: usize = 32;

/// Brings what the document that stands at `at` refers to in other files into it.
///
/// # Errors
///
/// A finding for each reference that leads to no file that is read, and those of the files themselves.
pub fn bundle(mut document: Document, at: &Path) -> Result<Document, Vec<Finding>> {
    if is_whole(&document) {
        return Ok(document);
    }
    if openapi_3_1::has_ids(document.root_mut()) {
        openapi_3_1::resolve_for_good(document.root_mut());
        if is_whole(&document) {
            return Ok(document);
        }
    }
    let folder = at.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let shown = document
        .path()
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf);
    let own = at.file_name().map(PathBuf::from).unwrap_or_default();
    let mut root = document.root().clone();
    let mut bundler = Bundler {
        document: &mut document,
        folder,
        shown,
        files: vec![File {
            name: own,
            root: root.clone(),
        }],
        names: HashMap::new(),
        added: Vec::new(),
        findings: Vec::new(),
    };
    bundler.follow(&mut root, Kind::Document, 0, 0);
    let (added, mut findings) = (bundler.added, bundler.findings);
    for (section, name, node) in added {
        let names = root.section("components").section(section);
        let own = format!("#/components/{section}/{}", escape(&name));
        let other = names
            .entry(&name)
            .filter(|known| known.value.reference() != Some(&own));
        if let Some(other) = other {
            findings.push(Finding {
                path: document.path_of(node.position).to_owned(),
                position: node.position,
                rule: "colliding-files",
                severity: Severity::Error,
                what: format!(
                    "this would be `{name}`, as what stands at {} is",
                    other.key_position
                ),
                mend: "give one of them another name".into(),
            });
        }
        names.put(&name, node);
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    *document.root_mut() = root;
    Ok(document)
}

/// Whether a document refers to no other file, so that there is nothing to bring into it.
pub fn is_whole(document: &Document) -> bool {
    !refers_elsewhere(document.root())
}

fn refers_elsewhere(node: &Node) -> bool {
    match &node.content {
        Content::Map(entries) => entries.iter().any(|entry| {
            let elsewhere = entry.key == "$ref"
                && entry
                    .value
                    .as_str()
                    .is_some_and(|reference| !reference.starts_with('#'));
            elsewhere || refers_elsewhere(&entry.value)
        }),
        Content::List(items) => items.iter().any(refers_elsewhere),
        _ => false,
    }
}

struct Bundler<'a> {
    document: &'a mut Document,
    folder: PathBuf,
    shown: PathBuf,
    /// The document itself is the first.
    files: Vec<File>,
    /// The component that stands for a place in a file.
    names: HashMap<(usize, String, &'static str), String>,
    added: Vec<(&'static str, String, Node)>,
    findings: Vec<Finding>,
}

impl Bundler<'_> {
    /// Rewrites the references of `node`, a thing of this kind that stands in this file.
    fn follow(&mut self, node: &mut Node, kind: Kind, file: usize, depth: usize) {
        if let Some(section) = kind.section() {
            if let Some(reference) = node.get("$ref")
                && let Some(text) = reference.as_str()
                && (file != 0 || !text.starts_with('#'))
            {
                let (text, position) = (text.to_owned(), reference.position);
                if let Some(new) = self.component(&text, position, kind, section, file) {
                    node.insert("$ref", new.into());
                }
            }
        } else if !self.inline(node, file, depth) {
            return;
        }
        // What was put in its place refers to others from where it stood.
        let file = self.file_of(node, file);
        if kind == Kind::Discriminator {
            self.mapping(node, file);
        }
        let depth = depth + usize::from(node.position.file != 0);
        for entry in node.entries_mut() {
            match objects::shape(kind, &entry.key) {
                Some(Shape::One(inner)) => self.follow(&mut entry.value, inner, file, depth),
                Some(Shape::FlagOr(inner)) if !entry.value.entries().is_empty() => {
                    self.follow(&mut entry.value, inner, file, depth);
                }
                Some(Shape::List(inner)) if self.inline(&mut entry.value, file, depth) => {
                    let file = self.file_of(&entry.value, file);
                    for item in entry.value.items_mut() {
                        self.follow(item, inner, file, depth);
                    }
                }
                // A map of names may have one that is called `$ref`, but not alone and with a path to a file.
                Some(Shape::Map(inner)) if self.inline(&mut entry.value, file, depth) => {
                    let file = self.file_of(&entry.value, file);
                    for named in entry.value.entries_mut() {
                        self.follow(&mut named.value, inner, file, depth);
                    }
                }
                Some(Shape::Text) => self.text(&mut entry.value, file),
                Some(Shape::Any) if entry.key == "value" && kind == Kind::Example => {
                    self.inline(&mut entry.value, file, DEPTH);
                }
                _ => {}
            }
        }
    }

    /// The file that a node stands in, by its position; the document's own nodes may have come from anywhere.
    fn file_of(&self, node: &Node, file: usize) -> usize {
        match usize::from(node.position.file) {
            0 => file,
            number => number.min(self.files.len().saturating_sub(1)),
        }
    }

    /// Puts what a reference leads to in its place, where no component can stand for it. Answers whether it could.
    fn inline(&mut self, node: &mut Node, file: usize, depth: usize) -> bool {
        let Some(reference) = node.get("$ref") else {
            return true;
        };
        let position = reference.position;
        let Some(text) = reference.as_str().map(str::to_owned) else {
            return true;
        };
        if file == 0 && text.starts_with('#') {
            return true;
        }
        if depth >= DEPTH {
            self.refuse(
                position,
                format!("`{text}` leads on and on"),
                "write what it refers to here",
            );
            return false;
        }
        let Some((target, pointer)) = self.place(&text, position, file) else {
            return false;
        };
        let Some(found) = self.files[target].root.pointer(&pointer) else {
            self.refuse(
                position,
                format!("there is no `{text}`"),
                "correct the part behind the `#`",
            );
            return false;
        };
        let mut found = found.clone();
        if matches!(found.content, Content::Map(_)) {
            for beside in node.entries().iter().filter(|entry| entry.key != "$ref") {
                if found.get(&beside.key).is_none() {
                    found.put(&beside.key, beside.value.clone());
                }
            }
        }
        *node = found;
        let file = self.file_of(node, target);
        if node.reference().is_some() {
            return self.inline(node, file, depth + 1);
        }
        true
    }

    /// A text that stands in a file of its own.
    fn text(&mut self, node: &mut Node, file: usize) {
        let Some(reference) = node.get("$ref") else {
            return;
        };
        let position = reference.position;
        let Some(text) = reference.as_str().map(str::to_owned) else {
            return;
        };
        let Some(name) = self.locate(&text, position, file) else {
            return;
        };
        match fs::read_to_string(self.folder.join(&name)) {
            Ok(text) => node.content = text.into(),
            Err(error) => self.refuse(
                position,
                format!("`{text}` cannot be read: {error}"),
                "check the path",
            ),
        }
    }

    fn mapping(&mut self, discriminator: &mut Node, file: usize) {
        for entry in discriminator
            .get_mut("mapping")
            .map_or(&mut [][..], Node::entries_mut)
        {
            let Some(text) = entry.value.as_str().map(str::to_owned) else {
                continue;
            };
            let to_file = text.contains('#')
                || [".yaml", ".yml", ".json"]
                    .iter()
                    .any(|ending| text.ends_with(ending));
            if to_file
                && (file != 0 || !text.starts_with('#'))
                && let Some(new) =
                    self.component(&text, entry.value.position, Kind::Schema, "schemas", file)
            {
                entry.value.content = new.into();
            }
        }
    }

    /// The reference within the bundled document for one that leads to another file, or stands in one.
    fn component(
        &mut self,
        text: &str,
        position: Position,
        kind: Kind,
        section: &'static str,
        file: usize,
    ) -> Option<String> {
        let (target, pointer) = self.place(text, position, file)?;
        if target == 0 {
            return Some(format!("#{pointer}"));
        }
        let key = (target, pointer.clone(), section);
        if let Some(name) = self.names.get(&key) {
            return Some(format!("#/components/{section}/{}", escape(name)));
        }
        let Some(found) = self.files[target].root.pointer(&pointer) else {
            self.refuse(
                position,
                format!("there is no `{text}`"),
                "correct the part behind the `#`",
            );
            return None;
        };
        let mut found = found.clone();
        let name = self.name(target, &pointer, section);
        self.names.insert(key, name.clone());
        let place = self.added.len();
        self.added
            .push((section, name.clone(), Node::map(found.position)));
        // It is known by now, so that one that leads back to itself ends there.
        self.follow(&mut found, kind, target, 0);
        self.added[place].2 = found;
        Some(format!("#/components/{section}/{}", escape(&name)))
    }

    fn refuse(&mut self, position: Position, what: String, mend: &str) {
        self.refuse_as("unknown-reference", position, what, mend);
    }

    fn refuse_as(&mut self, rule: &'static str, position: Position, what: String, mend: &str) {
        let finding = Finding {
            path: self.document.path_of(position).to_owned(),
            position,
            rule,
            severity: Severity::Error,
            what,
            mend: mend.into(),
        };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The bundled document of these files, the first of which is it; or what is wrong with them.
    fn bundled(files: &[(&str, &str)]) -> Result<Value, Vec<String>> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join("api").join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        let at = folder.path().join("api").join(files[0].0);
        let document =
            Document::load_as(&at, Path::new("specs/main.yaml")).expect("it is well formed");
        match bundle(document, &at) {
            Ok(document) => Ok(document.value()),
            Err(findings) => Err(findings.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn what_stands_in_other_files_gets_a_name_in_this_one() {
        let document = bundled(&[
            (
                "main.yaml",
                "paths:\n  /pets: { $ref: 'paths/pets.yaml' }\ncomponents: { schemas: { Error: { type: string } } }\n",
            ),
            (
                "paths/pets.yaml",
                "get:\n  parameters: [{ $ref: '../shared.json#/parameters/Limit' }]\n  responses:\n    '200': { description: Pets, content: { application/json: { schema: { $ref: '../schemas/Pet.yaml' } } } }\n    4XX: { description: No, content: { application/json: { schema: { $ref: '../main.yaml#/components/schemas/Error' } } } }\n    5XX: { description: No, content: { application/json: { schema: { $ref: '../shared.json#/Error' } } } }\n",
            ),
            (
                "schemas/Pet.yaml",
                "type: object\nproperties: { owner: { $ref: Owner.yaml }, friend: { $ref: '#' } }\n",
            ),
            ("schemas/Owner.yaml", "type: object\nproperties: { pets: { type: array, items: { $ref: 'Pet.yaml' } } }\n"),
            ("shared.json", r##"{ "parameters": { "Limit": { "name": "limit", "in": "query", "schema": { "$ref": "#/Size" } } }, "Size": { "type": "integer" }, "Error": { "type": "object" } }"##),
        ])
        .expect("all files are there");
        let refers = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let get = &document["paths"]["/pets"]["get"];
        assert_eq!(
            get["parameters"][0],
            json!({ "$ref": "#/components/parameters/Limit" })
        );
        let schema = |status: &str| {
            get["responses"][status]["content"]["application/json"]["schema"].clone()
        };
        assert_eq!(schema("200"), refers("Pet"));
        assert_eq!(schema("4XX"), refers("Error"));
        assert_eq!(schema("5XX"), refers("SharedError"));
        let schemas = &document["components"]["schemas"];
        assert_eq!(
            schemas["Pet"]["properties"],
            json!({ "owner": refers("Owner"), "friend": refers("Pet") })
        );
        assert_eq!(
            schemas["Owner"]["properties"]["pets"]["items"],
            refers("Pet")
        );
        assert_eq!(
            document["components"]["parameters"]["Limit"]["schema"],
            refers("Size")
        );
        assert_eq!(schemas["Size"], json!({ "type": "integer" }));
    }

    #[test]
    fn whole_sections_and_operations_may_stand_elsewhere() {
        let document = bundled(&[
            (
                "main.yaml",
                "paths: { $ref: paths/all.yaml }\ncomponents: { schemas: { $ref: 'schemas/all.yaml#/of' } }\n",
            ),
            ("paths/all.yaml", "/pets: { get: { $ref: 'pets/get.yaml' } }\n"),
            (
                "paths/pets/get.yaml",
                "responses: { '200': { description: Pets, content: { application/json: { schema: { $ref: '../../schemas/Pet.yaml' } } } } }\n",
            ),
            ("schemas/all.yaml", "of: { Name: { $ref: 'Name.yaml' } }\n"),
            ("schemas/Name.yaml", "type: string\n"),
            ("schemas/Pet.yaml", "type: object\n"),
        ])
        .expect("all files are there");
        let content = &document["paths"]["/pets"]["get"]["responses"]["200"]["content"];
        let pet = json!({ "$ref": "#/components/schemas/Pet" });
        assert_eq!(content["application/json"]["schema"], pet);
        assert_eq!(
            document["components"]["schemas"]["Pet"],
            json!({ "type": "object" })
        );
        let name = &document["components"]["schemas"]["Name"];
        assert_eq!(*name, json!({ "type": "string" }));
    }

    #[test]
    fn a_component_that_only_leads_to_a_file_is_what_stands_there() {
        let document = bundled(&[
            (
                "main.yaml",
                "components: { schemas: { Pet: { $ref: './schemas/Pet.yaml' }, List: { type: array, items: { $ref: 'schemas/Pet.yaml' } } } }\n",
            ),
            ("schemas/Pet.yaml", "type: object\n"),
        ])
        .expect("all files are there");
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Pet"], json!({ "type": "object" }));
        assert_eq!(
            schemas["List"]["items"],
            json!({ "$ref": "#/components/schemas/Pet" })
        );
    }

    #[test]
    fn nothing_is_read_from_the_network_or_outside_of_the_folder() {
        let refers = |to: &str| format!("components: {{ schemas: {{ A: {{ $ref: '{to}' }} }} }}\n");
        for (to, rule) in [
            ("https://a.example/b.yaml", "remote-reference"),
            ("//a.example/b.yaml", "remote-reference"),
            ("../b.yaml", "reference-outside"),
            ("/etc/passwd", "reference-outside"),
            ("a/%2e%2e/../../b.yaml", "reference-outside"),
            ("none.yaml", "unreadable-file"),
            ("other.yaml#/None", "unknown-reference"),
        ] {
            let found = bundled(&[("main.yaml", &refers(to)), ("other.yaml", "A: {}\n")])
                .expect_err("it cannot be followed");
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with("specs/main.yaml:1:37"), "{found:?}");
            assert!(found[0].contains(rule), "{found:?}");
        }
    }

    #[test]
    fn a_fault_in_another_file_is_told_with_its_place_there() {
        let found = bundled(&[
            (
                "main.yaml",
                "components: { schemas: { A: { $ref: 'b.yaml' } } }\n",
            ),
            (
                "b.yaml",
                "type: object\nproperties: { c: { $ref: 'none.yaml' } }\n",
            ),
        ])
        .expect_err("the second file refers to none");
        assert!(found[0].starts_with("specs/b.yaml:2:26"), "{found:?}");
    }

    #[test]
    fn the_address_of_a_schema_in_the_document_is_no_place_on_the_network() {
        let document = bundled(&[(
            "main.yaml",
            "openapi: 3.1.0\ncomponents: { schemas: { A: { $id: 'https://a.example/a' }, B: { $ref: 'https://a.example/a' } } }\n",
        )]);
        let document = document.expect("it is in the document");
        assert_eq!(
            document["components"]["schemas"]["B"],
            json!({ "$ref": "#/components/schemas/A" })
        );
    }

    #[test]
    fn what_leads_on_in_a_circle_ends() {
        let found = bundled(&[
            ("main.yaml", "paths: { /a: { $ref: 'b.yaml' } }\n"),
            ("b.yaml", "$ref: 'c.yaml'\n"),
            ("c.yaml", "$ref: 'b.yaml'\n"),
        ]);
        assert!(found.is_err());
    }
}
