//! Parameters: each has a schema and a place, each name of a path its parameter, and none stands there twice.

use std::collections::HashSet;

use serde_json::json;

use super::{
    adopting::{Adopting, Told},
    media_types::{Family, family},
    objects,
};
use crate::{
    api::METHODS,
    spec::{Content, Kind, Node, Position, Severity},
};

/// Headers that OpenAPI describes by other means, so that a parameter of that name is ignored.
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

pub(super) fn settle_parameters(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    objects::each(root, Kind::Document, &mut |kind, node| {
        if kind == Kind::Parameter && node.reference().is_none() {
            parameter(node, told);
        }
    });
    let whole = objects::beside_paths(root);
    let mut reserved: Vec<Position> = Vec::new();
    let mut credentials: Vec<Node> = Vec::new();
    for item in root.get_mut("paths").map_or(&mut [][..], Node::entries_mut) {
        let names = names(&item.key);
        let key_position = item.key_position;
        let path = item.key.clone();
        let of_all = item
            .value
            .get("parameters")
            .and_then(|shared| credential(&whole, shared));
        if let Some(shared) = item.value.get_mut("parameters") {
            list(&whole, shared, &names, &path, told, &mut reserved);
        }
        let shared: Vec<(String, String)> = item
            .value
            .get("parameters")
            .map_or(&[][..], Node::items)
            .iter()
            .map(|parameter| identity(&whole, parameter))
            .collect();
        for entry in item.value.entries_mut() {
            if !METHODS.contains(&entry.key.as_str()) {
                continue;
            }
            let of_this = entry
                .value
                .get("parameters")
                .and_then(|own| credential(&whole, own));
            if let Some(parameter) = of_this.or_else(|| of_all.clone())
                && entry.value.get("security").is_none()
                && whole.get("security").is_none()
            {
                entry.value.put("security", takes(&parameter));
                credentials.push(parameter);
            }
            if let Some(own) = entry.value.get_mut("parameters") {
                list(&whole, own, &names, &path, told, &mut reserved);
            }
            let own = entry.value.get("parameters").map_or(&[][..], Node::items);
            let declared: HashSet<String> = own
                .iter()
                .map(|parameter| identity(&whole, parameter))
                .chain(shared.iter().cloned())
                .filter(|(_, place)| place == "path")
                .map(|(name, _)| name)
                .collect();
            for name in names.iter().filter(|name| !declared.contains(**name)) {
                told.changed(
                    entry.key_position,
                    format!("`{{{name}}}` of `{path}` is a parameter, which is not declared"),
                );
                let made = json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
                let made = Node::of(made, key_position);
                match entry.value.get_mut("parameters").and_then(Node::list_mut) {
                    Some(parameters) => parameters.push(made),
                    None => entry.value.insert("parameters", Content::List(vec![made])),
                }
            }
        }
    }
    if let Some(first) = credentials.first() {
        let mut scheme = json!({ "type": "apiKey", "in": "header", "name": "Authorization" });
        if let Some(description) = first.text("description") {
            scheme["description"] = description.into();
        }
        let schemes = root.section("components").section("securitySchemes");
        if schemes.get(CREDENTIAL).is_none() {
            schemes.put(CREDENTIAL, Node::of(scheme, first.position));
        }
        told.changed(
            first.position,
            format!(
                "the header parameter `Authorization` is the credential of {} operations",
                credentials.len()
            ),
        );
    }
    let shared = root
        .get_mut("components")
        .and_then(|components| components.get_mut("parameters"))
        .and_then(Node::map_mut);
    if let Some(shared) = shared {
        shared.retain(|parameter| !is_ignored(&parameter.value));
    }
    if let Some(position) = reserved.first() {
        told.changed(
            *position,
            format!(
                "{} parameters `allowReserved`: all but unreserved characters are encoded, which means the same",
                reserved.len()
            ),
        );
    }
}

/// The scheme that is made of the header parameter `Authorization`.
const CREDENTIAL: &str = "authorization";

/// Whether OpenAPI says to ignore a parameter: a header that it describes by other means.
fn is_ignored(parameter: &Node) -> bool {
    let name = parameter.text("name").unwrap_or_default().to_lowercase();
    parameter.text("in") == Some("header") && IGNORED_HEADERS.contains(&name.as_str())
}

/// The parameter of a list that is the header `Authorization`.
fn credential(whole: &Node, parameters: &Node) -> Option<Node> {
    let resolved = parameters
        .items()
        .iter()
        .map(|parameter| objects::resolve(whole, parameter));
    let mut ignored = resolved.filter(|parameter| is_ignored(parameter));
    let is_credential = |parameter: &&Node| {
        parameter
            .text("name")
            .is_some_and(|name| name.eq_ignore_ascii_case("authorization"))
    };
    ignored.find(is_credential).cloned()
}

/// The security of an operation with such a parameter.
fn takes(parameter: &Node) -> Node {
    let security = match parameter.is_true("required") {
        true => json!([{ CREDENTIAL: [] }]),
        false => json!([{ CREDENTIAL: [] }, {}]),
    };
    Node::of(security, parameter.position)
}

/// One parameter, wherever it stands.
fn parameter(node: &mut Node, told: &mut Told) {
    let position = node.position;
    let name = node.text("name").unwrap_or_default().to_owned();
    if node.text("in") == Some("path") && !node.is_true("required") {
        node.insert("required", true.into());
        told.changed(
            position,
            format!("`{name}` is part of a path, and so required"),
        );
    }
    if node.get("schema").is_some() && node.remove("content").is_some() {
        told.changed(
            position,
            format!("`{name}` is written by its schema, not in a media type"),
        );
    }
    if let Some(content) = node.get("content") {
        let chosen = content
            .entries()
            .iter()
            .find(|entry| family(&entry.key) == Family::Json)
            .or(content.entries().first())
            .cloned();
        match chosen {
            Some(mut chosen) if family(&chosen.key) == Family::Json => {
                chosen.value.section("schema");
                if content.entries().len() > 1 {
                    let mut only = Node::map(position);
                    only.put(&chosen.key, chosen.value);
                    node.put("content", only);
                } else {
                    node.put("content", content_of(chosen));
                }
            }
            other => {
                let schema = other.and_then(|other| other.value.get("schema").cloned());
                let schema =
                    schema.unwrap_or_else(|| Node::of(json!({ "type": "string" }), position));
                node.remove("content");
                node.put("schema", schema);
                told.changed(
                    position,
                    format!("`{name}` is written by its schema, not in a media type"),
                );
            }
        }
    } else if node.get("schema").is_none() {
        // What is left of Swagger 2.0 says the type here.
        let mut schema = Node::map(position);
        for key in ["type", "format", "items", "enum", "default"] {
            if let Some(entry) = node.remove(key) {
                schema.put(key, entry.value);
            }
        }
        if schema.entries().is_empty() {
            schema.insert("type", "string".into());
        }
        told.changed(
            position,
            format!("`{name}` has no schema, and takes what its text says"),
        );
        node.put("schema", schema);
    }
}

fn content_of(entry: crate::spec::Entry) -> Node {
    let position = entry.key_position;
    Node::new(position, Content::Map(vec![entry]))
}

/// Takes out of a list what is ignored, there twice, or of no use.
fn list(
    whole: &Node,
    list: &mut Node,
    names: &[&str],
    path: &str,
    told: &mut Told,
    reserved: &mut Vec<Position>,
) {
    let Some(parameters) = list.list_mut() else {
        return;
    };
    let mut seen = HashSet::new();
    parameters.retain(|parameter| {
        let (name, place) = identity(whole, parameter);
        let resolved = objects::resolve(whole, parameter);
        if resolved.is_true("allowReserved") {
            reserved.push(parameter.position);
        }
        // What leads nowhere is another stage's business.
        if resolved.text("name").is_none() {
            return true;
        }
        let why = if is_ignored(resolved) {
            "is left out, as OpenAPI says: the media type or the credential makes it"
        } else if !seen.insert((name.clone(), place.clone())) {
            "stands there twice"
        } else if place == "path" && !names.contains(&name.as_str()) {
            told.lost(
                "parameter-without-place",
                Severity::Warning,
                parameter.position,
                format!("`{name}` has no place in the path `{path}`, and is left out"),
                format!("put `{{{name}}}` into the path, or say `in: query`"),
            );
            return false;
        } else {
            return true;
        };
        told.changed(
            parameter.position,
            format!("the {place} parameter `{name}` {why}"),
        );
        false
    });
}

fn identity(whole: &Node, parameter: &Node) -> (String, String) {
    let parameter = objects::resolve(whole, parameter);
    let text = |key| parameter.text(key).unwrap_or_default().to_owned();
    (text("name"), text("in"))
}

/// The names in the braces of a path.
fn names(path: &str) -> Vec<&str> {
    let path = path.split('#').next().unwrap_or(path);
    let mut names = Vec::new();
    for part in path.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !name.is_empty()
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::adopt::adopting::after;

    #[test]
    fn a_header_with_the_credential_is_a_security_scheme_where_nothing_else_is() {
        let after = after(
            settle_parameters,
            "
paths:
  /a:
    parameters: [{ $ref: '#/components/parameters/Token' }]
    get: {}
    put: { security: [{ key: [] }] }
    post: { parameters: [{ name: authorization, in: header, required: true, schema: { type: string } }] }
components:
  parameters: { Token: { name: Authorization, in: header, description: A token, schema: { type: string } } }
",
        );
        let item = &after.document["paths"]["/a"];
        assert_eq!(
            item["get"]["security"],
            json!([{ "authorization": [] }, {}])
        );
        assert_eq!(item["put"]["security"], json!([{ "key": [] }]));
        assert_eq!(item["post"]["security"], json!([{ "authorization": [] }]));
        assert_eq!(item["post"]["parameters"], json!([]));
        let components = &after.document["components"];
        assert_eq!(
            components["securitySchemes"]["authorization"],
            json!({ "type": "apiKey", "in": "header", "name": "Authorization", "description": "A token" })
        );
        assert_eq!(components["parameters"], json!({}));
    }

    #[test]
    fn each_name_in_the_path_is_a_required_parameter_and_what_is_of_no_use_goes() {
        let after = after(
            settle_parameters,
            "
paths:
  /a/{b}/{c}:
    parameters: [{ name: b, in: path, schema: { type: string } }]
    get:
      parameters:
        - { name: Accept, in: header, schema: { type: string } }
        - { name: q, in: query }
        - { name: q, in: query, type: integer }
        - { name: gone, in: path, required: true, schema: { type: string } }
        - { name: f, in: query, content: { application/json: { schema: { type: object } } } }
        - { name: g, in: query, content: { text/plain: { schema: { type: string } } } }
",
        );
        let item = &after.document["paths"]["/a/{b}/{c}"];
        assert_eq!(item["parameters"][0]["required"], true);
        let names: Vec<&str> = item["get"]["parameters"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        assert_eq!(names, ["q", "f", "g", "c"]);
        let own = &item["get"]["parameters"];
        assert_eq!(own[0]["schema"], json!({ "type": "string" }));
        assert!(own[1].get("content").is_some());
        assert_eq!(own[2]["schema"], json!({ "type": "string" }));
        assert_eq!(
            after.lost,
            ["`gone` has no place in the path `/a/{b}/{c}`, and is left out"]
        );
    }
}
