//! Path templates: what stands behind the path is no part of it.

use serde_json::json;

use super::adopting::{Adopting, Told};
use crate::spec::{Content, Entry, Node};

pub(super) fn mend_paths(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let Some(paths) = root.get_mut("paths").and_then(Node::map_mut) else {
        return;
    };
    let written = std::mem::take(paths);
    for mut entry in written {
        let key = mended(&mut entry, told);
        if key != entry.key {
            told.changed(
                entry.key_position,
                format!("the path `{}` is `{key}`", entry.key),
            );
            entry.key = key;
        }
        let mut number = 2;
        let wanted = entry.key.clone();
        while paths.iter().any(|other| other.key == entry.key) {
            let mark = if wanted.contains('#') { '-' } else { '#' };
            entry.key = format!("{wanted}{mark}{number}");
            number += 1;
        }
        paths.push(entry);
    }
}

/// The path as it should be written. A query in it becomes parameters.
fn mended(entry: &mut Entry, told: &mut Told) -> String {
    // A hash with parameters behind it is part of the path: what is behind it has to be sent.
    let written = match entry.key.split_once('#') {
        Some((_, behind)) if behind.contains('{') => entry.key.replace('#', "%23"),
        _ => entry.key.clone(),
    };
    let written = plain_names(&written, &entry.value);
    let (rest, fragment) = match written.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment.to_owned())),
        None => (written.as_str(), None),
    };
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path.trim().to_owned(), Some(query.to_owned())),
        None => (rest.trim().to_owned(), None),
    };
    let path = if path.starts_with('/') {
        path
    } else {
        format!("/{path}")
    };
    let mark = match (&query, fragment) {
        (_, Some(fragment)) => format!("#{fragment}"),
        (Some(query), None) => format!("#{query}").replace(['{', '}'], ""),
        (None, None) => String::new(),
    };
    for pair in query.iter().flat_map(|query| query.split('&')) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = name.trim_matches(['{', '}', ',']);
        if name.is_empty() {
            continue;
        }
        parameter(&mut entry.value, name, value);
        told.changed(
            entry.key_position,
            format!("`{name}` of the query in `{}` is a parameter", entry.key),
        );
    }
    format!("{path}{mark}")
}

/// The path with the names of its parameters alone: what routers say beside them of the values, such as `{id:[0-9]+}` and
/// `{name=**}`, is nobody's parameter.
fn plain_names(path: &str, item: &Node) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        plain.push('{');
        // A pattern may have braces of its own.
        let mut depth = 1;
        let end = after.find(|character| {
            depth += i32::from(character == '{') - i32::from(character == '}');
            depth == 0
        });
        let Some(end) = end else {
            rest = after;
            continue;
        };
        let written = &after[..end];
        let name = written.trim_start_matches(['+', '*']);
        let name = name.split(['=', ':', '*', '?', '(']).next().unwrap_or(name);
        let is_meant = !name.is_empty() && !declares(item, written);
        plain.push_str(if is_meant { name.trim() } else { written });
        plain.push('}');
        rest = &after[end + 1..];
    }
    plain + rest
}

/// Whether a parameter of the path has this very name.
fn declares(item: &Node, name: &str) -> bool {
    let shared = item.get("parameters").into_iter();
    let own = item.entries().iter();
    let all = shared.chain(own.filter_map(|entry| entry.value.get("parameters")));
    all.flat_map(Node::items)
        .any(|parameter| parameter.text("name") == Some(name))
}

/// Adds a query parameter to a path item; one that the text of the path gives a value has this one only.
fn parameter(item: &mut Node, name: &str, value: &str) {
    let position = item.position;
    let schema = if value.is_empty() || value.starts_with('{') {
        json!({ "type": "string" })
    } else {
        json!({ "type": "string", "enum": [value] })
    };
    let made = json!({ "name": name, "in": "query", "required": true, "schema": schema, "example": value });
    let mut made = Node::of(made, position);
    if value.is_empty() || value.starts_with('{') {
        made.remove("example");
    }
    let declared = |parameters: &Node| {
        parameters.items().iter().any(|parameter| {
            parameter.text("name") == Some(name) && parameter.text("in") == Some("query")
        })
    };
    let of_operations = item
        .entries()
        .iter()
        .filter_map(|entry| entry.value.get("parameters"))
        .any(declared);
    if of_operations || item.get("parameters").is_some_and(declared) {
        return;
    }
    match item.get_mut("parameters").and_then(Node::list_mut) {
        Some(parameters) => parameters.push(made),
        None => item.insert("parameters", Content::List(vec![made])),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn what_routers_say_of_a_parameter_is_no_part_of_its_name() {
        let after = after(
            mend_paths,
            "paths: { '/a/{x=**}/{y:[a-z]{2}}': {}, '/b/{+z}:go': {}, '/c/{w:v}': { parameters: [{ name: 'w:v', in: path }] }, '/d/{open': {} }\n",
        );
        let paths = after.document["paths"].as_object().expect("a map");
        let keys: Vec<&String> = paths.keys().collect();
        assert_eq!(keys, ["/a/{x}/{y}", "/b/{z}:go", "/c/{w:v}", "/d/{open"]);
        assert_eq!(after.changes.len(), 2, "{:?}", after.changes);
    }

    #[test]
    fn a_query_in_a_path_becomes_parameters_and_what_tells_paths_apart_stands_behind_a_hash() {
        let after = after(
            mend_paths,
            "paths: { '/?Action=List&x={x}': { get: {} }, 'b': { get: {} }, '/b': { post: {} }, '/#live/c/{id}': { get: {} } }\n",
        );
        let paths = after.document["paths"].as_object().expect("a map");
        let keys: Vec<&String> = paths.keys().collect();
        assert_eq!(keys, ["/#Action=List&x=x", "/b", "/b#2", "/%23live/c/{id}"]);
        let parameters = &paths["/#Action=List&x=x"]["parameters"];
        assert_eq!(parameters[0]["schema"]["enum"], json!(["List"]));
        assert_eq!(parameters[1]["name"], "x");
    }
}
