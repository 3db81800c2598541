//! References of JSON Schema 2020-12 that are no pointers from the root: `$anchor`, `$dynamicRef`, and pointers inside a
//! schema with an `$id` of its own (sections 8.2 and 8.5 of its core). Each becomes such a pointer.

use std::collections::BTreeMap;

use crate::spec::{Content, Node, document::escape};

/// Where an anchor is: the schema with an `$id` that it is in (empty for the document), and its name.
type Anchors = BTreeMap<(String, String), String>;

/// Makes all references inside the document pointers from its root.
pub(super) fn resolve(root: &mut Node) {
    let mut anchors = Anchors::new();
    walk(root, "", "", false, &mut |node, at, base| {
        for key in ["$anchor", "$dynamicAnchor"] {
            if let Some(name) = node.text(key) {
                anchors.insert((base.to_owned(), name.to_owned()), at.to_owned());
            }
        }
    });
    walk(root, "", "", false, &mut |node, _, base| {
        // Which of several schemas it means is known when a value is there; the nearest one is meant most often.
        if node.get("$ref").is_none()
            && let Some(entry) = node.entry_mut("$dynamicRef")
        {
            entry.key = "$ref".to_owned();
        }
        let Some(Content::Text(text)) = node.get_mut("$ref").map(|node| &mut node.content) else {
            return;
        };
        let Some(fragment) = text.strip_prefix('#') else {
            return;
        };
        if fragment.is_empty() || fragment.starts_with('/') {
            if !base.is_empty() {
                *text = format!("#{base}{fragment}");
            }
        } else if let Some(at) = anchors.get(&(base.to_owned(), fragment.to_owned())) {
            *text = format!("#{at}");
        }
    });
}

/// Calls `visit` on every map with the pointer to it, and the pointer to the schema with an `$id` that it is in. The keys
/// of a map of `names` are the author's.
fn walk(
    node: &mut Node,
    at: &str,
    base: &str,
    names: bool,
    visit: &mut dyn FnMut(&mut Node, &str, &str),
) {
    let own = !names && !at.is_empty() && node.text("$id").is_some();
    let base = if own { at } else { base };
    if !names && matches!(node.content, Content::Map(_)) {
        visit(node, at, base);
    }
    match &mut node.content {
        Content::Map(entries) => {
            for entry in entries {
                let key = entry.key.as_str();
                let is_value = matches!(key, "example" | "examples" | "default" | "enum" | "const");
                if names || !is_value || at.ends_with("/responses") {
                    let of_names = matches!(key, "properties" | "$defs" | "schemas" | "responses");
                    let below = format!("{at}/{}", escape(key));
                    walk(&mut entry.value, &below, base, of_names && !names, visit);
                }
            }
        }
        Content::List(items) => {
            for (place, item) in items.iter_mut().enumerate() {
                walk(item, &format!("{at}/{place}"), base, false, visit);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use crate::spec::Document;

    #[test]
    fn every_reference_is_a_pointer_from_the_root() {
        let text = "
components:
  schemas:
    A: { properties: { a: { $ref: '#thing' }, default: { $ref: '#/components/schemas/C' } } }
    B: { $anchor: thing, type: string }
    C: { $dynamicAnchor: node, properties: { kids: { items: { $dynamicRef: '#node' } } } }
    D: { $id: 'https://example.com/d', $defs: { n: { $anchor: n } }, properties: { n: { $ref: '#/$defs/n' }, m: { $ref: '#n' }, d: { $ref: '#' } }, example: { $ref: '#n' } }
";
        let mut document = Document::parse(Path::new("a.yaml"), text).expect("it is well formed");
        super::resolve(document.root_mut());
        let schemas = document.value()["components"]["schemas"].clone();
        let to = |at: &str| json!({ "$ref": format!("#/components/schemas/{at}") });
        assert_eq!(
            schemas["A"]["properties"],
            json!({ "a": to("B"), "default": to("C") })
        );
        assert_eq!(schemas["C"]["properties"]["kids"]["items"], to("C"));
        assert_eq!(
            schemas["D"]["properties"],
            json!({ "n": to("D/$defs/n"), "m": to("D/$defs/n"), "d": to("D") })
        );
        assert_eq!(schemas["D"]["example"]["$ref"], "#n");
    }
}
