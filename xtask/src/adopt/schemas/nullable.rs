//! `nullable` on a named schema: whoever refers to it may get null, so the references say it.

use std::collections::BTreeSet;

use super::walk::{self, Holder, referred};
use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Node, Position},
};

pub(in crate::adopt) fn move_to_uses(adopting: &mut Adopting) {
    let mut nullable: BTreeSet<String> = BTreeSet::new();
    let mut notes: Vec<(Position, String)> = Vec::new();
    // A name for a nullable schema is nullable itself.
    loop {
        let before = nullable.len();
        walk::roots(adopting.root(), &mut |schema, place| {
            if place.holder != Holder::Components {
                return;
            }
            let leads_there = walk::sole_reference(schema)
                .and_then(referred)
                .is_some_and(|name| nullable.contains(name));
            if schema.is_true("nullable") || leads_there {
                let name = place.name.text();
                let what = format!("whoever refers to `{name}` may get null");
                if nullable.insert(name) {
                    notes.push((schema.position, what));
                }
            }
        });
        if nullable.len() == before {
            break;
        }
    }
    if nullable.is_empty() {
        return;
    }
    walk::roots(adopting.root(), &mut |schema, place| {
        if place.holder != Holder::Components {
            uses(schema, &nullable);
            return;
        }
        schema.remove("nullable");
        if walk::sole_reference(schema).is_none() {
            for child in walk::parts(schema) {
                uses(child, &nullable);
            }
        } else if let [only] = schema.entries()
            && let [part] = only.value.items()
        {
            schema.content = part.content.clone();
        }
    });
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

/// Says `nullable` of every reference to one of these schemas.
fn uses(schema: &mut Node, nullable: &BTreeSet<String>) {
    let Some(reference) = walk::sole_reference(schema) else {
        for child in walk::parts(schema) {
            uses(child, nullable);
        }
        return;
    };
    let leads_there = referred(reference).is_some_and(|name| nullable.contains(name));
    if !leads_there {
        return;
    }
    if schema.reference().is_some() {
        let reference = Node {
            position: schema.position,
            content: schema.content.clone(),
        };
        schema.content = Content::Map(Vec::new());
        schema.insert("nullable", true.into());
        schema.insert("allOf", Content::List(vec![reference]));
    } else {
        schema.insert("nullable", true.into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn the_references_say_what_may_be_null() {
        let (schemas, changes) = adopted(
            super::move_to_uses,
            "A: {type: string, nullable: true}\nB: {$ref: '#/components/schemas/A'}\nC: {properties: {a: {$ref: '#/components/schemas/B'}, b: {type: array, items: {$ref: '#/components/schemas/A'}}}}",
        );
        let nullable = |name: &str| json!({"nullable": true, "allOf": [{"$ref": format!("#/components/schemas/{name}")}]});
        assert_eq!(schemas["A"], json!({"type": "string"}));
        assert_eq!(schemas["C"]["properties"]["a"], nullable("B"));
        assert_eq!(schemas["C"]["properties"]["b"]["items"], nullable("A"));
        assert_eq!(changes.len(), 2);
    }
}
