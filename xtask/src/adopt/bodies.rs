//! Request bodies of several kinds: an operation has one, so each further kind gets an operation of its own.

use serde_json::Value;

use super::{
    adopting::Adopting,
    media_types::{Family, family},
    objects,
    twins::Twins,
};
use crate::spec::{Content, Entry, Node, snake};

pub(super) fn split_bodies(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let whole = root.clone();
    let mut twins = Twins::of(root);
    Twins::each(root, &whole, &mut |item, method, operation| {
        let Some(body) = operation.get("requestBody") else {
            return;
        };
        let body = objects::resolve(&whole, body).clone();
        let media_types = body.get("content").map_or(&[][..], Node::entries);
        let Some((first, others)) = media_types.split_first() else {
            return;
        };
        if others.is_empty() {
            return;
        }
        let id = operation.text("operationId").unwrap_or_default().to_owned();
        for media in others {
            let kind = family(&media.key);
            if matches!(kind, Family::Form | Family::Multipart)
                && family(&first.key) == Family::Json
                && schema(media) == schema(first)
            {
                told.changed(
                    media.key_position,
                    format!(
                        "`{id}` sends the same as `{}`, not as `{}`",
                        first.key, media.key
                    ),
                );
                continue;
            }
            let suffix = match kind {
                // The first is JSON too: what tells them apart is what stands before `+json`.
                Family::Json if family(&first.key) == Family::Json => of_subtype(&media.key),
                Family::Json | Family::Any => "json".to_owned(),
                Family::Multipart => "multipart".to_owned(),
                Family::Form => "form".to_owned(),
                Family::Text | Family::Stream => "text".to_owned(),
                Family::Bytes => "bytes".to_owned(),
            };
            let name = twins.name(&id, &suffix, "_body");
            told.changed(
                media.key_position,
                format!("`{id}` with a body of `{}` is called `{name}`", media.key),
            );
            let mut twin = operation.clone();
            twin.insert("operationId", name.into());
            twin.put("requestBody", with_only(&body, media));
            twins.add(item, method, &suffix, twin);
        }
        operation.put("requestBody", with_only(&body, first));
    });
    twins.put(root);
    // Each operation has its own now.
    let shared = root
        .get_mut("components")
        .and_then(|components| components.get_mut("requestBodies"))
        .and_then(Node::map_mut);
    if let Some(shared) = shared {
        shared.retain(|body| {
            body.value
                .get("content")
                .is_none_or(|content| content.entries().len() < 2)
        });
    }
}

/// `json_patch` of `application/json-patch+json`.
fn of_subtype(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let subtype = essence
        .split_once('/')
        .map_or(essence, |(_, subtype)| subtype);
    let name = snake(subtype.strip_suffix("+json").unwrap_or(subtype));
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match !name.is_empty() && name.chars().all(fits) {
        true => name,
        false => "json".to_owned(),
    }
}

fn with_only(body: &Node, media: &Entry) -> Node {
    let mut body = body.clone();
    let content = vec![media.clone()];
    body.insert("content", Content::Map(content));
    body
}

fn schema(media: &Entry) -> Option<Value> {
    media.value.get("schema").map(Node::to_value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn json_of_another_kind_is_called_after_it() {
        let after = after(
            split_bodies,
            "
paths:
  /a: { patch: { operationId: change_a, requestBody: { $ref: '#/components/requestBodies/A' } } }
components:
  requestBodies: { A: { content: { application/json: { schema: { type: object } }, application/json-patch+json: { schema: { type: array } } } } }
",
        );
        let paths = &after.document["paths"];
        let other = &paths["/a#json_patch"]["patch"];
        assert_eq!(other["operationId"], "change_a_json_patch");
        assert!(
            other["requestBody"]["content"]
                .get("application/json-patch+json")
                .is_some()
        );
        assert_eq!(
            after.document["components"]["requestBodies"],
            serde_json::json!({})
        );
    }

    #[test]
    fn a_body_of_another_kind_is_sent_by_an_operation_of_its_own() {
        let after = after(
            split_bodies,
            "
paths:
  /a:
    parameters: [{ name: q, in: query }]
    post:
      operationId: make_a
      requestBody:
        required: true
        content:
          application/json: { schema: { type: object } }
          multipart/form-data: { schema: { type: object, properties: { file: { type: string, format: binary } } } }
          application/x-www-form-urlencoded: { schema: { type: object } }
",
        );
        let paths = after.document["paths"].as_object().expect("a map");
        let keys: Vec<&String> = paths.keys().collect();
        assert_eq!(keys, ["/a", "/a#multipart"]);
        let other = &paths["/a#multipart"];
        assert_eq!(other["parameters"], paths["/a"]["parameters"]);
        assert_eq!(other["post"]["operationId"], "make_a_multipart");
        assert_eq!(other["post"]["requestBody"]["required"], true);
        let kept = paths["/a"]["post"]["requestBody"]["content"]
            .as_object()
            .expect("a map");
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["application/json"]);
        assert_eq!(
            after.changes,
            [
                "`make_a` with a body of `multipart/form-data` is called `make_a_multipart`",
                "`make_a` sends the same as `application/json`, not as `application/x-www-form-urlencoded`",
            ]
        );
    }
}
