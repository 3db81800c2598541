//! Swagger 2.0, said in the words of OpenAPI 3.0.

mod bodies;
mod parameters;
mod security;

use serde_json::json;

use super::{
    adopting::{Adopting, Told},
    objects,
};
use crate::spec::{Content, Kind, Node, Position};

/// What stood at the head of the document, for the operations that do not say it themselves.
struct Defaults {
    consumes: Vec<String>,
    produces: Vec<String>,
    /// The parameters and responses that operations refer to.
    shared: Node,
}

pub(super) fn read_swagger_2(adopting: &mut Adopting) {
    let (root, told) = adopting.parts();
    let is_2 = root
        .get("swagger")
        .is_some_and(|version| match &version.content {
            Content::Text(text) => text.starts_with('2'),
            Content::Number(number) => number.as_f64() == Some(2.0),
            _ => false,
        });
    let Some(swagger) = root.entry("swagger").filter(|_| is_2) else {
        return;
    };
    let position = swagger.key_position;
    told.changed(position, "Swagger 2.0 is read as OpenAPI 3.0.3");
    root.remove("swagger");
    root.insert("openapi", "3.0.3".into());
    servers(root, position);
    let defaults = Defaults {
        consumes: texts(root.remove("consumes").map(|entry| entry.value).as_ref()),
        produces: texts(root.remove("produces").map(|entry| entry.value).as_ref()),
        shared: root.clone(),
    };
    schemas(root);
    let components = root.section("components");
    components.section("schemas");
    for (from, to) in [
        ("definitions", "schemas"),
        ("parameters", "parameters"),
        ("responses", "responses"),
        ("securityDefinitions", "securitySchemes"),
    ] {
        let Some(entry) = root.remove(from) else {
            continue;
        };
        let section = root.section("components").section(to);
        for mut named in entry.value.into_entries() {
            match to {
                "parameters" => {
                    let place = named.value.text("in").unwrap_or_default();
                    // They are part of the bodies of the operations that refer to them.
                    if matches!(place, "body" | "formData") {
                        continue;
                    }
                    parameters::rewrite(&mut named.value, told);
                }
                "responses" => bodies::response(&mut named.value, &defaults.produces, told),
                "securitySchemes" => security::rewrite(&mut named.value),
                _ => {}
            }
            section.put(&named.key, named.value);
        }
    }
    for item in root.get_mut("paths").map_or(&mut [][..], Node::entries_mut) {
        path_item(&mut item.value, &defaults, told);
    }
    references(root, false);
}

fn path_item(item: &mut Node, defaults: &Defaults, told: &mut Told) {
    let shared = item.remove("parameters").map(|entry| entry.value);
    let shared = shared.as_ref().map_or(&[][..], Node::items);
    let of_body: Vec<Node> = shared
        .iter()
        .filter(|parameter| parameters::is_of_body(&defaults.shared, parameter))
        .cloned()
        .collect();
    let mut own: Vec<Node> = shared
        .iter()
        .filter(|parameter| !parameters::is_of_body(&defaults.shared, parameter))
        .cloned()
        .collect();
    for parameter in &mut own {
        parameters::rewrite(parameter, told);
    }
    for entry in item.entries_mut() {
        if crate::api::METHODS.contains(&entry.key.as_str()) {
            operation(&mut entry.value, &of_body, defaults, told);
        }
    }
    if !own.is_empty() {
        item.insert("parameters", Content::List(own));
    }
}

fn operation(operation: &mut Node, shared: &[Node], defaults: &Defaults, told: &mut Told) {
    let consumes = match operation.remove("consumes") {
        Some(entry) => texts(Some(&entry.value)),
        None => defaults.consumes.clone(),
    };
    let produces = match operation.remove("produces") {
        Some(entry) => texts(Some(&entry.value)),
        None => defaults.produces.clone(),
    };
    if let Some(schemes) = operation.remove("schemes") {
        told.changed(
            schemes.key_position,
            "the `schemes` of one operation are left out: the environment says over what calls are sent",
        );
    }
    let written = operation.remove("parameters").map(|entry| entry.value);
    let written = written.as_ref().map_or(&[][..], Node::items);
    let mut own = Vec::new();
    let mut of_body = Vec::new();
    for parameter in written {
        if parameters::is_of_body(&defaults.shared, parameter) {
            of_body.push(objects::resolve(&defaults.shared, parameter).clone());
        } else {
            let mut parameter = parameter.clone();
            parameters::rewrite(&mut parameter, told);
            own.push(parameter);
        }
    }
    for parameter in shared {
        let parameter = objects::resolve(&defaults.shared, parameter);
        let same = |other: &Node| {
            other.text("name") == parameter.text("name") && other.text("in") == parameter.text("in")
        };
        if !of_body.iter().any(same) {
            of_body.push(parameter.clone());
        }
    }
    if !own.is_empty() {
        operation.insert("parameters", Content::List(own));
    }
    if let Some(body) = bodies::request(&of_body, &consumes, told) {
        operation.put("requestBody", body);
    }
    let responses = operation
        .get_mut("responses")
        .map_or(&mut [][..], Node::entries_mut);
    for response in responses {
        bodies::response(&mut response.value, &produces, told);
    }
}

/// `host`, `basePath` and `schemes`, as the servers that they make together.
fn servers(root: &mut Node, position: Position) {
    let host = root.remove("host").map(|entry| entry.value);
    let base = root.remove("basePath").map(|entry| entry.value);
    let schemes = texts(root.remove("schemes").map(|entry| entry.value).as_ref());
    let path = base.as_ref().and_then(Node::as_str).unwrap_or_default();
    let path = path.trim_end_matches('/');
    let place = host.as_ref().or(base.as_ref());
    let position = place.map_or(position, |node| node.position);
    let Some(host) = host.as_ref().and_then(Node::as_str) else {
        if !path.is_empty() {
            root.put("servers", Node::of(json!([{ "url": path }]), position));
        }
        return;
    };
    let schemes = if schemes.is_empty() {
        vec!["https".to_owned()]
    } else {
        schemes
    };
    let servers: Vec<_> = schemes
        .iter()
        .map(|scheme| json!({ "url": format!("{scheme}://{host}{path}") }))
        .collect();
    root.put("servers", Node::of(json!(servers), position));
}

/// What schemas say in other words: `discriminator` is a name, `x-nullable` stands for `nullable`, `file` is a type.
fn schemas(root: &mut Node) {
    objects::each(root, Kind::Document, &mut |kind, schema| {
        if kind != Kind::Schema {
            return;
        }
        if let Some(discriminator) = schema.get_mut("discriminator")
            && let Some(name) = discriminator.as_str()
        {
            let name = name.to_owned();
            let position = discriminator.position;
            *discriminator = Node::of(json!({ "propertyName": name }), position);
        }
        if let Some(nullable) = schema.remove("x-nullable") {
            schema.put("nullable", nullable.value);
        }
        if schema.text("type") == Some("file") {
            schema.insert("type", "string".into());
            schema.insert("format", "binary".into());
        }
    });
}

/// References to the sections that are called otherwise now, also in extensions, which may hold schemas. The keys of a map
/// of `names` are the author's: a response is called `default`, and a property may be.
fn references(node: &mut Node, names: bool) {
    const MOVED: [(&str, &str); 3] = [
        ("#/definitions/", "#/components/schemas/"),
        ("#/parameters/", "#/components/parameters/"),
        ("#/responses/", "#/components/responses/"),
    ];
    match &mut node.content {
        Content::Map(entries) => {
            for entry in entries {
                let key = entry.key.as_str();
                if let ("$ref", Content::Text(text)) = (key, &mut entry.value.content) {
                    let moved = MOVED
                        .iter()
                        .find_map(|(from, to)| Some(format!("{to}{}", text.strip_prefix(from)?)));
                    if let Some(moved) = moved {
                        *text = moved;
                    }
                } else if names || !matches!(key, "example" | "examples" | "default" | "enum") {
                    let of_names = matches!(key, "properties" | "responses" | "schemas");
                    references(&mut entry.value, of_names && !names);
                }
            }
        }
        Content::List(items) => items.iter_mut().for_each(|item| references(item, false)),
        _ => {}
    }
}

/// The texts of a list; a text alone counts as a list of one.
fn texts(node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    if let Some(text) = node.as_str() {
        return vec![text.to_owned()];
    }
    let texts = node.items().iter().filter_map(Node::as_str);
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_found_under_every_name() {
        let after = after(
            read_swagger_2,
            "
swagger: '2.0'
paths:
  /a: { get: { responses: { default: { description: No, schema: { $ref: '#/definitions/A' } } } } }
x-more: { B: { properties: { a: { $ref: '#/definitions/A' } } } }
definitions:
  A: { properties: { default: { $ref: '#/definitions/A' }, enum: { $ref: '#/definitions/A' } }, example: { $ref: '#/definitions/A' } }
",
        );
        let to = json!({ "$ref": "#/components/schemas/A" });
        let response = &after.document["paths"]["/a"]["get"]["responses"]["default"];
        assert!(
            response.to_string().contains("#/components/schemas/A"),
            "{response}"
        );
        let a = &after.document["components"]["schemas"]["A"];
        assert_eq!(a["properties"], json!({ "default": to, "enum": to }));
        assert_eq!(a["example"]["$ref"], "#/definitions/A");
        assert_eq!(after.document["x-more"]["B"]["properties"]["a"], to);
    }
    use crate::adopt::adopting::after;

    const SWAGGER: &str = "
swagger: '2.0'
info: { title: Pets, version: '1', description: Pets }
host: pets.example
basePath: /v1/
schemes: [https]
consumes: [application/json]
produces: [application/json]
securityDefinitions:
  basic: { type: basic }
  sign_in: { type: oauth2, flow: accessCode, authorizationUrl: https://a.example, tokenUrl: https://t.example, scopes: { read: Reads } }
  app: { type: oauth2, flow: application, tokenUrl: https://t.example, scopes: {} }
parameters:
  limit: { name: limit, in: query, type: integer, format: int32 }
  pet: { name: pet, in: body, required: true, schema: { $ref: '#/definitions/Pet' } }
responses:
  Wrong: { description: Wrong, schema: { $ref: '#/definitions/Problem' } }
definitions:
  Pet: { type: object, discriminator: kind, properties: { kind: { type: string }, name: { type: string, x-nullable: true } } }
  Problem: { type: object }
paths:
  /pets:
    get:
      parameters:
        - $ref: '#/parameters/limit'
        - { name: tags, in: query, type: array, items: { type: string } }
        - { name: kinds, in: query, type: array, collectionFormat: multi, items: { type: string } }
        - { name: sizes, in: query, type: array, collectionFormat: pipes, items: { type: string } }
        - { name: colours, in: query, type: array, collectionFormat: tsv, items: { type: string } }
      responses:
        '200': { description: Pets, schema: { type: array, items: { $ref: '#/definitions/Pet' } }, examples: { application/json: [] } }
        default: { $ref: '#/responses/Wrong' }
    post:
      parameters: [{ $ref: '#/parameters/pet' }]
      responses: { '201': { description: Made } }
  /pets/{id}/picture:
    parameters: [{ name: id, in: path, required: true, type: string }]
    post:
      consumes: [multipart/form-data]
      parameters:
        - { name: picture, in: formData, type: file, required: true }
        - { name: note, in: formData, type: string }
      responses: { '204': { description: Stored } }
    get:
      produces: [image/png]
      responses: { '200': { description: The picture, schema: { type: file } } }
";

    #[test]
    fn what_grpc_gateway_streams_is_lines_of_json() {
        let text = SWAGGER.replace(
            "description: Pets, schema",
            "description: Pets(streaming responses), schema",
        );
        let after = after(read_swagger_2, &text);
        let content = &after.document["paths"]["/pets"]["get"]["responses"]["200"]["content"];
        assert_eq!(content["application/x-ndjson"]["schema"]["type"], "array");
        assert_eq!(content.get("application/json"), None);
    }

    #[test]
    fn the_sections_of_swagger_are_the_components_and_servers_of_openapi() {
        let after = after(read_swagger_2, SWAGGER);
        let document = after.document;
        assert_eq!(document["openapi"], "3.0.3");
        assert_eq!(
            document["servers"],
            json!([{ "url": "https://pets.example/v1" }])
        );
        let components = &document["components"];
        assert_eq!(
            components["schemas"]["Pet"]["discriminator"],
            json!({ "propertyName": "kind" })
        );
        assert_eq!(
            components["schemas"]["Pet"]["properties"]["name"]["nullable"],
            true
        );
        assert_eq!(
            components["parameters"]["limit"]["schema"],
            json!({ "type": "integer", "format": "int32" })
        );
        assert_eq!(components["parameters"].get("pet"), None);
        assert_eq!(
            components["securitySchemes"]["basic"],
            json!({ "type": "http", "scheme": "basic" })
        );
        let flows = &components["securitySchemes"]["sign_in"]["flows"];
        assert_eq!(
            flows["authorizationCode"]["scopes"],
            json!({ "read": "Reads" })
        );
        let flows = &components["securitySchemes"]["app"]["flows"];
        assert_eq!(flows["clientCredentials"]["tokenUrl"], "https://t.example");
        let wrong = &components["responses"]["Wrong"]["content"]["application/json"]["schema"];
        assert_eq!(*wrong, json!({ "$ref": "#/components/schemas/Problem" }));
        assert_eq!(after.lost, Vec::<String>::new());
    }

    #[test]
    fn parameters_have_schemas_and_lists_their_style() {
        let document = after(read_swagger_2, SWAGGER).document;
        let parameters = &document["paths"]["/pets"]["get"]["parameters"];
        assert_eq!(
            parameters[0],
            json!({ "$ref": "#/components/parameters/limit" })
        );
        let style = |place: usize| (&parameters[place]["style"], &parameters[place]["explode"]);
        assert_eq!(style(1), (&json!("form"), &json!(false)));
        assert_eq!(style(2), (&json!("form"), &json!(true)));
        assert_eq!(style(3), (&json!("pipeDelimited"), &json!(false)));
        assert_eq!(
            parameters[3]["schema"],
            json!({ "type": "array", "items": { "type": "string" } })
        );
        assert_eq!(parameters[4]["schema"]["type"], "string");
        assert_eq!(parameters[4].get("style"), None);
    }

    #[test]
    fn what_is_in_the_body_is_a_request_body_of_what_is_consumed() {
        let document = after(read_swagger_2, SWAGGER).document;
        let body = &document["paths"]["/pets"]["post"]["requestBody"];
        let pet = json!({ "$ref": "#/components/schemas/Pet" });
        assert_eq!(
            *body,
            json!({ "required": true, "content": { "application/json": { "schema": pet } } })
        );
        let picture = &document["paths"]["/pets/{id}/picture"];
        let schema = &picture["post"]["requestBody"]["content"]["multipart/form-data"]["schema"];
        assert_eq!(
            schema["properties"]["picture"],
            json!({ "type": "string", "format": "binary" })
        );
        assert_eq!(schema["required"], json!(["picture"]));
        let answer = &picture["get"]["responses"]["200"]["content"]["image/png"]["schema"];
        assert_eq!(*answer, json!({ "type": "string", "format": "binary" }));
        assert_eq!(
            picture["parameters"][0]["schema"],
            json!({ "type": "string" })
        );
        let pets = &document["paths"]["/pets"]["get"]["responses"]["200"]["content"];
        assert_eq!(pets["application/json"]["example"], json!([]));
    }
}
