//! Forms: a body that is sent as a form is an object, whose properties are its fields.

use super::walk::{self, Named, allows_anything, map, referred};
use crate::{
    adopt::{
        adopting::Adopting,
        media_types::{Family, family},
        objects,
    },
    spec::{Content, Entry, Kind, Node, Position},
};

type Notes = Vec<(Position, String)>;

pub(in crate::adopt) fn settle_forms(adopting: &mut Adopting) {
    let named = Named::of(adopting.root());
    let mut notes = Notes::new();
    let mut untyped: Vec<String> = Vec::new();
    objects::each(adopting.root(), Kind::Document, &mut |kind, node| {
        if kind != Kind::RequestBody {
            return;
        }
        let content = node.get_mut("content");
        for media in content.into_iter().flat_map(Node::entries_mut) {
            let family = family(&media.key);
            if matches!(family, Family::Form | Family::Multipart)
                && let Some(schema) = media.value.get_mut("schema")
            {
                settle(schema, &named, &mut untyped, &mut notes);
                fieldless(schema, family, &named, &mut notes);
            }
        }
    });
    let schemas = adopting
        .root()
        .get_mut("components")
        .and_then(|components| components.get_mut("schemas"));
    for entry in schemas.into_iter().flat_map(Node::entries_mut) {
        if untyped.contains(&entry.key) {
            entry.value.insert("type", "object".into());
        }
    }
    for (position, what) in notes {
        adopting.changed(position, what);
    }
}

fn settle(schema: &mut Node, named: &Named, untyped: &mut Vec<String>, notes: &mut Notes) {
    let says = named.resolve(schema).clone();
    if says.text("type").is_some() {
        return;
    }
    if ["properties", "additionalProperties"]
        .iter()
        .any(|key| says.get(key).is_some())
    {
        match name_of(schema, named) {
            Some(name) => untyped.push(name),
            None => schema.insert("type", "object".into()),
        }
        notes.push((says.position, "a form is an object".to_owned()));
    } else if allows_anything(&says) {
        let any = [
            ("type", "object".into()),
            ("additionalProperties", true.into()),
        ];
        *schema = map(schema.position, any);
        notes.push((says.position, "a form has fields, of any name".to_owned()));
    } else if let Some(whole) = of_branches(&says, named) {
        *schema = whole;
        notes.push((
            says.position,
            "a form of several kinds has the fields of all, each of which may be left out"
                .to_owned(),
        ));
    }
}

/// A form of which a text or a list is said has fields all the same: of bytes one part for them, otherwise any.
fn fieldless(schema: &mut Node, family: Family, named: &Named, notes: &mut Notes) {
    let says = named.resolve(schema).clone();
    let Some(kind) = says.text("type").filter(|kind| *kind != "object") else {
        return;
    };
    let position = schema.position;
    if family == Family::Multipart {
        let mut file = match kind {
            "array" | "string" => says.clone(),
            _ => map(position, [("type", "string".into())]),
        };
        file.remove("title");
        notes.push((
            position,
            format!("a form has fields: what is said to be of type `{kind}` is sent as `file`"),
        ));
        let required = Content::List(vec![Node::new(position, "file")]);
        let properties = Content::Map(vec![Entry {
            key: "file".to_owned(),
            key_position: position,
            value: file,
        }]);
        *schema = map(
            position,
            [
                ("type", "object".into()),
                ("required", required),
                ("properties", properties),
            ],
        );
    } else {
        notes.push((
            position,
            format!("a form has fields, not a value of type `{kind}`: of any name"),
        ));
        *schema = map(
            position,
            [
                ("type", "object".into()),
                ("additionalProperties", true.into()),
            ],
        );
    }
}

/// The name of the component that a schema is at last, where it is a reference.
fn name_of(schema: &Node, named: &Named) -> Option<String> {
    let mut name = walk::sole_reference(schema).and_then(referred)?;
    for _ in 0..32 {
        match named
            .get(name)
            .and_then(walk::sole_reference)
            .and_then(referred)
        {
            Some(next) => name = next,
            None => break,
        }
    }
    Some(name.to_owned())
}

/// An object with the properties of all branches; it requires what all of them require.
fn of_branches(union: &Node, named: &Named) -> Option<Node> {
    let branches = union.get("oneOf").or_else(|| union.get("anyOf"))?.items();
    let mut properties = map(union.position, []);
    let mut required: Option<Vec<Node>> = None;
    for branch in branches {
        let says = named.resolve(branch);
        for property in says.get("properties")?.entries() {
            if properties.get(&property.key).is_none() {
                properties.put(&property.key, property.value.clone());
            }
        }
        let names = says.get("required").map_or(&[][..], Node::items);
        required = Some(match required {
            None => names.to_vec(),
            Some(mut known) => {
                known.retain(|name| names.iter().any(|other| other.as_str() == name.as_str()));
                known
            }
        });
    }
    let mut whole = map(
        union.position,
        [
            ("type", "object".into()),
            ("properties", properties.content),
        ],
    );
    if let Some(required) = required.filter(|required| !required.is_empty()) {
        whole.insert("required", Content::List(required));
    }
    if let Some(description) = union.get("description") {
        whole.put("description", description.clone());
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::adopt::schemas::tests::whole;

    /// The schema of what `method` sends to `/a`.
    fn schema_of(document: &Value, method: &str) -> Value {
        let content = &document["paths"]["/a"][method]["requestBody"]["content"];
        let media = content
            .as_object()
            .and_then(|content| content.values().next());
        media.expect("one media type")["schema"].clone()
    }

    #[test]
    fn a_form_is_an_object() {
        let (document, changes) = whole(
            super::settle_forms,
            "
paths:
  /a:
    post: { requestBody: { content: { application/x-www-form-urlencoded: { schema: { properties: { a: { type: string } } } } } } }
    put: { requestBody: { content: { multipart/form-data: { schema: { $ref: '#/components/schemas/A' } } } } }
    patch: { requestBody: { content: { multipart/form-data: { schema: { oneOf: [{ $ref: '#/components/schemas/A' }, { required: [b, c], properties: { b: {}, c: {} } }] } } } } }
    delete: { requestBody: { content: { multipart/form-data: { schema: {} } } } }
components: { schemas: { A: { required: [b], properties: { a: {}, b: {} } } } }
",
        );
        let schema = |method: &str| schema_of(&document, method);
        assert_eq!(schema("post")["type"], "object");
        assert_eq!(document["components"]["schemas"]["A"]["type"], "object");
        assert_eq!(
            schema("patch"),
            json!({ "type": "object", "properties": { "a": {}, "b": {}, "c": {} }, "required": ["b"] })
        );
        assert_eq!(
            schema("delete"),
            json!({ "type": "object", "additionalProperties": true })
        );
        assert_eq!(changes.len(), 4);
    }

    #[test]
    fn a_form_of_which_a_text_or_a_list_is_said_has_fields_all_the_same() {
        let (document, changes) = whole(
            super::settle_forms,
            "
paths:
  /a:
    post: { requestBody: { content: { multipart/form-data: { schema: { type: string, format: binary } } } } }
    put: { requestBody: { content: { multipart/form-data: { schema: { $ref: '#/components/schemas/Files' } } } } }
    patch: { requestBody: { content: { application/x-www-form-urlencoded: { schema: { type: string } } } } }
components: { schemas: { Files: { type: array, items: { type: string, format: binary } } } }
",
        );
        let schema = |method: &str| schema_of(&document, method);
        let bytes = json!({ "type": "string", "format": "binary" });
        let file = |of: Value| json!({ "type": "object", "required": ["file"], "properties": { "file": of } });
        assert_eq!(schema("post"), file(bytes.clone()));
        assert_eq!(
            schema("put"),
            file(json!({ "type": "array", "items": bytes }))
        );
        assert_eq!(
            schema("patch"),
            json!({ "type": "object", "additionalProperties": true })
        );
        assert_eq!(changes.len(), 3);
    }
}
