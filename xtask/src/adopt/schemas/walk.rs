//! Where schemas stand, and what they would be called there.

use std::collections::HashMap;

use heck::ToPascalCase as _;

use crate::{
    api::METHODS,
    spec::{Content, Entry, Node, Position},
};

/// What a schema that is not inside another one belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// `components/schemas`.
    Components,
    /// A body, a parameter, a message: what becomes a type where it has a name.
    Value,
    /// A header of an answer, which becomes no type.
    Header,
}

/// A schema that is not inside another one.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) holder: Holder,
    /// Its name, or the one it would have in `components/schemas`.
    pub(super) name: Name<'a>,
}

/// A name that is put together where somebody asks for it: of the passes that go through all schemas, few do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Name<'a> {
    Written(&'a str),
    Pascal(&'a str),
    /// One and then the other.
    Joined(&'a Name<'a>, &'a Name<'a>),
    /// Another name with two words behind it, if it does not end with them.
    Suffixed(&'a Name<'a>, &'static str, &'a str),
    /// Another name as pascal case has it.
    PascalOf(&'a Name<'a>),
}

impl Name<'_> {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Written(name) => (*name).to_owned(),
            Self::Pascal(name) => name.to_pascal_case(),
            Self::Joined(first, second) => first.text() + &second.text(),
            Self::Suffixed(name, first, second) => {
                let (name, suffix) = (name.text(), format!("{first}{second}"));
                match name.ends_with(&suffix) {
                    true => name,
                    false => name + &suffix,
                }
            }
            Self::PascalOf(name) => name.text().to_pascal_case(),
        }
    }
}

type Visit<'v> = dyn FnMut(&mut Node, &Place<'_>) + 'v;

/// Calls `visit` on each schema that is not inside another one.
pub(super) fn roots(document: &mut Node, visit: &mut Visit<'_>) {
    if let Some(components) = document.get_mut("components") {
        for section in components.entries_mut() {
            let Entry { key, value, .. } = section;
            for Entry {
                key: name, value, ..
            } in value.entries_mut()
            {
                let written = Name::Written(name);
                let name = Name::Pascal(name);
                match key.as_str() {
                    "schemas" => {
                        let place = Place {
                            holder: Holder::Components,
                            name: written,
                        };
                        visit(value, &place);
                    }
                    "parameters" => holder(value, &name, Holder::Value, visit),
                    "headers" => holder(value, &name, Holder::Header, visit),
                    "requestBodies" => {
                        contents(value, &Name::Suffixed(&name, "Request", ""), visit);
                    }
                    "responses" => response(value, &Name::Suffixed(&name, "Response", ""), visit),
                    "callbacks" => callback(value, &name, visit),
                    "pathItems" => item(value, &name, visit),
                    _ => {}
                }
            }
        }
    }
    for section in ["paths", "webhooks"] {
        let paths = document.get_mut(section);
        for Entry { key, value, .. } in paths.into_iter().flat_map(Node::entries_mut) {
            item(value, &Name::Pascal(key), visit);
        }
    }
}

fn item(item: &mut Node, name: &Name<'_>, visit: &mut Visit<'_>) {
    for parameter in list(item, "parameters") {
        self::parameter(parameter, name, visit);
    }
    for Entry { key, value, .. } in item.entries_mut() {
        if METHODS.contains(&key.as_str()) {
            let method = Name::Pascal(key);
            operation(value, &Name::Joined(&method, name), visit);
        }
    }
}

fn operation(operation: &mut Node, fallback: &Name<'_>, visit: &mut Visit<'_>) {
    let id = operation.text("operationId").map(str::to_owned);
    let name = match &id {
        Some(id) => Name::Pascal(id),
        None => Name::PascalOf(fallback),
    };
    for parameter in list(operation, "parameters") {
        self::parameter(parameter, &name, visit);
    }
    if let Some(body) = operation.get_mut("requestBody") {
        contents(body, &Name::Suffixed(&name, "Request", ""), visit);
    }
    let responses = operation.get_mut("responses");
    for Entry { key, value, .. } in responses.into_iter().flat_map(Node::entries_mut) {
        let name = match key.as_str() {
            status if status.starts_with('2') || status == "101" => {
                Name::Suffixed(&name, "Response", "")
            }
            "default" | "4XX" | "5XX" => Name::Suffixed(&name, "Error", ""),
            status => Name::Suffixed(&name, "Error", status),
        };
        response(value, &name, visit);
    }
    let callbacks = operation.get_mut("callbacks");
    for Entry { key, value, .. } in callbacks.into_iter().flat_map(Node::entries_mut) {
        callback(value, &Name::Joined(&name, &Name::Pascal(key)), visit);
    }
    if let Some(socket) = operation.get_mut("x-websocket") {
        let name = Name::Suffixed(&name, "Message", "");
        schema(socket, "message", name, Holder::Value, visit);
    }
}

fn callback(callback: &mut Node, name: &Name<'_>, visit: &mut Visit<'_>) {
    for entry in callback.entries_mut() {
        item(&mut entry.value, name, visit);
    }
}

fn response(response: &mut Node, name: &Name<'_>, visit: &mut Visit<'_>) {
    let headers = response.get_mut("headers");
    for Entry { key, value, .. } in headers.into_iter().flat_map(Node::entries_mut) {
        let name = Name::Joined(name, &Name::Pascal(key));
        holder(value, &name, Holder::Header, visit);
    }
    contents(response, name, visit);
}

fn parameter(parameter: &mut Node, of: &Name<'_>, visit: &mut Visit<'_>) {
    let own = parameter.text("name").unwrap_or_default().to_owned();
    let name = Name::Joined(of, &Name::Pascal(&own));
    holder(parameter, &name, Holder::Value, visit);
}

/// What has a schema of its own, or one for each media type.
fn holder(node: &mut Node, name: &Name<'_>, kind: Holder, visit: &mut Visit<'_>) {
    schema(node, "schema", *name, kind, visit);
    contents(node, name, visit);
}

fn contents(node: &mut Node, name: &Name<'_>, visit: &mut Visit<'_>) {
    let content = node.get_mut("content");
    for media in content.into_iter().flat_map(Node::entries_mut) {
        schema(&mut media.value, "schema", *name, Holder::Value, visit);
        let encodings = media.value.get_mut("encoding");
        for encoding in encodings.into_iter().flat_map(Node::entries_mut) {
            let headers = encoding.value.get_mut("headers");
            for header in headers.into_iter().flat_map(Node::entries_mut) {
                holder(&mut header.value, name, Holder::Header, visit);
            }
        }
    }
}

fn schema(node: &mut Node, key: &str, name: Name<'_>, holder: Holder, visit: &mut Visit<'_>) {
    if let Some(schema) = node.get_mut(key) {
        visit(schema, &Place { holder, name });
    }
}

fn list<'a>(node: &'a mut Node, key: &str) -> &'a mut [Node] {
    node.get_mut(key).map_or(&mut [], Node::items_mut)
}

/// The schemas inside a schema.
pub(super) fn parts(schema: &mut Node) -> Vec<&mut Node> {
    let parts = inside(schema).into_iter();
    parts.map(|(_, part)| part).collect()
}

/// Whether no schema is inside a schema.
pub(super) fn is_leaf(schema: &mut Node) -> bool {
    inside(schema).is_empty()
}

/// What a schema is to the one that it stands in.
pub(super) enum Role<'a> {
    Named(&'a str),
    Fixed(&'static str),
    Item(usize),
    Branch(usize),
}

impl Role<'_> {
    /// What is added to the name of the whole.
    pub(super) fn name(&self, part: &Node) -> String {
        match self {
            Self::Named(name) => name.to_pascal_case(),
            Self::Fixed(name) => (*name).to_owned(),
            Self::Item(place) => format!("Item{}", place + 1),
            Self::Branch(place) => branch_name(part, *place),
        }
    }
}

/// The schemas inside a schema, each with what it is to it.
pub(super) fn inside(schema: &mut Node) -> Vec<(Role<'_>, &mut Node)> {
    let mut all: Vec<(Role<'_>, &mut Node)> = Vec::new();
    for entry in schema.entries_mut() {
        let Entry { key, value, .. } = entry;
        match key.as_str() {
            "properties" | "patternProperties" | "$defs" | "definitions" => {
                let named = value.entries_mut().iter_mut();
                all.extend(named.map(|entry| (Role::Named(&entry.key), &mut entry.value)));
            }
            "items" if matches!(value.content, Content::List(_)) => {
                let places = value.items_mut().iter_mut().enumerate();
                all.extend(places.map(|(place, item)| (Role::Item(place), item)));
            }
            "items" => all.push((Role::Fixed("Item"), value)),
            "additionalProperties" if !matches!(value.content, Content::Bool(_)) => {
                all.push((Role::Fixed("Value"), value));
            }
            "not" => all.push((Role::Fixed("Not"), value)),
            "allOf" | "oneOf" | "anyOf" | "prefixItems" => {
                let branches = value.items_mut().iter_mut().enumerate();
                all.extend(branches.map(|(place, branch)| (Role::Branch(place), branch)));
            }
            _ => {}
        }
    }
    all
}

/// What a branch of a composition adds to the name of the whole.
pub(super) fn branch_name(branch: &Node, place: usize) -> String {
    let title = branch.text("title").unwrap_or_default().to_pascal_case();
    if !title.is_empty() && title.len() <= 40 {
        return title;
    }
    match branch.reference().and_then(referred) {
        Some(name) => name.to_pascal_case(),
        None => format!("Variant{}", place + 1),
    }
}

/// Calls `visit` on every schema of the document, on the whole before its parts.
pub(super) fn every(document: &mut Node, visit: &mut dyn FnMut(&mut Node)) {
    roots(document, &mut |schema, _| below(schema, visit));
}

/// Calls `visit` on a schema and then on those inside it.
pub(super) fn below(schema: &mut Node, visit: &mut dyn FnMut(&mut Node)) {
    visit(schema);
    for part in parts(schema) {
        below(part, visit);
    }
}

/// Calls `visit` on every schema of the document, on the parts before the whole.
pub(super) fn every_inside_out(document: &mut Node, visit: &mut dyn FnMut(&mut Node)) {
    fn inside_out(schema: &mut Node, visit: &mut dyn FnMut(&mut Node)) {
        for part in parts(schema) {
            inside_out(part, visit);
        }
        visit(schema);
    }
    roots(document, &mut |schema, _| inside_out(schema, visit));
}

/// The name of the component schema that a reference leads to.
pub(super) fn referred(reference: &str) -> Option<&str> {
    let name = reference.strip_prefix("#/components/schemas/")?;
    (!name.contains('/')).then_some(name)
}

/// The schemas of `components/schemas` as they were when a pass began.
#[derive(Debug)]
pub(super) struct Named(HashMap<String, Node>);

impl Named {
    pub(super) fn of(document: &Node) -> Self {
        let schemas = document
            .get("components")
            .and_then(|components| components.get("schemas"));
        let entries = schemas.map_or(&[][..], Node::entries).iter();
        Self(
            entries
                .map(|entry| (entry.key.clone(), entry.value.clone()))
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.0.get(name)
    }

    /// What a schema is at last, behind all references.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Node) -> &'a Node {
        let mut found = schema;
        for _ in 0..32 {
            match sole_reference(found)
                .and_then(referred)
                .and_then(|name| self.0.get(name))
            {
                Some(next) => found = next,
                None => break,
            }
        }
        found
    }
}

/// Puts schemas at the end of `components/schemas`, which is made where it is not there.
pub(super) fn add_components(document: &mut Node, new: Vec<Entry>) {
    if new.is_empty() {
        return;
    }
    if document.get("components").is_none() {
        document.insert("components", Content::Map(Vec::new()));
    }
    let Some(components) = document.get_mut("components") else {
        return;
    };
    if components.get("schemas").is_none() {
        components.insert("schemas", Content::Map(Vec::new()));
    }
    if let Some(Node {
        content: Content::Map(schemas),
        ..
    }) = components.get_mut("schemas")
    {
        schemas.extend(new);
    }
}

/// A reference to a component schema.
pub(super) fn reference_to(name: &str, position: Position) -> Node {
    map(
        position,
        [("$ref", format!("#/components/schemas/{name}").into())],
    )
}

/// A map of these keys, all of which are where the map is.
pub(super) fn map<'k>(
    position: Position,
    entries: impl IntoIterator<Item = (&'k str, Content)>,
) -> Node {
    let entry = |(key, content): (&str, Content)| Entry {
        key: key.to_owned(),
        key_position: position,
        value: Node { position, content },
    };
    Node {
        position,
        content: Content::Map(entries.into_iter().map(entry).collect()),
    }
}

/// The keywords that say something of a schema and nothing of its values.
pub(super) const PROSE: &[&str] = &[
    "title",
    "description",
    "example",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "xml",
    "nullable",
    "x-evidence",
];

/// Whether nothing is said of the values.
pub(super) fn allows_anything(schema: &Node) -> bool {
    matches!(schema.content, Content::Map(_))
        && schema
            .entries()
            .iter()
            .all(|entry| PROSE.contains(&entry.key.as_str()))
}

/// The reference, where the schema is one, alone or in an `allOf` with prose beside it.
pub(super) fn sole_reference(schema: &Node) -> Option<&str> {
    if let Some(reference) = schema.reference() {
        return Some(reference);
    }
    let parts = schema.get("allOf")?.items();
    let others = schema.entries().iter().filter(|entry| entry.key != "allOf");
    let prose = others
        .into_iter()
        .all(|entry| PROSE.contains(&entry.key.as_str()));
    match parts {
        [part] if prose => part.reference(),
        _ => None,
    }
}
