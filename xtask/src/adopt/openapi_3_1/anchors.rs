//! References of JSON Schema 2020-12 that are no pointers from the root: `$anchor`, `$dynamicRef`, pointers inside a
//! schema with an `$id` of its own, and that `$id` itself (sections 8.2 and 8.5 of its core). Each becomes such a pointer.

use std::collections::BTreeMap;

use crate::spec::{Content, Node, document::escape};

/// Where an anchor is: the schema with an `$id` that it is in (empty for the document), and its name.
type Anchors = BTreeMap<(String, String), String>;

/// Makes all references inside the document pointers from its root.
pub(super) fn resolve(root: &mut Node) {
    if !has_any(root, &["$id", "$anchor", "$dynamicAnchor", "$dynamicRef"]) {
        return;
    }
    let mut anchors = Anchors::new();
    // The schemas with an `$id` by its URL, and the other way round.
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut urls: BTreeMap<String, String> = BTreeMap::new();
    walk(root, "", "", false, &mut |node, at, base| {
        if at == base
            && let Some(id) = node.text("$id").filter(|_| !at.is_empty())
        {
            let around = urls
                .iter()
                .filter(|(outer, _)| at.starts_with(&format!("{outer}/")));
            let around = around
                .max_by_key(|(outer, _)| outer.len())
                .map(|(_, url)| url.as_str());
            let url = joined(around.unwrap_or_default(), id.trim_end_matches('#'));
            ids.insert(url.clone(), at.to_owned());
            urls.insert(at.to_owned(), url);
        }
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
            let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
            let url = joined(urls.get(base).map_or("", String::as_str), address);
            if let Some(at) = ids.get(&url) {
                let named = anchors.get(&(at.clone(), fragment.to_owned()));
                *text = match named {
                    Some(at) => format!("#{at}"),
                    None => format!("#{at}{fragment}"),
                };
            }
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

/// Whether one of these keys stands anywhere.
fn has_any(node: &Node, keys: &[&str]) -> bool {
    let mut entries = node.entries().iter();
    entries.any(|entry| keys.contains(&entry.key.as_str()) || has_any(&entry.value, keys))
        || node.items().iter().any(|item| has_any(item, keys))
}

/// As [`resolve`], and once for all: what is resolved by an `$id` has none any more.
pub(in crate::adopt) fn resolve_for_good(root: &mut Node) {
    resolve(root);
    walk(root, "", "", false, &mut |node, at, _| {
        if !at.is_empty() {
            for key in ["$id", "$anchor", "$dynamicAnchor"] {
                node.remove(key);
            }
        }
    });
}

/// Whether a schema in the document has an `$id`.
pub(in crate::adopt) fn has_ids(root: &mut Node) -> bool {
    if !has_any(root, &["$id"]) {
        return false;
    }
    let mut found = false;
    walk(root, "", "", false, &mut |_, _, base| {
        found |= !base.is_empty();
    });
    found
}

/// The URL that a reference means where it stands below another one (RFC 3986 section 5.2, without dots in the middle).
fn joined(base: &str, reference: &str) -> String {
    if reference.contains("://") || base.is_empty() {
        return reference.to_owned();
    }
    let host = base.find("://").map_or(0, |at| at + 3);
    if reference.starts_with('/') {
        let end = base[host..].find('/').map_or(base.len(), |at| host + at);
        return format!("{}{reference}", &base[..end]);
    }
    let mut folder = base
        .rfind('/')
        .filter(|at| *at >= host)
        .map_or(base, |at| &base[..at]);
    let mut rest = reference;
    loop {
        if let Some(next) = rest.strip_prefix("./") {
            rest = next;
        } else if let Some(next) = rest.strip_prefix("../") {
            folder = folder
                .rfind('/')
                .filter(|at| *at >= host)
                .map_or(folder, |at| &folder[..at]);
            rest = next;
        } else {
            return format!("{folder}/{rest}");
        }
    }
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

    #[test]
    fn a_schema_is_referred_to_by_its_id_too() {
        let text = "
components:
  schemas:
    A: { properties: { b: { $ref: 'https://example.com/b.json' }, n: { $ref: 'https://example.com/b.json#/$defs/n' }, m: { $ref: 'https://example.com/b.json#m' }, other: { $ref: 'https://example.com/none.json' } } }
    B: { $id: 'https://example.com/b.json', $defs: { n: { $anchor: m } }, properties: { c: { $ref: c.json }, d: { $ref: '../d/d.json' }, n: { $ref: '#/$defs/n' } } }
    C: { $id: 'https://example.com/c.json' }
    D: { $id: 'https://example.com/d/d.json' }
";
        let mut document = Document::parse(Path::new("a.yaml"), text).expect("it is well formed");
        assert!(super::has_ids(document.root_mut()));
        super::resolve_for_good(document.root_mut());
        let once = document.value();
        super::resolve_for_good(document.root_mut());
        assert_eq!(document.value(), once);
        let to = |at: &str| json!({ "$ref": format!("#/components/schemas/{at}") });
        let schemas = &once["components"]["schemas"];
        let other = json!({ "$ref": "https://example.com/none.json" });
        assert_eq!(
            schemas["A"]["properties"],
            json!({ "b": to("B"), "n": to("B/$defs/n"), "m": to("B/$defs/n"), "other": other })
        );
        assert_eq!(
            schemas["B"]["properties"],
            json!({ "c": to("C"), "d": to("D"), "n": to("B/$defs/n") })
        );
    }
}
