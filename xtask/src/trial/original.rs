//! A document as its vendor wrote it: every schema of a value that goes over the wire, and where it is used.

use std::{cell::OnceCell, collections::HashSet};

use serde_json::{Map, Value, json};

use super::dialect::Dialect;
use crate::{
    api::{METHODS, is_json},
    spec::{
        Node, Position,
        document::{escape, reference_tokens},
    },
};

/// How many references may lead from one to the next.
const HOPS: usize = 32;

/// The document.
#[derive(Debug)]
pub(super) struct Original {
    pub(super) dialect: Dialect,
    /// The document as it was written.
    written: Value,
    /// The schemas of the places that have none to refer to, in the words of JSON Schema.
    placed: Vec<Value>,
    document: OnceCell<Value>,
    pub(super) places: Vec<Place>,
    pub(super) operations: Vec<Operation>,
}

/// Where the schemas of places are put that have none to refer to.
pub(super) const PLACED: &str = "x-places";

/// A schema, and what it is of.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) role: Role,
    /// A pointer into the document, fit for a URL.
    pub(super) pointer: String,
    /// What the vendor shows of its values.
    pub(super) shown: Vec<Value>,
}

/// What a schema is of. Operations are known by where they were written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// A schema with this name.
    Named(String),
    /// A body of JSON.
    Body {
        operation: usize,
        media_type: String,
    },
    /// What a success answers in JSON.
    Answer { operation: usize, status: String },
    /// What a failure answers in JSON.
    Failure { operation: usize, status: String },
    /// A parameter.
    Parameter {
        operation: usize,
        place: String,
        name: String,
    },
}

/// An operation, as it was written.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) position: Position,
    pub(super) path: String,
    pub(super) method: String,
    /// The places and names of its parameters, without those of a form or a body.
    pub(super) parameters: Vec<(String, String)>,
    /// The media types of its bodies, each with its schema.
    pub(super) bodies: Vec<(String, Value)>,
    /// The statuses of its answers, each with the media types of what it answers.
    pub(super) answers: Vec<(String, Vec<String>)>,
    /// The names of its schemes, one list for each alternative; `None` where nothing is said, here or for all.
    pub(super) security: Option<Vec<Vec<String>>>,
}

impl Original {
    /// Reads the document, which is in one file.
    pub(super) fn read(root: &Node) -> Self {
        let value = root.to_value();
        let dialect = Dialect::of(&value);
        let mut reader = Reader {
            root,
            dialect,
            places: Vec::new(),
            operations: Vec::new(),
            placed: Vec::new(),
        };
        reader.named();
        reader.paths();
        let Reader {
            places,
            operations,
            placed,
            ..
        } = reader;
        Self {
            dialect,
            written: value,
            placed,
            document: OnceCell::new(),
            places,
            operations,
        }
    }

    /// The document, its schemas in the words of JSON Schema; below [`PLACED`], those of the places. It is made when
    /// values are: what can be reached is told without.
    pub(super) fn document(&self) -> &Value {
        self.document.get_or_init(|| {
            let mut document = self.dialect.translated(&self.written);
            if let Some(map) = document.as_object_mut() {
                map.insert(PLACED.to_owned(), self.placed.clone().into());
            }
            document
        })
    }

    /// What a place is called in a message.
    pub(super) fn label(&self, role: &Role) -> String {
        let of = |operation: &usize| {
            let operation = &self.operations[*operation];
            format!("{} {}", operation.method, operation.path)
        };
        match role {
            Role::Named(name) => name.clone(),
            Role::Body {
                operation,
                media_type,
            } => format!("{}, the body {media_type}", of(operation)),
            Role::Answer { operation, status } | Role::Failure { operation, status } => {
                format!("{}, the answer {status}", of(operation))
            }
            Role::Parameter {
                operation,
                place,
                name,
            } => format!("{}, the {place} parameter `{name}`", of(operation)),
        }
    }
}

struct Reader<'a> {
    root: &'a Node,
    dialect: Dialect,
    places: Vec<Place>,
    operations: Vec<Operation>,
    placed: Vec<Value>,
}

/// A node, and the pointer that leads to it.
type At<'a> = (String, &'a Node);

impl<'a> Reader<'a> {
    fn named(&mut self) {
        let base = self.dialect.named();
        let Some(schemas) = self.root.pointer(base) else {
            return;
        };
        for entry in schemas.entries() {
            self.place(
                Role::Named(entry.key.clone()),
                format!("{base}/{}", escape(&entry.key)),
                &entry.value,
                Vec::new(),
            );
        }
    }

    fn place(&mut self, role: Role, pointer: String, schema: &Node, mut shown: Vec<Value>) {
        if let Some(example) = schema.get("example") {
            shown.push(example.to_value());
        }
        shown
            .extend((schema.get("examples").into_iter().flat_map(Node::items)).map(Node::to_value));
        self.places.push(Place {
            role,
            pointer,
            shown,
        });
    }

    fn resolved(&self, at: At<'a>) -> At<'a> {
        let mut found = at;
        for _ in 0..HOPS {
            let reference = (found.1.reference()).filter(|reference| reference.starts_with('#'));
            let Some(reference) = reference else { break };
            let Some(target) = self.root.pointer(reference) else {
                break;
            };
            let tokens = reference_tokens(reference);
            found = (pointer(&tokens), target);
        }
        found
    }

    fn paths(&mut self) {
        let root = self.root;
        let global = security(root, root);
        for path in root.get("paths").map_or(&[][..], Node::entries) {
            let (at, item) = self.resolved((format!("/paths/{}", escape(&path.key)), &path.value));
            for entry in item.entries() {
                if METHODS.contains(&entry.key.as_str()) && !path.key.starts_with("x-") {
                    let pointer = format!("{at}/{}", entry.key);
                    self.operation(
                        &path.key,
                        &entry.key,
                        (at.clone(), item),
                        (pointer, &entry.value),
                        &global,
                    );
                }
            }
        }
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        item: At<'a>,
        (at, node): At<'a>,
        global: &Option<Vec<Vec<String>>>,
    ) {
        let number = self.operations.len();
        self.operations.push(Operation {
            position: node.position,
            path: path.to_owned(),
            method: method.to_owned(),
            parameters: Vec::new(),
            bodies: Vec::new(),
            answers: Vec::new(),
            security: security(self.root, node).or_else(|| global.clone()),
        });
        let mut seen: HashSet<(String, String)> = HashSet::new();
        let own = list((at.clone(), node), "parameters");
        for parameter in own.into_iter().chain(list(item, "parameters")) {
            let (at, parameter) = self.resolved(parameter);
            let place = parameter.text("in").unwrap_or_default().to_owned();
            let name = parameter.text("name").unwrap_or_default().to_owned();
            // What the operation says counts for more than what its path does.
            if seen.insert((place.clone(), name.clone())) {
                self.parameter(number, place, name, (at, parameter));
            }
        }
        if let Some(body) = node.get("requestBody") {
            let body = self.resolved((format!("{at}/requestBody"), body));
            for (media_type, schema, shown) in contents(&body) {
                let said = schema.as_ref().map(|(_, schema)| schema.to_value());
                let body = (media_type.clone(), said.unwrap_or_default());
                self.operations[number].bodies.push(body);
                if let Some((pointer, schema)) = schema.filter(|_| is_json(&media_type)) {
                    let role = Role::Body {
                        operation: number,
                        media_type,
                    };
                    self.place(role, pointer, schema, shown);
                }
            }
        }
        for entry in node.get("responses").map_or(&[][..], Node::entries) {
            if !entry.key.starts_with("x-") {
                let response = (
                    format!("{at}/responses/{}", escape(&entry.key)),
                    &entry.value,
                );
                let response = self.resolved(response);
                self.answer(number, node, &entry.key, &response);
            }
        }
    }

    fn parameter(&mut self, number: usize, place: String, name: String, (at, node): At<'a>) {
        match place.as_str() {
            // Swagger 2.0 has bodies among the parameters.
            "body" => {
                let media_types = self.media_types(number, "consumes");
                let media_type = (media_types.into_iter())
                    .find(|media_type| is_json(media_type))
                    .unwrap_or_else(|| "application/json".to_owned());
                let body = (media_type.clone(), Value::Null);
                self.operations[number].bodies.push(body);
                if let Some(schema) = node.get("schema") {
                    let role = Role::Body {
                        operation: number,
                        media_type,
                    };
                    self.place(role, format!("{at}/schema"), schema, Vec::new());
                }
            }
            "formData" => {
                if self.operations[number].bodies.is_empty() {
                    let form = ("a form".to_owned(), Value::Null);
                    self.operations[number].bodies.push(form);
                }
            }
            _ => {
                (self.operations[number].parameters).push((place.clone(), name.clone()));
                let mut shown: Vec<Value> = Vec::new();
                shown.extend(node.get("example").map(Node::to_value));
                let named = node.get("examples").map_or(&[][..], Node::entries);
                shown.extend(
                    (named.iter()).filter_map(|one| Some(one.value.get("value")?.to_value())),
                );
                let role = Role::Parameter {
                    operation: number,
                    place,
                    name,
                };
                let content = contents(&(at.clone(), node)).into_iter().next();
                if let Some(schema) = node.get("schema") {
                    self.place(role, format!("{at}/schema"), schema, shown);
                } else if let Some((_, Some((pointer, schema)), more)) = content {
                    shown.extend(more);
                    self.place(role, pointer, schema, shown);
                } else if self.dialect == Dialect::Swagger2 {
                    self.of_parameter(role, node, shown);
                }
            }
        }
    }

    /// A parameter of Swagger 2.0 is its own schema.
    fn of_parameter(&mut self, role: Role, node: &Node, shown: Vec<Value>) {
        let mut schema = node.to_value();
        if let Some(map) = schema.as_object_mut() {
            for key in ["name", "in", "required", "description", "collectionFormat"] {
                map.remove(key);
            }
        }
        self.dialect.schema(&mut schema);
        let pointer = format!("/{PLACED}/{}", self.placed.len());
        self.placed.push(schema);
        self.places.push(Place {
            role,
            pointer,
            shown,
        });
    }

    fn answer(&mut self, number: usize, operation: &Node, status: &str, (at, node): &At<'a>) {
        // Where no other success is described, it is one.
        let others = operation.get("responses").map_or(&[][..], Node::entries);
        let is_only = status == "default" && !others.iter().any(|one| is_success(&one.key));
        let role = || {
            let (operation, status) = (number, status.to_owned());
            if is_only || is_success(&status) {
                Role::Answer { operation, status }
            } else {
                Role::Failure { operation, status }
            }
        };
        let mut media_types = Vec::new();
        for (media_type, schema, shown) in contents(&(at.clone(), node)) {
            if let Some((pointer, schema)) = schema.filter(|_| is_json(&media_type)) {
                self.place(role(), pointer, schema, shown);
            }
            media_types.push(media_type);
        }
        if let Some(schema) = node
            .get("schema")
            .filter(|_| self.dialect == Dialect::Swagger2)
        {
            let produced = match operation.get("produces") {
                Some(own) => texts(own),
                None => self.media_types(number, "produces"),
            };
            let is_file = schema.text("type") == Some("file");
            if !is_file && (produced.is_empty() || produced.iter().any(|name| is_json(name))) {
                let shown = node.get("examples").map_or(&[][..], Node::entries);
                let shown = (shown.iter()).filter(|entry| is_json(&entry.key));
                let shown = shown.map(|entry| entry.value.to_value()).collect();
                self.place(role(), format!("{at}/schema"), schema, shown);
            }
            media_types.extend(produced);
            if media_types.is_empty() {
                media_types.push("application/json".to_owned());
            }
        }
        (self.operations[number].answers).push((status.to_owned(), media_types));
    }

    /// The media types of a call in Swagger 2.0.
    fn media_types(&self, number: usize, key: &str) -> Vec<String> {
        let operation = &self.operations[number];
        let own = (self.root.get("paths"))
            .and_then(|paths| paths.get(&operation.path)?.get(&operation.method)?.get(key));
        own.or_else(|| self.root.get(key))
            .map_or_else(Vec::new, texts)
    }
}

/// Whether an answer of this status is one to a success.
pub(super) fn is_success(status: &str) -> bool {
    status.starts_with('2') || status == "101"
}

fn texts(node: &Node) -> Vec<String> {
    let one = node.as_str().map(str::to_owned);
    let several = node.items().iter().filter_map(Node::as_str);
    one.into_iter().chain(several.map(str::to_owned)).collect()
}

fn pointer(tokens: &[String]) -> String {
    tokens
        .iter()
        .map(|token| format!("/{}", escape(token)))
        .collect()
}

fn list<'a>((at, node): At<'a>, key: &str) -> Vec<At<'a>> {
    let items = node.get(key).map_or(&[][..], Node::items).iter();
    items
        .enumerate()
        .map(|(place, item)| (format!("{at}/{key}/{place}"), item))
        .collect()
}

/// What is said of each media type: its schema, and what is shown of it.
fn contents<'a>((at, node): &At<'a>) -> Vec<(String, Option<At<'a>>, Vec<Value>)> {
    let content = node.get("content").map_or(&[][..], Node::entries).iter();
    content
        .map(|entry| {
            let at = format!("{at}/content/{}", escape(&entry.key));
            let schema = entry.value.get("schema");
            let mut shown: Vec<Value> = Vec::new();
            shown.extend(entry.value.get("example").map(Node::to_value));
            let named = entry.value.get("examples").map_or(&[][..], Node::entries);
            shown.extend((named.iter()).filter_map(|one| Some(one.value.get("value")?.to_value())));
            (
                entry.key.clone(),
                schema.map(|schema| (format!("{at}/schema"), schema)),
                shown,
            )
        })
        .collect()
}

/// The alternatives of `security`, without what is no credential of a request: a certificate, and none at all.
fn security(root: &Node, node: &Node) -> Option<Vec<Vec<String>>> {
    let schemes =
        (root.pointer("/components/securitySchemes")).or_else(|| root.get("securityDefinitions"));
    let is_sent = |name: &&String| {
        let scheme = schemes.and_then(|schemes| schemes.get(name));
        let scheme = scheme.map(|scheme| (scheme.text("type"), scheme.text("scheme")));
        !matches!(
            scheme,
            Some((Some("mutualTLS"), _) | (Some("http"), Some("none")))
        )
    };
    let alternatives = node.get("security")?.items().iter();
    Some(
        alternatives
            .map(|one| {
                let names = one.entries().iter().map(|entry| &entry.key);
                names.filter(is_sent).cloned().collect()
            })
            .collect(),
    )
}

/// The schema of a place alone, as a reference.
pub(super) fn reference(base: &str, pointer: &str) -> Value {
    let mut map = Map::new();
    map.insert(
        "$ref".to_owned(),
        json!(format!("{base}#{}", super::dialect::for_url(pointer))),
    );
    Value::Object(map)
}
