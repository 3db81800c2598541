//! Lists: of what, where nobody says, and of what at all, where each place has a schema of its own.

use super::walk;
use crate::{
    adopt::adopting::Adopting,
    spec::{Content, Node, Position},
};

pub(in crate::adopt) fn settle_items(adopting: &mut Adopting) {
    let mut notes = Vec::new();
    walk::every(adopting.root(), &mut |schema| settle(schema, &mut notes));
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

fn settle(schema: &mut Node, notes: &mut Vec<(Position, String)>) {
    let tuple = schema.remove("prefixItems").or_else(|| {
        let is_list = |node: &Node| matches!(node.content, Content::List(_));
        schema
            .get("items")
            .is_some_and(is_list)
            .then(|| schema.remove("items"))
            .flatten()
    });
    if let Some(tuple) = tuple {
        let mut places = match tuple.value.content {
            Content::List(places) => places,
            _ => Vec::new(),
        };
        let rest = schema.remove("items").map(|entry| entry.value);
        places.extend(rest.filter(|rest| matches!(rest.content, Content::Map(_))));
        let mut shapes: Vec<Node> = Vec::new();
        for place in places {
            if !shapes
                .iter()
                .any(|shape| shape.to_value() == place.to_value())
            {
                shapes.push(place);
            }
        }
        let items = match shapes.len() {
            1 => shapes.remove(0).content,
            0 => Content::Map(Vec::new()),
            _ => walk::map(tuple.key_position, [("oneOf", Content::List(shapes))]).content,
        };
        schema.insert("items", items);
        notes.push((
            tuple.key_position,
            "a list with a schema for each place is a list of any of them".to_owned(),
        ));
    }
    if let Some(Content::Bool(_)) = schema.get("items").map(|items| &items.content) {
        schema.insert("items", Content::Map(Vec::new()));
    }
    if schema.text("type") == Some("array") && schema.get("items").is_none() {
        schema.insert("items", Content::Map(Vec::new()));
        notes.push((
            schema.position,
            "nobody says of what the list is: of anything".to_owned(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::adopt::schemas::tests::adopted;

    #[test]
    fn every_list_says_of_what_it_is() {
        let (schemas, changes) = adopted(
            super::settle_items,
            "A: {type: array}\nB: {type: array, items: [{type: string}, {type: integer}, {type: string}]}\nC: {type: array, prefixItems: [{type: string}], items: false}",
        );
        assert_eq!(schemas["A"]["items"], json!({}));
        assert_eq!(
            schemas["B"]["items"],
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}]})
        );
        assert_eq!(schemas["C"]["items"], json!({"type": "string"}));
        assert_eq!(changes.len(), 3);
    }
}
