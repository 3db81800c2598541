//! Names for schemas that become types: objects, enums and unions that stand inside others move to `components/schemas`,
//! under a name made of where they stood.

use std::collections::HashMap;

use heck::ToPascalCase as _;

use super::walk::{self, Holder, reference_to};
use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Entry, Node, Position, needs_name},
};

/// What stays where the schema stood: it is said of this use of it.
const STAYS: [&str; 5] = ["nullable", "default", "deprecated", "readOnly", "writeOnly"];

pub(in crate::adopt) fn name_schemas(adopting: &mut Adopting) {
    let mut namer = Namer {
        taken: HashMap::new(),
        new: Vec::new(),
        notes: Vec::new(),
    };
    walk::roots(adopting.root(), &mut |schema, place| {
        if place.holder == Holder::Components {
            let (key, body) = (place.name.text(), schema.clone());
            namer
                .taken
                .insert(key.to_pascal_case(), Taken { key, body });
        }
    });
    walk::roots(adopting.root(), &mut |schema, place| match place.holder {
        Holder::Components => namer.inside(schema, &place.name.text().to_pascal_case()),
        Holder::Value => namer.schema(schema, &place.name.text()),
        Holder::Header => {}
    });
    let Namer { new, notes, .. } = namer;
    walk::add_components(adopting.root(), new);
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

struct Namer {
    /// The names of types that are taken, with what has them.
    taken: HashMap<String, Taken>,
    new: Vec<Entry>,
    notes: Vec<(Position, String)>,
}

struct Taken {
    /// Its name in `components/schemas`, which need not be spelled as that of the type.
    key: String,
    body: Node,
}

impl Namer {
    fn inside(&mut self, schema: &mut Node, name: &str) {
        // A part that is merged into the whole has no name of its own.
        let mut moved = Vec::new();
        let is_union =
            |schema: &Node| schema.get("oneOf").is_some() || schema.get("anyOf").is_some();
        let union = is_union(schema);
        let whole = schema.get("allOf").is_some();
        for (role, child) in walk::inside(schema) {
            if needs_name(child).is_none() && walk::is_leaf(child) {
                continue;
            }
            let name = joined(name, &role.name(child));
            if whole && needs_name(child).is_some() {
                self.inside(child, &name);
                continue;
            }
            let title = child.text("title").map(str::to_owned);
            self.schema(child, &name);
            if let (true, Some(title), Some(reference)) = (union, title, child.reference()) {
                moved.push((title, reference.to_owned()));
            }
        }
        let mapping = schema
            .get_mut("discriminator")
            .and_then(|discriminator| discriminator.get_mut("mapping"));
        for entry in mapping.into_iter().flat_map(Node::entries_mut) {
            let to = entry
                .value
                .as_str()
                .map(|to| walk::referred(to).unwrap_or(to).to_owned());
            if let Some((_, reference)) = moved.iter().find(|(title, _)| Some(title) == to.as_ref())
            {
                entry.value.content = reference.as_str().into();
            }
        }
    }

    fn schema(&mut self, schema: &mut Node, name: &str) {
        let Some(what) = needs_name(schema) else {
            self.inside(schema, name);
            return;
        };
        let position = schema.position;
        let mut body = Node {
            position,
            content: std::mem::replace(&mut schema.content, Content::Map(Vec::new())),
        };
        let mut stays: Vec<Entry> = STAYS.iter().filter_map(|key| body.remove(key)).collect();
        let name = self.free(name, &body);
        let known = self.taken.get(&name).map(|taken| taken.key.clone());
        let is_new = known.is_none();
        let name = known.unwrap_or_else(|| {
            let (key, body) = (name.clone(), body.clone());
            self.taken.insert(name.clone(), Taken { key, body });
            name
        });
        let reference = reference_to(&name, position);
        if stays.is_empty() {
            schema.content = reference.content;
        } else {
            let described = body.entry("description").cloned();
            stays.extend(described);
            schema.content = Content::Map(stays);
            schema.insert("allOf", Content::List(vec![reference]));
        }
        self.notes.push((
            position,
            format!("{what} without a name is called `{name}`"),
        ));
        if is_new {
            // Its place is kept before those of what is inside it.
            let place = self.new.len();
            self.new.push(Entry {
                key: name.clone(),
                key_position: position,
                value: body.clone(),
            });
            self.inside(&mut body, &name);
            self.new[place].value = body;
        }
    }

    /// The name, or one like it that is not taken by something else.
    fn free(&self, name: &str, body: &Node) -> String {
        let mut wanted: String = name
            .to_pascal_case()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        if !wanted.starts_with(|c: char| c.is_ascii_alphabetic()) {
            wanted.insert_str(0, "Schema");
        }
        let mut free = wanted.clone();
        let mut number = 2;
        let is_taken = |name: &str| {
            self.taken
                .get(name)
                .is_some_and(|other| other.body.to_value() != body.to_value())
        };
        while is_taken(&free) || super::renaming::is_reserved(&free) {
            free = format!("{wanted}{number}").to_pascal_case();
            number += 1;
        }
        free
    }
}

/// The name of a part: that of the whole, and what the part adds, without saying a word twice.
fn joined(name: &str, suffix: &str) -> String {
    // Three levels down, a name says enough.
    let suffix: String = suffix.chars().take(60).collect();
    if name.len() > 80 {
        return suffix;
    }
    format!("{name}{suffix}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::{adopted, whole};

    #[test]
    fn a_schema_is_named_after_where_it_stands() {
        let (schemas, changes) = adopted(
            super::name_schemas,
            "Wallet: {type: object, properties: {status: {type: string, enum: [A], nullable: true}, keys: {type: array, items: {properties: {id: {type: string}}}}}}\nWalletStatus: {type: string}",
        );
        assert_eq!(
            schemas["Wallet"]["properties"]["status"],
            json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/WalletStatus2"}]})
        );
        assert_eq!(
            schemas["WalletStatus2"],
            json!({"type": "string", "enum": ["A"]})
        );
        assert_eq!(
            schemas["Wallet"]["properties"]["keys"]["items"]["$ref"],
            "#/components/schemas/WalletKeysItem"
        );
        assert_eq!(
            schemas["WalletKeysItem"]["properties"]["id"]["type"],
            "string"
        );
        assert_eq!(changes.len(), 2);
    }

    #[test]
    fn one_that_is_there_already_is_meant_by_the_name_it_has() {
        let (schemas, _) = adopted(
            super::name_schemas,
            "order: {type: object, properties: {links: {properties: {next: {type: string}}}}}\norderLinks: {properties: {next: {type: string}}}",
        );
        let links = schemas["order"]["properties"]["links"]["$ref"].as_str();
        assert_eq!(links, Some("#/components/schemas/orderLinks"));
        assert_eq!(schemas.as_object().map(serde_json::Map::len), Some(2));
    }

    #[test]
    fn bodies_and_parameters_are_named_after_the_operation() {
        let (document, _) = whole(
            super::name_schemas,
            "openapi: 3.0.3\npaths:\n  /a:\n    post:\n      operationId: make_it\n      parameters: [{in: query, name: sort-by, schema: {type: string, enum: [a]}}]\n      requestBody: {content: {application/json: {schema: {properties: {a: {type: string}}}}}}\n      responses: {'200': {content: {application/json: {schema: {type: array, items: {oneOf: [{type: string, title: A}, {type: integer, title: B}]}}}}}}\n",
        );
        let names: Vec<&String> = document["components"]["schemas"]
            .as_object()
            .expect("a map")
            .keys()
            .collect();
        assert_eq!(
            names,
            ["MakeItSortBy", "MakeItRequest", "MakeItResponseItem"]
        );
    }
}
