//! Schemas made of others that stand inside a component which is merged into others: they get a name first, so that the
//! component can be copied without them. One that is made of what it stands in would be copied without end.

use heck::ToPascalCase as _;

use super::walk::{self, Holder, Named, reference_to};
use crate::spec::{Entry, Node};

/// Moves what `is_composed` and becomes a type to `components/schemas`, and puts a reference in its place.
pub(super) fn lift(root: &mut Node, is_composed: &dyn Fn(&Node) -> bool) {
    let named = Named::of(root);
    let mut lifting = Lifting {
        named: &named,
        is_composed,
        new: Vec::new(),
    };
    walk::roots(root, &mut |schema, place| {
        if place.holder == Holder::Components {
            lifting.inside(schema, &place.name.text().to_pascal_case());
        }
    });
    let new = lifting.new;
    walk::add_components(root, new);
}

struct Lifting<'a> {
    named: &'a Named,
    is_composed: &'a dyn Fn(&Node) -> bool,
    new: Vec<Entry>,
}

impl Lifting<'_> {
    fn inside(&mut self, schema: &mut Node, name: &str) {
        // A part of the whole is merged with it, and needs no name.
        let mut parts = schema.remove("allOf");
        for part in parts.iter_mut().flat_map(|parts| parts.value.items_mut()) {
            self.inside(part, name);
        }
        for (role, child) in walk::inside(schema) {
            if walk::is_leaf(child) && !(self.is_composed)(child) {
                continue;
            }
            let name = format!("{name}{}", role.name(child));
            // What stands inside goes first, and leaves a reference.
            self.inside(child, &name);
            if (self.is_composed)(child) && self.becomes_a_type(child, 0) {
                self.move_out(child, &name);
            }
        }
        if let Some(parts) = parts {
            schema.put("allOf", parts.value);
        }
    }

    fn move_out(&mut self, schema: &mut Node, name: &str) {
        let position = schema.position;
        let wanted: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut free = wanted.clone();
        let mut number = 2;
        while self.named.get(&free).is_some() || self.new.iter().any(|entry| entry.key == free) {
            free = format!("{wanted}{number}");
            number += 1;
        }
        let reference = reference_to(&free, position);
        let value = Node {
            position,
            content: std::mem::replace(&mut schema.content, reference.content),
        };
        self.new.push(Entry {
            key: free,
            key_position: position,
            value,
        });
    }

    /// Whether a schema made of others is an object, an enum or a union, and not a text or a number with more said of it.
    fn becomes_a_type(&self, schema: &Node, depth: usize) -> bool {
        let schema = self.named.resolve(schema);
        [
            "properties",
            "additionalProperties",
            "oneOf",
            "anyOf",
            "enum",
        ]
        .iter()
        .any(|key| schema.get(key).is_some())
            || depth < 16
                && schema
                    .get("allOf")
                    .map_or(&[][..], Node::items)
                    .iter()
                    .any(|part| self.becomes_a_type(part, depth + 1))
    }
}
